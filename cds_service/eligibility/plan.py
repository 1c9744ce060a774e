"""What is to be asked of a chart for some trials: each distinct rule once, and none that nothing in the chart touches.

Most rules ask for what most charts do not have. A plan knows, for each finding and each laboratory concept, which rules
it touches (`cds_service.criteria.rule.Silent`); for one chart these are joined, and only these rules are asked. All
others answer as they would of an empty chart, and that is known beforehand.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from ..chart.chart import Chart, Kind
from ..clinical.findings import Guards, Silence, by_finding, unrecorded
from ..criteria.rule import Silent
from ..kernel.answers import Answer, Basis, passed, review
from ..trials.model import Trial
from .together import Blank, Ids, Picker, picker

_READ = Kind.READ
_NOT_ASKED = review()
"""Holds a place that is filled for every chart."""
_NOTHING_RECORDED = passed(Basis.NOT_RECORDED)
"""Stands for the chart's own answer, but for the day since when it has records."""
_Places = frozenset[int]


class Plan(NamedTuple):
    """Made for some trials when they are first asked for. It holds nothing of any chart."""

    questions: tuple[Callable[[Chart], Answer], ...]
    """`answer` of each distinct rule (or `touched`); its place here is the place of its answer."""
    unrecorded: int
    """So many rules, the first ones, give untouched the chart's own answer for what nobody recorded."""
    rest: list[Answer]
    """What each of the others says where nothing touches it."""
    blank: Blank
    """The same of all, for who wants to know what they come to."""
    asked: _Places
    """The rules that are asked of every chart."""
    by_finding: dict[str, _Places]
    """Finding → the rules that it touches."""
    by_concept: dict[str, _Places]
    """Laboratory concept → the rules that a result of it touches."""
    observed: _Places
    """The rules that must be asked where Observations were not read whole."""
    guards: Guards
    guarded: dict[Silence, _Places]
    """The rules that must be asked where a guard of silence fails."""
    own: tuple[Picker, ...]
    """For each trial: what picks the answers to its criteria out of all answers."""
    ids: tuple[Ids, ...]
    """For each trial: the ids of its criteria."""

    def answers(self, chart: Chart) -> tuple[list[Answer], _Places]:
        """One answer a rule; the places of those that were asked."""
        recorded, by_name = by_finding(chart), self.by_finding
        touched = [by_name[finding] for finding in by_name.keys() & recorded.keys()]
        if chart.kind("Observation") is _READ:
            by_name = self.by_concept
            touched += [by_name[concept] for concept in by_name.keys() & chart.results.keys()]
        else:
            touched.append(self.observed)
        touched += [self.guarded[guard] for guard in self.guards.failing(chart)]
        answers = [unrecorded(chart)] * self.unrecorded + self.rest
        questions, asked = self.questions, self.asked.union(*touched)
        for place in asked:
            answers[place] = questions[place](chart)
        return answers, asked


_plans: dict[tuple[int, ...], tuple[tuple[Trial, ...], Plan]] = {}
"""Trials (by identity: they are kept beside it, so that no other object can be taken for them) → their plan."""
_MOST_PLANS = 64


def plan_of(trials: tuple[Trial, ...]) -> Plan:
    """The plan of these trials."""
    key = tuple(map(id, trials))
    kept = _plans.get(key)
    if kept is None:
        if len(_plans) >= _MOST_PLANS:
            _plans.clear()
        kept = _plans[key] = (trials, _made(trials))
    return kept[1]


def _made(trials: tuple[Trial, ...]) -> Plan:
    found: dict[int, Any] = {id(c.rule): c.rule for trial in trials for c in trial.criteria}
    rules = sorted(found.values(), key=lambda rule: not _own(rule))  # so that those answers are made in one step
    places = {id(rule): place for place, rule in enumerate(rules)}
    blank: list[Answer] = []
    asked: set[int] = set()
    observed: set[int] = set()
    findings: dict[str, set[int]] = {}
    concepts: dict[str, set[int]] = {}
    guards: dict[Silence, set[int]] = {}
    for place, rule in enumerate(rules):
        always: Answer | None = getattr(rule, "always", None)
        silent: Silent | None = getattr(rule, "silent", None)
        if always is not None:
            blank.append(always)
            continue
        if silent is None:
            asked.add(place)
            blank.append(_NOT_ASKED)
            continue
        blank.append(_NOTHING_RECORDED if silent.answer is None else silent.answer)
        if silent.concepts:
            observed.add(place)
        for index, names in ((findings, silent.findings), (concepts, silent.concepts)):
            for name in names:
                index.setdefault(name, set()).add(place)
        for guard in silent.guards:
            guards.setdefault(guard, set()).add(place)
    first = sum(map(_own, rules))
    return Plan(
        tuple([getattr(rule, "touched", rule.answer) for rule in rules]),
        first,
        blank[first:],
        Blank(blank),
        frozenset(asked),
        {name: frozenset(touched) for name, touched in findings.items()},
        {name: frozenset(touched) for name, touched in concepts.items()},
        frozenset(observed),
        Guards(guards),
        {guard: frozenset(touched) for guard, touched in guards.items()},
        tuple([picker([places[id(c.rule)] for c in trial.criteria]) for trial in trials]),
        tuple([Ids([c.id for c in trial.criteria]) for trial in trials]),
    )


def _own(rule: Any) -> bool:
    """Whether a rule that nothing touches gives the chart's own answer for what nobody recorded."""
    silent: Silent | None = getattr(rule, "silent", None)
    return silent is not None and silent.answer is None and getattr(rule, "always", None) is None
