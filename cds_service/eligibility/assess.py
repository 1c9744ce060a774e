"""assess(trial, chart): every criterion answered, one verdict, the day from which the trial may fit."""

from datetime import date
from typing import NamedTuple

from ..chart.chart import Chart
from ..clinical.lupus import SleState, sle
from ..kernel.answers import Answer, Status
from ..trials.model import Criterion, Trial

_FAIL, _UNKNOWN = Status.FAIL, Status.UNKNOWN
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
        return [answer[0] for _, answer in self.criteria].count(status)


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
    answers = _answers(trial, chart)
    verdict, eligible_from = _verdict(answers)
    return Assessment(trial, verdict, eligible_from, (), tuple(zip(trial.criteria, answers, strict=True)))


def _answers(trial: Trial, chart: Chart) -> list[Answer]:
    """One answer a criterion. Rules that several trials share are answered once for a chart."""
    memo = chart.memo
    answers: list[Answer] = []
    for criterion in trial.criteria:
        rule = criterion.rule
        key = id(rule)
        answer: Answer | None = memo.get(key)
        if answer is None:
            answer = memo[key] = rule.answer(chart)
        answers.append(answer)
    return answers


def _verdict(answers: list[Answer]) -> tuple[str, date | None]:
    statuses = [a[0] for a in answers]
    if _FAIL in statuses:
        dates = [a.until for a in answers if a[0] is _FAIL]
        if None in dates:
            return "ineligible", None
        return "not-yet", max(d for d in dates if d is not None)
    return ("possible" if _UNKNOWN in statuses else "likely"), None
