"""PFD, HTTP-1: what was sent, what was not, and what that means."""

import json
import time
import urllib.parse
from typing import Any

import pytest

from ...unit.fhir_wire.charts import creatinine, patient
from ...unit.fhir_wire.conftest import Server
from ...unit.web.making import ADDRESS, FAILED, NONE, PATIENT, bundle, call, client, condition, post, prefetch, refused
from .asking import TOKEN, cards_of, fixture_call, row, without_uuids

SENT = prefetch()
HALF = {k: SENT[k] for k in ("patient", "conditions", "surveys", "procedures")}
SOME = {k: SENT[k] for k in ("conditions", "procedures")}


def asked(server: Server) -> list[str]:
    """What was asked of the patient's data (the capability statement is not)."""
    return [urllib.parse.unquote(p) for p in server.seen if "/metadata" not in p]


@row("PFD-1", "PFD-2", "PFD-5", "HTTP-1")
@pytest.mark.parametrize(
    "sent", [SENT, HALF, SOME, {}, None, ...], ids=["all", "half", "some", "empty", "null", "absent"]
)
@pytest.mark.parametrize("reach", ["no-server", "server", "failing-server"])
def test_what_was_not_sent_is_fetched_where_it_can_be(sent: Any, reach: str, server: Server) -> None:
    if reach == "failing-server":
        server.fault = lambda path: (500, {}, b"")
    body = call(prefetch=sent, **({} if reach == "no-server" else {"fhirServer": server.base}))
    answer = post(body, fhir_servers=(server.base,), deadline_seconds=3)
    have = set(sent) if isinstance(sent, dict) else set()
    if reach == "no-server" and not {"patient", "conditions"} <= have:
        text = refused(answer, 412)
        assert all(key in text for key in {"patient", "conditions"} - have)
    else:
        assert answer.status_code == 200
    templates = client().get("/cds-services").get_json()["services"][0]["prefetch"]
    first = {path.partition("?")[0].rpartition("/fhir/")[2] for path in asked(server)}
    if reach == "no-server" or have == set(SENT):
        assert asked(server) == []
    elif "patient" not in have:
        assert "Patient/p1" in first
    if reach == "server":
        types = {templates[key].partition("?")[0] for key in set(templates) - have - {"patient"}}
        assert types <= first | {"MedicationStatement", "MedicationAdministration", "MedicationDispense"}
        only_sent = {"Condition", "Procedure"} if {"conditions", "procedures"} <= have else set()
        assert not only_sent & first


@row("PFD-2", "HTTP-1", "HTTP-3")
def test_a_412_names_each_missing_key_its_template_and_the_criteria_that_wait_for_it() -> None:
    service = client().get("/cds-services").get_json()["services"][0]
    answer = post(call(prefetch={"patient": PATIENT, "procedures": None}))
    assert "conditions" in refused(answer, 412)
    issues = answer.get_json()["issue"]
    by_key = {key: [i for i in issues if f"'{key}'" in i["diagnostics"]] for key in service["prefetch"]}
    assert by_key.pop("patient") == []
    assert by_key.pop("procedures") == []
    for key, found in by_key.items():
        (issue,) = found
        assert service["prefetch"][key] in issue["diagnostics"], key
        assert issue["severity"] == ("error" if key == "conditions" else "information")
    assert "NCT06222853: I2a, I2b, I3" in by_key["conditions"][0]["diagnostics"]
    assert "NCT06222853: E10b" in by_key["immunizations"][0]["diagnostics"]
    assert "I5a" in by_key["medicationRequests"][0]["diagnostics"]


@row("PFD-2")
def test_the_criteria_that_a_412_names_are_those_whose_rules_read_that_data() -> None:
    from cds_service.trials import load_trials
    from cds_service.web.missing import blocked

    templates = client().get("/cds-services").get_json()["services"][0]["prefetch"]
    for trial in load_trials():
        named = {c for template in templates.values() for c in blocked(template).get(trial.id, ())}
        assert named == {c.id for c in trial.criteria if c.rule.reads().kinds}, trial.id
    for key in ("conditions", "procedures", "immunizations"):
        kind = templates[key].partition("?")[0]
        for trial in load_trials():
            expected = [c.id for c in trial.criteria if kind in c.rule.reads().kinds]
            assert list(blocked(templates[key]).get(trial.id, ())) == expected


