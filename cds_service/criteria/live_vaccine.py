"""`no_live_vaccine`: no live vaccine within a window (NCT06222853 E10b)."""

from dataclasses import dataclass
from datetime import date

from ..chart.chart import Chart
from ..clinical.findings import absent, silence_fails, since
from ..kernel.answers import REASON_RANK, Answer, Basis, Evidence, Reason, failed, passed, unknown
from ..kernel.dates import Window
from .rule import Reads, Spec

KIND = "no_live_vaccine"

_READ = ("Immunization",)
_MISSING = ("live_vaccine",)


@dataclass(frozen=True, slots=True)
class NoLiveVaccine:
    """No live vaccine within the window."""

    window: Window

    def answer(self, chart: Chart) -> Answer:
        """A live vaccine fails until the window has passed; one whose kind is not known for sure is for a clinician."""
        reasons: list[Reason] = []
        untils: list[date] = []
        failing: list[Evidence] = []
        open_: list[Evidence] = []
        harmless: list[Evidence] = []
        threshold = f"within {self.window}"
        others = [fact for fact in chart.immunisations if fact.live == "not-live"]
        if others:  # one of them is evidence enough that vaccinations are recorded
            first = others[0]
            harmless.append(Evidence(first.reference, first.text, None, str(first.given) if first.given else None, None,
                                     threshold, KIND, None, "not a live vaccine"))
        for fact in chart.immunisations:
            if fact.live == "not-live":
                continue
            written = str(fact.given) if fact.given else None
            said = Evidence(fact.reference, fact.text, None, written, None, threshold, KIND)
            if fact.given is not None and self.window.after(fact.given.last) <= chart.as_of:
                harmless.append(said._replace(note="before the window"))
            elif fact.given is None or self.window.after(fact.given.first) <= chart.as_of:
                reasons.append(Reason.IMPRECISE)
                open_.append(said._replace(note="its date is partial or missing"))
            elif fact.live == "live":
                untils.append(self.window.after(fact.given.last))
                failing.append(said._replace(note="a live vaccine"))
            else:
                reasons.append(Reason.JUDGEMENT)
                open_.append(said._replace(note="whether it is a live vaccine is not known"))
        if failing:
            return failed(Basis.RECORDED, tuple(failing), max(untils))
        if not open_ and not harmless:
            return absent(chart, _READ, _MISSING, self.window)
        guard = silence_fails(chart, _READ, self.window)
        if guard is not None:
            reasons.append(guard)
            open_.append(since(chart))
        if reasons:
            return unknown(min(reasons, key=REASON_RANK.__getitem__), _MISSING, tuple(open_))
        return passed(Basis.RECORDED, tuple(harmless[:3]))

    def words(self) -> str:
        """The window."""
        return f"no live vaccine within {self.window}; a vaccine that cannot be told is for a clinician to judge"

    def reads(self) -> Reads:
        """Immunizations."""
        return Reads(kinds=frozenset(_READ))


def read(spec: Spec) -> NoLiveVaccine:
    """`{no_live_vaccine: 4 weeks}`."""
    return NoLiveVaccine(spec.window(KIND) or Window())
