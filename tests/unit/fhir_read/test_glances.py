"""What nobody asks for says at a glance how far back the chart reaches, as it does when it is read."""

import itertools
import json
from datetime import date
from typing import Any

import pytest

from cds_service.fhir.kinds import readers
from cds_service.fhir.reader import ChartReader
from cds_service.terminology import load

AS_OF = date(2026, 11, 1)
_numbers = itertools.count()
DRUG: dict[str, list[dict[str, Any]]] = {
    "MedicationRequest": [
        {"authoredOn": "2020-01-02", "intent": intent, "status": status, **more}
        for intent in ("order", "plan", "proposal", None)
        for status in ("active", "draft", None)
        for more in ({}, {"doNotPerform": True}, {"reportedBoolean": True}, {"reportedReference": {"display": "she"}})
    ] + [{"intent": "order"}, {"intent": "order", "authoredOn": "soon"}],
    "MedicationStatement": [{"status": "active", "effectiveDateTime": "2020-01-02"}],
    "MedicationAdministration": [
        {"status": "completed", "effectiveDateTime": "2020-01-02"},
        {"status": "not-done", "effectiveDateTime": "2020-01-02"},
        {"status": "completed", "effectivePeriod": {"start": "2020-01-02"}},
    ],
    "MedicationDispense": [
        {"status": "completed", "whenHandedOver": "2020-01-02"},
        {"status": "declined", "whenHandedOver": "2020-01-02"},
        {"status": "completed", "whenPrepared": "2020-01-02"},
        {"status": "in-progress", "whenPrepared": "2020-01-02"},
        {"status": "completed", "whenHandedOver": "soon", "whenPrepared": "2020-01-02"},
    ],
}  # fmt: skip
CONDITION: list[dict[str, Any]] = [
    {"recordedDate": "2020-01-02"},
    {"recordedDate": "2020-01-02", "onsetDateTime": "2019-01-01"},
    {"recordedDate": "2020-01-02", "onsetDateTime": "2031-01-01"},
    {"recordedDate": "2020-01-02", "verificationStatus": {"coding": [{"code": "refuted"}]}},
    {"recordedDate": "2020-01-02", "verificationStatus": {"coding": [{"code": "confirmed"}]}},
    {"recordedDate": "2020-01-02", "clinicalStatus": {"coding": [{"code": "active"}]}},
    {"recordedDate": "2020-01-02", "clinicalStatus": 5},
    {"recordedDate": "soon"},
    {"onsetDateTime": "2019-01-01"},
]
RECORDS = [
    *(pytest.param({"resourceType": kind, **record}, "medicationCodeableConcept", id=f"{kind}-{n}")
      for kind, records in DRUG.items() for n, record in enumerate(records)),
    *(pytest.param({"resourceType": "Condition", **record}, "code", id=f"Condition-{n}")
      for n, record in enumerate(CONDITION)),
]  # fmt: skip


def said(records: list[dict[str, Any]]) -> tuple[Any, ...]:
    """How far back the records reach, and what could not be used."""
    reader = ChartReader(load(), AS_OF)
    reader.patient(b'{"resourceType": "Patient", "id": "p"}')
    entries = [{"resource": record} for record in records]
    reader.bundle(json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries}).encode())
    chart = reader.chart()
    return chart.reach, chart.skipped, chart.exposures, chart.diagnoses, chart.unnamed_drugs


@pytest.mark.parametrize(("record", "element"), RECORDS)
def test_a_record_that_nobody_asks_for_says_the_same_at_a_glance_and_read(record: dict[str, Any], element: str) -> None:
    whole = {"id": "a"} | {k: v for k, v in record.items() if v is not None}
    new, known = ({element: {"text": f"something else, number {next(_numbers)}"}} for _ in range(2))
    plain = {"resourceType": whole["resourceType"], "status": "completed", "effectiveDateTime": "2020-01-02",
             "intent": "order", "whenHandedOver": "2020-01-02"}  # fmt: skip
    said([plain | known])
    unasked = readers().by_kind[whole["resourceType"]].unasked
    assert unasked is not None
    assert hash(json.dumps(known[element]).encode()) in unasked(load())
    assert hash(json.dumps(new[element]).encode()) not in unasked(load())
    assert said([whole | known]) == said([whole | new])


@pytest.mark.parametrize("kind", ["Condition", *DRUG])
def test_two_that_nobody_asks_for_say_together_what_they_say_when_they_are_read(kind: str) -> None:
    element = "code" if kind == "Condition" else "medicationCodeableConcept"
    records: list[dict[str, Any]] = (CONDITION if kind == "Condition" else DRUG[kind])[:12]
    known = {element: {"text": f"something else, number {next(_numbers)}"}}
    said([{"resourceType": kind, "status": "completed", "intent": "order", **known}])
    for first, second in itertools.product(records, repeat=2):
        two = [{k: v for k, v in r.items() if v is not None} | {"resourceType": kind} for r in (first, second)]
        later = two[1] | {"id": "b"}
        new = {element: {"text": f"something else, number {next(_numbers)}"}}
        assert said([two[0] | {"id": "a"} | known, later | known]) == said([two[0] | {"id": "a"} | new, later | new])


OBSERVATIONS: list[dict[str, Any]] = [
    {**about, **more}
    for about in ({"code": {"text": "x"}}, {"code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]}})
    for more in (
        {"status": "final", "effectiveDateTime": "2019-03-01"}, {"status": "amended", "effectiveDateTime": "2020"},
        {"status": "preliminary", "effectiveDateTime": "2018-03-01"}, {"status": "cancelled", "issued": "2001-01-01"},
        {"status": "final", "effectivePeriod": {"end": "2017-01-01"}}, {"status": "final"},
        {"status": "final", "effectiveDateTime": "soon"}, {"status": "final", "effectiveDateTime": "2031-01-01"},
        {"status": "final", "effectiveDateTime": "2016-02-01", "subject": {"reference": "Patient/another"}},
        {"status": "final", "effectiveDateTime": "2016-05-01", "component": None},
        {"status": "final", "effectiveDateTime": "2016-04-01", "component": [
            {"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}, "valueQuantity": {"value": 120}}]},
    )
]  # fmt: skip


def _read(*bundles: list[dict[str, Any]]) -> tuple[Any, ...]:
    reader = ChartReader(load(), AS_OF)
    reader.patient(b'{"resourceType": "Patient", "id": "p"}')
    for found in bundles:
        entries = [{"resource": {"resourceType": "Observation"} | each} for each in found]
        reader.bundle(json.dumps({"resourceType": "Bundle", "entry": entries}).encode())
    chart = reader.chart()
    return chart.reach, chart.skipped, {
        concept: [(r.reference, r.day, r.moment, r.preliminary, r.reading) for r in results]
        for concept, results in chart.results.items()
    }  # fmt: skip


def test_observations_of_one_bundle_say_what_they_say_in_two() -> None:
    for first, second in itertools.product(OBSERVATIONS, repeat=2):
        for name in ("a", "b"):  # the first of two that bear one name counts
            one, other = first | {"id": "a"}, second | {"id": name}
            assert _read([one, other]) == _read([one], [other]), (one, other)
