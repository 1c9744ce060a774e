"""Loading Bundles: one transaction each, retried on 409, the entry at fault named (hapi.md points 18-21)."""

import json
from typing import Any

import pytest
import responses

from cds_service.fhir import load as module
from cds_service.fhir.load import LoadError, load, plan, transaction

from .charts import CHART, bundle, condition, creatinine, order, patient

BASE = "http://fhir.example.org/fhir"


def accepted(count: int, status: str = "201 Created") -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"response": {"status": status}}] * count}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITS", (0.0, 0.0))


def test_a_bundle_is_one_transaction_of_puts_under_its_own_ids() -> None:
    entries = json.loads(transaction(plan(CHART)))["entry"]
    assert entries[0]["request"] == {"method": "PUT", "url": "Patient/p1"}
    assert all(e["request"]["url"] == f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in entries)
    assert len(entries) == 14


def test_the_report_says_what_was_new() -> None:
    lines: list[str] = []
    with responses.RequestsMock() as server:
        server.post(BASE, json=accepted(2))
        server.post(BASE, json=accepted(2, "200 OK"))
        chart = bundle(patient(), condition())
        first, second = load([("a", chart), ("b", chart)], BASE + "/", token="t", progress=lines.append)
        assert server.calls[0].request.headers["Authorization"] == "Bearer t"
    assert (first.created, second.created, first.patient) == (2, 0, "p1")
    assert lines == ["a: 2 resources, 2 of them new", "b: 2 resources, 0 of them new"]


def test_a_conflict_is_tried_again() -> None:
    with responses.RequestsMock() as server:
        server.post(BASE, status=409)
        server.post(BASE, json=accepted(1))
        assert load([("a", bundle(patient()))], BASE)[0].created == 1


def test_a_conflict_that_stays_is_an_error() -> None:
    with responses.RequestsMock() as server:
        server.post(BASE, status=409)
        with pytest.raises(LoadError, match=r"^a: the server refused the Bundle as a whole \(409\)$"):
            load([("a", bundle(patient()))], BASE)
        assert len(server.calls) == 3


def test_an_entry_that_the_server_names_is_named() -> None:
    said = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": "Bundle.entry[1].resource is wrong"}]}
    with responses.RequestsMock() as server:
        server.post(BASE, status=400, json=said)
        with pytest.raises(LoadError, match=r"^a: the server refused entry\[1\], Condition \(400\)$"):
            load([("a", bundle(patient(), condition()))], BASE)


def test_an_entry_that_the_server_does_not_name_is_found_by_trying_them_apart() -> None:
    with responses.RequestsMock() as server:
        server.post(BASE, status=422, json={"resourceType": "OperationOutcome", "issue": []})
        server.put(f"{BASE}/Patient/p1", json={})
        server.put(f"{BASE}/Condition/c1", json={})
        server.put(f"{BASE}/Observation/o1", status=422)
        with pytest.raises(LoadError, match=r"entry\[0\], Observation \(422\)"):
            load([("a", bundle(creatinine("o1", "2026-01-01"), patient(), condition()))], BASE)


@pytest.mark.parametrize("status", [401, 403, 405, 500])
def test_a_server_that_takes_nothing_is_not_tried_entry_by_entry(status: int) -> None:
    with responses.RequestsMock() as server:
        server.post(BASE, status=status)
        with pytest.raises(LoadError, match=f"as a whole .{status}"):
            load([("a", bundle(patient()))], BASE)


def test_a_server_that_is_not_there_is_one_line_without_its_address() -> None:
    with responses.RequestsMock(), pytest.raises(LoadError) as caught:
        load([("a", bundle(patient()))], BASE)
    assert str(caught.value) == "a: the connection to the FHIR server failed"


@pytest.mark.parametrize(("body", "words"), [
    (b"[]", "no FHIR Bundle"), (b"{}", "nothing"), (bundle(), "nothing"),
    (bundle({"resourceType": "Patient", "id": "a b"}), "its id"),
])
def test_a_file_that_is_no_bundle_is_one_line(body: bytes, words: str) -> None:
    with pytest.raises(LoadError, match=f"^a: .*{words}") as caught:
        load([("a", body)], BASE)
    assert "\n" not in str(caught.value)


def test_numeric_ids_are_renamed_and_references_with_them() -> None:
    renamed = plan(bundle(patient("7"), condition(who="7")))
    assert renamed[0].reference == "Patient/id-7"
    assert json.loads(renamed[0].raw)["id"] == "id-7"
    assert json.loads(renamed[1].raw)["subject"]["reference"] == "Patient/id-7"


def test_only_needed_leaves_out_other_kinds_and_what_refers_to_them() -> None:
    claim = {"resourceType": "Claim", "id": "k"}
    asked = order("m1", "Medication/gone") | {"requester": {"reference": "Practitioner/x"}}
    sent = plan(bundle(patient(), claim, asked), only_needed=True)
    assert [r.type for r in sent] == ["Patient", "MedicationRequest"]
    kept = json.loads(sent[1].raw)
    assert ("requester" in kept, kept["subject"]["reference"]) == (False, "Patient/p1")
