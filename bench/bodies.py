"""Hook bodies of a given size: a quarter of the Observations relevant, over at least 30 concepts with repeats.

The relevant records are those of a fixture (a woman with lupus whom trials fit), repeated at earlier dates; the rest
carries codes that no table knows. With 50 Observations the quarter is twelve, each of another concept.
"""

import copy
import json
from datetime import date, timedelta
from typing import Any

from cds_service.cli.common import fixture
from cds_service.fhir.templates import templates
from cds_service.terminology import load

AS_OF = date(2026, 11, 1)
FIXTURE = "amira-34"
CONDITIONS = 30
DRUG_RECORDS = 60
_LEFT_OUT = ("hcg_serum", "cd4_abs")
"""Concepts that are left out, so that the card has something to check."""

Resource = dict[str, Any]


def body(observations: int, *, lupus: bool = True) -> bytes:
    """One patient-view call with everything in the prefetch."""
    path = fixture(FIXTURE)
    if path is None:
        raise SystemExit(f"the fixture {FIXTURE} is missing")
    chart: dict[str, list[Resource]] = {}
    for entry in json.loads(path.read_bytes())["entry"]:
        chart.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    drugs = _drugs(chart)
    prefetch: dict[str, Any] = {template.key: None for template in templates(load())}
    prefetch |= {
        "patient": chart["Patient"][0],
        "conditions": _bundle(_conditions(chart["Condition"] if lupus else [])),
        "observations1": _bundle(_observations(chart["Observation"], observations)),
        "medicationRequests": _bundle([d for d in drugs if d["resourceType"] == "MedicationRequest"]),
        "medicationStatements": _bundle([d for d in drugs if d["resourceType"] == "MedicationStatement"]),
        "medicationAdministrations": _bundle([d for d in drugs if d["resourceType"] == "MedicationAdministration"]),
        "procedures": _bundle(chart["Procedure"]),
        "oldestEncounter": _bundle(chart["Encounter"][:1]),
    }
    context = {"userId": "Practitioner/p", "patientId": FIXTURE}
    instance = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
    call = {"hook": "patient-view", "hookInstance": instance, "context": context, "prefetch": prefetch}
    return json.dumps(call, ensure_ascii=False).encode()


def _bundle(resources: list[Resource]) -> Resource:
    entries = [
        {
            "fullUrl": f"https://ehr.example.org/fhir/{r['resourceType']}/{r['id']}",
            "resource": r,
            "search": {"mode": "match"},
        }
        for r in resources
    ]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


def concepts(resources: list[Resource]) -> set[str]:
    """The concepts that these Observations measure."""
    return {c for r in resources if (c := _concept(r)) is not None}


def _concept(resource: Resource) -> str | None:
    terminology = load()
    for coding in resource["code"].get("coding", ()):
        found = terminology.lab(terminology.system(coding.get("system", "")), coding.get("code", ""))
        if found is not None:
            return found.concept
    return terminology.score_name(resource["code"].get("text") or "")


def _observations(recorded: list[Resource], n: int) -> list[Resource]:
    """Newest first, as a server sends them: every fourth relevant."""
    newest: dict[str, list[Resource]] = {}
    for resource in sorted(recorded, key=lambda r: str(r["effectiveDateTime"]), reverse=True):
        concept = _concept(resource)
        if concept is not None and concept not in _LEFT_OUT:
            newest.setdefault(concept, []).append(resource)
    firsts = [group[0] for group in newest.values()]
    relevant = [*firsts, *(r for group in newest.values() for r in group[1:])][: n // 4]
    while len(relevant) < n // 4:
        i = len(relevant)
        relevant.append(_earlier(firsts[i % len(firsts)], f"again-{i}", 30 * (1 + i // len(firsts))))
    other = [_irrelevant(i, firsts[i % len(firsts)]) for i in range(n - len(relevant))]
    whole = sorted([*relevant, *other], key=lambda r: str(r["effectiveDateTime"]), reverse=True)
    return whole[:n]


def _earlier(resource: Resource, identifier: str, days: int) -> Resource:
    again = copy.deepcopy(resource)
    written = str(resource["effectiveDateTime"])
    day = date.fromisoformat(written[:10]) - timedelta(days)
    return again | {"id": identifier, "effectiveDateTime": day.isoformat() + written[10:]}


def _irrelevant(i: int, like: Resource) -> Resource:
    other = _earlier(like, f"other-{i}", i % 700)
    other["code"] = {
        "coding": [{"system": "http://loinc.org", "code": f"no-code-{i % 97}", "display": f"Another result {i % 97}"}],
        "text": f"Another result {i % 97}",
    }
    return other


def _conditions(recorded: list[Resource]) -> list[Resource]:
    found = list(recorded)
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    for i in range(CONDITIONS - len(found)):
        code = {
            "system": "http://hl7.org/fhir/sid/icd-10-cm",
            "code": f"Q{i:02}.999",
            "display": f"Another finding {i}",
        }
        found.append(
            {
                "resourceType": "Condition",
                "id": f"other-{i}",
                "clinicalStatus": active,
                "code": {"coding": [code], "text": f"Another finding {i}"},
                "subject": {"reference": f"Patient/{FIXTURE}"},
                "onsetDateTime": "2019-05-04",
                "recordedDate": "2019-05-04",
            }
        )
    return found


def _drugs(chart: dict[str, list[Resource]]) -> list[Resource]:
    """All drug records of the fixture, and others to make up the number."""
    kinds = ("MedicationRequest", "MedicationStatement", "MedicationAdministration")
    found = [r for kind in kinds for r in chart.get(kind, ())]
    for i in range(DRUG_RECORDS - len(found)):
        day = (AS_OF - timedelta(200 + i)).isoformat()
        code = {
            "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
            "code": f"9{i:06}",
            "display": f"Another drug {i}",
        }
        timing = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}
        dose = [{"doseQuantity": {"value": 5, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}]
        found.append(
            {
                "resourceType": "MedicationRequest",
                "id": f"other-{i}",
                "status": "active" if i % 2 else "completed",
                "intent": "order",
                "medicationCodeableConcept": {"coding": [code], "text": f"Another drug {i}"},
                "subject": {"reference": f"Patient/{FIXTURE}"},
                "authoredOn": day,
                "dosageInstruction": [{"text": "1 tablet daily", "timing": timing, "doseAndRate": dose}],
            }
        )
    return found
