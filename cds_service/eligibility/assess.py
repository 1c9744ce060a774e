"""assess(trial, chart): every criterion answered, one verdict, the day from which the trial may fit."""

from collections.abc import Callable
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

from ..chart.chart import Chart
from ..clinical.lupus import SleState, sle
from ..kernel.answers import Answer, Status, new
from ..trials.model import Criterion, Trial
from .together import Assessments, Picker, Together, picker

_status = itemgetter(0)
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
    """Hold one trial against one chart: `assess_all` of one."""
    return assess_all((trial,), chart)[0]


def assess_all(trials: tuple[Trial, ...], chart: Chart) -> tuple[Assessment, ...]:
    """Hold trials against one chart; what several of them ask alike is answered once.

    Without an SLE diagnosis (or for a deceased patient) nothing is evaluated: `not-applicable`, no criteria
    (decisions 12, 13). Where the Conditions could not be read the diagnosis is unknown, not absent (decision 44).
    """
    why_not = _not_applicable(chart)
    if why_not is not None:
        return tuple([Assessment(trial, "not-applicable", notes=why_not) for trial in trials])
    plan = _plan(trials)
    answers = [answer(chart) for answer in plan.questions]
    answers += plan.constants
    found = []
    for trial, own in zip(trials, plan.own, strict=True):
        mine = own(answers)
        verdict, eligible_from = _verdict(mine)
        criteria = tuple(zip(trial.criteria, mine, strict=True))
        found.append(new(Assessment, (trial, verdict, eligible_from, (), criteria)))
    assessments = Assessments(found)
    assessments.together = Together(answers, plan.own, plan.ids)
    return assessments


def _not_applicable(chart: Chart) -> tuple[str, ...] | None:
    """Why no trial is evaluated for this patient (the notes of the assessments); None where they are."""
    if chart.patient.deceased:
        return ("the patient has died",)
    state = sle(chart)
    if state is SleState.TYPE_NOT_STATED:
        return (LUPUS_TYPE_NOT_STATED,)
    return () if state is SleState.NONE else None


class _Plan(NamedTuple):
    """What is to be asked for some trials: each distinct rule once, in the order of the files."""

    questions: tuple[Callable[[Chart], Answer], ...]
    """`answer` of each distinct rule."""
    constants: tuple[Answer, ...]
    """The answers of the rules that say the same of every chart; they stand after those of the questions."""
    own: tuple[Picker, ...]
    """For each trial: what picks the answers to its criteria out of all answers."""
    ids: tuple[tuple[str, ...], ...]
    """For each trial: the ids of its criteria."""


_plans: dict[tuple[int, ...], tuple[tuple[Trial, ...], _Plan]] = {}
"""Trials (by identity: they are kept beside it, so that no other object can be taken for them) → their plan."""
_MOST_PLANS = 64


def _plan(trials: tuple[Trial, ...]) -> _Plan:
    """The plan of these trials, made when they are first asked for. It holds nothing of any chart."""
    key = tuple(map(id, trials))
    kept = _plans.get(key)
    if kept is None:
        if len(_plans) >= _MOST_PLANS:
            _plans.clear()
        kept = _plans[key] = (trials, _made(trials))
    return kept[1]


def _made(trials: tuple[Trial, ...]) -> _Plan:
    asked: dict[int, Any] = {}
    constant: dict[int, Any] = {}
    for trial in trials:
        for criterion in trial.criteria:
            rule = criterion.rule
            (asked if getattr(rule, "always", None) is None else constant)[id(rule)] = rule
    places = {key: place for place, key in enumerate((*asked, *constant))}
    return _Plan(
        tuple([rule.answer for rule in asked.values()]),
        tuple([rule.always for rule in constant.values()]),
        tuple([picker([places[id(c.rule)] for c in trial.criteria]) for trial in trials]),
        tuple([tuple([c.id for c in trial.criteria]) for trial in trials]),
    )


def _verdict(answers: tuple[Answer, ...]) -> tuple[str, date | None]:
    statuses = list(map(_status, answers))
    if _FAIL in statuses:
        dates = [a.until for a in answers if a[0] is _FAIL]
        if None in dates:
            return "ineligible", None
        return "not-yet", max(d for d in dates if d is not None)
    return ("possible" if _UNKNOWN in statuses else "likely"), None
