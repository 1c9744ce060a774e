"""Assessments of one chart together: what several criteria ask alike has one answer, which is looked at once."""

from collections.abc import Callable, Collection, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from ..kernel.answers import Answer

if TYPE_CHECKING:
    from .assess import Assessment

Picker = Callable[[Sequence[Any]], tuple[Any, ...]]
"""Takes what belongs to the criteria of one trial, in their order, out of a sequence with one place an answer."""


class Ids(tuple[str, ...]):
    """The ids of a trial's criteria. One object a plan and trial, known by its identity: what is made of it is kept."""

    __slots__ = ()
    __hash__ = object.__hash__
    __eq__ = object.__eq__
    __ne__ = object.__ne__


class Blank:
    """What all rules of a plan answer where nothing touches them, in the places of their answers.

    One object a plan, and the key under which is kept what these answers come to. It holds nothing of any chart: an
    exclusion on which nothing is recorded passes here without the day since when a chart has records.
    """

    __slots__ = ("answers",)

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.answers = answers


class Together(NamedTuple):
    """The answers of some assessments, each once. What is made of each answer is picked for an assessment by `own`."""

    answers: Sequence[Answer]
    own: Sequence[Picker]
    """For each assessment."""
    ids: Sequence[Ids]
    """For each assessment: the ids of its criteria."""
    asked: Collection[int]
    """The places of the answers that are of this chart; all others are those of `blank`."""
    blank: Blank | None = None


class Assessments(tuple["Assessment", ...]):
    """Trials held against one chart by one plan, with what they have in common."""

    together: Together


def together(assessments: Sequence["Assessment"]) -> Together:
    """What these assessments of one chart have in common."""
    if isinstance(assessments, Assessments):
        return assessments.together
    answers: list[Answer] = []
    places: dict[int, int] = {}
    for assessment in assessments:
        for answer in assessment.criteria.answers:
            if places.setdefault(id(answer), len(answers)) == len(answers):
                answers.append(answer)
    own = [picker([places[id(answer)] for answer in assessment.criteria.answers]) for assessment in assessments]
    ids = [Ids([criterion.id for criterion in a.criteria.criteria]) for a in assessments]
    return Together(answers, own, ids, range(len(answers)))


def picker(places: Sequence[int]) -> Picker:
    """What takes these places out of a sequence (`itemgetter` of one place gives no tuple)."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda answers: tuple([answers[place] for place in places])
