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
