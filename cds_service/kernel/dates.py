"""Dates as charts write them: whole or partial, always an interval of days; windows by calendar.

Dates compare as calendar dates in the offset as written (decision 1); partial dates are intervals and decide only
what the whole interval decides (criteria.md section 2).
"""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from .errors import Unreadable

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


@lru_cache(maxsize=4096)
def parse_date(text: str) -> DateSpan:
    """Read a FHIR `date`, `dateTime` or `instant` as the span of days that it names, in the offset as written.

    Raises `Unreadable` for what is no date ("2026-02-30", "yesterday").
    """
    match = _DATE.fullmatch(text)
    if match is None:
        raise Unreadable("a date is not of the form YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day_ = match.groups()
    try:
        if day_:
            exact = date(int(year), int(month), int(day_))
            return DateSpan(exact, exact)
        if month:
            first = date(int(year), int(month), 1)
            return DateSpan(first, first.replace(day=monthrange(first.year, first.month)[1]))
        return DateSpan(date(int(year), 1, 1), date(int(year), 12, 31))
    except ValueError:
        raise Unreadable("a date names a day that does not exist") from None


@lru_cache(maxsize=4096)
def parse_moment(text: str) -> datetime | None:
    """The instant of a FHIR `dateTime` with a time and an offset, for ordering; None where there is none."""
    if len(text) < 17:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


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

    def before(self, as_of: date) -> date:
        """The day that lies exactly this long before `as_of`."""
        return shift(as_of, -self.months) - timedelta(self.days)

    def after(self, start: date) -> date:
        """The day that lies exactly this long after `start`."""
        return shift(start, self.months) + timedelta(self.days)


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
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def birthday(born: date, years: int) -> date:
    """The day on which somebody born on `born` completes `years`; born on 29 February: 1 March in common years."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def age_on(born: date, on: date) -> int:
    """Completed years of age."""
    years = on.year - born.year
    return years if on >= birthday(born, years) else years - 1
