"""`steroid_dependence`: a dose by weight that a clinician has to judge (NCT06222853 I3; criteria.md, decision 5).

    steroid_dependence: 0.5 mg/kg/day

A current dose at or above it is unknown (judgement); less, or none, does not decide.
"""

from dataclasses import dataclass
from decimal import Decimal

from ..chart.chart import Chart
from ..clinical.body_weight import weight_today
from ..clinical.drug_silence import KINDS_READ, names
from ..clinical.steroids import current_dose, dose_evidence
from ..kernel.answers import Answer, Reason, merge, unknown
from ..kernel.numbers import Interval, plain
from .rule import Reads, Spec

KIND = "steroid_dependence"
_MISSING = names(("glucocorticoid",))


@dataclass(frozen=True, slots=True)
class SteroidDependence:
    """Whether the dose cannot be lowered: only a clinician knows; a high dose raises the question."""

    limit: Decimal
    threshold: str

    def answer(self, chart: Chart) -> Answer:
        """Never passes, never fails."""
        dose = current_dose(chart, "systemic")
        missing = _MISSING
        if dose.none:
            return unknown(Reason.NO_DATA if chart.drugs_complete else Reason.UNAVAILABLE, missing)
        shown = dose_evidence(dose, chart, self.threshold, KIND)
        weight = weight_today(chart)
        if weight is None:
            return unknown(Reason.NO_DATA, ("body_weight",), shown)
        heavy, light = weight.kg.high, weight.kg.low
        low, high = dose.total.low, dose.total.high
        by_weight = Interval(
            low / heavy if low is not None and heavy else None, high / light if high is not None and light else None
        )
        shown = merge(shown, (weight.evidence,))
        decided = by_weight.at_least(self.limit)
        if decided is True:
            note = "whether the dose can be lowered is for a clinician to judge"
            return unknown(Reason.JUDGEMENT, missing, shown, (note,))
        if decided is None:
            return unknown(dose.reason or Reason.IMPRECISE, missing, shown)
        return unknown(Reason.NO_DATA if chart.drugs_complete else Reason.UNAVAILABLE, missing, shown)

    def words(self) -> str:
        """In plain words."""
        return (
            f"steroid dependence: a current dose of ≥ {plain(self.limit)} mg/kg/day prednisone-equivalent is for a "
            "clinician to judge; less does not decide"
        )

    def reads(self) -> Reads:
        """Drug records and the weight."""
        return Reads(
            KINDS_READ | {"Observation"}, concepts=frozenset({"body_weight"}), drugs=frozenset({"glucocorticoid"})
        )


def read(spec: Spec) -> SteroidDependence:
    """`{steroid_dependence: 0.5 mg/kg/day}`."""
    limit = spec.dose("steroid_dependence", "mg/kg/day") or Decimal(0)
    return SteroidDependence(limit, f"≥ {plain(limit)} mg/kg/day")
