"""The three kidney formulas, exact and unrounded (formulas.md sections 1 to 3)."""

from decimal import Decimal
from functools import lru_cache

from ..kernel.numbers import Interval, exactly

_FEMALE_CG = Decimal("0.85")
_AGING, _FEMALE_EPI = Decimal("0.9938"), Decimal("1.012")
_SCHWARTZ = Decimal("0.413")


def cockcroft_gault(age: int, weight: Decimal, creatinine: Decimal, *, female: bool) -> Decimal:
    """Creatinine clearance in mL/min from years, kg and mg/dL (Cockcroft and Gault 1976); adults only."""
    clearance = (140 - age) * weight / (72 * creatinine)
    return clearance * _FEMALE_CG if female else clearance


def ckd_epi_2021(age: int, creatinine: Decimal, *, female: bool) -> Decimal:
    """eGFR in mL/min/1.73 m² from years and mg/dL (Inker 2021, without race); adults only."""
    egfr = 142 * _creatinine_factor(creatinine, female) * _age_factor(age)
    return egfr * _FEMALE_EPI if female else egfr


@lru_cache(maxsize=256)
def _age_factor(age: int) -> Decimal:
    return _AGING**age


@lru_cache(maxsize=2048)
def _creatinine_factor(creatinine: Decimal, female: bool) -> Decimal:
    """min(Scr/κ, 1)^α × max(Scr/κ, 1)^−1.200; kept, since a Decimal power costs more than everything around it."""
    kappa, alpha = (Decimal("0.7"), Decimal("-0.241")) if female else (Decimal("0.9"), Decimal("-0.302"))
    ratio = creatinine / kappa
    return ratio**alpha if ratio < 1 else ratio ** Decimal("-1.200")


def bedside_schwartz(height: Decimal, creatinine: Decimal) -> Decimal:
    """eGFR in mL/min/1.73 m² from cm and mg/dL (Schwartz 2009); under 18 only."""
    return _SCHWARTZ * height / creatinine


def clearance_interval(
    ages: tuple[int, int], weight: Interval, creatinine: Interval, *, female: bool
) -> Interval | None:
    """Cockcroft–Gault over intervals (youngest and oldest age possible); None where a number is not above zero.

    It falls with age and creatinine and rises with weight, so the ends of the intervals give the ends of the result.
    """
    if not _positive(creatinine) or not _positive(weight) or ages[1] >= 140:
        return None
    low = high = None
    if weight.low is not None and creatinine.high is not None:
        low = cockcroft_gault(ages[1], weight.low, creatinine.high, female=female)
    if weight.high is not None and creatinine.low:
        high = cockcroft_gault(ages[0], weight.high, creatinine.low, female=female)
    return Interval(low, high, weight.low_open or creatinine.high_open, weight.high_open or creatinine.low_open)


def ckd_epi_interval(ages: tuple[int, int], creatinine: Interval, *, female: bool) -> Interval | None:
    """CKD-EPI 2021 over intervals: it falls with age and creatinine; None where creatinine is not above zero."""
    if not _positive(creatinine):
        return None
    if creatinine.low is creatinine.high and creatinine.low and ages[0] == ages[1]:
        return exactly(ckd_epi_2021(ages[0], creatinine.low, female=female))  # one number: nothing to work out twice
    low = ckd_epi_2021(ages[1], creatinine.high, female=female) if creatinine.high is not None else None
    high = ckd_epi_2021(ages[0], creatinine.low, female=female) if creatinine.low else None
    return Interval(low, high, creatinine.high_open, creatinine.low_open)


def schwartz_interval(height: Interval, creatinine: Interval) -> Interval | None:
    """Bedside Schwartz over intervals; None where a number is not above zero."""
    if not _positive(creatinine) or not _positive(height):
        return None
    low = high = None
    if height.low is not None and creatinine.high is not None:
        low = bedside_schwartz(height.low, creatinine.high)
    if height.high is not None and creatinine.low:
        high = bedside_schwartz(height.high, creatinine.low)
    return Interval(low, high, height.low_open or creatinine.high_open, height.high_open or creatinine.low_open)


def _positive(number: Interval) -> bool:
    """Whether a number may be above zero, and is not known to be impossible."""
    return (number.high is None or number.high > 0) and (number.low is None or number.low >= 0)
