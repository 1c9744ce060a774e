"""Prednisone-equivalent daily dose (criteria.md section 2; decisions 14, 21, 22, 40, 50; dosing.md section 1).

The sum over systemic glucocorticoids as an interval; what cannot be read leaves the sum open upwards.
"""

from collections.abc import Sequence
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
from .exposures import Cover, Row, covers, exposures, is_current, shown
from .plain import Plain, plain
from .regimen import ALONE, ONE, Taken, breaks, taken_on

DEPOT_LASTS = timedelta(28)
"""A depot within 28 days leaves the dose unknown (decision 40)."""


class DayDose:
    """Prednisone-equivalent of one day, in mg."""

    __slots__ = ("by_weight", "computed", "none", "problem", "reason", "rows", "taken", "total")

    total: Interval
    """Open upwards (high None) where a part of it cannot be read."""
    reason: Reason | None
    """Why a part cannot be read."""
    problem: str | None
    computed: bool
    """It needed a factor other than 1, a sum of several drugs, or a weight (decision 50)."""
    taken: tuple[Taken, ...]
    """What the evidence is made of, where `rows` are not known yet."""
    none: bool
    """Nothing was taken."""
    rows: list[Row] | None
    """What does not change with the rule, up to the dose in words, once it was asked for."""
    by_weight: bool
    """It was reckoned with a weight; known together with `rows`."""

    def __init__(
        self, total: Interval, reason: Reason | None, problem: str | None, computed: bool, taken: tuple[Taken, ...]
    ) -> None:
        self.total = total
        self.reason = reason
        self.problem = problem
        self.computed = computed
        self.taken = taken
        self.none = not taken
        self.rows = None
        self.by_weight = False


_NOTHING = DayDose(exactly(ZERO), None, None, False, ())


def factors(chart: Chart) -> dict[str, Interval]:
    """mg of prednisone per mg of each glucocorticoid with an accepted equivalence; `ONE` where it is one."""
    return _factors(chart.terminology)


@lru_cache(maxsize=4)
def _factors(terminology: Terminology) -> dict[str, Interval]:
    known = terminology.steroids.items()
    return {name: (ONE if f.low == f.high == 1 else Interval(f.low, f.high)) for name, f in known if f.accepted}


class Steroids:
    """The glucocorticoids that count for `oral` or for `systemic` questions; what rules ask of them is made once."""

    __slots__ = ("dose", "laid", "plain", "records")

    records: Sequence[Exposure]
    plain: Plain | None
    """What they come to, where all are of the common kind."""
    dose: DayDose
    """What is taken on `as_of`: current records, and depots that still act."""
    laid: "Laid | None"
    """Kept by `laid_out`, once worked out."""

    def __init__(self, records: Sequence[Exposure], chart: Chart) -> None:
        self.records = records
        self.plain = found = plain(records, chart.as_of)
        self.laid = None
        dose = None if found is None else _plain_dose(found, chart)
        self.dose = dose or dose_of(chart, taken_on(laid_out(self, chart).now, chart.as_of))


class Laid(NamedTuple):
    """Glucocorticoid records laid out in time."""

    covers: list[Cover]
    """The days that the records cover; a depot lasts for 28 days."""
    now: list[Cover]
    """What may be taken on `as_of`."""
    depots: bool
    """Whether one of them is a depot."""
    unclear: date
    """The last day on which one is taken whose route or form leaves the dose open (`date.min`: none)."""


def laid_out(found: Steroids, chart: Chart) -> Laid:
    """The records laid out in time; only what is not plain needs it."""
    if found.laid is not None:
        return found.laid
    made, now = covers(found.records, chart.as_of), []
    depots, unclear = False, date.min
    for i, cover in enumerate(made):
        e = cover[2]
        if e.systemic != "yes":
            if e.systemic == "depot":
                depots = True
                if cover.end.last != date.max:
                    end = DateSpan(cover.end.first + DEPOT_LASTS, cover.end.last + DEPOT_LASTS)
                    cover = made[i] = cover._replace(end=end)
            unclear = max(unclear, cover.end.last)
        if e.systemic == "depot" or is_current(e, chart.as_of) is not False:
            now.append(cover)
    found.laid = laid = Laid(made, now, depots, unclear)
    return laid


def _plain_dose(found: Plain, chart: Chart) -> DayDose | None:
    """What `dose_of` says of plain records that go on, where all tell of one drug in one dose; None where they do not.

    Several are one exposure where each is of another kind of resource (decision 14).
    """
    now = found.now
    if not now:
        return _NOTHING
    ingredient, daily = now[0].ingredient, now[0].dose.daily
    factor = factors(chart).get(ingredient)
    if factor is None or daily is None:
        return None
    if len(now) > 1:
        sources = set()
        for e in now:
            if e.related or e.ingredient != ingredient or e.dose.daily != daily:
                return None
            sources.add(e.source)
        if len(sources) < len(now) or not sources.issubset(ALONE):
            return None
    made = DayDose(daily, None, None, False, ())
    made.none = False
    said = f"{daily} mg/d"
    if factor is not ONE:
        made.total, made.computed = daily.times(factor), True
        said += _reckoned(daily, "mg/d", factor, made, chart)
    made.rows = [((*head, said), _COMPUTED if made.computed else tail) for head, tail in found.rows]
    return made


_COMPUTED = ("computed", None)


