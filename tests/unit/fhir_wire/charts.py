"""Small charts for the tests of the wire, built from codes of our own mappings."""

import json
from typing import Any

SLE = {"coding": [{"system": "http://snomed.info/sct", "code": "55464009"}]}
CREATININE = "2160-0"


def patient(identifier: str = "p1", **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": identifier, "gender": "female", "birthDate": "1992-03-04", **more}


def condition(identifier: str = "c1", code: dict[str, Any] | None = None, who: str = "p1") -> dict[str, Any]:
    return {"resourceType": "Condition", "id": identifier, "subject": {"reference": f"Patient/{who}"},
            "code": code or SLE, "onsetDateTime": "2019-05-10", "recordedDate": "2019-05-20"}


def creatinine(identifier: str, day: str, value: float = 0.8, who: str = "p1") -> dict[str, Any]:
    return {"resourceType": "Observation", "id": identifier, "status": "final",
            "subject": {"reference": f"Patient/{who}"}, "effectiveDateTime": day,
            "code": {"coding": [{"system": "http://loinc.org", "code": CREATININE}]},
            "valueQuantity": {"value": value, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"}}


def order(identifier: str, medication: str) -> dict[str, Any]:
    return {"resourceType": "MedicationRequest", "id": identifier, "status": "active", "intent": "order",
            "subject": {"reference": "Patient/p1"}, "authoredOn": "2025-01-01",
            "medicationReference": {"reference": medication}}


def prednisone(identifier: str) -> dict[str, Any]:
    return {"resourceType": "Medication", "id": identifier,
            "code": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "8640"}]}}


def bundle(*resources: dict[str, Any], kind: str = "searchset", **more: Any) -> bytes:
    entries = [{"resource": r} for r in resources]
    return json.dumps({"resourceType": "Bundle", "type": kind, **more, "entry": entries}).encode()


def outcome(severity: str = "error", code: str = "processing") -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


def raw(resource: dict[str, Any]) -> bytes:
    return json.dumps(resource).encode()


CHART = bundle(
    patient(), condition(), *(creatinine(f"o{n}", f"2026-09-{n:02d}") for n in range(1, 11)),
    order("m1", "Medication/med1"), prednisone("med1"), kind="collection",
)
