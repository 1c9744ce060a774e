"""The demo FHIR server as a process of its own, seen at `/fhir` of the service."""

import http.client
import sys
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from ..kernel.errors import CdsError
from . import child

_PASSED_ON = ("Accept", "Accept-Encoding", "Cache-Control", "Content-Type", "Prefer", "If-None-Match")
_PASSED_BACK = ("Content-Type", "Content-Encoding", "ETag", "Last-Modified", "Location", "Allow", "Vary")


def start() -> str:
    """Start the server on a free port of the loopback and return its base; it ends with this process."""
    process = child.start([sys.executable, "-m", "cds_service.fhir.demo", "--port", "0"], read=True)
    assert process.stdout is not None
    line = process.stdout.readline().split()
    if len(line) != 2 or line[0] != "ready":
        raise CdsError("the demo FHIR server did not start")
    return line[1].rstrip("/")


def register(app: Flask, base: str) -> None:
    """Pass every request below `/fhir` on to the demo server, with the Host that the client used."""
    at = urlsplit(base)

    @app.route("/fhir", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/fhir/<path:path>", methods=["GET", "POST"])
    def fhir(path: str) -> Response:
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        headers["Host"] = request.host
        target = request.full_path.rstrip("?")
        connection = http.client.HTTPConnection(at.hostname or "127.0.0.1", at.port, timeout=30)
        try:
            connection.request(request.method, target, request.get_data() or None, headers)
            answer = connection.getresponse()
            kept = [(name, value) for name, value in answer.getheaders() if name in _PASSED_BACK]
            return Response(answer.read(), answer.status, kept)
        except http.client.InvalidURL:
            raise NotFound from None  # a control character in the path: there is no such resource
        except (OSError, http.client.HTTPException):
            from .outcomes import outcome

            return outcome(503, "the demo FHIR server does not answer")
        finally:
            connection.close()
