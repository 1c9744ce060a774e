"""Dosage[] → what was taken a day, and when it changed (dosing.md section 2; decisions 21, 40)."""

from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from ...chart.facts import Dose, Step
from ...kernel.answers import new
from ...kernel.dates import DateSpan
from ...kernel.numbers import ZERO, Interval
from ...terminology import Terminology
from .amounts import Strength, amount, quantity
from .pieces import decode_any
from .routes import route_of, routes_in
from .timing import bounds, number, times_per_day

_ONE = Decimal(1)
_PERIOD = {"h": Decimal(1) / 24, "d": _ONE, "day": _ONE, "days": _ONE, "wk": Decimal(7), "week": Decimal(7)}

_NONE = Dose(problem="no dosage is recorded")
_NO_PLAN = "its steps do not say when each one holds"


class Dosed(NamedTuple):
    """All dosages of one record, read."""

    dose: Dose
    steps: tuple[Step, ...]
    start: DateSpan | None
    end: DateSpan | None
    route: str | None


_MOST = 2048
_memory: tuple[Terminology | None, dict[tuple[int, Strength], tuple[Dose, str | None]]] = (None, {})


def dosed(raw: msgspec.Raw, strength: Strength, begins: DateSpan | None, terminology: Terminology) -> Dosed:
    """Read the raw `dosage` (or `dosageInstruction`) of a record.

    The same few dosages come again and again: a single one without bounds of its own, which does not depend on the
    record, is remembered by its hash, without its words.
    """
    global _memory
    text = bytes(raw)
    if not text:
        return _NOT_DOSED
    key = (hash(text), strength)
    meant_by, known = _memory  # in one step: another thread may put another in its place
    found = known.get(key) if meant_by is terminology else None
    if found is not None:
        (daily, problem, _, prn, per_kg, single), route = found
        words = _texts.decode(text)[0]
        said = _text_of(words.text, words.patientInstruction, problem)
        return new(Dosed, (new(Dose, (daily, problem, said, prn, per_kg, single)), (), None, None, route))
    dosages = decode_any(raw)
    read = Dosed(*read_dosage(dosages, strength, begins, terminology), route_of(routes_in(dosages), terminology))
    if b'"bounds' not in text and isinstance(dosages, list) and len(dosages) == 1 and isinstance(dosages[0], dict):
        if meant_by is not terminology or len(known) > _MOST:
            _memory = (terminology, known := {})
        if read.start is None and read.end is None and not read.steps:
            known[key] = (read.dose._replace(text=""), read.route)
    return read


class _Words(msgspec.Struct, gc=False):
    text: Any = None
    patientInstruction: Any = None


_texts = msgspec.json.Decoder(list[_Words])


class Regimen(NamedTuple):
    """A whole dosage: one dose throughout, or steps; and the bounds that it gives (None: none)."""

    dose: Dose
    steps: tuple[Step, ...]
    start: DateSpan | None
    end: DateSpan | None
    """Only where every part of the dosage has an end."""


def read_dosage(dosages: Any, strength: Strength, begins: DateSpan | None, terminology: Terminology) -> Regimen:
    """Read all dosages of one record.

    Those of one sequence are taken together and added; different sequences are steps of a plan, which hold within
    their bounds (durations follow one another from `begins` on). Steps without bounds: the dose is not known.
    Raises `Unreadable` for a bound that is no date.
    """
    if not isinstance(dosages, list):
        dosages = [dosages] if isinstance(dosages, dict) else []
    dosages = [d for d in dosages if isinstance(d, dict)]
    if not dosages:
        return Regimen(_NONE, (), None, None)
    if len(dosages) == 1:
        dose = _dose(dosages[0], strength, terminology)
        start, end = bounds(dosages[0].get("timing"), begins)
        return Regimen(dose, (), start, end)
    parts: list[tuple[DateSpan | None, DateSpan | None, Any, Dose, DateSpan | None]] = []
    cursor, last_sequence = begins, dosages[0].get("sequence")
    for each in dosages:
        if each.get("sequence") != last_sequence and parts:
            last_sequence = each.get("sequence")
            ends = parts[-1][1]
            cursor = _next_day(ends) if ends is not None else None
        start, end = bounds(each.get("timing"), cursor)
        parts.append((start, end, each.get("sequence"), _dose(each, strength, terminology), cursor))
    starts, ends_ = [p[0] for p in parts], [p[1] for p in parts]
    start = min((s for s in starts if s is not None), default=None)
    end = max((e for e in ends_ if e is not None), default=None) if None not in ends_ else None
    if all(p[0] is None and p[1] is None for p in parts):
        if len({p[2] for p in parts}) == 1:
            return Regimen(_sum([p[3] for p in parts]), (), None, None)
        return Regimen(Dose(problem=_NO_PLAN, text=_text(dosages)), (), None, None)
    steps = []
    for begin, stop, _, dose, follows in parts:
        begin = begin or follows
        if begin is None and stop is None:
            return Regimen(Dose(problem=_NO_PLAN, text=_text(dosages)), (), start, end)
        steps.append(Step(begin.first if begin else None, stop.last if stop else None, dose))
    return Regimen(Dose(problem=None, text=_text(dosages)), tuple(steps), start, end)


