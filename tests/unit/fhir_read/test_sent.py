"""A prefetch is decoded with its call where all of it is as it should be, else key by key: both roads say the same."""

import json
import time
from datetime import date
from typing import Any

import msgspec
import pytest

from cds_service.cards import cards_for
from cds_service.fhir.beside import points
from cds_service.fhir.gather import Gathered, gather
from cds_service.fhir.sent import Sent
from cds_service.fhir.templates import templates
from cds_service.kernel.errors import InputError
from cds_service.kernel.paths import data_dir
from cds_service.screening import as_json, screen
from cds_service.terminology import load
from cds_service.web.envelope import MOST_KEYS, Envelope, read_envelope

AS_OF = date(2026, 11, 1)
FIXTURES = sorted(p.stem for p in (data_dir("fixtures") / "patients").glob("*.json"))
KEYS = {
    "Condition": "conditions", "Observation": "observations1", "MedicationRequest": "medicationRequests",
    "MedicationStatement": "medicationStatements", "MedicationAdministration": "medicationAdministrations",
    "MedicationDispense": "medicationDispenses", "Procedure": "procedures", "Immunization": "immunizations",
    "AllergyIntolerance": "allergies", "Encounter": "oldestEncounter", "Medication": "medicationRequests",
}  # fmt: skip
Prefetch = dict[str, Any]


def prefetch(fixture: str) -> Prefetch:
    """Everything of a fixture, every other key looked for and empty."""
    bundle = json.loads((data_dir("fixtures") / "patients" / f"{fixture}.json").read_bytes())
    sent: Prefetch = {template.key: None for template in templates(load())}
    for resource in [entry["resource"] for entry in bundle["entry"]]:
        kind = resource["resourceType"]
        if kind == "Patient":
            sent["patient"] = resource
        elif kind in KEYS:
            answer = sent[KEYS[kind]] or {"resourceType": "Bundle", "type": "searchset", "entry": []}
            answer["entry"].append({"fullUrl": f"https://e.org/{kind}/{resource.get('id')}", "resource": resource})
            sent[KEYS[kind]] = answer
    return sent


def called(sent: Prefetch) -> tuple[Envelope, Envelope]:
    """The same call decoded at once, and with its prefetch raw."""
    patient = (sent.get("patient") or {}).get("id", "p")
    call = {"hook": "patient-view", "hookInstance": "i", "prefetch": sent,
            "context": {"userId": "Practitioner/p", "patientId": patient}}  # fmt: skip
    body = json.dumps(call).encode()
    return read_envelope(body), msgspec.json.decode(body, type=Envelope)


def answered(envelope: Envelope) -> Any:
    terminology, deadline = load(), time.monotonic() + 5
    try:
        found: Gathered = gather(
            envelope.context.patientId, envelope.prefetch or {}, None, terminology=terminology, as_of=AS_OF,
            deadline=deadline,
        )  # fmt: skip
    except InputError as error:
        return str(error)
    if found.chart is None:
        return found.problems, found.unreadable
    screening = screen(found.chart)
    sent = json.loads(msgspec.json.encode(cards_for(screening)))
    cards = [{k: v for k, v in card.items() if k != "uuid"} for card in sent]
    return as_json(screening), cards, found.problems, found.unreadable, found.strangers, found.chart.reach


@pytest.mark.parametrize("fixture", FIXTURES)
def test_a_prefetch_decoded_with_its_call_says_what_it_says_raw(fixture: str) -> None:
    at_once, raw = called(prefetch(fixture))
    assert isinstance(raw.prefetch, dict)
    assert answered(at_once) == answered(raw)


def changed(key: str, **elements: Any) -> Prefetch:
    """A whole prefetch with elements of the first resource of a key changed; those of None are taken away."""
    sent = prefetch("amira-34")
    resource = sent[key]["entry"][0]["resource"]
    resource.update(elements)
    for name in [name for name, value in elements.items() if value is None]:
        del resource[name]
    return sent


def framed(key: str, **elements: Any) -> Prefetch:
    sent = prefetch("amira-34")
    sent[key].update(elements)
    return sent


