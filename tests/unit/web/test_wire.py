"""What the worker reads of a plain call and what it writes is what gunicorn would read and write."""

import io
import socket
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser
from gunicorn.http.wsgi import Response, create

from cds_service.web import wire
from cds_service.web.plain import Answer

from .making import ADDRESS

_CLIENT, _SERVER = ("127.0.0.1", 40000), ("127.0.0.1", 8000)


def request(*lines: str, body: bytes = b"{}", first: str = f"POST {ADDRESS} HTTP/1.1") -> Any:
    """What gunicorn makes of a request."""
    head = [first, "Host: cds.example.org:8443", *lines, f"Content-Length: {len(body)}", "", ""]
    config = Config()
    config.set("forwarded_allow_ips", "")
    return next(RequestParser(config, io.BytesIO("\r\n".join(head).encode("latin-1") + body), _CLIENT))


def by_gunicorn(req: Any) -> dict[str, Any]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        _, environ = create(req, ours, _CLIENT, _SERVER, req.cfg)
    found: dict[str, Any] = environ
    return found


@pytest.mark.parametrize(
    "lines",
    [[], ["Content-Type: application/json"], ["Content-Type: application/json", "Authorization: Bearer a.b.c"],
     ["X-Forwarded-For: 10.0.0.1", "X-Forwarded-Proto: https", "Origin: https://ehr.example.org"],
     ["Accept: */*", "accept-encoding:gzip", "User-Agent:  an EHR/1.0 ", "X-Name: J\xf6rg"],
     ["Content-Encoding: gzip"], ["Script_Name: /x"], ["SCRIPT-NAME: /x"], ["Connection: close"]],
    ids=str,
)  # fmt: skip
def test_the_variables_of_a_plain_call_are_those_of_gunicorn(lines: list[str]) -> None:
    ours, theirs = wire.plain_environ(request(*lines)), by_gunicorn(request(*lines))
    assert ours is not None
    del ours["wsgi.input"]
    said = {k: v for k, v in theirs.items() if k.startswith(("HTTP_", "CONTENT_")) or k in ours}
    said.setdefault("CONTENT_TYPE", "")
    assert ours == said


def test_the_body_of_a_plain_call_is_that_of_the_request() -> None:
    environ = wire.plain_environ(request(body=b"[1]"))
    assert environ is not None
    assert environ["wsgi.input"].read(3) == b"[1]"


@pytest.mark.parametrize(
    "req",
    [request("Expect: 100-continue"), request("X-A: 1", "X-A: 2"), request("Authorization: a", "authorization: b"),
     request(first=f"GET {ADDRESS} HTTP/1.1"), request(first=f"OPTIONS {ADDRESS} HTTP/1.1")],
    ids=["waits for leave", "a field twice", "two tokens", "GET", "OPTIONS"],
)  # fmt: skip
def test_a_request_with_more_about_it_is_left_to_gunicorn(req: Any) -> None:
    assert wire.plain_environ(req) is None


def test_a_request_of_a_gunicorn_that_says_nothing_of_waiting_clients_is_left_to_it() -> None:
    found = request()
    less = SimpleNamespace(method="POST", path=found.path, headers=found.headers, body=found.body)
    less.proxy_protocol_info = None
    assert wire.plain_environ(less) is None


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("lines", [[], ["Connection: close"], ["Connection: keep-alive"]], ids=str)
@pytest.mark.parametrize("status", ["200 OK", "401 UNAUTHORIZED"])
def test_the_bytes_of_an_answer_are_those_of_gunicorn(version: str, lines: list[str], status: str) -> None:
    answer = Answer(
        status,
        [("Content-Type", "application/json"), ("Content-Length", "12"), ("WWW-Authenticate", "Bearer")],
        b'{"cards":[]}',
    )
    req = request(*lines, first=f"POST {ADDRESS} HTTP/{version}")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        response = Response(req, ours, req.cfg)
        response.start_response(answer.status, answer.headers)
        response.write(answer.body)
        ours.shutdown(socket.SHUT_WR)
        expected = b"".join(iter(lambda: theirs.recv(65536), b""))
    assert undated(wire.written(answer, req.version, not req.should_close())) == undated(expected)


def undated(sent: bytes) -> tuple[list[bytes], bytes]:
    """Head and body; of the date only that there is one, in the form of HTTP."""
    head, _, body = sent.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    dates = [line for line in lines if line.startswith(b"Date: ") and line.endswith(b" GMT") and len(line) == 35]
    assert len(dates) == 1
    return [line for line in lines if line not in dates], body
