"""`for_another_disease`: treatment whose recorded reason is not lupus (NCT06222853 E6).

    for_another_disease: [glucocorticoid, conventional_immunosuppressant]
"""

from dataclasses import dataclass, field

from ..chart.chart import Chart
from ..clinical.drug_silence import KINDS_READ, names, nothing_recorded, spoken
from ..clinical.exposures import each_evidence, evidence
from ..clinical.treatment import CURRENT, OPEN, treatments
from ..kernel.answers import Answer, Basis, Reason, passed, unknown
from .rule import Reads, Spec

KIND = "for_another_disease"


@dataclass(frozen=True, slots=True)
class ForAnotherDisease:
    """No current treatment with these drugs for something else than lupus."""

    drugs: tuple[str, ...]
    missing: tuple[str, ...]
    wanted: frozenset[str] = field(init=False, repr=False, compare=False)
    """`drugs`, as `treatments` takes them."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "wanted", frozenset(self.drugs))

    def answer(self, chart: Chart) -> Answer:
        """A current one with another reason is for a clinician to judge; no recorded reason passes."""
        now = [
            e for t in treatments(chart, self.wanted) if t.standing is CURRENT or t.standing is OPEN for e in t.now
        ]  # fmt: skip
        others = tuple([
            evidence(e, rule=KIND, note=f"recorded reason: {'; '.join(e.reasons)}") for e in now if e.for_lupus is False
        ])
        if not chart.drugs_complete:
            return unknown(Reason.UNAVAILABLE, self.missing, others)
        if others:
            return unknown(Reason.JUDGEMENT, self.missing, others)
        if not now or chart.unnamed_drugs:
            return nothing_recorded(chart, self.missing, rule=KIND)
        return passed(Basis.RECORDED, each_evidence(now, KIND))

    def words(self) -> str:
        """In plain words."""
        said = f"no current {spoken(self.drugs)} for another disease than lupus"
        return f"{said} (another recorded reason: for a clinician to judge)"

    def reads(self) -> Reads:
        """Drug records and the Conditions that they name as reasons."""
        return Reads(KINDS_READ | {"Condition"}, drugs=frozenset(self.drugs))


def read(spec: Spec) -> ForAnotherDisease:
    """`{for_another_disease: [glucocorticoid, conventional_immunosuppressant]}`."""
    drugs = spec.drugs("for_another_disease")
    return ForAnotherDisease(drugs, names(drugs))
