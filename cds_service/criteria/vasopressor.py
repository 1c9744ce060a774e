"""`no_vasopressor`: blood pressure held by no vasopressor now (NCT06222853 E4; criteria.md decisions 39, 46).

    {no_vasopressor: current and intravenous}
"""

from dataclasses import dataclass

from ..chart.chart import DRUG_KINDS, Chart
from ..clinical.drug_effects import PRESSORS, current_vasopressor
from ..clinical.exposures import evidence, exposures, recorded
from ..clinical.findings import since
from ..kernel.answers import Answer, Basis, Evidence, Reason, failed, passed, unknown
from .rule import Reads, Spec

KIND = "no_vasopressor"

_MISSING = ("vasopressor",)
_FORM = "current and intravenous"


@dataclass(frozen=True, slots=True)
class NoVasopressor:
    """No vasopressor is current and intravenous."""

    def answer(self, chart: Chart) -> Answer:
        """A current intravenous one fails; an unclear one is for a clinician; silence needs complete drug records."""
        if chart.drugs_complete and not chart.unnamed_drugs and not recorded(chart, PRESSORS):
            return passed(Basis.NOT_RECORDED, (since(chart),))
        found = current_vasopressor(chart)
        if found.current:
            return failed(Basis.RECORDED, found.current)
        if not chart.drugs_complete:
            return unknown(Reason.UNAVAILABLE, _MISSING, found.judgement)
        if chart.unnamed_drugs:
            note = "a drug record with neither known code nor text"
            unnamed = tuple(Evidence(reference, note=note) for reference in chart.unnamed_drugs)
            return unknown(Reason.INCOMPARABLE, _MISSING, (*found.judgement, *unnamed))
        if found.judgement:
            return unknown(Reason.JUDGEMENT, _MISSING, found.judgement)
        past = exposures(chart, PRESSORS)  # read, though they do not trigger (decision 3)
        return passed(Basis.RECORDED, (evidence(past[-1], rule=KIND, note="not current, or not intravenous"),))

    def words(self) -> str:
        """What counts."""
        return "no vasopressor that is current and intravenous"

    def reads(self) -> Reads:
        """Drug records."""
        return Reads(kinds=frozenset(DRUG_KINDS), drugs=frozenset(_MISSING))


def read(spec: Spec) -> NoVasopressor:
    """`{no_vasopressor: current and intravenous}`."""
    spec.text(KIND, choices=(_FORM,))
    return NoVasopressor()
