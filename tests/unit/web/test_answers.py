"""What the service answers: cards, silence, honesty; discovery; CORS; operations."""

import json
import logging
from typing import Any

import pytest

from cds_service.web import services as registry
from cds_service.web.deployment import Deployment, seen_at

from .making import ADDRESS, FAILED, NONE, PATIENT, bundle, call, client, condition, post, prefetch, refused


def test_lupus_with_a_trial_that_fits_gets_one_card() -> None:
    answer = post()
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert len(answer.get_json()["cards"]) == 1


@pytest.mark.parametrize("conditions", [None, NONE])
def test_no_lupus_gets_exactly_an_empty_list(conditions: object) -> None:
    assert post(call(prefetch=prefetch(conditions=conditions))).get_json() == {"cards": []}


def test_a_patient_who_has_died_gets_no_card() -> None:
    assert post(call(prefetch=prefetch(patient=PATIENT | {"deceasedBoolean": True}))).get_json() == {"cards": []}


def test_a_patient_or_relative_who_looks_gets_no_card() -> None:
    for user in ("Patient/p1", "RelatedPerson/r"):
        assert post(call(context={"patientId": "p1", "userId": user})).get_json() == {"cards": []}


def test_a_kind_that_was_neither_sent_nor_to_be_had_is_said_and_is_no_error() -> None:
    sent = {k: v for k, v in prefetch().items() if k != "procedures"}
    answer = post(call(prefetch=sent))
    assert answer.status_code == 200
    assert "procedures" in answer.get_json()["cards"][0]["detail"]


def test_diagnoses_that_failed_get_the_honest_sentence_or_silence() -> None:
    body = call(prefetch=prefetch(conditions=FAILED))
    (card,) = post(body).get_json()["cards"]
    assert card["summary"].startswith("Diagnoses could not be read")
    assert post(body, unreadable="silent").get_json() == {"cards": []}


def test_a_patient_record_that_failed_gets_the_honest_sentence_or_silence() -> None:
    body = call(prefetch=prefetch(patient=FAILED))
    (card,) = post(body).get_json()["cards"]
    assert "could not be read" in card["summary"]
    assert post(body, unreadable="silent").get_json() == {"cards": []}


def test_a_fault_of_the_service_is_500_and_neither_an_empty_list_nor_a_word_of_the_chart(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Any) -> list[Any]:
        raise RuntimeError("Patient p1 has cancer")

    app = client()
    monkeypatch.setattr(registry.services()["sle-cart-trials"], "answer", broken)
    with caplog.at_level(logging.DEBUG):
        text = refused(app.post(ADDRESS, json=call()), 500)
    assert "cancer" not in text
    assert "cancer" not in caplog.text
    assert "RuntimeError" in caplog.text


def test_discovery_describes_the_service_and_every_template_reads_one_patient() -> None:
    (service,) = client().get("/cds-services").get_json()["services"]
    assert (service["id"], service["hook"]) == ("sle-cart-trials", "patient-view")
    assert service["prefetch"]["patient"] == "Patient/{{context.patientId}}"
    for template in service["prefetch"].values():
        assert template.count("{{context.patientId}}") == 1
        assert template.count("?") <= 1
        names = [part.split("=")[0] for part in template.partition("?")[2].split("&")]
        assert len(names) == len(set(names)), "the official sandbox merges a repeated parameter"
        assert not template.startswith(("/", "http"))


def test_only_one_search_of_observations_is_without_code_but_the_oldest() -> None:
    found = client().get("/cds-services").get_json()["services"][0]["prefetch"]
    codeless = [k for k, t in found.items() if t.startswith("Observation?") and "code=" not in t]
    assert codeless == ["surveys", "oldestObservation"]


def test_the_profile_3_0_adds_the_version_and_2_0_does_not() -> None:
    assert "version" not in client().get("/cds-services").get_json()["services"][0]
    assert client(profile="3.0").get("/cds-services").get_json()["services"][0]["version"] == "3.0.0-ballot"


def test_a_client_may_turn_the_include_of_medications_off(tmp_path: Any) -> None:
    file = tmp_path / "clients.yaml"
    file.write_text("clients:\n  - name: default\n    medication_include: false\n    layout: per-trial\n")
    app = client(clients=file)
    assert "_include" not in json.dumps(app.get("/cds-services").get_json())
    cards = app.post(ADDRESS, json=call()).get_json()["cards"]
    assert all("NCT" in card["summary"] for card in cards)


