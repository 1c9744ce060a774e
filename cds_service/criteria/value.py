"""`value`: a laboratory value, vital sign or measurement against a threshold.

criteria.md section 2 "Observation values", "Units", "Multiples"; decisions 1, 9, 10, 17, 32, 37.

    {value: body_weight, at_least: 40 kg}
    {value: alt, at_most: 2.5 × ULN}
    {value: lvef, at_least: 50 %, within: 8 weeks, by: echocardiography}
    {value: ldh, is: above its range}
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from ..chart.chart import Chart
from ..chart.facts import Result
from ..clinical.findings import by_finding, evidence_of, incomplete, possible, recorded
from ..clinical.limits import Upper, uppers
from ..clinical.measures import Measure, convert, measure
from ..clinical.selection import NOTHING, Found, Query, decide, newest, query, seen
from ..clinical.spoiled import SPOILERS, spoiled, undisturbed
from ..clinical.thresholds import SIGNS, Threshold, rounded
from ..kernel.answers import Answer, Basis, Evidence, Reason, Status, failed, new, no_data, unknown
from ..kernel.dates import Window
from ..kernel.numbers import exactly
from .rule import Reads, Silent, Spec

KIND = "value"

_PASS, _FAIL, _RECORDED = Status.PASS, Status.FAIL, Basis.RECORDED
_TIMES = "times"

_NOT_ECHO = {"nuclear", "mr", "ct", "angio"}
_NOT_ECHO_WORDS = re.compile(
    r"\bMUGA\b|radionuclide|scintigra|nuclear|blood pool|\bMRI?\b|magnetic|\bCT\b|angiogra|核素|磁共振|造影", re.I
)


_DRUG_KINDS = frozenset(("MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense"))
_GROWTH = Reads(_DRUG_KINDS, drugs=frozenset(("growth_factor",)))
_SPOILER_READS = {
    "transfusion": Reads(frozenset(("Procedure",)), findings=frozenset(("transfusion",))),
    "growth_factor": _GROWTH,
    "growth_factor_except_erythropoietin": _GROWTH,
    "b_cell_depletion": Reads(_DRUG_KINDS, drugs=frozenset(("b_cell_directed",))),
}


@dataclass(frozen=True, slots=True)
class Value:
    """One or several concepts (the newest of them counts) against one threshold."""

    concepts: tuple[str, ...]
    threshold: Threshold
    window: Window | None = None
    echo: bool = False
    """Only echocardiography counts; what is known to come from another method leaves it unknown (decision 10)."""
    spoilers: tuple[str, ...] = ()
    """What invalidates a count (decisions 9, 37)."""
    judgement_with: tuple[str, ...] = ()
    """Findings beside which an excess is for a clinician to judge."""
    fails_without_value: tuple[str, ...] = ()
    """Findings that fail the criterion where there is no value."""
    beside: str | None = None
    """A concept that is shown as evidence and never decides."""
    names: str = ""
    """For people."""
    asked: Query = field(init=False, repr=False, compare=False)
    """The results that count."""
    compared: bool = field(init=False, repr=False, compare=False)
    """Nothing but the threshold judges a result."""
    plain: bool = field(init=False, repr=False, compare=False)
    """Nothing else speaks beside a result, either."""
    silent: Silent = field(init=False, repr=False, compare=False)
    """What it answers where there is no result at all, and nothing that speaks in its place."""
    besides: Query | None = field(init=False, repr=False, compare=False)
    """The results of `beside`."""
    unit: str | None = field(init=False, repr=False, compare=False)
    """The unit of the threshold; None where a result is held against its own range."""
    number: Decimal = field(init=False, repr=False, compare=False)
    meets: Callable[[Decimal, Decimal], bool] = field(init=False, repr=False, compare=False)
    multiple: str | None = field(init=False, repr=False, compare=False)
    """`times` or `over` where the threshold is one of a result's upper limit."""
    said: tuple[str, str, None, None] = field(init=False, repr=False, compare=False)
    """How the evidence of a comparison ends."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "asked", query(self.concepts, self.window, _echo if self.echo else None))
        by_concept = {"pt", "spo2"}.intersection(self.concepts)
        object.__setattr__(self, "compared", not self.spoilers and not by_concept)
        object.__setattr__(self, "plain", self.compared and self.beside is None and not self.judgement_with)
        looked_at = frozenset((*self.concepts, self.beside) if self.beside else self.concepts)
        silent = Silent(no_data(self.concepts), looked_at, frozenset(self.fails_without_value))
        object.__setattr__(self, "silent", silent)
        object.__setattr__(self, "besides", query((self.beside,)) if self.beside else None)
        threshold = self.threshold
        object.__setattr__(self, "unit", None if threshold.how in ("high", "low") else threshold.unit)
        object.__setattr__(self, "number", threshold.number)
        object.__setattr__(self, "meets", threshold.meets)
        object.__setattr__(self, "multiple", threshold.how if threshold.how in (_TIMES, "over") else None)
        object.__setattr__(self, "said", (threshold.text, KIND, None, None))

    def answer(self, chart: Chart) -> Answer:
        """Answer for this chart; never raises."""
        found: Found = chart.memo.get(self.asked) or self.asked.of(chart)
        result = found[5]
        if result is None:
            return self._of_several(chart, found)
        # Nearly always it is one number against one limit, and nothing else speaks. At the first unusual thing a
        # careful look is taken; a test holds both against each other.
        if self.compared or (self.spoilers and undisturbed(chart, self.spoilers)):
            measured: Measure = result.measured or measure(chart, result)
            _, _, _, exact, unit, shown = measured
            limit, said = self.number, self.said
            if self.multiple:
                upper: Upper = (result.uppers or uppers(chart, result))[0]
                if exact is not None and upper[6] is not None:
                    bound = upper[6] * limit if self.multiple is _TIMES else upper[6] + limit
                    exact, limit, said = rounded(exact), rounded(bound), (said[0] + upper[7], KIND, None, None)
                else:
                    exact = None
            if exact is not None and unit == self.unit:
                status = _PASS if self.meets(exact, limit) else _FAIL
                if self.plain or (status is _PASS and self.beside is None):
                    evidence = (new(Evidence, shown + said),)
                    return new(Answer, (status, _RECORDED, None, None, None, (), evidence, ()))
        return self._completed(chart, self._judge(chart, result))

    def _of_several(self, chart: Chart, found: Found) -> Answer:
        """Of no result, of several, or of one of which there is more to be said."""
        if found is NOTHING and not self.echo and not self.fails_without_value and self.beside is None:
            return no_data(self.concepts)
        if self.echo and found.reason in (Reason.NO_DATA, Reason.STALE):
            found_other = newest(chart, self.concepts, self.window)
            if found_other.reason is None:
                evidence = tuple(seen(r, "not by echocardiography") for r in found_other.results)
                return unknown(Reason.INCOMPARABLE, self.concepts, evidence)
        answer = decide(found, self.concepts, lambda r: self._judge(chart, r))
        return self._completed(chart, answer)

    def _completed(self, chart: Chart, answer: Answer) -> Answer:
        """What the rule says besides the comparison: of Conditions, and of a value that is only shown."""
        if self.judgement_with and answer.status is Status.FAIL:
            answer = self._judged(chart, answer)
        if self.fails_without_value and answer.reason in (Reason.NO_DATA, Reason.STALE):
            answer = self._without_value(chart, answer)
        if self.besides is not None:
            beside = self.besides.of(chart)
            if beside.results:
                answer = answer.with_evidence(seen(beside.results[0], "shown beside, does not decide"))
        return answer

    def _judge(self, chart: Chart, result: Result) -> Answer:
        if self.spoilers:
            problem = spoiled(chart, result, self.spoilers, self.concepts)
            if problem is not None and problem.status is Status.UNKNOWN:
                return problem.with_evidence(seen(result))
            answer = self.threshold.judge(chart, result, self.concepts, "value")
            return answer if problem is None else answer.noted(*problem.notes)
        answer = self.threshold.judge(chart, result, self.concepts, "value")
        if result.concept == "pt" and self.threshold.how == "over" and answer.status is Status.PASS:
            return self._against_control(chart, result, answer)
        unsaid = result.concept == "spo2" and result.method != "room-air" and not _air_recorded(chart, result)
        if unsaid and answer.status is Status.PASS:
            return answer.noted("room air is not documented beside the oxygen saturation")
        return answer

    def _against_control(self, chart: Chart, result: Result, answer: Answer) -> Answer:
        """Over a recorded control time plus the same seconds, but not over the limit: for a clinician (decision 32)."""
        control, value = newest(chart, ("pt_control",)), measure(chart, result).number
        if control.reason is not None or value is None:
            return answer
        limit = measure(chart, control.results[0]).number
        if limit is None or limit.low is None:
            return answer
        if value.at_most(limit.low + self.threshold.number) is True:
            return answer.with_evidence(seen(control.results[0]))
        evidence = (*answer.evidence, seen(control.results[0], "control time"))
        return unknown(Reason.JUDGEMENT, self.concepts, evidence, answer.notes)

    def _judged(self, chart: Chart, answer: Answer) -> Answer:
        facts = possible(chart, *self.judgement_with)
        if facts:
            evidence = tuple(evidence_of(f, "explains an excess", "value") for f in facts)
            return unknown(Reason.JUDGEMENT, self.concepts, (*answer.evidence, *evidence), answer.notes)
        if incomplete(chart, ("Condition",)):
            return unknown(Reason.UNAVAILABLE, self.judgement_with, answer.evidence, answer.notes)
        return answer

    def _without_value(self, chart: Chart, answer: Answer) -> Answer:
        if by_finding(chart).keys().isdisjoint(self.fails_without_value):
            return answer
        named = recorded(chart, *self.fails_without_value)
        if named:
            return failed(Basis.RECORDED, tuple(evidence_of(f, "recorded", "value") for f in named))
        return answer._replace(reason=Reason.JUDGEMENT)

    def words(self) -> str:
        """The rule in plain words."""
        said = f"{self.names} {self.threshold.text}"
        if self.window is not None:
            said += f" within {self.window}"
        if self.echo:
            said += ", by echocardiography"
        if self.spoilers:
            said += f"; not counted after {' or '.join(s.replace('_', ' ') for s in self.spoilers)}"
        if self.judgement_with:
            said += f"; with recorded {_spoken(self.judgement_with)} an excess is for a clinician to judge"
        if self.fails_without_value:
            said += f"; without a value, recorded {_spoken(self.fails_without_value)} excludes"
        return said

    def reads(self) -> Reads:
        """What it looks at."""
        more = [self.beside] if self.beside else []
        if "pt" in self.concepts:
            more.append("pt_control")
        if "spo2" in self.concepts:
            more += ["o2_flow", "fio2"]
        findings = frozenset((*self.judgement_with, *self.fails_without_value))
        kinds = {"Observation"} | ({"Condition"} if findings else set())
        found = Reads(frozenset(kinds), frozenset((*self.concepts, *more)), findings)
        for spoiler in self.spoilers:
            found |= _SPOILER_READS[spoiler]
        return found


def _spoken(findings: tuple[str, ...]) -> str:
    return " or ".join(f.replace("_", " ") for f in findings)


def _echo(result: Result) -> bool:
    """Whether a result may come from echocardiography: nothing says another method."""
    if result.method == "echo":
        return True
    if result.method in _NOT_ECHO:
        return False
    said = " ".join(t for t in (result.name, result.reading.method) if t)
    return _NOT_ECHO_WORDS.search(said) is None


def _air_recorded(chart: Chart, result: Result) -> bool:
    return any(
        other.day == result.day for concept in ("o2_flow", "fio2") for other in chart.results.get(concept, ())
    )


def read(spec: Spec) -> Value:
    """Read a `value` rule; exactly one of the comparisons must be there."""
    names = spec.texts("value")
    for name in names:
        if name not in spec.terminology.concepts:
            spec.complain("value", f"'{name}' is no concept of mappings/lab_concepts.csv")
    signs = [s for s in (*SIGNS, "is") if spec.has(s)]
    if len(signs) != 1:
        spec.complain("value", f"a value needs exactly one of {', '.join(SIGNS)}, is")
    known = [n for n in names if n in spec.terminology.concepts]
    threshold = read_threshold(spec, signs[0] if signs else "at_least", known[0] if known else "")
    by = spec.text("by", "", choices=("", "echocardiography"))
    spoilers = spec.texts("not_counted_after")
    for spoiler in spoilers:
        if spoiler not in SPOILERS:
            spec.complain("not_counted_after", f"'{spoiler}' must be one of {', '.join(SPOILERS)}")
    beside = spec.concept("beside") if spec.has("beside") else None
    spoken = " or ".join(spec.terminology.concepts[n].text for n in known)
    return Value(
        tuple(known), threshold, spec.window("within"), by == "echocardiography",
        tuple(s for s in spoilers if s in SPOILERS), spec.findings("judgement_with"),
        spec.findings("without_value_excluded_by"), beside, spoken,
    )


def read_threshold(spec: Spec, sign: str, concept: str) -> Threshold:
    """The comparison under `sign`: `40 kg`, `1.5 × ULN`, `4 s over ULN`, or `is: above its range`."""
    known = spec.terminology.concepts.get(concept)
    unit = known.canonical_unit if known else ""
    if sign == "is":
        text = spec.text("is", choices=("above its range", "below its range"))
        return Threshold("more_than", Decimal(0), unit, text, "high" if text == "above its range" else "low")
    quantity = spec.quantity(sign)
    if quantity is None:
        return Threshold("at_least", Decimal(0), unit, "")
    number, said = quantity
    text = f"{SIGNS[sign]} {number} {said}".strip()
    if said in ("× ULN", "x ULN"):
        return Threshold(sign, number, unit, text, "times")
    over = said.endswith(" over ULN")
    said = said.removesuffix(" over ULN")
    if not said and number == 0:
        return Threshold(sign, number, unit, text)
    converted = convert(spec.terminology, concept, exactly(number), said) if known else None
    if converted is None or converted.low is None:
        spec.complain(sign, f"'{said}' is no unit of {concept} in mappings/units.csv")
        return Threshold(sign, number, unit, text)
    return Threshold(sign, converted.low, unit, text, "over" if over else "number")
