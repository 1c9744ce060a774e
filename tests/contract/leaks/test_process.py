"""Issue 4 item 5 for the service as it runs: gunicorn, two workers, every logger at debug level, real sockets.

What is searched: stdout and stderr of all its processes, all answers, the store's files, the addresses for operators,
and what the command line says of the store afterwards.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cds_service.fhir import capability

from ...unit.fhir_wire.conftest import Server
from ..security.signing import claims, clients_file, ec_key, ehr, token
from . import plants
from .faults import FAULTS, Rude
from .outputs import Outputs
from .plants import CLAIMS, HEADER, INSTANCE, mark
from .process import FAULT, ROOT, Process
from .sent import ADDRESS, ALLOWED, FEEDBACK, OPERATIONS, SENT

M = mark("raw request").encode()
_HOST = b"Host: 127.0.0.1\r\n"
_LINE = b"POST /cds-services/sle-cart-trials?" + M + b" HTTP/1.1\r\n" + _HOST
RAW = {
    "no request line": M + b"\r\n\r\n",
    "an unknown version": b"GET /" + M + b" HTTP/9.9\r\n" + _HOST + b"\r\n",
    "a method in lower case": b"get" + M + b" / HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a method with a bracket": b"GET[" + M + b"] / HTTP/1.1\r\n" + _HOST + b"\r\n",
    "an address of 10,000 characters": b"GET /" + M * 500 + b" HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a whole address": b"GET http://" + M + b".org/" + M + b" HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a tunnel": b"CONNECT " + M + b":443 HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a path that is no UTF-8": b"GET /%ff%fe" + M + b" HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a header with a blank": _LINE + b"Bad " + M + b": 1\r\n\r\n",
    "a header without colon": _LINE + M + b"\r\n\r\n",
    "a header with a NUL": _LINE + b"X: a\0" + M + b"\r\n\r\n",
    "a folded header": _LINE + b"X: a\r\n " + M + b"\r\n\r\n",
    "a header of 20,000 characters": _LINE + b"X: " + M * 1000 + b"\r\n\r\n",
    "two hundred headers": _LINE + b"".join(b"X-%d: " % i + M + b"\r\n" for i in range(200)) + b"\r\n",
    "a script name": _LINE + b"SCRIPT_NAME: /" + M + b"\r\n\r\n",
    "two schemes": _LINE + b"X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: off\r\nX: " + M + b"\r\n\r\n",
    "a host that is none": b"GET /cds-services HTTP/1.1\r\nHost: [" + M + b"\r\n\r\n",
    "a host with a port that is none": b"GET /cds-services HTTP/1.1\r\nHost: a:" + M + b"\r\n\r\n",
    "a host in Latin": b"GET /cds-services HTTP/1.1\r\nHost: \xfc" + M + b"\r\n\r\n",
    "no host": b"GET /" + M + b" HTTP/1.1\r\n\r\n",
    "a length that is none": _LINE + b"Content-Length: " + M + b"\r\n\r\n",
    "a length below zero": _LINE + b"Content-Length: -1\r\n\r\n" + M,
    "two lengths": _LINE + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n" + M,
    "a length and chunks": _LINE + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n" + M,
    "a coding that is none": _LINE + b"Transfer-Encoding: " + M + b"\r\n\r\n",
    "a chunk of no length": _LINE + b"Transfer-Encoding: chunked\r\n\r\n" + M + b"\r\nabc\r\n0\r\n\r\n",
    "a chunk that is too short": _LINE + b"Transfer-Encoding: chunked\r\n\r\nff\r\n" + M,
    "a chunk without its end": _LINE + b"Transfer-Encoding: chunked\r\n\r\n2\r\n" + M + b"\r\n0\r\n\r\n",
    "a body that ends early": _LINE + b"Content-Length: 90000\r\n\r\n{\"hook\": \"" + M,
    "a body larger than allowed": _LINE + b"Content-Length: 900000000\r\n\r\n" + M,
    "something expected": _LINE + b"Expect: " + M + b"\r\n\r\n",
    "a proxy's line": b"PROXY TCP4 " + M + b" 1.1.1.1 1 2\r\n" + _LINE + b"\r\n",
    "the second version": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + M,
    "an upgrade": _LINE + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: " + M + b"\r\n\r\n",
    "a beginning of TLS": b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + M * 8,
    "half a request": _LINE + b"X: " + M,
    "a query with line ends": b"GET /cds-services?" + M + b"%0d%0aSet-Cookie:%20x HTTP/1.1\r\n" + _HOST + b"\r\n",
}  # fmt: skip
"""Bytes that no HTTP library would send."""


def everything(process: Process, out: Outputs) -> Outputs:
    for path in OPERATIONS:
        out.answer(process.get(path), path)
    process.stop()
    out.add("stdout", process.said("stdout"))
    out.add("stderr", process.said("stderr"))
    out.store(process.folder / "cds_service.db")
    return out


@pytest.fixture
def chart_server(serve: Callable[..., Server]) -> Server:
    return serve(plants.chart())


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    started: list[Process] = []

    def begin(*options: str, **settings: str) -> Process:
        started.append(Process(tmp_path, *options, **settings))
        return started[-1]

    yield begin
    for process in started:
        if process.process.poll() is None:
            process.process.kill()
            process.process.wait(10)


def test_sec12_nothing_leaks_from_a_running_service_whatever_is_sent(start: Callable[..., Process]) -> None:
    process, out = start(), Outputs()
    for what, (right, sent) in SENT.items():
        for answer in sent(process):
            assert answer.status_code in {*right, 400, 501}, (what, answer.status_code, answer.data[:200])
            out.answer(answer)
    for said in RAW.values():
        out.add("answer to what is no request", process.raw(said))
    (process.folder / FAULT).touch()
    failed = process.post(ADDRESS, json=plants.call(), headers=plants.HEADERS)
    out.answer(failed)
    (process.folder / FAULT).unlink()
    assert failed.status_code == 500
    held = sqlite3.connect(process.folder / "cds_service.db", isolation_level=None)
    held.execute("BEGIN EXCLUSIVE")
    kept = process.post(ADDRESS, json=plants.call(), headers=plants.HEADERS)
    out.answer(kept)
    out.answer(process.post(FEEDBACK, json=plants.feedback(INSTANCE), headers=plants.HEADERS))
    held.close()
    assert kept.status_code == 200
    out.answer(process.post(ADDRESS, json=plants.call()))
    everything(process, out)
    assert "call failed" in out.written["stdout"]
    assert "sqlalchemy.engine" in out.written["stdout"]  # the libraries do speak
    assert out.found("a running service: whatever is sent", ALLOWED) == []


def test_sec12_nothing_leaks_from_a_running_service_whatever_its_fhir_servers_do(
    start: Callable[..., Process], chart_server: Server
) -> None:
    rude = Rude(b"HTTP/1.1 400 Bad Request\r\n\r\n" + mark("plain to TLS").encode())
    gone = Rude(None)
    gone.close()
    others = [f"https://localhost:{rude.port}/{mark('base path')}", f"http://localhost:{gone.port}/{mark('base path')}"]
    process, out = start(CDS_FHIR_SERVERS=",".join([chart_server.base, *others])), Outputs()
    for fault in FAULTS.values():
        chart_server.fault = fault
        out.answer(process.post(ADDRESS, json=plants.call(chart_server.base), headers=plants.HEADERS))
    chart_server.fault = lambda path: None
    for base in (chart_server.base, *others):
        answer = process.post(ADDRESS, json=plants.call(base), headers=plants.HEADERS)
        out.answer(answer)
        assert answer.status_code == 200
    rude.close()
    everything(process, out)
    assert out.found("a running service: whatever its FHIR servers do", ALLOWED) == []


def test_sec12_nothing_leaks_from_a_running_service_that_asks_for_tokens(
    start: Callable[..., Process], tmp_path: Path
) -> None:
    key = mark("key of the hashes") * 2
    file = clients_file(tmp_path, ehr(), ehr(name="other", issuer="https://other.example.org", jwks=...,
                                             jwks_url="http://127.0.0.1:9/jwks.json"))  # fmt: skip
    process = start(CDS_AUTH="jwt", CDS_CLIENTS=str(file), CDS_HASH_KEY=key, CDS_HASH_KEY_ID="k1")
    out, at = Outputs(), f"http://127.0.0.1:{process.port}{ADDRESS}"

    def made(**changes: Any) -> str:
        return token(claims(**({"aud": at, "jti": mark("jti in a process")} | CLAIMS | changes)), **HEADER)

    good = made()
    statuses = []
    for bearer in (good, good, made(aud=mark("aud")), made(iss=mark("iss")), made(iss="https://other.example.org"),
                   made(exp=mark("exp")), token(claims(at), key=ec_key("P-384", 9)), mark("no token")):  # fmt: skip
        head = plants.HEADERS | {"Authorization": f"Bearer {bearer}"}
        answer = process.post(ADDRESS, json=plants.call(), headers=head)
        out.answer(answer)
        statuses.append(answer.status_code)
        out.answer(process.get(f"/cds-services?{plants.QUERY}", headers=head))
    assert statuses == [200] + [401] * 7
    everything(process, out)
    assert out.found("a running service: tokens", ALLOWED) == []
    assert [part for part in good.split(".") for text in out.written.values() if part in text] == []


# --- the command line ------------------------------------------------------------------------------------------------


def command(folder: Path, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    plain = {k: v for k, v in os.environ.items() if not k.startswith("CDS_")}
    return subprocess.run(
        [sys.executable, "-m", "cds_service", *arguments], cwd=folder, capture_output=True, text=True, timeout=60,
        env=plain | {"PYTHONPATH": str(ROOT), "CDS_AS_OF": "2026-11-01"} | settings, check=False,
    )  # fmt: skip


def test_sec12_a_report_on_feedback_shows_nothing_that_a_clinician_wrote(tmp_path: Path) -> None:
    from cds_service.store import Store

    from ...unit.web import making

    store = Store.open(f"sqlite:///{tmp_path / 'cds_service.db'}")
    app = making.client(store=store, snooze_days=0)
    card = app.post(ADDRESS, json=plants.call()).get_json()["cards"][0]["uuid"]
    assert app.post(FEEDBACK, json=plants.feedback(card)).status_code == 200
    store.close()
    out = Outputs()
    for form in ((), ("--csv",), ("--json",)):
        said = command(tmp_path, "feedback", "report", *form)
        assert said.returncode == 0
        out.add("command line", said.stdout, said.stderr)
    assert out.found("cds-service feedback report") == []


@pytest.mark.parametrize("what", ["answers 401", "answers HTML with 200", "answers half a JSON", "never answers",
                                  "sends no status line", "redirects to another host"])  # fmt: skip
def test_sec12_a_command_that_fails_repeats_nothing_that_a_server(
    what: str, chart_server: Server, tmp_path: Path
) -> None:
    capability.forget()
    chart_server.fault = FAULTS[what]
    out = Outputs()
    for name in ("evaluate", "simulate"):
        said = command(tmp_path, name, plants.PATIENT, "--fhir-server", chart_server.base, CDS_DEADLINE_SECONDS="1",
                       CDS_FHIR_SERVERS=chart_server.base)  # fmt: skip
        out.add("command line", said.stdout, said.stderr)
        assert "Traceback" not in said.stderr
    assert chart_server.seen != []
    assert out.found(f"a command, and a server {what}", {"command line": ("patient id",)}) == []


@pytest.mark.parametrize("settings", [
    {"CDS_DATABASE_URL": f"postgresql://u:{mark('database password')}@127.0.0.1:9/x"},
    {"CDS_DATABASE_URL": f"mysql://u:{mark('database password')}@h/x"},
    {"CDS_DATABASE_URL": f"sqlite:////nowhere/{mark('database file')}/x.db"},
    {"CDS_DATABASE_URL": mark("database password")},
    {"CDS_AUTH": "jwt", "CDS_HASH_KEY": mark("key of the hashes")},
    {"CDS_HASH_KEY": mark("key of the hashes"), "CDS_PROFILE": "4.0"},
    {"CDS_HASH_KEY": mark("key of the hashes"), "CDS_HASH_KEYID": "k"},
], ids=lambda s: ",".join(s))  # fmt: skip
def test_sec12_a_start_that_fails_repeats_neither_password_nor_key(settings: dict[str, str], tmp_path: Path) -> None:
    said = command(tmp_path, "serve", "--port", "1", **settings)
    assert said.returncode != 0
    out = Outputs()
    out.add("command line", said.stdout, said.stderr)
    assert out.found("a start that fails") == []
    assert len(said.stderr.strip().splitlines()) == 1


