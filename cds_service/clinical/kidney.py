"""Creatinine clearance and eGFR: which of recorded and computed counts (criteria.md decision 7, 50)."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..chart.chart import Chart
from ..chart.facts import Result
from ..kernel.answers import Answer, Basis, Evidence, Reason, failed, merge, new, passed, unknown
from ..kernel.logic import first_reason
from ..kernel.numbers import Interval
from .ages import ages as ages_of
from .limits import differing_sexes
from .measures import measure
from .renal import ckd_epi_interval, clearance_interval, schwartz_interval
from .selection import CONFLICT, NOTHING, PRELIMINARY, Found, decide, is_child, never_made, query, seen
from .thresholds import Threshold

_AT_LIMIT = "reported within 0.5 of the limit: the number before rounding may lie on the other side"


class Input(NamedTuple):
    """One measured number that goes into a formula: the worse of several of the same instant."""

    number: Interval | None
    result: Result | None
    answer: Answer | None
    """Why there is none."""
    notes: tuple[str, ...] = ()


class Computed(NamedTuple):
    """A formula's result for each sex that must be looked at, or why there is none."""

    numbers: tuple[Interval, ...]
    answer: Answer | None
    evidence: tuple[Evidence, ...] = ()
    creatinine: Result | None = None
    notes: tuple[str, ...] = ()
    formula: str = ""
    differing: bool = False
    """Computed for two sexes because the recorded ones differ (decision 50)."""
    texts: tuple[str, ...] = ()
    """The numbers for people, without their unit."""


def clearance(chart: Chart, threshold: Threshold, measured: str) -> Answer:
    """Creatinine clearance in mL/min against a threshold. `measured`: `wins` (NCT06711146 I9d) or `never` counts."""
    computed = chart.once("cockcroft-gault", _cockcroft)
    if never_made(chart, "crcl"):  # the common case: what is computed decides alone
        return _judge_computed(threshold, computed, ("crcl",), "clearance")
    if measured == "wins":
        found = _MEASURED.of(chart)
        if found.reason in (None, Reason.UNAVAILABLE, Reason.IMPRECISE):
            return decide(found, ("crcl",), lambda r: threshold.judge(chart, r, ("crcl",), "clearance"))
    reported = (_CALCULATED if measured == "wins" else _COCKCROFT).of(chart)
    return _newer(chart, threshold, "crcl", "clearance", reported, computed)


def egfr(chart: Chart, threshold: Threshold) -> Answer:
    """eGFR in mL/min/1.73 m² against a threshold: the newest of reported and computed (decision 7)."""
    computed = chart.once("egfr computed", _egfr)
    if never_made(chart, "egfr"):
        return _judge_computed(threshold, computed, ("egfr",), "egfr")
    reported = (_PAEDIATRIC if is_child(chart) else _ADULT).of(chart)
    return _newer(chart, threshold, "egfr", "egfr", reported, computed)


def _newer(
    chart: Chart, threshold: Threshold, concept: str, rule: str, reported: Found, computed: Computed
) -> Answer:
    """A reported value, unless a newer creatinine outdates it or its interval straddles the threshold."""
    missing = (concept,)
    if reported.reason is Reason.UNAVAILABLE:
        return decide(reported, missing, lambda r: threshold.judge(chart, r, missing, rule))
    ours = _judge_computed(threshold, computed, missing, rule)
    if reported is NOTHING:
        return ours
    if not reported.results:
        if reported.reason is Reason.STALE and computed.creatinine is None and ours.reason is Reason.NO_DATA:
            return ours._replace(reason=Reason.STALE)
        return ours
    creatinine = computed.creatinine
    theirs = decide(reported, missing, lambda r: threshold.judge(chart, r, missing, rule))
    if creatinine is not None:
        newest_reported = reported.results[0].day
        outdated = creatinine.day.first > newest_reported.last
        if concept == "crcl":
            # A recorded clearance wins only with a newer date (decision 7).
            outdated = outdated or (bool(computed.numbers) and creatinine.day.last >= newest_reported.first)
        if outdated and (concept == "egfr" or computed.numbers or ours.reason is Reason.INCOMPARABLE):
            return ours
    if theirs.reason is Reason.IMPRECISE and computed.numbers:
        return ours.with_evidence(*theirs.evidence)
    if concept == "egfr":
        theirs = _beside(chart, threshold, reported, creatinine, theirs, ours)
    return theirs


