"""Loading Bundles: one transaction each, retried on 409, the entry at fault named (hapi.md points 18-21)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import responses

from cds_service.fhir import load as module
from cds_service.fhir.load import LoadError, load, plan, transaction

from .charts import CHART, bundle, condition, creatinine, order, patient

Json = dict[str, Any]
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


def outcome(diagnostics: str) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"diagnostics": diagnostics}]}


NOBODY = outcome("HAPI-1094: Resource Patient/cds-service-no-such-patient not found, specified in path: Basic.subject")


def hapi(bad: Callable[[Json], bool], said: str, status: int = 400) -> Callable[[Any], tuple[int, dict[str, str], str]]:
    """Refuses a transaction for its first bad resource, else for the probe."""

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        found = [e["resource"] for e in json.loads(request.body)["entry"]]
        if any(map(bad, found)):
            return status, {}, json.dumps(outcome(said))
        if any(r["id"] == "cds-service-probe" for r in found):
            return 400, {}, json.dumps(NOBODY)
        return 200, {}, json.dumps(accepted(len(found)))

    return answer


def test_an_entry_that_the_server_names_is_named() -> None:
    with responses.RequestsMock() as server:
        server.post(BASE, status=400, json=outcome("Bundle.entry[1].resource is wrong"))
        with pytest.raises(LoadError, match=r"^a: the server refused entry\[1\], Condition \(400\); nothing of it was"):
            load([("a", bundle(patient(), condition()))], BASE)


@pytest.mark.parametrize("bad", range(12))
def test_an_entry_that_the_server_does_not_name_is_found_and_nothing_is_written(bad: int) -> None:
    results = [creatinine(f"o{n}", "2026-01-01") for n in range(12)]
    with responses.RequestsMock() as server:
        server.add_callback("POST", BASE, hapi(lambda r: r["id"] == f"o{bad}", '[element="status"] "Smith" is wrong'))
        with pytest.raises(LoadError) as caught:
            load([("a", bundle(*results, patient(), condition()))], BASE)
        assert all(b"cds-service-probe" in call.request.body for call in list(server.calls)[1:])
        assert len(server.calls) <= 8
    assert str(caught.value) == (
        f"a: the server refused entry[{bad}], Observation, element status (400); nothing of it was written"
    )


def test_a_fault_in_what_others_refer_to_is_named_and_not_those() -> None:
    visit = {"resourceType": "Encounter", "id": "e1", "status": "Smith", "diagnosis": [
        {"condition": {"reference": "Condition/c1"}}]}
    wrong = condition() | {"encounter": {"reference": "Encounter/e1"}, "onsetDateTime": "Smith"}
    with responses.RequestsMock() as server:
        server.add_callback("POST", BASE, hapi(lambda r: r.get("onsetDateTime") == "Smith", "Condition.onset: wrong"))
        with pytest.raises(LoadError, match=r"entry\[2\], Condition"):
            load([("a", bundle(patient(), visit, wrong))], BASE)


def test_a_message_that_names_another_type_does_not_mislead() -> None:
    with responses.RequestsMock() as server:
        server.add_callback("POST", BASE, hapi(lambda r: r["id"] == "o3", "see Patient.name"))
        with pytest.raises(LoadError, match=r"entry\[5\], Observation"):
            load([("a", bundle(patient(), condition(), *(creatinine(f"o{n}", "2026-01-01") for n in range(9))))], BASE)


def test_a_reference_to_what_is_nowhere_is_said_without_its_id() -> None:
    lost = condition() | {"encounter": {"reference": "Encounter/smith-1"}}
    said = "HAPI-1094: Resource Encounter/smith-1 not found, specified in path: Condition.encounter"
    with responses.RequestsMock() as server:
        server.add_callback("POST", BASE, hapi(lambda r: "encounter" in r, said))
        with pytest.raises(LoadError) as caught:
            load([("a", bundle(patient(), lost))], BASE)
    assert str(caught.value) == (
        "a: the server refused entry[1], Condition, element encounter (400): it refers to an Encounter that is neither "
        "in the Bundle nor on the server; nothing of it was written"
    )


def test_a_server_that_takes_the_probe_is_not_asked_further() -> None:
    with responses.RequestsMock() as server:
        server.post(BASE, status=422, json=outcome("no"))
        server.post(BASE, json=accepted(1))
        with pytest.raises(LoadError, match=r"as a whole \(422\), and which entry is at fault cannot be told"):
            load([("a", bundle(patient(), condition()))], BASE)
        assert len(server.calls) == 2


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_server_that_takes_nothing_is_not_tried_entry_by_entry(status: int) -> None:
    with responses.RequestsMock() as server:
        server.post(BASE, status=status, json=outcome("no"))
        with pytest.raises(LoadError, match=f"as a whole .{status}"):
            load([("a", bundle(patient()))], BASE)
        assert len(server.calls) == 1


@pytest.mark.parametrize(("status", "body", "words"), [
    (200, "<html>Welcome</html>", "is this its base address"), (200, "{}", "is this its base address"),
    (200, json.dumps({"resourceType": "Bundle", "entry": []}), "is this its base address"),
    (404, "<html>nothing here</html>", "no FHIR server takes transactions at this address"),
    (405, "", "no FHIR server takes transactions at this address"), (302, "", "redirected"),
    (405, json.dumps(outcome("POST is not offered")), "the server takes no transactions .405.: it can only be read"),
])
def test_an_address_that_is_no_fhir_base_is_one_clear_line(status: int, body: str, words: str) -> None:
    with responses.RequestsMock() as server:
        server.post(BASE, status=status, body=body, headers={"Location": "https://elsewhere.example.org"})
        with pytest.raises(LoadError, match=f"^a: .*{words}") as caught:
            load([("a", bundle(patient()))], BASE)
        assert len(server.calls) == 1
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("base", ["nowhere", "ftp://example.org", "http://", "//example.org"])
def test_an_address_that_is_none_is_said(base: str) -> None:
    with pytest.raises(LoadError, match=r"is not one .http:// or https://.$"):
        load([("a", bundle(patient()))], base)


def test_a_server_that_is_not_there_is_one_line_without_its_address() -> None:
    with responses.RequestsMock(), pytest.raises(LoadError) as caught:
        load([("a", bundle(patient()))], BASE)
    assert str(caught.value) == "a: the connection to the FHIR server failed"


@pytest.mark.parametrize(("body", "words"), [
    (b"", "empty"), (b"<html>", "not JSON"), (b'{"resourceType": "Bundle"', "not JSON"), (b"\xff\xfe", "not JSON"),
    (b"[]", "a FHIR Bundle is expected"), (b"{}", "a FHIR Bundle is expected"), (bundle(), "nothing in it to load"),
    (json.dumps(patient()).encode(), "a FHIR Bundle is expected, this is a Patient"),
    (b'{"resourceType": "Bundle", "type": "history"}', "another type"),
    (b'{"resourceType": "Bundle"}', "without a type"),
    (bundle({"resourceType": "Patient", "id": "a b"}), "its id"),
    (bundle(patient(), {"resourceType": "Condition"}), r"entry\[1\]: this Condition has no id"),
    (bundle(patient(), condition(), condition(who="p2")), r"entry\[1\] and entry\[2\] are different Condition"),
])
def test_a_file_that_is_no_bundle_is_one_line(body: bytes, words: str) -> None:
    with pytest.raises(LoadError, match=f"^a: .*{words}") as caught:
        load([("a", body)], BASE)
    assert "\n" not in str(caught.value)


def test_no_bundle_is_sent_when_one_of_them_cannot_be_read() -> None:
    with responses.RequestsMock() as server, pytest.raises(LoadError, match=r"^b: the file is not JSON"):
        load([("a", bundle(patient())), ("b", b"<html>")], BASE)
    assert len(server.calls) == 0


def test_a_resource_that_stands_in_the_bundle_twice_is_sent_once() -> None:
    assert [r.reference for r in plan(bundle(patient(), patient()))] == ["Patient/p1"]


def test_references_by_full_url_become_references_to_the_new_server() -> None:
    entries = [
        {"fullUrl": "https://old.example.org/fhir/Patient/p1", "resource": patient()},
        {"fullUrl": "urn:uuid:0e3b3e6a-0000-4000-8000-000000000000", "resource": {"resourceType": "Encounter"}},
        {"resource": condition() | {
            "subject": {"reference": "https://old.example.org/fhir/Patient/p1"},
            "encounter": {"reference": "urn:uuid:0e3b3e6a-0000-4000-8000-000000000000"}}},
    ]
    sent = plan(json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries}).encode())
    last = json.loads(sent[2].raw)
    assert last["subject"]["reference"] == "Patient/p1"
    assert last["encounter"]["reference"] == "Encounter/0e3b3e6a-0000-4000-8000-000000000000" == sent[1].reference


def test_a_file_may_begin_with_a_byte_order_mark() -> None:
    assert len(plan(b"\xef\xbb\xbf" + bundle(patient()))) == 1


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
