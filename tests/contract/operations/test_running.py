"""Several workers: they count together, answer what is no HTTP in our form, and stop without dropping a call."""

import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from ...unit.web.making import ADDRESS, call
from .running import Running, until

HOST = b"Host: x\r\nConnection: close\r\n"
POST = b"POST /cds-services/sle-cart-trials HTTP/1.1\r\nContent-Type: application/json\r\n" + HOST
CALLS = 'cds_hook_calls_total{hook="patient-view",outcome="cards"'


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    service = Running(tmp_path_factory.mktemp("operations"), "--workers", "3")
    yield service
    service.stop()


def _fire(base: str, times: int) -> None:
    body = json.dumps(call()).encode()

    def one(_: int) -> int:
        kind = {"Content-Type": "application/json"}
        return requests.post(base + ADDRESS, data=body, headers=kind, timeout=30).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(one, range(times))) == {200}


def test_whichever_worker_is_asked_knows_the_calls_of_all_and_of_one_that_was_killed(running: Running) -> None:
    before = running.count(CALLS)
    _fire(running.base, 30)
    assert {running.count(CALLS) - before for _ in range(12)} == {30}
    workers = running.workers()
    os.kill(next(iter(workers)), signal.SIGKILL)
    until(lambda: len(running.workers()) == 3 and running.workers() != workers)
    assert {running.count(CALLS) - before for _ in range(12)} == {30}
    _fire(running.base, 12)
    assert {running.count(CALLS) - before for _ in range(12)} == {42}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01 canary\r\n\r\n", 400),
        (b"GET /canary" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /health HTTP/1.1\r\nX-Canary: " + b"a" * 20000 + b"\r\n\r\n", 431),
        (b"GET /health HTTP/1.1\r\n" + b"X: canary\r\n" * 200 + b"\r\n", 431),
        (b"GET /health HTTP/1.1\r\nCanary Canary: x\r\n\r\n", 400),
        (POST + b"Expect: canary\r\nContent-Length: 2\r\n\r\n{}", 417),
        (POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (POST + b"Content-Length: -5\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\ncanary\r\n{}\r\n0\r\n\r\n", 400),
    ],
)
def test_what_is_no_http_request_gets_an_operation_outcome_too(running: Running, sent: bytes, status: int) -> None:
    head, _, body = running.send(sent).partition(b"\r\n\r\n")
    assert head.split()[1] == str(status).encode()
    assert b"application/fhir+json" in head
    assert b"nosniff" in head
    assert json.loads(body)["resourceType"] == "OperationOutcome"
    assert b"canary" not in (head + body).lower()
    assert "canary" not in running.said().lower()


def test_a_body_that_ends_before_its_length_is_not_taken_for_a_whole_one(running: Running) -> None:
    body = json.dumps(call()).encode()
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        connection.sendall(POST + b"Content-Length: %d\r\n\r\n" % (len(body) + 7) + body)
        connection.shutdown(socket.SHUT_WR)
        assert b" 400 " in connection.recv(65536)[:20]


HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("pause", [0, 0.002, 0.05])
def test_requests_on_one_connection_are_answered_one_by_one(running: Running, pause: float) -> None:
    """At once, while the thread still waits for more, and when it has given the connection back."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        for _ in range(20):
            connection.sendall(HEALTH)
            assert _answer(connection) == b'{"status":"ok"}'
            time.sleep(pause)


@pytest.mark.parametrize(
    ("header", "path", "status"),
    [("SCRIPT_NAME: /elsewhere", "/elsewhere/health", 404), ("PATH_INFO: /health", "/nowhere", 404),
     ("X-Forwarded-Prefix: /elsewhere", "/elsewhere/health", 404), ("X-Forwarded-Proto: https", "/health", 200)],
)  # fmt: skip
def test_what_a_caller_on_this_machine_says_of_a_proxy_is_not_believed(
    running: Running, header: str, path: str, status: int
) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\n{header}\r\nConnection: close\r\n\r\n"
    assert running.send(request.encode()).split()[1] == str(status).encode()


def test_requests_sent_together_are_each_answered(running: Running) -> None:
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        connection.sendall(HEALTH * 3)
        assert [_answer(connection) for _ in range(3)] == [b'{"status":"ok"}'] * 3


def test_clients_that_keep_their_connections_busy_leave_a_thread_for_others(running: Running) -> None:
    """As many of them as there are threads, each with its next request as soon as it is answered."""
    stop = threading.Event()

    def busy() -> None:
        with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
            while not stop.is_set():
                connection.sendall(HEALTH)
                _answer(connection)

    threads = [threading.Thread(target=busy) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(20):
            assert running.send(HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")).endswith(b'"ok"}')
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _answer(connection: socket.socket) -> bytes:
    """The body of one answer."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += connection.recv(1)
    length = int(re.search(rb"Content-Length: (\d+)", found)[1])  # type: ignore[index]
    return connection.recv(length, socket.MSG_WAITALL)


