"""Hook bodies of a given size: a quarter of the Observations relevant, over at least 30 concepts with repeats.

Codes come from the mappings, never from memory; the irrelevant ones carry a code that no table knows.
"""

import json
from datetime import date, timedelta
from typing import Any

from cds_service.terminology import Terminology, load

AS_OF = date(2026, 11, 1)
PATIENT = "bench-1"
CONCEPTS = 32
CONDITIONS = 30
DRUG_RECORDS = 60
_SUBJECT = {"reference": f"Patient/{PATIENT}"}
_LOINC = "http://loinc.org"


def body(observations: int, *, lupus: bool = True) -> bytes:
    """One patient-view call with everything in the prefetch."""
    terminology = load()
    drugs = _drugs(terminology)
    half = len(drugs) // 2
    prefetch: dict[str, Any] = {
        "patient": {"resourceType": "Patient", "id": PATIENT, "gender": "female", "birthDate": "1992-03-04"},
        "conditions": _bundle(_conditions(terminology, lupus)),
        "observations1": _bundle(_observations(terminology, observations)),
        "medicationRequests": _bundle(drugs[:half]),
        "medicationStatements": _bundle(drugs[half:]),
    }
    from cds_service.fhir.templates import templates

    for template in templates(terminology):
        prefetch.setdefault(template.key, None)
    return json.dumps(
        {
            "hook": "patient-view",
            "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "context": {"userId": "Practitioner/p", "patientId": PATIENT},
            "prefetch": prefetch,
        }
    ).encode()


def _bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(resources),
        "entry": [
            {
                "fullUrl": f"https://ehr.example.org/fhir/{r['resourceType']}/{r['id']}",
                "resource": r,
                "search": {"mode": "match"},
            }
            for r in resources
        ],
    }


def _quantities(terminology: Terminology) -> list[tuple[str, str, str]]:
    """(concept, LOINC code, canonical unit) of measured concepts, one code each."""
    found: dict[str, tuple[str, str, str]] = {}
    for system, code in sorted(terminology.codes):
        entry = terminology.lab(system, code) if system == "loinc" else None
        if entry is None or entry.concept in found:
            continue
        concept = terminology.concepts[entry.concept]
        if concept.kind == "quantity" and concept.canonical_unit:
            found[entry.concept] = (entry.concept, code, concept.canonical_unit)
    return list(found.values())[:CONCEPTS]


def _observations(terminology: Terminology, n: int) -> list[dict[str, Any]]:
    known = _quantities(terminology)
    resources = []
    for i in range(n):
        day = AS_OF - timedelta(days=3 + i % 400)
        if i % 4 == 0:
            _, code, unit = known[(i // 4) % len(known)]
        else:
            code, unit = f"irrelevant-{i % 97}", "mmol/L"
        resources.append(
            {
                "resourceType": "Observation",
                "id": f"o{i}",
                "meta": {"versionId": "1", "lastUpdated": f"{day.isoformat()}T09:00:00.000+00:00"},
                "status": "final",
                "category": [
                    {
                        "coding": [
                            {
                                "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                "code": "laboratory",
                                "display": "Laboratory",
                            }
                        ]
                    }
                ],
                "code": {"coding": [{"system": _LOINC, "code": code, "display": f"Result {i % 97}"}], "text": "Result"},
                "subject": _SUBJECT,
                "encounter": {"reference": f"Encounter/e{i % 40}"},
                "effectiveDateTime": f"{day.isoformat()}T08:30:00+00:00",
                "issued": f"{day.isoformat()}T09:00:00.000+00:00",
                "valueQuantity": {
                    "value": 40.5,
                    "unit": unit,
                    "system": "http://unitsofmeasure.org",
                    "code": unit,
                },
                "referenceRange": [{"low": {"value": 10, "unit": unit}, "high": {"value": 90, "unit": unit}}],
            }
        )
    return resources


def _conditions(terminology: Terminology, lupus: bool) -> list[dict[str, Any]]:
    system, sle = terminology.code_of_finding("sle")
    resources = []
    for i in range(CONDITIONS):
        code = sle if lupus and i == 0 else f"Z{i:02}.999"
        resources.append(
            {
                "resourceType": "Condition",
                "id": f"c{i}",
                "clinicalStatus": {
                    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
                },
                "code": {
                    "coding": [{"system": terminology.uri(system), "code": code}],
                    "text": f"Diagnosis {i}",
                },
                "subject": _SUBJECT,
                "onsetDateTime": "2019-05-04",
                "recordedDate": "2019-05-04",
            }
        )
    return resources


def _drugs(terminology: Terminology) -> list[dict[str, Any]]:
    """Half orders, half statements; a third of them drugs that the criteria ask for."""
    wanted = [
        (code, name)
        for system, code in sorted(terminology.codes)
        if system == "rxnorm" and (entry := terminology.drug_code(system, code)) is not None
        for name in entry.ingredients[:1]
        if name in ("prednisone", "hydroxychloroquine", "mycophenolate mofetil", "belimumab")
    ] or [("0", "prednisone")]
    resources = []
    for i in range(DRUG_RECORDS):
        statement = i >= DRUG_RECORDS // 2
        code, name = wanted[i % len(wanted)] if i % 3 == 0 else (f"9{i:06}", f"Drug {i}")
        day = (AS_OF - timedelta(days=200 + i)).isoformat()
        resource: dict[str, Any] = {
            "resourceType": "MedicationStatement" if statement else "MedicationRequest",
            "id": f"m{i}",
            "status": "active" if i % 2 else "completed",
            "medicationCodeableConcept": {
                "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": code, "display": name}],
                "text": name,
            },
            "subject": _SUBJECT,
        }
        dosage = [
            {
                "text": "1 tablet daily",
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg", "code": "mg"}}],
            }
        ]
        if statement:
            resource |= {"effectivePeriod": {"start": day, "end": AS_OF.isoformat()}, "dosage": dosage}
        else:
            resource |= {"intent": "order", "authoredOn": day, "dosageInstruction": dosage}
        resources.append(resource)
    return resources
