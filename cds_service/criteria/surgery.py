"""`no_surgery`: no major surgery within a window (NCT06513429 E4; criteria.md decision 25).

    {no_surgery: 24 weeks}
"""

from dataclasses import dataclass, field

from ..chart.chart import Chart
from ..clinical.findings import Silence, evidence_of, silence
from ..clinical.tally import Tally
from ..clinical.timing import place
from ..kernel.answers import Answer, Reason
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
    silence: Silence = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "silence", silence(_READ, self.window))

    def answer(self, chart: Chart) -> Answer:
        """Named kinds fail until the window has passed; other surgery is unknown (judgement)."""
        return self._answer(chart).noted(_PLANNED)

    def _answer(self, chart: Chart) -> Answer:
        if not chart.procedures:
            return self.silence.absent(chart, _MISSING)
        threshold = f"within {self.window}"
        tally = Tally()
        for fact in chart.procedures:
            if not fact.surgical:
                continue
            placed = place(fact, "major_surgery", self.window, chart.as_of)
            named = fact.kind in NAMED and fact.findings.get("major_surgery") == "names"
            if placed.where == "outside":
                tally.passes(evidence_of(fact, threshold, KIND, "before the window"))
            elif placed.where == "unclear":
                tally.leaves_open(evidence_of(fact, threshold, KIND, placed.note), Reason.IMPRECISE)
            elif named:
                note = f"{fact.kind} surgery".replace("_", " ")
                tally.fails(evidence_of(fact, threshold, KIND, note), placed.until)
            else:
                note = "surgery of no kind that the trial names"
                tally.leaves_open(evidence_of(fact, threshold, KIND, note), Reason.JUDGEMENT)
        return tally.answer(chart, _READ, _MISSING, self.window)

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