@row("PFD-3")
@pytest.mark.parametrize("value", [FAILED, bundle(FAILED), {**bundle(FAILED), "total": 0}])
def test_an_operation_outcome_is_no_answer_of_none_and_is_not_asked_again(value: Any, server: Server) -> None:
    app_settings: dict[str, Any] = {"fhir_servers": (server.base,)}
    body = call(prefetch=prefetch(procedures=value), fhirServer=server.base)
    (card,) = cards_of(body, **app_settings)
    assert "procedures" in card["detail"]
    assert not [p for p in asked(server) if "/Procedure" in p]


@row("PFD-3")
def test_a_warning_beside_real_entries_is_a_note_and_the_entries_count() -> None:
    warning = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "informational"}]}
    for value in (bundle(condition(), warning), bundle(warning, condition())):
        assert len(cards_of(call(prefetch=prefetch(conditions=value)))) == 1


@row("PFD-4")
def test_null_and_an_empty_bundle_both_say_that_there_is_none(server: Server) -> None:
    answers = []
    for value in (None, NONE, {"resourceType": "Bundle", "type": "searchset", "entry": []}):
        body = call(prefetch=dict.fromkeys(SENT, value) | {k: SENT[k] for k in ("patient", "conditions")},
                    fhirServer=server.base)  # fmt: skip
        answers.append(without_uuids(cards_of(body, fhir_servers=(server.base,))))
    assert answers[0] == answers[1] == answers[2]
    assert asked(server) == []
    assert post(call(prefetch=prefetch(conditions=None))).get_json() == {"cards": []}


@row("PFD-5")
def test_a_key_that_was_not_sent_is_not_an_answer_of_none() -> None:
    sent = {k: v for k, v in SENT.items() if k != "procedures"}
    absent, null = cards_of(call(prefetch=sent)), cards_of(call())
    assert "procedures" in absent[0]["detail"]
    assert without_uuids(absent) != without_uuids(null)


