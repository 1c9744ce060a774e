"""Clinical numbers: Decimal intervals that decide only what the whole interval decides.

A comparator (`<0.3`), a range, a dose range, an equivalence on which sources differ: all are intervals.
"""

from decimal import Decimal, InvalidOperation, localcontext
from functools import lru_cache
from typing import NamedTuple

ZERO = Decimal(0)
_LONGEST = 60
"""Characters of a number that a laboratory writes, at most."""
_MEASURED = range(-29, 30)
"""Powers of ten that somebody may measure."""
_new = tuple.__new__


class Interval(NamedTuple):
    """From `low` to `high`; None is unbounded; `low_open`/`high_open` say that the bound itself is not in it."""

    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        low, high = self.low, self.high
        return low is not None and (low is high or low == high)

    def at_least(self, limit: Decimal) -> bool | None:
        """Whether every number of the interval is ≥ limit; None when it straddles."""
        if self.low is not None and self.low >= limit:
            return True
        if self.high is not None and (self.high < limit or (self.high == limit and self.high_open)):
            return False
        return None

    def more_than(self, limit: Decimal) -> bool | None:
        """Whether every number is > limit; None when it straddles."""
        if self.low is not None and (self.low > limit or (self.low == limit and self.low_open)):
            return True
        if self.high is not None and self.high <= limit:
            return False
        return None

    def at_most(self, limit: Decimal) -> bool | None:
        """Whether every number is ≤ limit; None when it straddles."""
        return _not(self.more_than(limit))

    def less_than(self, limit: Decimal) -> bool | None:
        """Whether every number is < limit; None when it straddles."""
        return _not(self.at_least(limit))

    def times(self, factor: "Decimal | Interval") -> "Interval":
        """Product with a number or an interval; both must not be negative."""
        other = exactly(factor) if isinstance(factor, Decimal) else factor
        return Interval(
            None if self.low is None or other.low is None else self.low * other.low,
            None if self.high is None or other.high is None else self.high * other.high,
            self.low_open or other.low_open,
            self.high_open or other.high_open,
        )

    def plus(self, other: "Interval") -> "Interval":
        """Sum of two intervals."""
        return Interval(
            None if self.low is None or other.low is None else self.low + other.low,
            None if self.high is None or other.high is None else self.high + other.high,
            self.low_open or other.low_open,
            self.high_open or other.high_open,
        )

    def __str__(self) -> str:
        if self.low is not None and (self.low is self.high or self.low == self.high):
            return plain(self.low)
        if self.low is None and self.high is None:
            return "any"
        if self.low is None:
            return f"{'<' if self.high_open else '≤'} {plain(self.high)}"
        if self.high is None:
            return f"{'>' if self.low_open else '≥'} {plain(self.low)}"
        return f"{plain(self.low)}–{plain(self.high)}"


def json_number(written: str) -> "Decimal | str":
    """A JSON number as Decimal. One that nobody measures (`1e999999`) stays text: a number that cannot be read.

    Computing with it would break the arithmetic, and writing it out would fill the memory.
    """
    if len(written) <= _LONGEST:
        try:
            number = Decimal(written)
        except InvalidOperation:
            return "?"
        if not number or number.adjusted() in _MEASURED:
            return number
    return "?"


def exactly(number: Decimal) -> Interval:
    """One number as an interval."""
    return _new(Interval, (number, number, False, False))


@lru_cache(maxsize=4096)
def plain(number: Decimal | None) -> str:
    """A Decimal as people write it: no exponent, no trailing zeros, at most four decimals of a computed one."""
    if number is None:
        return ""
    if number == number.to_integral_value():
        return str(number.quantize(Decimal(1))) if abs(number) < 10**15 else str(number)
    with localcontext() as context:
        context.prec = 40
        if number.adjusted() > 30:
            return str(number)
        text = f"{number.quantize(Decimal('0.0001')) if number.as_tuple().exponent < -4 else number:f}"  # type: ignore[operator]
    return text.rstrip("0").rstrip(".") if "." in text else text


def _not(decided: bool | None) -> bool | None:
    return None if decided is None else not decided
