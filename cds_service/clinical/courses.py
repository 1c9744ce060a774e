"""For how long a drug was taken in all, courses added up (decision 15)."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from ..chart.chart import Chart
from ..chart.facts import Exposure
from ..kernel.answers import Answer, Basis, Reason, passed, unknown
from ..kernel.dates import Window
from .exposures import JOIN, Cover, each_evidence, infusion_lasts, rows, shown
from .treatment import Treatment


def long_enough(made: list[Cover], window: Window, threshold: str, chart: Chart) -> Answer:
    """Pass where the courses make up the window; else unknown: an incomplete history disproves nothing.

    One course is held against the calendar; several are added up in days, a window being counted from the first.
    """
    as_of = chart.as_of
    surely = _at_once(made, window, as_of) or _length(
        [(start[1], end[0] if end[0] < as_of else as_of) for start, end, _ in made], window
    )
    last_ones = each_evidence([c.exposure for c in made[-4:]], "exposed_to", None, threshold)
    if surely:
        return passed(Basis.RECORDED, last_ones)
    perhaps = _length([(c.start.first, min(c.end.last, as_of)) for c in made], window)
    return unknown(Reason.IMPRECISE if perhaps else Reason.NO_DATA, evidence=last_ones)


def one_enough(treatment: Treatment, window: Window, threshold: str, chart: Chart) -> Answer | None:
    """What `long_enough` answers where one record is surely enough; None where none is.

    The records of the drug are plain, or there is but one that goes on.
    """
    as_of, most, records = chart.as_of, longest(window), treatment.records
    for e in records:
        if (as_of if e.end is None else e.end[0]) - e.start[1] >= most:
            made = treatment.rows if len(treatment.rows) == len(records) else rows(records[-4:])
            return passed(Basis.RECORDED, shown(made[-4:], (None, threshold, "exposed_to")))
    return None


def infusions_enough(records: Sequence[Exposure], window: Window, threshold: str, chart: Chart) -> Answer | None:
    """What `long_enough` answers where infusions of whole days are surely enough; None where the long way must tell.

    Each lasts for three months or to the next one; what lies no further apart than a gap that joins is one course.
    """
    as_of = chart.as_of
    days = [
        e.start[0]
        for e in records
        if e.infusion and e.start[0] is e.start[1] and e.end == e.start and e.doubt is None
    ]  # fmt: skip
    days.sort()
    if len(days) < len(records) or days[-1] > as_of:
        return None
    begun = lasts = days[0]
    in_all = timedelta(0)
    for day in days:
        if day - lasts > JOIN:
            in_all += lasts - begun
            begun = day
        lasts = infusion_lasts(day)
    in_all += min(lasts, as_of) - begun
    if in_all < longest(window):
        return None
    return passed(Basis.RECORDED, each_evidence(records[-4:], "exposed_to", None, threshold))


@lru_cache(maxsize=64)
def longest(window: Window) -> timedelta:
    """The most days that a window may have."""
    return timedelta(window.days + 31 * window.months)


def _at_once(made: list[Cover], window: Window, as_of: date) -> bool:
    """Whether one record alone is enough, whatever the calendar: then no courses need to be put together."""
    most = longest(window)
    for start, end, _ in made:
        last = end[0] if end[0] < as_of else as_of
        if last - start[1] >= most:
            return True
    return False


def _length(spans: list[tuple[date, date]], window: Window) -> bool:
    if len(spans) == 1:
        first, last = spans[0]
        return last >= first and (first == date.min or last - first >= window.after(first) - first)
    courses: list[tuple[date, date]] = []
    for first, last in sorted(s for s in spans if s[1] >= s[0]):
        if courses and first - courses[-1][1] <= JOIN:
            courses[-1] = (courses[-1][0], max(courses[-1][1], last))
        else:
            courses.append((first, last))
    if not courses:
        return False
    start = courses[0][0]
    if start == date.min:
        return True
    needed = window.after(start) - start
    return sum(((last - first) for first, last in courses), timedelta(0)) >= needed
