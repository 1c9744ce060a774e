"""Thresholds as trial files write them: `40 kg`, `2.5 × ULN`, `4 s over ULN`, `above its range` (decision 32)."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal

from ..chart.chart import Chart
from ..chart.facts import Result
from ..kernel.answers import Answer, Basis, Evidence, Reason, failed, merge, passed, unknown
from ..kernel.numbers import Interval
from .limits import Upper, beyond_own_range, uppers
from .measures import measure

SIGNS = {"at_least": "≥", "at_most": "≤", "more_than": ">", "less_than": "<"}
_DIGITS = Context(prec=20)
_METHODS: dict[str, Callable[[Interval, Decimal], bool | None]] = {
    "at_least": Interval.at_least,
    "at_most": Interval.at_most,
    "more_than": Interval.more_than,
    "less_than": Interval.less_than,
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """One comparison. `how`: `number`, `times` (× ULN), `over` (added to the ULN), `high`/`low` (its own range)."""

    sign: str
    number: Decimal
    """In the canonical unit (`number`, `over`) or the multiple (`times`)."""
    unit: str
    """The canonical unit, for evidence."""
    text: str
    """As the trial file says it."""
    how: str = "number"

    def holds(self, value: Interval) -> bool | None:
        """Whether a number in the canonical unit meets a threshold of the form `number`; None when it straddles."""
        return _METHODS[self.sign](value, self.number)

    def judge(self, chart: Chart, result: Result, missing: tuple[str, ...], rule: str) -> Answer:
        """Judge one result against this threshold. Never raises."""
        if self.how in ("high", "low"):
            return self._own_range(chart, result, missing, rule)
        value = measure(chart, result)
        if self.how == "number" or value.number is None:
            if value.number is None:
                return self._unread(chart, result, value.problem, missing, rule)
            return self._answer(self.holds(value.number), self._evidence(result, value.number, rule), missing)
        answers = [self._against(u, value.number, result, missing, rule) for u in uppers(chart, result)]
        first = answers[0]
        if len(answers) > 1 and any(a.status is not first.status for a in answers):
            evidence = merge((), *(a.evidence for a in answers))
            return unknown(Reason.JUDGEMENT, missing, evidence, ("the recorded sexes differ, and so do their limits",))
        return first

    def _unread(
        self, chart: Chart, result: Result, problem: str | None, missing: tuple[str, ...], rule: str
    ) -> Answer:
        """A result without a readable number: for a multiple of the ULN the laboratory's N or L may still decide."""
        reading = result.reading
        silent = reading.unreadable is None and reading.quantity is None and not reading.oxygen
        if self.how != "number" and silent and any(u.within for u in uppers(chart, result)):
            return self._answer(self._within(), self._evidence(result, None, rule), missing)
        return unknown(Reason.INCOMPARABLE, missing, (self._evidence(result, None, rule, note=problem),))

    def _against(self, upper: Upper, value: Interval, result: Result, missing: tuple[str, ...], rule: str) -> Answer:
        if upper.problem is not None:
            note = upper.problem
            return unknown(Reason.INCOMPARABLE, missing, (self._evidence(result, value, rule, note=note),))
        if upper.within:
            return self._answer(self._within(), self._evidence(result, value, rule, note="reported as normal"), missing)
        limit = upper.limit
        if limit is None or limit.low is None or limit.high is None:
            return unknown(Reason.NO_REFERENCE_RANGE, missing, (self._evidence(result, value, rule),))
        evidence = self._evidence(result, value, rule, limit, "default-range" if upper.default else None)
        if upper.alone:
            # One published limit alone: only "at or below it" is certain enough (decision 32).
            if value.at_most(limit.low) is True:
                return self._answer(self._within(), evidence, missing)
            return unknown(Reason.NO_REFERENCE_RANGE, missing, (evidence,))
        value = _rounded(value)
        at_low = _METHODS[self.sign](value, self._bound(limit.low))
        at_high = at_low if limit.exact else _METHODS[self.sign](value, self._bound(limit.high))
        return self._answer(at_low if at_low == at_high else None, evidence, missing)

    def _bound(self, limit: Decimal) -> Decimal:
        return _DIGITS.plus(limit * self.number if self.how == "times" else limit + self.number)

    def _within(self) -> bool | None:
        """What "at or below the limit" decides: a multiple of 1 or more, or something added to it."""
        if self.how == "times" and (self.number < 1 or (self.number == 1 and self.sign in ("at_least", "less_than"))):
            return None
        return self.sign in ("at_most", "less_than")

    def _own_range(self, chart: Chart, result: Result, missing: tuple[str, ...], rule: str) -> Answer:
        reading = result.reading
        if reading.unreadable is not None:
            return unknown(Reason.INCOMPARABLE, missing, (self._evidence(result, None, rule, note=reading.unreadable),))
        beyond = beyond_own_range(chart, result, self.how)
        evidence = self._evidence(result, measure(chart, result).number, rule)
        if beyond is None:
            return unknown(Reason.NO_REFERENCE_RANGE, missing, (evidence,))
        return self._answer(beyond, evidence, missing)

    def _answer(self, decided: bool | None, evidence: Evidence, missing: tuple[str, ...]) -> Answer:
        if decided is None:
            return unknown(Reason.IMPRECISE, missing, (evidence,))
        return passed(Basis.RECORDED, (evidence,)) if decided else failed(Basis.RECORDED, (evidence,))

    def _evidence(
        self,
        result: Result,
        value: Interval | None,
        rule: str,
        limit: Interval | None = None,
        basis: str | None = None,
        note: str | None = None,
    ) -> Evidence:
        reading = result.reading
        quantity = reading.quantity
        return Evidence(
            result.reference,
            quantity.text if quantity is not None else reading.text,
            quantity.unit if quantity is not None else None,
            result.written,
            None if value is None else f"{value} {self.unit}".strip(),
            self.text if limit is None else f"{self.text} (ULN {limit} {self.unit})",
            rule,
            basis,
            note,
        )


def _rounded(value: Interval) -> Interval:
    """Twenty digits: 42 µmol/L is twice 21 µmol/L also after both were divided by 17.1."""
    low = None if value.low is None else _DIGITS.plus(value.low)
    high = None if value.high is None else _DIGITS.plus(value.high)
    return Interval(low, high, value.low_open, value.high_open)