def _beside(
    chart: Chart, threshold: Threshold, reported: Found, creatinine: Result | None, theirs: Answer, ours: Answer
) -> Answer:
    """Notes on a reported eGFR: a creatinine of the same day that says otherwise; a number at the limit."""
    if creatinine is not None and ours.reason is None and theirs.reason is None and ours.status is not theirs.status:
        theirs = theirs.noted("the creatinine of the same day says otherwise; the reported eGFR stands")
    number = measure(chart, reported.results[0]).number
    if number is not None and number.exact and number.low is not None and abs(number.low - threshold.number) * 2 < 1:
        theirs = theirs.noted(_AT_LIMIT)
    return theirs


def _judge_computed(threshold: Threshold, computed: Computed, missing: tuple[str, ...], rule: str) -> Answer:
    numbers, answer, inputs, _, notes, formula, differing, texts = computed
    if answer is not None:
        return new(Answer, (*answer[:5], merge(missing, answer[5]), *answer[6:]))
    first = threshold.holds(numbers[0])
    said = f"{texts[0]} {threshold.unit}" if len(texts) == 1 else " or ".join([f"{t} {threshold.unit}" for t in texts])
    own = new(Evidence, (None, None, None, None, said, threshold.text, rule, "computed", formula))
    evidence = (own, *inputs)
    if len(numbers) > 1 and any(threshold.holds(n) is not first for n in numbers):
        return unknown(Reason.JUDGEMENT if differing else Reason.IMPRECISE, missing, evidence, notes)
    if first is None:
        return unknown(Reason.IMPRECISE, missing, evidence, notes)
    return passed(Basis.COMPUTED, evidence, notes) if first else failed(Basis.COMPUTED, evidence, notes=notes)


def _cockcroft(chart: Chart) -> Computed:
    creatinine, weight = _input(chart, "creatinine_serum", "high"), _input(chart, "body_weight", "low")
    ages = ages_of(chart)
    problem = _problem((creatinine, weight), ages)
    if problem is not None or ages is None:
        return Computed((), problem, creatinine=creatinine.result)
    if ages[0] < 18:
        note = "the formula holds from 18 years"
        return Computed((), unknown(Reason.NO_DATA, ("crcl",), notes=(note,)), creatinine=creatinine.result)
    assert creatinine.number is not None and weight.number is not None  # _problem says why where one is not
    numbers = [
        clearance_interval(ages, weight.number, creatinine.number, female=sex == "female")
        for sex in chart.patient.sexes
    ]
    return _computed(chart, numbers, (creatinine, weight), "Cockcroft–Gault with actual weight")


def _egfr(chart: Chart) -> Computed:
    creatinine, ages = _input(chart, "creatinine_serum", "high"), ages_of(chart)
    number = creatinine[0]
    if number is not None and ages is not None and ages[0] >= 18:
        numbers = [ckd_epi_interval(ages, number, female=sex == "female") for sex in chart.patient.sexes]
        return _computed(chart, numbers, (creatinine,), "CKD-EPI 2021")
    return _egfr_of_a_child(chart, creatinine, ages)


def _egfr_of_a_child(chart: Chart, creatinine: Input, ages: tuple[int, int] | None) -> Computed:
    """Of somebody who is, or may be, under 18; and why there is none."""
    child = ages is not None and ages[0] < 18
    height = _input(chart, "body_height", "low") if child else None
    inputs = (creatinine,) if height is None else (creatinine, height)
    either = ages is not None and ages[0] < 18 <= ages[1]
    if either and height is not None and height.answer is not None and creatinine.answer is None:
        # Of 18 or more it needs no height; of less it does, and the birth date does not say which.
        answer = unknown(Reason.IMPRECISE, ("birth_date", "body_height"), notes=("under or over 18: not known",))
        return Computed((), answer, creatinine=creatinine.result)
    problem = _problem(inputs, ages)
    if problem is not None or ages is None or height is None:
        return Computed((), problem, creatinine=creatinine.result)
    assert creatinine.number is not None and height.number is not None
    # With a partial birth date on both sides of 18, both formulas must say the same (criteria.md section 2 "Age").
    numbers: list[Interval | None] = [schwartz_interval(height.number, creatinine.number)]
    if ages[1] < 18:
        return _computed(chart, numbers, inputs, "bedside Schwartz")
    adult = (18, ages[1])
    numbers += [ckd_epi_interval(adult, creatinine.number, female=sex == "female") for sex in chart.patient.sexes]
    return _computed(chart, numbers, inputs, "bedside Schwartz or CKD-EPI 2021")


