"""`shown_by`: evidence that may prove an inclusion and never disproves it (criteria.md decision 5; NCT07339332 I10).

    {shown_by: [{value: upcr, more_than: 500 mg/g}, {value: platelets, less_than: 100 10*9/L}]}
"""

from dataclasses import dataclass

from ..chart.chart import Chart
from ..kernel.answers import Answer, Reason, Status, unknown
from ..kernel.logic import any_of
from .rule import Reads, Rule, Spec

KIND = "shown_by"


@dataclass(frozen=True, slots=True)
class ShownBy:
    """Passes when one of the parts passes; otherwise unknown."""

    parts: tuple[Rule, ...]

    def answer(self, chart: Chart) -> Answer:
        """Silence and normal results alike leave the inclusion open."""
        answer = any_of([part.answer(chart) for part in self.parts])
        if answer.status is not Status.FAIL:
            return answer
        return unknown(Reason.NO_DATA, (), answer.evidence, answer.notes)

    def words(self) -> str:
        """In words."""
        return f"shown by {' or '.join(p.words() for p in self.parts)} (otherwise open)"

    def reads(self) -> Reads:
        """What the parts look at."""
        found = Reads()
        for part in self.parts:
            found |= part.reads()
        return found


def read(spec: Spec) -> ShownBy:
    """Read a `shown_by` rule."""
    from .registry import read_rule  # the registry finds this module: a late import keeps it from being a circle

    return ShownBy(tuple(rule for part in spec.parts("shown_by") if (rule := read_rule(part)) is not None))
