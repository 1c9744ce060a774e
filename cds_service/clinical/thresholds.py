"""Thresholds as trial files write them: `40 kg`, `2.5 × ULN`, `4 s over ULN`, `above its range` (decision 32)."""

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Context, Decimal

from ..chart.chart import Chart
from ..chart.facts import Result
from ..kernel.answers import Answer, Basis, Evidence, Reason, Status, merge, new, unknown
from ..kernel.numbers import Interval, exactly
from .limits import Upper, beyond_own_range, uppers
from .measures import Measure, measure

SIGNS = {"at_least": "≥", "at_most": "≤", "more_than": ">", "less_than": "<"}
_DIGITS = Context(prec=20)
rounded = _DIGITS.plus
"""Twenty digits: 42 µmol/L is twice 21 µmol/L also after both were divided by 17.1."""
_METHODS: dict[str, Callable[[Interval, Decimal], bool | None]] = {
    "at_least": Interval.at_least,
    "at_most": Interval.at_most,
    "more_than": Interval.more_than,
    "less_than": Interval.less_than,
}
_EXACT: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "more_than": operator.gt,
    "less_than": operator.lt,
}
_RECORDED, _PASS, _FAIL = Basis.RECORDED, Status.PASS, Status.FAIL
_UNREAD = Measure(None)


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
    meets: Callable[[Decimal, Decimal], bool] = field(init=False, repr=False, compare=False)
    """`sign` for one number."""

    def __post_init__(self) -> None:
        """Work out at load time what no result changes."""
        object.__setattr__(self, "meets", _EXACT[self.sign])

    def holds(self, value: Interval) -> bool | None:
        """Whether a number in the canonical unit meets a threshold of the form `number`; None when it straddles."""
        return _compared(self.sign, value, self.number)

    def judge(self, chart: Chart, result: Result, missing: tuple[str, ...], rule: str) -> Answer:
        """Judge one result against this threshold. Never raises."""
        how = self.how
        if how in ("high", "low"):
            return self._own_range(chart, result, missing, rule)
        value: Measure = result.measured or measure(chart, result)
        number = value[0]
        if number is None:
            return self._unread(chart, result, value, missing, rule)
        if how == "number":
            decided = _compared(self.sign, number, self.number)
            return self._answer(decided, self._evidence(result, value, rule), missing)
        limits: tuple[Upper, ...] = result.uppers or uppers(chart, result)
        if len(limits) == 1:
            return self._against(limits[0], value, number, result, missing, rule)
        answers = [self._against(u, value, number, result, missing, rule) for u in limits]
        first = answers[0]
        if any(a.status is not first.status for a in answers):
            evidence = merge((), *(a.evidence for a in answers))
            return unknown(Reason.JUDGEMENT, missing, evidence, ("the recorded sexes differ, and so do their limits",))
        return first

    def _unread(
        self, chart: Chart, result: Result, value: Measure, missing: tuple[str, ...], rule: str
    ) -> Answer:
        """A result without a readable number: for a multiple of the ULN the laboratory's N or L may still decide."""
        reading = result.reading
        silent = reading.unreadable is None and reading.quantity is None and not reading.oxygen
        if self.how != "number" and silent and any(u.within for u in uppers(chart, result)):
            return self._answer(self._within(), self._evidence(result, value, rule), missing)
        return unknown(Reason.INCOMPARABLE, missing, (self._evidence(result, value, rule, note=value.problem),))

    def _against(
        self, upper: Upper, value: Measure, number: Interval, result: Result, missing: tuple[str, ...], rule: str
    ) -> Answer:
        limit = upper.limit
        if limit is None or limit.low is None or limit.high is None:
            return self._without_limit(upper, value, result, missing, rule)
        evidence = self._evidence(result, value, rule, upper.text, "default-range" if upper.default else None)
        if upper.alone:
            # One published limit alone: only "at or below it" is certain enough (decision 32).
            if number.at_most(limit.low) is True:
                return self._answer(self._within(), evidence, missing)
            return unknown(Reason.NO_REFERENCE_RANGE, missing, (evidence,))
        number = _rounded(number)
        at_low = _compared(self.sign, number, self._bound(limit.low))
        exact = limit.low is limit.high or limit.low == limit.high
        at_high = at_low if exact else _compared(self.sign, number, self._bound(limit.high))
        return self._answer(at_low if at_low == at_high else None, evidence, missing)

    def _without_limit(
        self, upper: Upper, value: Measure, result: Result, missing: tuple[str, ...], rule: str
    ) -> Answer:
        if upper.problem is not None:
            evidence = self._evidence(result, value, rule, note=upper.problem)
            return unknown(Reason.INCOMPARABLE, missing, (evidence,))
        if upper.within:
            return self._answer(self._within(), self._evidence(result, value, rule, note="reported as normal"), missing)
        return unknown(Reason.NO_REFERENCE_RANGE, missing, (self._evidence(result, value, rule),))

    def _bound(self, limit: Decimal) -> Decimal:
        return rounded(limit * self.number if self.how == "times" else limit + self.number)

    def _within(self) -> bool | None:
        """What "at or below the limit" decides: a multiple of 1 or more, or something added to it."""
        if self.how == "times" and (self.number < 1 or (self.number == 1 and self.sign in ("at_least", "less_than"))):
            return None
        return self.sign in ("at_most", "less_than")

    def _own_range(self, chart: Chart, result: Result, missing: tuple[str, ...], rule: str) -> Answer:
        reading = result.reading
        if reading.unreadable is not None:
            evidence = self._evidence(result, _UNREAD, rule, note=reading.unreadable)
            return unknown(Reason.INCOMPARABLE, missing, (evidence,))
        beyond = beyond_own_range(chart, result, self.how)
        evidence = self._evidence(result, measure(chart, result), rule)
        if beyond is None:
            return unknown(Reason.NO_REFERENCE_RANGE, missing, (evidence,))
        return self._answer(beyond, evidence, missing)

    def _answer(self, decided: bool | None, evidence: Evidence, missing: tuple[str, ...]) -> Answer:
        if decided is None:
            return unknown(Reason.IMPRECISE, missing, (evidence,))
        return new(Answer, (_PASS if decided else _FAIL, _RECORDED, None, None, None, (), (evidence,), ()))

    def _evidence(
        self,
        result: Result,
        value: Measure,
        rule: str,
        limit: str | None = None,
        basis: str | None = None,
        note: str | None = None,
    ) -> Evidence:
        reading = result.reading
        quantity = reading[0]
        recorded, unit = (reading.text, None) if quantity is None else (quantity[2], quantity[1])
        # In the result's own canonical unit: a percentage stays one where the rule also takes a count.
        compared = None if value[0] is None else value[5][4]
        threshold = self.text if limit is None else f"{self.text} (ULN {limit} {self.unit})"
        return new(
            Evidence, (result.reference, recorded, unit, result.written, compared, threshold, rule, basis, note)
        )


def _compared(sign: str, value: Interval, limit: Decimal) -> bool | None:
    """Whether a value meets `sign` and `limit`; None when it straddles. One number is compared without ado."""
    number = value.low
    if number is not None and number is value.high:
        return _EXACT[sign](number, limit)
    return _METHODS[sign](value, limit)


def _rounded(value: Interval) -> Interval:
    if value.low is not None and value.low is value.high:
        return exactly(rounded(value.low))
    low = None if value.low is None else rounded(value.low)
    high = None if value.high is None else rounded(value.high)
    return Interval(low, high, value.low_open, value.high_open)
