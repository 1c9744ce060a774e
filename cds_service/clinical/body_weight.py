"""The weight that a dose by weight is held against (decision 15)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from ..chart.chart import Chart
from ..chart.facts import Result
from ..kernel.answers import Evidence
from ..kernel.dates import DateSpan
from ..kernel.numbers import Interval, plain
from .measures import measure
from .selection import newest

NEAR = timedelta(90)
"""A weight within 90 days of the dose is its weight (decision 15)."""


class Weight(NamedTuple):
    """A body weight in kg."""

    kg: Interval
    result: Result

    @property
    def evidence(self) -> Evidence:
        """The result as evidence."""
        result = self.result
        return Evidence(
            result.reference, plain(self.kg.low), "kg", result.written, f"{self.kg} kg", None, "body_weight"
        )


def weight_today(chart: Chart) -> Weight | None:
    """The newest weight inside its look-back (180 days, under 18: 60); None where there is none that can be read."""
    return chart.once("weight today", _today) if chart.results.get("body_weight") else None


def _today(chart: Chart) -> Weight | None:
    found = newest(chart, ("body_weight",))
    if found.reason is not None:
        return None
    weights = [_weight(chart, result) for result in found.results]
    first = weights[0]
    if first is None or any(w is None or w.kg != first.kg for w in weights[1:]):
        return None  # two of one instant that differ are no weight to divide by
    return first


def weight_at(chart: Chart, weighed: Sequence[Result], when: DateSpan) -> Weight | None:
    """The weight nearest to a day, within 90 days of it, else today's; `weighed`: all weights of the chart."""
    begins = when.first
    earliest = begins - NEAR if begins - date.min > NEAR else date.min
    latest = begins + NEAR if date.max - begins > NEAR else date.max
    near: tuple[int, Result] | None = None
    for result in weighed:
        first, last = result.day
        if first < earliest or last > latest or result.preliminary:
            continue
        apart = _apart(result.day, begins)
        if near is not None and apart >= near[0]:
            continue
        if not result.reading.absent and measure(chart, result).number is not None:
            near = (apart, result)
    return _weight(chart, near[1]) if near is not None else weight_today(chart)


def _apart(day: DateSpan, when: date) -> int:
    apart = abs((day.first - when).days)
    return apart if day.first is day.last else max(apart, abs((day.last - when).days))


def _weight(chart: Chart, result: Result) -> Weight | None:
    number = measure(chart, result).number
    if number is None or number.low is None or number.low <= 0 or number.high is None:
        return None
    return Weight(number, result)
