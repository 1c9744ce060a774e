"""`organ_involvement`: an inclusion on active lupus disease of an organ (NCT06222853 I3, NCT07339332 I9, I10).

    organ_involvement: {nephritis_classes: [III, IV, V], findings: [neuropsychiatric_sle], judgement: [...]}

Silence does not disprove an inclusion: it is unknown, `no-data` (decision 5). Wide codes, words and doubt do not pass.
"""

from dataclasses import dataclass, field

from ..chart.chart import Chart
from ..chart.facts import Diagnosis
from ..clinical.findings import by_finding, conditions, evidence_of, incomplete
from ..clinical.selection import seen
from ..clinical.stated import NEPHRITIS, measured_classes, nephritis, nephritis_classes
from ..kernel.answers import Answer, Basis, Evidence, Reason, no_data, passed, unknown
from .rule import Reads, Spec

KIND = "organ_involvement"

_READ = ("Condition",)
_CLASSES = ("I", "II", "III", "IV", "V", "VI")


@dataclass(frozen=True, slots=True)
class OrganInvolvement:
    """At least one of the manifestations is recorded as active."""

    findings: tuple[str, ...]
    if_severe: tuple[str, ...]
    judgement: tuple[str, ...]
    classes: frozenset[str]
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """All findings that are asked for, in this order."""
    named: frozenset[str] = field(init=False, repr=False, compare=False)
    """The same without their order."""
    missing: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """What would decide where nothing is recorded."""
    classes_said: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        names = (*self.findings, *self.if_severe, *self.judgement)
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "named", frozenset(names))
        nephritis_too = ("lupus_nephritis_isn_rps_class",) if self.classes else ()
        object.__setattr__(self, "missing", (*nephritis_too, *names))
        said = "class " + ", ".join(c for c in _CLASSES if c in self.classes)
        object.__setattr__(self, "classes_said", said)

    def answer(self, chart: Chart) -> Answer:
        """Pass on the first manifestation that counts; else unknown."""
        if self._untouched(chart):
            return no_data(self.missing)
        judged: list[Evidence] = []
        open_names: list[str] = []
        for fact, name, counts in self._candidates(chart):
            if counts:
                return passed(Basis.RECORDED, (evidence_of(fact, "active", KIND),))
            judged.append(evidence_of(fact, "active", KIND, "its weight is for a clinician to judge"))
            open_names.append(name)
        measured, result = measured_classes(chart)
        unstaged, stated = self._unstaged(chart) if self.classes else ((), ())
        if result is not None and self.classes & measured and (unstaged or not nephritis(chart)):
            said = seen(result, threshold=self.classes_said, rule=KIND)
            return passed(Basis.RECORDED, (said, *unstaged))
        evidence = (*judged, *unstaged)
        if incomplete(chart, _READ):
            return unknown(Reason.UNAVAILABLE, self.missing, evidence)
        if judged:
            return unknown(Reason.JUDGEMENT, tuple(dict.fromkeys(open_names)), evidence)
        if unstaged:
            return unknown(Reason.NO_DATA, ("lupus_nephritis_isn_rps_class",), evidence)
        return unknown(Reason.NO_DATA, self.missing, stated)

    def _untouched(self, chart: Chart) -> bool:
        """Whether the whole chart holds nothing that this rule looks at."""
        if not by_finding(chart).keys().isdisjoint(self.names) or incomplete(chart, _READ):
            return False
        return not self.classes or not (nephritis(chart) or chart.results.get("lupus_nephritis_class"))

    def _candidates(self, chart: Chart) -> list[tuple[Diagnosis, str, bool]]:
        """Active records: (record, finding, whether it counts or is for a clinician)."""
        found: list[tuple[Diagnosis, str, bool]] = []
        recorded = by_finding(chart)
        touched = recorded.keys() & self.named
        for name in [name for name in self.names if name in touched] if len(touched) > 1 else touched:
            for fact in conditions(chart, name):
                if not fact.active or fact.doubtful:
                    continue
                severe = name not in self.if_severe or fact.severity == "severe"
                if name in self.if_severe and fact.severity in ("mild", "moderate"):
                    continue
                counts = fact.findings[name] == "names" and severe and name not in self.judgement
                found.append((fact, name, counts))
        if self.classes:
            for fact in nephritis(chart):
                if fact.active and not fact.doubtful and self.classes & nephritis_classes(chart, fact):
                    found.append((fact, "lupus_nephritis_any", True))
        if len(found) > 1:
            found.sort(key=lambda item: not item[2])
        return found

    def _unstaged(self, chart: Chart) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
        """Active lupus nephritis without a class, and with another class than those asked for."""
        without: list[Evidence] = []
        stated: list[Evidence] = []
        for fact in nephritis(chart):
            if fact.active and not fact.doubtful:
                classes = nephritis_classes(chart, fact)
                if not classes:
                    without.append(evidence_of(fact, self.classes_said, KIND, "its class is not stated"))
                else:  # one of the classes asked for would have passed already
                    stated.append(evidence_of(fact, self.classes_said, KIND, "another class is stated"))
        return tuple(without), tuple(stated)

    def words(self) -> str:
        """The manifestations."""
        said = [name.replace("_", " ") for name in self.findings]
        said += [f"{name.replace('_', ' ')} recorded as severe" for name in self.if_severe]
        said += [f"{name.replace('_', ' ')} (for a clinician to judge)" for name in self.judgement]
        if self.classes:
            said.insert(0, f"lupus nephritis {self.classes_said} (by code, stage or text)")
        return "recorded and active, any of: " + ", ".join(said)

    def reads(self) -> Reads:
        """Conditions, and the Observations that state a class."""
        kidney = frozenset(NEPHRITIS) if self.classes else frozenset()
        return Reads(
            kinds=frozenset(("Condition", "Observation") if self.classes else ("Condition",)),
            concepts=frozenset(("lupus_nephritis_class",) if self.classes else ()),
            findings=frozenset((*self.findings, *self.if_severe, *self.judgement)) | kidney,
        )


def read(spec: Spec) -> OrganInvolvement:
    """See the module's text."""
    inner = spec.inner(spec.raw(KIND), KIND)
    classes = inner.texts("nephritis_classes")
    for name in classes:
        if name not in _CLASSES:
            inner.complain("nephritis_classes", f"'{name}' is no class; the classes are {', '.join(_CLASSES)}")
    rule = OrganInvolvement(
        inner.findings("findings"), inner.findings("if_severe"), inner.findings("judgement"), frozenset(classes)
    )
    if not (rule.findings or rule.if_severe or rule.judgement or rule.classes):
        inner.complain(KIND, f"'{KIND}' names no manifestation")
    for key in inner.unread():
        inner.complain(key, f"'{key}' is not understood by '{KIND}'")
    return rule
