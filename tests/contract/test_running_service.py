"""The service as `make run` starts it: gunicorn, the demo FHIR server beside it, the first card, the end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ..unit.web.making import ADDRESS, call


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """One running service and what it printed."""

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CDS_")}
        root = str(Path(__file__).parents[2])
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cds_service", "serve", "--demo", "--port", str(self.port)],
                stdout=log, stderr=subprocess.STDOUT, cwd=folder, env=environment | {"PYTHONPATH": root},
            )  # fmt: skip

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_for(self, words: str, seconds: float = 40) -> None:
        until = time.monotonic() + seconds
        while words not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.1)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    service = Running(tmp_path_factory.mktemp("running"))
    try:
        service.wait_for("Stop with Ctrl-C")
        yield service
    finally:
        if service.process.poll() is None:
            service.stop()


def test_the_first_card_is_printed_from_data_fetched_over_http(running: Running) -> None:
    said = running.said()
    assert "without prefetch" in said
    assert "May fit" in said
    assert f"{running.base}/cds-services" in said


def test_a_call_without_prefetch_is_answered_from_the_demo_server(running: Running) -> None:
    body = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "fhirServer": f"{running.base}/fhir",
        "context": {"userId": "Practitioner/p", "patientId": "amira-34"},
    }
    answer = requests.post(running.base + ADDRESS, json=body, timeout=20)
    assert answer.status_code == 200
    assert len(answer.json()["cards"]) == 1


def _exchange(running: Running, sent: bytes, answers: int) -> bytes:
    """What comes back on one connection until so many answers are there, or the service closes it."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as ends:
        ends.sendall(sent)
        found = b""
        while found.count(b'{"cards":[') < answers or not found.endswith(b"}"):
            piece = ends.recv(1 << 16)
            if not piece:
                break
            found += piece
        else:
            ends.settimeout(1)
            try:
                assert ends.recv(1) == b"", "more than was asked for"
                found += b" closed"
            except TimeoutError:
                pass
    return found


@pytest.mark.parametrize(
    ("first", "line", "closes"),
    [("HTTP/1.1", "X-Nothing: 1", False), ("HTTP/1.1", "Connection: close", True), ("HTTP/1.0", "X-Nothing: 1", True),
     ("HTTP/1.0", "Connection: keep-alive", False), ("HTTP/1.1", "Content-Encoding: identity", False)],
)  # fmt: skip
def test_a_connection_stays_open_as_the_client_says(running: Running, first: str, line: str, closes: bool) -> None:
    body = json.dumps(call()).encode()
    head = (f"POST {ADDRESS} {first}\r\nHost: localhost\r\n{line}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode()  # fmt: skip
    found = _exchange(running, head + body, 1)
    assert found.startswith(f"{first} 200 OK\r\n".encode())
    assert found.endswith(b" closed") is closes
    assert (b"Connection: close" in found) is closes


def test_calls_that_come_in_one_packet_are_answered_one_after_the_other(running: Running) -> None:
    one, other = json.dumps(call()).encode(), json.dumps(call(hook="order-sign")).encode()
    head = f"POST {ADDRESS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
    sent = b"".join(head.encode() + str(len(body)).encode() + b"\r\n\r\n" + body for body in (one, other, one))
    found = _exchange(running, sent, 2)
    statuses = [piece.split(b" ", 2)[1] for piece in found.split(b"HTTP/1.1")[1:]]
    assert statuses == [b"200", b"400", b"200"]


def test_both_roads_send_the_same_headers_over_the_wire(running: Running) -> None:
    heads = []
    for kind in ("application/json", "application/json; charset=latin-1"):  # the second is no plain call
        answer = requests.post(
            running.base + ADDRESS, data=json.dumps(call()), headers={"Content-Type": kind}, timeout=20
        )
        assert answer.status_code == 200
        heads.append({name.lower(): value for name, value in answer.headers.items() if name.lower() != "date"})
        assert answer.headers["Date"].endswith("GMT")
    assert heads[0] == heads[1]


def test_pages_of_the_demo_server_keep_the_origin_that_the_client_used(running: Running) -> None:
    found = requests.get(f"{running.base}/fhir/Observation?patient=amira-34&_count=1", timeout=20).json()
    following = next(link["url"] for link in found["link"] if link["relation"] == "next")
    assert following.startswith(f"{running.base}/fhir")
    assert requests.get(following, timeout=20).json()["entry"]


def test_an_unknown_resource_of_the_demo_server_is_an_operation_outcome(running: Running) -> None:
    answer = requests.get(f"{running.base}/fhir/Patient/nobody", timeout=20)
    assert (answer.status_code, answer.json()["resourceType"]) == (404, "OperationOutcome")


def test_a_second_start_says_that_the_port_is_taken(running: Running) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "cds_service", "serve", "--port", str(running.port)],
        capture_output=True, text=True, timeout=30, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert second.returncode != 0
    assert second.stderr.count("\n") == 1
    assert f"port {running.port} is taken" in second.stderr


def test_simulate_fires_at_a_running_service(running: Running) -> None:
    fired = subprocess.run(
        [sys.executable, "-m", "cds_service", "simulate", "amira-34", "--service", running.base],
        capture_output=True, text=True, timeout=30, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert fired.returncode == 0, fired.stderr
    assert "May fit" in fired.stdout


def test_it_stops_when_it_is_told_to_without_a_word_of_complaint(tmp_path: Path) -> None:
    service = Running(tmp_path)
    service.wait_for("Stop with Ctrl-C")
    assert service.stop() == 0
    assert "Traceback" not in service.said()
    assert "rror" not in service.said()