@row("PFD-6", "FHR-2")
@pytest.mark.parametrize("where", ["here", "elsewhere", "nowhere"])
def test_pages_of_what_was_sent_are_followed_on_the_same_server_only(where: str, server: Server) -> None:
    link = {"here": f"{server.base}/Procedure?patient=p1&_count=50", "elsewhere": "http://127.0.0.1:9/fhir/Procedure?p=2",
            "nowhere": "http://[::1"}[where]  # fmt: skip
    first = {"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "next", "url": link}]}
    body = call(prefetch=prefetch(procedures=first), fhirServer=server.base, fhirAuthorization=TOKEN)
    (card,) = cards_of(body, fhir_servers=(server.base,))
    assert bool([p for p in asked(server) if "Procedure" in p]) is (where == "here")
    assert ("procedures" in card["detail"]) is (where != "here")
    assert all(h["Authorization"] == "Bearer canary-token" for h in server.headers)


@row("PFD-7")
def test_the_usable_entries_of_a_mixed_bundle_are_read_and_the_others_dropped() -> None:
    stranger = condition(id_="c2") | {"subject": {"reference": "Patient/other"}}
    mixed = {"resourceType": "Bundle", "entry": [
        {}, {"resource": None}, {"resource": {}}, {"resource": {"resourceType": "Basic"}}, {"resource": stranger},
        {"resource": condition(), "search": {"mode": "match"}},
    ]}  # fmt: skip
    assert len(cards_of(call(prefetch=prefetch(conditions=mixed)))) == 1
    alone = {"resourceType": "Bundle", "entry": mixed["entry"][:-1]}
    assert cards_of(call(prefetch=prefetch(conditions=alone))) == []


@row("PFD-8")
@pytest.mark.parametrize("junk", ["123", 7, True, [], {}, "<html>", {"resourceType": "Basic"}, {"resourceType": 7},
                                  [bundle()], {"resourceType": "Bundle", "entry": {}}])  # fmt: skip
def test_no_shape_of_a_value_breaks_the_call_and_none_is_taken_for_an_answer_of_none(junk: object) -> None:
    (card,) = cards_of(call(prefetch=prefetch(procedures=junk)))
    assert "procedures" in card["detail"]
    for key in ("conditions", "patient"):
        assert post(call(prefetch=prefetch(**{key: junk}))).status_code in (200, 400)


@row("PFD-8")
def test_one_resource_in_place_of_a_search_and_a_bundle_in_place_of_a_read_break_nothing() -> None:
    assert len(cards_of(call(prefetch=prefetch(conditions=condition())))) == 1
    assert post(call(prefetch=prefetch(patient=bundle(PATIENT)))).status_code in (200, 400)


@row("PFD-9")
def test_keys_that_nobody_asked_for_change_nothing() -> None:
    more = cards_of(call(prefetch=prefetch(user="123", unheard=bundle(condition()), Patient=PATIENT | {"id": "p2"})))
    assert without_uuids(more) == without_uuids(cards_of(call()))


@row("PFD-10", "HTTP-2")
def test_another_patient_than_that_of_the_context_is_400_and_named_to_nobody() -> None:
    answer = post(call(prefetch=prefetch(patient=PATIENT | {"id": "somebody-else"})))
    assert "somebody-else" not in refused(answer, 400)


@row("PFD-10")
def test_records_of_another_patient_are_dropped_and_named_as_skipped() -> None:
    stranger = condition(id_="c2") | {"subject": {"reference": "Patient/other"}}
    (card,) = cards_of(call(prefetch=prefetch(conditions=bundle(condition(), stranger))))
    (skipped,) = card["extension"]["org.sle-trials.screening"]["skipped"]
    assert skipped["reference"] == "Condition/c2"
    assert "another patient" in skipped["problem"]


@row("PFD-11")
@pytest.mark.parametrize("name", ["gita-38", "amira-34"])
def test_the_same_data_sent_or_fetched_makes_the_same_cards(name: str, serve: Any) -> None:
    from cds_service.kernel.paths import data_dir

    server = serve((data_dir("fixtures") / "patients" / f"{name}.json").read_bytes())
    body = fixture_call(name)
    sent = cards_of(body)
    bare = body | {"prefetch": {}, "fhirServer": server.base}
    fetched = cards_of(bare, fhir_servers=(server.base,), deadline_seconds=60)
    assert sent
    assert without_uuids(fetched) == without_uuids(sent)


@row("PFD-1")
def test_no_lupus_asks_for_nothing_beyond_patient_and_conditions(serve: Any) -> None:
    server = serve(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [
        {"resource": patient()}, {"resource": creatinine("o1", "2026-09-01")}]}).encode())  # fmt: skip
    answer = client(fhir_servers=(server.base,)).post(ADDRESS, json=call(prefetch=..., fhirServer=server.base))
    assert answer.get_json() == {"cards": []}
    assert {p.partition("?")[0] for p in asked(server)} == {"/fhir/Patient/p1", "/fhir/Condition"}


@row("PFD-11")
def test_the_order_in_which_a_server_answers_changes_nothing(serve: Any) -> None:
    from cds_service.kernel.paths import data_dir

    server = serve((data_dir("fixtures") / "patients" / "amira-34.json").read_bytes())
    body = fixture_call("amira-34") | {"prefetch": {}, "fhirServer": server.base}
    made = []
    for late in ("/Patient", "/Condition", "/MedicationRequest", "/MedicationStatement"):
        server.fault = lambda path, late=late: time.sleep(0.3) if f"/fhir{late}" in path else None
        made.append(without_uuids(cards_of(body, fhir_servers=(server.base,), deadline_seconds=60)))
    assert made[0]
    assert made == made[:1] * 4
