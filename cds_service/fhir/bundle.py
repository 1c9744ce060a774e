"""Bundles, kept raw: which entries there are, what the server said of them, where the next page is."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from ..kernel.errors import InputError
from .heads import Concept

_UNAVAILABLE_CODES = {"suppressed", "incomplete", "throttled", "too-costly", "timeout"}
"""Issue codes that mean a gap whatever their severity (decision 49)."""


_BEGINS = re.compile(rb'\s*\{\s*"resourceType"\s*:\s*"Bundle"')
AS_ASKED = msgspec.Raw(b"")


class Entry(msgspec.Struct, gc=False):
    """One entry, its resource (and what the server says of it) still raw."""

    fullUrl: str | None = None
    resource: msgspec.Raw = msgspec.Raw(b"")
    search: msgspec.Raw = AS_ASKED


def matched(search: msgspec.Raw) -> bool:
    """Whether Bundle.entry.search says that the entry answers the search, and was not included beside the answer."""
    said = bytes(search)
    return b'"include"' not in said and b'"outcome"' not in said


def all_matched(searches: list[msgspec.Raw]) -> bool:
    """Whether `matched` holds for all, in one look: most often all say the same."""
    said = b"".join(searches[:1] if searches and searches.count(searches[0]) == len(searches) else searches)
    return b'"include"' not in said and b'"outcome"' not in said


def each_of(pieces: list[msgspec.Raw]) -> list[bytes]:
    """The bytes of many pieces of JSON; as `bytes` of each, in a third of the time."""
    found = b"\0".join(pieces).split(b"\0")  # no JSON holds this byte
    return found if len(found) == len(pieces) else list(map(bytes, pieces))


class Link(msgspec.Struct):
    """One link of a Bundle."""

    relation: str | None = None
    url: str | None = None


class Frame(msgspec.Struct):
    """A Bundle without its entries."""

    type: str | None = None
    total: int | None = None
    link: list[Link] = []

    @property
    def next(self) -> str | None:
        """The address of the next page as the server gave it; "" where there is one and its address is not said."""
        return next((link.url or "" for link in self.link if link.relation == "next"), None)


class Bundle(Frame):
    """A Bundle of any type, or what may be one."""

    resourceType: str = ""
    entry: list[Entry] = []


class Issue(msgspec.Struct):
    """OperationOutcome.issue, as far as it is read."""

    severity: str = "error"
    code: str = ""
    details: Concept | None = None


class Outcome(msgspec.Struct):
    """OperationOutcome."""

    issue: list[Issue] = []


class TypeOnly(msgspec.Struct):
    """Just the type of a resource."""

    resourceType: str | None = None


_bundles = msgspec.json.Decoder(Bundle)
_outcomes = msgspec.json.Decoder(Outcome)
_types = msgspec.json.Decoder(TypeOnly)


def type_of(raw: "bytes | msgspec.Raw") -> str | None:
    """The resourceType of a raw resource; None where there is none or it is no object."""
    try:
        return _types.decode(raw).resourceType
    except (msgspec.MsgspecError, RecursionError):
        return None


def begins_as_bundle(raw: "bytes | msgspec.Raw") -> bool:
    """Whether the first thing that it says is that it is a Bundle, as nearly every Bundle does."""
    return _BEGINS.match(raw) is not None


def decode_bundle(raw: "bytes | msgspec.Raw") -> Bundle:
    """Decode the frame of a Bundle. Raises InputError for what is no Bundle."""
    try:
        return _bundles.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise InputError(f"this is no FHIR Bundle that can be read: {_without_data(error)}") from None


class Whole:
    """The resources of one Bundle as they are written, cut out when the first is needed whole: most never are."""

    __slots__ = ("_entries", "_raw")

    def __init__(
        self, raw: "bytes | msgspec.Raw | Callable[[], msgspec.Raw]", entries: list[Entry] | None = None
    ) -> None:
        """`raw`: the Bundle, or what gives it; `entries`: the same, decoded before."""
        self._raw = raw
        self._entries = entries

    def resource(self, index: int) -> msgspec.Raw:
        """The resource of one entry."""
        if self._entries is None:
            self._entries = decode_bundle(self._raw() if callable(self._raw) else self._raw).entry
        return self._entries[index].resource


class Place(NamedTuple):
    """Where a resource stands."""

    whole: Whole
    number: int

    def raw(self) -> msgspec.Raw:
        """The resource as it is written."""
        return self.whole.resource(self.number)


def gap(raw: "bytes | msgspec.Raw") -> bool:
    """Whether an OperationOutcome among entries means that something is missing (decision 49)."""
    try:
        outcome = _outcomes.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        return True
    return not outcome.issue or any(
        issue.severity not in ("information", "warning", "success") or issue.code in _UNAVAILABLE_CODES
        for issue in outcome.issue
    )


def _without_data(error: Any) -> str:
    """A decoder's complaint: msgspec names types and places (`$.entry[3]`), never values of the input."""
    return str(error) if isinstance(error, msgspec.MsgspecError) else "it is nested too deeply or is not UTF-8"
