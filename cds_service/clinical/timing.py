"""Whether a finding lies inside a time window (criteria.md decisions 18, 29, 35).

An illness counts to its end, and while active, to today. An event (infarction, stroke, thrombosis, embolism) counts
from its onset, active or not. "Within N" does not include the day exactly N ago.
"""

from datetime import date, timedelta
from typing import NamedTuple

from ..chart.facts import Diagnosis, Procedure
from ..kernel.dates import DateSpan, Window

EVENTS = frozenset(
    ("myocardial_infarction", "stroke_cerebrovascular", "dvt", "pulmonary_embolism", "pci_stent")
)
"""Things that happen on a day, whatever the clinicalStatus says later (decision 35)."""

LASTING = frozenset(("solid_organ_transplant", "hsct_bmt", "prior_car_t"))
"""What was done once and is recorded as a state ever after: the state says nothing of a window."""

ACUTE = frozenset(
    ("active_infection", "bacterial_infection", "local_infection", "sars_cov_2", "acute_renal_failure", "mas_hlh")
)
"""Illnesses that do not last: still active after 90 days, a clinician must look (decision 35)."""

_NINETY_DAYS = timedelta(90)


class Placed(NamedTuple):
    """Where a finding lies: `inside`, `outside`, `unclear` (partial or no date) or `judgement`."""

    where: str
    until: date | None = None
    """Of `inside`: the first day on which it lies outside for certain; None where time alone does not lift it."""
    note: str | None = None


def place(fact: Diagnosis | Procedure, finding: str, window: Window, as_of: date) -> Placed:
    """Place a Condition or Procedure in the window that ends on `as_of`."""
    if isinstance(fact, Procedure):
        if fact.ongoing:
            return Placed("inside", None, "it goes on")
        return _span(fact.ended or fact.performed, window, as_of)
    if finding in fact.past:
        return _history(fact, window, as_of)
    if finding in EVENTS or finding in LASTING:
        return _event(fact, finding, window, as_of)
    if fact.active:
        if lingers(fact, finding, as_of):
            return Placed("judgement", None, STALE_ACUTE)
        return Placed("inside", None, "active")
    return _span(fact.abatement or fact.onset or fact.recorded, window, as_of)


STALE_ACUTE = "an acute illness is still recorded as active after 90 days"


def lingers(fact: Diagnosis, finding: str, as_of: date) -> bool:
    """Whether an acute illness is still recorded as active more than 90 days after it began."""
    return finding in ACUTE and fact.began is not None and fact.began.first + _NINETY_DAYS < as_of


def began_within(fact: Diagnosis, window: Window, as_of: date) -> Placed:
    """Whether it began (onset, else recorded) inside the window."""
    return _span(fact.began, window, as_of)


def _span(when: DateSpan | None, window: Window, as_of: date) -> Placed:
    if when is None:
        return Placed("unclear", None, "it has no date")
    if window.after(when.last) <= as_of:
        return Placed("outside")
    if window.after(when.first) > as_of:
        return Placed("inside", window.after(when.last))
    return Placed("unclear", None, "its date is partial")


def _event(fact: Diagnosis, finding: str, window: Window, as_of: date) -> Placed:
    if finding in LASTING and fact.onset is None and fact.recorded is not None:
        return _history(fact, window, as_of)
    placed = _span(fact.began, window, as_of)
    if placed.where == "outside" and fact.active and finding in EVENTS:
        return Placed("judgement", None, "it happened before the window and is still recorded as active")
    return placed


def _history(fact: Diagnosis, window: Window, as_of: date) -> Placed:
    """A "history of" code has no day of its own: recorded before the window it passes, else nobody knows."""
    days = [d.last for d in (fact.onset, fact.recorded) if d is not None]
    if days and window.after(min(days)) <= as_of:
        return Placed("outside")
    return Placed("unclear", None, "the code speaks of the past without a day")
