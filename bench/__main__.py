"""`make bench`: ratios of CPU, our service ÷ the null service, interleaved in one run.

Both run under gunicorn gthread with 2 workers × 4 threads; CPU is that of the whole process tree, read from /proc.
Then the fetch, in units of one answer of the FHIR server (`bench/fetch.py`).
"""

import argparse
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import fetch
from .bodies import AS_OF, body

GOALS = {"50 Observations": 1.8, "500 Observations": 1.0, "2000 Observations": 0.5, "no lupus, 500": 1.0}
_WITH_CARD = [name for name in GOALS if "Observations" in name]
_TICKS = os.sysconf("SC_CLK_TCK")
_WARM = 20


@dataclass(slots=True)
class Server:
    """One gunicorn with its workers."""

    name: str
    process: "subprocess.Popen[bytes]"
    port: int

    def cpu(self) -> float:
        """Seconds of CPU of the process and all below it."""
        return sum(_cpu(pid) for pid in _tree(self.process.pid))

    def fire(self, payload: bytes, times: int, *, card: bool = True) -> float:
        """CPU milliseconds for each of so many calls on one connection; `card`: whether a card must come back."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        before = self.cpu()
        for _ in range(times):
            connection.request("POST", "/cds-services/sle-cart-trials", payload, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200 or (b'"summary"' in text) is not card:
                raise SystemExit(f"{self.name} answered {answer.status}: {text[:300]!r}")
        spent = self.cpu() - before
        connection.close()
        return spent * 1000 / times


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += children.get(pid, [])
    return found


def _cpu(pid: int) -> float:
    """CPU of one process to the nanosecond where the kernel tells it, else by ticks."""
    try:
        total = 0
        for task in (Path("/proc") / str(pid) / "task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        if total:
            return total / 1e9
        fields = (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    except (OSError, IndexError):
        return 0.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(name: str, command: list[str], port: int) -> Server:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CDS_")}
    store = Path(tempfile.mkdtemp()) / "store.db"
    environment |= {"CDS_AS_OF": AS_OF.isoformat(), "CDS_DATABASE_URL": f"sqlite:///{store}"}
    process = subprocess.Popen(command, env=environment)
    server = Server(name, process, port)
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                return server
        except OSError:
            time.sleep(0.1)
        if process.poll() is not None:
            break
    raise SystemExit(f"{name} did not start")


def measure(rounds: int, calls: int) -> dict[str, dict[str, float]]:
    """Name of the body → CPU milliseconds of both services (medians), and the rounds' ratios: median and quartiles.

    Many short rounds: the speed of a shared machine changes from second to second.
    """
    bodies = {
        "50 Observations": body(50),
        "500 Observations": body(500),
        "2000 Observations": body(2000),
        "no lupus, 500": body(500, lupus=False),
    }
    ours, null = _free_port(), _free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "4",
                "--log-level", "warning", "--no-control-socket"]  # fmt: skip
    servers = [
        _start("the service", [sys.executable, "-m", "cds_service", "serve", "--port", str(ours)], ours),
        _start("the null service", [*gunicorn, "--bind", f"127.0.0.1:{null}", "bench.null_service:create_app()"], null),
    ]
    try:
        for name, payload in bodies.items():
            for server in servers:
                server.fire(payload, _WARM, card=server is servers[1] or name in _WITH_CARD)
        spent: dict[str, list[list[float]]] = {name: [[], []] for name in bodies}
        for _ in range(rounds):
            for name, payload in bodies.items():
                for i, server in enumerate(servers):
                    spent[name][i].append(server.fire(payload, calls, card=i == 1 or name in _WITH_CARD))
    finally:
        for server in servers:
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(15)
    result = {}
    for name, (mine, nothing) in spent.items():
        a, b = statistics.median(mine), statistics.median(nothing)
        low, ratio, high = statistics.quantiles([m / n for m, n in zip(mine, nothing, strict=True)], n=4)
        result[name] = {"service_ms": round(a, 3), "null_ms": round(b, 3),
                        "ratio": round(ratio, 2), "quarter": round(low, 2), "three_quarters": round(high, 2),
                        "goal": GOALS[name], "kilobytes": len(bodies[name]) // 1024}  # fmt: skip
    return result


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--calls", type=int, default=12)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    parser.add_argument("--fetch-rounds", type=int, default=15, help="rounds of `bench.fetch`; 0: leave it out")
    options = parser.parse_args()
    figures = measure(options.rounds, options.calls)
    print("CPU of one patient-view call: five trials, all evidence, the card")
    print("A quarter of the Observations is relevant; 30 Conditions, 60 drug records")
    print(f"{'body':<20}{'KB':>6}{'service':>12}{'null':>12}{'ratio':>8}{'half of the rounds':>21}{'goal':>7}")
    missed = 0
    for name, f in figures.items():
        ok = f["ratio"] <= f["goal"]
        missed += not ok
        half = f"{f['quarter']:.2f} to {f['three_quarters']:.2f}"
        print(f"{name:<20}{f['kilobytes']:>6}{f['service_ms']:>9} ms{f['null_ms']:>9} ms{f['ratio']:>8}{half:>21}"
              f"{f['goal']:>7}{'' if ok else '  missed'}")  # fmt: skip
    if options.fetch_rounds:
        print()
        missed += fetch.run(fetch.SIZES, rounds=options.fetch_rounds)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
