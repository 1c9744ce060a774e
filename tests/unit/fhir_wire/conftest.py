"""A FHIR server on a real socket: the embedded one, whose answers a test may replace by faults."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest

from cds_service.fhir import capability, search
from cds_service.fhir.access import FhirAccess
from cds_service.fhir.demo import create_app
from cds_service.fhir.demo.store import Store
from cds_service.fhir.gather import Gathered, gather, shutdown
from cds_service.terminology import load

from .charts import CHART

Answer = tuple[int, dict[str, str], bytes] | Callable[[BaseHTTPRequestHandler], None] | None


class Server:
    """`fault(path)` may answer in the embedded server's place; every request is kept in `seen`."""

    def __init__(self, *charts: bytes) -> None:
        self.app = create_app(store=Store(charts or (CHART,))).test_client()
        self.seen: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.forms: list[bytes] = []
        self.noting = threading.Lock()
        self.fault: Callable[[str], Answer] = lambda path: None
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                form = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with server.noting:  # requests come side by side, and the three lists go together
                    server.seen.append(self.path)
                    server.headers.append(dict(self.headers.items()))
                    server.forms.append(form)
                answer = server.fault(unquote(self.path))
                if answer is None:
                    ask = server.app.post if self.command == "POST" else server.app.get
                    reply = ask(self.path, headers={**self.headers, "Host": self.headers["Host"]}, data=form)
                    answer = (reply.status_code, dict(reply.headers.items()), reply.data)
                if callable(answer):
                    self.close_connection = True
                    answer(self)
                    return
                status, headers, body = answer
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args: Any) -> None:
                """A client that hangs up is what these tests are about."""

        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.http.server_port}/fhir"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def access(self) -> FhirAccess:
        return FhirAccess(self.base, "s3cret-token")

    def gather(self, prefetch: dict[str, bytes] | None = None, *, seconds: float = 5, **more: Any) -> Gathered:
        """The chart of patient p1 from this server."""
        return gather("p1", prefetch or {}, self.access, terminology=load(), as_of=date(2026, 11, 1),
                      deadline=time.monotonic() + seconds, **more)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers on charts (default: a woman with SLE, ten creatinines, one order)."""
    started: list[Server] = []
    capability.forget()
    search.forget()

    def start(*charts: bytes) -> Server:
        started.append(Server(*charts))
        return started[-1]

    yield start
    shutdown()
    for server in started:
        server.http.shutdown()
        server.http.server_close()


@pytest.fixture
def server(serve: Callable[..., Server]) -> Server:
    return serve()