_NOT_DOSED = Dosed(_NONE, (), None, None, None)


def _next_day(span: DateSpan) -> DateSpan:
    return DateSpan(*(d.fromordinal(d.toordinal() + 1) for d in span))


def _text(dosages: list[dict[str, Any]]) -> str:
    texts = [d.get("text") for d in dosages]
    return "; ".join(t for t in texts if isinstance(t, str))


def _sum(doses: list[Dose]) -> Dose:
    """Doses that are taken together."""
    text = "; ".join(d.text for d in doses if d.text)
    problem = next((d.problem for d in doses if d.problem), None)
    if problem:
        return Dose(problem=problem, text=text)
    if all(d.daily is not None for d in doses):
        total = doses[0].daily
        for each in doses[1:]:
            if total is not None and each.daily is not None:
                total = total.plus(each.daily)
        return Dose(daily=total, text=text, prn=any(d.prn for d in doses))
    if all(d.per_kg is not None for d in doses):
        total = doses[0].per_kg
        for each in doses[1:]:
            if total is not None and each.per_kg is not None:
                total = total.plus(each.per_kg)
        return Dose(per_kg=total, text=text, prn=any(d.prn for d in doses))
    return Dose(problem="its parts are given in different ways", text=text)


def _dose(dosage: dict[str, Any], strength: Strength, terminology: Terminology) -> Dose:
    """One dosage as a daily dose; as needed is an interval from 0 to the maximum."""
    dose = _amount_a_day(dosage, strength, terminology)
    text = _text_of(dosage.get("text"), dosage.get("patientInstruction"), dose.problem)
    return dose._replace(text=text) if text else dose


def _amount_a_day(dosage: dict[str, Any], strength: Strength, terminology: Terminology) -> Dose:
    prn = dosage.get("asNeededBoolean") is True or isinstance(dosage.get("asNeededCodeableConcept"), dict)
    if strength.pack:
        return Dose(problem="a pack of several strengths has no daily dose", prn=prn)
    once = amount(dosage.get("doseAndRate"), strength)
    rate, no_rate = times_per_day(dosage.get("timing"), terminology)
    if once.per_day and rate is None and dosage.get("timing") is None:
        rate, no_rate = Interval(_ONE, _ONE), None
    problem = once.problem or no_rate
    if once.per_day and rate is not None and not rate.exact:
        problem = problem or "it is given per day and with a changing rhythm"
    if once.per_day and rate is not None and problem is None:
        rate = Interval(_ONE, _ONE)
    cap = _most_a_day(dosage.get("maxDosePerPeriod"), strength) if prn else None
    if problem is not None or rate is None:
        if cap is not None and once.problem is None:
            return Dose(daily=Interval(ZERO, cap), prn=True)
        return Dose(problem=problem, prn=prn)
    daily = once.mg.times(rate) if once.mg is not None else None
    per_kg = once.per_kg.times(rate) if once.per_kg is not None else None
    if prn:
        if daily is not None:
            high = daily.high if cap is None else (cap if daily.high is None else min(cap, daily.high))
            daily = Interval(ZERO, high, False, daily.high_open)
        if per_kg is not None:
            per_kg = Interval(ZERO, per_kg.high, False, per_kg.high_open)
    return Dose(daily=daily, prn=prn, per_kg=per_kg)


def _text_of(text: Any, instruction: Any, problem: str | None) -> str:
    """The dosage as a person reads it; the instruction to the patient only where the dose could be read."""
    if isinstance(text, str) and text:
        return text
    return instruction if isinstance(instruction, str) and problem is None else ""


def _most_a_day(ratio: Any, strength: Strength) -> Any:
    """maxDosePerPeriod in mg per day; None where it cannot be read."""
    if isinstance(ratio, list):
        ratio = ratio[0] if ratio else None
    if not isinstance(ratio, dict):
        return None
    top, bottom = ratio.get("numerator"), ratio.get("denominator")
    if not isinstance(top, dict) or not isinstance(bottom, dict):
        return None
    most = quantity(top, strength).mg
    days = _PERIOD.get(str(bottom.get("code") or bottom.get("unit") or "").lower())
    length = number(bottom.get("value"))
    if most is None or most.high is None or days is None or length is None or length <= 0:
        return None
    return most.high / (length * days)
