"""Drugs of which every record is of the common kind: what they come to is told without laying records on each other.

The general way (`exposures.covers`, `exposures.begun`, `regimen.steady_from`, `regimen.taken_on`) says the same of
them: tests hold both against each other.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ..chart.facts import Exposure
from ..kernel.answers import new
from ..kernel.dates import DAY, DateSpan
from .exposures import JOIN, Row, rows


class Course(NamedTuple):
    """What every rule on a current drug asks of it, whatever its windows."""

    begun: DateSpan | None
    """When the current course began; None where that is not known."""
    said: str | None
    """That in words."""
    since: date
    """The first day from which on the dose is the same for certain (`regimen.steady_from`)."""
    unclear: date
    """The last day on which a glucocorticoid is taken whose route or form leaves the dose open (`date.min`: none)."""
    problems: bool
    """Whether one of the records says why its dose cannot be known."""


class Plain(NamedTuple):
    """What the records of a drug come to, each of which began and ended on a known day or goes on in a known dose."""

    now: list[Exposure]
    """Those that go on."""
    rows: list[Row]
    """Their evidence, as far as no rule changes it."""
    course: Course | None
    """What they come to; None where none goes on."""
    since: date
    """The first day from which on nothing but these was taken."""


def plain(records: Sequence[Exposure], as_of: date) -> Plain | None:
    """What the records come to; None where one of them is not of the common kind.

    Of that kind are: no infusion and no doubt, one systemic dose throughout, begun on a whole day up to `as_of`; and
    either active without an end, in mg a day, or ended on a whole day before `as_of`.
    """
    now: list[Exposure] = []
    over: list[tuple[date, date]] = []
    begun, since = as_of, date.min
    for e in records:
        start, end = e.start, e.end
        day = start[0]
        if day is not start[1] or day > as_of or e.infusion is not False or e.systemic != "yes":
            return None
        if e.doubt is not None or e.steps:
            return None
        if end is None:
            dose = e.dose
            if e.state != "active" or dose.daily is None or dose.prn or dose.problem is not None:
                return None
            now.append(e)
            if day < begun:
                begun = day
        else:
            last = end[1]
            if e.state != "ended" or end[0] is not last or not day <= last < as_of:
                return None
            over.append((day, last))
            day = last + DAY
        if day > since:
            since = day
    if not now:
        return new(Plain, (now, [], None, since))
    if over:
        over.sort(reverse=True)
        for first, last in over:
            if first < begun and begun - last <= JOIN:
                begun = first
    said = f"taken since {begun.isoformat()}"
    course = new(Course, (new(DateSpan, (begun, begun)), said, since, date.min, False))
    return new(Plain, (now, rows(now), course, since))
