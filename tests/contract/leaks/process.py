"""The service as it is started, with every logger of its processes at debug level; and one that talks to it."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .outputs import LOGGERS
from .plants import BIRTH, PATIENT, mark

ROOT = Path(__file__).parents[3]
FAULT = "fault"
"""While a file of this name lies in the folder, the service has a fault that knows the patient."""
_START = f"""
import logging, os, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
from gunicorn import glogging
ready = glogging.Logger.setup
def setup(self, cfg):
    ready(self, cfg)
    self.error_log.setLevel(logging.DEBUG)
    self.access_log.setLevel(logging.DEBUG)
glogging.Logger.setup = setup
from cds_service.cli import main
from cds_service.web import logs
from cds_service.web.services import services
configured = logs.configure
def configure(level):
    configured(level)
    for name in {LOGGERS!r}:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger("cds_service").propagate = True
logs.configure = configure
module = services()["sle-cart-trials"]
screen = module.screen
def screened(chart):
    if os.path.exists({FAULT!r}):
        raise ValueError("Patient {PATIENT}, {BIRTH}: {mark("fault in a process")}")
    return screen(chart)
module.screen = screened
main()
"""


class Answer:
    """What came back, as Flask's test client shows it."""

    def __init__(self, status: int, headers: http.client.HTTPMessage, data: bytes) -> None:
        self.status_code, self.headers, self.data = status, headers, data

    def get_data(self) -> bytes:
        return self.data

    def get_json(self) -> Any:
        return json.loads(self.data)


class Process:
    """One `cds-service serve` with two workers; its stdout and stderr go to files."""

    def __init__(self, folder: Path, *options: str, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.folder = folder
        plain = {k: v for k, v in os.environ.items() if not k.startswith("CDS_")}
        given = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "always", "CDS_AS_OF": "2026-11-01",
                 "CDS_LOG_LEVEL": "debug", "CDS_DEADLINE_SECONDS": "1", "CDS_SNOOZE_DAYS": "0"}  # fmt: skip
        with (folder / "stdout").open("w") as out, (folder / "stderr").open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _START, "serve", "--port", str(self.port), *options],
                cwd=folder, env=plain | given | settings, stdout=out, stderr=err,
            )  # fmt: skip
        until = time.monotonic() + 60
        while "discovery at" not in self.said("stdout"):
            assert self.process.poll() is None and time.monotonic() < until, self.said("stderr")
            time.sleep(0.1)

    def said(self, stream: str) -> str:
        return (self.folder / stream).read_text(encoding="utf-8", errors="replace")

    def open(self, path: str, method: str = "GET", headers: dict[str, str] | None = None, data: Any = None) -> Answer:
        raw = data.encode() if isinstance(data, str) else data
        for _ in range(4):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    connection.request(method, path, raw, headers or {})  # a large body may be refused unread
                answer = connection.getresponse()
                return Answer(answer.status, answer.headers, answer.read())
            except (ConnectionResetError, BrokenPipeError, http.client.BadStatusLine):
                continue  # the refusal was lost with the connection
            finally:
                connection.close()
        raise AssertionError(f"no answer to {method} {path[:40]}")

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self.open(path, "GET", headers)

    def post(self, path: str, data: Any = None, json: Any = None, headers: dict[str, str] | None = None) -> Answer:
        from json import dumps

        head = dict(headers or {})
        if json is not None:
            data, head = dumps(json), {"Content-Type": "application/json"} | head
        return self.open(path, "POST", head, data)

    def raw(self, said: bytes, seconds: float = 2) -> bytes:
        """What comes back for these very bytes."""
        found = b""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as s:
            s.sendall(said)
            s.shutdown(socket.SHUT_WR)
            while chunk := s.recv(65536):
                found += chunk
        return found

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(30)
