"""Upper limits of normal: the result's own, else what the laboratory's word says, else published ones.

criteria.md section 2 "Multiples of the upper limit of normal", decisions 17, 32, 50; formulas.md section 6.
"""

from decimal import Decimal
from typing import NamedTuple

from ..chart.chart import Chart
from ..chart.facts import Patient, Result
from ..kernel.answers import new
from ..kernel.numbers import Interval, exactly, plain
from .ages import ages
from .measures import convert


class Upper(NamedTuple):
    """The upper limit of normal in the canonical unit."""

    limit: Interval | None
    default: bool = False
    """From mappings/limits.csv: an interval of published limits."""
    alone: bool = False
    """Only one published limit: at or below it passes, above it nothing is known (decision 32)."""
    within: bool = False
    """No number, but the laboratory says normal or low: at or below the limit (decision 32)."""
    problem: str | None = None
    text: str = ""
    """The limit for people, without its unit."""
    exact: Decimal | None = None
    """The limit where the laboratory printed one number beside its result: nearly always."""
    said: str = ""
    """How it is said behind a multiple of it: ` (ULN 40 U/L)`; only where `exact` is known."""


def differing_sexes(patient: Patient) -> bool:
    """Whether the recorded birth sex contradicts `gender` (decision 50)."""
    known = ("male", "female")
    return patient.gender in known and patient.birth_sex in known and patient.gender != patient.birth_sex


def own_limit(chart: Chart, result: Result, side: str) -> Interval | str | None:
    """The printed `low` or `high` limit in the canonical unit; None: none printed; a text: why it cannot be read."""
    limits = result.reading.range
    if limits is None:
        return None
    number = limits.high if side == "high" else limits.low
    if number is None:
        return None
    quantity = result.reading.quantity
    unit = limits.unit or (quantity.unit if quantity is not None else None)
    found = convert(chart.terminology, result.concept, exactly(number), unit)
    return found if found is not None else "the unit of the reference range is not known for this test"


def uppers(chart: Chart, result: Result) -> tuple[Upper, ...]:
    """The upper limit that counts; two of them where the recorded sexes differ (decision 50). Once for a chart."""
    found: tuple[Upper, ...] | None = result.uppers
    if found is None:
        found = result.uppers = _uppers(chart, result)
    return found


def _uppers(chart: Chart, result: Result) -> tuple[Upper, ...]:
    own = own_limit(chart, result, "high")
    if own is not None:
        if isinstance(own, str):
            return (Upper(None, problem=own),)
        exact = own[0]  # printed is one number, and so it is one in any unit
        if exact is not None and exact > 0:  # 0 is what systems print that know no limit
            text = plain(exact)
            behind = f" (ULN {text} {chart.terminology.concepts[result.concept].canonical_unit})"
            return (new(Upper, (own, False, False, False, None, text, exact, behind)),)
    said = result.reading.interpretation
    if said and said & {"normal", "low"} and not said & {"high", "abnormal"}:
        return (Upper(None, within=True),)
    patient = chart.patient
    sexes = ("female", "male") if differing_sexes(patient) else (_sex(patient),)
    return tuple(_default(chart, result.concept, sex) for sex in sexes)


def _sex(patient: Patient) -> str | None:
    return patient.sexes[0] if len(patient.sexes) == 1 else None


def _default(chart: Chart, concept: str, sex: str | None) -> Upper:
    years = ages(chart)
    if years is None:
        return Upper(None)
    both = set(years)
    found = [chart.terminology.limits(concept, sex, age) for age in both]
    lows = [f.low_uln for f in found if f is not None and f.low_uln is not None]
    highs = [f.high_uln for f in found if f is not None and f.high_uln is not None]
    if len(lows) < len(both) or min(both) < 18:
        return Upper(None)
    alone = any(f is not None and f.n == 1 for f in found)
    limit = Interval(min(lows), max(highs))
    return Upper(limit, default=True, alone=alone, text=str(limit))


def beyond_own_range(chart: Chart, result: Result, side: str) -> bool | None:
    """Whether a value is above (`high`) or below (`low`) its own range; the laboratory's H or L where none is printed.

    None where neither says so; nothing is taken from published limits (decision 32: never for complement).
    """
    own = own_limit(chart, result, side)
    quantity = result.reading.quantity
    if isinstance(own, str):
        return None
    if own is not None and own.low is not None and quantity is not None:
        number = convert(chart.terminology, result.concept, quantity.number, quantity.unit)
        if number is None:
            return None
        return number.more_than(own.low) if side == "high" else number.less_than(own.low)
    said = result.reading.interpretation
    if side in said:
        return True
    if said & {"normal", "high", "low"}:
        return False
    return None
