"""Prednisone-equivalent daily dose (criteria.md section 2; decisions 14, 21, 22, 40, 50; dosing.md section 1).

The sum over systemic glucocorticoids as an interval; what cannot be read leaves the sum open upwards.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from ..chart.chart import Chart
from ..chart.facts import Exposure
from ..kernel.answers import Evidence, Reason, new
from ..kernel.dates import DateSpan
from ..kernel.numbers import ZERO, Interval, exactly
from ..terminology import Terminology
from .body_weight import weight_today
from .exposures import Cover, covers, exposures, is_current
from .regimen import ONE, Taken, breaks, taken_on

DEPOT_LASTS = timedelta(28)
"""A depot within 28 days leaves the dose unknown (decision 40)."""


class DayDose:
    """Prednisone-equivalent of one day, in mg."""

    __slots__ = ("by_weight", "computed", "none", "problem", "reason", "rows", "taken", "total")

    def __init__(
        self, total: Interval, reason: Reason | None, problem: str | None, computed: bool, taken: tuple[Taken, ...]
    ) -> None:
        self.total = total
        """Open upwards (high None) where a part of it cannot be read."""
        self.reason = reason
        """Why a part cannot be read."""
        self.problem = problem
        self.computed = computed
        """It needed a factor other than 1, a sum of several drugs, or a weight (decision 50)."""
        self.taken = taken
        self.none = not taken
        """Nothing was taken."""
        self.rows: list[_Row] | None = None
        """What the evidence says of each record, once it was asked for."""
        self.by_weight = False
        """It was reckoned with a weight; known together with `rows`."""


_NOTHING = DayDose(exactly(ZERO), None, None, False, ())


def factors(chart: Chart) -> dict[str, Interval]:
    """mg of prednisone per mg of each glucocorticoid with an accepted equivalence."""
    found: dict[str, Interval] | None = chart.memo.get(_FACTORS)
    return chart.once(_FACTORS, _factors_of) if found is None else found


_FACTORS = "steroid factors"


def _factors_of(chart: Chart) -> dict[str, Interval]:
    return _factors(chart.terminology)


@lru_cache(maxsize=4)
def _factors(terminology: Terminology) -> dict[str, Interval]:
    known = terminology.steroids.items()
    return {name: (ONE if f.low == f.high == 1 else Interval(f.low, f.high)) for name, f in known if f.accepted}


def steroids(chart: Chart, scope: str) -> Sequence[Exposure]:
    """Glucocorticoid records that count for `oral` or `systemic` questions.

    Oral questions leave out what is known to be given otherwise (decision 21); unclear routes stay in both.
    """
    key = _ORAL if scope == "oral" else _SYSTEMIC
    found: Sequence[Exposure] | None = chart.memo.get(key)
    return chart.once(key, _oral if scope == "oral" else _systemic) if found is None else found


_ORAL, _SYSTEMIC = "steroids oral", "steroids systemic"


def _systemic(chart: Chart) -> Sequence[Exposure]:
    return exposures(chart, ("glucocorticoid", "no_equivalence"))


def _oral(chart: Chart) -> Sequence[Exposure]:
    """The same sequence as the systemic ones where all are swallowed: what follows from it is worked out once."""
    found = steroids(chart, "systemic")
    swallowed = [e for e in found if e.route == "oral" or (e.route is None and e.systemic != "depot")]
    return found if len(swallowed) == len(found) else swallowed


def steroid_covers(chart: Chart, scope: str) -> list[Cover]:
    """The days that the records cover; a depot lasts for 28 days."""
    key = _COVERS[scope]
    found: list[Cover] | None = chart.memo.get(key)
    if found is None:
        found = chart.memo[key] = _covers(steroids(chart, scope), chart.as_of)
    return found


_COVERS = {"oral": "steroid covers oral", "systemic": "steroid covers systemic"}
_DOSES = {"oral": "current dose oral", "systemic": "current dose systemic"}


def _covers(found: Sequence[Exposure], as_of: date) -> list[Cover]:
    made = covers(found, as_of)
    for i, cover in enumerate(made):
        if cover[2].systemic == "depot" and cover.end.last != date.max:
            end = DateSpan(cover.end.first + DEPOT_LASTS, cover.end.last + DEPOT_LASTS)
            made[i] = cover._replace(end=end)
    return made


def current_dose(chart: Chart, scope: str) -> DayDose:
    """What is taken on `as_of`: current records, and depots that still act."""
    return _current(chart, scope)[1]


def _current(chart: Chart, scope: str) -> tuple[list[Cover], DayDose]:
    key = _DOSES[scope]
    found: tuple[list[Cover], DayDose] | None = chart.memo.get(key)
    if found is None:
        # Where all that is systemic is swallowed, both scopes are the same records: worked out once.
        same = scope == "oral" and steroids(chart, "oral") is steroids(chart, "systemic")
        found = chart.memo[key] = _current(chart, "systemic") if same else _current_of(chart, scope)
    return found


def _current_of(chart: Chart, scope: str) -> tuple[list[Cover], DayDose]:
    """The records that may be taken on `as_of`, and what they come to."""
    as_of = chart.as_of
    now = [
        c for c in steroid_covers(chart, scope) if c[2].systemic == "depot" or is_current(c[2], as_of) is not False
    ]
    return now, dose_of(chart, taken_on(now, as_of))


def timeline(chart: Chart, first: date, last: date) -> list[tuple[date, date, DayDose]]:
    """Stretches of days (from, to, dose) between two days, both included; `systemic` scope (decision 21)."""
    every = steroid_covers(chart, "systemic")
    made = []
    for cover in every:
        start, end, exposure = cover
        if exposure.state == "ended" and exposure.end is not None and exposure.end[1] == chart.as_of:
            # What ended on `as_of` is not taken any more, but its last day was a day of it (decision 22).
            end = exposure.end
            cover = cover._replace(end=end)
        if start[0] <= last and end[1] >= first:
            made.append(cover)
    if not made:
        return [(first, last, _NOTHING)]
    if _throughout(made, first, last):
        now, today = _current(chart, "systemic")
        same = last == chart.as_of and now == made
        return [(first, last, today if same else dose_of(chart, taken_on(made, first)))]
    starts = breaks(made, first, last)
    ends = [s - timedelta(1) for s in starts[1:]] + [last]
    return [(s, e, dose_of(chart, taken_on(made, s))) for s, e in zip(starts, ends, strict=True)]


def _throughout(made: list[Cover], first: date, last: date) -> bool:
    """Whether each record covers all of the days for certain, in one dose."""
    return all(start.last <= first and end.first >= last and not e.steps for start, end, e in made)


def dose_of(chart: Chart, taken: tuple[Taken, ...]) -> DayDose:
    """The sum of one day's ingredients in mg of prednisone."""
    if not taken:
        return _NOTHING
    total = _NOTHING.total
    reason, problem, computed = None, None, len(taken) > 1
    equivalents = factors(chart)
    for each in taken:
        factor = equivalents.get(each.ingredient)
        part, why, text = _part(chart, each, factor)
        if part is None or why is not None:
            total = total.plus(Interval(ZERO, None))
            if reason is None or why is Reason.INCOMPARABLE:
                reason, problem = why, text
            continue
        computed = computed or each.unit != "mg/d" or factor != ONE
        total = total.plus(part)
    return DayDose(total, reason, problem, computed, taken)