def test_every_origin_may_read_in_open_mode_and_none_with_credentials() -> None:
    answer = client().options(
        ADDRESS, headers={"Origin": "https://sandbox.example", "Access-Control-Request-Method": "POST"}
    )
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "content-type" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_listed_origin_is_answered_by_name_and_another_one_not_at_all() -> None:
    app = client(cors_origins=("https://ehr.example",))
    good = app.get("/cds-services", headers={"Origin": "https://ehr.example"})
    evil = app.get("/cds-services", headers={"Origin": "https://evil.example"})
    assert good.headers["Access-Control-Allow-Origin"] == "https://ehr.example"
    assert good.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Origin" not in evil.headers


def test_error_answers_may_be_read_by_browser_clients_too() -> None:
    answer = client().post(ADDRESS, data=b"{", content_type="application/json", headers={"Origin": "https://x.example"})
    assert answer.status_code == 400
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_feedback_is_taken_for_a_known_service_and_checked() -> None:
    app = client()
    entry = {
        "card": "4d0b6ab1-6c4e-4f5a-9b0a-2d8f8c4a0b11",
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-24T10:00:00Z",
    }
    assert app.post(f"{ADDRESS}/feedback", json={"feedback": [entry]}).status_code == 200
    refused(app.post(f"{ADDRESS}/feedback", json={"feedback": {}}), 400)
    refused(app.post(f"{ADDRESS}/feedback", json={}), 400)
    refused(app.post("/cds-services/nothing/feedback", json={"feedback": [entry]}), 404)


def test_health_and_readiness_are_told_apart() -> None:
    assert client().get("/health").get_json() == {"status": "ok"}
    assert len(client().get("/ready").get_json()["trials"]) == 5


def test_the_demo_server_is_reached_directly_and_not_through_this_service() -> None:
    from cds_service.settings import Client, Settings
    from cds_service.web.envelope import read_envelope

    there = seen_at("127.0.0.1", 8000, None)
    deployment = Deployment(demo="http://127.0.0.1:5555/fhir", demo_seen_at=there)
    envelope = read_envelope(json.dumps(call(prefetch=None, fhirServer="http://localhost:8000/fhir/")).encode())
    access = deployment.access(envelope, Settings(), Client())
    assert access is not None
    assert access.base == "http://127.0.0.1:5555/fhir"


def test_an_expired_token_is_not_used_and_the_server_not_asked_without_it() -> None:
    from cds_service.settings import Client, Settings
    from cds_service.web.envelope import read_envelope

    token = {"access_token": "t", "token_type": "Bearer", "expires_in": 0, "scope": "*", "subject": "s"}
    envelope = read_envelope(
        json.dumps(call(prefetch=None, fhirServer="https://e.example/fhir", fhirAuthorization=token)).encode()
    )
    assert Deployment().access(envelope, Settings(fhir_servers=("https://e.example/fhir",)), Client()) is None


def test_a_hook_file_that_does_not_declare_what_it_must_stops_the_start(tmp_path: Any) -> None:
    from cds_service.kernel.errors import DataError

    (tmp_path / "half.py").write_text('ID = "half"\n')
    with pytest.raises(DataError, match=r"half\.py.*HOOK"):
        registry.services(tmp_path)


def test_a_second_hook_file_with_the_same_id_stops_the_start(tmp_path: Any) -> None:
    from cds_service.kernel.errors import DataError

    text = 'ID = "x"\nHOOK = TITLE = DESCRIPTION = USAGE = "y"\ndef prefetch(c): return {}\ndef answer(c): return []\n'
    (tmp_path / "one.py").write_text(text)
    (tmp_path / "two.py").write_text(text)
    with pytest.raises(DataError, match="taken"):
        registry.services(tmp_path)


def test_a_resolved_lupus_nephritis_beside_lupus_still_gets_its_card() -> None:
    both = bundle(condition(), condition("lupus_nephritis_any", "c2"))
    assert len(post(call(prefetch=prefetch(conditions=both))).get_json()["cards"]) == 1
