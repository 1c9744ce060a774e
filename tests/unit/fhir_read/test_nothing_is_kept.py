"""Nothing that a person wrote of a patient outlives the call: no cache of ours holds it (SECURITY.md)."""

import gc
import json
import time
import uuid
from datetime import date
from typing import Any

import msgspec
import pytest

from cds_service.cards import cards_for
from cds_service.fhir.gather import gather
from cds_service.kernel.paths import data_dir
from cds_service.screening import as_json, screen
from cds_service.terminology import load
from cds_service.web.envelope import read_envelope

AS_OF = date(2026, 11, 1)
WRITTEN = frozenset((
    "text", "display", "family", "given", "div", "patientInstruction", "unit", "line", "city", "valueString", "comment",
    "description", "title", "note", "author",
))  # fmt: skip
"""Elements in which people write."""
KEYS = {
    "Condition": "conditions", "Observation": "observations1", "MedicationRequest": "medicationRequests",
    "MedicationStatement": "medicationStatements", "MedicationAdministration": "medicationAdministrations",
    "MedicationDispense": "medicationDispenses", "Procedure": "procedures", "Immunization": "immunizations",
    "AllergyIntolerance": "allergies", "Encounter": "oldestEncounter", "Medication": "medicationRequests",
}  # fmt: skip


def marked(node: Any, mark: str, inside: bool = False) -> Any:
    """A resource with the mark in all that a person wrote, and in notes where there were none."""
    if isinstance(node, dict):
        more = {"note": [{"text": mark}]} if "resourceType" in node else {}
        return {k: marked(v, mark, k in WRITTEN) for k, v in (more | node).items()}
    if isinstance(node, list):
        return [marked(item, mark, inside) for item in node]
    return f"{node} {mark}" if inside and isinstance(node, str) else node


def odd(mark: str, patient: str) -> list[dict[str, Any]]:
    """Resources whose free text stands where codes, dates and names of tests belong."""
    mark = f"said {mark}"
    creatinine = {"coding": [{"system": "http://loinc.org", "code": "2160-0"}], "text": mark}
    about = {"status": "final", "subject": {"reference": f"Patient/{patient}"}}
    return [
        {"resourceType": "Observation", "id": "a", "code": creatinine, "effectiveDateTime": f"2026-10-01T{mark}",
         "valueString": mark} | about,
        {"resourceType": "Observation", "id": "b", "code": {"text": f"SLEDAI-2K {mark}"}, "valueInteger": 9,
         "effectiveDateTime": "2026-10-01"} | about,
        {"resourceType": "Observation", "id": "c", "code": creatinine, "effectiveDateTime": "2026-10-02",
         "valueQuantity": {"value": 1, "unit": mark}, "interpretation": [{"text": mark}]} | about,
        {"resourceType": "Condition", "id": "d", "code": {"text": f"stroke {mark}"}, "onsetDateTime": mark,
         "clinicalStatus": {"text": mark}, "severity": {"text": mark}, "stage": [{"summary": {"text": mark}}]},
        {"resourceType": "MedicationStatement", "id": "e", "status": "active", "effectiveDateTime": "2026-10-02",
         "medicationCodeableConcept": {"text": f"prednisone {mark}"}, "reasonCode": [{"text": f"lupus {mark}"}],
         "dosage": [{"text": mark, "route": {"text": mark}, "timing": {"code": {"text": mark}}}]},
        {"resourceType": "MedicationRequest", "id": "f", "status": "active", "intent": "order",
         "medicationReference": {"display": f"rituximab {mark}"}, "authoredOn": "2026-10-02"},
    ]  # fmt: skip


def call(fixture: str, mark: str) -> bytes:
    """A hook call with the mark everywhere."""
    bundle = json.loads((data_dir("fixtures") / "patients" / f"{fixture}.json").read_bytes())
    resources = [marked(entry["resource"], mark) for entry in bundle["entry"]]
    patient = next(r for r in resources if r["resourceType"] == "Patient")
    groups: dict[str, list[Any]] = {key: [] for key in KEYS.values()}
    for resource in [*resources, *odd(mark, patient["id"])]:
        if resource["resourceType"] in KEYS:
            groups[KEYS[resource["resourceType"]]].append({"resource": resource})
    prefetch = {k: {"resourceType": "Bundle", "type": "searchset", "entry": entries} for k, entries in groups.items()}
    return json.dumps({
        "hook": "patient-view", "hookInstance": str(uuid.uuid4()), "prefetch": {"patient": patient, **prefetch},
        "context": {"userId": "Practitioner/p", "patientId": patient["id"]},
    }, ensure_ascii=False).encode()  # fmt: skip


def answered(fixture: str, mark: str) -> bool:
    """Answer one call; says whether the chart held the mark, so that the test cannot pass by reading nothing."""
    envelope = read_envelope(call(fixture, mark))
    terminology, deadline = load(), time.monotonic() + 5
    who, sent = envelope.context.patientId, envelope.prefetch or {}
    chart = gather(who, sent, None, terminology=terminology, as_of=AS_OF, deadline=deadline).chart
    assert chart is not None
    screening = screen(chart)
    text = json.dumps([as_json(screening), cards_for(screening)], default=str) + repr(chart.exposures)
    return mark in text


def kept(mark: str) -> list[str]:
    """What still holds the mark, by the type of its owner: everything that is reachable is looked at."""
    gc.collect()
    encoded = mark.encode()
    seen: set[int] = set()
    queue: list[Any] = gc.get_objects()
    own = (id(queue), id(seen))
    found = []
    while queue:
        node = queue.pop()
        if id(node) in seen or id(node) in own:
            continue
        seen.add(id(node))
        for other in gc.get_referents(node):
            if isinstance(other, str):
                held = other != mark and mark in other
            elif isinstance(other, bytes | bytearray | msgspec.Raw):
                held = bytes(other) != encoded and encoded in bytes(other)
            else:
                held = False
                if id(other) not in seen and not isinstance(other, int | float | type(None)):
                    queue.append(other)
            if held:
                found.append(f"{type(node).__name__} → {type(other).__name__}")
    return found


@pytest.mark.parametrize("fixture", ["amira-34", "qiuyan-29"])
def test_nothing_that_was_written_of_a_patient_is_held_after_the_call(fixture: str) -> None:
    answered(fixture, uuid.uuid4().hex[:12])  # what is loaded at the first use
    mark = uuid.uuid4().hex[:12]
    assert answered(fixture, mark)
    assert kept(mark) == []


CACHE: dict[int, Any] = {}


def test_the_search_finds_what_a_cache_would_keep() -> None:
    mark = uuid.uuid4().hex[:12]
    CACHE.update({1: (f"a name, {mark}",), 2: f"b {mark}".encode()})
    assert len(kept(mark)) == 2
    CACHE.clear()
    assert kept(mark) == []
