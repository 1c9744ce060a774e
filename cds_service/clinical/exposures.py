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


def index(chart: Chart) -> dict[str, list[Exposure]]:
    """The exposures of a chart by group, by ingredient and by counting name; sorted once."""
    found: dict[str, list[Exposure]] | None = chart.memo.get(_DRUGS)
    if found is None:
        found = chart.memo[_DRUGS] = _index(chart)
    return found


_DRUGS = "drugs"


def _index(chart: Chart) -> dict[str, list[Exposure]]:
    found: dict[str, list[Exposure]] = {}
    several: set[str] = set()
    for ingredient, records in _by_ingredient(chart).items():
        first = records[0]
        for label in first.groups | {ingredient, first.drug}:
            if label in found:
                several.add(label)
            else:
                found[label] = records
    for label in several:
        found[label] = [e for e in chart.exposures if label in e.groups or label in (e.ingredient, e.drug)]
    return found


def _by_ingredient(chart: Chart) -> dict[str, list[Exposure]]:
    """The exposures of each ingredient: they have their groups and their counting name in common."""
    found: dict[str, list[Exposure]] | None = chart.memo.get(_INGREDIENTS)
    if found is None:
        found = chart.memo[_INGREDIENTS] = {}
        for exposure in chart.exposures:
            ingredient = exposure.ingredient
            if ingredient in found:
                found[ingredient].append(exposure)
            else:
                found[ingredient] = [exposure]
    return found


_INGREDIENTS = "drugs by ingredient"


def exposures(chart: Chart, wanted: Iterable[str]) -> Sequence[Exposure]:
    """Records of the given groups, ingredients or counting names, each once."""
    found = index(chart)
    if found.keys().isdisjoint(wanted):
        return ()
    lists = [found[w] for w in wanted if w in found]
    if len(lists) == 1:
        return lists[0]
    return list({id(e): e for each in lists for e in each}.values())


def by_drug(found: Iterable[Exposure]) -> dict[str, list[Exposure]]:
    """Grouped as they count: glucocorticoids are one drug, others go by their counting name (decision 39)."""
    grouped: dict[str, list[Exposure]] = {}
    for exposure in found:
        grouped.setdefault(_counts_as(exposure), []).append(exposure)
    return grouped


def _counts_as(exposure: Exposure) -> str:
    return "glucocorticoid" if "glucocorticoid" in exposure.groups else exposure.drug


def drugs(chart: Chart) -> dict[str, list[Exposure]]:
    """All exposures as `by_drug` groups them."""
    grouped: dict[str, list[Exposure]] = {}
    for records in _by_ingredient(chart).values():
        key = _counts_as(records[0])
        if key in grouped:  # of several ingredients, which must stay in the order in which they were recorded
            return by_drug(chart.exposures)
        grouped[key] = records
    return grouped


def is_current(exposure: Exposure, as_of: date) -> bool | None:
    """Whether it is taken on `as_of`; None where the record leaves that open (status unknown, partial end)."""
    if exposure.infusion:
        first, last = exposure.end or (as_of, as_of)
        if infusion_lasts(first) >= as_of:
            return True
        return None if last is not first and infusion_lasts(last) >= as_of else False
    if exposure.infusion is None and exposure.end is not None and exposure.end.first < as_of:
        return None if infusion_lasts(exposure.end.last) >= as_of else False
    if exposure.state == "active":
        if exposure.end is None or exposure.end.first >= as_of:
            return True
        return None if exposure.end.last >= as_of else False
    if exposure.state == "unclear":
        return None if exposure.end is None or exposure.end.last >= as_of else False
    return False


def held(exposure: Exposure, as_of: date) -> bool:
    """On hold: exposed, not current, its stability unknown (decision 16)."""
    return exposure.state == "held" and (exposure.end is None or exposure.end.last >= as_of)


class Cover(NamedTuple):
    """The days that one record covers: from `start` (a span) to `end` (a span; date.max is open)."""

    start: DateSpan
    end: DateSpan
    exposure: Exposure

    def on(self, day: date) -> bool | None:
        """Whether it was taken on a day; None where that is not known."""
        if self.start.last <= day <= self.end.first:
            return True
        return None if self.start.first <= day <= self.end.last else False


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
    narrowest: list[tuple[date, date]] = []
    widest: list[tuple[date, date]] = []
    now: list[DateSpan] = []
    exact = True
    for start, end, _ in made:
        (earliest, latest), (soonest, last) = start, end
        narrowest.append((latest, soonest))
        widest.append((earliest, last))
        if earliest is not latest or soonest is not last:
            exact = False
        if latest <= as_of <= soonest:
            now.append(start)
    if not now:
        return None
    if len(made) == 1:
        return now[0]
    latest = _back(min([start[1] for start in now]), narrowest)
    if exact:
        return DateSpan(latest, latest)
    earliest = _back(min([start[0] for start in now]), widest)
    return DateSpan(min(earliest, latest), latest)


def _back(start: date, spans: list[tuple[date, date]]) -> date:
    moved = True
    while moved:
        moved = False
        for first, last in reversed(spans):  # records mostly come in the order of time: the last is met first
            if first < start and last >= first and (start - last <= JOIN):
                start, moved = first, True
    return start


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


def each_evidence(
    records: Iterable[Exposure], rule: str, normalised: str | None = None, threshold: str | None = None,
    *, problems: bool = False,
) -> tuple[Evidence, ...]:
    """Drug records as evidence, as `evidence` makes it, that were all held against a rule with the same outcome.

    `problems`: whether each says why its dose cannot be known.
    """
    return tuple([
        _made(Evidence, (
            e.reference, e.text, None, e.written or None, normalised, threshold, rule,
            None if e.by == "code" else "text", e.dose.problem if problems else None,
        ))
        for e in records
    ])  # fmt: skip


_made = tuple.__new__
"""Evidence and covers are made some hundred times a call: this is twice as fast as their constructors."""
