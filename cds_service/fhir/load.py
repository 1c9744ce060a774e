"""Puts Bundles on a FHIR server for testing: one idempotent transaction each, with the client's own ids.

Loaded twice, nothing changes. Source: hapi.md points 18-21.
"""

import re
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec
import requests
import urllib3

from ..kernel.errors import CdsError, InputError
from .faults import WORDS
from .reader import kinds_read
from .resources import Resource, resources_of, with_id

TIMEOUT = (5.0, 180.0)
"""Seconds to connect and to answer: a large transaction takes a small server many seconds."""
WAITS = (0.5, 1.0, 2.0, 4.0)
"""Seconds between attempts while the server answers 409 (somebody else is writing)."""
_REFERENCE = re.compile(rb'"reference"\s*:\s*"([^"#][^"]*)"')
_ENTRY = re.compile(r"[Ee]ntry[\[. ](\d+)")
_ORDER = ("Patient", "Medication", "Encounter", "Condition")


class LoadError(CdsError):
    """A Bundle that the server refused, and the entry that is at fault where it can be told."""


class Loaded(NamedTuple):
    """What became of one Bundle."""

    name: str
    sent: int
    created: int
    """Of the resources sent; the rest were there already."""
    patient: str | None
    """Id under which its Patient stands on the server."""


def load(
    bundles: Iterable[tuple[str, bytes]],
    base: str,
    *,
    token: str | None = None,
    only_needed: bool = False,
    progress: Callable[[str], object] = lambda line: None,
) -> list[Loaded]:
    """Put (name, Bundle) pairs on a server, one after another, telling `progress` a line about each.

    `only_needed` sends just the kinds that the service reads. Raises LoadError naming the Bundle, and the entry at
    fault where it can be told.
    """
    done = []
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update({"Accept": "application/fhir+json", "Content-Type": "application/fhir+json"})
        if token:
            session.headers["Authorization"] = f"Bearer {token}"
        for name, body in bundles:
            try:
                resources = plan(body, only_needed=only_needed)
            except InputError as error:
                raise LoadError(f"{name}: {error}") from None
            loaded = _load_one(session, base.rstrip("/"), name, resources)
            progress(f"{name}: {loaded.sent} resources, {loaded.created} of them new")
            done.append(loaded)
    return done


def plan(body: bytes, *, only_needed: bool = False) -> list[Resource]:
    """The resources to send. Purely numeric ids are refused by HAPI and become `id-N`, references with them."""
    resources = resources_of(body)
    if only_needed:
        needed = {*kinds_read(), "Patient", "Medication"}
        resources = [r for r in resources if r.type in needed]
        sent = {r.reference.encode() for r in resources}
        resources = [r._replace(raw=_closed(r.raw, sent)) for r in resources]
    renamed = {r.reference: f"{r.type}/id-{r.id}" for r in resources if r.id.isdigit()}
    return [_rename(r, renamed) for r in resources] if renamed else resources


def transaction(resources: Iterable[Resource]) -> bytes:
    """The transaction Bundle that writes these resources under their ids."""
    entries = [
        {"resource": msgspec.Raw(r.raw), "request": {"method": "PUT", "url": r.reference}} for r in resources
    ]
    return msgspec.json.encode({"resourceType": "Bundle", "type": "transaction", "entry": entries})


def _load_one(session: requests.Session, base: str, name: str, resources: list[Resource]) -> Loaded:
    if not resources:
        raise LoadError(f"{name}: there is nothing in it to load")
    try:
        status, body = _send(session, "POST", base, transaction(resources))
    except LoadError as error:
        raise LoadError(f"{name}: {error}") from None
    if status not in (200, 201):
        raise LoadError(f"{name}: {_culprit(session, base, resources, status, body)}")
    statuses = [str((e.get("response") or {}).get("status", "")) for e in _json(body).get("entry") or []]
    patient = next((r.id for r in resources if r.type == "Patient"), None)
    return Loaded(name, len(resources), sum(s.startswith("201") for s in statuses), patient)


def _send(session: requests.Session, method: str, url: str, body: bytes) -> tuple[int, bytes]:
    """Status and body; 409 is tried again. Raises LoadError without the address where there is no answer."""
    for wait in (*WAITS, None):
        try:
            answer = session.request(method, url, data=body, timeout=TIMEOUT, allow_redirects=False)
        except requests.Timeout:
            raise LoadError(WORDS["timeout"]) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError):
            raise LoadError(WORDS["connection"]) from None
        if answer.status_code != 409 or wait is None:
            break
        time.sleep(wait)
    return answer.status_code, answer.content


def _culprit(session: requests.Session, base: str, resources: list[Resource], status: int, body: bytes) -> str:
    """Which entry a refused transaction failed on, as the server says or by trying the entries one by one."""
    said = _diagnostics(body)
    if 400 <= status < 500 and status not in (401, 403, 404, 405, 409, 410, 413):
        match = _ENTRY.search(said)
        if match and int(match.group(1)) < len(resources):
            return f"the server refused {_named(resources[int(match.group(1))])} ({status})"
        for resource in sorted(resources, key=lambda r: _ORDER.index(r.type) if r.type in _ORDER else len(_ORDER)):
            alone, _ = _send(session, "PUT", f"{base}/{resource.reference}", resource.raw)
            if alone >= 400:
                return f"the server refused {_named(resource)} ({alone})"
    return f"the server refused the Bundle as a whole ({status})"


def _named(resource: Resource) -> str:
    return f"{resource.place}, {resource.type}"


def _diagnostics(body: bytes) -> str:
    """What an OperationOutcome says, only ever used to find the number of an entry."""
    issues = _json(body).get("issue") or []
    return " ".join(str(i.get(k, "")) for i in issues if isinstance(i, dict) for k in ("diagnostics", "expression"))


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return {}
    return value if isinstance(value, dict) else {}


def _closed(raw: bytes, sent: set[bytes]) -> bytes:
    """Without the elements that refer to something that is not sent: a server refuses dangling references."""
    fields = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    kept = {k: v for k, v in fields.items() if all(r in sent for r in _REFERENCE.findall(bytes(v)))}
    return msgspec.json.encode(kept) if len(kept) < len(fields) else raw


def _rename(resource: Resource, renamed: dict[str, str]) -> Resource:
    def new(match: "re.Match[bytes]") -> bytes:
        target = renamed.get(match.group(1).decode())
        return match.group(0) if target is None else b'"reference":"' + target.encode() + b'"'

    raw = _REFERENCE.sub(new, resource.raw)
    if resource.reference in renamed:
        identifier = f"id-{resource.id}"
        return resource._replace(raw=with_id(raw, identifier), id=identifier)
    return resource._replace(raw=raw)
