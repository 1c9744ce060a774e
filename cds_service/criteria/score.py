"""`score`: a lupus disease activity score (criteria.md section 2 "SLEDAI", decisions 6, 36, 50).

    {score: sledai_2k, at_least: 10}
    {score: selena_sledai, at_least: 8, without_serology_at_least: 6}
"""

from dataclasses import dataclass, field
from decimal import Decimal

from ..chart.chart import Chart
from ..chart.facts import Result
from ..clinical.measures import convert, measure
from ..clinical.selection import Found, Query, decide, query, seen
from ..clinical.sledai import FINDINGS, HIGHEST, NAMES, READS, WINDOW_DAYS, deduction, lower_bound
from ..kernel.answers import Answer, Basis, Evidence, Reason, failed, new, passed, unknown
from ..kernel.numbers import ZERO, Interval, exactly
from .rule import Reads, Spec

KIND = "score"

_OTHERS = {name: tuple(n for n in NAMES if n != name) for name in NAMES}
_MOST = Decimal(HIGHEST)
_STANDS_IN = {
    "sledai_2k": "a SLEDAI-2K total stands in for SELENA-SLEDAI",
    "selena_sledai": "a SELENA-SLEDAI total stands in for SLEDAI-2K",
    "sledai": "the total says SLEDAI without saying which version",
}


