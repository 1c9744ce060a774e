"""Feedback that was made to do harm, and ways to hide a card from somebody who should see it."""

import csv
import io
import itertools
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from cds_service.cli import cli
from cds_service.override_reasons import SYSTEM
from cds_service.settings import Settings
from cds_service.store import Store
from cds_service.store.pseudonyms import Pseudonyms
from cds_service.store.tables import audit, feedback, snoozes
from cds_service.web.app import create_app

from ...unit.store.making import rows
from ...unit.web.making import ADDRESS, call, client
from ..security.signing import BASE, SERVICE, claims, clients_file, ec_key, ehr, jwk, token

NOW = "2026-11-01T09:30:00Z"


@pytest.fixture
def app(store: Store) -> FlaskClient:
    return client(store=store, snooze_days=90)


def report(card: str, code: str | None = "patient-ineligible", **changes: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {"card": card, "outcome": "overridden", "outcomeTimestamp": NOW}
    if code is not None:
        entry["overrideReason"] = {"reason": {"code": code, "system": SYSTEM}}
    return entry | changes


def tell(app: FlaskClient, *entries: dict[str, Any]) -> int:
    return app.post(f"{ADDRESS}/feedback", json={"feedback": list(entries)}).status_code


def shown(app: FlaskClient, **changes: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = app.post(ADDRESS, json=call(**changes)).get_json()["cards"]
    return found


# --- whose card ------------------------------------------------------------------------------------------------------


def test_sec7_a_client_cannot_dismiss_the_card_of_another(tmp_path: Path, store: Store) -> None:
    other = "https://other.example.org"
    file = clients_file(tmp_path, ehr(), ehr(name="other", issuer=other, jwks={"keys": [jwk(ec_key("P-384", 5))]}))
    app = create_app(Settings(auth="jwt", base_url=BASE, clients=file, as_of="2026-11-01", hash_key="k" * 32,
                              hash_key_id="k1"), store=store).test_client()  # fmt: skip

    def bearer(**changes: Any) -> dict[str, str]:
        key = ec_key("P-384", 5) if changes.get("iss") else ec_key()
        return {"Authorization": f"Bearer {token(claims(SERVICE, **changes), key=key)}"}

    (card,) = app.post(ADDRESS, json=call(), headers=bearer()).get_json()["cards"]
    told = {"feedback": [report(card["uuid"])]}
    stolen = app.post(f"{ADDRESS}/feedback", json=told, headers=bearer(iss=other))
    assert stolen.status_code == 200  # told nothing of whether the card is known
    assert [row.matched for row in rows(store, feedback)] == [False]
    assert rows(store, snoozes) == []
    assert len(app.post(ADDRESS, json=call(), headers=bearer()).get_json()["cards"]) == 1
    own = app.post(f"{ADDRESS}/feedback", json=told, headers=bearer())
    assert (own.status_code, own.data) == (stolen.status_code, stolen.data)
    assert app.post(ADDRESS, json=call(), headers=bearer()).get_json()["cards"] == []


def test_a_card_of_the_caller_s_making_hides_nothing(app: FlaskClient, store: Store) -> None:
    (card,) = shown(app)
    guesses = ["", "*", "%", "_" * 36, "' OR 1=1 --", card["uuid"][:-1], card["uuid"] + "x", f" {card['uuid']}",
               "00000000-0000-0000-0000-000000000000"]  # fmt: skip
    for guess in guesses:
        assert tell(app, report(guess)) in (200, 400)
    assert rows(store, snoozes) == []
    assert len(shown(app)) == 1


def test_a_patient_s_own_user_class_cannot_silence_clinicians(app: FlaskClient) -> None:
    assert shown(app, context={"userId": "Patient/p1", "patientId": "p1"}) == []  # no card, so nothing to dismiss
    assert len(shown(app)) == 1


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "2099-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z"])
def test_no_clock_of_a_client_makes_a_dismissal_last(at: str, app: FlaskClient, store: Store) -> None:
    (card,) = shown(app)
    assert tell(app, report(card["uuid"], outcomeTimestamp=at)) == 200
    assert [snooze.until for snooze in rows(store, snoozes)] == ["2027-01-30"]  # 90 days of the clinical date
    accepted = {"outcome": "accepted", "acceptedSuggestions": [{"id": "s"}], "outcomeTimestamp": "2099-01-01T00:00:00Z"}
    assert tell(app, report(card["uuid"], None, **accepted)) == 200
    assert rows(store, snoozes) == []


def test_no_two_patients_have_one_pseudonym_whatever_stands_in_the_address_of_the_server() -> None:
    parts = ["", "a", "b", "a\0b", "\0", "a\0", "\0a", "default", "patient", "p1", "a/b"]
    ids = ["a", "b", "p1", "a-b"]  # ids are FHIR ids: no NUL
    names = ["default", "a", "b"]  # names of clients have none either
    of = Pseudonyms(b"key", "k").of
    made = [of(kind, name, base, id_) for kind, name, base, id_ in
            itertools.product(("patient", "user"), names, parts, ids)]  # fmt: skip
    assert len(set(made)) == len(made)


# --- how much --------------------------------------------------------------------------------------------------------


