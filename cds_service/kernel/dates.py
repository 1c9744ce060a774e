"""Dates as charts write them: whole or partial, always an interval of days; windows by calendar.

Dates compare as calendar dates in the offset as written (decision 1); partial dates are intervals and decide only
what the whole interval decides (criteria.md section 2).
"""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from .errors import InputError, Unreadable

DAY = timedelta(1)
FIRST_CLOCK, LAST_CLOCK = date(1900, 1, 1), date(2200, 12, 31)
"""Between these an evaluation makes sense; windows counted from them stay inside the calendar."""
_FIRST_YEAR, _LAST_YEAR = 1800, 2999

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?", re.ASCII | re.DOTALL)
_WINDOW = re.compile(r"(\d+) (day|week|month|year)s?", re.ASCII)


class DateSpan(NamedTuple):
    """A date known to lie between two days, both included; equal where the chart gives a whole date."""

    first: date
    last: date

    @property
    def exact(self) -> bool:
        """Whether the chart gives a whole date."""
        return self.first == self.last

    def __str__(self) -> str:
        """As a chart would write it: `2026`, `2026-05` or `2026-05-01`."""
        if self.first == self.last:
            return self.first.isoformat()
        if self.first.day == 1 and self.first.month == self.last.month and self.first.year == self.last.year:
            return self.first.isoformat()[:7]
        if self.first.year == self.last.year:
            return self.first.isoformat()[:4]
        return f"{self.first.isoformat()}/{self.last.isoformat()}"


def day(value: date) -> DateSpan:
    """A whole date as a span."""
    return DateSpan(value, value)


def parse_date(text: str) -> DateSpan:
    """Read a FHIR `date`, `dateTime` or `instant` as the span of days that it names, in the offset as written.

    A year before 1800 is nobody's: it is a placeholder or a slip, and names no day. One after 2999 (9999-12-31 is a
    common way to write "open") is read as 2999, so that days can be counted from it.
    Raises `Unreadable` for what is no date ("2026-02-30", "yesterday", "0001-01-01").
    """
    return _parse(text if len(text) <= 10 else text.partition("T")[0])


@lru_cache(maxsize=4096)
def _parse(text: str) -> DateSpan:
    match = _DATE.fullmatch(text)
    if match is None:
        raise Unreadable("a date is not of the form YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day_ = match.groups()
    if int(year) < _FIRST_YEAR:
        raise Unreadable("a date lies before the year 1800")
    year = min(int(year), _LAST_YEAR)
    try:
        if day_:
            exact = date(year, int(month), int(day_))
            return DateSpan(exact, exact)
        if month:
            first = date(year, int(month), 1)
            return DateSpan(first, first.replace(day=monthrange(first.year, first.month)[1]))
        return DateSpan(date(year, 1, 1), date(year, 12, 31))
    except ValueError:
        raise Unreadable("a date names a day that does not exist") from None


def parse_moment(text: str) -> datetime | None:
    """The instant of a FHIR `dateTime` with a time and an offset, for ordering; None where there is none."""
    try:
        moment = _moment(text) if 17 <= len(text) <= 40 else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


@lru_cache(maxsize=4096)
def _moment(text: str) -> datetime:
    """Raises ValueError for what is no moment: an exception is not kept, so that no free text is."""
    return datetime.fromisoformat(text)


class Window(NamedTuple):
    """A length of time as the trials state it: days and weeks by count, months and years by calendar."""

    days: int = 0
    months: int = 0

    def __str__(self) -> str:
        if self.months:
            years, months = divmod(self.months, 12)
            return _counted(self.months, "month") if months or not years else _counted(years, "year")
        weeks, days = divmod(self.days, 7)
        return _counted(weeks, "week") if weeks and not days else _counted(self.days, "day")

    @lru_cache(maxsize=256)  # noqa: B019 - two numbers and a day, which alone are of nobody
    def before(self, as_of: date) -> date:
        """The day that lies exactly this long before `as_of`."""
        start = shift(as_of, -self.months) if self.months else as_of
        return start - timedelta(self.days) if self.days else start

    def after(self, start: date) -> date:
        """The day that lies exactly this long after `start`."""
        end = shift(start, self.months) if self.months else start
        return end + timedelta(self.days) if self.days else end


def _counted(n: int, unit: str) -> str:
    return f"{n} {unit}" if n == 1 else f"{n} {unit}s"


@lru_cache(maxsize=256)
def parse_window(text: str) -> Window:
    """Read `8 weeks`, `6 months`, `14 days`, `2 years`. Raises ValueError for anything else."""
    match = _WINDOW.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is not a length of time such as '8 weeks' or '6 months'")
    n, unit = int(match[1]), match[2]
    return {"day": Window(n), "week": Window(7 * n), "month": Window(0, n), "year": Window(0, 12 * n)}[unit]


@lru_cache(maxsize=4096)
def shift(start: date, months: int) -> date:
    """Add calendar months; the end of a shorter month is its last day (2026-08-31 + 6 months = 2027-02-28)."""
    if not months:
        return start
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return date.min if year < 1 else date.max  # beyond the calendar: no day of a chart lies there
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def checked_clock(as_of: date) -> date:
    """The date of an evaluation. Raises InputError for one with which nothing can be counted (0001-01-01)."""
    if not FIRST_CLOCK <= as_of <= LAST_CLOCK:
        raise InputError(f"the date of the evaluation must lie between {FIRST_CLOCK.year} and {LAST_CLOCK.year}")
    return as_of


def birthday(born: date, years: int) -> date:
    """The day on which somebody born on `born` completes `years`; born on 29 February: 1 March in common years."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def age_on(born: date, on: date) -> int:
    """Completed years of age: who was born on 29 February completes them on 1 March of common years."""
    years = on.year - born.year
    return years if (on.month, on.day) >= (born.month, born.day) else years - 1
