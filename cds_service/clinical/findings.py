"""What is recorded of a finding, and when silence means absence.

Source: criteria.md section 2 "Absence", decisions 34, 50, 51.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from ..chart.chart import Chart, Kind
from ..chart.facts import Diagnosis, Procedure
from ..kernel.answers import Answer, Basis, Evidence, Reason, new, passed, unknown
from ..kernel.dates import DAY, DateSpan, Window
from .timing import EVENTS, LASTING

Fact = Diagnosis | Procedure

_FROM_ONSET = EVENTS | LASTING

_KEY, _SINCE, _NOTHING_RECORDED = "facts by finding", "since", "nothing recorded"
_UNMADE: Any = object()
_READ = Kind.READ

ACTS = frozenset(
    ("dialysis", "haemodialysis", "peritoneal_dialysis", "solid_organ_transplant", "hsct_bmt", "pci_stent",
     "prior_car_t")
)
"""Findings that are things done: Procedures are looked at for them, too."""


def by_finding(chart: Chart) -> Mapping[str, Sequence[Fact]]:
    """Finding → the Conditions and Procedures that speak of it; made once for a chart."""
    found: dict[str, list[Fact]] | None = chart.memo.get(_KEY)
    if found is None:
        found = chart.memo[_KEY] = _index(chart)
    return found


def _index(chart: Chart) -> dict[str, list[Fact]]:
    index: dict[str, list[Fact]] = {}
    facts: tuple[Fact, ...] = (*chart.diagnoses, *chart.procedures)
    for fact in facts:
        for finding in fact.findings:
            if finding in index:
                index[finding].append(fact)
            else:
                index[finding] = [fact]
    return index


def conditions(chart: Chart, finding: str) -> tuple[Diagnosis, ...]:
    """The Conditions that speak of a finding, in whatever grade."""
    facts = by_finding(chart).get(finding)
    return tuple(fact for fact in facts if isinstance(fact, Diagnosis)) if facts else ()


def recorded(chart: Chart, *findings: str, active: bool = False) -> list[Diagnosis]:
    """The Conditions whose codes name one of the findings, none of them in doubt; `active`: only those that go on."""
    found = {
        fact.reference: fact
        for finding in findings
        for fact in conditions(chart, finding)
        if fact.findings[finding] == "names" and not fact.doubtful and (fact.active or not active)
    }
    return list(found.values())


def has_finding(chart: Chart, *findings: str, active: bool = False) -> Diagnosis | None:
    """The first Condition whose code names one of the findings, or None where none is recorded."""
    return next(iter(recorded(chart, *findings, active=active)), None)


def possible(chart: Chart, *findings: str) -> list[Fact]:
    """Everything that speaks of one of the findings, doubtful, wide and word-only entries included."""
    index = by_finding(chart)
    return list({fact.reference: fact for finding in findings for fact in index.get(finding, ())}.values())


def evidence_of(fact: Fact, threshold: str, rule: str, note: str | None = None) -> Evidence:
    """One Condition or Procedure as evidence, with the day that it counts from.

    An illness that is over shows both days, `2026-09-01/2026-10-29`: windows count from its end (decision 18), so a
    wait can be followed. `/2026-10-29` where no onset is recorded. Events count from their onset (decision 35).
    """
    first: DateSpan | None
    last: DateSpan | None
    days: str | None
    if isinstance(fact, Diagnosis):
        first, last = fact.onset or fact.recorded, None
        if fact.abatement is not None and not fact.active and _FROM_ONSET.isdisjoint(fact.findings):
            first, last = fact.onset, fact.abatement
    else:
        first = fact.performed or fact.ended
        last = fact.ended if fact.ended != first else None
    if last is not None:
        days = _days(first, last)
    elif first is not None:
        days = first[0].isoformat() if first[0] is first[1] else str(first)
    else:
        days = None
    return new(Evidence, (fact.reference, fact.text, None, days, None, threshold, rule, None, note))


def _days(first: DateSpan | None, last: DateSpan) -> str:
    begin, end = str(first) if first is not None else "", str(last)
    # What is no date as a chart writes one is bounded by its outer days: one slash only.
    begin = first.first.isoformat() if first is not None and "/" in begin else begin
    return f"{begin}/{last.last.isoformat() if '/' in end else end}"


def incomplete(chart: Chart, kinds: tuple[str, ...]) -> bool:
    """Whether one of these kinds of resource was not read completely, so that silence proves nothing."""
    states = chart.kinds
    for kind in kinds:
        state = states.get(kind)
        if state is not _READ and state is not None and not state.complete:
            return True
    return False


def reaches(chart: Chart, window: Window) -> bool:
    """Whether the chart is old enough for silence within `window` to mean absence.

    The window begins on the day after the day exactly that long ago (decision 50).
    """
    return chart.reaches(window.before(chart.as_of) + DAY)


def since(chart: Chart) -> Evidence:
    """Since when the chart has records: the evidence of an absence (decision 19)."""
    found: Evidence = chart.memo.get(_SINCE) or chart.once(_SINCE, _since)
    return found


def _since(chart: Chart) -> Evidence:
    if chart.reach is None:
        return Evidence(None, note="nothing is recorded; the chart has no dated record")
    return Evidence(None, date=str(chart.reach), note=f"nothing is recorded; the chart has records since {chart.reach}")


def absent(chart: Chart, kinds: tuple[str, ...], missing: tuple[str, ...], window: Window | None = None) -> Answer:
    """The answer of an exclusion with nothing recorded, behind the two guards of criteria.md "Absence"."""
    return silence(kinds, window).absent(chart, missing)


def unrecorded(chart: Chart) -> Answer:
    """The answer of an exclusion with nothing recorded where the guards hold: one object for the whole chart."""
    found: Answer | None = chart.memo.get(_NOTHING_RECORDED)
    return chart.once(_NOTHING_RECORDED, _nothing) if found is None else found


class Silence:
    """The two guards of criteria.md "Absence". Equal ones are one object (`silence`): a chart answers each once."""

    __slots__ = ("kinds", "window")

    def __init__(self, kinds: tuple[str, ...], window: Window | None) -> None:
        self.kinds = kinds
        self.window = window

    def fails(self, chart: Chart) -> Reason | None:
        """Why silence does not mean absence here; None where it does."""
        memo = chart.memo
        found: Reason | None = memo.get(self, _UNMADE)
        if found is _UNMADE:
            found = memo[self] = _silence_fails(chart, self.kinds, self.window)
        return found

    def absent(self, chart: Chart, missing: tuple[str, ...]) -> Answer:
        """The answer of an exclusion with nothing recorded; the same object for all that pass."""
        reason: Reason | None = chart.memo.get(self, _UNMADE)
        if reason is _UNMADE:
            reason = self.fails(chart)
        if reason is None:
            return unrecorded(chart)
        return unknown(reason, missing, (since(chart),))


class Guards:
    """Several silences, asked together: in a chart that is whole and old enough for all of them none fails."""

    __slots__ = ("each", "kinds", "longest")

    def __init__(self, each: Iterable[Silence]) -> None:
        self.each = tuple(each)
        self.kinds = tuple(sorted({kind for silence in self.each for kind in silence.kinds}))
        windows = [silence.window for silence in self.each if silence.window is not None]
        self.longest = timedelta(max([window.days + 31 * window.months for window in windows], default=0))
        """At least as many days as any of the windows has."""

    def failing(self, chart: Chart) -> list[Silence]:
        """Those that fail in this chart, in their order."""
        if not incomplete(chart, self.kinds) and chart.reaches(chart.as_of - self.longest):
            return []
        return [silence for silence in self.each if silence.fails(chart) is not None]


@lru_cache(maxsize=256)
def silence(kinds: tuple[str, ...], window: Window | None) -> Silence:
    """The guards for some kinds of resource and a window."""
    return Silence(kinds, window)


def silence_fails(chart: Chart, kinds: tuple[str, ...], window: Window | None) -> Reason | None:
    """Why silence does not mean absence here; None where it does. Worked out once for a chart."""
    return silence(kinds, window).fails(chart)


def _silence_fails(chart: Chart, kinds: tuple[str, ...], window: Window | None) -> Reason | None:
    if incomplete(chart, kinds):
        return Reason.UNAVAILABLE
    if window is not None and not reaches(chart, window):
        return Reason.NOT_OBSERVABLE
    return None


def _nothing(chart: Chart) -> Answer:
    return passed(Basis.NOT_RECORDED, (since(chart),))