def test_a_thousand_reports_are_taken_and_one_more_refuses_all(app: FlaskClient, store: Store) -> None:
    many = [report(f"card-{i}", None) for i in range(1001)]
    assert tell(app, *many) == 400
    assert rows(store, feedback) == []
    assert tell(app, *many[:1000]) == 200
    assert len(rows(store, feedback)) == 1000


def test_a_flood_of_one_report_is_kept_once(app: FlaskClient, store: Store) -> None:
    (card,) = shown(app)
    for _ in range(5):
        assert tell(app, *[report(card["uuid"])] * 100) == 200
    assert len(rows(store, feedback)) == len(rows(store, snoozes)) == 1


def test_a_comment_of_a_megabyte_is_cut_in_time(app: FlaskClient, store: Store) -> None:
    before = time.thread_time()
    said = {"overrideReason": {"userComment": "\u202e\x1b[2J\r\n\0=cmd|' /C calc'!A0" * 60_000}}
    assert tell(app, report("c", None, **said)) == 200
    assert time.thread_time() - before < 2
    (kept,) = rows(store, feedback)
    assert len(kept.comment) == 2000
    assert "\0" not in kept.comment


@pytest.mark.parametrize("body", [
    b'{"feedback":' + b"[" * 100_000, b'{"feedback":[' + b"{}," * 900_000 + b"{}]}", b'{"feedback":[1e999999]}',
    b'{"feedback":[{"card":1e999999}]}', b'{"feedback":[{"card":"c","outcome":"overridden","outcomeTimestamp":"'
    + b"2" * 1_000_000 + b'"}]}', b'{"feedback":null}', b'{"feedback":{}}', b"[]", b"", b"\xff", b'{"feedback":[null]}',
], ids=lambda b: ascii(b[:40]))  # fmt: skip
def test_a_body_that_is_no_feedback_is_refused_in_time(body: bytes, app: FlaskClient, store: Store) -> None:
    before = time.thread_time()
    answer = app.post(f"{ADDRESS}/feedback", data=body, content_type="application/json")
    assert answer.status_code in (400, 413)
    assert time.thread_time() - before < 2
    assert rows(store, feedback) == []


# --- what is shown of it ---------------------------------------------------------------------------------------------

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", '"=1"', "＝1+1", ";=1", ",=1", "'=1",
            "\x1b[31mred", "a\nb", "a\u202eb", "<script>", "%3D1", "{=1}", "|calc"]  # fmt: skip


@pytest.mark.parametrize("form", [[], ["--csv"], ["--json"]], ids=str)
def test_a_report_holds_no_formula_no_control_character_and_no_markup(
    form: list[str], app: FlaskClient, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for formula in FORMULAS:
        (card,) = shown(app)
        entry = report(card["uuid"], formula)
        entry["overrideReason"]["reason"] |= {"system": formula, "display": formula}
        entry["overrideReason"]["userComment"] = formula
        assert tell(app, entry) == 200
        assert tell(app, report(card["uuid"], None, outcome="accepted", acceptedSuggestions=[{"id": formula}])) == 200
    monkeypatch.setenv("CDS_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(cli, ["feedback", "report", *form])
    assert said.exit_code == 0, said.output
    assert not any(ord(c) < 32 and c != "\n" for c in said.output)
    assert said.output.isascii() or not form
    cells = [cell for row in csv.reader(io.StringIO(said.output)) for cell in row] if form == ["--csv"] else []
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "|", "%", "'")) for cell in cells)
    assert all(formula not in said.output for formula in FORMULAS if len(formula) > 4)
    assert form != ["--json"] or json.loads(said.output)


def test_what_is_no_code_is_counted_as_other(app: FlaskClient, store: Store) -> None:
    for formula in FORMULAS:
        assert tell(app, report("5c0b9d1e-0000-4000-8000-000000000000", formula)) == 200
    assert {row.reason_code for row in rows(store, feedback)} == {"other"}


def test_an_outcome_that_imitates_a_place_is_not_repeated(app: FlaskClient) -> None:
    imitations = ("x' - at canary", "x' - at `$.canary", "canary", "' - at `$.a[canary]`", "a' - at `canary` - at `")
    for said in imitations:
        answer = app.post(f"{ADDRESS}/feedback", json={"feedback": [report("c", None, outcome=said)]})
        assert answer.status_code == 400
        assert b"canary" not in answer.data
        assert b"'$.outcome'" in answer.data


def test_a_flood_of_reports_keeps_no_answer_out_of_the_audit(store: Store) -> None:
    """SQLite lets in whoever asks at the right moment: twelve of twenty-five answers were not written down."""
    flask, running = client(store=store).application, threading.Event()
    running.set()

    def flood(number: int) -> None:
        caller, sent = flask.test_client(), 0
        while running.is_set():
            sent += 1
            said = {"userComment": "x" * 2000}
            tell(caller, *[report(f"{number}-{sent}-{i}", None, overrideReason=said) for i in range(1000)])

    callers = [threading.Thread(target=flood, args=(n,)) for n in range(3)]
    for caller in callers:
        caller.start()
    for _ in range(15):
        assert len(shown(client(store=store))) == 1
    running.clear()
    for caller in callers:
        caller.join()
    assert len(rows(store, audit)) == 15
