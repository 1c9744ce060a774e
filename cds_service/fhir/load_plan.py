"""What `load` sends of a Bundle: its resources under the client's own ids, in one transaction that may be repeated.

Source: hapi.md points 18-20.
"""

import re
from collections.abc import Iterable

import msgspec

from ..kernel.errors import InputError
from .bundle import decode_bundle, type_of
from .reader import kinds_read
from .resources import Resource, resources_of, with_id

_TYPES = ("collection", "transaction", "batch", "searchset", "document", "message")
REFERENCE = re.compile(rb'"reference"\s*:\s*"([^"#][^"]*)"')


def plan(body: bytes, *, only_needed: bool = False) -> list[Resource]:
    """The resources to send. Purely numeric ids are refused by HAPI and become `id-N`, references with them.

    `only_needed`: just the kinds that the service reads, without their references to others. Raises InputError for
    what is no Bundle of current records, holds nothing, a resource without an id, or two that differ under one id.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    if not body.strip():
        raise InputError("the file is empty")
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.MsgspecError, RecursionError):
        raise InputError("the file is not JSON") from None
    kind = type_of(body)
    if kind != "Bundle":
        raise InputError(f"a FHIR Bundle is expected, this is {f'a {kind}' if kind else 'JSON without a resourceType'}")
    said = decode_bundle(body).type
    if said not in _TYPES:
        raise InputError(f"a Bundle of type {', '.join(_TYPES[:4])} is expected, this is "
                         f"{'another type' if said else 'one without a type'}")  # fmt: skip
    resources = _once(resources_of(body, made_up=False))
    if only_needed:
        needed = {*kinds_read(), "Patient", "Medication"}
        resources = [r for r in resources if r.type in needed]
        sent = {r.reference.encode() for r in resources}
        resources = [r._replace(raw=_closed(r.raw, sent)) for r in resources]
    if not resources:
        raise InputError("there is nothing in it to load")
    renamed = {r.reference: f"{r.type}/id-{r.id}" for r in resources if r.id.isdigit()}
    return [_rename(r, renamed) for r in resources] if renamed else resources


def transaction(resources: Iterable[Resource]) -> bytes:
    """The transaction Bundle that writes these resources under their ids."""
    entries = [
        {"resource": msgspec.Raw(r.raw), "request": {"method": "PUT", "url": r.reference}} for r in resources
    ]
    return msgspec.json.encode({"resourceType": "Bundle", "type": "transaction", "entry": entries})


def without_references(resource: Resource) -> Resource:
    """A resource without the elements that refer to others."""
    return resource._replace(raw=_closed(resource.raw, set()))


def _once(resources: list[Resource]) -> list[Resource]:
    """Each resource once: pages overlap, and a server refuses two of one id."""
    found: dict[str, Resource] = {}
    for resource in resources:
        before = found.setdefault(resource.reference, resource)
        if before.raw != resource.raw and msgspec.json.decode(before.raw) != msgspec.json.decode(resource.raw):
            raise InputError(f"{before.place} and {resource.place} are different {resource.type} under one id")
    return list(found.values())


def _closed(raw: bytes, sent: set[bytes]) -> bytes:
    """Without the elements that refer to something that is not sent: a server refuses dangling references."""
    fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    kept = {k: v for k, v in fields.items() if all(r in sent for r in REFERENCE.findall(bytes(v)))}
    return msgspec.json.encode(kept) if len(kept) < len(fields) else raw


def _rename(resource: Resource, renamed: dict[str, str]) -> Resource:
    def new(match: "re.Match[bytes]") -> bytes:
        target = renamed.get(match.group(1).decode())
        return match.group(0) if target is None else b'"reference":"' + target.encode() + b'"'

    raw = REFERENCE.sub(new, resource.raw)
    if resource.reference in renamed:
        identifier = f"id-{resource.id}"
        return resource._replace(raw=with_id(raw, identifier), id=identifier)
    return resource._replace(raw=raw)
