"""`python -m bench.fetch`: what a fetch takes, in units of one answer of the server.

Against a stub that answers each request after 30 ms (`bench/fhir_stub.py`), or the real server of `--server`:
the wall time of `gather` ÷ the time of one small answer, with nothing sent and with Patient and Conditions sent;
÷ the same requests one after another; and the growth of memory at its peak ÷ the bytes that arrived.
"""

import argparse
import gc
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from cds_service.fhir import capability, fetch
from cds_service.fhir.access import FhirAccess
from cds_service.fhir.client import FhirClient
from cds_service.fhir.gather import Gathered, gather, shutdown
from cds_service.fhir.reader import ChartReader
from cds_service.terminology import load
from cds_service.trials import load_trials
from cds_service.web.server import settle_memory

from .bodies import AS_OF, FIXTURE

SIZES = (50, 500, 2000, 10000)
GOAL, GOAL_SENT, GOAL_MEMORY = 2.7, 1.7, 2.0
_WAIT = 60.0


@contextmanager
def stub(observations: int, latency: float, page: int) -> Iterator[str]:
    """The base of a stub in a process of its own."""
    command = [sys.executable, "-m", "bench.fhir_stub", "--observations", str(observations),
               "--latency", str(latency), "--page", str(page)]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/fhir"
        finally:
            process.terminate()


class Caller:
    """Fetches one patient from one server, in the way asked for."""

    def __init__(self, base: str, patient: str, as_of: date) -> None:
        self.access, self.patient, self.as_of = FhirAccess(base), patient, as_of
        client = FhirClient(self.access, time.monotonic() + _WAIT)
        address = self.access.address
        self.sent = {
            "patient": client.get(address(f"Patient/{patient}")),
            "conditions": client.get(address(f"Condition?patient={patient}&_count=1000")),
        }

    def run(self, sent: bool = False) -> Gathered:
        """One fetch."""
        return gather(self.patient, self.sent if sent else {}, self.access, terminology=load(), as_of=self.as_of,
                      deadline=time.monotonic() + _WAIT)  # fmt: skip

    def one(self) -> None:
        """One small answer, by the same client."""
        FhirClient(self.access, time.monotonic() + _WAIT).get(self.access.address(f"Patient/{self.patient}"))


def _milliseconds(run: Callable[[], Any]) -> float:
    before = time.perf_counter()
    run()
    return (time.perf_counter() - before) * 1000


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    kept = fetch._pool
    with ThreadPoolExecutor(1) as single:
        fetch._pool = lambda: single  # type: ignore[assignment]
        try:
            yield
        finally:
            fetch._pool = kept


@contextmanager
def _watched(see: Callable[[str, bytes], Any]) -> Iterator[None]:
    """Show each address and the body that arrives."""
    kept = FhirClient.get

    def get(client: FhirClient, url: str, *args: Any) -> bytes:
        body = kept(client, url, *args)
        see(url, body)
        return body

    FhirClient.get = get  # type: ignore[method-assign]
    try:
        yield
    finally:
        FhirClient.get = kept  # type: ignore[method-assign]


def _decoding(caller: Caller, bodies: list[bytes]) -> float:
    """CPU milliseconds of reading bodies that are there already into a chart."""

    def read() -> None:
        reader = ChartReader(load(), caller.as_of, caller.patient)
        reader.patient(caller.sent["patient"])
        for body in bodies:
            reader.bundle(body)
        reader.chart()

    found = []
    for _ in range(5):
        before = time.process_time()
        read()
        found.append((time.process_time() - before) * 1000)
    return statistics.median(found)


def measure(base: str, patient: str, as_of: date, rounds: int) -> dict[str, float]:
    """The figures of one patient on one server, warmed up: medians, what is compared measured in turn."""
    caller = Caller(base, patient, as_of)
    capability.forget()
    requests = caller.run().requests
    bodies: list[bytes] = []
    pages: Counter[str] = Counter()

    def see(url: str, body: bytes) -> None:
        bodies.append(body)
        pages[url.split("&_start=")[0]] += 1

    with _watched(see):
        caller.run()
    times: dict[str, list[float]] = {"one": [], "all": [], "sent": []}
    for _ in range(rounds):
        times["one"].append(_milliseconds(caller.one))
        times["all"].append(_milliseconds(caller.run))
        times["sent"].append(_milliseconds(lambda: caller.run(sent=True)))
    with _one_at_a_time():
        sequential = _milliseconds(caller.run)
    one, whole, sent = (statistics.median(times[k]) for k in ("one", "all", "sent"))
    return {
        "requests": requests, "rounds": 1 + max(pages.values()),
        "best_ratio": min(times["all"]) / min(times["one"]), "best_sent_ratio": min(times["sent"]) / min(times["one"]),
        "kilobytes": sum(map(len, bodies)) / 1024, "one_ms": one, "fetch_ms": whole,
        "ratio": whole / one, "sent_ratio": sent / one, "to_sequential": whole / sequential,
        "decoding_ms": _decoding(caller, bodies),
    }  # fmt: skip


