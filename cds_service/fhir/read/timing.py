"""How often a dose is taken: Timing → times per day, as an interval (dosing.md section 2; decisions 21, 40).

`repeat` where it can be used, else a code of the closed list; both given and different is no answer.
"""

from decimal import Decimal
from typing import Any

from ...kernel.dates import DateSpan, day, parse_date, shift
from ...kernel.errors import Unreadable
from ...kernel.numbers import Interval, exactly
from ...terminology import Terminology

_ONE = Decimal(1)
_DAYS = {"h": Decimal(1) / 24, "d": _ONE, "wk": Decimal(7)}
_DURATION = {"h": Decimal(1) / 24, "d": _ONE, "day": _ONE, "days": _ONE, "wk": Decimal(7), "week": Decimal(7),
             "weeks": Decimal(7)}

_TOO_LARGE = 12
"""Digits before the point of a dose or a rhythm: nothing that is taken has so many."""
_NUMBERS = ("frequency", "frequencyMax", "period", "periodMax")


def number(value: Any) -> Decimal | None:
    """A JSON number as Decimal; None for anything else (a word, a boolean) and for what nobody takes (10^30)."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    return value if isinstance(value, Decimal) and value.adjusted() < _TOO_LARGE else None


def times_per_day(timing: Any, terminology: Terminology) -> tuple[Interval | None, str | None]:
    """Times per day, or None and why not.

    An alternate-day or weekly rhythm is a mean per day. A list of events is a past, not a rhythm.
    """
    if not isinstance(timing, dict):
        return None, "it does not say how often"
    repeat = timing.get("repeat")
    structured, problem = _of_repeat(repeat) if isinstance(repeat, dict) else (None, None)
    if problem == "disagrees":
        return None, "its timing disagrees with itself"
    coded = _of_code(timing.get("code"), terminology)
    if len(coded) > 1:
        return None, "its timing codes disagree"
    if structured is not None:
        if coded and exactly(next(iter(coded))) != structured:
            return None, "its timing code and its structured timing disagree"
        return structured, None
    if coded and problem is None:
        return exactly(next(iter(coded))), None
    return None, problem or "it does not say how often in a form that can be read"


def _of_code(code: Any, terminology: Terminology) -> set[Decimal]:
    if not isinstance(code, dict):
        return set()
    said = [code.get("text")]
    codings = code.get("coding")
    for coding in codings if isinstance(codings, list) else ():
        if isinstance(coding, dict):
            said += [coding.get("code"), coding.get("display")]
    rates = {terminology.timing(text) for text in said if isinstance(text, str)}
    return {rate for rate in rates if rate is not None}


def _of_repeat(repeat: dict[str, Any]) -> tuple[Interval | None, str | None]:
    """(times per day, problem): both None where `repeat` says nothing of a rhythm (bounds, count only)."""
    frequency, most = number(repeat.get("frequency")), number(repeat.get("frequencyMax"))
    period, longest = number(repeat.get("period")), number(repeat.get("periodMax"))
    if any(repeat.get(k) is not None and number(repeat[k]) is None for k in _NUMBERS):
        return None, "its timing holds a word for a number"
    times = max(_length(repeat, "timeOfDay"), _length(repeat, "when"))
    days = len(set(repeat["dayOfWeek"])) if _length(repeat, "dayOfWeek") else 0
    if period is None:
        if frequency is not None:
            return None, "it gives a frequency without a period"
        if not times and not days:
            return None, None
        return exactly(Decimal(times or 1) * (Decimal(days) / 7 if days else _ONE)), None
    unit = _DAYS.get(repeat.get("periodUnit") or "")
    if unit is None or period <= 0 or (frequency is not None and frequency <= 0):
        return None, "its rhythm is no daily one"
    if days:
        return _of_days(frequency, period, unit, days, times)
    if times and (frequency not in (None, times) or not (unit == 1 and period == 1)):
        return None, "disagrees"
    low = high = Decimal(times) if times else (frequency or _ONE)
    if most is not None:
        high = max(high, most)
    length = unit * period
    slowest = unit * longest if longest is not None and longest > period else length
    return Interval(_whole(low / slowest), _whole(high / length)), None


def _of_days(
    frequency: Decimal | None, period: Decimal, unit: Decimal, days: int, times: int
) -> tuple[Interval | None, str | None]:
    """Days of the week: with period 1 d the frequency is that of each day, with 1 wk that of the week."""
    if period != 1 or unit < 1:
        return None, "its rhythm is no daily one"
    share = Decimal(days) / 7
    if unit == 1:
        if times and frequency not in (None, _ONE, Decimal(times)):
            return None, "disagrees"
        return exactly((Decimal(times) if times else (frequency or _ONE)) * share), None
    if frequency not in (None, _ONE, Decimal(days)):
        return None, "disagrees"
    return exactly(Decimal(times or 1) * share), None


def _whole(rate: Decimal) -> Decimal:
    """24 ÷ 8 hours is 3 and not 2.999…: rates are rounded at the 24th place."""
    return rate.quantize(Decimal("1e-20")).normalize() if rate != rate.to_integral_value() else rate


def _length(repeat: dict[str, Any], key: str) -> int:
    value = repeat.get(key)
    return len(value) if isinstance(value, list) else 0


def bounds(timing: Any, begins: DateSpan | None) -> tuple[DateSpan | None, DateSpan | None]:
    """(start, end) that `repeat.bounds[x]` gives; a duration is counted from `begins`. None where not given."""
    repeat = timing.get("repeat") if isinstance(timing, dict) else None
    if not isinstance(repeat, dict):
        return None, None
    period = repeat.get("boundsPeriod")
    if isinstance(period, dict):
        return span(period.get("start")), span(period.get("end"))
    length = repeat.get("boundsDuration")
    if isinstance(length, dict) and begins is not None:
        value = number(length.get("value"))
        unit = length.get("code") or length.get("unit")
        if value is not None and value > 0:
            return None, _later(begins, value, unit if isinstance(unit, str) else "")
    return None, None


def _later(begins: DateSpan, value: Decimal, unit: str) -> DateSpan | None:
    if unit in ("mo", "month", "months") and value == int(value):
        return DateSpan(shift(begins.first, int(value)), shift(begins.last, int(value)))
    days = _DURATION.get(unit)
    if days is None:
        return None
    whole = max(int((value * days).to_integral_value()), 1) - 1
    move = [day(d) for d in begins]
    return DateSpan(*(date_.first.fromordinal(date_.first.toordinal() + whole) for date_ in move))


def span(text: Any) -> DateSpan | None:
    """A date as recorded; None where there is none. Raises `Unreadable` for what is no date."""
    if text is None:
        return None
    if not isinstance(text, str):
        raise Unreadable("a date is not a text")
    return parse_date(text)
