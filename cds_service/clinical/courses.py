"""For how long a drug was taken in all, courses added up (decision 15)."""

from datetime import date, timedelta
from functools import lru_cache

from ..chart.chart import Chart
from ..chart.facts import Exposure
from ..kernel.answers import Answer, Basis, Reason, passed, unknown
from ..kernel.dates import Window
from .exposures import JOIN, Cover, each_evidence, evidence


def long_enough(made: list[Cover], window: Window, threshold: str, chart: Chart) -> Answer:
    """Pass where the courses make up the window; else unknown: an incomplete history disproves nothing.

    One course is held against the calendar; several are added up in days, a window being counted from the first.
    """
    as_of = chart.as_of
    surely = _at_once(made, window, as_of) or _length(
        [(start[1], end[0] if end[0] < as_of else as_of) for start, end, _ in made], window
    )
    shown = each_evidence([c.exposure for c in made[-4:]], "exposed_to", None, threshold)
    if surely:
        return passed(Basis.RECORDED, shown)
    perhaps = _length([(c.start.first, min(c.end.last, as_of)) for c in made], window)
    return unknown(Reason.IMPRECISE if perhaps else Reason.NO_DATA, evidence=shown)


def alone_enough(alone: Exposure, window: Window, threshold: str, chart: Chart) -> Answer | None:
    """What `long_enough` answers where one record that goes on is surely enough; None where it is not."""
    if chart.as_of - alone.start[1] < _longest(window):
        return None
    return passed(Basis.RECORDED, (evidence(alone, threshold=threshold, rule="exposed_to"),))


@lru_cache(maxsize=64)
def _longest(window: Window) -> timedelta:
    """The most days that a window may have."""
    return timedelta(window.days + 31 * window.months)


def _at_once(made: list[Cover], window: Window, as_of: date) -> bool:
    """Whether one record alone is enough, whatever the calendar: then no courses need to be put together."""
    longest = _longest(window)
    for start, end, _ in made:
        last = end[0] if end[0] < as_of else as_of
        if last - start[1] >= longest:
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
