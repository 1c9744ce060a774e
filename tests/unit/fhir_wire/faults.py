"""Every way we know in which a FHIR server misbehaves, and what the service makes of it.

`outcome` plays one fault on a real socket and says what came of it; docs/faults.md is written from that
(`tools/write_faults.py`), and test_faults.py holds both.
"""

import gzip
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cds_service.cards import Layout, cards_for, unread_card
from cds_service.cards.text import listed
from cds_service.chart.chart import Kind
from cds_service.clinical.lupus import SleState, sle
from cds_service.fhir import capability, search
from cds_service.fhir.access import FhirAccess
from cds_service.fhir.client import Limits
from cds_service.fhir.gather import Gathered, MissingData, gather
from cds_service.kernel.answers import Reason, Status
from cds_service.screening import Screening, screen
from cds_service.terminology import load

from .charts import bundle, outcome, raw
from .conftest import Answer, Server

FIXTURES = Path(__file__).parents[3] / "fixtures" / "patients"
PATIENTS = ("amira-34", "bashir-41")
"""One whom trials fit, and one with many findings against them: what is not read must not look like none."""
AS_OF = date(2026, 11, 1)
SECONDS = 2.0
"""The deadline of each play."""
LATE = 1.0
"""Seconds after the deadline by which the answer must be there, on a busy machine."""

Play = Callable[[Server, str], Callable[[str], Answer]]


@dataclass(frozen=True)
class Fault:
    """One way to misbehave."""

    name: str
    does: str
    """What the service does about it."""
    play: Play
    """Server and patient → what it answers to a path in the place of the chart; None: the chart."""
    kinds: dict[str, Kind] = field(default_factory=dict)
    """Kinds that are not READ in the end."""
    seconds: float = SECONDS
    base: str | None = None
    """Another base than that of the server, with `{port}`."""


def by_code(path: str) -> bool:
    """Whether a path searches for results by code."""
    return "Observation?" in path and "code=" in path


JSON = {"Content-Type": "application/fhir+json"}
HTML = {"Content-Type": "text/html"}
PAGE = b"<html><body>Please sign in</body></html>"


def _where(which: Callable[[str], bool], answer: Answer) -> Play:
    return lambda server, patient: lambda path: answer if which(path) else None


def _results(answer: Answer) -> Play:
    """The searches for results by code are answered so."""
    return _where(by_code, answer)


def _of(word: str, answer: Answer) -> Play:
    return _where(lambda path: f"/{word}" in path, answer)