def _memory(observations: int, page: int) -> dict[str, float]:
    """Growth of this process's memory at its peak during one fetch, and the bytes that arrived."""
    with stub(50, 1, page) as warm:
        for _ in range(3):
            Caller(warm, FIXTURE, AS_OF).run()  # what a worker holds anyway: tables, threads, caches
    shutdown()
    sizes: list[int] = []
    with stub(observations, 1, page) as base:
        caller = Caller(base, FIXTURE, AS_OF)
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5")  # resets the peak
        before = _status("VmRSS")
        with _watched(lambda url, body: sizes.append(len(body))):
            caller.run()
        return {"grown_kb": _status("VmHWM") - before, "received_kb": sum(sizes) / 1024}


def _status(name: str) -> int:
    """Kilobytes of memory of this process, as the kernel counts them."""
    found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


def memory(observations: int, page: int) -> float:
    """Peak growth ÷ bytes received, in a fresh process."""
    command = [sys.executable, "-m", "bench.fetch", "--memory-of", str(observations), "--page", str(page)]
    figures = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    return float(figures["grown_kb"] / figures["received_kb"])


def figures_of(sizes: tuple[int, ...], latency: float, page: int, rounds: int) -> dict[str, dict[str, float]]:
    """Observations → figures against the stub."""
    figures = {}
    for size in sizes:
        with stub(size, latency, page) as base:
            figures[str(size)] = measure(base, FIXTURE, AS_OF, rounds)
        shutdown()
        figures[str(size)]["memory"] = memory(size, page)
    return figures


def report(figures: dict[str, dict[str, float]]) -> int:
    """Print the figures; how many goals were missed."""
    print(f"{'Observations':>14}{'KB':>7}{'requests':>9}{'rounds':>7}{'one':>9}{'fetch':>9}{'ratio':>7}"
          f"{'with Patient':>14}{'decoding':>10}{'÷ sequential':>14}{'memory':>8}")  # fmt: skip
    print(f"{'goal':>14}{'':>41}{GOAL:>7}{GOAL_SENT:>14}{'':>24}{GOAL_MEMORY:>8}")
    missed = 0
    for name, f in figures.items():
        # The goals of time are for two rounds: pages come one after the other, and a real server has its own pace.
        two = f["rounds"] == 2 and "memory" in f
        misses = [two and f["ratio"] > GOAL, two and f["sent_ratio"] > GOAL_SENT, f.get("memory", 0) > GOAL_MEMORY]
        missed += sum(misses)
        print(f"{name:>14}{f['kilobytes']:>7.0f}{f['requests']:>9}{f['rounds']:>7}{f['one_ms']:>6.1f} ms"
              f"{f['fetch_ms']:>6.0f} ms{f['ratio']:>7.2f}{f['sent_ratio']:>14.2f}{f['decoding_ms']:>7.0f} ms"
              f"{f['to_sequential']:>14.2f}{f.get('memory', float('nan')):>8.2f}"
              f"{'  missed' if any(misses) else ''}")  # fmt: skip
    return missed


def settle() -> None:
    """What a worker does when it starts."""
    load()
    load_trials()
    settle_memory()


def run(
    sizes: tuple[int, ...], *, latency: float = 30, page: int = 1000, rounds: int = 15, server: str | None = None,
    patient: str = FIXTURE, as_of: date = AS_OF, file: Path | None = None,
) -> int:
    """Measure against the stub, and a real server where there is one; print; how many goals were missed."""
    settle()
    figures = figures_of(sizes, latency, page, rounds)
    if server:
        figures["real server"] = measure(server.rstrip("/"), patient, as_of, rounds)
    print(f"The fetch of one patient, wall time ÷ one answer of the server (stub: {latency:g} ms, pages of {page})")
    missed = report(figures)
    if file:
        file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.fetch", description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--latency", type=float, default=30, help="milliseconds of each answer of the stub")
    parser.add_argument("--page", type=int, default=1000, help="matches on one page of the stub at most")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--server", default=os.environ.get("FHIR_SERVER"), help="base of a real server too")
    parser.add_argument("--patient", default=FIXTURE, help="a patient on the real server")
    parser.add_argument("--as-of", type=date.fromisoformat, default=AS_OF)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--memory-of", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    settle()
    if options.memory_of is not None:
        print(json.dumps(_memory(options.memory_of, options.page)))
        return 0
    sizes = tuple(int(size) for size in options.sizes.split(",") if size)
    missed = run(
        sizes, latency=options.latency, page=options.page, rounds=options.rounds, server=options.server,
        patient=options.patient, as_of=options.as_of, file=options.json,
    )  # fmt: skip
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
