"""`make bench-load`: fifty callers for ten minutes; whether the service is as quick and as small at the end.

`serve` with its workers, its store and the demo FHIR server; each caller has a connection of its own and sends one call
after another: charts in the prefetch (50 and 500 Observations, no lupus), calls without prefetch whose data is fetched
from the demo server, feedback on a card that was shown, and bodies that are refused. Memory is the resident one of the
service's processes (proportional share where the kernel tells it); the demo FHIR server, a process of its own that no
hospital has, is left out.
"""

import argparse
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from cds_service.cli.common import fixture_names

from .bodies import AS_OF, body

HOOK = "/cds-services/sle-cart-trials"
HEAD = {"Content-Type": "application/json"}
CHANCES = {"prefetch, 50": 40, "prefetch, 500": 15, "no lupus": 15, "fetched": 20, "feedback": 5, "refused": 5}
"""Kind of call → how many of a hundred."""


@dataclass(slots=True)
class Minute:
    """What was measured within one minute."""

    times: list[float] = field(default_factory=list)
    """Seconds of each call that was answered as it must be."""
    errors: Counter[str] = field(default_factory=Counter)
    memory: int = 0
    """Bytes at its end."""


class Load:
    """The callers."""

    def __init__(self, port: int, seconds: float, minute: float) -> None:
        self.port = port
        self.begin = time.monotonic()
        self.end = self.begin + seconds
        self.minute = minute
        self.minutes = [Minute() for _ in range(max(1, round(seconds / minute)))]
        self.kinds: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._base = f"http://127.0.0.1:{port}/fhir"
        self._bodies = {
            "prefetch, 50": body(50), "prefetch, 500": body(500), "no lupus": body(50, lupus=False),
            "refused": b'{"hook": "patient-view", "hookInstance": ',
        }  # fmt: skip
        self._patients = fixture_names()

    def run(self, callers: int) -> None:
        """Call until the end."""
        threads = [threading.Thread(target=self._caller, args=(n,), daemon=True) for n in range(callers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _caller(self, number: int) -> None:
        chance = random.Random(number)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        card = ""
        while time.monotonic() < self.end:
            kind = chance.choices(list(CHANCES), list(CHANCES.values()))[0]
            if kind == "feedback" and not card:
                kind = "prefetch, 50"
            path = f"{HOOK}/feedback" if kind == "feedback" else HOOK
            sent, started = self._body(kind, card, chance), time.monotonic()
            try:
                connection.request("POST", path, sent, HEAD)
                answer = connection.getresponse()
                said = answer.read()
                fault = self._fault(kind, answer.status, said)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                said, fault = b"", type(error).__name__
            if kind == "prefetch, 50" and not fault:
                card = json.loads(said)["cards"][0]["uuid"]
            self._note(kind, time.monotonic() - started, fault)

    def _body(self, kind: str, card: str, chance: random.Random) -> bytes:
        if kind == "fetched":
            context = {"userId": "Practitioner/p", "patientId": chance.choice(self._patients)}
            return json.dumps({"hook": "patient-view", "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
                               "context": context, "fhirServer": self._base}).encode()  # fmt: skip
        if kind == "feedback":
            # `accepted` snoozes nothing, so that the card is shown to the end.
            entry = {"card": card, "outcome": "accepted", "outcomeTimestamp": "2026-11-01T09:30:00Z",
                     "acceptedSuggestions": [{"id": "s"}]}  # fmt: skip
            return json.dumps({"feedback": [entry]}).encode()
        return self._bodies[kind]

    @staticmethod
    def _fault(kind: str, status: int, said: bytes) -> str:
        if status != (400 if kind == "refused" else 200):
            return f"{kind}: {status}"
        if kind.startswith("prefetch") and b'"summary"' not in said:
            return f"{kind}: no card"
        if kind == "fetched" and any("could not be read" in card["summary"] for card in json.loads(said)["cards"]):
            return f"{kind}: not in time"  # the card says so; under such a load that is right and not good
        return ""

    def _note(self, kind: str, seconds: float, fault: str) -> None:
        at = min(int((time.monotonic() - self.begin) / self.minute), len(self.minutes) - 1)
        with self._lock:
            self.kinds[kind] += 1
            if fault:
                self.minutes[at].errors[fault] += 1
            else:
                self.minutes[at].times.append(seconds)


def memory(root: int) -> int:
    """Bytes of a process and its forks; what they share counts once."""
    return sum(_memory(pid) for pid in _family(root))


def _family(root: int) -> list[int]:
    """The process and its children, but for the demo FHIR server."""
    found = [root]
    for entry in Path("/proc").iterdir():
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) if entry.name.isdigit() else 0
            if parent == root and b"cds_service.fhir.demo" not in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def _memory(pid: int) -> int:
    for file, name in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            for line in (Path("/proc") / str(pid) / file).read_text().splitlines():
                if line.startswith(name):
                    return int(line.split()[1]) * 1024
        except OSError:
            continue
    return 0


def start(port: int, workers: int, folder: Path) -> "subprocess.Popen[bytes]":
    """The service, ready."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CDS_")}
    environment |= {"CDS_AS_OF": AS_OF.isoformat(), "CDS_DATABASE_URL": f"sqlite:///{folder}/store.db"}
    command = [sys.executable, "-m", "cds_service", "serve", "--demo", "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                time.sleep(3)  # the demo's first card is shown meanwhile
                return process
        except OSError:
            time.sleep(0.1)
        if process.poll() is not None:
            break
    raise SystemExit("the service did not start")


def percentile(times: list[float], part: float) -> float:
    """Milliseconds."""
    return 1000 * sorted(times)[min(int(part * len(times)), len(times) - 1)] if times else 0.0


def _row(name: str, minute: Minute, seconds: float) -> str:
    p = [f"{percentile(minute.times, part):8.0f}" for part in (0.5, 0.95, 0.99)]
    return (f"{name:<8}{len(minute.times) / seconds:>10.1f}{minute.errors.total():>8}{''.join(p)}"
            f"{minute.memory / (1 << 20):>10.1f}")  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench-load", description=__doc__)
    parser.add_argument("--callers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--minute", type=float, default=60, help="seconds of one row")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    options = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder = Path(tempfile.mkdtemp())
    process = start(port, options.workers, folder)
    try:
        at_start = memory(process.pid)
        load = Load(port, options.seconds, options.minute)
        watched = threading.Thread(target=load.run, args=(options.callers,))
        print(f"{options.callers} callers, {options.workers} workers, {options.seconds:.0f} s")
        print(f"{'':<8}{'calls/s':>10}{'errors':>8}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}{'MB':>10}")
        print(f"{'start':<50}{at_start / (1 << 20):>10.1f}", flush=True)
        watched.start()
        for number, minute in enumerate(load.minutes):
            time.sleep(max(0.0, load.begin + (number + 1) * options.minute - time.monotonic()))
            minute.memory = memory(process.pid)
            print(_row(f"{number + 1}", minute, options.minute), flush=True)
        watched.join()
        at_end = memory(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    return _summary(load, at_start, at_end, options.minute, folder, options.json)


def _summary(load: Load, at_start: int, at_end: int, minute: float, folder: Path, file: Path | None) -> int:
    whole = Minute()
    for part in load.minutes:
        whole.times += part.times
        whole.errors += part.errors
    whole.memory = at_end
    print(_row("all", whole, minute * len(load.minutes)))
    first, last = load.minutes[0], load.minutes[-1]
    figures = {
        "calls": len(whole.times),
        "kinds": dict(load.kinds),
        "errors": dict(whole.errors),
        "throughput_first_to_last_minute": round(len(first.times) / max(len(last.times), 1), 3),
        "memory_end_to_start": round(at_end / at_start, 3),
        "memory_end_to_first_minute": round(at_end / first.memory, 3),
        "store_megabytes": round(sum(f.stat().st_size for f in folder.glob("store.db*")) / (1 << 20), 1),
    } | {f"p{round(100 * part)}_ms": round(percentile(whole.times, part), 1) for part in (0.5, 0.95, 0.99)}
    for name, value in figures.items():
        print(f"{name.replace('_', ' ')}: {value}")
    if file:
        file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 1 if whole.errors else 0


if __name__ == "__main__":
    sys.exit(main())
