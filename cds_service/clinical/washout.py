"""How long ago a drug was last taken (criteria.md section 2 "Last exposure"; decisions 18, 38; dosing.md section 4)."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ..chart.facts import Exposure
from ..kernel.answers import new
from ..kernel.dates import DateSpan, Window


class Last(NamedTuple):
    """The last exposure that one record tells of."""

    when: DateSpan
    ongoing: bool
    """It is still being taken, or an active order stands beside the infusions: counted as stopped on that day."""
    exposure: Exposure


def last_exposures(found: Sequence[Exposure], as_of: date) -> list[Last]:
    """The last exposure of each record, in the order of the records.

    For infusions the latest administration counts and not the order that it follows; an order that began after it,
    and a recorded end of a statement, count for themselves.
    """
    given: dict[str, date] = {}
    for e in found:
        if e.infusion:
            last = as_of if e.end is None else e.end.last
            given[e.drug] = max(given.get(e.drug, date.min), last)
    if not given:
        return [_last(e, as_of) for e in found]
    active_beside = {e.drug for e in found if not e.infusion and _goes_on(e, as_of)}
    made: list[Last] = []
    for e in found:
        if e.infusion:
            when = e.end or DateSpan(as_of, as_of)
            made.append(new(Last, (when, e.state == "active" or e.drug in active_beside, e)))
        elif e.drug not in given or not _follows(e, given[e.drug], as_of):
            made.append(_last(e, as_of))
    return made


def _last(e: Exposure, as_of: date) -> Last:
    """Of what is no infusion."""
    end, state = e.end, e.state
    if state == "ended" and end is not None:
        return new(Last, (end, False, e))
    if _goes_on(e, as_of):
        return new(Last, (DateSpan(as_of, as_of), True, e))
    return new(Last, (end or DateSpan(e.start.first, as_of), False, e))


def _goes_on(e: Exposure, as_of: date) -> bool:
    return e.state == "active" and (e.end is None or e.end.first >= as_of) and not e.infusion


def _follows(e: Exposure, infused: date, as_of: date) -> bool:
    """Whether a record only speaks of infusions that are recorded themselves."""
    if e.source == "MedicationAdministration":
        return False
    if _goes_on(e, as_of) or e.source in ("MedicationRequest", "MedicationDispense"):
        return e.start.first <= infused or _goes_on(e, as_of)
    return e.end is None or e.end.last <= infused


class Passed(NamedTuple):
    """Whether a washout is over: None where the dates leave that open; `until` is the first day on which it is."""

    over: bool | None
    until: date


def washed_out(when: DateSpan, window: Window, as_of: date) -> Passed:
    """Hold a last exposure against a window: the day exactly a window later is the first that passes (decision 18)."""
    until = window.after(when.last)
    if until <= as_of:
        return new(Passed, (True, until))
    return new(Passed, (False if window.after(when.first) > as_of else None, until))