def steroids(chart: Chart, scope: str) -> Steroids:
    """What counts for `oral` or `systemic` questions.

    Oral questions leave out what is known to be given otherwise (decision 21); unclear routes stay in both. Where all
    are swallowed both are the same: worked out once.
    """
    found: Steroids | None = chart.memo.get(scope)
    if found is None:
        if scope == "systemic":
            found = Steroids(exposures(chart, _GROUPS), chart)
        else:
            found = steroids(chart, "systemic")
            swallowed = [e for e in found.records if e.route == "oral" or (e.route is None and e.systemic != "depot")]
            if len(swallowed) < len(found.records):
                found = Steroids(swallowed, chart)
        chart.memo[scope] = found
    return found


_GROUPS = ("glucocorticoid", "no_equivalence")


def current_dose(chart: Chart, scope: str) -> DayDose:
    """What is taken on `as_of`."""
    return steroids(chart, scope).dose


def timeline(chart: Chart, first: date, last: date) -> list[tuple[date, date, DayDose]]:
    """Stretches of days (from, to, dose) between two days, both included; `systemic` scope (decision 21)."""
    found = steroids(chart, "systemic")
    if found.plain is not None and found.plain.since <= first and last == chart.as_of:
        return [(first, last, found.dose)]  # since then nothing but today's records, each in one dose
    laid = laid_out(found, chart)
    throughout, made = True, []
    for cover in laid.covers:
        start, end, exposure = cover
        if exposure.state == "ended" and exposure.end is not None and exposure.end[1] == chart.as_of:
            # What ended on `as_of` is not taken any more, but its last day was a day of it (decision 22).
            end = exposure.end
            cover = cover._replace(end=end)
        if start[0] <= last and end[1] >= first:
            made.append(cover)
            if start[1] > first or end[0] < last or exposure.steps:
                throughout = False
    if not made:
        return [(first, last, _NOTHING)]
    if throughout:  # each record covers all of the days for certain, in one dose
        same = last == chart.as_of and laid.now == made
        return [(first, last, found.dose if same else dose_of(chart, taken_on(made, first)))]
    starts = breaks(made, first, last)
    ends = [s - timedelta(1) for s in starts[1:]] + [last]
    return [(s, e, dose_of(chart, taken_on(made, s))) for s, e in zip(starts, ends, strict=True)]


def dose_of(chart: Chart, taken: tuple[Taken, ...]) -> DayDose:
    """The sum of one day's ingredients in mg of prednisone."""
    if not taken:
        return _NOTHING
    total: Interval | None = None
    reason, problem, computed = None, None, len(taken) > 1
    equivalents = factors(chart)
    for each in taken:
        factor = equivalents.get(each.ingredient)
        part, why, text = _part(chart, each, factor)
        if part is None:
            part = _ANY
            if reason is None or why is Reason.INCOMPARABLE:
                reason, problem = why, text
        elif each.unit != "mg/d" or factor is not ONE:
            computed = True
        total = part if total is None else total.plus(part)
    return DayDose(total or _NONE, reason, problem, computed, taken)


_NONE, _ANY = exactly(ZERO), Interval(ZERO, None)


def _part(chart: Chart, taken: Taken, factor: Interval | None) -> tuple[Interval | None, Reason | None, str | None]:
    unclear, doubt = False, None
    for _, _, e in taken.covers:
        if e.systemic != "yes":
            if e.systemic == "depot":
                return None, Reason.NO_DOSE, "a depot or intramuscular injection has no daily dose"
            unclear = True
        doubt = doubt or e.doubt
    if unclear:
        return None, Reason.NO_DOSE, "its route and form are not clear"
    if doubt:
        return None, Reason.INCOMPARABLE, doubt
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
    return (amount if factor is ONE else amount.times(factor)), None, None


def dose_evidence(dose: DayDose, chart: Chart, threshold: str, rule: str) -> tuple[Evidence, ...]:
    """Each record that the dose rests on, with the factor where it is not 1; the weight of a dose by weight."""
    made = shown(dose.rows or _rows(dose, chart), (threshold, rule))
    if dose.by_weight and (weight := weight_today(chart)) is not None:
        return (*made, weight.evidence)
    return made


def _rows(dose: DayDose, chart: Chart) -> list[Row]:
    equivalents = factors(chart)
    made: list[Row] = []
    seen: set[str] = set()
    for ingredient, unit, amount, problem, _, covers_, _ in dose.taken:
        normalised = None
        if amount is not None:
            normalised = f"{amount} {unit}"
            if unit != "mg/d" or equivalents.get(ingredient) is not ONE:
                normalised += _reckoned(amount, unit, equivalents.get(ingredient), dose, chart)
        computed = dose.computed and amount is not None
        for _, _, e in covers_:
            if e.reference not in seen:
                seen.add(e.reference)
                basis = "computed" if computed else None if e.by == "code" else "text"
                daily = None if e.systemic == "depot" else normalised  # what one injection holds is no dose of a day
                made.append(((e.reference, e.text, None, e.written or None, daily), (basis, problem)))
    dose.rows = made
    return made


def _reckoned(amount: Interval, unit: str, factor: Interval | None, dose: DayDose, chart: Chart) -> str:
    """How an amount was made one in mg of prednisone, in words."""
    said = ""
    weight = None
    if unit == "mg/kg/d":
        dose.by_weight = True
        weight = weight_today(chart)
    if weight is not None:
        said = f" × {weight.kg} kg"
        amount = amount.times(weight.kg)
    if factor is None:
        return said
    if factor is not ONE and (weight is not None or unit == "mg/d"):
        return f"{said} × {_factor(factor)} = {amount.times(factor)} mg/d prednisone-equivalent"
    return f"{said} = {amount} mg/d" if weight is not None else said


def _factor(factor: Interval) -> str:
    low, high = (None if x is None else x.quantize(Decimal("0.001")).normalize() for x in (factor.low, factor.high))
    return str(Interval(low, high))
