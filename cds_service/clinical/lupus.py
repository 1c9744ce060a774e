"""The SLE diagnosis, and how long it has been there (criteria.md decisions 12, 29, 30, 44, 51; "Duration of SLE")."""

from datetime import date
from enum import Enum
from typing import NamedTuple

from ..chart.chart import Chart
from ..chart.facts import Diagnosis
from ..kernel.dates import DateSpan
from .findings import by_finding, conditions, incomplete


class SleState(Enum):
    """What the chart says of systemic lupus."""

    SLE = "sle"
    NONE = "none"
    TYPE_NOT_STATED = "type-not-stated"
    """Only "lupus erythematosus" without its type: not enough."""
    UNAVAILABLE = "unavailable"
    """The Conditions were not read completely and none of those that came is SLE (decision 44)."""


def sle(chart: Chart) -> SleState:
    """Whether SLE is diagnosed; the same for every trial."""
    return chart.once("sle state", _state)


def diagnoses(chart: Chart) -> tuple[Diagnosis, ...]:
    """The Conditions that count as SLE, the best evidence (active, longest known) first.

    Not counted: doubtful ones, lupus named by a wide code or in words only, and drug-induced lupus, also where an SLE
    code stands beside it.
    """
    found: tuple[Diagnosis, ...] | None = chart.memo.get(_DIAGNOSES)
    return chart.once(_DIAGNOSES, _diagnoses) if found is None else found


_DIAGNOSES = "sle diagnoses"


def _diagnoses(chart: Chart) -> tuple[Diagnosis, ...]:
    counted = [
        fact
        for fact in conditions(chart, "sle")
        if fact.findings["sle"] == "names"
        and not fact.doubtful
        and "sle_drug_induced_guard" not in fact.findings
    ]
    return tuple(sorted(counted, key=lambda d: (not d.active, d.began.first if d.began else date.max, d.reference)))


def _state(chart: Chart) -> SleState:
    if diagnoses(chart):
        return SleState.SLE
    if incomplete(chart, ("Condition",)):
        return SleState.UNAVAILABLE
    if "lupus_type_not_stated" in by_finding(chart):
        return SleState.TYPE_NOT_STATED
    return SleState.NONE


class Duration(NamedTuple):
    """Since when SLE is known."""

    onset: DateSpan | None
    """The earliest onset of any SLE Condition."""
    onset_of: Diagnosis | None
    known_by: DateSpan | None
    """A recordedDate before that onset, or without one: the illness is at least that old."""
    known_of: Diagnosis | None


def duration(chart: Chart) -> Duration:
    """The earliest onset of any SLE Condition, and the recordedDate that makes it older (a lower bound only)."""
    counted = diagnoses(chart)
    if len(counted) == 1:
        only = counted[0]
        onset, known = only.onset, only.recorded
        if onset is not None and (known is None or known.last >= onset.first):
            return Duration(onset, only, None, None)  # the common case: one record, with its onset
    return _duration(counted)


def _duration(counted: tuple[Diagnosis, ...]) -> Duration:
    onsets = [(d.onset, d) for d in counted if d.onset is not None]
    onset, onset_of = None, None
    if onsets:
        first, onset_of = min(onsets, key=lambda pair: (pair[0].first, pair[0].last))
        onset = DateSpan(first.first, min(span.last for span, _ in onsets))
    records = [(d.recorded, d) for d in counted if d.recorded is not None]
    known_by, known_of = min(records, key=lambda pair: pair[0].last) if records else (None, None)
    if onset is not None and known_by is not None and known_by.last >= onset.first:
        known_by, known_of = None, None
    return Duration(onset, onset_of, known_by, known_of)
