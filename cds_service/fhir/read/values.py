"""The value of an Observation (or of a component), decoded when it is first asked for.

criteria.md section 2 "Observation values", decisions 1, 2, 10, 17, 41, 50. A value element of the wrong type is a value
that cannot be read, never a missing one.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from ...chart.facts import Patient, Quantity, Reading
from ...kernel.numbers import ZERO, Interval, exactly
from ...terminology import Terminology
from ..context import decode
from ..heads import Coding, Concept, concept_of
from .plainly import COMPARATORS, TITRE_UNITS
from .ranges import own_range
from .texts import NO_RESULT, number_of, parse_value, signed, unit_of

_WORDS = {
    "high": "high", "low": "low", "normal": "normal", "abnormal": "abnormal", "critical high": "high",
    "critical low": "low", "偏高": "high", "升高": "high", "↑": "high", "偏低": "low", "降低": "low", "↓": "low",
    "正常": "normal", "异常": "abnormal",
}  # fmt: skip
"""Interpretations that come as text only."""
_NONE: frozenset[str] = frozenset()
_NOBODY = Patient("", None, None, None, False)


def lenient_reading(raw: msgspec.Raw, concept: str, terminology: Terminology, patient: Patient, as_of: date) -> Reading:
    """The reading of any Observation, element by element."""
    try:
        resource = decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        return Reading(unreadable="the result cannot be decoded")
    reading = read_value(resource, terminology, patient, as_of)
    said = " ".join(concept_of(resource["method"]).texts()) or None if "method" in resource else None
    oxygen = concept == "spo2" and "component" in resource and _oxygen_given(resource, terminology)
    return reading._replace(method=said, oxygen=oxygen) if said or oxygen else reading


def opened(raw: msgspec.Raw) -> dict[str, Any]:
    """An Observation as a whole, for its components; empty where it cannot be decoded."""
    try:
        return decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        return {}


def component_reading(
    resource: dict[str, Any], index: int, concept: str, terminology: Terminology, patient: Patient, as_of: date
) -> Reading:
    """The reading of one component of an Observation (as `opened` gives it)."""
    try:
        part = resource["component"][index]
    except (LookupError, TypeError):
        return Reading(unreadable="the result cannot be decoded")
    reading = read_value(part, terminology, patient, as_of)
    return reading._replace(oxygen=True) if concept == "spo2" and _oxygen_given(resource, terminology) else reading


def read_value(element: dict[str, Any], terminology: Terminology, patient: Patient, as_of: date) -> Reading:
    """Read value[x], interpretation and referenceRange of an Observation or component."""
    interpretation = _interpretation(element["interpretation"], terminology) if "interpretation" in element else _NONE
    limits = own_range(element["referenceRange"], patient, as_of) if "referenceRange" in element else None
    keys = [k for k in element if k.startswith("value") and element[k] is not None]
    if not keys:
        if element.get("dataAbsentReason") is None:
            if interpretation:
                return Reading(interpretation=interpretation, range=limits)
            if _says_something(element.get("interpretation"), terminology):
                return Reading(range=limits, unreadable="the interpretation is not understood")
        return Reading(range=limits, absent=True)
    reader = _READERS.get(keys[0]) if len(keys) == 1 else None
    if reader is None:
        return Reading(interpretation=interpretation, range=limits, unreadable="the type of the value is not read")
    reading = reader(element[keys[0]], terminology)
    if not interpretation and limits is None:
        return reading
    return Reading(
        reading.quantity, reading.meaning, reading.text, reading.titre, interpretation, limits, reading.absent,
        reading.unreadable, False, None, reading.codes,
    )  # fmt: skip


def _quantity(value: Any, terminology: Terminology) -> Reading:
    if not isinstance(value, dict):
        return Reading(unreadable="the value is not a quantity")
    if value.get("value") is None:
        return Reading(absent=True)
    number, comparator = number_of(value["value"]), value.get("comparator")
    if number is None or (comparator is not None and comparator not in COMPARATORS):
        return Reading(unreadable="the value is not a number")
    text = f"{comparator or ''}{number}"
    unit = unit_of(value)
    interval = signed(comparator, number)
    if unit in TITRE_UNITS:
        return Reading(titre=interval, text=f"1:{text}")
    return Reading(Quantity(interval, unit, text), text=text)


def _text(value: Any, terminology: Terminology) -> Reading:
    if not isinstance(value, str):
        return Reading(unreadable="the value is not a text")
    said = parse_value(value, terminology)
    if said.meaning == NO_RESULT:
        return Reading(text=value, absent=True)
    if said.quantity is None and said.titre is None and said.meaning is None:
        if not value.strip():
            return Reading(absent=True)
        return Reading(text=value, unreadable="the text says neither a number nor positive or negative")
    return Reading(said.quantity, said.meaning, value, said.titre)


def _coded(value: Any, terminology: Terminology) -> Reading:
    concept = concept_of(value)
    codes = tuple(
        (terminology.system(c.system), c.code) for c in concept.coding if c.system is not None and c.code is not None
    )
    meanings = {m for system, code in codes if (m := terminology.qualifier(system, code)) is not None}
    if len(meanings) == 1:
        meaning = meanings.pop()
        if meaning == NO_RESULT:
            return Reading(text=concept.said(), absent=True, codes=codes)
        return Reading(None, meaning, concept.said(), codes=codes)
    if meanings:
        return Reading(text=concept.said(), codes=codes, unreadable="the codes of the value contradict each other")
    for text in concept.texts():
        reading = _text(text, terminology)
        if reading.unreadable is None:
            return reading._replace(text=concept.said(), codes=codes)
    return Reading(text=concept.said() or None, codes=codes, unreadable="the coded value is not known")


def _integer(value: Any, terminology: Terminology) -> Reading:
    number = number_of(value)
    if number is None:
        return Reading(unreadable="the value is not a number")
    return Reading(Quantity(exactly(number), None, str(number)), text=str(number))


def _boolean(value: Any, terminology: Terminology) -> Reading:
    if not isinstance(value, bool):
        return Reading(unreadable="the value is not true or false")
    return Reading(meaning="positive" if value else "negative", text="true" if value else "false")


def _ratio(value: Any, terminology: Terminology) -> Reading:
    top = value.get("numerator") if isinstance(value, dict) else None
    bottom = value.get("denominator") if isinstance(value, dict) else None
    if not isinstance(top, dict) or not isinstance(bottom, dict):
        return Reading(unreadable="the value is not a ratio")
    above, below = number_of(top.get("value")), number_of(bottom.get("value"))
    signs = [s for s in (top.get("comparator"), bottom.get("comparator")) if s is not None]
    if above is None or below is None or below <= 0 or above < 0 or any(s not in COMPARATORS for s in signs):
        return Reading(unreadable="the value is not a ratio of two numbers")
    over, under = unit_of(top), unit_of(bottom)
    if over in (None, "1") and under in (None, "1") and above == 1:
        sign = bottom.get("comparator") or top.get("comparator")
        return Reading(titre=signed(sign, below), text=f"1:{sign or ''}{below}")
    if signs:
        return Reading(unreadable="the value is a ratio with a comparator")
    unit = f"{over or '1'}/{under or '1'}" if over or under else None
    return Reading(Quantity(exactly(above / below), unit, f"{above}/{below}"), text=f"{above}/{below}")


def _range(value: Any, terminology: Terminology) -> Reading:
    sides = [value.get("low"), value.get("high")] if isinstance(value, dict) else []
    if not any(isinstance(s, dict) for s in sides) or any(s is not None and not isinstance(s, dict) for s in sides):
        return Reading(unreadable="the value is not a range")
    numbers = [number_of(s.get("value")) if s is not None else None for s in sides]
    units = {unit_of(s) for s in sides if s is not None}
    wrong = any(s is not None and n is None for s, n in zip(sides, numbers, strict=True))
    if wrong or len(units) != 1 or (None not in numbers and numbers[0] > numbers[1]):  # type: ignore[operator]
        return Reading(unreadable="the value is a range that cannot be read")
    text = f"{'' if numbers[0] is None else numbers[0]}-{'' if numbers[1] is None else numbers[1]}"
    return Reading(Quantity(Interval(numbers[0], numbers[1]), units.pop(), text), text=text)


_READERS: dict[str, Callable[[Any, Terminology], Reading]] = {
    "valueQuantity": _quantity,
    "valueString": _text,
    "valueCodeableConcept": _coded,
    "valueInteger": _integer,
    "valueBoolean": _boolean,
    "valueRatio": _ratio,
    "valueRange": _range,
}


def _interpretation(value: Any, terminology: Terminology) -> frozenset[str]:
    """What the laboratory says of its result, by code (any system that carries an HL7 code) or by text."""
    if value is None:
        return frozenset()
    found: set[str] = set()
    for item in value if isinstance(value, list) else [value]:
        concept: Concept = concept_of(item)
        meanings = {m for c in concept.coding if c.code and (m := _judged(c, terminology)) is not None}
        for text in concept.texts() if not meanings else ():
            word = text.strip().lower()
            meaning = terminology.qualifier("interpretation", word.upper()) or _WORDS.get(word)
            meaning = meaning or terminology.qualifier_text(text)
            if meaning is not None and meaning != NO_RESULT:
                meanings.add(meaning)
        found |= meanings
    return frozenset(found)


def _judged(coding: Coding, terminology: Terminology) -> str | None:
    """The meaning of an HL7 code under any address, or of a qualifier of a terminology (SNOMED CT "Positive")."""
    code = coding.code or ""
    meaning = terminology.qualifier("interpretation", code.upper())
    return meaning or (terminology.qualifier(terminology.system(coding.system), code) if coding.system else None)


def _says_something(value: Any, terminology: Terminology) -> bool:
    """Whether an interpretation that means nothing to us says anything but that no result was made (decision 2)."""
    concepts = map(concept_of, value if isinstance(value, list) else [value])
    return any(
        (concept.texts() or any(c.code for c in concept.coding))
        and not any(terminology.qualifier_text(text) == NO_RESULT for text in concept.texts())
        for concept in concepts
    )


def _oxygen_given(resource: dict[str, Any], terminology: Terminology) -> bool:
    """Whether a component says that oxygen was given, or an amount that cannot be read (decisions 10, 50)."""
    parts = resource.get("component")
    for part in parts if isinstance(parts, list) else ():
        if not isinstance(part, dict):
            continue
        for coding in concept_of(part.get("code")).coding:
            lab = terminology.lab(terminology.system(coding.system or ""), coding.code or "")
            if lab is not None and lab.concept in ("o2_flow", "fio2"):
                reading = read_value(part, terminology, _NOBODY, date.max)
                if not reading.absent and not is_room_air(lab.concept, reading):
                    return True
    return False


def is_room_air(concept: str, reading: Reading) -> bool:
    """Whether a flow or FiO2 says room air: a flow of 0, FiO2 of 21 % (decision 50)."""
    quantity = reading.quantity
    if quantity is None:
        return False
    number, unit = quantity.number, quantity.unit
    if concept == "o2_flow":
        return number.at_most(ZERO) is True
    if unit in ("%", "percent", "％"):
        return number.at_most(Decimal(21)) is True
    return unit in ("1", "{fraction}") and number.at_most(Decimal("0.21")) is True
