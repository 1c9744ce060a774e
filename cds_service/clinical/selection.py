"""Which result of a concept counts: the newest usable one inside the look-back.

criteria.md section 2 "Observation values", "Look-back", "Completeness"; decisions 1, 18, 51.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from ..chart.chart import Chart, Kind
from ..chart.facts import Result
from ..kernel.answers import Answer, Evidence, Reason, Status, merge, new, no_data, unknown
from ..kernel.dates import Window
from ..terminology import Terminology
from .ages import ages

CONFLICT = "two results of the same time differ; the one worse for eligibility is used"
PRELIMINARY = "only a preliminary result is there"

Accept = Callable[[Result], bool]


class Found(NamedTuple):
    """The results that count: one, or several of the same instant. `reason` says why there is none."""

    results: tuple[Result, ...]
    reason: Reason | None = None
    older: Result | None = None
    """The newest result with a value that is too old."""
    preliminary: bool = False
    ordered: bool = True
    """False where partial dates leave open which of the results is the newest."""
    only: Result | None = None
    """The result, where it is one and there is nothing else to be said: nearly always."""


_READ, _NEWEST = Kind.READ, Kind.NEWEST
_NO_DATA, _UNAVAILABLE = Reason.NO_DATA, Reason.UNAVAILABLE
NOTHING = Found((), _NO_DATA)


def is_child(chart: Chart) -> bool:
    """Whether the patient is, or may be, under 18."""
    years = ages(chart)
    return years is not None and years[0] < 18


def look_back(chart: Chart, concept: str) -> date | None:
    """First day of a concept's own look-back (mappings/lab_concepts.csv); None where it has none (decision 33)."""
    spans: Mapping[str, timedelta | None] = chart.memo.get(_SPANS) or chart.once(_SPANS, _spans_of)
    span = spans[concept]
    return chart.as_of - span if span is not None else None


_SPANS = "look-back of each concept"


def _spans_of(chart: Chart) -> Mapping[str, timedelta | None]:
    return _spans(chart.terminology, is_child(chart))


@lru_cache(maxsize=16)
def _spans(terminology: Terminology, child: bool) -> Mapping[str, timedelta | None]:
    """How far the service looks back for each concept, at an adult and at a child."""
    days = {name: known.look_back_child if child else known.look_back for name, known in terminology.concepts.items()}
    return {name: timedelta(n) if n else None for name, n in days.items()}


class Query:
    """The newest usable result of one of the concepts within `window`, else within the concept's look-back.

    `accept` leaves out results that are not what is asked for (another method). Equal questions are one object
    (`query`), which is the key under which a chart keeps the answer.
    """

    __slots__ = ("accept", "concept", "concepts", "window")

    def __init__(self, concepts: tuple[str, ...], window: Window | None, accept: Accept | None) -> None:
        self.concepts = concepts
        self.concept = concepts[0] if len(concepts) == 1 else None
        self.window = window
        self.accept = accept

    def of(self, chart: Chart) -> Found:
        """The results of this chart that count; `NOTHING`, and no other object, where none of any age is there."""
        found: Found | None = chart.memo.get(self)
        if found is not None:
            return found
        concept = self.concept
        results = of_concepts(chart, self.concepts) if concept is None else chart.results.get(concept, ())
        kind = chart.kinds.get("Observation", _READ)
        if not results and kind is _READ:
            return NOTHING
        start = look_back(chart, self.concepts[0]) if self.window is None else self.window.before(chart.as_of)
        found = pick(results, start, self.accept)
        if kind is not _READ and not kind.complete and not (kind is _NEWEST and (found.results or found.older)):
            results_, _, older, preliminary, ordered, _ = found
            found = new(Found, (results_, _UNAVAILABLE, older, preliminary, ordered, None))
        chart.memo[self] = found
        return found


@lru_cache(maxsize=1024)
def query(concepts: tuple[str, ...], window: Window | None = None, accept: Accept | None = None) -> Query:
    """The question for the newest of the concepts."""
    return Query(concepts, window, accept)


def newest(
    chart: Chart, concepts: tuple[str, ...], window: Window | None = None, accept: Accept | None = None
) -> Found:
    """`query(concepts, window, accept)` of a chart."""
    return query(concepts, window, accept).of(chart)


def never_made(chart: Chart, concept: str) -> bool:
    """Whether there is no result of a concept, of whatever age and kind: every question for it finds `NOTHING`."""
    return concept not in chart.results and chart.kinds.get("Observation", _READ) is _READ


