"""`clearance` and `egfr`: kidney function, recorded or computed (criteria.md decisions 7, 50; formulas.md).

    {clearance: cockcroft_gault, at_least: 40 mL/min, measured: wins}
    {clearance: cockcroft_gault, at_least: 50 mL/min, measured: never}
    {egfr: reported_or_computed, at_least: 30 mL/min/1.73m2}
"""

from dataclasses import dataclass
from decimal import Decimal

from ..chart.chart import Chart
from ..clinical.kidney import clearance, egfr
from ..clinical.measures import convert
from ..clinical.thresholds import SIGNS, Threshold
from ..kernel.answers import Answer
from ..kernel.numbers import exactly
from .rule import Reads, Spec

KINDS = ("clearance", "egfr")


@dataclass(frozen=True, slots=True)
class Kidney:
    """Creatinine clearance (`measured`: `wins` or `never`) or eGFR against a threshold."""

    what: str
    threshold: Threshold
    measured: str

    def answer(self, chart: Chart) -> Answer:
        """Answer for this chart."""
        if self.what == "egfr":
            return egfr(chart, self.threshold)
        return clearance(chart, self.threshold, self.measured)

    def words(self) -> str:
        """In words."""
        if self.what == "egfr":
            return (
                f"eGFR {self.threshold.text}: the newer of the reported one and the one computed from creatinine "
                "(CKD-EPI 2021 from 18 years, bedside Schwartz under 18)"
            )
        measured = "comes first" if self.measured == "wins" else "does not count"
        return (
            f"creatinine clearance {self.threshold.text} (Cockcroft–Gault with actual weight, recorded or computed; "
            f"a measured clearance {measured})"
        )

    def reads(self) -> Reads:
        """Reported values and what the formulas need."""
        concepts = {"egfr", "creatinine_serum", "body_height"} if self.what == "egfr" else {
            "crcl", "creatinine_serum", "body_weight"
        }
        return Reads(frozenset(("Observation", "Patient")), frozenset(concepts))


def read(spec: Spec) -> Kidney:
    """Read a `clearance` or `egfr` rule."""
    what = "clearance" if spec.has("clearance") else "egfr"
    spec.text(what, choices=("cockcroft_gault",) if what == "clearance" else ("reported_or_computed",))
    measured = spec.text("measured", choices=("wins", "never")) if what == "clearance" else ""
    concept = "crcl" if what == "clearance" else "egfr"
    sign = next((s for s in SIGNS if spec.has(s)), "at_least")
    quantity = spec.quantity(sign)
    unit = spec.terminology.concepts[concept].canonical_unit
    if quantity is None:
        spec.complain(sign, f"a kidney rule needs one of {', '.join(SIGNS)}")
        return Kidney(what, Threshold(sign, Decimal(0), unit, ""), measured)
    limit = convert(spec.terminology, concept, exactly(quantity[0]), quantity[1])
    if limit is None or limit.low is None:
        spec.complain(sign, f"'{quantity[1]}' is no unit of {concept} in mappings/units.csv")
        return Kidney(what, Threshold(sign, Decimal(0), unit, ""), measured)
    return Kidney(what, Threshold(sign, limit.low, unit, f"{SIGNS[sign]} {quantity[0]} {quantity[1]}"), measured)
