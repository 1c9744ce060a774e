"""Whether a test is positive (criteria.md decisions 2 and 41)."""

from decimal import Decimal
from typing import NamedTuple

from ..chart.chart import Chart, Kind
from ..chart.facts import Reading, Result
from ..kernel.answers import Reason
from ..kernel.numbers import ZERO, Interval
from .measures import convert
from .selection import Found, Query, look_back, newest, of_concepts, pick

_POSITIVE = frozenset(("positive", "weakly-positive", "high", "abnormal"))
_NEGATIVE = frozenset(("negative", "normal", "low"))
_ANA_TITRE = Decimal(80)
_HCG_POSITIVE, _HCG_NEGATIVE = Decimal(25), Decimal(5)

SEROLOGIES = frozenset(
    ("ana", "anti_dsdna", "anti_sm", "hbsag", "anti_hbc_total", "anti_hcv", "hiv", "htlv", "syphilis", "dat_coombs")
)
"""Tests made by several methods: the newest of each counts, and a positive one wins (decision 41)."""
NUCLEIC_ACIDS = frozenset(("hbv_dna", "hcv_rna", "hiv_rna", "cmv_dna", "sars_cov_2_rna"))


class Verdict(NamedTuple):
    """Positive (True), negative (False), or None with the reason why neither can be said."""

    positive: bool | None
    reason: Reason | None = None
    note: str | None = None
    """What a person must know to see why neither can be said."""


_DISAGREE = Verdict(None, Reason.INCOMPARABLE, "the value and its flag disagree")
_FLAGS_DISAGREE = Verdict(None, Reason.INCOMPARABLE, "its flags disagree")


def verdict(chart: Chart, result: Result) -> Verdict:
    """Whether one result is positive."""
    found: Verdict | None = result.tested
    if found is None:
        found = result.tested = _verdict(chart, result)
    return found


def _verdict(chart: Chart, result: Result) -> Verdict:
    reading = result.reading
    if reading.unreadable is not None:
        return Verdict(None, Reason.INCOMPARABLE)
    said = _said(reading)
    value = _value(chart, result, reading)
    if said is None:
        return value
    if said.reason is None and value.positive is not None and value.positive != said.positive:
        return _DISAGREE
    return said


def _said(reading: Reading) -> Verdict | None:
    """What the laboratory's interpretation says."""
    said = reading.interpretation
    if not said:
        return None
    yes, no = bool(said & _POSITIVE), bool(said & _NEGATIVE)
    if yes and no:
        return _FLAGS_DISAGREE
    if "indeterminate" in said:
        return Verdict(None, Reason.IMPRECISE)
    return Verdict(yes) if yes or no else None


def _value(chart: Chart, result: Result, reading: Reading) -> Verdict:
    """What the value itself says: a word, a quantity above its own range, a titre, a number of copies."""
    if reading.meaning in _POSITIVE:
        return Verdict(True)
    if reading.meaning in _NEGATIVE:
        return Verdict(False)
    if reading.meaning is not None:
        return Verdict(None, Reason.IMPRECISE)
    if result.concept in NUCLEIC_ACIDS:
        return _copies(reading.quantity.number if reading.quantity is not None else None)
    number = reading.titre or (reading.quantity.number if reading.quantity is not None else None)
    if number is None:
        return Verdict(None, Reason.INCOMPARABLE)
    above = _above_own_range(chart, result, reading, number)
    if result.concept == "ana" and reading.titre is not None:
        if above is True:
            return Verdict(True)
        enough = reading.titre.at_least(_ANA_TITRE)
        return Verdict(enough) if enough is not None else Verdict(None, Reason.IMPRECISE)
    if above is not None:
        return above if isinstance(above, Verdict) else Verdict(above)
    if result.concept in ("hcg_serum", "hcg_urine"):
        return _hcg(chart, result, number)
    return Verdict(None, Reason.INCOMPARABLE)


def _above_own_range(chart: Chart, result: Result, reading: Reading, number: Interval) -> "bool | Verdict | None":
    limits = reading.range
    if limits is None or limits.high is None:
        return None
    high = limits.high
    unit = reading.quantity.unit if reading.quantity is not None else None
    if limits.unit and limits.unit != unit:
        own = convert(chart.terminology, result.concept, Interval(high, high), limits.unit)
        ours = convert(chart.terminology, result.concept, number, unit)
        if own is None or ours is None or own.low is None:
            return Verdict(None, Reason.INCOMPARABLE)
        high, number = own.low, ours
    above = number.at_least(high) if limits.high_open else number.more_than(high)
    return above if above is not None else Verdict(None, Reason.IMPRECISE)


def _copies(number: Interval | None) -> Verdict:
    """DNA or RNA: a number above 0 without `<` is detected; `< limit` alone says neither (decisions 2, 41)."""
    if number is None:
        return Verdict(None, Reason.INCOMPARABLE)
    detected = number.more_than(ZERO)
    return Verdict(detected) if detected is not None else Verdict(None, Reason.IMPRECISE)


def _hcg(chart: Chart, result: Result, number: Interval) -> Verdict:
    """hCG in IU/L without range or word: from 25 positive, under 5 negative, between neither (decision 2)."""
    quantity = result.reading.quantity
    units = convert(chart.terminology, result.concept, number, quantity.unit if quantity is not None else None)
    if units is None:
        return Verdict(None, Reason.INCOMPARABLE)
    if units.at_least(_HCG_POSITIVE):
        return Verdict(True)
    if units.less_than(_HCG_NEGATIVE):
        return Verdict(False)
    return Verdict(None, Reason.IMPRECISE)


def sole(chart: Chart, asked: Query) -> Result | None:
    """The one result that speaks for a test: the newest, where it is one, no other method was used, and all arrived.

    None: `tests` has to be asked.
    """
    result = asked.of(chart).only
    if result is None or chart.kinds.get("Observation", Kind.READ) is not Kind.READ:
        return None
    if len(asked.concepts) == 1 and result.concept in SEROLOGIES:
        code = result.code
        for other in chart.results[result.concept]:
            if other.code != code:
                return None
    return result


def tests(chart: Chart, concepts: tuple[str, ...]) -> tuple[Found, ...]:
    """The results that speak for a test: the newest, or of a serology the newest of each method (LOINC code)."""
    if len(concepts) == 1 and concepts[0] in SEROLOGIES:
        return chart.once(("tests", concepts), lambda c: _by_method(c, concepts[0]))
    return (newest(chart, concepts),)


def _by_method(chart: Chart, concept: str) -> tuple[Found, ...]:
    overall = newest(chart, (concept,))
    codes = dict.fromkeys(r.code for r in of_concepts(chart, (concept,)))
    if overall.reason is not None or len(codes) < 2:
        return (overall,)
    start = look_back(chart, concept)
    each = [pick([r for r in chart.results[concept] if r.code == code], start) for code in codes]
    return tuple(f for f in each if f.results) or (overall,)
