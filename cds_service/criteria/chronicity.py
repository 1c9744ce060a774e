"""`chronicity_index`: of lupus nephritis on biopsy (NCT06222853 E3b; criteria.md decisions 28, 33, 34).

    {chronicity_index: at most 6}
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from ..chart.chart import Chart
from ..chart.facts import Diagnosis, Result
from ..clinical.findings import evidence_of, incomplete, silence
from ..clinical.measures import convert
from ..clinical.selection import decide, query, seen
from ..clinical.stated import NEPHRITIS, nephritis
from ..kernel.answers import Answer, Basis, Evidence, Reason, Status, failed, passed, unknown
from ..kernel.numbers import Interval, exactly
from .rule import Reads, Spec

KIND = "chronicity_index"

_RULE = re.compile(r"at most (\d+)", re.ASCII)
_STATED = re.compile(
    r"(?:chronicity\s+index|慢性(?:化)?指数|慢性指标|\bCI\b)\s*(?:\(CI\))?\s*(?:of|is|为)?\s*[:=]?\s*"
    r"(\d{1,2})(?:\s*/\s*(?:12|24))?(?![\d.])",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"(\d{1,2})\s*/\s*12")
_LAST = 12
_MISSING = ("lupus_nephritis_chronicity_index",)
_INDEX, _SILENCE = query((KIND,)), silence(("Condition",), None)


@dataclass(frozen=True, slots=True)
class ChronicityIndex:
    """A recorded index decides, however old; nephritis without one is unknown; no nephritis passes."""

    highest: int

    def answer(self, chart: Chart) -> Answer:
        """Answer for this chart."""
        found = _INDEX.of(chart)
        if found.results:
            return decide(found, _MISSING, lambda r: self._judge(chart, r))
        known = nephritis(chart)
        if not known:
            return _SILENCE.absent(chart, _MISSING)
        stated = [(d, s) for d in known if (s := self._stated(d)) is not None]
        if stated:
            decided = [self._decided(Decimal(s), (evidence_of(d, self._limit, KIND),)) for d, s in stated]
            return min(decided, key=lambda a: a.status is not Status.FAIL)
        evidence = tuple(evidence_of(d, self._limit, KIND, "no chronicity index is recorded") for d in known)
        sure = any(_sure(d) for d in known)
        if incomplete(chart, ("Observation",)):
            return unknown(Reason.UNAVAILABLE, _MISSING, evidence)
        return unknown(Reason.NO_DATA if sure else Reason.JUDGEMENT, _MISSING, evidence)

    def _stated(self, diagnosis: Diagnosis) -> int | None:
        """An index that the text or a stage of the Condition names with its value."""
        for text in (diagnosis.text, *diagnosis.stages):
            match = _STATED.search(text)
            if match is not None and int(match[1]) <= _LAST:
                return int(match[1])
        return None

    def _judge(self, chart: Chart, result: Result) -> Answer:
        reading = result.reading
        number: Interval | None = None
        if reading.quantity is not None:
            unit = None if reading.quantity.unit in ("/12", "/ 12") else reading.quantity.unit
            number = convert(chart.terminology, KIND, reading.quantity.number, unit)
        elif reading.text is not None:
            match = _STATED.search(reading.text) or _FRACTION.search(reading.text)
            number = exactly(Decimal(match[1])) if match is not None else None
        evidence = (seen(result, threshold=self._limit, rule=KIND),)
        if number is None or number.at_most(Decimal(_LAST)) is False or number.at_least(Decimal(0)) is False:
            return unknown(Reason.INCOMPARABLE, _MISSING, evidence)
        within = number.at_most(Decimal(self.highest))
        if within is None:
            return unknown(Reason.IMPRECISE, _MISSING, evidence)
        return passed(Basis.RECORDED, evidence) if within else failed(Basis.RECORDED, evidence)

    def _decided(self, index: Decimal, evidence: tuple[Evidence, ...]) -> Answer:
        return passed(Basis.RECORDED, evidence) if index <= self.highest else failed(Basis.RECORDED, evidence)

    @property
    def _limit(self) -> str:
        return f"≤ {self.highest} of {_LAST}"

    def words(self) -> str:
        """In words."""
        return (
            f"chronicity index of the kidney biopsy at most {self.highest}; lupus nephritis without a recorded index "
            "is unknown, no nephritis passes"
        )

    def reads(self) -> Reads:
        """The index, and lupus nephritis among the diagnoses."""
        return Reads(frozenset(("Observation", "Condition")), frozenset((KIND,)), frozenset(NEPHRITIS))


def _sure(diagnosis: Diagnosis) -> bool:
    return not diagnosis.doubtful and any(diagnosis.findings.get(n) == "names" for n in NEPHRITIS)


def read(spec: Spec) -> ChronicityIndex:
    """Read a `chronicity_index` rule."""
    match = _RULE.fullmatch(spec.text("chronicity_index"))
    if match is None:
        spec.complain("chronicity_index", "'chronicity_index' must read 'at most 6'")
        return ChronicityIndex(0)
    return ChronicityIndex(int(match[1]))
