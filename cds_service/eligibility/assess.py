"""assess(trial, chart): every criterion answered, one verdict, the day from which the trial may fit."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from operator import itemgetter
from typing import NamedTuple, overload

from ..chart.chart import Chart
from ..clinical.lupus import SleState, sle
from ..kernel.answers import Answer, Status, new
from ..trials.model import Criterion, Trial
from .plan import plan_of
from .together import Assessments, Together

_status = itemgetter(0)
_FAIL, _UNKNOWN = Status.FAIL, Status.UNKNOWN
LUPUS_TYPE_NOT_STATED = "lupus type not stated"


class Answered(Sequence[tuple[Criterion, Answer]]):
    """The criteria of a trial with their answers, paired when somebody asks for the pairs.

    A card asks for the answers alone and for some of the criteria. To touch a hundred and fifty criteria for each
    patient, and be it to hold them in pairs, is a hundredth of a whole call: they lie about in memory.
    """

    __slots__ = ("answers", "criteria")

    def __init__(self, criteria: Sequence[Criterion], answers: Sequence[Answer]) -> None:
        self.criteria = criteria
        self.answers = answers

    def __len__(self) -> int:
        return len(self.answers)

    def __iter__(self) -> Iterator[tuple[Criterion, Answer]]:
        return zip(self.criteria, self.answers, strict=True)

    @overload
    def __getitem__(self, place: int) -> tuple[Criterion, Answer]: ...
    @overload
    def __getitem__(self, place: slice) -> "Answered": ...
    def __getitem__(self, place: int | slice) -> "tuple[Criterion, Answer] | Answered":
        if isinstance(place, slice):
            return Answered(self.criteria[place], self.answers[place])
        return self.criteria[place], self.answers[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)


def answered(pairs: Iterable[tuple[Criterion, Answer]]) -> Answered:
    """These criteria with these answers."""
    found = tuple(pairs)
    return Answered(tuple([criterion for criterion, _ in found]), tuple([answer for _, answer in found]))


class Assessment(NamedTuple):
    """One trial for one patient. Says nothing of recruitment."""

    trial: Trial
    verdict: str
    """`not-applicable`, `ineligible`, `not-yet`, `possible` or `likely`."""
    eligible_from: date | None = None
    """Only with `not-yet`: the latest of the days on which the failing criteria would pass."""
    notes: tuple[str, ...] = ()
    criteria: Answered = Answered((), ())


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
    plan = plan_of(trials)
    answers, asked = plan.answers(chart)
    found = []
    for trial, own in zip(trials, plan.own, strict=True):
        mine = own(answers)
        verdict, eligible_from = _verdict(mine)
        found.append(new(Assessment, (trial, verdict, eligible_from, (), Answered(trial.criteria, mine))))
    assessments = Assessments(found)
    assessments.together = Together(answers, plan.own, plan.ids, asked, plan.blank)
    return assessments


def _not_applicable(chart: Chart) -> tuple[str, ...] | None:
    """Why no trial is evaluated for this patient (the notes of the assessments); None where they are."""
    if chart.patient.deceased:
        return ("the patient has died",)
    state = sle(chart)
    if state is SleState.TYPE_NOT_STATED:
        return (LUPUS_TYPE_NOT_STATED,)
    return () if state is SleState.NONE else None


def _verdict(answers: tuple[Answer, ...]) -> tuple[str, date | None]:
    statuses = list(map(_status, answers))
    if _FAIL in statuses:
        latest: date | None = None
        for answer in answers[statuses.index(_FAIL) :]:
            if answer[0] is _FAIL:
                until = answer[3]
                if until is None:
                    return "ineligible", None
                latest = until if latest is None else max(latest, until)
        return "not-yet", latest
    return ("possible" if _UNKNOWN in statuses else "likely"), None
