"""What a FHIR server offers, from its CapabilityStatement, kept per server with a time limit."""

import time
from typing import Any

import msgspec

from .client import FhirClient
from .faults import FetchError

KEPT_SECONDS = 3600.0
RETRY_SECONDS = 60.0
"""A server whose statement could not be read is asked again after this time."""


class _Interaction(msgspec.Struct):
    code: Any = None


class _Resource(msgspec.Struct):
    type: str
    interaction: list[_Interaction] | None = None


class _Rest(msgspec.Struct):
    mode: Any = "server"
    resource: list[_Resource] | None = None


class _Statement(msgspec.Struct):
    resourceType: str
    rest: list[_Rest] | None = None


_statements = msgspec.json.Decoder(_Statement)
_kept: dict[str, tuple[float, frozenset[str] | None]] = {}


class Unknown(Exception):
    """The server was not asked yet, or what it said has grown old."""


def offered(base: str) -> frozenset[str] | None:
    """Resource types that can be searched at a server; None where it does not say. Raises Unknown: ask it."""
    kept = _kept.get(base)
    if kept is None or kept[0] < time.monotonic():
        raise Unknown
    return kept[1]


def ask(client: FhirClient) -> frozenset[str] | None:
    """Read `/metadata` and keep what it says. Never raises."""
    try:
        types = _types(client.get(client.access.address("metadata")))
    except FetchError:
        types = None
    _kept[client.access.base] = (time.monotonic() + (KEPT_SECONDS if types is not None else RETRY_SECONDS), types)
    return types


def forget() -> None:
    """Forget all servers."""
    _kept.clear()


def _types(body: bytes) -> frozenset[str] | None:
    try:
        statement = _statements.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    if statement.resourceType != "CapabilityStatement":
        return None
    listed = [r for rest in statement.rest or [] if rest.mode == "server" for r in rest.resource or []]
    if not listed:
        return None
    return frozenset(
        r.type for r in listed if not r.interaction or any(i.code == "search-type" for i in r.interaction)
    )
