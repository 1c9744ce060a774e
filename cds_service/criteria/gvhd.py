"""`no_acute_gvhd`: no acute graft-versus-host disease of a grade within a window.

Source: criteria.md NCT06222853 E8b, decisions 28, 33.
"""

from dataclasses import dataclass, field
from datetime import date

from ..chart.chart import Chart
from ..clinical.findings import absent, conditions, evidence_of, silence, silence_fails, since
from ..clinical.selection import seen
from ..clinical.stated import gvhd_grade, measured_grade
from ..clinical.timing import place
from ..kernel.answers import REASON_RANK, Answer, Basis, Evidence, Reason, failed, passed, unknown
from ..kernel.dates import Window
from .rule import Reads, Silent, Spec

KIND = "no_acute_gvhd"

_READ = ("Condition",)
_MISSING = ("gvhd_grade",)


@dataclass(frozen=True, slots=True)
class NoAcuteGvhd:
    """No acute graft-versus-host disease of at least this grade within the window."""

    grade: int
    window: Window
    silent: Silent = field(init=False, repr=False, compare=False)
    """What it answers where neither a grade nor the disease is recorded."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        guards = frozenset((silence(_READ, self.window),))
        object.__setattr__(self, "silent", Silent(None, frozenset(_MISSING), frozenset(("gvhd",)), guards))

    def answer(self, chart: Chart) -> Answer:
        """By the recorded grade; without one unknown. A code that says chronic is not meant."""
        failing: list[tuple[Evidence, date | None]] = []
        open_: list[tuple[Evidence, Reason]] = []
        harmless: list[Evidence] = []
        threshold = f"grade {self.grade} or more within {self.window}"
        measured, result = measured_grade(chart)
        if result is not None:
            said = seen(result, threshold=threshold, rule=KIND)
            outside = self.window.after(result.day.last) <= chart.as_of
            if outside or (measured is not None and measured < self.grade):
                harmless.append(said)
            elif measured is None:
                open_.append((said, Reason.INCOMPARABLE))
            elif self.window.after(result.day.first) <= chart.as_of:
                open_.append((said, Reason.IMPRECISE))
            else:
                failing.append((said, self.window.after(result.day.last)))
        for fact in conditions(chart, "gvhd"):
            placed, grade = place(fact, "gvhd", self.window, chart.as_of), gvhd_grade(fact)
            if grade is None and result is not None and (fact.began is None or result.day.first >= fact.began.first):
                grade = measured  # of this illness, and not of an earlier one
            mild = grade is not None and grade < self.grade
            if "gvhd_chronic" in fact.findings or placed.where == "outside" or mild:
                harmless.append(evidence_of(fact, threshold, KIND))
            elif placed.where == "unclear":
                open_.append((evidence_of(fact, threshold, KIND, placed.note), Reason.IMPRECISE))
            elif fact.doubtful or fact.findings["gvhd"] != "names":
                note = "the record does not name it for certain"
                open_.append((evidence_of(fact, threshold, KIND, note), Reason.JUDGEMENT))
            elif grade is None:
                open_.append((evidence_of(fact, threshold, KIND, "its grade is not recorded"), Reason.NO_DATA))
            else:
                failing.append((evidence_of(fact, threshold, KIND, f"grade {grade}"), placed.until))
        if failing:
            untils = [until for _, until in failing]
            latest = None if None in untils else max(u for u in untils if u is not None)
            return failed(Basis.RECORDED, tuple(e for e, _ in failing), latest)
        if not open_ and not harmless:
            return absent(chart, _READ, ("gvhd",), self.window)
        reasons = [reason for _, reason in open_]
        evidence = tuple(e for e, _ in open_)
        guard = silence_fails(chart, _READ, self.window)
        if guard is not None:
            reasons.append(guard)
            evidence = (*evidence, since(chart))
        if reasons:
            return unknown(min(reasons, key=REASON_RANK.__getitem__), _MISSING, evidence)
        return passed(Basis.RECORDED, tuple(harmless))

    def words(self) -> str:
        """Grade and window."""
        return f"no acute graft-versus-host disease of grade {self.grade} or more within {self.window}"

    def reads(self) -> Reads:
        """Conditions, and the Observations that state a grade."""
        return Reads(
            kinds=frozenset((*_READ, "Observation")), concepts=frozenset(_MISSING), findings=frozenset(("gvhd",))
        )


def read(spec: Spec) -> NoAcuteGvhd:
    """`{no_acute_gvhd: {grade: 2, window: 2 weeks}}`."""
    inner = spec.inner(spec.raw(KIND), KIND)
    grade, window = inner.number("grade"), inner.window("window")
    if grade is None or window is None:
        inner.complain(KIND, f"'{KIND}' needs a grade and a window, such as grade: 2 and window: 2 weeks")
    for key in inner.unread():
        inner.complain(key, f"'{key}' is not understood by '{KIND}'")
    return NoAcuteGvhd(int(grade or 0), window or Window())
