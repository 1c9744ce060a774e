"""`age`: completed years on `as_of` (criteria.md section 2 "Age", decisions 29, 50).

    {age: 18 to 65 years}
"""

import re
from dataclasses import dataclass, field

from ..chart.chart import Chart
from ..clinical.ages import ages
from ..kernel.answers import Answer, Basis, Evidence, Reason, failed, new, passed, unknown
from ..kernel.dates import birthday
from .rule import Reads, Spec

KIND = "age"

_AGES = re.compile(r"(\d+) (?:to (\d+) years|years or over)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Age:
    """From `low` to `high` completed years; the whole year of life that begins with `high` is in it."""

    low: int
    high: int | None
    text: str
    against: tuple[str | None, ...] = field(init=False, repr=False, compare=False)
    """How its evidence ends."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "against", (self.text, KIND, None, None))

    def answer(self, chart: Chart) -> Answer:
        """Pass inside; below fail until that birthday; above fail for good; a partial birth date is an interval."""
        known: _Known | None = chart.memo.get(_KNOWN) or chart.once(_KNOWN, _known)
        if known is None:
            return unknown(Reason.NO_DATA, ("birth_date",))
        youngest, oldest, shown = known
        if oldest < 0:
            note = "the birth date lies in the future"
            evidence = (new(Evidence, (*shown, *self.against[:3], note)),)
            return unknown(Reason.INCOMPARABLE, ("birth_date",), evidence, (note,))
        evidence = (new(Evidence, shown + self.against),)
        low, high = self.low, self.high
        if youngest >= low and (high is None or oldest <= high):
            return passed(Basis.RECORDED, evidence)
        if oldest < low and chart.patient.born is not None:
            return failed(Basis.RECORDED, evidence, birthday(chart.patient.born.last, low))
        if high is not None and youngest > high:
            return failed(Basis.RECORDED, evidence)
        return unknown(Reason.IMPRECISE, ("birth_date",), evidence)

    def words(self) -> str:
        """In words."""
        return f"age {self.low} or over" if self.high is None else f"age {self.low} to {self.high}, both included"

    def reads(self) -> Reads:
        """The Patient."""
        return Reads(frozenset(("Patient",)))


_Known = tuple[int, int, tuple[str | None, ...]]
_KNOWN = "age"


def _known(chart: Chart) -> _Known | None:
    """Youngest and oldest age, and how the evidence begins: the same for every trial."""
    patient, years = chart.patient, ages(chart)
    if years is None:
        return None
    youngest, oldest = years
    written = patient.born_text or str(patient.born)
    if oldest < 0:
        return youngest, oldest, (patient.reference, written, None, written, None)
    said = str(youngest) if youngest == oldest else f"{youngest}–{oldest}"
    return youngest, oldest, (patient.reference, said, "a", written, f"{said} a")


def read(spec: Spec) -> Age:
    """`{age: 18 to 65 years}` or `{age: 18 years or over}`."""
    match = _AGES.fullmatch(spec.text("age"))
    if match is None:
        spec.complain("age", "'age' must read '18 to 65 years' or '18 years or over'")
        return Age(0, None, "")
    low, high = int(match[1]), int(match[2]) if match[2] else None
    if high is not None and high < low:
        spec.complain("age", "the upper age is below the lower one")
    return Age(low, high, f"≥ {low} a" if high is None else f"≥ {low} a, ≤ {high} a")
