"""`never`, `not_active`, `not_within`: exclusions on recorded findings.

Source: criteria.md section 2 "Conditions" and "Absence", decisions 18, 34, 35.

    never: {fails: [stroke_cerebrovascular], noted: [tia], unless: [neuropsychiatric_sle]}
    not_active: {fails: [ttp_tma], by_severity: [vasculitis_lupus]}
    not_within: {window: 6 months, fails: [myocardial_infarction]}

`never` counts any record; `not_active` those that go on; `not_within` an illness to its end, an event from its onset.
The grades are those of `cds_service.clinical.weighing`; `new` (of `not_within`) counts only what began in the window.
`unless`: a record that also has one of these findings is not meant (a wide code of one: for a clinician to judge).
`judged_if_also`: a record that also has one of these is for a clinician to judge.
"""

from dataclasses import dataclass, field
from datetime import date

from ..chart.chart import Chart
from ..clinical.findings import ACTS, Fact, Silence, by_finding, evidence_of, silence, since
from ..clinical.timing import STALE_ACUTE, began_within, lingers, place
from ..clinical.weighing import FAILS, GRADES, JUDGEMENT, PASSES, WORDS, weigh
from ..kernel.answers import REASON_RANK, Answer, Basis, Evidence, Reason, failed, passed, unknown
from ..kernel.dates import Window
from .rule import Reads, Silent, Spec

KINDS = ("never", "not_active", "not_within")

_UNCLEAR = "unclear"
Outcome = tuple[str, date | None, str | None, Fact, str]
"""(weight, until, note, fact, finding)"""

_RANK = {FAILS: 0, _UNCLEAR: 1, JUDGEMENT: 2, PASSES: 3}
_REASONS = {_UNCLEAR: Reason.IMPRECISE, JUDGEMENT: Reason.JUDGEMENT}


