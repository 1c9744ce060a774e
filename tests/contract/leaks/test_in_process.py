"""Issue 4 item 5: whatever is sent and whatever fails, no output holds a mark that was planted.

Outputs: log records (message, arguments, traceback) of every library at debug level, stdout, stderr, warnings, faults
of threads, answers (headers and bodies), cards, the store's files, and the addresses for operators.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.store import Store

from ...unit.fhir_wire.conftest import Server
from ...unit.web import making
from . import plants
from .faults import FAULTS, Rude
from .outputs import Outputs
from .plants import INSTANCE, PATIENT, mark
from .sent import ADDRESS, ALLOWED, FEEDBACK, OPERATIONS, SENT


def operations(app: FlaskClient, out: Outputs) -> None:
    for path in OPERATIONS:
        out.answer(app.get(path), path)


@pytest.mark.parametrize("what", SENT)
def test_sec12_nothing_leaks_from(what: str, store: Store, gathered: Callable[[], Outputs], out: Outputs) -> None:
    right, sent = SENT[what]
    app = making.client(store=store, snooze_days=90)
    answers = sent(app)
    for answer in answers:
        assert answer.status_code in right, (answer.status_code, answer.get_data()[:300])
        out.answer(answer)
    operations(app, out)
    assert gathered().found(f"sent: {what}", ALLOWED) == []


# --- FHIR servers that fail ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", FAULTS)
def test_sec12_nothing_leaks_where_a_fhir_server(
    what: str, serve: Callable[..., Server], store: Store, gathered: Callable[[], Outputs], out: Outputs
) -> None:
    server = serve(plants.chart())
    server.fault = FAULTS[what]
    app = making.client(store=store, fhir_servers=(server.base,), deadline_seconds=0.6, snooze_days=90)
    out.answer(app.post(ADDRESS, json=plants.call(server.base), headers=plants.HEADERS))
    assert server.seen != []
    operations(app, out)
    assert gathered().found(f"a FHIR server {what}", ALLOWED) == []


@dataclass
class Nobody:
    """Where nobody listens, or not in that language."""

    scheme: str
    says: bytes | None
    listens: bool = True


NOBODIES = {
    "nobody listens": Nobody("http", None, listens=False),
    "nobody listens, with TLS": Nobody("https", None, listens=False),
    "TLS is asked and none spoken": Nobody(
        "https", b"HTTP/1.1 400 Bad Request\r\n\r\n" + mark("plain to TLS").encode()
    ),
    "TLS is asked and an alert answered": Nobody("https", b"\x15\x03\x03\x00\x02\x02\x28"),
    "the connection is closed at once": Nobody("http", None),
    "another protocol is spoken": Nobody("http", b"SSH-2.0-" + mark("other protocol").encode() + b"\r\n"),
}


@pytest.mark.parametrize("what", NOBODIES)
def test_sec12_nothing_leaks_where(what: str, store: Store, gathered: Callable[[], Outputs], out: Outputs) -> None:
    rude = Rude(NOBODIES[what].says)
    base = f"{NOBODIES[what].scheme}://localhost:{rude.port}/{mark('base path')}"
    if not NOBODIES[what].listens:
        rude.close()
    app = making.client(store=store, fhir_servers=(base,), deadline_seconds=1, snooze_days=90)
    answer = app.post(ADDRESS, json=plants.call(base), headers=plants.HEADERS)
    rude.close()
    assert answer.status_code == 200
    out.answer(answer)
    operations(app, out)
    assert gathered().found(f"a server where {what}", ALLOWED) == []


# --- faults of ours --------------------------------------------------------------------------------------------------


def _chained() -> Exception:
    try:
        raise KeyError(PATIENT, mark("inner fault"))
    except KeyError as inner:
        fault = ValueError(f"Patient {PATIENT}, {plants.BIRTH}: {mark('our fault')}")
        fault.__cause__ = inner
        fault.add_note(mark("note of a fault"))
        return fault


OURS: dict[str, Callable[[], BaseException]] = {
    "a fault with a chain and a note": _chained,
    "a missing key": lambda: KeyError(mark("missing key")),
    "a group of faults": lambda: ExceptionGroup(mark("group"), [ValueError(PATIENT)]),
    "no memory": lambda: MemoryError(PATIENT),
    "too deep": lambda: RecursionError(PATIENT),
    "a text that cannot be read": lambda: UnicodeDecodeError("utf-8", PATIENT.encode(), 0, 1, mark("decode")),
    "an error of the system": lambda: OSError(2, mark("system"), f"/charts/{PATIENT}"),
}


@pytest.mark.parametrize("what", OURS)
def test_sec12_nothing_leaks_from_a_fault_of_ours(
    what: str, store: Store, gathered: Callable[[], Outputs], out: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cds_service.web.services import services

    def fail(chart: Any) -> Any:
        raise OURS[what]()

    module = services()["sle-cart-trials"]
    monkeypatch.setattr(module, "screen", fail)
    app = making.client(store=store, snooze_days=90)
    answer = app.post(ADDRESS, json=plants.call(), headers=plants.HEADERS)
    assert answer.status_code == 500
    out.answer(answer)
    operations(app, out)
    assert gathered().found(f"our fault: {what}", ALLOWED) == []
    assert "call failed" in out.written["log messages"]


# --- a store that fails ----------------------------------------------------------------------------------------------

BROKEN = {
    "the tables are gone": "DROP TABLE audit; DROP TABLE feedback; DROP TABLE snoozes",
    "a column is gone": (
        "ALTER TABLE audit RENAME COLUMN patient TO person; ALTER TABLE feedback RENAME COLUMN comment TO said"
    ),
    "a trigger refuses each row": (
        "CREATE TRIGGER a BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END; "
        "CREATE TRIGGER b BEFORE INSERT ON feedback BEGIN SELECT RAISE(ABORT, 'no'); END"
    ),
    "another holds it": "",
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_sec12_nothing_leaks_from_a_store_where(
    what: str,
    store: Store,
    tmp_path: Path,
    gathered: Callable[[], Outputs],
    out: Outputs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import sqlite3

    from cds_service.store import database

    monkeypatch.setattr(database, "PATIENCE", 0.2)
    held = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    held.executescript(BROKEN[what] or "BEGIN EXCLUSIVE")
    app = making.client(store=store, snooze_days=90)
    answer = app.post(ADDRESS, json=plants.call(), headers=plants.HEADERS)
    told = app.post(FEEDBACK, json=plants.feedback(INSTANCE), headers=plants.HEADERS)
    held.close()
    assert (answer.status_code, len(answer.get_json()["cards"]), told.status_code) == (200, 1, 503)
    out.answer(answer)
    out.answer(told)
    operations(app, out)
    assert gathered().found(f"a store where {what}", ALLOWED) == []


# --- and the search itself -------------------------------------------------------------------------------------------


def test_a_mark_is_found_in_the_clear_and_as_a_hash_without_key() -> None:
    import hashlib

    for said in (f"x{PATIENT.upper()}y", hashlib.sha256(PATIENT.encode()).hexdigest(), f"born {plants.BIRTH}"):
        found = Outputs()
        found.add("log messages", said)
        assert len(found.found("the search itself")) == 1
    found = Outputs()
    found.add("cards", f"Patient/{PATIENT}")
    assert found.found("the search itself", ALLOWED) == []


def test_what_libraries_would_log_is_listened_to(out: Outputs) -> None:
    import logging

    for name in ("requests", "urllib3", "werkzeug", "sqlalchemy", "gunicorn.error", "cds_service.web"):
        logging.getLogger(f"{name}.anything").debug("%s said", mark("a library"))
    assert out.written["log messages"].count(mark("a library")) == 6


def test_marks_are_planted_in_more_than_two_hundred_places_and_every_kind_of_input_bears_some() -> None:
    assert plants.call("https://ehr.example.org") and plants.call() and plants.feedback(INSTANCE)
    places = set(plants.places().values())
    assert len(places) > 200
    kinds = (
        "name", "identifier", "address", "Observation", "Condition", "dosage", "drug", "outcome", "server", "token",
        "access token", "cookie", "query", "path", "reason", "comment", "next", "user id",
    )  # fmt: skip
    for begin in kinds:
        assert any(place.startswith(begin) for place in places), begin
