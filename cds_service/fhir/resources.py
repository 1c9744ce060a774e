"""A Bundle file as plain resources with ids, for the embedded server and for loading a server.

Numbers stay as they are written: resources are kept raw. References by an entry's `fullUrl` (`urn:uuid:`, or an
address of the server that the file came from) become `Type/id`.
"""

import re
from typing import NamedTuple

import msgspec

from ..kernel.errors import InputError
from .bundle import decode_bundle, type_of


class Resource(NamedTuple):
    """One resource of a Bundle."""

    type: str
    id: str
    raw: bytes
    place: str
    """Where it stood in the file: `entry[3]`."""

    @property
    def reference(self) -> str:
        """`Type/id`."""
        return f"{self.type}/{self.id}"


_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_URN = re.compile(rb'"(?:urn:(?:uuid|oid):|https?://)([^"\\]{1,400})"')


def resources_of(body: bytes, *, made_up: bool = True) -> list[Resource]:
    """The resources of a Bundle (or one single resource), each with an id; outcomes are left out.

    A resource without an id gets that of its `fullUrl`, else (unless not `made_up`) its place. Raises InputError
    naming the entry that cannot be read.
    """
    if type_of(body) not in ("Bundle", None):
        return [_resource(body, None, "entry[0]", made_up)]
    found = [
        _resource(bytes(entry.resource), entry.fullUrl, f"entry[{number}]", made_up)
        for number, entry in enumerate(decode_bundle(body).entry)
        if bytes(entry.resource) not in (b"", b"null")
    ]
    found = [r for r in found if r.type != "OperationOutcome"]
    names: dict[bytes, bytes] = {}
    placed = {r.place: r for r in found}
    for number, entry in enumerate(decode_bundle(body).entry):
        if entry.fullUrl:
            match = placed.get(f"entry[{number}]")
            if match is not None:
                names[entry.fullUrl.encode()] = match.reference.encode()
    if not names:
        return found
    return [r._replace(raw=_URN.sub(lambda m: _renamed(m, names), r.raw)) for r in found]


def with_id(raw: bytes, identifier: str) -> bytes:
    """The same resource under another id; everything else is kept as written."""
    fields = _fields.decode(raw)
    kept = {k: v for k, v in fields.items() if k not in ("resourceType", "id")}
    new = {"resourceType": fields["resourceType"], "id": msgspec.Raw(msgspec.json.encode(identifier)), **kept}
    return msgspec.json.encode(new)


def _resource(raw: bytes, full_url: str | None, place: str, made_up: bool) -> Resource:
    try:
        fields = _fields.decode(raw)
        kind = msgspec.json.decode(fields["resourceType"], type=str)
        identifier = msgspec.json.decode(fields["id"], type=str) if "id" in fields else None
    except (msgspec.MsgspecError, KeyError, RecursionError):
        raise InputError(f"{place}: this is not a FHIR resource with a resourceType") from None
    if identifier is None:
        last = (full_url or "").replace("urn:uuid:", "").rsplit("/", 1)[-1]
        if not _ID.fullmatch(last):
            if not made_up:
                raise InputError(f"{place}: this {kind} has no id, so that it could not be loaded twice as one")
            last = place.replace("[", "-").rstrip("]")
        identifier = last
        raw = with_id(raw, identifier)
    elif not _ID.fullmatch(identifier):
        raise InputError(f"{place}: its id is not a FHIR id")
    return Resource(kind, identifier, raw, place)


def _renamed(match: "re.Match[bytes]", names: dict[bytes, bytes]) -> bytes:
    whole = match.group(0)
    name = names.get(whole[1:-1])
    return b'"' + name + b'"' if name else whole
