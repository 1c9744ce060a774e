"""Charts for the live tests, of codes of our own mappings."""

from datetime import date, timedelta
from typing import Any

Json = dict[str, Any]
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SLE = {"coding": [{"system": "http://snomed.info/sct", "code": "55464009"}]}
CREATININE = "2160-0"
PREDNISONE = "8640"


def patient(who: str, **more: Any) -> Json:
    return {"resourceType": "Patient", "id": who, "gender": "female", "birthDate": "1992-03-04", **more}


def condition(who: str, number: int = 1, code: Json | None = None, **more: Any) -> Json:
    return {"resourceType": "Condition", "id": f"{who}-c{number}", "subject": {"reference": f"Patient/{who}"},
            "code": code or SLE, "onsetDateTime": "2019-05-10", "recordedDate": "2019-05-20", **more}


def creatinine(who: str, number: int, day: str | None = "2026-10-01", value: Any = 0.8, **more: Any) -> Json:
    found = {"resourceType": "Observation", "id": f"{who}-o{number:05}", "status": "final",
             "subject": {"reference": f"Patient/{who}"}, "effectiveDateTime": day,
             "code": {"coding": [{"system": LOINC, "code": CREATININE}]},
             "valueQuantity": {"value": value, "unit": "mg/dL", "system": "http://unitsofmeasure.org",
                               "code": "mg/dL"}, **more}  # fmt: skip
    return {key: element for key, element in found.items() if element is not None}


def creatinines(who: str, number: int) -> list[Json]:
    """One a day, the newest on 1 October 2026, no two values of a week alike."""
    first = date(2026, 10, 1)
    return [creatinine(who, n, (first - timedelta(days=n)).isoformat(), 0.7 + n % 7 / 10) for n in range(number)]


def medication(who: str, number: int, code: str = PREDNISONE) -> Json:
    return {"resourceType": "Medication", "id": f"{who}-m{number}",
            "code": {"coding": [{"system": RXNORM, "code": code}]}}


def order(who: str, number: int, **more: Any) -> Json:
    return {"resourceType": "MedicationRequest", "id": f"{who}-r{number}", "status": "active", "intent": "order",
            "subject": {"reference": f"Patient/{who}"}, "authoredOn": "2025-01-01",
            "medicationReference": {"reference": f"Medication/{who}-m{number}"}, **more}


def lupus(who: str) -> list[Json]:
    """A patient with SLE."""
    return [patient(who), condition(who)]
