"""Prednisone-equivalent daily dose (criteria.md section 2; decisions 14, 21, 22, 40, 50; dosing.md section 1).

The sum over systemic glucocorticoids as an interval; what cannot be read leaves the sum open upwards.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from ..chart.chart import Chart
from ..chart.facts import Exposure
from ..kernel.answers import Evidence, Reason
from ..kernel.dates import DateSpan
from ..kernel.numbers import ZERO, Interval, exactly
from ..terminology import Terminology
from .body_weight import weight_today
from .exposures import Cover, covers, evidence, exposures, is_current
from .regimen import ONE, Taken, breaks, taken_on

DEPOT_LASTS = timedelta(28)
"""A depot within 28 days leaves the dose unknown (decision 40)."""


class DayDose(NamedTuple):
    """Prednisone-equivalent of one day, in mg."""

    total: Interval
    """Open upwards (high None) where a part of it cannot be read."""
    reason: Reason | None
    """Why a part cannot be read."""
    problem: str | None
    computed: bool
    """It needed a factor other than 1, a sum of several drugs, or a weight (decision 50)."""
    taken: tuple[Taken, ...]

    @property
    def none(self) -> bool:
        """Nothing was taken."""
        return not self.taken


_NOTHING = DayDose(exactly(ZERO), None, None, False, ())


def factors(chart: Chart) -> dict[str, Interval]:
    """mg of prednisone per mg of each glucocorticoid with an accepted equivalence."""
    return chart.once("steroid factors", lambda c: _factors(c.terminology))


@lru_cache(maxsize=4)
def _factors(terminology: Terminology) -> dict[str, Interval]:
    known = terminology.steroids.items()
    return {name: (ONE if f.low == f.high == 1 else Interval(f.low, f.high)) for name, f in known if f.accepted}


def steroids(chart: Chart, scope: str) -> tuple[Exposure, ...]:
    """Glucocorticoid records that count for `oral` or `systemic` questions.

    Oral questions leave out what is known to be given otherwise (decision 21); unclear routes stay in both.
    """
    return chart.once(("steroids", scope), lambda c: _steroids(c, scope))


def _steroids(chart: Chart, scope: str) -> tuple[Exposure, ...]:
    found = exposures(chart, ("glucocorticoid", "no_equivalence"))
    if scope == "oral":
        return tuple(e for e in found if e.route == "oral" or (e.route is None and e.systemic != "depot"))
    return found


def steroid_covers(chart: Chart, scope: str) -> list[Cover]:
    """The days that the records cover; a depot lasts for 28 days."""
    return chart.once(("steroid covers", scope), lambda c: _covers(steroids(c, scope), c.as_of))


def _covers(found: Iterable[Exposure], as_of: date) -> list[Cover]:
    made = covers(found, as_of)
    for i, cover in enumerate(made):
        if cover.exposure.systemic == "depot" and cover.end.last != date.max:
            end = DateSpan(cover.end.first + DEPOT_LASTS, cover.end.last + DEPOT_LASTS)
            made[i] = cover._replace(end=end)
    return made


def current_dose(chart: Chart, scope: str) -> DayDose:
    """What is taken on `as_of`: current records, and depots that still act."""
    return chart.once(("current dose", scope), lambda c: _current(c, scope))


def _current(chart: Chart, scope: str) -> DayDose:
    as_of = chart.as_of
    now = [
        c for c in steroid_covers(chart, scope)
        if c.exposure.systemic == "depot" or is_current(c.exposure, as_of) is not False
    ]  # fmt: skip
    return dose_of(chart, taken_on(now, as_of))


def timeline(chart: Chart, first: date, last: date) -> list[tuple[date, date, DayDose]]:
    """Stretches of days (from, to, dose) between two days, both included; `systemic` scope (decision 21)."""
    made = [c for c in steroid_covers(chart, "systemic") if c.start.first <= last and c.end.last >= first]
    if not made:
        return [(first, last, _NOTHING)]
    if len(made) == 1 and not made[0].exposure.steps and made[0].on(first) and made[0].on(last):
        return [(first, last, dose_of(chart, taken_on(made, first)))]
    starts = breaks(made, first, last)
    ends = [s - timedelta(1) for s in starts[1:]] + [last]
    return [(s, e, dose_of(chart, taken_on(made, s))) for s, e in zip(starts, ends, strict=True)]


def dose_of(chart: Chart, taken: tuple[Taken, ...]) -> DayDose:
    """The sum of one day's ingredients in mg of prednisone."""
    if not taken:
        return _NOTHING
    total = exactly(ZERO)
    reason, problem, computed = None, None, len(taken) > 1
    for each in taken:
        part, why, text = _part(chart, each)
        if part is None or why is not None:
            total = total.plus(Interval(ZERO, None))
            if reason is None or why is Reason.INCOMPARABLE:
                reason, problem = why, text
            continue
        computed = computed or each.unit != "mg/d" or factors(chart)[each.ingredient] != ONE
        total = total.plus(part)
    return DayDose(total, reason, problem, computed, taken)


def _part(chart: Chart, taken: Taken) -> tuple[Interval | None, Reason | None, str | None]:
    records = [c.exposure for c in taken.covers]
    if any(e.systemic == "depot" for e in records):
        return None, Reason.NO_DOSE, "a depot or intramuscular injection has no daily dose"
    if any(e.systemic == "unknown" for e in records):
        return None, Reason.NO_DOSE, "its route and form are not clear"
    doubt = next((e.doubt for e in records if e.doubt), None)
    if doubt:
        return None, Reason.INCOMPARABLE, doubt
    factor = factors(chart).get(taken.ingredient)
    if factor is None:
        return None, Reason.NO_DOSE, "no equivalence to prednisone is accepted for it"
    amount = taken.amount
    if amount is None:
        return None, Reason.NO_DOSE, taken.problem
    if taken.unit == "mg/kg/d":
        weight = weight_today(chart)
        if weight is None:
            return None, Reason.NO_DOSE, "it is given by weight, and there is no weight"
        amount = amount.times(weight.kg)
    return (amount if factor == ONE else amount.times(factor)), None, None


def dose_evidence(dose: DayDose, chart: Chart, threshold: str, rule: str) -> tuple[Evidence, ...]:
    """Each record that the dose rests on, with the factor where it is not 1."""
    made = []
    seen: set[str] = set()
    for taken in dose.taken:
        factor = factors(chart).get(taken.ingredient)
        if taken.amount is None:
            normalised = None
        else:
            normalised = f"{taken.amount} {taken.unit}"
            if factor is not None and factor != ONE:
                normalised += f" × {_factor(factor)} = {taken.amount.times(factor)} mg/d prednisone-equivalent"
        for cover in taken.covers:
            if cover.exposure.reference not in seen:
                seen.add(cover.exposure.reference)
                made.append(evidence(
                    cover.exposure, normalised=normalised, threshold=threshold, rule=rule,
                    basis="computed" if dose.computed and taken.amount is not None else None, note=taken.problem,
                ))  # fmt: skip
    return tuple(made)


def _factor(factor: Interval) -> str:
    low, high = (None if x is None else x.quantize(Decimal("0.001")).normalize() for x in (factor.low, factor.high))
    return str(Interval(low, high))