@dataclass(frozen=True, slots=True)
class Score:
    """A recorded total decides; without one the lower bound that the chart proves may pass, and never fails."""

    instrument: str
    least: int
    without_serology: int | None = None
    own: Query = field(init=False, repr=False, compare=False)
    """The newest total of this instrument."""
    others: Query = field(init=False, repr=False, compare=False)
    """The newest total that may stand in for it."""
    threshold: str = field(init=False, repr=False, compare=False)
    less: str = field(init=False, repr=False, compare=False)
    """The threshold for the total less serology."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "own", query((self.instrument,)))
        object.__setattr__(self, "others", query(_OTHERS[self.instrument]))
        object.__setattr__(self, "threshold", f"≥ {self.least}")
        object.__setattr__(self, "less", f"≥ {self.without_serology} without complement and anti-dsDNA")

    def answer(self, chart: Chart) -> Answer:
        """By the trial's own instrument if it was recorded in the look-back, else by the other with a note."""
        own = self.own.of(chart)
        only = own[5]
        if only is not None:
            plain = self._plainly(chart, only)
            return self._carefully(chart, only) if plain is None else plain
        concept, found = self._recorded(chart, own)
        if found.results and found.reason is None:
            answer = decide(found, (self.instrument,), lambda r: self._judge(chart, r))
            return answer if concept == self.instrument else answer.noted(_STANDS_IN[concept])
        if found.results:
            return decide(found, (self.instrument,), lambda r: self._judge(chart, r))
        return self._computed(chart, found)

    def _recorded(self, chart: Chart, own: Found) -> tuple[str, Found]:
        if own.results:
            return self.instrument, own
        other = self.others.of(chart)
        if other.results:
            return other.results[0].concept, other
        return self.instrument, own if own.older is not None or other.older is None else other

    def _judge(self, chart: Chart, result: Result) -> Answer:
        plain = self._plainly(chart, result)
        return self._carefully(chart, result) if plain is None else plain

    def _plainly(self, chart: Chart, result: Result) -> Answer | None:
        """The short way of `_carefully` for the common case, one number; None for all others."""
        value = measure(chart, result)
        number, _, text, exact, _, shown = value
        if number is None or exact is None or not ZERO <= exact <= _MOST:
            return None
        said = (*shown[:4], text, self.threshold, KIND, None, None)
        evidence = (new(Evidence, said),)
        if exact < self.least:
            return failed(Basis.RECORDED, evidence)
        if self.without_serology is None:
            return passed(Basis.RECORDED, evidence)
        return self._less_serology(chart, result, number, True, evidence)

    def _carefully(self, chart: Chart, result: Result) -> Answer:
        missing = (self.instrument,)
        quantity = result.reading.quantity
        number = convert(chart.terminology, result.concept, quantity.number, quantity.unit) if quantity else None
        if result.reading.unreadable is not None or number is None or not _possible(number):
            note = "a total is a number from 0 to 105"
            return unknown(Reason.INCOMPARABLE, missing, (seen(result, note, rule=KIND),))
        evidence = (self._evidence(result, str(number)),)
        enough = number.at_least(Decimal(self.least))
        if enough is False:
            return failed(Basis.RECORDED, evidence)
        if self.without_serology is None:
            return passed(Basis.RECORDED, evidence) if enough else unknown(Reason.IMPRECISE, missing, evidence)
        return self._less_serology(chart, result, number, enough, evidence)

    def _less_serology(
        self, chart: Chart, result: Result, number: Interval, enough: bool | None, evidence: tuple[Evidence, ...]
    ) -> Answer:
        """The total less complement and anti-dsDNA where they scored (NCT06711146 I6, decision 6)."""
        certain, possible, facts, unmeasured = deduction(chart, result)
        low, high, low_open, high_open = number
        low = None if low is None else max(low - possible, ZERO)
        high = None if high is None else max(high - certain, ZERO)
        clinical = new(Interval, (low, high, low_open, high_open))
        shown = (result.reference, None, None, result.written, str(clinical), self.less, KIND, "computed", None)
        whole = (*evidence, new(Evidence, shown), *facts)
        reached = clinical.at_least(Decimal(self.without_serology or 0))
        if reached is False:
            return failed(Basis.COMPUTED, whole)
        if enough is None or reached is None:
            return unknown(Reason.IMPRECISE, (self.instrument, *unmeasured), whole)
        return passed(Basis.COMPUTED if certain else Basis.RECORDED, whole)

    def _computed(self, chart: Chart, found: Found) -> Answer:
        """No total inside the look-back: what labs and Conditions prove (decision 36); below the threshold unknown."""
        missing = (self.instrument,)
        bound = lower_bound(chart, self.instrument)
        clinical = self.without_serology is None or bound.clinical >= self.without_serology
        said = f"at least {bound.total}" + (f", {bound.clinical} of it clinical" if self.without_serology else "")
        own = Evidence(None, str(bound.total), None, None, said, self.threshold, KIND, "computed",
                       "lower bound that the chart alone proves")
        evidence = (own, *bound.evidence)
        if found.reason is Reason.UNAVAILABLE:
            return unknown(Reason.UNAVAILABLE, missing, evidence if bound.present else ())
        if bound.total >= self.least and clinical:
            return passed(Basis.COMPUTED, evidence, ("no total is recorded; computed as a lower bound",))
        if found.older is not None:
            return unknown(Reason.STALE, missing, (seen(found.older, rule=KIND), *evidence))
        if bound.any_datum:
            return unknown(Reason.IMPRECISE, missing, evidence)
        return unknown(Reason.NO_DATA, missing)

    def _evidence(self, result: Result, number: str) -> Evidence:
        return seen(result, normalised=number, threshold=self.threshold, rule=KIND)

    def words(self) -> str:
        """In words."""
        said = f"{NAMES[self.instrument]} at least {self.least}"
        if self.without_serology is not None:
            said += (
                f", and at least {self.without_serology} without low complement and anti-dsDNA where these scored "
                "(2 points each, by results within 30 days of the score)"
            )
        days = WINDOW_DAYS[self.instrument]
        return f"{said}; without a recorded total a lower bound from the last {days} days may pass, and never fails"

    def reads(self) -> Reads:
        """Totals and everything that scores."""
        return Reads(frozenset(("Observation", "Condition")), frozenset((*NAMES, *READS)), frozenset(FINDINGS))


def _possible(number: Interval) -> bool:
    low, high = number.low, number.high
    return (low is None or 0 <= low <= HIGHEST) and (high is None or 0 <= high <= HIGHEST)


def read(spec: Spec) -> Score:
    """Read a `score` rule."""
    instrument = spec.text("score", choices=("sledai_2k", "selena_sledai"))
    least, clinical = spec.number("at_least"), spec.number("without_serology_at_least")
    if least is None:
        spec.complain("at_least", "'at_least' is missing")
    for number in (least, clinical):
        if number is not None and not exactly(number).at_least(ZERO):
            spec.complain("at_least", "a score is not negative")
    return Score(instrument, int(least or 0), int(clinical) if clinical is not None else None)