def test_who_sends_slowly_does_not_hold_the_service_up(running: Running) -> None:
    """Two bytes a second on as many connections as there are threads: each is given up, and others are served."""
    drips, ended = [], []

    def drip() -> None:
        with socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection:
            connection.sendall(POST + b"Content-Length: 5000\r\n\r\n")
            start = time.monotonic()
            try:
                while time.monotonic() - start < 15:
                    connection.sendall(b" ")
                    time.sleep(0.5)
            except OSError:
                pass
            ended.append(time.monotonic() - start)

    for _ in range(24):
        drips.append(threading.Thread(target=drip))
        drips[-1].start()
    time.sleep(0.5)
    start = time.monotonic()
    _fire(running.base, 3)
    assert time.monotonic() - start < 12
    for thread in drips:
        thread.join()
    assert max(ended) < 14


def test_what_comes_in_of_a_body_that_was_given_up_is_not_taken_for_the_next_request(running: Running) -> None:
    """A body is read for two seconds here; then whole requests arrive in it, without a pause."""
    answers: list[bytes] = []

    def flood() -> None:
        with socket.create_connection(("127.0.0.1", running.port), timeout=20) as connection:
            connection.sendall(POST.replace(b"Connection: close\r\n", b"") + b"Content-Length: 5000000\r\n\r\n")
            time.sleep(1.5)
            connection.setblocking(False)
            found, until = b"", time.monotonic() + 4
            while time.monotonic() < until:
                try:
                    connection.send(HEALTH)
                    found += connection.recv(65536)
                except BlockingIOError:
                    time.sleep(0.0005)
                except OSError:
                    break
            answers.append(found)

    threads = [threading.Thread(target=flood) for _ in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for found in answers:
        assert found.count(b"HTTP/1.1 ") == 1
        assert found.startswith(b"HTTP/1.1 400 ")
        assert b"Connection: close" in found


def test_clients_that_do_not_close_their_end_hold_nobody_up(running: Running) -> None:
    held = [socket.create_connection(("127.0.0.1", running.port), timeout=10) for _ in range(60)]
    try:
        for connection in held:
            connection.sendall(HEALTH.replace(b"1.1", b"1.0"))
        workers = running.workers()
        for _ in range(6):
            assert running.send(HEALTH.replace(b"1.1", b"1.0"), seconds=5).endswith(b'"ok"}')
        assert running.workers() == workers
    finally:
        for connection in held:
            connection.close()


def test_clients_that_connect_and_say_nothing_hold_nobody_up(running: Running) -> None:
    held = [socket.create_connection(("127.0.0.1", running.port), timeout=10) for _ in range(60)]
    try:
        for _ in range(6):
            assert running.send(HEALTH.replace(b"1.1", b"1.0"), seconds=5).endswith(b'"ok"}')
        held[0].sendall(HEALTH)
        assert _answer(held[0]) == b'{"status":"ok"}'
    finally:
        for connection in held:
            connection.close()


class _Slow(BaseHTTPRequestHandler):
    """A FHIR server that needs two seconds for everything, and then has nothing."""

    asked = threading.Event()

    def do_GET(self) -> None:
        self.asked.set()
        time.sleep(2)
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def test_a_call_that_runs_when_the_service_is_told_to_stop_is_answered(tmp_path: Any) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    fhir = f"http://127.0.0.1:{server.server_port}/fhir"
    service = Running(tmp_path, "--workers", "2", CDS_FHIR_SERVERS=fhir, CDS_DEADLINE_SECONDS="8")
    sent = {k: v for k, v in call()["prefetch"].items() if k != "procedures"}
    answers: list[requests.Response] = []

    def ask() -> None:
        answers.append(requests.post(service.base + ADDRESS, json=call(prefetch=sent, fhirServer=fhir), timeout=30))

    caller = threading.Thread(target=ask)
    caller.start()
    assert _Slow.asked.wait(20)
    assert service.stop() == 0
    caller.join()
    server.shutdown()
    server.server_close()
    assert [a.status_code for a in answers] == [200]
    assert len(answers[0].json()["cards"]) == 1
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{service.base}/health", timeout=5)
    assert "Traceback" not in service.said()
