"""`judged_if_positive`: a positive test within a window is for a clinician to judge (NCT07339332 I3; decision 50).

    {judged_if_positive: {tests: [sars_cov_2_rna, sars_cov_2_ag], window: 2 weeks}}
"""

from dataclasses import dataclass, field

from ..chart.chart import Chart
from ..clinical.findings import since
from ..clinical.positivity import verdict
from ..clinical.selection import covered, of_concepts, seen
from ..kernel.answers import REASON_RANK, Answer, Basis, Evidence, Reason, passed, unknown
from ..kernel.dates import Window
from .rule import Reads, Silent, Spec

KIND = "judged_if_positive"


@dataclass(frozen=True, slots=True)
class JudgedIfPositive:
    """None of the tests is positive within the window; an older positive passes."""

    tests: tuple[str, ...]
    window: Window
    silent: Silent = field(init=False, repr=False, compare=False)
    """What it answers where none of the tests was ever made."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "silent", Silent(None, frozenset(self.tests)))

    def answer(self, chart: Chart) -> Answer:
        """A positive is unknown (judgement), never a fail; no test at all passes, not recorded."""
        if self.silent.speaks(chart):
            return self.silent.said(chart)
        return self.touched(chart)

    def touched(self, chart: Chart) -> Answer:
        """`answer`, where one of the tests may have been made."""
        start, threshold = self.window.before(chart.as_of), f"within {self.window}"
        reasons: list[Reason] = []
        open_: list[Evidence] = []
        harmless: list[Evidence] = []
        for result in of_concepts(chart, self.tests):
            if len(harmless) > 1 and result.day.last < start:
                break  # newest first: only older ones follow, and they change nothing
            if result.reading.absent:
                continue
            judged = verdict(chart, result)
            said = seen(result, judged.note, threshold=threshold, rule=KIND)
            if result.day.last < start or judged.positive is False:
                harmless.append(said)
            elif judged.positive is None:
                reasons.append(judged.reason or Reason.INCOMPARABLE)
                open_.append(said)
            else:
                reasons.append(Reason.JUDGEMENT if result.day.first >= start else Reason.IMPRECISE)
                open_.append(said)
        if not covered(chart, start):
            reasons.append(Reason.UNAVAILABLE)
        if reasons:
            return unknown(min(reasons, key=REASON_RANK.__getitem__), self.tests, tuple(open_))
        if harmless:
            return passed(Basis.RECORDED, tuple(harmless[:2]))
        return passed(Basis.NOT_RECORDED, (since(chart),))

    def words(self) -> str:
        """The tests and the window."""
        said = ", ".join(name.replace("_", " ") for name in self.tests)
        return f"a positive test within {self.window} is for a clinician to judge: {said}"

    def reads(self) -> Reads:
        """Observations."""
        return Reads(kinds=frozenset(("Observation",)), concepts=frozenset(self.tests))


def read(spec: Spec) -> JudgedIfPositive:
    """`{judged_if_positive: {tests: [sars_cov_2_rna, sars_cov_2_ag], window: 2 weeks}}`."""
    inner = spec.inner(spec.raw(KIND), KIND)
    tests, window = inner.texts("tests"), inner.window("window")
    for name in tests:
        if name not in spec.terminology.concepts:
            inner.complain("tests", f"'{name}' is no concept of mappings/lab_concepts.csv")
    if not tests or window is None:
        inner.complain(KIND, f"'{KIND}' needs tests and a window")
    for key in inner.unread():
        inner.complain(key, f"'{key}' is not understood by '{KIND}'")
    return JudgedIfPositive(tests, window or Window())
