"""`positive`, `negative`: what a test says (criteria.md decisions 2, 41).

    {positive: ana}
    {negative: hiv}
    {negative: [hcg_serum, hcg_urine]}
"""

from dataclasses import dataclass, field

from ..chart.chart import Chart
from ..chart.facts import Result
from ..clinical.positivity import SEROLOGIES, sole, tests, verdict
from ..clinical.selection import Query, covered, decide, look_back, query, seen
from ..kernel.answers import Answer, Basis, Reason, Status, failed, no_data, passed, unknown
from ..kernel.logic import all_of, any_of
from .rule import Reads, Silent, Spec

KINDS = ("positive", "negative")


@dataclass(frozen=True, slots=True)
class Tested:
    """A test that must be positive, or must be negative."""

    concepts: tuple[str, ...]
    positive: bool
    names: str
    silent: Silent = field(init=False, repr=False, compare=False)
    """What it answers where none of the tests was ever made."""
    asked: Query = field(init=False, repr=False, compare=False)
    """The newest of the tests."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "silent", Silent(no_data(self.concepts), frozenset(self.concepts)))
        object.__setattr__(self, "asked", query(self.concepts))

    def answer(self, chart: Chart) -> Answer:
        """By the newest result; of a serology made by several methods the newest of each, and a positive one wins."""
        return self.silent.said(chart) if self.silent.speaks(chart) else self.touched(chart)

    def touched(self, chart: Chart) -> Answer:
        """`answer`, where one of the tests was made."""
        result = sole(chart, self.asked)
        return self._answer(chart) if result is None else self._judge(chart, result)

    def _answer(self, chart: Chart) -> Answer:
        judged = [decide(f, self.concepts, lambda r: self._judge(chart, r)) for f in tests(chart, self.concepts)]
        answer = any_of(judged) if self.positive else all_of(judged)
        negative = Status.FAIL if self.positive else Status.PASS
        serology = self.concepts[0] in SEROLOGIES
        if answer.status is negative and serology and not covered(chart, look_back(chart, self.concepts[0])):
            # Another method, of which nothing has arrived, may be positive.
            return unknown(Reason.UNAVAILABLE, self.concepts, answer.evidence, answer.notes)
        return answer

    def _judge(self, chart: Chart, result: Result) -> Answer:
        said = verdict(chart, result)
        threshold = "positive" if self.positive else "negative"
        evidence = (seen(result, said.note, threshold=threshold, rule=threshold),)
        if said.positive is None:
            return unknown(said.reason or Reason.INCOMPARABLE, self.concepts, evidence)
        return passed(Basis.RECORDED, evidence) if said.positive is self.positive else failed(Basis.RECORDED, evidence)

    def words(self) -> str:
        """In words."""
        return f"{self.names} {'positive' if self.positive else 'negative'}"

    def reads(self) -> Reads:
        """The tests."""
        return Reads(frozenset(("Observation",)), frozenset(self.concepts))


def read(spec: Spec) -> Tested:
    """Read a `positive` or `negative` rule."""
    key = "positive" if spec.has("positive") else "negative"
    names = spec.texts(key)
    for name in names:
        if name not in spec.terminology.concepts:
            spec.complain(key, f"'{name}' is no concept of mappings/lab_concepts.csv")
    known = tuple(n for n in names if n in spec.terminology.concepts)
    return Tested(known, key == "positive", " or ".join(spec.terminology.concepts[n].text for n in known))
