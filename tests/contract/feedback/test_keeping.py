"""What a hook call and its feedback leave behind, through the whole application."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.override_reasons import CODINGS, REASONS, SYSTEM, days_away
from cds_service.settings import Client
from cds_service.store import Store
from cds_service.store.tables import audit, feedback, snoozes
from cds_service.web import keeping

from ...unit.store.making import rows
from ...unit.web.making import ADDRESS, bundle, call, client, condition, prefetch, refused

SOURCE = Path(__file__).parents[3].parent / "shared" / "cds_hooks" / "override-reasons"
NOW = "2026-11-01T09:30:00Z"


@pytest.fixture
def app(store: Store) -> FlaskClient:
    return client(store=store, snooze_days=90)


def cards(app: FlaskClient, **changes: Any) -> list[dict[str, Any]]:
    answer = app.post(ADDRESS, json=call(**changes))
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.get_json()["cards"]
    return found


def report(app: FlaskClient, *entries: dict[str, Any]) -> None:
    answer = app.post(f"{ADDRESS}/feedback", json={"feedback": list(entries)})
    assert answer.status_code == 200, answer.get_data(as_text=True)


def dismissed(card: str, reason: str | None = None, **changes: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {"card": card, "outcome": "overridden", "outcomeTimestamp": NOW}
    if reason:
        entry["overrideReason"] = {"reason": {"code": reason, "system": SYSTEM}}
    return entry | changes


def by(user: str, patient: str = "p1") -> dict[str, Any]:
    return {"userId": user, "patientId": patient}


# The audit


def test_every_answer_is_written_down_with_who_what_and_by_which_rules(app: FlaskClient, store: Store) -> None:
    (card,) = cards(app)
    assert cards(app, prefetch=prefetch(conditions=None)) == []
    first, second = rows(store, audit)
    assert (first.outcome, first.card, first.client, first.service) == (
        "shown", card["uuid"], "default", "sle-cart-trials"
    )  # fmt: skip
    assert (first.hook_instance, first.user_class, first.as_of, first.key_id) == (
        "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", "Practitioner", "2026-11-01", "test-key"
    )  # fmt: skip
    verdicts = {t["id"]: t["verdict"] for t in card["extension"]["org.sle-trials.screening"]["trials"]}
    assert json.loads(first.verdicts) == verdicts
    assert set(first.trials.split(",")) == {link["url"].rsplit("/", 1)[1] for link in card["links"]}
    assert re.fullmatch("[0-9a-f]{12}", first.rules)
    assert re.fullmatch("[0-9a-f]{12}", first.mappings)
    assert (second.outcome, second.card, second.trials) == ("none", None, "")
    assert first.patient == second.patient


def test_neither_patient_nor_user_nor_token_stands_in_the_store(app: FlaskClient, tmp_path: Path) -> None:
    who = by("Practitioner/canary-user", "canary-patient")
    patient = {"resourceType": "Patient", "id": "canary-patient", "gender": "female", "birthDate": "1992-03-04",
               "name": [{"family": "Canary-Name"}]}  # fmt: skip
    sick = condition() | {"subject": {"reference": "Patient/canary-patient"}}
    sent = prefetch(patient=patient, conditions=bundle(sick))
    (card,) = cards(app, context=who, prefetch=sent, hookInstance="canary-instance")
    strange = dismissed("Patient/canary of 4 May", "Canary said so, 555-1234")
    strange["overrideReason"]["reason"]["display"] = "canary-display"
    report(app, dismissed(card["uuid"]), strange)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir()).lower()
    assert b"canary" not in kept
    assert b"1992-03-04" not in kept


def test_a_comment_is_kept_short_and_stands_in_no_answer_and_no_log(
    app: FlaskClient, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    (card,) = cards(app)
    with caplog.at_level(logging.DEBUG):
        entry = dismissed(card["uuid"], overrideReason={"userComment": "canary\0 " + "x" * 5000})
        answer = app.post(f"{ADDRESS}/feedback", json={"feedback": [entry]})
    assert b"canary" not in answer.data
    assert "canary" not in caplog.text
    (kept,) = rows(store, feedback)
    assert kept.comment.startswith("canary x")
    assert len(kept.comment) == 2000


def test_a_store_that_fails_costs_nobody_the_card_and_is_counted(
    app: FlaskClient, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    before = keeping.failures.copy()
    store.database.failed()
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            assert len(cards(app)) == 1
    assert (keeping.failures - before) == {"read": 3, "write": 3}
    assert len([r for r in caplog.records if "did not serve" in r.getMessage()]) == 1
    assert "p1" not in caplog.text


def test_feedback_that_cannot_be_kept_is_not_acknowledged(app: FlaskClient, store: Store) -> None:
    with store.database.engine.connect() as connection:
        connection.exec_driver_sql("DROP TABLE feedback")
        connection.commit()
    answer = app.post(f"{ADDRESS}/feedback", json={"feedback": [dismissed("c1")]})
    assert "send it again" in refused(answer, 503)
    assert answer.headers["Retry-After"]


def test_a_process_that_keeps_nothing_acknowledges_nothing() -> None:
    from cds_service.settings import Settings
    from cds_service.web.app import create_app

    app = create_app(Settings()).test_client()
    refused(app.post(f"{ADDRESS}/feedback", json={"feedback": [dismissed("c1")]}), 503)


# Feedback


def test_the_same_body_twice_is_acknowledged_twice_and_kept_once(app: FlaskClient, store: Store) -> None:
    (card,) = cards(app)
    for _ in range(2):
        report(app, dismissed(card["uuid"], "patient-refuses"))
    assert len(rows(store, feedback)) == 1


def test_an_unknown_card_is_answered_like_a_known_one_and_kept(app: FlaskClient, store: Store) -> None:
    (card,) = cards(app)
    known = app.post(f"{ADDRESS}/feedback", json={"feedback": [dismissed(card["uuid"])]})
    unknown = app.post(f"{ADDRESS}/feedback", json={"feedback": [dismissed("5c0b9d1e-0000-4000-8000-000000000000")]})
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
    assert [kept.matched for kept in rows(store, feedback)] == [True, False]


def test_one_bad_entry_refuses_the_body_and_keeps_nothing_of_it(app: FlaskClient, store: Store) -> None:
    answer = app.post(f"{ADDRESS}/feedback", json={"feedback": [dismissed("c1"), {"card": "c2"}]})
    assert "feedback[1]" in refused(answer, 400)
    assert rows(store, feedback) == []


def test_no_entry_is_fine(app: FlaskClient, store: Store) -> None:
    report(app)
    assert rows(store, feedback) == []


# Override reasons


def test_a_card_with_trials_offers_the_reasons_and_one_that_could_not_be_read_does_not(app: FlaskClient) -> None:
    (card,) = cards(app)
    assert card["overrideReasons"] == CODINGS
    failed = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
    (unread,) = cards(app, prefetch=prefetch(conditions=failed))
    assert "overrideReasons" not in unread


def test_the_reasons_are_codes_of_the_code_system_of_hl7() -> None:
    file = SOURCE / "CodeSystem-non-adherence-reason-codes.json"
    if not file.is_file():
        pytest.skip("the code system of HL7 is not beside the project; the reasons were not compared with it")
    system = json.loads(file.read_text(encoding="utf-8"))
    known = {inner["code"] for group in system["concept"] for inner in group["concept"]}
    assert system["url"] == SYSTEM
    assert {reason.code for reason in REASONS} <= known


def test_each_reason_has_one_code_and_one_text() -> None:
    assert len({r.code for r in REASONS}) == len({r.display for r in REASONS}) == len(REASONS)


@pytest.mark.parametrize(
    ("code", "system", "default", "own", "days"),
    [
        ("patient-refuses", SYSTEM, 90, {}, (180, True)),
        ("patient-refuses", None, 90, {}, (180, True)),
        ("patient-refuses", SYSTEM, 90, {"patient-refuses": 7}, (7, True)),
        ("patient-refuses", SYSTEM, 0, {"patient-refuses": 7}, (0, False)),
        ("patient-refuses", "urn:other", 90, {"patient-refuses": 7}, (90, False)),
        ("patient-ineligible", SYSTEM, 30, {}, (30, True)),
        ("need-more-info", SYSTEM, 90, {}, (14, False)),
        ("unheard-of", SYSTEM, 90, {}, (90, False)),
        (None, None, 90, {}, (90, False)),
    ],
)
def test_a_reason_says_for_how_long_and_for_whom_the_card_stays_away(
    code: str | None, system: str | None, default: int, own: dict[str, int], days: tuple[int, bool]
) -> None:
    assert days_away(code, system, default, own) == days


# Suppression


def test_a_dismissed_card_is_not_shown_again_and_the_audit_says_so(app: FlaskClient, store: Store) -> None:
    (card,) = cards(app)
    assert len(cards(app)) == 1
    report(app, dismissed(card["uuid"]))
    assert cards(app) == []
    last = rows(store, audit)[-1]
    assert (last.outcome, last.card) == ("held-back", None)
    assert last.trials


def test_a_card_that_was_accepted_or_not_answered_is_shown_again(app: FlaskClient) -> None:
    (card,) = cards(app)
    report(app, dismissed(card["uuid"], outcome="accepted", acceptedSuggestions=[{"id": "s1"}]))
    assert len(cards(app)) == 1


def test_new_evidence_brings_the_card_back(app: FlaskClient) -> None:
    (card,) = cards(app)
    report(app, dismissed(card["uuid"], "patient-ineligible"))
    assert cards(app) == []
    assert len(cards(app, prefetch=prefetch(conditions=bundle(condition(), condition("pericarditis", "c2"))))) == 1
    corrected = condition() | {"onsetDateTime": "2014-05-01"}
    assert len(cards(app, prefetch=prefetch(conditions=bundle(corrected)))) == 1
    assert cards(app) == []


@pytest.mark.parametrize("reason", [None, "patient-ineligible", "need-more-info"])
def test_another_patient_with_the_same_record_still_gets_the_card(app: FlaskClient, reason: str | None) -> None:
    (card,) = cards(app)
    report(app, dismissed(card["uuid"], reason))
    patient = {"resourceType": "Patient", "id": "p2", "gender": "female", "birthDate": "1992-03-04"}
    sick = condition() | {"subject": {"reference": "Patient/p2"}}
    sent = prefetch(patient=patient, conditions=bundle(sick))
    assert len(cards(app, context=by("Practitioner/p", "p2"), prefetch=sent)) == 1


def test_the_same_id_on_another_fhir_server_is_another_patient(app: FlaskClient) -> None:
    (card,) = cards(app, fhirServer="https://one.example/fhir")
    report(app, dismissed(card["uuid"], "patient-ineligible"))
    assert cards(app, fhirServer="https://one.example/fhir/") == []
    assert len(cards(app, fhirServer="https://two.example/fhir")) == 1


@pytest.mark.parametrize("reason", [None, "patient-ineligible", "need-more-info"])
def test_another_class_of_user_still_gets_the_card(app: FlaskClient, reason: str | None) -> None:
    (card,) = cards(app)
    report(app, dismissed(card["uuid"], reason))
    assert len(cards(app, context=by("PractitionerRole/p"))) == 1


@pytest.mark.parametrize(("reason", "spared"), [("patient-ineligible", True), ("need-more-info", False), (None, False)])
def test_a_colleague_is_spared_the_card_only_for_a_reason_that_is_the_patients(
    app: FlaskClient, reason: str | None, spared: bool
) -> None:
    (card,) = cards(app)
    report(app, dismissed(card["uuid"], reason))
    assert (cards(app, context=by("Practitioner/colleague")) == []) is spared


def test_a_trial_that_was_not_on_the_dismissed_card_is_still_shown(store: Store, tmp_path: Path) -> None:
    app = client(store=store, snooze_days=90, clients=_clients(tmp_path, "layout: per-trial"))
    first, *others = cards(app)
    assert others
    report(app, dismissed(first["uuid"], "patient-ineligible"))
    assert [c["summary"] for c in cards(app)] == [c["summary"] for c in others]


def test_other_recruitment_statuses_to_show_are_another_card(store: Store) -> None:
    (card,) = cards(client(store=store, snooze_days=90))
    app = client(store=store, snooze_days=90, show_statuses=("recruiting",))
    report(app, dismissed(card["uuid"], "patient-ineligible"))
    assert len(cards(app)) == 1


def test_the_snooze_ends_by_the_days_of_its_reason(store: Store) -> None:
    from datetime import date

    (card,) = cards(client(store=store, snooze_days=90))
    report(client(store=store, snooze_days=90), dismissed(card["uuid"], "need-more-info"))
    for day, seen in ((date(2026, 11, 14), 0), (date(2026, 11, 15), 1)):
        assert len(cards(client(store=store, snooze_days=90, as_of=day))) == seen, day


def test_the_days_of_a_client_go_before_those_of_the_service(store: Store, tmp_path: Path) -> None:
    file = _clients(tmp_path, "snooze_days: 5", "snooze_reasons: {need-more-info: 2}")
    app = client(store=store, snooze_days=90, clients=file)
    plain, (told,) = cards(app)[0], cards(app)
    report(app, dismissed(plain["uuid"]))
    report(app, dismissed(told["uuid"], "need-more-info"))
    assert sorted(snooze.until for snooze in rows(store, snoozes)) == ["2026-11-03", "2026-11-06"]


def test_a_service_without_snooze_shows_every_card_again(store: Store) -> None:
    app = client(store=store, snooze_days=0)
    (card,) = cards(app)
    report(app, dismissed(card["uuid"], "patient-refuses"))
    assert len(cards(app)) == 1


def test_a_card_that_says_that_the_chart_could_not_be_read_is_never_held_back(app: FlaskClient, store: Store) -> None:
    failed = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
    sent = prefetch(conditions=failed)
    (card,) = cards(app, prefetch=sent)
    report(app, dismissed(card["uuid"]))
    assert len(cards(app, prefetch=sent)) == 1
    assert {row.outcome for row in rows(store, audit)} == {"unread"}


def test_a_client_cannot_name_a_reason_that_no_card_offers() -> None:
    with pytest.raises(ValueError, match="no override reason"):
        Client(snooze_reasons={"because": 3})


def _clients(folder: Path, *lines: str) -> Path:
    file = folder / "clients.yaml"
    file.write_text("clients:\n  - name: default\n" + "".join(f"    {line}\n" for line in lines), encoding="utf-8")
    return file
