"""What an EHR may really send under a prefetch key, and what NCT06513429 E4 (major surgery) then says of it.

Nothing that is missing, torn or not understood is read as "no surgery" (criteria.md "Completeness", decisions 49, 51).
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from werkzeug.test import TestResponse

from cds_service.cli.ehr import prefetch_of
from cds_service.screening.patient import evaluate_bundle

from ...unit.web.making import ADDRESS, call, client
from ..bases import WOMAN
from .owed import meets

Json = dict[str, Any]
AS_OF = date(2026, 11, 1)
UUID = "61ebe359-bfdc-4613-8bf2-c5e300945f0a"
FAIL, NONE, GONE = "fail 2027-03-18", "pass not-recorded", "unknown unavailable"


def hip(**changes: Any) -> Json:
    made = {
        "resourceType": "Procedure",
        "id": "hip",
        "status": "completed",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "52734007"}]},
        "subject": {"reference": "Patient/p1"},
        "performedDateTime": "2026-10-01",
    } | changes
    return {k: v for k, v in made.items() if v is not ...}


def found(*resources: Json, **more: Any) -> Json:
    entries = [{"resource": r, "search": {"mode": "match"}} for r in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries} | more


def outcome(severity: Any = "error", code: str = "exception") -> Json:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


NEXT = [{"relation": "next", "url": "https://ehr.example.org/fhir/Procedure?page=2"}]
MODE = {"search": {"mode": "outcome"}, "resource": outcome("warning", "throttled")}
SHAPES: dict[str, tuple[Any, str]] = {
    "null: looked, none": (None, NONE),
    "an empty Bundle: looked, none": (found(), NONE),
    "a Bundle that holds nothing but its type": ({"resourceType": "Bundle"}, NONE),
    "a Bundle that says total 0": (found(total=0), NONE),
    "a Bundle that says total 3 and holds none": (found(total=3), GONE),
    "a Bundle that says total 3 and holds the surgery: found is found": (found(hip(), total=3), FAIL),
    "a Bundle that says total 3 and holds another procedure": (found(hip(id="x", code={"text": "ECG"}), total=3), GONE),
    "the surgery in a Bundle": (found(hip()), FAIL),
    "the surgery itself in the place of the Bundle": (hip(), FAIL),
    "an OperationOutcome in the place of the answer": (outcome(), GONE),
    "one of severity information in the place of the answer": (outcome("information", "informational"), GONE),
    "an error in a Bundle": (found(outcome()), GONE),
    "an error beside the surgery": (found(hip(), outcome()), FAIL),
    "information in an empty Bundle is a note": (found(outcome("information", "informational")), NONE),
    "a warning in an empty Bundle is a note": (found(outcome("warning", "informational")), NONE),
    "a warning that things were suppressed": (found(outcome("warning", "suppressed")), GONE),
    "information that it was too costly": (found(outcome("information", "too-costly")), GONE),
    "a throttled answer, in mode outcome": ({"resourceType": "Bundle", "type": "searchset", "entry": [MODE]}, GONE),
    "an outcome without any issue": (found({"resourceType": "OperationOutcome"}), GONE),
    "a severity that nobody knows": (found(outcome("catastrophic")), GONE),
    "a next link and no server to follow it to": (found(link=NEXT), GONE),
    "the surgery and a next link": (found(hip(), link=NEXT), FAIL),
    "a next link without an address": (found(link=[{"relation": "next"}]), GONE),
    "a self link only": (found(link=[{"relation": "self", "url": "https://ehr.example.org"}]), NONE),
    "links that are no list": (found(link={"relation": "next"}), GONE),
    "an answer inside the answer": (found(found(hip())), GONE),
    "an answer inside the answer, and the surgery beside it": (found(hip(), found()), FAIL),
    "an empty object": ({}, GONE),
    "a list": ([hip()], GONE),
    "a word": ("none", GONE),
    "a number": (0, GONE),
    "false": (False, GONE),
    "another kind of resource": ({"resourceType": "Parameters"}, GONE),
    "entries that are null": ({"resourceType": "Bundle", "type": "searchset", "entry": None}, GONE),
    "entries that are an object": ({"resourceType": "Bundle", "entry": {"resource": hip()}}, GONE),
    "a total that is a word": (found(total="1"), GONE),
    "an absolute subject": (found(hip(subject={"reference": "https://ehr.example.org/fhir/Patient/p1"})), FAIL),
    "a versioned subject": (found(hip(subject={"reference": "Patient/p1/_history/3"})), FAIL),
    "a subject by identifier alone: the search was for this patient": (found(hip(subject={"identifier": {}})), FAIL),
    "no subject": (found(hip(subject=...)), FAIL),
    "another patient's surgery": (found(hip(subject={"reference": "Patient/p2"})), NONE),
    "another patient's surgery and hers": (found(hip(subject={"reference": "Patient/p2"}), hip(id="h2")), FAIL),
    "a status that is not known counts": (found(hip(status="unknown")), FAIL),
    "no status counts": (found(hip(status=...)), FAIL),
    "not done": (found(hip(status="not-done")), NONE),
    "entered in error, and done": (found(hip(status="entered-in-error"), hip(id="h2")), FAIL),
    "a date that is none": (found(hip(performedDateTime="yesterday")), "unknown imprecise"),
    "a month that does not exist": (found(hip(performedDateTime="2026-13-45")), "unknown imprecise"),
    "a date in words": (found(hip(performedDateTime=..., performedString="last spring")), "unknown imprecise"),
    "an ended period": (found(hip(performedDateTime=..., performedPeriod={"end": "2026-10-01"})), FAIL),
}  # fmt: skip


def sent(**changes: Any) -> Json:
    templates = client().get("/cds-services").get_json()["services"][0]["prefetch"]
    return prefetch_of(json.dumps(WOMAN.bundle()).encode(), templates, "p1") | changes


def ask(prefetch: Json, **more: Any) -> TestResponse:
    context = {"userId": "Practitioner/p", "patientId": "p1"}
    return client(as_of=AS_OF).post(ADDRESS, json=call(prefetch=prefetch, **{"context": context} | more))


def said(trial: Json, name: str) -> str:
    c = next(c for c in trial["criteria"] if c["id"] == name)
    return " ".join(str(x) for x in (c["status"], c.get("until") or c.get("basis") or c.get("reason")))


def screened(answer: TestResponse) -> dict[str, Json]:
    (card,) = answer.get_json()["cards"]
    return {t["id"]: t for t in card["extension"]["org.sle-trials.screening"]["trials"]}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_was_sent_for_the_procedures_is_read_as_what_it_is(shape: str) -> None:
    value, owed = SHAPES[shape]
    answer = ask(sent(procedures=value))
    assert answer.status_code == 200
    assert meets(said(screened(answer)["NCT06513429"], "E4"), owed)


@pytest.mark.parametrize("value", [{}, [], "none", 0, False, outcome(), found(total=2), {"resourceType": "Patient"}])
def test_conditions_that_cannot_be_read_get_the_honest_sentence_and_no_trial(value: Any) -> None:
    (card,) = ask(sent(conditions=value)).get_json()["cards"]
    assert card["summary"] == "Diagnoses could not be read: lupus CAR-T trials were not screened."


@pytest.mark.parametrize("value", [None, found(), found(total=0)])
def test_no_conditions_are_no_lupus_and_no_card(value: Any) -> None:
    assert ask(sent(conditions=value)).get_json() == {"cards": []}


@pytest.mark.parametrize("missing", ["patient", "conditions"])
def test_without_the_patient_or_the_conditions_and_without_a_server_nothing_is_answered(missing: str) -> None:
    assert ask({k: v for k, v in sent().items() if k != missing}).status_code == 412


def test_a_patient_that_is_null_is_not_had() -> None:
    assert ask(sent(patient=None)).status_code == 412


def test_a_patient_of_another_id_is_refused() -> None:
    assert ask(sent(patient=sent()["patient"] | {"id": "p2"})).status_code == 400


@pytest.mark.parametrize("key", ["observations1", "observations2", "observations3", "surveys"])
def test_results_that_were_not_sent_leave_no_trial_likely_and_say_so(key: str) -> None:
    answer = ask({k: v for k, v in sent().items() if k != key})
    assert "likely" not in {t["verdict"] for t in screened(answer).values()}
    assert "Read only in part: results." in answer.get_json()["cards"][0]["detail"]


@pytest.mark.parametrize("key", ["medicationRequests", "medicationAdministrations", "medicationDispenses"])
def test_drug_records_that_were_not_sent_are_no_washout(key: str) -> None:
    answer = ask({k: v for k, v in sent().items() if k != key})
    assert said(screened(answer)["NCT06513429"], "E13") == GONE


def test_a_server_that_does_not_serve_statements_is_read_by_its_orders() -> None:
    order = {"resourceType": "MedicationRequest", "id": "o", "status": "active", "intent": "order",
             "subject": {"reference": "Patient/p1"}, "authoredOn": "2026-10-01",
             "medicationReference": {"reference": "Medication/m"}}  # fmt: skip
    drug = {"resourceType": "Medication", "id": "m", "code": {"coding": [
        {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "121191"}]}}  # fmt: skip
    both = found(order)
    both["entry"].append({"resource": drug, "search": {"mode": "include"}})
    trial = screened(ask(sent(medicationRequests=both)))["NCT06513429"]
    assert said(trial, "E13") == "fail 2027-05-01"
    alone = screened(ask(sent(medicationRequests=found(order))))["NCT06513429"]
    assert said(alone, "E13") == "unknown incomparable"


def test_a_patient_whose_id_is_a_uuid_is_the_subject_of_what_refers_to_that_uuid() -> None:
    text = json.dumps(sent()).replace('"Patient/p1"', f'"urn:uuid:{UUID}"')
    prefetch = json.loads(text) | {"patient": sent()["patient"] | {"id": UUID}}
    answer = ask(prefetch, context={"userId": "Practitioner/p", "patientId": UUID})
    assert screened(answer)["NCT06513429"]["verdict"] == "likely"


@pytest.mark.parametrize("user", ["Patient/p1", "RelatedPerson/r1"])
def test_a_patient_or_a_relative_gets_no_card_in_a_clinicians_words(user: str) -> None:
    assert ask(sent(), context={"userId": user, "patientId": "p1"}).get_json() == {"cards": []}


def test_the_file_of_a_chart_that_holds_answers_inside_it_is_not_whole() -> None:
    bundle = WOMAN.bundle()
    whole = {t["id"]: t for t in evaluate_bundle(bundle, AS_OF)["trials"]}["NCT06513429"]
    assert said(whole, "E4") == NONE
    bundle["entry"].append({"resource": found(hip())})
    torn = {t["id"]: t for t in evaluate_bundle(bundle, AS_OF)["trials"]}["NCT06513429"]
    assert said(torn, "E4") == GONE
    assert said(torn, "I2") == "pass recorded"


def test_the_extension_of_the_card_is_the_object_of_evaluate_without_evidence_values() -> None:
    (card,) = ask(sent()).get_json()["cards"]
    extension = card["extension"]["org.sle-trials.screening"]
    whole = evaluate_bundle(WOMAN.bundle(), AS_OF)
    assert extension["patient"] == whole["patient"]
    for short, full in zip(extension["trials"], whole["trials"], strict=True):
        assert {k: short[k] for k in ("id", "verdict", "status", "status_as_of")} == {
            k: full[k] for k in ("id", "verdict", "status", "status_as_of")
        }
        for a, b in zip(short["criteria"], full["criteria"], strict=True):
            shown = {k: v for k, v in b.items() if v not in (None, [])}
            references = [{"reference": e["reference"]} for e in b["evidence"] if e["reference"]]
            assert a["id"] == b["id"]
            assert a["status"] == b["status"]
            assert a.get("evidence", []) == list({r["reference"]: r for r in references}.values())
            assert set(a) <= set(shown)
