"""assess(trial, chart): every criterion answered, one verdict, the day from which the trial may fit."""

from datetime import date
from typing import NamedTuple

from ..chart.chart import Chart
from ..clinical.lupus import SleState, sle
from ..criteria.rule import Rule
from ..kernel.answers import Answer, Status
from ..trials.model import Criterion, Trial

LUPUS_TYPE_NOT_STATED = "lupus type not stated"


class Assessment(NamedTuple):
    """One trial for one patient. Says nothing of recruitment."""

    trial: Trial
    verdict: str
    """`not-applicable`, `ineligible`, `not-yet`, `possible` or `likely`."""
    eligible_from: date | None = None
    """Only with `not-yet`: the latest of the days on which the failing criteria would pass."""
    notes: tuple[str, ...] = ()
    criteria: tuple[tuple[Criterion, Answer], ...] = ()

    def count(self, status: Status) -> int:
        """How many criteria have this status."""
        return sum(answer.status is status for _, answer in self.criteria)


def assess(trial: Trial, chart: Chart) -> Assessment:
    """Hold one trial against one chart.

    Without an SLE diagnosis (or for a deceased patient) nothing is evaluated: `not-applicable`, no criteria
    (decisions 12, 13). Where the Conditions could not be read the diagnosis is unknown, not absent (decision 44).
    """
    if chart.patient.deceased:
        return Assessment(trial, "not-applicable", notes=("the patient has died",))
    state = sle(chart)
    if state is SleState.TYPE_NOT_STATED:
        return Assessment(trial, "not-applicable", notes=(LUPUS_TYPE_NOT_STATED,))
    if state is SleState.NONE:
        return Assessment(trial, "not-applicable")
    criteria = tuple((criterion, _answer(criterion.rule, chart)) for criterion in trial.criteria)
    verdict, eligible_from = _verdict([answer for _, answer in criteria])
    return Assessment(trial, verdict, eligible_from, (), criteria)


def _answer(rule: Rule, chart: Chart) -> Answer:
    """Rules that several trials share are answered once for a chart."""
    memo = chart.memo
    key = id(rule)
    found: Answer | None = memo.get(key)
    if found is None:
        found = memo[key] = rule.answer(chart)
    return found


def _verdict(answers: list[Answer]) -> tuple[str, date | None]:
    failing = [a for a in answers if a.status is Status.FAIL]
    if failing:
        dates = [a.until for a in failing]
        if None in dates:
            return "ineligible", None
        return "not-yet", max(d for d in dates if d is not None)
    if any(a.status is Status.UNKNOWN for a in answers):
        return "possible", None
    return "likely", None
