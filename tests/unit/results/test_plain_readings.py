"""The straight road of common Observations says what the lenient one says, or nothing at all."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import msgspec
import pytest

from cds_service.chart.facts import Patient
from cds_service.fhir.read.observed import ObservationHead
from cds_service.fhir.read.plainly import plain_reading
from cds_service.fhir.read.values import lenient_reading
from cds_service.kernel.dates import parse_date

from .making import AS_OF, INTERPRETATION, SYSTEMS, TERMINOLOGY, UCUM

ANNA = Patient("Patient/anna", parse_date("1990-05-02"), "female", None, False)

_UNITS: list[dict[str, Any]] = [
    {}, {"unit": "U/L"}, {"unit": "IU/L", "system": UCUM, "code": "U/L"}, {"code": "U/L"}, {"unit": ""}, {"unit": 7},
    {"unit": "{titer}"}, {"system": UCUM},
]  # fmt: skip
_NUMBERS: list[Any] = [22, 0, -1, 1.50, 3.10, 10**40, 1e300, "22", True, None]
QUANTITIES = [
    {"valueQuantity": {"value": n, **u, **c}}
    for n, u, c in product(_NUMBERS, _UNITS, ({}, {"comparator": "<"}, {"comparator": "~"}))
]
SNOMED = SYSTEMS["snomed"]
OTHERS: list[dict[str, Any]] = [
    {}, {"valueQuantity": None}, {"valueQuantity": 5}, {"valueQuantity": {}}, {"valueInteger": 8},
    {"valueInteger": 8.5}, {"valueInteger": True}, {"valueBoolean": True}, {"valueString": "1:320"},
    {"valueString": "阳性"}, {"valueString": " "},
    {"valueString": "<0.3 mg/dL"}, {"valueString": "not performed"}, {"valueString": "see comment"}, {"valueString": 5},
    {"valueString": "Negative", "valueInteger": 5}, {"valueQuantity": {"value": 5}, "valueDateTime": "2026"},
    {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "10828004"}]}},
    {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "10828004"}, {"system": SNOMED, "code": "1"}]}},
    {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": c} for c in ("10828004", "260385009")]}},
    {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": 5}], "text": "positive"}},
    {"valueCodeableConcept": {"text": "阴性"}}, {"valueCodeableConcept": []},
    {"valueQuantity": {"value": 5, "unit": "%"}, "method": {"text": "MUGA"}},
    {"valueQuantity": {"value": 5}, "component": []}, {"valueQuantity": {"value": 5}, "component": None},
    {"valueQuantity": {"value": 5}, "valueBoolean": None}, {"valueQuantity": {"value": 5}, "valueString": None},
    {"valueString": "1:320", "valueQuantity": None}, {"valueInteger": 8, "valueRange": None},
    {"valueQuantity": {"value": 5}, "referenceRange": None, "interpretation": None},
]  # fmt: skip
_SIDES: list[Any] = [None, 5, {"value": 7, "unit": "U/L"}, {"value": 40, "unit": "U/L"}, {"value": 40}, {"unit": "U/L"}]
RANGES: list[Any] = [
    *([{"low": low, "high": high, "text": "normal"}] for low, high in product(_SIDES, _SIDES)),
    None, [], 5, [5], [{"text": "0-40"}], [{"text": 5, "high": {"value": 3}}], [{"high": {"value": 3}, "type": None}],
    [{"high": {"value": 3}, "appliesTo": [{"text": "male"}]}], [{"high": {"value": 3}, "age": {"low": {"value": 80}}}],
    [{"high": {"value": 3}}, {"high": {"value": 4}}],
]  # fmt: skip
INTERPRETATIONS: list[Any] = [
    None, [], 5, [5], {"text": "High"}, [{"text": "正常"}], [{"coding": [{"system": INTERPRETATION, "code": "H"}]}],
    [{"coding": [{"code": "n"}]}], [{"coding": [{"code": "?"}], "text": "low"}],
    [{"coding": [{"code": "H"}, {"code": "L"}]}],
    [{"coding": [{"code": "H"}]}, {"coding": [{"code": "POS"}]}], [{"coding": [{"code": 3}]}],
]  # fmt: skip
FIVE = {"valueQuantity": {"value": 5, "unit": "U/L"}}
ELEMENTS = [
    *QUANTITIES,
    *OTHERS,
    *({**FIVE, "referenceRange": r} for r in RANGES),
    *({**FIVE, "interpretation": i} for i in INTERPRETATIONS),
    *({"valueString": "1:80", "interpretation": i, "referenceRange": RANGES[7]} for i in INTERPRETATIONS),
]


def _both(element: dict[str, Any]) -> tuple[Any, Any]:
    raw = msgspec.Raw(json.dumps({"resourceType": "Observation", **element}).encode())
    head = msgspec.json.decode(raw, type=ObservationHead)
    return plain_reading(head, TERMINOLOGY), lenient_reading(raw, "alt", TERMINOLOGY, ANNA, AS_OF)


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda e: json.dumps(e, ensure_ascii=True)[:90])
def test_the_straight_road_says_what_the_lenient_one_says_or_nothing(element) -> None:
    plain, lenient = _both(element)
    assert plain is None or plain == lenient


@pytest.mark.parametrize(
    "element",
    [
        FIVE,
        {**FIVE, "referenceRange": [{"low": {"value": 7}, "high": {"value": 40}}]} | {"valueQuantity": {"value": 22}},
        {**FIVE, "interpretation": [{"coding": [{"code": "H"}]}]},
        {"valueQuantity": {"value": 0.3, "comparator": "<", "unit": "mg/dL"}},
        {"valueString": "1:320"},
        {"valueInteger": 8},
        {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "10828004"}]}},
    ],
    ids=["quantity", "with a range", "with a flag", "below a limit", "titre", "whole number", "coded"],
)
def test_the_common_observation_takes_the_straight_road(element) -> None:
    assert _both(element)[0] is not None


@pytest.mark.parametrize(
    "number", ["0", "-0", "0.10", "12.50", "0.000001", "0.0000001", "1E2", "1e-3", "-0.5", "123456789012345", "1" * 61]
)
def test_a_number_is_shown_as_the_lenient_road_shows_it(number: str) -> None:
    for element in ('"valueInteger":%s', '"valueQuantity":{"value":%s}',
                    '"valueInteger":7,"referenceRange":[{"low":{"value":%s}}]'):  # fmt: skip
        raw = msgspec.Raw(('{"resourceType":"Observation",' + element % number + "}").encode())
        plain = plain_reading(msgspec.json.decode(raw, type=ObservationHead), TERMINOLOGY)
        lenient = lenient_reading(raw, "alt", TERMINOLOGY, ANNA, AS_OF)
        assert plain is None or (plain, str(plain)) == (lenient, str(lenient))
