"""`dyspnoea`: at most a CTCAE grade (NCT06711146 I9n; criteria.md decision 33).

    {dyspnoea: at most grade 1}
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from ..chart.chart import Chart
from ..chart.facts import Diagnosis, Result
from ..clinical.findings import by_finding, evidence_of, incomplete, silence
from ..clinical.measures import convert
from ..clinical.selection import decide, query, seen
from ..kernel.answers import Answer, Basis, Evidence, Reason, Status, failed, passed, unknown
from ..kernel.numbers import Interval, exactly
from .rule import Reads, Silent, Spec

KIND = "dyspnoea"

_RULE = re.compile(r"at most grade ([0-4])", re.ASCII)
_GRADE = re.compile(r"(?:CTCAE|grade|G)[\s:v.\d]*?(?:grade|G)?[\s:=-]*\b([0-5])\b|\b([0-5])\s*级", re.IGNORECASE)
_OTHER_SCALES = re.compile(r"m?MRC|NYHA|Borg|WHO.?FC|functional class", re.IGNORECASE)
_ROMAN = {"0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
_MISSING = ("ctcae_dyspnea_grade",)
_GRADED, _SILENCE = query(("dyspnea_grade",)), silence(("Condition",), None)
_FIRST, _LAST = Decimal(0), Decimal(5)


@dataclass(frozen=True, slots=True)
class Dyspnoea:
    """A recorded grade decides; else active dyspnoea is for a clinician to judge, and silence passes."""

    highest: int
    silent: Silent = field(init=False, repr=False, compare=False)
    """What it answers where neither a grade nor dyspnoea is recorded."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        silent = Silent(None, frozenset(("dyspnea_grade",)), frozenset(("dyspnea",)), frozenset((_SILENCE,)))
        object.__setattr__(self, "silent", silent)

    def answer(self, chart: Chart) -> Answer:
        """Answer for this chart."""
        found = _GRADED.of(chart)
        if found.results or found.reason is Reason.STALE:
            answer = decide(found, _MISSING, lambda r: self._judge(chart, r))
            if found.reason is not Reason.STALE:
                return answer
        else:
            answer = None
        conditions = self._conditions(chart)
        if conditions is not None and (answer is None or conditions.status is not Status.PASS):
            return conditions
        if answer is not None:
            return answer
        if incomplete(chart, ("Observation",)):
            return unknown(Reason.UNAVAILABLE, _MISSING)
        return _SILENCE.absent(chart, _MISSING)

    def _judge(self, chart: Chart, result: Result) -> Answer:
        reading = result.reading
        number: Interval | None = None
        if reading.quantity is not None:
            number = convert(chart.terminology, "dyspnea_grade", reading.quantity.number, reading.quantity.unit)
        elif reading.text is not None:
            stated = grade_in(reading.text)
            number = exactly(Decimal(stated)) if stated is not None else None
        evidence = (seen(result, threshold=f"≤ grade {self.highest}", rule=KIND),)
        if number is None or not (number.at_least(_FIRST) and number.at_most(_LAST)):
            return unknown(Reason.INCOMPARABLE, _MISSING, evidence)
        return self._graded(number.at_most(Decimal(self.highest)), evidence)

    def _graded(self, within: bool | None, evidence: tuple[Evidence, ...]) -> Answer:
        if within is None:
            return unknown(Reason.IMPRECISE, _MISSING, evidence)
        return passed(Basis.RECORDED, evidence) if within else failed(Basis.RECORDED, evidence)

    def _conditions(self, chart: Chart) -> Answer | None:
        """Active dyspnoea on the problem list: by the CTCAE grade that it states, else for a clinician to judge."""
        open_: Answer | None = None
        graded: list[Answer] = []
        for fact in by_finding(chart).get("dyspnea", ()):
            if not isinstance(fact, Diagnosis) or not fact.active:
                continue
            stated = next((g for t in (*fact.stages, fact.text) if (g := grade_in(t)) is not None), None)
            evidence = (evidence_of(fact, f"≤ grade {self.highest}", KIND),)
            if stated is None or fact.doubtful:
                open_ = unknown(Reason.JUDGEMENT, _MISSING, evidence)
            else:
                graded.append(self._graded(stated <= self.highest, evidence))
        failing = next((g for g in graded if g.status is Status.FAIL), None)
        if failing is not None:
            return failing
        return open_ if open_ is not None or not graded else graded[0]

    def words(self) -> str:
        """In words."""
        return (
            f"dyspnoea of CTCAE grade {self.highest} at most; active dyspnoea without a grade is for a clinician to "
            "judge, nothing recorded passes"
        )

    def reads(self) -> Reads:
        """A recorded grade, and dyspnoea among the diagnoses."""
        return Reads(
            frozenset(("Observation", "Condition")), frozenset(("dyspnea_grade",)), frozenset(("dyspnea",))
        )


def grade_in(text: str) -> int | None:
    """The CTCAE grade that a text states (`CTCAE grade 2`, `Grade 1`, `2级`); None where it states none.

    None too where it names another scale (mMRC grade 1 is not CTCAE grade 1): that is for a clinician.
    """
    match = _GRADE.search(text) if _OTHER_SCALES.search(text) is None else None
    return _ROMAN[match[1] or match[2]] if match is not None else None


def read(spec: Spec) -> Dyspnoea:
    """Read a `dyspnoea` rule."""
    match = _RULE.fullmatch(spec.text("dyspnoea"))
    if match is None:
        spec.complain("dyspnoea", "'dyspnoea' must read 'at most grade 1'")
        return Dyspnoea(0)
    return Dyspnoea(int(match[1]))
