"""The common Observation decoded straight: a quantity, a known code, a text or a whole number, one range at most.

What does not fit (another type of value, a range for some, a text where a number belongs) is left to the lenient road
of `values`, which says the same of what fits, at three times the cost.
"""

from decimal import Decimal
from typing import Any

import msgspec

from ...chart.facts import Quantity, Reading, ReferenceRange
from ...kernel.answers import new
from ...kernel.numbers import exactly, json_number
from ...terminology import Terminology
from ..heads import Concept
from .observed import NONE, ObservationHead
from .texts import NO_RESULT, UCUM, Said, number_of, parse_value, signed

TITRE_UNITS = frozenset(("{titer}", "titer", "titre", "{titre}"))
COMPARATORS = frozenset(("<", "<=", ">", ">="))

_NOTHING: frozenset[str] = frozenset()
_SAID_NOTHING = Said()


class Amount(msgspec.Struct, gc=False):
    """FHIR Quantity."""

    value: Any = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None
    comparator: str | None = None


class Limits(msgspec.Struct, gc=False):
    """Observation.referenceRange."""

    low: Amount | None = None
    high: Amount | None = None
    text: str | None = None
    type: None = None
    appliesTo: None = None
    age: None = None


_amounts = msgspec.json.Decoder(Amount, float_hook=json_number)
_ranges = msgspec.json.Decoder(tuple[Limits], float_hook=json_number)
_concept = msgspec.json.Decoder(Concept)
_concepts = msgspec.json.Decoder(list[Concept])
_text = msgspec.json.Decoder(str)
_number = msgspec.json.Decoder(Any, float_hook=json_number)


def plain_reading(head: ObservationHead, terminology: Terminology) -> Reading | None:
    """The reading of an Observation that is as common as can be; None: the lenient road must look at it."""
    if not (  # by name and not in a loop: this is asked of every value that decides
        head.method is NONE and head.component is NONE and head.valueBoolean is NONE and head.valueRange is NONE
        and head.valueRatio is NONE and head.valueSampledData is NONE and head.valueTime is NONE
        and head.valueDateTime is NONE and head.valuePeriod is NONE and head.valueAttachment is NONE
        and head.valueReference is NONE and head.valueDecimal is NONE
    ):  # fmt: skip
        return None
    quantity, coded, text, whole = head.valueQuantity, head.valueCodeableConcept, head.valueString, head.valueInteger
    if quantity is not NONE:
        if coded is not NONE or text is not NONE or whole is not NONE:
            return None
    elif (coded is NONE) + (text is NONE) + (whole is NONE) != 2:
        return None
    try:
        limits: ReferenceRange | None = None
        if head.referenceRange is not NONE:
            limits = _limits(_ranges.decode(head.referenceRange)[0])
            if limits is None:
                return None
        said = _NOTHING
        if head.interpretation is not NONE:
            meaning = _interpreted(_concepts.decode(head.interpretation), terminology)
            if meaning is None:
                return None
            said = meaning
        if quantity is not NONE:
            value = _amounts.decode(quantity)
        elif coded is not NONE:
            return _coded(_concept.decode(coded), terminology, said, limits)
        elif text is not NONE:
            return _written(_text.decode(text), terminology, said, limits)
        else:
            value = Amount(_number.decode(whole))
    except (msgspec.MsgspecError, RecursionError):
        return None
    number, unit, comparator = value.value, _unit(value), value.comparator
    if number.__class__ is not Decimal:  # one that is Decimal has been looked at by `json_number`
        number = number_of(number)
    if number is None or unit in TITRE_UNITS:
        return None
    shown, interval = str(number), exactly(number)
    if comparator is not None:
        if comparator not in COMPARATORS:
            return None
        shown, interval = comparator + shown, signed(comparator, number)
    measured = new(Quantity, (interval, unit, shown))
    return new(Reading, (measured, None, shown, None, said, limits, False, None, False, None, ()))


def _unit(value: Amount) -> str | None:
    """The unit to look up, as `texts.unit_of`."""
    return value.code if value.code and value.system == UCUM else value.unit or value.code or None


def _coded(
    value: Concept, terminology: Terminology, said: frozenset[str], limits: ReferenceRange | None
) -> Reading | None:
    """A code that means one thing (`positive`); None where none does, or several things."""
    codes = tuple(
        (terminology.system(c.system), c.code) for c in value.coding if c.system is not None and c.code is not None
    )
    meanings = {terminology.qualifier(system, code) for system, code in codes} - {None}
    if len(meanings) != 1 or NO_RESULT in meanings:
        return None
    return Reading(None, meanings.pop(), value.said(), None, said, limits, codes=codes)


def _written(
    value: str, terminology: Terminology, said: frozenset[str], limits: ReferenceRange | None
) -> Reading | None:
    """A text that says something (`Negative`, `1:320`)."""
    found = parse_value(value, terminology)
    if found.meaning == NO_RESULT or found == _SAID_NOTHING:
        return None
    return Reading(found.quantity, found.meaning, value, found.titre, said, limits)


def _limits(item: Limits) -> ReferenceRange | None:
    """Both limits or one, in one unit; None for anything else."""
    low, high, least, most = item.low, item.high, None, None
    if high is not None:
        most, unit = high.value, _unit(high)
        if most.__class__ is not Decimal:  # as of a value
            most = number_of(most)
        if most is None:
            return None
    if low is not None:
        least = low.value
        if least.__class__ is not Decimal:
            least = number_of(least)
        if least is None:
            return None
        if most is None:
            unit = _unit(low)
        elif least > most or _unit(low) != unit:
            return None
    elif most is None:
        return None
    return new(ReferenceRange, (least, most, unit, item.text, False, False))


def _interpreted(items: list[Concept], terminology: Terminology) -> frozenset[str] | None:
    """The meaning of one interpretation by its one code; None for anything else."""
    if len(items) != 1 or len(items[0].coding) != 1 or not items[0].coding[0].code:
        return None
    meaning = terminology.qualifier("interpretation", items[0].coding[0].code.upper())
    return None if meaning is None else frozenset((meaning,))