def _drop(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.close()


def _drop_in_the_middle(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{"resourceType":"Bundle","entry":[')


def _drip(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n")
    for _ in range(40):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def _silence(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(4)


def _bomb() -> bytes:
    return gzip.compress(b'{"resourceType":"Bundle","entry":[' + b" " * (40 << 20) + b"]}")


Change = Callable[[dict[str, Any]], dict[str, Any]]


def _changed(change: Change, which: Callable[[str], bool] = by_code, headers: dict[str, str] = JSON) -> Play:
    """The server's own answer, changed."""

    def play(server: Server, patient: str) -> Callable[[str], Answer]:
        def fault(path: str) -> Answer:
            if not which(path):
                return None
            answer = json.loads(server.app.get(path.replace("|", "%7C")).data)
            return 200, headers, json.dumps(change(answer)).encode()

        return fault

    return play


def _first_page(url: str) -> Play:
    """The first page of results is right and names this as the next; there is no such page of ours."""

    def play(server: Server, patient: str) -> Callable[[str], Answer]:
        pages = iter(range(1000))

        def fault(path: str) -> Answer:
            if "_again" in path:
                number = next(pages) if "endless" in url else 0
                return 200, JSON, bundle(link=[{"relation": "next", "url": f"{server.base}?_again={number}"}])
            return first(path)

        link = [{"relation": "next", "url": url.format(base=server.base)}]
        first = _changed(lambda answer: answer | {"link": link})(server, patient)
        return fault

    return play


def _also(*resources: dict[str, Any], first: bool = False) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def change(answer: dict[str, Any]) -> dict[str, Any]:
        more = [{"resource": r, "search": {"mode": "outcome"}} for r in resources]
        found = answer.get("entry", [])
        return answer | {"entry": [*more, *found] if first else [*found, *more]}

    return change


def _without(answer: dict[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in answer.items() if k != key}


def _oldest_first_and_no_second_page(server: Server, patient: str) -> Callable[[str], Answer]:
    def change(answer: dict[str, Any]) -> dict[str, Any]:
        return answer | {"entry": answer.get("entry", [])[::-1],
                         "link": [{"relation": "next", "url": f"{server.base}?_lost=1"}]}  # fmt: skip

    first = _changed(change)(server, patient)
    return lambda path: (500, JSON, b"") if "_lost" in path else first(path)


def _newest_page_only(server: Server, patient: str) -> Callable[[str], Answer]:
    first = _changed(lambda a: a | {"link": [{"relation": "next", "url": f"{server.base}?_lost=1"}]})(server, patient)
    return lambda path: (500, JSON, b"") if "_lost" in path else first(path)


def _statement_without(*kinds: str) -> Play:
    """A server that does not list some types, and refuses orders without an intent (Oracle)."""

    def play(server: Server, patient: str) -> Callable[[str], Answer]:
        def fault(path: str) -> Answer:
            if "/metadata" in path:
                statement = json.loads(server.app.get("/fhir/metadata").data)
                rest = statement["rest"][0]
                rest["resource"] = [r for r in rest["resource"] if r["type"] not in kinds]
                return 200, JSON, raw(statement)
            if any(f"/{kind}?" in path for kind in kinds):
                return 403, JSON, raw(outcome("error", "forbidden"))
            if "/MedicationRequest?" in path and "intent=" not in path:
                return 400, JSON, raw(outcome("error", "required"))
            return None

        return fault

    return play


def _everything(server: Server, patient: str) -> Callable[[str], Answer]:
    """A server that ignores `code`: whatever is asked for, all Observations come."""

    def fault(path: str) -> Answer:
        if not by_code(path):
            return None
        reply = server.app.get(f"/fhir/Observation?patient={patient}&_sort=-date&_count=1000")
        return 200, JSON, reply.data

    return fault


def _everybody(server: Server, patient: str) -> Callable[[str], Answer]:
    """A server that ignores `patient`: the same records of somebody else come too, newer and against every trial."""

    def change(answer: dict[str, Any]) -> dict[str, Any]:
        entries = answer.get("entry", [])
        others = json.loads(json.dumps(entries).replace(f"Patient/{patient}", "Patient/somebody-else"))
        for entry in others:
            entry["resource"]["id"] += "-of-another"
        return answer | {"entry": [*others, *entries], "total": 2 * answer.get("total", 0)}

    return _changed(change, lambda path: "patient=" in path)(server, patient)


def _busy_once(server: Server, patient: str) -> Callable[[str], Answer]:
    asked: set[str] = set()

    def fault(path: str) -> Answer:
        if not by_code(path) or path in asked:
            return None
        asked.add(path)
        return 429, {"Retry-After": "0"}, b""

    return fault


def _expires_once(server: Server, patient: str) -> Callable[[str], Answer]:
    lost: list[str] = []
    starts: list[str] = []

    def fault(path: str) -> Answer:
        if "_lost" in path:
            lost.append(path)
            return 410, JSON, raw(outcome("error", "expired"))
        if by_code(path) and path not in starts:
            starts.append(path)
            return paged(path)
        return None

    paged = _changed(
        lambda a: a | {"entry": a.get("entry", [])[:2], "link": [{"relation": "next", "url": f"{server.base}?_lost=1"}]}
    )(server, patient)
    return fault


def _long_addresses(server: Server, patient: str) -> Callable[[str], Answer]:
    return lambda path: (414, HTML, PAGE) if len(path) > 2000 else None


def _medications_apart(server: Server, patient: str) -> Callable[[str], Answer]:
    def change(answer: dict[str, Any]) -> dict[str, Any]:
        found = [e for e in answer.get("entry", []) if e["resource"]["resourceType"] != "Medication"]
        for entry in found:
            entry["resource"] = _without(entry["resource"], "medicationCodeableConcept") | {
                "medicationReference": {"reference": "Medication/lost"}
            }
        return answer | {"entry": found}

    first = _changed(change, lambda path: "/MedicationRequest?" in path)(server, patient)
    return lambda path: (404, JSON, raw(outcome())) if "/Medication/" in path else first(path)


_looked_up: list[int] = []


def _look_up(host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
    """The look-ups for Patient and Conditions give this machine, each later one where a cloud gives out its keys."""
    if host[0].isdigit():
        return [(2, 1, 6, "", (host, port))]
    _looked_up.append(port)
    return [(2, 1, 6, "", ("127.0.0.1" if len(_looked_up) <= 2 else "169.254.169.254", port))]


PART, NEWEST, UNAVAILABLE = Kind.PART, Kind.NEWEST, Kind.UNAVAILABLE
_RESULTS = {"Observation": PART}
"""The searches for results by code failed; those for surveys and the oldest one did not."""
_NEWEST = {"Observation": NEWEST}
_NOTHING = dict.fromkeys(
    ("Observation", "MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense",
     "Procedure", "Immunization", "AllergyIntolerance"), UNAVAILABLE,
)  # fmt: skip
_ASKS_ON = "the search has failed; the rest counts"

FAULTS = (
    # what a socket does
    Fault("closes the connection before it answers", "one retry, then the search has failed", _results(_drop),
          _RESULTS),
    Fault("closes the connection in the middle of a body", _ASKS_ON, _results(_drop_in_the_middle), _RESULTS),
    Fault("drips a byte at a time", "ends at the deadline, however often a byte comes", _results(_drip), _RESULTS),
    Fault("never answers", "ends at the deadline; what came by then counts", _results(_silence), _RESULTS),
    Fault("sends 40 MB packed into 40 kB", "stops unpacking at the cap",
          _results((200, JSON | {"Content-Encoding": "gzip"}, _bomb())), _RESULTS),
    Fault("has a name that leads elsewhere at the second look-up",
          "each connection goes to an address that was looked up and judged; none that is not called",
          _changed(lambda answer: answer, lambda path: True, {"Connection": "close"}), _NOTHING,
          base="http://ehr.test:{port}/fhir"),
    # what HTTP says
    Fault("answers HTML with 200", _ASKS_ON, _results((200, HTML, PAGE)), _RESULTS),
    Fault("answers FHIR as text/plain", "reads it: what it is counts, not what it is called",
          _changed(lambda answer: answer, headers={"Content-Type": "text/plain"})),
    *(Fault(f"answers {status}", does, _results((status, JSON, raw(outcome()))), _RESULTS) for status, does in (
        (301, "redirects are not followed"), (401, _ASKS_ON), (403, _ASKS_ON), (404, _ASKS_ON), (410, _ASKS_ON),
        (429, "one retry, then the search has failed"), (500, _ASKS_ON),
        (503, "one retry, then the search has failed"))),
    Fault("answers 503 and asks to come again in a minute", "does not wait that long",
          _results((503, {"Retry-After": "60"}, b"")), _RESULTS),
    Fault("answers 429 once and asks to come again at once", "comes again", _busy_once),
    Fault("answers 414 to long addresses", "sends the search as `POST _search`, from then on at once", _long_addresses),
    Fault("answers 400 to `_total` and `_include`", "asks again without them; Medications are read one by one",
          _where(lambda path: "_total=" in path or "_include=" in path, (400, JSON, raw(outcome())))),
    # what is in the answer
    Fault("sends a Bundle without a type", "reads it", _changed(lambda answer: _without(answer, "type"))),
    Fault("sends an object without a resourceType", _ASKS_ON, _changed(lambda answer: _without(answer, "resourceType")),
          _RESULTS),
    Fault("sends JSON nested a hundred thousand deep", _ASKS_ON, _results((200, JSON, b'{"a":' * 100_000)), _RESULTS),
    Fault("sends an OperationOutcome in place of the answer", _ASKS_ON, _results((200, JSON, raw(outcome()))),
          _RESULTS),
    Fault("sends a warning in place of the answer", _ASKS_ON,
          _results((200, JSON, raw(outcome("warning", "processing")))), _RESULTS),
    Fault("sends an error as the first entry", "what came counts; the kind is read in part",
          _changed(_also(outcome("error", "exception"), first=True)), _RESULTS),
    Fault("sends an error as the last entry", "what came counts; the kind is read in part",
          _changed(_also(outcome("error", "exception"))), _RESULTS),
    Fault("sends `throttled` as a mere warning", "a gap whatever its severity (decision 49)",
          _changed(_also(outcome("warning", "throttled"))), _RESULTS),
    Fault("sends a warning with every search (Epic)", "a note, no gap",
          _changed(_also(outcome("warning", "not-supported"), first=True), lambda path: "patient=" in path)),
    Fault("leaves elements out and marks the resources SUBSETTED", "does not use them",
          _changed(lambda a: a | {"entry": [
              e | {"resource": e["resource"] | {"meta": {"tag": [{"code": "SUBSETTED"}]}}} for e in a.get("entry", [])
          ]}), _RESULTS),
    Fault("sends one resource that cannot be read", "skips it, names it and reads the rest",
          _changed(lambda a: a | {"entry": [
              *a.get("entry", []), {"resource": {"resourceType": "Observation", "id": "broken", "code": 7}}
          ]})),
    Fault("has counted more than it sends", "what came counts; the kind is read in part",
          _changed(lambda answer: answer | {"total": 1049}), _RESULTS),
    Fault("ignores `code`", "reads what is of use; what comes twice counts once", _everything),
    Fault("ignores `patient`", "drops the records of others and counts them", _everybody),
    # pages
    Fault("names a next page on another host", "does not follow it", _first_page("https://elsewhere.example.org/f?p=2"),
          _NEWEST),
    Fault("names a next page with another scheme", "does not follow it", _first_page("https://127.0.0.1/fhir?p=2"),
          _NEWEST),
    Fault("names a next page that names itself", "stops where the circle closes", _first_page("{base}?_again=0"),
          _NEWEST),
    Fault("has pages without end", "stops at a cap (a hundred pages, here twenty)",
          _first_page("{base}?_again=endless"), _NEWEST, seconds=6),
    Fault("loses the second page", "newest first came: what is missing can only be older", _newest_page_only, _NEWEST),
    Fault("ignores `_sort` and loses the second page", "anything may be missing", _oldest_first_and_no_second_page,
          _RESULTS),
    Fault("lets a page expire once (410)", "starts the search once again", _expires_once),
    # what it offers
    Fault("has no MedicationStatement and wants an `intent` (Oracle)",
          "does not ask for what is not offered; that is no gap (decision 38)",
          _statement_without("MedicationStatement")),
    Fault("answers 404 to MedicationStatement", "as not offered (decision 38)",
          _of("MedicationStatement?", (404, JSON, raw(outcome("error", "not-supported"))))),
    Fault("offers MedicationStatement and refuses it", "an offered kind that failed is a gap (decision 38)",
          _of("MedicationStatement?", (403, JSON, raw(outcome("error", "forbidden")))),
          {"MedicationStatement": UNAVAILABLE}),
    Fault("refuses all drug records", "drugs are unavailable",
          _of("Medication", (403, JSON, raw(outcome("error", "forbidden")))),
          {k: v for k, v in _NOTHING.items() if k.startswith("Medication")}),
    Fault("sends orders without their Medications and does not have them",
          "reads each one by one; without a name an order is unknown", _medications_apart),
    Fault("refuses procedures", _ASKS_ON, _of("Procedure?", (403, JSON, b"")), {"Procedure": UNAVAILABLE}),
    Fault("says nothing of what it offers", "asks for everything", _of("metadata", (500, HTML, PAGE))),
    Fault("never says what it offers", "waits for a quarter of the time, then asks for everything",
          _of("metadata", _silence), seconds=4),
    # Patient and Conditions
    Fault("does not know the patient (404)", "412: nothing is said of nobody", _of("Patient/", (404, JSON, b""))),
    Fault("fails at the Patient", "the honest sentence, or no card (`CDS_UNREADABLE`)",
          _of("Patient/", (500, JSON, b""))),
    Fault("sends another Patient", "the honest sentence, or no card",
          _of("Patient/", (200, JSON, raw({"resourceType": "Patient", "id": "somebody-else"})))),
    Fault("refuses the Conditions", "the diagnosis is unknown, not absent (decision 44)",
          _of("Condition?", (403, JSON, b"")), _NOTHING | {"Condition": UNAVAILABLE}),
)  # fmt: skip


WHOLE = Fault("behaves", "reads everything", lambda server, patient: lambda path: None, seconds=10)


@dataclass(frozen=True)
class Outcome:
    """What came of one fault."""

    fault: Fault
    patient: str
    seconds: float
    requests: int
    gathered: Gathered | None
    """None: 412."""
    screening: Screening | None
    says: str
    """What the card says of it."""

    @property
    def kinds(self) -> dict[str, Kind]:
        """Kinds that were not read whole."""
        chart = self.gathered.chart if self.gathered else None
        return {k: s for k, s in chart.kinds.items() if not s.complete} if chart else {}

    def statuses(self) -> dict[tuple[str, str], Any]:
        """(trial, criterion) → answer; empty where nothing was screened."""
        screened = self.screening.assessments if self.screening else ()
        return {(a.trial.id, criterion.id): answer for a in screened for criterion, answer in a.criteria}


@cache
def fixture(patient: str) -> bytes:
    """The chart of a fixture."""
    return (FIXTURES / f"{patient}.json").read_bytes()


def played(fault: Fault, patient: str, server: Server) -> Outcome:
    """One call against a server that serves this patient and misbehaves so."""
    capability.forget()
    search.forget()
    server.fault = fault.play(server, patient)
    base = fault.base.format(port=server.http.server_port) if fault.base else server.base
    _looked_up.clear()
    start = time.monotonic()
    try:
        with patch("cds_service.fhir.addresses.socket.getaddrinfo", _look_up) if fault.base else nullcontext():
            gathered = gather(patient, {}, FhirAccess(base, "s3cret-token"), terminology=load(), as_of=AS_OF,
                              deadline=start + fault.seconds, limits=Limits(pages=20))  # fmt: skip
    except MissingData as error:
        return Outcome(fault, patient, time.monotonic() - start, 0, None, None, f"no card; HTTP 412: “{error}”")
    seconds = time.monotonic() - start
    chart, why = gathered.chart, [words for key, words in gathered.problems if key in gathered.unreadable]
    if chart is None or sle(chart) is SleState.UNAVAILABLE:
        (card,) = unread_card(["the patient's record" if chart is None else "diagnoses"], Layout(), why=why)
        said = card["detail"].split("\n\n")[0]
        return Outcome(fault, patient, seconds, gathered.requests, gathered, None, said)
    screening = screen(chart)
    cards = cards_for(screening)
    said = " ".join(_sentences(cards[0]["detail"])) if cards else "no card"
    return Outcome(fault, patient, seconds, gathered.requests, gathered, screening, said or "nothing")


_SAID = ("Could not be read:", "Read only in part:", "Reason:")


def _sentences(detail: str) -> Iterator[str]:
    """What a card says of what was not read."""
    for paragraph in detail.split("\n\n"):
        if "could not be read, so nothing" in paragraph:
            yield paragraph
            continue
        for sentence in paragraph.split(". "):
            plain = sentence.strip("*. ").replace(".**", ".")
            if plain.startswith(_SAID) or re.match(r"\d+ records? (could not be read|of another)", plain):
                yield f"{plain}."


def compared(whole: Outcome, broken: Outcome) -> tuple[int, int]:
    """How many answers are `unavailable`, and how many others differ, against those of the whole chart."""
    lost = others = 0
    before = whole.statuses()
    for key, answer in broken.statuses().items():
        if answer.status is Status.UNKNOWN and answer.reason is Reason.UNAVAILABLE:
            lost += 1
        elif answer.status is not before[key].status:
            others += 1
    return lost, others


HEAD = (
    "| the server … | what the service does | what the card says | how far it was read | answers |\n"
    "| --- | --- | --- | --- | --- |\n"
)


def row(whole: Outcome, broken: Outcome) -> str:
    """The line of docs/faults.md."""
    kinds: dict[str, list[str]] = {}
    for kind, state in sorted(broken.kinds.items()):
        kinds.setdefault(state.value, []).append(kind)
    read = "; ".join(f"{listed(names)}: {_READ[state]}" for state, names in kinds.items()) or "all"
    lost, others = compared(whole, broken)
    answers = f"{lost} of {len(whole.statuses())} `unavailable`" if lost else "as from the whole chart"
    if others:
        answers += f", {others} others differ"
    if broken.screening is None:
        read, answers = "not screened", "none"
    return f"| {broken.fault.name} | {broken.fault.does} | {broken.says} | {read} | {answers} |"


_READ = {"part": "in part", "newest": "the newest", "unavailable": "`unavailable`"}
