"""The body of a feedback call, checked (CDS Hooks "Feedback"; shared/cds_hooks/checklist.md FBK-2..FBK-6).

Unknown fields are ignored. What a clinician wrote is never repeated in an error.
"""

import re
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from ..kernel.errors import InputError

MOST_ENTRIES = 1000
"""Entries of one call."""
LONGEST_ID = 255
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:)(\d{2})(?:\.(\d{1,6})\d*)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


class Suggestion(msgspec.Struct):
    """A suggestion that was accepted."""

    id: str


class Reason(msgspec.Struct):
    """A Coding: the client's own reasons are as welcome as ours, with or without a display."""

    code: str
    system: str | None = None
    display: str | None = None


class Overridden(msgspec.Struct):
    """Why a card was dismissed; both parts may be missing (FBK-5)."""

    reason: Reason | None = None
    userComment: str | None = None

    def __repr__(self) -> str:
        return "Overridden(…)"  # the comment is a clinician's free text


class Entry(msgspec.Struct):
    """What became of one card."""

    card: str
    outcome: Literal["accepted", "overridden"]
    outcomeTimestamp: str
    acceptedSuggestions: list[Suggestion] | None = None
    overrideReason: Overridden | None = None

    @property
    def at(self) -> datetime:
        """`outcomeTimestamp` as an instant in UTC."""
        found = _instant(self.outcomeTimestamp)
        assert found is not None  # read_feedback has looked
        return found


class _Body(msgspec.Struct):
    feedback: list[msgspec.Raw]


_body = msgspec.json.Decoder(_Body)
_entry = msgspec.json.Decoder(Entry)


def read_feedback(body: bytes) -> list[Entry]:
    """The entries of a feedback call; an empty list is legal.

    Raises InputError with a sentence that names the entry by its place and the element, never its content. One bad
    entry refuses the call: a client that is told 200 would not send the others again.
    """
    try:
        raw = _body.decode(body).feedback
    except msgspec.ValidationError:
        raise InputError("a feedback body is an object with an array 'feedback'") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError("the body is not JSON") from None
    if len(raw) > MOST_ENTRIES:
        raise InputError(f"a feedback call holds at most {MOST_ENTRIES} entries")
    return [_read(index, one) for index, one in enumerate(raw)]


def _read(index: int, raw: msgspec.Raw) -> Entry:
    where = f"feedback[{index}]"
    try:
        entry = _entry.decode(raw)
    except msgspec.ValidationError as error:
        raise InputError(f"{where}: {_plain(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError(f"{where} is not JSON") from None
    if not 0 < len(entry.card) <= LONGEST_ID:
        raise InputError(f"{where}.card must be the uuid of a card")
    if _instant(entry.outcomeTimestamp) is None:
        raise InputError(f"{where}.outcomeTimestamp must be a date and time with its zone (RFC 3339)")
    if entry.outcome == "accepted" and not entry.acceptedSuggestions:
        raise InputError(f"{where}.acceptedSuggestions is required where the outcome is 'accepted'")
    return entry


def _plain(error: Any) -> str:
    """msgspec quotes a value that is none of an enumeration; it is the caller's word and is not repeated."""
    said, at, where = str(error).rpartition(" - at `")  # the last one is msgspec's own, whatever the value holds
    if said.startswith("Invalid enum value"):
        said = "the value is none of those allowed"
    return re.sub(r"\[\.\.\.\]", "[]", said + at + where).replace("`", "'")


def _instant(written: str) -> datetime | None:
    """RFC 3339, lower-case letters and fractions of any length included; None for what is no instant."""
    parts = _INSTANT.fullmatch(written)
    if parts is None:
        return None
    day, clock, second, fraction, zone = parts.groups()
    # A leap second is legal there and unknown to datetime.
    second = "59" if second == "60" else second
    try:
        zone = "+00:00" if zone in "Zz" else zone
        found = datetime.fromisoformat(f"{day}T{clock}{second}.{(fraction or '0').ljust(6, '0')}{zone}")
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