SUBSETTED = {"tag": [{"code": "SUBSETTED"}]}
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
LINK = [{"relation": "next", "url": "https://e.org/fhir?page=2"}]
ODD: dict[str, Prefetch] = {
    "a result that is not whole": changed("observations1", meta=SUBSETTED),
    "an order that is not whole": changed("medicationRequests", meta=SUBSETTED),
    "a diagnosis that is not whole": changed("conditions", meta=SUBSETTED),
    "a Patient that is not whole": prefetch("amira-34") | {"patient": {"resourceType": "Patient", "meta": SUBSETTED}},
    "a result with components": changed("observations1", component=[{"valueInteger": 3}]),
    "a result with a method": changed("observations1", method={"text": "by hand"}),
    "a result of another patient": changed("observations1", subject={"reference": "Patient/b"}),
    "an order that points to a Medication": changed(
        "medicationRequests", medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"}
    ),
    "a result whose date is a number": changed("observations1", effectiveDateTime=5),
    "a diagnosis without an id": changed("conditions", id=None),
    "an answer that goes on": framed("observations1", link=LINK),
    "an answer with fewer than it says": framed("observations1", total=9999),
    "an answer that is an outcome": prefetch("amira-34") | {"surveys": OUTCOME},
    "diagnoses that are an outcome": prefetch("amira-34") | {"conditions": OUTCOME},
    "an answer with an outcome among its entries": framed(
        "procedures", entry=[{"resource": OUTCOME, "search": {"mode": "outcome"}}]
    ),
    "an answer that is one resource": prefetch("amira-34") | {"procedures": {"resourceType": "Procedure", "id": "x"}},
    "no Patient": prefetch("amira-34") | {"patient": None},
    "no diagnoses": prefetch("amira-34") | {"conditions": None},
    "a key of another service": prefetch("amira-34") | {"more": None},
    "nothing at all": {},
}


@pytest.mark.parametrize("sent", ODD.values(), ids=ODD)
def test_an_odd_prefetch_decoded_with_its_call_says_what_it_says_raw(sent: Prefetch) -> None:
    at_once, raw = called(sent)
    assert answered(at_once) == answered(raw)


def test_a_usual_prefetch_is_decoded_with_its_call() -> None:
    envelope, raw = called(prefetch("amira-34"))
    assert isinstance(envelope.prefetch, Sent)
    assert {k: bytes(v) for k, v in envelope.prefetch.items()} == {k: bytes(v) for k, v in raw.prefetch.items()}  # type: ignore[union-attr]
    assert len(envelope.prefetch) == len(raw.prefetch or ())
    assert "more" not in envelope.prefetch
    assert envelope.prefetch.get("more") is None


def test_bundles_are_taken_out_and_what_was_sent_stays() -> None:
    envelope, _ = called(prefetch("amira-34"))
    assert isinstance(envelope.prefetch, Sent)
    sent = {key: bytes(raw) for key, raw in envelope.prefetch.items()}
    answered(envelope)
    assert all(answer is None or isinstance(answer, msgspec.Raw) for answer in envelope.prefetch.answers.values())
    assert {key: bytes(raw) for key, raw in envelope.prefetch.items()} == sent


def test_too_many_keys_are_refused() -> None:
    with pytest.raises(InputError, match="keys"):
        called({f"k{n}": None for n in range(MOST_KEYS + 1)})


@pytest.mark.parametrize(("elements", "expected"), [
    ({}, False),
    ({"medicationCodeableConcept": None, "medicationReference": {"reference": "Medication/m"}}, True),
    ({"category": [{"coding": [{"code": "inpatient"}]}]}, True),
    ({"category": [{"coding": [{"code": "outpatient"}]}]}, False),
])  # fmt: skip
def test_only_orders_that_point_somewhere_are_looked_through_again(elements: dict[str, Any], expected: bool) -> None:
    envelope, _ = called(changed("medicationRequests", **elements))
    assert isinstance(envelope.prefetch, Sent)
    assert points(envelope.prefetch.answers["medicationRequests"].entry) is expected
