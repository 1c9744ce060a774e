"""`sle`, `sle_for`: the diagnosis and its duration (criteria.md decisions 12, 29, 30, 44, 51).

    {sle: diagnosed}
    {sle_for: 6 months}
"""

from dataclasses import dataclass, field

from ..chart.chart import Chart
from ..chart.facts import Diagnosis
from ..clinical.findings import evidence_of, incomplete
from ..clinical.lupus import diagnoses, duration
from ..kernel.answers import Answer, Basis, Evidence, Reason, failed, new, passed, unknown
from ..kernel.dates import DateSpan, Window
from .rule import Reads, Spec

KINDS = ("sle", "sle_for")

_READS = Reads(kinds=frozenset(("Condition",)), findings=frozenset(("sle",)))


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """SLE is diagnosed; the classification criteria that the trial names are the investigator's to confirm."""

    def answer(self, chart: Chart) -> Answer:
        """Pass with the best evidence; a resolved or inactive SLE counts with a note."""
        counted = diagnoses(chart)
        if not counted:
            reason = Reason.UNAVAILABLE if incomplete(chart, ("Condition",)) else Reason.NO_DATA
            return unknown(reason, ("sle",))
        best = counted[0]
        notes = ["the investigator confirms the classification criteria that the trial asks for"]
        if not best.active:
            notes.append(f"SLE is recorded as {best.clinical or 'ended'}")
        return passed(Basis.RECORDED, (evidence_of(best, "SLE diagnosed", "sle"),), tuple(notes))

    def words(self) -> str:
        """The diagnosis and what is left to confirm."""
        return "systemic lupus erythematosus is diagnosed (its classification is the investigator's to confirm)"

    def reads(self) -> Reads:
        """Conditions."""
        return _READS


@dataclass(frozen=True, slots=True)
class KnownFor:
    """SLE has been there for a length of time, met on the day itself."""

    window: Window
    threshold: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "threshold", f"for at least {self.window}")

    def answer(self, chart: Chart) -> Answer:
        """Held against the earliest onset; a recordedDate alone can prove, not disprove."""
        if not diagnoses(chart):
            reason = Reason.UNAVAILABLE if incomplete(chart, ("Condition",)) else Reason.NO_DATA
            return unknown(reason, ("sle",))
        found, after, as_of = duration(chart), self.window.after, chart.as_of
        threshold = self.threshold
        if found.onset_of is not None and found.onset is not None and after(found.onset.last) <= as_of:
            return passed(Basis.RECORDED, (_dated(found.onset_of, found.onset_of.began, threshold),))
        if found.known_of is not None and found.known_by is not None:
            note = "recorded then: the illness is at least that old"
            evidence = _dated(found.known_of, found.known_by, threshold, note)
            if after(found.known_by.last) <= as_of:
                return passed(Basis.RECORDED, (evidence,))
            return unknown(self._open(chart, Reason.IMPRECISE), ("sle",), (evidence,))
        if found.onset is None or found.onset_of is None:
            undated = evidence_of(diagnoses(chart)[0], threshold, "sle_for")
            return unknown(self._open(chart, Reason.NO_DATA), ("sle",), (undated,))
        evidence = _dated(found.onset_of, found.onset_of.began, threshold)
        if after(found.onset.first) <= as_of:
            return unknown(self._open(chart, Reason.IMPRECISE), ("sle",), (evidence,))
        if incomplete(chart, ("Condition",)):
            return unknown(Reason.UNAVAILABLE, ("sle",), (evidence,))
        return failed(Basis.RECORDED, (evidence,), after(found.onset.last))

    def _open(self, chart: Chart, reason: Reason) -> Reason:
        """An earlier onset may be among the Conditions that did not arrive (decision 51)."""
        return Reason.UNAVAILABLE if incomplete(chart, ("Condition",)) else reason

    def words(self) -> str:
        """The duration."""
        return (
            f"systemic lupus erythematosus for at least {self.window}, from the earliest onset "
            "(a date of recording alone can prove it, not disprove it)"
        )

    def reads(self) -> Reads:
        """Conditions."""
        return _READS


def _dated(fact: Diagnosis, day: DateSpan | None, threshold: str, note: str | None = None) -> Evidence:
    """A Condition as evidence of the day from which it counts here."""
    shown = (fact.reference, fact.text, None, str(day), None, threshold, "sle_for", None, note)
    return new(Evidence, shown)


def read(spec: Spec) -> Diagnosed | KnownFor:
    """`{sle: diagnosed}` or `{sle_for: 6 months}`."""
    if spec.has("sle"):
        spec.text("sle", choices=("diagnosed",))
        return Diagnosed()
    return KnownFor(spec.window("sle_for") or Window())
