"""For how long a drug was taken in all, courses added up (decision 15)."""

from datetime import date, timedelta

from ..chart.chart import Chart
from ..kernel.answers import Answer, Basis, Reason, passed, unknown
from ..kernel.dates import Window
from .exposures import JOIN, Cover, evidence


def long_enough(made: list[Cover], window: Window, chart: Chart) -> Answer:
    """Pass where the courses make up the window; else unknown: an incomplete history disproves nothing.

    One course is held against the calendar; several are added up in days, a window being counted from the first.
    """
    as_of = chart.as_of
    surely = _length([(c.start.last, e if (e := c.end.first) < as_of else as_of) for c in made], window)
    threshold = f"≥ {window} in all"
    shown = tuple([evidence(c.exposure, threshold=threshold, rule="exposed_to") for c in made[-4:]])
    if surely:
        return passed(Basis.RECORDED, shown)
    perhaps = _length([(c.start.first, min(c.end.last, as_of)) for c in made], window)
    return unknown(Reason.IMPRECISE if perhaps else Reason.NO_DATA, evidence=shown)


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
