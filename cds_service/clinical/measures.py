"""A result as a number in the canonical unit of its concept (criteria.md section 2 "Units", units.md)."""

from decimal import Decimal
from typing import NamedTuple

from ..chart.chart import Chart
from ..chart.facts import Result
from ..kernel.answers import new
from ..kernel.numbers import ZERO, Interval, exactly, plain
from ..terminology import Terminology
from ..terminology.model import UnitConversion


class Measure(NamedTuple):
    """A number in the canonical unit, or why it cannot be read."""

    number: Interval | None
    problem: str | None = None
    text: str = ""
    """The number for people, without its unit."""
    exact: Decimal | None = None
    """The number where it is exactly one: nearly always."""
    unit: str = ""
    """The canonical unit that it is in."""
    shown: tuple[str | None, ...] = ()
    """How each piece of evidence on this result begins: reference, value and unit as recorded, date, the number as
    compared."""


def measure(chart: Chart, result: Result) -> Measure:
    """The result's number in the canonical unit; worked out once for a chart."""
    found: Measure | None = result.measured
    if found is None:
        found = result.measured = _measure(chart, result)
    return found


def _measure(chart: Chart, result: Result) -> Measure:
    reading, concept = result.reading, result.concept
    if reading.unreadable is not None:
        return Measure(None, reading.unreadable)
    if reading.oxygen or (concept == "spo2" and _oxygen_beside(chart, result)):
        return Measure(None, "oxygen was given at the time of the measurement")
    quantity = reading[0]
    if quantity is None:
        return Measure(None, "the result holds no number")
    number, recorded, written = quantity
    terminology = chart.terminology
    known = _units.get((terminology, concept, hash(recorded))) or _unit(terminology, concept, recorded)
    read, conversion, unit, behind = known
    if not read:
        return Measure(None, "the unit is not known for this test" if recorded else "the result has no unit")
    if conversion is not None:
        number = _converted(conversion, number)
    low, high, low_open, _ = number
    if (high is not None and high < ZERO) or (unit == "%" and low is not None and low > _WHOLE):
        # A slip of the pen or of a converter (docs/decisions/0008).
        return Measure(None, "no such amount is possible")
    if result.method == "segmented":
        # Segmented neutrophils without bands are at least this many neutrophils, perhaps more (loinc.csv notes).
        number, high = Interval(low, None, low_open), None
    if low is high and low is not None:
        text, exact = plain(low), low
    else:
        text, exact = str(number), None
    shown = (result.reference, written, recorded, result.written, text + behind)
    return new(Measure, (number, None, text, exact, unit, shown))


_WHOLE = Decimal(100)


def convert(terminology: Terminology, concept: str, number: Interval, unit: str | None) -> Interval | None:
    """An interval in the canonical unit of a concept; None where the unit cannot be read (never a guess)."""
    read, conversion, _, _ = _units.get((terminology, concept, hash(unit))) or _unit(terminology, concept, unit)
    if conversion is not None:
        return _converted(conversion, number)
    return number if read else None


def _converted(conversion: UnitConversion, number: Interval) -> Interval:
    if number.low is number.high and number.low is not None:
        return exactly(conversion.convert(number.low))
    low = None if number.low is None else conversion.convert(number.low)
    high = None if number.high is None else conversion.convert(number.high)
    return Interval(low, high, number.low_open, number.high_open)


class Unit(NamedTuple):
    """What a unit beside a result of a concept means."""

    read: bool
    """Whether it is one that the concept is measured in."""
    conversion: UnitConversion | None
    """How it becomes the canonical one; None where the number stays as it is."""
    canonical: str
    behind: str
    """The canonical unit as it stands behind a number."""


_MOST = 4096
_units: dict[tuple[Terminology, str, int], Unit] = {}
"""By the hash of the unit: what a laboratory writes there does not outlive the call."""


def _unit(terminology: Terminology, concept: str, unit: str | None) -> Unit:
    if len(_units) >= _MOST:
        _units.clear()
    canonical = terminology.concepts[concept].canonical_unit
    behind = f" {canonical}" if canonical else ""
    found = _units[terminology, concept, hash(unit)] = Unit(*_looked_up(terminology, concept, unit), canonical, behind)
    return found


def _looked_up(terminology: Terminology, concept: str, unit: str | None) -> tuple[bool, UnitConversion | None]:
    known = terminology.concepts[concept]
    if not unit and not known.unitless:
        return False, None
    if not known.quantity:
        return not unit or unit in _PURE, None
    conversion = terminology.unit(known.quantity, unit or "")
    if conversion is None:
        return False, None
    same = conversion.numerator == conversion.denominator and not conversion.offset
    return True, None if same else conversion


_PURE = frozenset(("1", "{score}", "(score)", "score", "{points}", "points", "point", "分", "{grade}", "{class}"))


def _oxygen_beside(chart: Chart, result: Result) -> bool:
    """Whether a flow or FiO2 of the same time, recorded on its own, says that oxygen was given (decision 10)."""
    for concept in ("o2_flow", "fio2"):
        for other in chart.results.get(concept, ()):
            same_day = other.day.first <= result.day.last and result.day.first <= other.day.last
            timed = other.moment is not None and result.moment is not None
            same_time = same_day and (not timed or other.moment == result.moment)
            if same_time and not other.reading.absent and not _room_air(chart, other):
                return True
    return False


_AIR = {"o2_flow": Decimal(0), "fio2": Decimal(21)}


def _room_air(chart: Chart, result: Result) -> bool:
    """A flow of 0 or an FiO2 of 21 % is room air; what cannot be read is not shown to be (decision 50)."""
    quantity = result.reading.quantity
    if quantity is None:
        return False
    if result.concept == "o2_flow":
        return quantity.number.at_most(_AIR["o2_flow"]) is True
    number = quantity.number
    if quantity.unit in ("1", "{fraction}"):
        number = number.times(Decimal(100))
    elif convert(chart.terminology, "fio2", number, quantity.unit) is None:
        return False
    return number.at_most(_AIR["fio2"]) is True
