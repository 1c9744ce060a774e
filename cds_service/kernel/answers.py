"""What a criterion answers: status, basis, reason, dates, evidence (criteria.md section 1).

`Answer` is a NamedTuple and not a dataclass because some hundred are made for each call and a NamedTuple is made
three times as fast. Neither a `Status` nor an `Answer` has a truth value: "unknown" must never pass for "no".
"""

from datetime import date
from enum import Enum
from functools import lru_cache
from typing import NamedTuple, NoReturn, TypeVar

from .enums import quick

T = TypeVar("T")


@quick
class Status(Enum):
    """The answer from the patient's point of view, for inclusions and exclusions alike."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    REVIEW = "review"

    def __bool__(self) -> NoReturn:
        raise TypeError("a Status has no truth value; compare it with `is`")


@quick
class Basis(Enum):
    """What a decided status rests on (decision 3)."""

    RECORDED = "recorded"
    COMPUTED = "computed"
    NOT_RECORDED = "not-recorded"


@quick
class Reason(Enum):
    """Why a criterion is unknown; the order is that of decision 4: the first one names a composite."""

    UNAVAILABLE = "unavailable"
    NOT_OBSERVABLE = "not-observable"
    INCOMPARABLE = "incomparable"
    INVALIDATED = "invalidated"
    NO_DOSE = "no-dose"
    NO_REFERENCE_RANGE = "no-reference-range"
    STALE = "stale"
    IMPRECISE = "imprecise"
    JUDGEMENT = "judgement"
    NO_DATA = "no-data"


REASON_RANK = {reason: rank for rank, reason in enumerate(Reason)}


class Evidence(NamedTuple):
    """One fact that was held against a rule. `None` where a field does not apply."""

    reference: str | None
    """FHIR reference of the resource, e.g. `Observation/x`."""
    value: str | None = None
    """The value as recorded, without unit."""
    unit: str | None = None
    date: str | None = None
    """Date as recorded (may be partial)."""
    normalised: str | None = None
    """Value and unit as they were compared."""
    threshold: str | None = None
    rule: str | None = None
    basis: str | None = None
    """A finer basis: `default-range`, `computed`, `reported`, `text` ..."""
    note: str | None = None


class Answer(NamedTuple):
    """Status of one criterion (or of a part of one) with everything that it rests on."""

    status: Status
    basis: Basis | None = None
    reason: Reason | None = None
    until: date | None = None
    assumes: str | None = None
    missing: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()

    def __bool__(self) -> NoReturn:
        raise TypeError("an Answer has no truth value; look at its status")

    def noted(self, *notes: str) -> "Answer":
        """The same answer with further notes."""
        return new(Answer, (*self[:7], merge(self[7], notes)))

    def with_evidence(self, *evidence: Evidence) -> "Answer":
        """The same answer with further evidence."""
        return new(Answer, (*self[:6], merge(self[6], evidence), self[7]))


# Members by name and tuples made straight: an enum member looked up on its class costs more than a comparison, and
# the constructor of a NamedTuple more than the tuple; thousands of both are needed for a call.
_PASS, _FAIL, _UNKNOWN, _REVIEW = Status.PASS, Status.FAIL, Status.UNKNOWN, Status.REVIEW
new = tuple.__new__
"""`new(Answer, (...))`, `new(Evidence, (...))`: the tuple with all its fields in order."""


def passed(
    basis: Basis, evidence: tuple[Evidence, ...] = (), notes: tuple[str, ...] = (), missing: tuple[str, ...] = ()
) -> Answer:
    """In favour of eligibility."""
    return new(Answer, (_PASS, basis, None, None, None, missing, evidence, notes))


def failed(
    basis: Basis,
    evidence: tuple[Evidence, ...] = (),
    until: date | None = None,
    assumes: str | None = None,
    notes: tuple[str, ...] = (),
) -> Answer:
    """The chart shows that the criterion stands in the way; `until` is the first day on which it would pass."""
    return new(Answer, (_FAIL, basis, None, until, assumes, (), evidence, notes))


def unknown(
    reason: Reason,
    missing: tuple[str, ...] = (),
    evidence: tuple[Evidence, ...] = (),
    notes: tuple[str, ...] = (),
) -> Answer:
    """The chart cannot decide; `missing` names the concepts that would."""
    return new(Answer, (_UNKNOWN, None, reason, None, None, missing, evidence, notes))


@lru_cache(maxsize=1024)
def no_data(missing: tuple[str, ...]) -> Answer:
    """Nothing recorded of what is asked for: the same answer for every chart."""
    return unknown(Reason.NO_DATA, missing)


def review(*notes: str) -> Answer:
    """By nature a person's decision; never computed."""
    return new(Answer, (_REVIEW, None, None, None, None, (), (), notes))


def merge(first: tuple[T, ...], *others: tuple[T, ...]) -> tuple[T, ...]:
    """Tuples joined in order, each item once."""
    joined = first
    for other in others:
        if other:
            joined += other
    return first if joined is first else each_once(joined)


def each_once(items: tuple[T, ...]) -> tuple[T, ...]:
    """A tuple without what it says again; the tuple itself where it repeats nothing."""
    if len(items) < 2:
        return items
    if len(items) == 2:
        return items if items[0] != items[1] else items[:1]
    seen = dict.fromkeys(items)
    return items if len(seen) == len(items) else tuple(seen)
