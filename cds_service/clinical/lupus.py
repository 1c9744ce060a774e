"""The SLE diagnosis, and how long it has been there (criteria.md decisions 12, 29, 30, 44, 51; "Duration of SLE")."""

from datetime import date
from enum import Enum
from typing import NamedTuple

from ..chart.chart import Chart
from ..chart.facts import Diagnosis
from ..kernel.answers import new
from ..kernel.dates import DateSpan
from ..kernel.enums import quick
from .findings import by_finding, incomplete


@quick
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
        for fact in chart.diagnoses
        if fact.findings.get("sle") == "names"
        and not fact.doubtful
        and "sle_drug_induced_guard" not in fact.findings
    ]
    if len(counted) > 1:
        counted.sort(key=lambda d: (not d.active, d.began.first if d.began else date.max, d.reference))
    return tuple(counted)


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
    onset: DateSpan | None = None
    known_by: DateSpan | None = None
    onset_of: Diagnosis | None = None
    known_of: Diagnosis | None = None
    last = date.max
    for fact in diagnoses(chart):
        begun, recorded = fact.onset, fact.recorded
        if begun is not None:
            if onset is None or begun < onset:
                onset, onset_of = begun, fact
            if begun[1] < last:
                last = begun[1]
        if recorded is not None and (known_by is None or recorded[1] < known_by[1]):
            known_by, known_of = recorded, fact
    if onset is not None:
        if onset[1] is not last:
            onset = DateSpan(onset[0], last)
        if known_by is not None and known_by[1] >= onset[0]:
            known_by, known_of = None, None
    return new(Duration, (onset, onset_of, known_by, known_of))
