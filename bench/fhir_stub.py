"""`python -m bench.fhir_stub`: a FHIR server that answers every request after the same time, from memory.

It pages as servers do (`next` on its own base, `total` on each page) and cuts `_count` at a maximum. Answers are made
at the first request for them, so that a warmed-up stub costs next to nothing. It prints its port, and is ended by a
signal.
"""

import argparse
import asyncio
import json
import os
import sys
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cds_service.fhir.demo.store import Store

from .bodies import FIXTURE, Resource, _concept, _conditions, _drugs, _earlier, fixture

STATEMENT = {
    "resourceType": "CapabilityStatement",
    "rest": [{
        "mode": "server",
        "resource": [
            {"type": kind, "interaction": [{"code": "read"}, {"code": "search-type"}]}
            for kind in (
                "Patient", "Condition", "Observation", "Encounter", "MedicationRequest", "MedicationStatement",
                "MedicationAdministration", "MedicationDispense", "Procedure", "Immunization", "AllergyIntolerance",
                "Medication",
            )
        ],
    }],
}  # fmt: skip


def chart(observations: int) -> bytes:
    """The woman of the bench with so many Observations of codes that are read, 30 Conditions and 60 drug records."""
    path = fixture(FIXTURE)
    if path is None:
        raise SystemExit(f"the fixture {FIXTURE} is missing")
    recorded: dict[str, list[Resource]] = {}
    for entry in json.loads(path.read_bytes())["entry"]:
        recorded.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    known = [r for r in recorded.pop("Observation") if _concept(r) is not None]
    results = known[:observations]
    for i in range(observations - len(results)):
        results.append(_earlier(known[i % len(known)], f"again-{i}", 30 + i // len(known)))
    recorded["Condition"] = _conditions(recorded["Condition"])
    drugs = _drugs(recorded)
    others = [r for kind, found in recorded.items() if not kind.startswith("Medication") for r in found]
    medications = recorded.get("Medication", [])
    entries = [{"resource": r} for r in [*others, *medications, *drugs, *results]]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


class Stub:
    """Bodies by path, made once."""

    def __init__(self, observations: int, latency: float, page: int, base: str = "") -> None:
        self.store = Store([chart(observations)])
        self.latency, self.page, self.base = latency, page, base
        self.made: dict[str, bytes] = {}
        self.sent = 0
        """Bytes of all bodies that were sent."""

    def answer(self, path: str) -> bytes:
        """The whole answer to a GET of a path."""
        if path == "/sent":  # how much went out, for the memory figure
            return _framed(json.dumps(self.sent).encode())
        if path not in self.made:
            self.made[path] = _framed(self._body(path))
        self.sent += len(self.made[path])
        return self.made[path]

    def _body(self, path: str) -> bytes:
        parts = urlsplit(path)
        kind, _, identifier = parts.path.removeprefix("/fhir").strip("/").partition("/")
        query = dict(parse_qsl(parts.query))
        if kind == "metadata":
            return json.dumps(STATEMENT).encode()
        if identifier:
            found = self.store.by_id.get((kind, unquote(identifier)))
            return found.raw if found else b'{"resourceType":"OperationOutcome","issue":[]}'
        start = int(query.pop("_start", 0))
        count = min(int(query.get("_count", self.page)), self.page)
        matches = self.store.find(
            kind, query["patient"], query.get("code"), query.get("category"), query.get("intent"), query.get("_sort")
        )
        entries = ",".join(
            f'{{"fullUrl":"{self.base}/{r.type}/{r.id}","resource":{r.raw.decode()},"search":{{"mode":"match"}}}}'
            for r in matches[start : start + count]
        )
        links: list[dict[str, Any]] = []
        if start + count < len(matches):
            plain = parts.query.split("&_start=")[0]
            links.append({"relation": "next", "url": f"{self.base}/{kind}?{plain}&_start={start + count}"})
        frame = json.dumps({"resourceType": "Bundle", "type": "searchset", "total": len(matches), "link": links})
        return f'{frame[:-1]},"entry":[{entries}]}}'.encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept open."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                answer = self.answer(path)
                await asyncio.sleep(self.latency)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def _framed(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _run(options: argparse.Namespace) -> None:
    stub = Stub(options.observations, options.latency / 1000, options.page)
    server = await asyncio.start_server(stub.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    stub.base = f"http://127.0.0.1:{port}/fhir"
    print(port, flush=True)
    parent = os.getppid()
    while os.getppid() == parent:  # ends with the bench that started it
        await asyncio.sleep(0.5)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--observations", type=int, default=50)
    parser.add_argument("--latency", type=float, default=30, help="milliseconds before each answer")
    parser.add_argument("--page", type=int, default=1000, help="matches on one page at most")
    asyncio.run(_run(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