def of_concepts(chart: Chart, concepts: Sequence[str]) -> Sequence[Result]:
    """All results of the concepts, newest first."""
    if len(concepts) == 1:
        return chart.results.get(concepts[0], ())
    joined = [r for c in concepts for r in chart.results.get(c, ())]
    joined.sort(key=_order, reverse=True)
    return joined


def covered(chart: Chart, start: date | None) -> bool:
    """Whether everything since `start` arrived: what is missing of a newest-first answer is older (decision 51)."""
    kind = chart.kind("Observation")
    if kind is not _NEWEST:
        return kind.complete
    return start is not None and any(r[-1].day.last < start for r in chart.results.values() if r)


def pick(results: Sequence[Result], start: date | None, accept: Accept | None = None) -> Found:
    """The newest usable of results that stand newest first; preliminary ones only where no other is inside."""
    if not results:
        return NOTHING
    first = results[0]
    begin = first.day[0]
    if (
        (len(results) == 1 or results[1].day[1] < begin)  # alone in its time
        and not first.preliminary
        and (start is None or begin >= start)
        and not first.reading[6]
        and (accept is None or accept(first))
    ):
        return new(Found, ((first,), None, None, False, True, first))
    if not any(r.preliminary for r in results):
        return _pick(results, start, accept)
    final = _pick([r for r in results if not r.preliminary], start, accept)
    if final.results:
        return final
    early = _pick([r for r in results if r.preliminary], start, accept)
    if early.results:
        return early._replace(preliminary=True, only=None)
    return final if final.older is not None else early


def _pick(results: Sequence[Result], start: date | None, accept: Accept | None) -> Found:
    taken: list[Result] = []
    ordered = True
    for result in results:
        if start is not None and result.day.last < start:
            if taken:
                break
            if not result.reading.absent and (accept is None or accept(result)):
                return Found((), Reason.STALE, result)
            continue
        if taken and result.day.last < taken[0].day.first:
            break
        if taken and _earlier(result, taken[0]):
            continue
        if result.reading.absent or (accept is not None and not accept(result)):
            continue
        if taken and not (result.day == taken[0].day and result.day.first == result.day.last):
            ordered = False
        taken.append(result)
    if not taken:
        return NOTHING
    if start is not None and any(r.day.first < start for r in taken):
        return Found(tuple(taken), Reason.IMPRECISE)
    return Found(tuple(taken), None, None, False, ordered, taken[0] if len(taken) == 1 else None)


def _earlier(result: Result, other: Result) -> bool:
    """Whether `result` is earlier than `other` by its time of day (the days have been compared)."""
    return result.moment is not None and other.moment is not None and result.moment < other.moment


def _order(result: Result) -> tuple[date, float, date]:
    moment = result.moment.timestamp() if result.moment else float("-inf")
    return (result.day.last, moment, result.day.first)


def decide(found: Found, missing: tuple[str, ...], judge: Callable[[Result], Answer]) -> Answer:
    """Judge the results that count; of several that differ the one worse for eligibility stands (decision 1)."""
    if found is NOTHING:
        return no_data(missing)
    results, reason, older, preliminary, ordered, _ = found
    if reason is not None:
        looked = older or (results[0] if results else None)
        return unknown(reason, missing, (seen(looked),) if looked is not None else ())
    answer = judge(results[0]) if len(results) == 1 else _worst([judge(r) for r in results], ordered, missing)
    return answer.noted(PRELIMINARY) if preliminary else answer


_WORST_FIRST = {Status.FAIL: 0, Status.UNKNOWN: 1, Status.REVIEW: 2, Status.PASS: 3}


def _worst(answers: list[Answer], ordered: bool, missing: tuple[str, ...]) -> Answer:
    worst = min(answers, key=lambda a: _WORST_FIRST[a.status])
    if not ordered and any(a.status is not worst.status for a in answers):
        return unknown(Reason.IMPRECISE, missing, merge((), *(a.evidence for a in answers)), worst.notes)
    said = {e.normalised or e.value for a in answers for e in a.evidence[:1]}
    if len(said) > 1:
        return worst._replace(evidence=merge(worst.evidence, *(a.evidence for a in answers))).noted(CONFLICT)
    return worst


def seen(
    result: Result,
    note: str | None = None,
    *,
    rule: str | None = None,
    threshold: str | None = None,
    normalised: str | None = None,
) -> Evidence:
    """A result as evidence, with the value as recorded; `rule` is the concept where none is named."""
    reading = result.reading
    quantity = reading.quantity
    value, unit = (reading.text, None) if quantity is None else (quantity.text, quantity.unit)
    rule = rule or result.concept
    return new(Evidence, (result.reference, value, unit, result.written, normalised, threshold, rule, None, note))
