"""`no_live_vaccine`: no live vaccine within a window (NCT06222853 E10b).

    {no_live_vaccine: 4 weeks}
"""

from dataclasses import dataclass, field

from ..chart.chart import Chart
from ..clinical.findings import Silence, silence
from ..clinical.tally import Tally
from ..kernel.answers import Answer, Evidence, Reason
from ..kernel.dates import Window
from .rule import Reads, Spec

KIND = "no_live_vaccine"

_READ = ("Immunization",)
_MISSING = ("live_vaccine",)


@dataclass(frozen=True, slots=True)
class NoLiveVaccine:
    """No live vaccine within the window."""

    window: Window
    silence: Silence = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "silence", silence(_READ, self.window))

    def answer(self, chart: Chart) -> Answer:
        """A live vaccine fails until the window has passed; one whose kind is not known for sure is for a clinician."""
        if not chart.immunisations:
            return self.silence.absent(chart, _MISSING)
        tally = Tally()
        threshold = f"within {self.window}"
        others = [fact for fact in chart.immunisations if fact.live == "not-live"]
        if others:  # one of them is evidence enough that vaccinations are recorded
            first = others[0]
            tally.passes(Evidence(first.reference, first.text, None, str(first.given) if first.given else None, None,
                                  threshold, KIND, None, "not a live vaccine"))
        for fact in chart.immunisations:
            if fact.live == "not-live":
                continue
            written = str(fact.given) if fact.given else None
            said = Evidence(fact.reference, fact.text, None, written, None, threshold, KIND)
            if fact.given is not None and self.window.after(fact.given.last) <= chart.as_of:
                tally.passes(said._replace(note="before the window"))
            elif fact.given is None or self.window.after(fact.given.first) <= chart.as_of:
                tally.leaves_open(said._replace(note="its date is partial or missing"), Reason.IMPRECISE)
            elif fact.live == "live":
                tally.fails(said._replace(note="a live vaccine"), self.window.after(fact.given.last))
            else:
                note = "whether it is a live vaccine is not known"
                tally.leaves_open(said._replace(note=note), Reason.JUDGEMENT)
        return tally.answer(chart, _READ, _MISSING, self.window, shown=3)

    def words(self) -> str:
        """The window."""
        return f"no live vaccine within {self.window}; a vaccine that cannot be told is for a clinician to judge"

    def reads(self) -> Reads:
        """Immunizations."""
        return Reads(kinds=frozenset(_READ))


def read(spec: Spec) -> NoLiveVaccine:
    """`{no_live_vaccine: 4 weeks}`."""
    return NoLiveVaccine(spec.window(KIND) or Window())
