"""`recorded`: a diagnosis that a trial's exception asks for (`... or with recorded Gilbert syndrome ...`).

    {recorded: gilbert_syndrome}
"""

from dataclasses import dataclass

from ..chart.chart import Chart
from ..clinical.findings import absent, by_finding, evidence_of, possible, recorded
from ..kernel.answers import Answer, Basis, Reason, Status, failed, passed, unknown
from .rule import Reads, Spec

KIND = "recorded"

_NEVER = failed(Basis.NOT_RECORDED)


@dataclass(frozen=True, slots=True)
class Recorded:
    """Passes when one of the findings is recorded, fails when the complete chart has none (decision 34)."""

    findings: tuple[str, ...]

    @property
    def passes_only_with(self) -> tuple[str, ...]:
        """The findings without which it cannot pass: what is combined with it need not be looked at."""
        return self.findings

    def answer(self, chart: Chart) -> Answer:
        """A wide, doubtful or word-only record is for a clinician to judge."""
        if by_finding(chart).keys().isdisjoint(self.findings):
            return self._unrecorded(chart)
        named = recorded(chart, *self.findings)
        if named:
            return passed(Basis.RECORDED, tuple(evidence_of(f, "recorded", KIND) for f in named))
        doubtful = possible(chart, *self.findings)
        return unknown(Reason.JUDGEMENT, self.findings, tuple(evidence_of(f, "recorded", KIND) for f in doubtful))

    def _unrecorded(self, chart: Chart) -> Answer:
        silence = absent(chart, ("Condition",), self.findings)
        return _NEVER if silence.status is Status.PASS else silence

    def words(self) -> str:
        """In words."""
        return f"recorded {' or '.join(f.replace('_', ' ') for f in self.findings)}"

    def reads(self) -> Reads:
        """The findings."""
        return Reads(frozenset(("Condition",)), findings=frozenset(self.findings))


def read(spec: Spec) -> Recorded:
    """Read a `recorded` rule."""
    return Recorded(spec.findings("recorded"))
