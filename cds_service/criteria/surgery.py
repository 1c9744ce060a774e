"""`no_surgery`: no major surgery within a window (NCT06513429 E4; criteria.md decision 25)."""

from dataclasses import dataclass
from datetime import date

from ..chart.chart import Chart
from ..clinical.findings import absent, evidence_of, silence_fails, since
from ..clinical.timing import place
from ..kernel.answers import REASON_RANK, Answer, Basis, Evidence, Reason, failed, passed, unknown
from ..kernel.dates import Window
from .rule import Reads, Spec

KIND = "no_surgery"

NAMED = frozenset(("joint_replacement", "cardiac", "abdominal", "thoracic", "spinal", "neurosurgery"))
"""The kinds of surgery that exclude; any other surgery is for a clinician to judge."""

_PLANNED = "planned surgery is not computed"
_READ = ("Procedure",)
_MISSING = ("major_surgery",)


@dataclass(frozen=True, slots=True)
class NoSurgery:
    """No major surgery within the window."""

    window: Window

    def answer(self, chart: Chart) -> Answer:
        """Named kinds fail until the window has passed; other surgery is unknown (judgement)."""
        return self._answer(chart).noted(_PLANNED)

    def _answer(self, chart: Chart) -> Answer:
        threshold = f"within {self.window}"
        reasons: list[Reason] = []
        untils: list[date | None] = []
        failing: list[Evidence] = []
        open_: list[Evidence] = []
        harmless: list[Evidence] = []
        for fact in chart.procedures:
            if not fact.surgical:
                continue
            placed = place(fact, "major_surgery", self.window, chart.as_of)
            named = fact.kind in NAMED and fact.findings.get("major_surgery") == "names"
            if placed.where == "outside":
                harmless.append(evidence_of(fact, threshold, KIND, "before the window"))
            elif placed.where == "unclear":
                reasons.append(Reason.IMPRECISE)
                open_.append(evidence_of(fact, threshold, KIND, placed.note))
            elif named:
                untils.append(placed.until)
                failing.append(evidence_of(fact, threshold, KIND, f"{fact.kind} surgery".replace("_", " ")))
            else:
                reasons.append(Reason.JUDGEMENT)
                open_.append(evidence_of(fact, threshold, KIND, "surgery of no kind that the trial names"))
        if failing:
            until = None if None in untils else max(u for u in untils if u is not None)
            return failed(Basis.RECORDED, tuple(failing), until)
        if not open_ and not harmless:
            return absent(chart, _READ, _MISSING, self.window)
        guard = silence_fails(chart, _READ, self.window)
        if guard is not None:
            reasons.append(guard)
            open_.append(since(chart))
        if reasons:
            return unknown(min(reasons, key=REASON_RANK.__getitem__), _MISSING, tuple(open_))
        return passed(Basis.RECORDED, tuple(harmless))

    def words(self) -> str:
        """The window and the kinds."""
        return (
            f"no joint replacement, cardiac, abdominal, thoracic, spinal or neurosurgery within {self.window}; "
            "other surgery is for a clinician to judge; planned surgery is not computed"
        )

    def reads(self) -> Reads:
        """Procedures."""
        return Reads(kinds=frozenset(_READ), findings=frozenset(_MISSING))


def read(spec: Spec) -> NoSurgery:
    """`{no_surgery: 24 weeks}`."""
    return NoSurgery(spec.window(KIND) or Window())
