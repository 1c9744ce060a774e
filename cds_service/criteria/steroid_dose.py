"""`steroid_dose`: the current prednisone-equivalent daily dose (criteria.md section 2; decisions 14, 21, 29, 40, 50).

    steroid_dose: oral               or systemic
    at_most: 60 mg/day
    at_least: 7.5 mg/day
    unless_on: [conventional_immunosuppressant]      waives the minimum
    judged: [neither_judgement]                      for a clinician to judge where it would decide
No current glucocorticoid passes.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from ..chart.chart import Chart
from ..clinical.drug_silence import KINDS_READ, names, nothing_recorded, spoken, unnamed
from ..clinical.exposures import evidence
from ..clinical.steroids import DayDose, dose_evidence, steroids
from ..clinical.treatment import CURRENT, OPEN, treatments, why_open
from ..kernel.answers import REASON_RANK, Answer, Basis, Evidence, Reason, failed, passed, unknown
from ..kernel.numbers import plain
from .rule import Reads, Spec

KIND = "steroid_dose"
_MISSING = names(("glucocorticoid",))


@dataclass(frozen=True, slots=True)
class SteroidDose:
    """Limits on the current dose."""

    scope: str
    at_most: Decimal | None
    at_least: Decimal | None
    unless_on: tuple[str, ...]
    judged: tuple[str, ...]
    threshold: str
    waivers: frozenset[str] = field(init=False, repr=False, compare=False)
    others: frozenset[str] = field(init=False, repr=False, compare=False)
    """`unless_on` and `judged`, as `treatments` takes them."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "waivers", frozenset(self.unless_on))
        object.__setattr__(self, "others", frozenset(self.judged))

    def answer(self, chart: Chart) -> Answer:
        """The interval decides only what the whole of it decides; out of range has no `until` (decision 29).

        With a part that cannot be read the total is not known: what can be read may exceed a limit, and passes none.
        """
        dose = steroids(chart, self.scope).dose
        if dose.none:
            return nothing_recorded(chart, _MISSING, rule=KIND)
        shown = dose_evidence(dose, chart, self.threshold, KIND)
        basis = Basis.COMPUTED if dose.computed else Basis.RECORDED
        total, most, least = dose.total, self.at_most, self.at_least
        above = False if most is None else total.more_than(most)
        if above is True:
            return failed(basis, shown)
        enough = True if least is None else total.at_least(least)
        if dose.reason is not None:
            above = None
        if enough is True and above is False and (most is None or chart.drugs_complete):
            return passed(basis, shown)
        if not chart.drugs_complete:
            return unknown(Reason.UNAVAILABLE, _MISSING, shown)
        if above is None:
            return self._open(dose, shown)
        waived, why, partners = self._waiver(chart)
        if waived:
            return passed(basis, shown + partners)
        if why is not None:
            return unknown(why, names(self.unless_on), shown + partners)
        return failed(basis, shown) if enough is False else self._open(dose, shown)

    def _open(self, dose: DayDose, shown: tuple[Evidence, ...]) -> Answer:
        return unknown(dose.reason or Reason.IMPRECISE, _MISSING, shown, (dose.problem,) if dose.problem else ())

    def _waiver(self, chart: Chart) -> tuple[bool, Reason | None, tuple[Evidence, ...]]:
        """Whether a partner drug waives the minimum; else why that is not known."""
        if not self.unless_on:
            return False, None, ()
        found = treatments(chart, self.waivers)
        for treatment in found:
            if treatment.standing is CURRENT:
                return True, None, (evidence(treatment.now[0], rule=KIND, note="no minimum beside this drug"),)
        reasons = [why_open(t) for t in found if t.standing is OPEN]
        shown = [evidence(e, rule=KIND, note=e.doubt) for t in found if t.standing is OPEN for e in t.now]
        known = {t.drug for t in found}
        for treatment in treatments(chart, self.others):
            if treatment.standing in (CURRENT, OPEN) and treatment.drug not in known:
                reasons.append(Reason.JUDGEMENT)
                note = "whether it waives the minimum is for a clinician to judge"
                shown.append(evidence(treatment.now[0], rule=KIND, note=note))
        if chart.unnamed_drugs:
            reasons.append(Reason.INCOMPARABLE)
            shown.extend(unnamed(chart, KIND))
        return False, min(reasons, key=REASON_RANK.__getitem__, default=None), tuple(shown)

    def words(self) -> str:
        """In plain words."""
        scope = "oral " if self.scope == "oral" else ""
        said = f"current {scope}glucocorticoid {self.threshold}"
        if self.unless_on:
            said += f" (no minimum with a current {spoken(self.unless_on)})"
        return said + "; none current: met"

    def reads(self) -> Reads:
        """Drug records; the weight for doses by weight."""
        drugs = frozenset({"glucocorticoid", *self.unless_on, *self.judged})
        return Reads(KINDS_READ | {"Observation"}, concepts=frozenset({"body_weight"}), drugs=drugs)


def read(spec: Spec) -> SteroidDose:
    """`{steroid_dose: oral, at_most: 30 mg/day, at_least: 7.5 mg/day, unless_on: conventional_immunosuppressant}`."""
    scope = spec.text("steroid_dose", choices=("oral", "systemic"))
    most, least = spec.dose("at_most"), spec.dose("at_least")
    if most is None and least is None:
        spec.complain("steroid_dose", "'at_most' or 'at_least' is missing")
    parts = [f"≤ {plain(most)}"] if most is not None else []
    parts += [f"≥ {plain(least)}"] if least is not None else []
    threshold = " and ".join(parts) + " mg/day prednisone-equivalent"
    return SteroidDose(scope, most, least, spec.drugs("unless_on"), spec.drugs("judged"), threshold)
