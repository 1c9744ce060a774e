"""What was taken on a day, and whether it stayed the same (decisions 14, 21, 39, 53; dosing.md section 3)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ..kernel.answers import Reason, new
from ..kernel.dates import DAY, DateSpan
from ..kernel.numbers import ZERO, Interval
from .exposures import JOIN, Cover, dose_on


class Taken(NamedTuple):
    """One ingredient on one day."""

    ingredient: str
    unit: str
    """`mg/d`, `mg/kg/d`, or `mg` at once (infusions)."""
    amount: Interval | None
    """None: the record does not say how much."""
    problem: str | None
    prn: bool
    covers: tuple[Cover, ...]
    certain: bool = True
    """False where a record only perhaps covers the day: equal intervals are then no proof of an equal dose."""


def taken_on(made: list[Cover], day: date) -> tuple[Taken, ...]:
    """All ingredients taken on a day, in alphabetical order; those only perhaps taken count from 0."""
    found: dict[str, list[Cover]] = {}
    perhaps: list[Cover] = []
    for cover in made:
        start, end, exposure = cover
        if start[0] <= day <= end[1]:
            if not start[1] <= day <= end[0]:
                perhaps.append(cover)
            ingredient = exposure.ingredient
            if ingredient in found:
                found[ingredient].append(cover)
            else:
                found[ingredient] = [cover]
    return tuple([_one(name, found[name], perhaps, day) for name in sorted(found)])


def _one(ingredient: str, recorded: list[Cover], perhaps: list[Cover], day: date) -> Taken:
    """One ingredient: the same exposure recorded twice counts once (decision 14).

    The same daily dose in different kinds of resource is one exposure; the administrations of an order that can be
    read, and a dispense (or another record linked to an order) that gives no dose, add nothing; anything else
    overlapping is the interval from the larger to the sum. `perhaps`: those that perhaps do not cover the day.
    """
    covers_ = tuple(recorded)
    if len(recorded) > 1:
        for _, _, e in recorded:
            if e.related or e.source not in ALONE:
                recorded, perhaps = _without_echoes(recorded, perhaps, day)
                break
    amounts: list[Interval] = []
    sources: list[str] = []
    unit, prn, sure = "", False, True
    for cover in recorded:
        exposure = cover[2]
        dose = exposure.dose if not exposure.steps else dose_on(exposure, day)
        if exposure.infusion:
            unit_, amount = "mg", dose.single
        elif dose.daily is not None:
            unit_, amount = "mg/d", dose.daily
        else:
            unit_, amount = "mg/kg/d", dose.per_kg
        if dose.prn:
            prn = True
        if amount is None:
            return Taken(ingredient, "", None, dose.problem or "no dosage is recorded", dose.prn, covers_)
        if unit and unit_ != unit:
            return Taken(ingredient, "", None, "its records give the dose in different ways", prn, covers_)
        unit = unit_
        if perhaps and cover in perhaps:
            sure = False
            amount = Interval(ZERO, amount.high, False, amount.high_open)
        amounts.append(amount)
        sources.append(exposure.source)
    amount = amounts[0] if len(amounts) == 1 else _together(amounts, sources)
    return new(Taken, (ingredient, unit, amount, None, prn, covers_, sure))


def _together(amounts: list[Interval], sources: list[str]) -> Interval:
    """What several records come to: an amount counts as often as one kind of resource says it."""
    first = amounts[0]
    if len(set(sources)) == len(sources) and amounts.count(first) == len(amounts):
        return first
    counted: dict[Interval, dict[str, int]] = {}
    for amount, source in zip(amounts, sources, strict=True):
        counts = counted.setdefault(amount, {})
        counts[source] = counts.get(source, 0) + 1
    each = [amount for amount, counts in counted.items() for _ in range(max(counts.values()))]
    return each[0] if len(each) == 1 else _larger_to_sum(each)


ALONE = ("MedicationRequest", "MedicationStatement")
"""Such records, when linked to no other, repeat none."""


def _larger_to_sum(each: list[Interval]) -> Interval:
    total = each[0]
    for amount in each[1:]:
        total = total.plus(amount)
    return Interval(max(a.low or ZERO for a in each), total.high, False, total.high_open)


def _without_echoes(recorded: list[Cover], perhaps: list[Cover], day: date) -> tuple[list[Cover], list[Cover]]:
    """Leave out records that only repeat another one; add up the administrations of one day.

    Also which of what is left perhaps do not cover the day.
    """
    references = {c.exposure.reference: c for c in recorded}
    kept: list[Cover] = []
    given: list[Cover] = []
    answered: set[str] = set()
    for cover in recorded:
        e = cover.exposure
        linked = [r for r in e.related if r in references]
        if e.source == "MedicationAdministration" and e.dose.daily is not None and not e.infusion:
            if not any(_readable(references[r], day) for r in linked):
                given.append(cover)
                answered.update(linked)
            continue
        if (linked or e.source == "MedicationDispense") and not _readable(cover, day):
            continue
        kept.append(cover)
    kept = [c for c in kept if c.exposure.reference not in answered]
    if not given:
        return kept or recorded[:1], perhaps
    if len(given) == 1:
        return kept + given, perhaps
    total = Interval(ZERO, ZERO)
    for cover in given:
        total = total.plus(cover.exposure.dose.daily or total)
    first = given[0][2]
    whole = given[0]._replace(exposure=first._replace(dose=first.dose._replace(daily=total)))
    return [*kept, whole], perhaps if all(c not in perhaps for c in given) else [*perhaps, whole]


def _readable(cover: Cover, day: date) -> bool:
    dose = dose_on(cover.exposure, day)
    return dose.daily is not None or dose.per_kg is not None


def breaks(made: Iterable[Cover], first: date, last: date) -> list[date]:
    """The days in [first, last] on which what is taken may change, `first` among them, in order."""
    days = {first}
    for cover in made:
        for day in (cover.start.first, cover.start.last, _after(cover.end.first), _after(cover.end.last)):
            if first < day <= last:
                days.add(day)
        for step in cover.exposure.steps:
            for edge in (step.first, _after(step.last) if step.last else None):
                if edge is not None and first < edge <= last:
                    days.add(edge)
    return sorted(days)


def _after(day: date) -> date:
    return day if day == date.max else day + DAY


class Stability(NamedTuple):
    """Whether the dose stayed the same: `holds`; else since when the present one is (fail) or why it is not known."""

    holds: bool
    since: date | None = None
    """The first day of the present dose, where a change within the window is certain."""
    reason: Reason | None = None
    note: str | None = None


def stability(made: list[Cover], first: date, as_of: date, factors: dict[str, Interval]) -> Stability:
    """Judge the stability of what is taken on `as_of` from the day `first` on (decisions 21, 39, 53).

    `factors` make ingredients comparable (glucocorticoids); without factor another ingredient is another regimen.
    """
    made = _handed_over(made)
    today = taken_on(made, as_of)
    if any(t.amount is None or t.prn for t in today):
        return Stability(False, reason=Reason.NO_DOSE, note=next((t.problem for t in today if t.problem), None))
    same_from = as_of
    doubt: Stability | None = None
    days = breaks(made, first, as_of)
    later = _after(as_of)
    for day in reversed(days):
        before = today if day == days[-1] else taken_on(made, day)
        verdict = _same(today, before, factors) if before else _gap(made, day, later, today, factors)
        if verdict is True:
            if doubt is None:
                same_from = day
        elif verdict is False:
            return Stability(False, since=same_from)
        elif doubt is None:
            unreadable = any(t.amount is None or t.prn for t in before)
            doubt = Stability(False, reason=Reason.NO_DOSE if unreadable else Reason.IMPRECISE)
        later = day
    return doubt or Stability(True)


def steady_from(made: list[Cover], as_of: date) -> date:
    """The first day from which on all that was taken was taken for certain, each record in one dose that can be read.

    `date.max` where there is no such day up to `as_of`. Several records must all give mg a day: only then is what they
    come to on each day known, and the same.
    """
    since, count, by_weight = date.min, 0, False
    for (start, started), (end, ended), exposure in made:
        if start > as_of:
            continue
        if ended < as_of:
            ended += DAY  # over by then
            if ended > since:
                since = ended
            continue
        dose = exposure.dose
        if end < as_of or exposure.steps or exposure.infusion or dose.prn:
            return date.max
        if dose.daily is None:
            if dose.per_kg is None:
                return date.max
            by_weight = True
        if started > since:
            since = started
        count += 1
    return since if count == 1 or (count and not by_weight) else date.max


def _handed_over(made: list[Cover]) -> list[Cover]:
    """What ended on the day on which another record begins was not taken beside it: the new dose is that day's.

    Otherwise the day of a handover would hold both doses, and the present one would seem a day younger than its record.
    """
    starts = {c.start.first for c in made if c.start.first == c.start.last}
    return [
        c._replace(end=DateSpan(end - DAY, end - DAY))
        if c.exposure.state == "ended" and (end := c.end.first) == c.end.last and end in starts and c.start.last < end
        else c
        for c in made
    ]


def _same(today: tuple[Taken, ...], before: tuple[Taken, ...], factors: dict[str, Interval]) -> bool | None:
    if any(t.amount is None or t.prn for t in before):
        return None
    verdict = _compare(today, before, factors)
    return None if verdict and not all(t.certain for t in (*today, *before)) else verdict


def _compare(today: tuple[Taken, ...], before: tuple[Taken, ...], factors: dict[str, Interval]) -> bool | None:
    if [t.ingredient for t in today] == [t.ingredient for t in before]:
        verdicts = [_equal(a, b) for a, b in zip(today, before, strict=True)]
        return False if False in verdicts else None if None in verdicts else True
    sums = [total(t, factors) for t in (today, before)]
    if sums[0] is None or sums[1] is None:
        return False
    return _equal_amounts(sums[0], sums[1])


def _equal(a: Taken, b: Taken) -> bool | None:
    if a.unit != b.unit or a.amount is None or b.amount is None:
        return None
    return _equal_amounts(a.amount, b.amount)


def _equal_amounts(a: Interval, b: Interval) -> bool | None:
    if a == b:
        return True
    apart = (a.high is not None and b.low is not None and a.high < b.low) or (
        b.high is not None and a.low is not None and b.high < a.low
    )
    return False if apart else None


def total(taken: tuple[Taken, ...], factors: dict[str, Interval]) -> Interval | None:
    """The sum over ingredients in a common measure; None where one has no factor or no daily dose."""
    found: Interval | None = None
    for each in taken:
        factor = factors.get(each.ingredient)
        if factor is None or each.amount is None or each.unit != "mg/d":
            return None
        amount = each.amount if factor == ONE else each.amount.times(factor)
        found = amount if found is None else found.plus(amount)
    return found


ONE = Interval(Decimal(1), Decimal(1))


def _gap(
    made: list[Cover], day: date, later: date, today: tuple[Taken, ...], factors: dict[str, Interval]
) -> bool | None:
    """Nothing was taken: joined (then the dose before it counts), a start or a stop (False), or unexplained (None)."""
    earlier = [c for c in made if c.start.first < day]
    if not earlier:
        return False
    latest = max(earlier, key=lambda c: c.end.last)
    if later - latest.end.last <= JOIN:
        # A short gap joins the courses, not their doses: another dose before it is a change after it.
        return _same(today, taken_on(made, latest.end.last), factors)
    return False if latest.exposure.stopped else None


def span_text(span: DateSpan) -> str:
    """A begin as a person reads it."""
    first, last = span
    if first is last:
        return first.isoformat()
    return str(span) if first != date.min else f"before {last.isoformat()}"
