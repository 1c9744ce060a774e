"""A service of several workers as it is started, for the tests of operations."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).parents[3]
_SERVE = "from cds_service.web import worker; worker.LONGEST_READ = 2.0; from cds_service.cli import main; main()"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """One `cds-service serve`; requests that are sent slowly are given up after two seconds instead of thirty."""

    def __init__(self, folder: Path, *options: str, **settings: str) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        plain = {k: v for k, v in os.environ.items() if not k.startswith("CDS_")}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _SERVE, "serve", "--port", str(self.port), *options],
                stdout=log, stderr=subprocess.STDOUT, cwd=folder,
                env=plain | {"PYTHONPATH": str(ROOT), "CDS_AS_OF": "2026-11-01"} | settings,
            )  # fmt: skip
        try:
            until(lambda: "discovery at" in self.said(), 40)
        except AssertionError:
            self.process.kill()
            raise

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def workers(self) -> set[int]:
        listed = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        return {int(pid) for pid in listed.stdout.split()}

    def send(self, data: bytes, seconds: float = 10) -> bytes:
        """What comes back for these very bytes until the connection ends."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(data)
            found = b""
            while chunk := connection.recv(65536):
                found += chunk
            return found

    def count(self, start: str) -> float:
        """The number of the series of /metrics that begins so."""
        text = requests.get(f"{self.base}/metrics", timeout=20).text
        return sum(float(n) for n in re.findall(rf"^{re.escape(start)}\S* (\S+)$", text, re.MULTILINE))

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(30)


def until(condition: Callable[[], Any], seconds: float = 15) -> None:
    """Wait until something holds, or fail."""
    last = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < last, "it never came to that"
        time.sleep(0.05)
