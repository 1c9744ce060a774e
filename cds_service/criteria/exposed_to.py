"""`exposed_to` and `never_exposed`: whether a drug was ever taken (criteria.md; decisions 5, 15, 28, 34, 46, 51).

    exposed_to: [cyclophosphamide, mycophenolate]
    drugs: 2                    so many different ones (default 1)
    in_all: 6 months            each taken for so long, courses added up
    once_at_least: 1 mg/kg/day  glucocorticoids: reached at least once
    or_intolerant: true         a recorded intolerance stands in for that drug
    never_exposed: gene_modified_cell_product
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ..chart.chart import Chart
from ..chart.facts import Exposure
from ..clinical.courses import infusions_enough, long_enough, one_enough
from ..clinical.drug_silence import KINDS_READ, names, nothing_recorded, spoken
from ..clinical.exposures import evidence, exposures, recorded
from ..clinical.findings import incomplete
from ..clinical.high_dose import reached_per_kg
from ..clinical.treatment import Treatment, drug_covers, every_treatment
from ..kernel.answers import Answer, Basis, Evidence, Reason, Status, each_once, failed, passed, unknown
from ..kernel.dates import Window
from ..kernel.logic import all_of, at_least, first_reason
from .rule import Reads, Spec

KINDS = ("exposed_to", "never_exposed")
_PASS = Status.PASS
_INTOLERANT = "a recorded intolerance stands in for this drug"


@dataclass(frozen=True, slots=True)
class ExposedTo:
    """A past or present treatment; silence never disproves it."""

    drugs: tuple[str, ...]
    least: int
    in_all: Window | None
    once_at_least: Decimal | None
    or_intolerant: bool
    missing: tuple[str, ...]
    wanted: frozenset[str] = field(init=False, repr=False, compare=False)
    """`drugs`, as `treatments` takes them."""
    threshold: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "wanted", frozenset(self.drugs))
        object.__setattr__(self, "threshold", f"≥ {self.in_all} in all")

    def answer(self, chart: Chart) -> Answer:
        """Pass where enough of the drugs are recorded; else unknown."""
        answers: dict[str, Answer] = {}
        good: list[Answer] = []
        wanted = self.wanted
        for treatment in every_treatment(chart):
            if not treatment.labels.isdisjoint(wanted):
                answer = answers[treatment.drug] = self._one(treatment, chart)
                if answer[0] is _PASS:
                    good.append(answer)
                    if len(good) == self.least:
                        return answer if self.least == 1 else all_of(good)
        if self.or_intolerant and chart.allergies:
            for drug, shown in self._intolerances(chart):
                if drug not in answers or answers[drug].status is not _PASS:
                    answers[drug] = passed(Basis.RECORDED, (shown,), (_INTOLERANT,))
                    good.append(answers[drug])
        if len(good) >= self.least:
            return good[0] if self.least == 1 else at_least(self.least, good[: self.least])
        # An intolerance that was not read may stand where a treatment is missing (decision 4: unavailable goes first).
        if not chart.drugs_complete or (self.or_intolerant and incomplete(chart, ("AllergyIntolerance",))):
            return unknown(Reason.UNAVAILABLE, self.missing)
        if not answers:
            return unknown(Reason.NO_DATA, self.missing)
        return self._open(answers.values())

    def _open(self, answers: Iterable[Answer]) -> Answer:
        """Too few that pass: what is missing may be one of those that leave it open, or one that is not recorded."""
        open_: list[Answer] = []
        missing, evidence, notes = self.missing, (), ()  # type: tuple[str, ...], tuple[Evidence, ...], tuple[str, ...]
        for answer in answers:
            evidence += answer[6]
            notes += answer[7]
            if answer[0] is not _PASS:
                open_.append(answer)
                missing += answer[5]
        reason = first_reason(open_) if open_ else Reason.NO_DATA
        return unknown(reason, each_once(missing), each_once(evidence), each_once(notes))

    def _one(self, treatment: Treatment, chart: Chart) -> Answer:
        in_all, records = self.in_all, treatment.records
        if in_all is None:  # any record that is not in doubt is enough
            for e in reversed(records):
                if e.doubt is None:
                    return passed(Basis.RECORDED, (evidence(e, rule="exposed_to"),))
            return _doubted(records)
        if treatment.plain is not None or treatment.alone is not None:
            lasted = one_enough(treatment, in_all, self.threshold, chart)
        else:
            lasted = infusions_enough(records, in_all, self.threshold, chart) if records[0].infusion else None
        if lasted is None or self.once_at_least is not None:
            sure = [e for e in records if e.doubt is None]
            if not sure:
                return _doubted(records)
            if lasted is None:
                made = [c for c in drug_covers(treatment, chart) if c[2].doubt is None]
                lasted = long_enough(made, in_all, self.threshold, chart)
            if self.once_at_least is not None:
                return all_of((lasted, reached_per_kg(sure, self.once_at_least, chart)))
        return lasted

    def _intolerances(self, chart: Chart) -> list[tuple[str, Evidence]]:
        known = chart.terminology.ingredients
        found = []
        for allergy in chart.allergies:
            for name in allergy.ingredients:
                ingredient = known.get(name)
                if allergy.doubtful or ingredient is None:
                    continue
                if {name, ingredient.drug, *ingredient.groups} & set(self.drugs):
                    drug = "glucocorticoid" if "glucocorticoid" in ingredient.groups else ingredient.drug
                    when = str(allergy.recorded) if allergy.recorded else None
                    found.append((drug, Evidence(allergy.reference, allergy.text, None, when, rule="intolerance")))
        return found

    def words(self) -> str:
        """In plain words."""
        several = self.least > 1
        said = f"at least {self.least} of: {spoken(self.drugs, ', ')}" if several else spoken(self.drugs)
        said = f"has been treated with {said}"
        if self.in_all is not None:
            said += f", {'each ' if several else ''}for at least {self.in_all} in all"
        if self.once_at_least is not None:
            said += f", at some time at {self.once_at_least} mg/kg/day prednisone-equivalent or more"
        return said + (" (or a recorded intolerance)" if self.or_intolerant else "")

    def reads(self) -> Reads:
        """Drug records, the weight, intolerances."""
        kinds = KINDS_READ | ({"AllergyIntolerance"} if self.or_intolerant else set())
        concepts = frozenset({"body_weight"}) if self.once_at_least is not None else frozenset()
        kinds |= {"Observation"} if concepts else set()
        return Reads(frozenset(kinds), concepts=concepts, drugs=frozenset(self.drugs))


def _doubted(records: Sequence[Exposure]) -> Answer:
    """All records are in doubt."""
    shown = tuple(evidence(e, rule="exposed_to", note=e.doubt) for e in records[:3])
    return unknown(Reason.INCOMPARABLE, evidence=shown)


@dataclass(frozen=True, slots=True)
class NeverExposed:
    """A drug that excludes for ever."""

    drugs: tuple[str, ...]
    missing: tuple[str, ...]

    def answer(self, chart: Chart) -> Answer:
        """Fail where it is recorded; a word alone is for a clinician to judge (decision 34)."""
        if not recorded(chart, self.drugs):
            return nothing_recorded(chart, self.missing, rule="never_exposed")
        found = exposures(chart, self.drugs)
        sure = [e for e in found if e.doubt is None and e.by != "word"]
        shown = tuple(evidence(e, rule="never_exposed", note=e.doubt) for e in (sure or found)[:5])
        if sure:
            return failed(Basis.RECORDED, shown)
        if not chart.drugs_complete:
            return unknown(Reason.UNAVAILABLE, self.missing, shown)
        doubted = any(e.doubt is not None for e in found) or bool(chart.unnamed_drugs)
        return unknown(Reason.INCOMPARABLE if doubted else Reason.JUDGEMENT, self.missing, shown)

    def words(self) -> str:
        """In plain words."""
        return f"never treated with a {spoken(self.drugs)}"

    def reads(self) -> Reads:
        """Drug records."""
        return Reads(KINDS_READ, drugs=frozenset(self.drugs))


def read(spec: Spec) -> ExposedTo | NeverExposed:
    """`{exposed_to: belimumab}` or `{never_exposed: gene_modified_cell_product}`."""
    if spec.has("never_exposed"):
        drugs = spec.drugs("never_exposed")
        return NeverExposed(drugs, names(drugs))
    drugs = spec.drugs("exposed_to")
    least = spec.number("drugs")
    high = spec.dose("once_at_least", "mg/kg/day")
    return ExposedTo(
        drugs, int(least) if least is not None else 1, spec.window("in_all"), high,
        spec.flag("or_intolerant"), names(drugs),
    )  # fmt: skip
