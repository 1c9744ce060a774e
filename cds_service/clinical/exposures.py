"""Drugs taken: which, from when to when, and whether still (criteria.md section 2 "Drugs"; decisions 14, 16, 20, 38).

A record covers days for certain, and perhaps more of them: partial dates and unrecorded ends are spans.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from ..chart.chart import Chart
from ..chart.facts import Dose, Exposure
from ..kernel.answers import Evidence
from ..kernel.dates import DAY, DateSpan, Window
from ..kernel.numbers import ZERO, Interval

INFUSION_LASTS = Window(0, 3)
"""An infused drug is current for 3 months after its last administration (decision 20)."""
INFUSION_DAYS = timedelta(93)
"""More days than three months have."""
JOIN = timedelta(7)
"""Gaps up to 7 days join (decision 20; dosing.md section 3)."""
SHORT_ACTING = frozenset({
    "glucocorticoid", "no_equivalence", "vasopressor", "vasopressor_judgement", "nsaid", "growth_factor"})
"""An infusion of these acts on its own days only; decision 20 is about long-acting treatment."""


@lru_cache(maxsize=4096)
def infusion_lasts(given: date) -> date:
    """The last day on which an infusion still counts as current treatment."""
    return INFUSION_LASTS.after(given)


class Shelf(NamedTuple):
    """The exposures of a chart, sorted once."""

    by_ingredient: dict[str, list[Exposure]]
    """The exposures of each ingredient: they have their groups and their counting name in common."""
    labels: dict[str, frozenset[str]]
    """All that the records of an ingredient may be asked for by: its groups, itself, its counting name."""
    names: frozenset[str]
    """All labels together."""


def shelf(chart: Chart) -> Shelf:
    """The exposures of a chart by ingredient, in the order in which they were recorded; sorted once."""
    by_ingredient: dict[str, list[Exposure]] = {}
    labels: dict[str, frozenset[str]] = {}
    for e in chart.exposures:
        ingredient = e.ingredient
        if ingredient in by_ingredient:
            by_ingredient[ingredient].append(e)
        else:
            by_ingredient[ingredient] = [e]
            labels[ingredient] = e.groups | {ingredient, e.drug}
    made: Shelf = _made(Shelf, (by_ingredient, labels, frozenset().union(*labels.values())))
    chart.shelf = made
    return made


def recorded(chart: Chart, wanted: Iterable[str]) -> bool:
    """Whether there is a record of one of the given groups, ingredients or counting names."""
    return not (chart.shelf or shelf(chart))[2].isdisjoint(wanted)


def exposures(chart: Chart, wanted: Iterable[str]) -> Sequence[Exposure]:
    """Records of the given groups, ingredients or counting names, each once."""
    by_ingredient, labels, names = chart.shelf or shelf(chart)
    if names.isdisjoint(wanted):
        return ()
    found = [ingredient for ingredient, labelled in labels.items() if not labelled.isdisjoint(wanted)]
    if len(found) == 1:
        return by_ingredient[found[0]]
    each = [[e for e in chart.exposures if label in labels[e.ingredient]] for label in wanted if label in names]
    return each[0] if len(each) == 1 else list({id(e): e for one in each for e in one}.values())


def by_drug(found: Iterable[Exposure]) -> dict[str, list[Exposure]]:
    """Grouped as they count: glucocorticoids are one drug, others go by their counting name (decision 39)."""
    grouped: dict[str, list[Exposure]] = {}
    for exposure in found:
        drug = "glucocorticoid" if "glucocorticoid" in exposure.groups else exposure.drug
        grouped.setdefault(drug, []).append(exposure)
    return grouped


def is_current(exposure: Exposure, as_of: date) -> bool | None:
    """Whether it is taken on `as_of`; None where the record leaves that open (status unknown, partial end)."""
    infusion, end = exposure.infusion, exposure.end
    if infusion is not False:
        if infusion:
            first, last = end or (as_of, as_of)
            if infusion_lasts(first) >= as_of:
                return True
            return None if last is not first and infusion_lasts(last) >= as_of else False
        if end is not None and end.first < as_of:
            return None if infusion_lasts(end.last) >= as_of else False
    state = exposure.state
    if state == "active":
        if end is None or end.first >= as_of:
            return True
        return None if end.last >= as_of else False
    if state == "unclear":
        return None if end is None or end.last >= as_of else False
    return False


def held(exposure: Exposure, as_of: date) -> bool:
    """On hold: exposed, not current, its stability unknown (decision 16)."""
    return exposure.state == "held" and (exposure.end is None or exposure.end.last >= as_of)


class Cover(NamedTuple):
    """The days that one record covers: from `start` (a span) to `end` (a span; date.max is open)."""

    start: DateSpan
    end: DateSpan
    exposure: Exposure


_OPEN = DateSpan(date.max, date.max)


def covers(found: Sequence[Exposure], as_of: date) -> list[Cover]:
    """What each record covers; an infusion lasts to the next one, else for 3 months.

    Beside recorded infusions the orders of the same drug say nothing more, and are left out.
    """
    infused: dict[str, list[DateSpan]] = {}
    for e in found:
        if e.infusion:
            infused.setdefault(e.drug, []).append(e.start)
    for starts in infused.values():
        starts.sort()
    made: list[Cover] = []
    for e in found:
        end = e.end
        if end is not None and e.infusion is None:
            end = DateSpan(end.first, infusion_lasts(end.last))
        elif infused and e.drug in infused:
            if e.infusion:
                made.append(_infusion(e, infused[e.drug], as_of))
            continue
        elif e.state == "held":
            end = DateSpan(e.start.first, date.max)
        elif end is None:
            end = _OPEN
        elif end[1] >= as_of and e.state == "ended" and e.source != "MedicationAdministration":
            before = as_of - DAY  # what is over is not taken today
            end = DateSpan(min(end.first, before), before)
        made.append(_made(Cover, (e.start, end, e)))
    return made


def _infusion(e: Exposure, starts: list[DateSpan], as_of: date) -> Cover:
    """`starts`: those of all infusions of the drug, in order."""
    given, given_last = e.end or (as_of, as_of)
    first = infusion_lasts(given)
    last = first if given_last is given else infusion_lasts(given_last)
    next_ = bisect_right(starts, (given_last, date.max))
    if next_ < len(starts):
        following = starts[next_]
        before = following[0] - DAY
        if before < first:
            first, last = before, before if following[1] is following[0] else following[1] - DAY
    return _made(Cover, (e.start, _made(DateSpan, (first, last)), e))


def begun(made: list[Cover], as_of: date) -> DateSpan | None:
    """When the course that is current on `as_of` began, as a span; None where nothing is current.

    The begin of the drug whatever its dose since; gaps up to 7 days join. The earliest day takes every unknown end
    as late, the latest day as early as it may be.
    """
    now: list[DateSpan] = []
    exact = True
    for start, end, _ in made:
        if start[1] <= as_of <= end[0]:
            now.append(start)
        if start[0] is not start[1] or end[0] is not end[1]:
            exact = False
    if not now:
        return None
    if len(made) == 1:
        return now[0]
    latest = _back(min([start[1] for start in now]), made, 1, 0)
    if exact:
        return DateSpan(latest, latest)
    earliest = _back(min([start[0] for start in now]), made, 0, 1)
    return DateSpan(min(earliest, latest), latest)


def _back(begin: date, made: list[Cover], start_as: int, end_as: int) -> date:
    """The begin of the course that `begin` belongs to; starts and ends taken as early (0) or late (1) as may be."""
    moved = True
    while moved:
        moved = False
        for start, end, _ in reversed(made):  # records mostly come in the order of time: the last is met first
            first = start[start_as]
            if first < begin:
                last = end[end_as]
                if last >= first and begin - last <= JOIN:
                    begin, moved = first, True
    return begin


def dose_on(exposure: Exposure, day: date) -> Dose:
    """The dose that a record gives for a day: the sum of the steps that hold; no step holds: nothing is taken."""
    if not exposure.steps:
        return exposure.dose
    holding = [
        s.dose for s in exposure.steps if (s.first is None or s.first <= day) and (s.last is None or day <= s.last)
    ]
    if not holding:
        return Dose(daily=Interval(ZERO, ZERO), text=exposure.dose.text)
    if len(holding) == 1:
        return holding[0]
    total = Interval(ZERO, ZERO)
    for each in holding:
        if each.daily is None:
            return each
        total = total.plus(each.daily)
    return Dose(daily=total, text=exposure.dose.text, prn=any(d.prn for d in holding))


def evidence(
    exposure: Exposure, *, normalised: str | None = None, threshold: str | None = None, rule: str | None = None,
    basis: str | None = None, note: str | None = None,
) -> Evidence:
    """One drug record as evidence: the drug as the chart names it, its dates, its dosage as recorded."""
    if basis is None and exposure.by != "code":
        basis = "text"
    return _made(Evidence, (
        exposure.reference, exposure.text, None, exposure.written or None, normalised, threshold, rule, basis, note,
    ))  # fmt: skip


Row = tuple[tuple[str | None, ...], tuple[str | None, str | None]]
"""What a record says as evidence before (from its reference to its date) and after what a rule holds against it."""
_BY_CODE, _BY_TEXT = (None, None), ("text", None)


def rows(records: Iterable[Exposure]) -> list[Row]:
    """The part of the evidence of drug records that no rule changes."""
    return [
        ((e.reference, e.text, None, e.written or None), _BY_CODE if e.by == "code" else _BY_TEXT) for e in records
    ]


def shown(made: list[Row], said: tuple[str | None, ...]) -> tuple[Evidence, ...]:
    """Evidence of rows and of what a rule says of each of them: in what words, against which limit, its name."""
    return tuple([_made(Evidence, head + said + tail) for head, tail in made])


def each_evidence(
    records: Iterable[Exposure], rule: str, normalised: str | None = None, threshold: str | None = None
) -> tuple[Evidence, ...]:
    """Drug records as evidence, as `evidence` makes it, that were all held against a rule with the same outcome."""
    return shown(rows(records), (normalised, threshold, rule))


_made = tuple.__new__
"""Evidence and covers are made some hundred times a call: this is twice as fast as their constructors."""