def _part(chart: Chart, taken: Taken, factor: Interval | None) -> tuple[Interval | None, Reason | None, str | None]:
    unclear, doubt = False, None
    for _, _, e in taken.covers:
        if e.systemic == "depot":
            return None, Reason.NO_DOSE, "a depot or intramuscular injection has no daily dose"
        unclear = unclear or e.systemic == "unknown"
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
    return (amount if factor == ONE else amount.times(factor)), None, None


def dose_evidence(dose: DayDose, chart: Chart, threshold: str, rule: str) -> tuple[Evidence, ...]:
    """Each record that the dose rests on, with the factor where it is not 1; the weight of a dose by weight."""
    rows = dose.rows
    if rows is None:
        rows = dose.rows = _rows(dose, chart)
    shown = tuple([new(Evidence, (*head, threshold, rule, basis, note)) for head, basis, note in rows])
    if dose.by_weight and (weight := weight_today(chart)) is not None:
        return (*shown, weight.evidence)
    return shown


_Row = tuple[tuple[str | None, ...], str | None, str | None]
"""What does not change with the rule: evidence up to the dose in words, its finer basis, a note."""


def _rows(dose: DayDose, chart: Chart) -> list[_Row]:
    made: list[_Row] = []
    seen: set[str] = set()
    for taken in dose.taken:
        factor = factors(chart).get(taken.ingredient)
        dose.by_weight = dose.by_weight or taken.unit == "mg/kg/d"
        if taken.amount is None:
            normalised = None
        else:
            normalised = f"{taken.amount} {taken.unit}"
            weight = weight_today(chart) if taken.unit == "mg/kg/d" else None
            amount = taken.amount if weight is None else taken.amount.times(weight.kg)
            if weight is not None:
                normalised += f" × {weight.kg} kg"
            if factor is not None and factor != ONE and (weight is not None or taken.unit == "mg/d"):
                normalised += f" × {_factor(factor)} = {amount.times(factor)} mg/d prednisone-equivalent"
            elif weight is not None and factor is not None:
                normalised += f" = {amount} mg/d"
        for cover in taken.covers:
            e = cover.exposure
            if e.reference not in seen:
                seen.add(e.reference)
                basis = "computed" if dose.computed and taken.amount is not None else None
                if basis is None and e.by != "code":
                    basis = "text"
                made.append(((e.reference, e.text, None, e.written or None, normalised), basis, taken.problem))
    return made


def _factor(factor: Interval) -> str:
    low, high = (None if x is None else x.quantize(Decimal("0.001")).normalize() for x in (factor.low, factor.high))
    return str(Interval(low, high))