@dataclass(frozen=True, slots=True)
class Absence:
    """An exclusion: none of the findings, ever, now, or within a window."""

    how: str
    grades: tuple[tuple[str, str], ...]
    """(finding, grade), in the order of the file."""
    unless: frozenset[str]
    judged_if_also: frozenset[str]
    window: Window | None
    kinds: tuple[str, ...]
    missing: tuple[str, ...]
    threshold: str
    named: frozenset[str] = field(init=False, repr=False, compare=False)
    """The findings of `missing`."""
    by_grade_alone: bool = field(init=False, repr=False, compare=False)
    """`never`, without exceptions: what a record weighs is all that it does."""
    silence: Silence = field(init=False, repr=False, compare=False)
    """When nothing recorded means absence."""
    silent: Silent = field(init=False, repr=False, compare=False)
    """The same for a plan of several rules."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "named", frozenset(self.missing))
        alone = self.how == "never" and not self.unless and not self.judged_if_also
        object.__setattr__(self, "by_grade_alone", alone)
        object.__setattr__(self, "silence", silence(self.kinds, self.window))
        object.__setattr__(self, "silent", Silent(None, findings=self.named, guards=frozenset((self.silence,))))

    def answer(self, chart: Chart) -> Answer:
        """Fail, pass or unknown by the worst of what is recorded; silence behind its guards."""
        index = by_finding(chart)
        if self.named.isdisjoint(index):
            return self.silence.absent(chart, self.missing)
        worst: dict[str, Outcome] = {}
        by_grade_alone = self.by_grade_alone
        for finding, grade in self.grades:
            for fact in index.get(finding, ()):
                if by_grade_alone:
                    (weight, note), until = weigh(fact, finding, grade), None
                else:
                    weight, until, note = self._outcome(fact, finding, grade, chart)
                known = worst.get(fact.reference)
                if known is None or (_RANK[weight], until is not None) < (_RANK[known[0]], known[1] is not None):
                    worst[fact.reference] = (weight, until, note, fact, finding)
        return self._decide(chart, list(worst.values()))

    def _outcome(self, fact: Fact, finding: str, grade: str, chart: Chart) -> tuple[str, date | None, str | None]:
        """What one record of one finding does: (weight, until, note)."""
        for other in self.unless:
            if other in fact.findings:
                if fact.findings[other] == "names":
                    return PASSES, None, f"the record also says {_plain(other)}: not meant here"
                return JUDGEMENT, None, f"the record may also say {_plain(other)}"
        weight, note = weigh(fact, finding, "judgement" if grade == "new" else grade)
        if weight == FAILS and not self.judged_if_also.isdisjoint(fact.findings):
            weight = JUDGEMENT
        if self.how == "never" or weight == PASSES:
            return weight, None, note
        if self.window is None:
            if not getattr(fact, "active", False):
                return PASSES, None, "not active"
            if weight == FAILS and lingers(fact, finding, chart.as_of):  # type: ignore[arg-type]
                return JUDGEMENT, None, STALE_ACUTE
            return weight, None, note
        if grade == "new" and hasattr(fact, "began"):
            placed = began_within(fact, self.window, chart.as_of)  # type: ignore[arg-type]
        else:
            placed = place(fact, finding, self.window, chart.as_of)
        if placed.where == "outside":
            return PASSES, None, "before the window"
        if placed.where == "inside":
            return weight, placed.until if weight == FAILS else None, note or placed.note
        return (_UNCLEAR if placed.where == _UNCLEAR else JUDGEMENT), None, placed.note or note

    def _decide(self, chart: Chart, outcomes: list[Outcome]) -> Answer:
        weights = {outcome[0] for outcome in outcomes}
        if FAILS in weights:
            untils = [outcome[1] for outcome in outcomes if outcome[0] == FAILS]
            until = None if None in untils else max(u for u in untils if u is not None)
            return failed(Basis.RECORDED, self._evidence(outcomes, FAILS), until)
        guard = self.silence.fails(chart)
        if guard is not None:  # what did not arrive, or lies before the chart, could still exclude
            reasons = [guard] + [_REASONS[weight] for weight in weights if weight in _REASONS]
            evidence = (*self._evidence(outcomes, _UNCLEAR, JUDGEMENT), since(chart))
            return unknown(min(reasons, key=REASON_RANK.__getitem__), self.missing, evidence)
        if weights != {PASSES}:
            reason = Reason.IMPRECISE if _UNCLEAR in weights else Reason.JUDGEMENT
            decisive = tuple(dict.fromkeys([outcome[4] for outcome in outcomes if outcome[0] != PASSES]))
            return unknown(reason, decisive, self._evidence(outcomes, _UNCLEAR, JUDGEMENT))
        notes = [
            f"{_plain(finding)} is recorded and does not exclude"
            for weight, _, _, _, finding in outcomes
            if (finding, "noted") in self.grades
        ]
        return passed(Basis.RECORDED, self._evidence(outcomes, PASSES), tuple(dict.fromkeys(notes)))

    def _evidence(self, outcomes: list[Outcome], *weights: str) -> tuple[Evidence, ...]:
        return tuple([
            evidence_of(fact, self.threshold, self.how, note)
            for weight, _, note, fact, _ in outcomes
            if weight in weights
        ])

    def words(self) -> str:
        """The findings by grade, and the time that counts."""
        groups: dict[str, list[str]] = {}
        for finding, grade in self.grades:
            groups.setdefault(grade, []).append(_plain(finding))
        said = "; ".join(WORDS[grade].format(", ".join(names)) for grade, names in groups.items())
        head = {"never": "never recorded", "not_active": "not active now"}.get(self.how, f"not within {self.window}")
        tail = ""
        if self.unless:
            tail += f"; not meant where the same record says {', '.join(sorted(map(_plain, self.unless)))}"
        if self.judged_if_also:
            tail += f"; for a clinician to judge where it is {', '.join(sorted(map(_plain, self.judged_if_also)))}"
        return f"{head}: {said}{tail}"

    def reads(self) -> Reads:
        """Conditions, and Procedures where a finding is something done."""
        return Reads(kinds=frozenset(self.kinds), findings=frozenset(self.missing) | self.unless | self.judged_if_also)


def _plain(finding: str) -> str:
    return finding.replace("_", " ")


def read(spec: Spec) -> Absence:
    """Read one of the three kinds."""
    how = next(kind for kind in KINDS if spec.has(kind))
    inner = spec.inner(spec.raw(how), how)
    window = inner.window("window") if how == "not_within" else None
    if how == "not_within" and window is None:
        inner.complain("window", "'window' is missing; it must be a length of time such as '6 months'")
    grades: list[tuple[str, str]] = []
    allowed = (*GRADES, "new") if how == "not_within" else tuple(GRADES)
    for grade in inner.values:
        if grade in allowed:
            grades.extend((finding, grade) for finding in inner.findings(grade))
    if not grades:
        inner.complain(how, f"'{how}' names no finding; its grades are {', '.join(allowed)}")
    unless, judged = frozenset(inner.findings("unless")), frozenset(inner.findings("judged_if_also"))
    for key in inner.unread():
        inner.complain(key, f"'{key}' is not understood by '{how}'; its grades are {', '.join(allowed)}")
    names = tuple(dict.fromkeys(finding for finding, _ in grades))
    kinds = ("Condition", "Procedure") if how != "not_active" and not ACTS.isdisjoint(names) else ("Condition",)
    threshold = {"never": "ever", "not_active": "active"}.get(how, f"within {window}")
    return Absence(how, tuple(grades), unless, judged, window, kinds, names, threshold)