def _computed(
    chart: Chart, numbers: Sequence[Interval | None], inputs: tuple[Input, ...], formula: str
) -> Computed:
    creatinine = inputs[0]
    whole = tuple([n for n in numbers if n is not None])
    if len(whole) < len(numbers):
        answer = unknown(Reason.INCOMPARABLE, ("creatinine_serum",), notes=("a value of zero or less cannot be right",))
        return Computed((), answer, creatinine=creatinine[1])
    notes = creatinine[3] if len(inputs) == 1 else merge(creatinine[3], *[i.notes for i in inputs[1:]])
    differing = len(whole) > 1 and differing_sexes(chart.patient)
    if differing:
        notes = merge(notes, ("the recorded sexes differ; computed for both",))
    evidence = tuple([
        new(Evidence, (*measure(chart, result)[5], None, result.concept, None, None))
        for _, result, _, _ in inputs
        if result is not None
    ])
    return new(
        Computed, (whole, None, evidence, creatinine[1], notes, formula, differing, tuple(map(str, whole)))
    )


def _problem(inputs: tuple[Input, ...], ages: tuple[int, int] | None) -> Answer | None:
    """Why a formula cannot be computed: the first reason of all its inputs, with everything that is missing."""
    answers = [i.answer for i in inputs if i.answer is not None]
    if ages is None:
        answers.append(unknown(Reason.NO_DATA, ("birth_date",)))
    if len(answers) < 2:
        return answers[0] if answers else None
    return unknown(
        first_reason(answers),
        merge(answers[0].missing, *[a.missing for a in answers[1:]]),
        merge(answers[0].evidence, *[a.evidence for a in answers[1:]]),
        merge(answers[0].notes, *[a.notes for a in answers[1:]]),
    )


def _input(chart: Chart, concept: str, worse: str) -> Input:
    """The newest number of a concept; of several of one instant the one that is worse (`high` or `low`)."""
    found = _INPUTS[concept].of(chart)
    only = found[5]
    if only is not None:
        number = measure(chart, only)[0]
        if number is not None:
            return new(Input, (number, only, None, ()))
    return _several(chart, found, concept, worse)


def _several(chart: Chart, found: Found, concept: str, worse: str) -> Input:
    """Of none, or of several of one instant."""
    if found.reason is not None:
        return Input(None, None, decide(found, (concept,), _never))
    pairs = [(measure(chart, r), r) for r in found.results]
    unread = next(((m, r) for m, r in pairs if m.number is None), None)
    if unread is not None:
        why = (seen(unread[1], unread[0].problem),)
        return Input(None, unread[1], unknown(Reason.INCOMPARABLE, (concept,), why))
    numbers = [(m.number, r) for m, r in pairs if m.number is not None]
    if len({n for n, _ in numbers}) == 1:
        number, result = numbers[0]
        return Input(number, result, None, (PRELIMINARY,) if found.preliminary else ())
    if not found.ordered:
        evidence = tuple(seen(r) for r in found.results)
        return Input(None, found.results[0], unknown(Reason.IMPRECISE, (concept,), evidence))
    pick: Callable[..., tuple[Interval, Result]] = max if worse == "high" else min
    number, result = pick(numbers, key=lambda pair: pair[0].high or pair[0].low or 0)
    return Input(number, result, None, (CONFLICT,))


def _never(result: Result) -> Answer:
    raise AssertionError("not judged: there is a reason")  # pragma: no cover - `decide` does not call it


def _is_measured(result: Result) -> bool:
    return result.method == "measured"


def _is_calculated(result: Result) -> bool:
    return result.method != "measured"


def _is_cockcroft(result: Result) -> bool:
    return result.method == "cockcroft-gault"


def _is_paediatric(result: Result) -> bool:
    """A reported paediatric eGFR: a site code or a text that says so (decisions 7, 33)."""
    return result.method in ("paediatric", "schwartz")


def _is_adult(result: Result) -> bool:
    return result.method not in ("paediatric", "schwartz")


_INPUTS = {concept: query((concept,)) for concept in ("creatinine_serum", "body_weight", "body_height")}
_MEASURED, _CALCULATED = query(("crcl",), None, _is_measured), query(("crcl",), None, _is_calculated)
_COCKCROFT = query(("crcl",), None, _is_cockcroft)
_PAEDIATRIC, _ADULT = query(("egfr",), None, _is_paediatric), query(("egfr",), None, _is_adult)
