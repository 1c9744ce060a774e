"""`shown_by`: evidence that may prove an inclusion and never disproves it (criteria.md decision 5; NCT07339332 I10).

    {shown_by: [{value: upcr, more_than: 500 mg/g}, {value: platelets, less_than: 100 10*9/L}]}
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..chart.chart import Chart
from ..kernel.answers import Answer, Reason, Status, unknown
from ..kernel.logic import any_of
from .rule import Reads, Rule, Silent, Spec, silent_together

KIND = "shown_by"


@dataclass(frozen=True, slots=True)
class ShownBy:
    """Passes when one of the parts passes; otherwise unknown."""

    parts: tuple[Rule, ...]
    silent: Silent | None = field(init=False, repr=False, compare=False)
    """What it answers where none of the parts finds anything."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "silent", silent_together(self.parts, _shown))

    def answer(self, chart: Chart) -> Answer:
        """Silence and normal results alike leave the inclusion open."""
        if self.silent is not None and self.silent.speaks(chart):
            return self.silent.said(chart)
        return self.touched(chart)

    def touched(self, chart: Chart) -> Answer:
        """`answer`, where the chart may have something for one of the parts."""
        return _shown([part.answer(chart) for part in self.parts])

    def words(self) -> str:
        """In words."""
        return f"shown by {' or '.join(p.words() for p in self.parts)} (otherwise open)"

    def reads(self) -> Reads:
        """What the parts look at."""
        found = Reads()
        for part in self.parts:
            found |= part.reads()
        return found


def _shown(parts: Sequence[Answer]) -> Answer:
    answer = any_of(parts)
    if answer.status is not Status.FAIL:
        return answer
    return unknown(Reason.NO_DATA, (), answer.evidence, answer.notes)


def read(spec: Spec) -> ShownBy:
    """Read a `shown_by` rule."""
    from .registry import read_rule  # the registry finds this module: a late import keeps it from being a circle

    return ShownBy(tuple(rule for part in spec.parts("shown_by") if (rule := read_rule(part)) is not None))
