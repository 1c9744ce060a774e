"""FHIR servers that fail in every way, and say marks while they do."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

from ...unit.fhir_wire.conftest import Answer
from .plants import HTML, OUTCOME, PATIENT, SAID, chart, mark

JSON = {"Content-Type": "application/fhir+json"} | SAID
Fault = Callable[[str], Answer]


def _refusal(status: int, body: bytes = OUTCOME, **headers: str) -> Fault:
    return lambda path: (status, JSON | {k.replace("_", "-"): v for k, v in headers.items()}, body)


def _raw(*pieces: bytes, pause: float = 0) -> Fault:
    """What no HTTP library would send."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        for piece in pieces:
            handler.wfile.write(piece)
            handler.wfile.flush()
            time.sleep(pause)
        handler.connection.shutdown(socket.SHUT_RDWR)

    return lambda path: write


def _bundle(*resources: dict[str, Any], **more: Any) -> bytes:
    entries = [{"resource": r} for r in resources]
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries} | more).encode()


def _only(word: str, fault: Fault) -> Fault:
    """The fault where the address holds the word; else the chart."""
    return lambda path: fault(path) if word in path else None


def _next(url: str) -> Fault:
    return _only("Observation", lambda path: (200, JSON, _bundle(link=[{"relation": "next", "url": url}])))


_OK = b"HTTP/1.1 200 OK\r\n"
_MARK = mark("raw answer").encode()
FAULTS: dict[str, Fault] = {
    **{
        f"answers {status}": _refusal(status)
        for status in (400, 401, 403, 404, 405, 410, 412, 418, 422, 429, 500, 501, 502, 503, 504)
    },
    "answers 401 in HTML": _refusal(401, HTML),
    "answers 500 in HTML": _refusal(500, HTML),
    "asks to come again in words": _refusal(503, Retry_After=mark("retry after")),
    "asks to come again in a week": _refusal(429, Retry_After="604800"),
    "answers 204": _refusal(204, b""),
    "answers 999": _refusal(999),
    "redirects to another host": _refusal(
        302, Location=f"https://{mark('redirect')}.example.org/{mark('redirect path')}"
    ),
    "redirects to itself": _refusal(307, Location=f"/fhir/Patient/{PATIENT}?{mark('redirect query')}"),
    "answers HTML with 200": _refusal(200, HTML),
    "answers an OperationOutcome with 200": _refusal(200),
    "answers a text": _refusal(200, json.dumps(mark("a text")).encode()),
    "answers half a JSON": _refusal(200, b'{"resourceType": "Bundle", "x": "' + mark("half a JSON").encode()),
    "answers what is no UTF-8": _refusal(200, b'{"resourceType": "' + mark("no UTF-8").encode() + b'\xff"}'),
    "answers nested without end": _refusal(200, b'{"' + mark("nested").encode() + b'":' + b"[" * 100_000),
    "answers another type": _refusal(200, json.dumps({"resourceType": mark("another type")}).encode()),
    "answers with another patient": _only(
        "/Patient/",
        _refusal(
            200,
            json.dumps(
                {
                    "resourceType": "Patient",
                    "id": mark("another patient answered"),
                    "name": [{"text": mark("whose name")}],
                }
            ).encode(),
        ),
    ),
    "answers gzip that is none": _refusal(200, mark("no gzip").encode(), Content_Encoding="gzip"),
    "answers half a gzip": _refusal(200, gzip.compress(chart())[:400], Content_Encoding="gzip"),
    "answers in an encoding of its own": _refusal(200, chart(), Content_Encoding=mark("encoding")),
    "puts an OperationOutcome among the entries": _refusal(200, _bundle(json.loads(OUTCOME))),
    "says 400 to a search": _only("?", _refusal(400)),
    "refuses the observations": _only("Observation", _refusal(403)),
    "refuses the conditions": _only("Condition", _refusal(403)),
    "fails at the medications": _only("Medication/", _refusal(500)),
    "has a statement that is none": _only("metadata", _refusal(200, HTML)),
    "has a next page elsewhere": _next(
        f"https://{mark('next host')}.example.org/{mark('next path')}?{mark('next query')}"
    ),
    "has a next page that is no address": _next(f"http://[{mark('next bracket')}"),
    "has a next page with a user": _next(f"http://{mark('next user')}:{mark('next password')}@127.0.0.1/"),
    "has a next page of another scheme": _next(f"file:///{mark('next file')}"),
    "has a next page in a circle": _next("/fhir/Observation?"),
    "drops before a word": _raw(),
    "drops in the middle of a header": _raw(_OK + b"X-Says: " + _MARK),
    "drops in the middle of a body": _raw(_OK + b'Content-Length: 9000\r\n\r\n{"x": "' + _MARK),
    "drops in the middle of a chunk": _raw(_OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n" + _MARK),
    "sends a chunk of no length": _raw(_OK + b"Transfer-Encoding: chunked\r\n\r\n" + _MARK + b"\r\n"),
    "sends no status line": _raw(_MARK + b" hello\r\n\r\n"),
    "sends a status that is no number": _raw(b"HTTP/1.1 " + _MARK + b" OK\r\n\r\n"),
    "sends a header that is none": _raw(
        _OK + b"X-Says: a\r\n" + _MARK + b" without colon\r\nContent-Length: 2\r\n\r\n{}"
    ),
    "sends a header without end": _raw(_OK + b"X-Says: " + _MARK * 9000),
    "sends a thousand headers": _raw(_OK + b"".join(b"X-%d: " % i + _MARK + b"\r\n" for i in range(1000)) + b"\r\n"),
    "sends a length that is none": _raw(_OK + b"Content-Length: " + _MARK + b"\r\n\r\n{}"),
    "drips": _raw(*[_MARK[i : i + 1] for i in range(10)], pause=0.2),
    "never answers": _raw(b"", pause=3),
}
"""What the server does → how it answers."""


class Rude:
    """A socket that does one thing to whoever connects."""

    def __init__(self, says: bytes | None) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.says = says
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(1)
                try:
                    if self.says is not None:
                        connection.recv(4096)
                        connection.sendall(self.says)
                except OSError:
                    continue

    def close(self) -> None:
        self.socket.close()
