"""`for_another_disease`: treatment whose recorded reason is not lupus (NCT06222853 E6).

    for_another_disease: [glucocorticoid, conventional_immunosuppressant]
"""

from dataclasses import dataclass, field

from ..chart.chart import Chart
from ..clinical.drug_silence import KINDS_READ, names, nothing_recorded, spoken
from ..clinical.exposures import Row, evidence, shown
from ..clinical.treatment import HELD, not_past
from ..kernel.answers import Answer, Basis, Evidence, Reason, passed, unknown
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
        now: list[Row] = []
        others: tuple[Evidence, ...] = ()
        for treatment in not_past(chart):
            if not treatment.labels.isdisjoint(self.wanted) and treatment.standing is not HELD:
                now += treatment.rows
                for e in treatment.now:
                    if e.for_lupus is False:
                        said = f"recorded reason: {'; '.join(e.reasons)}"
                        others = (*others, evidence(e, rule=KIND, note=said))
        if not chart.drugs_complete:
            return unknown(Reason.UNAVAILABLE, self.missing, others)
        if others:
            return unknown(Reason.JUDGEMENT, self.missing, others)
        if not now or chart.unnamed_drugs:
            return nothing_recorded(chart, self.missing, rule=KIND)
        return passed(Basis.RECORDED, shown(now, (None, None, KIND)))

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
