"""A gap of a few days joins two courses of a drug, not their doses (criteria.md decisions 20, 53)."""

from datetime import date
from typing import Any

import pytest

from cds_service.screening import evaluate_bundle

UCUM = "http://unitsofmeasure.org"
Json = dict[str, Any]


def course(name: str, mg: int, start: str, end: str | None) -> Json:
    """A statement of so many milligrams of prednisone a day."""
    return {
        "resourceType": "MedicationStatement",
        "id": name,
        "status": "completed" if end else "active",
        "medicationCodeableConcept": {"text": "prednisone"},
        "subject": {"reference": "Patient/p1"},
        "effectivePeriod": {"start": start, "end": end} if end else {"start": start},
        "dosage": [
            {
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                "route": {"text": "oral"},
                "doseAndRate": [{"doseQuantity": {"value": mg, "unit": "mg", "system": UCUM, "code": "mg"}}],
            }
        ],
    }


def stability(*courses: Json) -> tuple[str, str | None]:
    """What NCT06711146 I4d (eight weeks of steroid, stable for more than two) says on 1 November 2026."""
    snomed = "http://snomed.info/sct"
    sle = {
        "resourceType": "Condition",
        "id": "sle",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": snomed, "code": "55464009"}]},
        "onsetDateTime": "2019-05-10",
    }
    patient = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1992-03-04"}
    entries = [{"resource": resource} for resource in (patient, sle, *courses)]
    found = evaluate_bundle({"resourceType": "Bundle", "type": "collection", "entry": entries}, date(2026, 11, 1))
    trial = next(t for t in found["trials"] if t["id"] == "NCT06711146")
    answer = next(c for c in trial["criteria"] if c["id"] == "I4d")
    return answer["status"], answer["until"]


@pytest.mark.parametrize("last_of_ten", ["2026-10-15", "2026-10-16", "2026-10-18"])
def test_another_dose_after_a_short_gap_is_a_change_on_its_first_day(last_of_ten: str) -> None:
    # 16 October is the day before the window opens: then the window begins inside the gap.
    low, high = course("low", 10, "2026-01-10", last_of_ten), course("high", 20, "2026-10-20", None)
    assert stability(low, high) == ("fail", "2026-11-04")


@pytest.mark.parametrize("last_of_first", ["2026-10-15", "2026-10-16", "2026-10-18"])
def test_the_same_dose_after_a_short_gap_is_stable(last_of_first: str) -> None:
    first, again = course("first", 10, "2026-01-10", last_of_first), course("again", 10, "2026-10-20", None)
    assert stability(first, again) == ("pass", None)
