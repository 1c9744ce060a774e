"""What is sent with marks: good calls, and bad ones of every kind."""

import json
from collections.abc import Callable
from typing import Any

from ...unit.web import making
from . import plants
from .plants import INSTANCE, PATIENT, mark

ADDRESS = making.ADDRESS
FEEDBACK = f"{ADDRESS}/feedback"
ALLOWED = {
    "cards": ("patient id",),  # references of the records, `Patient/…` among them (interface.md "HTTP")
    "store files": ("comment",),  # issue 4 item 4: kept, capped, shown by no command
}
OPERATIONS = ("/metrics", "/ready", "/health", "/openapi.json", "/", "/cds-services", "/trials", "/nowhere")

Sent = Callable[[Any], list[Any]]
"""Sends with a test client of Flask, or with what looks like one."""


def post(body: Any, to: str = ADDRESS, **headers: str) -> Sent:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = plants.HEADERS | {"Content-Type": "application/json"} | headers
    return lambda app: [app.post(f"{to}?{plants.QUERY}", data=raw, headers=head)]


def _told(app: Any) -> list[Any]:
    answer = app.post(ADDRESS, json=plants.call())
    return [answer, *post(plants.feedback(answer.get_json()["cards"][0]["uuid"]), FEEDBACK)(app)]


IN_PATH = mark("path")


def _everywhere(app: Any) -> list[Any]:
    """Marks in the path, by every method."""
    here = IN_PATH
    paths = [f"/{here}", f"/cds-services/{here}", f"{ADDRESS}/{here}", f"/cds-services/{here}/feedback",
             f"/trials/{here}", f"/fhir/Patient/{here}", f"/{here}%0d%0aX:%20y", f"/%ff{here}",
             f"/{here}/../{here}"]  # fmt: skip
    methods = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", mark("method").upper())
    return [app.open(f"{p}?{plants.QUERY}", method=m, headers=plants.HEADERS, data=mark("stray body"))
            for p in paths for m in methods]  # fmt: skip


def _call(**changes: Any) -> Sent:
    return post(plants.call(**changes))


def _entry(**changes: Any) -> Sent:
    good = {"card": INSTANCE, "outcome": "overridden", "outcomeTimestamp": "2026-11-01T09:30:00Z"}
    return post({"feedback": [{k: v for k, v in (good | changes).items() if v is not ...}]}, FEEDBACK)


def _context(**changes: Any) -> Sent:
    return _call(context=plants.call()["context"] | changes)


def _prefetched(**changes: Any) -> Sent:
    return _call(prefetch=plants.prefetch() | changes)


BAD = mark("bad value")
STRANGER = (
    f"https://{mark('server user')}:{mark('server password')}@{mark('server host')}.org/{mark('server path')}"
    f"?{mark('server query')}"
)
_whole = json.dumps(plants.call()).encode()
SENT: dict[str, tuple[set[int], Sent]] = {
    "a good call": ({200}, _call()),
    "a good call and feedback on its card": ({200}, _told),
    "a call of a relative": ({200}, _context(userId=f"RelatedPerson/{mark('relative')}")),
    "marks in paths": ({400, 404, 405, 200, 415}, _everywhere),
    "half a body": ({400}, post(_whole[: len(_whole) // 2])),
    "a body that is no JSON": ({400}, post(f"<xml>{BAD}</xml>".encode())),
    "a body that is no UTF-8": ({400}, post(b'{"hook": "' + BAD.encode() + b'\xff"}')),
    "a body with half a surrogate": ({400}, post(b'{"hook": "' + BAD.encode() + b'\\ud800"}')),
    "a body that is a list": ({400}, post([BAD, plants.call()])),
    "a body nested without end": ({400}, post(b'{"' + BAD.encode() + b'":' + b"[" * 100_000)),
    "a number beyond all": ({200}, post(_whole[:-1] + b', "' + BAD.encode() + b'": 1e999999}')),
    "another hook": ({400}, _call(hook=BAD)),
    **{f"no {name}": ({400}, _call(**{name: ...})) for name in ("hook", "hookInstance", "context")},
    **{
        f"{name} of a wrong type": ({400}, _call(**{name: [BAD]}))
        for name in ("hook", "hookInstance", "context", "fhirServer", "fhirAuthorization", "prefetch")
    },
    **{f"{name} as a text": ({400}, _call(**{name: BAD})) for name in ("context", "fhirAuthorization", "prefetch")},
    "a patient id that is none": ({400}, _context(patientId=f"{BAD}/../x")),
    "a patient id that is a list": ({400}, _context(patientId=[BAD])),
    "a user that is none": ({400}, _context(userId=BAD)),
    "no patient id": ({400}, _call(context={"userId": f"Practitioner/{BAD}"})),
    "a prefetched value that is a text": ({200}, _prefetched(procedures=BAD)),
    "a prefetched Patient of another kind": (
        {200, 400, 412},
        _prefetched(patient={"resourceType": BAD, "id": PATIENT}),
    ),
    "a prefetched Patient who is another": ({400}, _prefetched(patient={"resourceType": "Patient", "id": BAD})),
    "an EHR that could not read": ({200}, _prefetched(conditions=json.loads(plants.OUTCOME))),
    "conditions that are a page of something else": (
        {200, 400},
        _prefetched(conditions={"resourceType": "Bundle", "entry": BAD}),
    ),
    "a next page in the prefetch": (
        {200},
        _prefetched(
            observations1={
                "resourceType": "Bundle",
                "link": [{"relation": "next", "url": f"https://x/{mark('prefetched next')}"}],
            }
        ),
    ),
    "no prefetch and no server": ({412}, _call(prefetch=...)),
    "prefetch without conditions": ({412}, _call(prefetch={"patient": plants.prefetch()["patient"], BAD: BAD})),
    "a server that is not listed": (
        {412},
        post(plants.call(STRANGER)),
    ),
    "a server that is no address": ({412}, post(plants.call(f"gopher:{mark('server scheme')}\\x"))),
    "a token for another patient": (
        {400},
        post(plants.call("https://x.org", fhirAuthorization=plants.authorization(patient=BAD))),
    ),
    "a token of another type": (
        {412},
        post(plants.call("https://x.org", fhirAuthorization=plants.authorization(token_type=BAD))),
    ),
    "an end of the token that is a text": (
        {400},
        post(plants.call("https://x.org", fhirAuthorization=plants.authorization(expires_in=BAD))),
    ),
    "a token without a server": ({400}, _call(fhirAuthorization=plants.authorization())),
    "another media type": ({415}, post(plants.call(), **{"Content-Type": f"text/{BAD}; {BAD}={BAD}"})),
    "a packed body": ({415}, post(plants.call(), **{"Content-Encoding": BAD})),
    "a length that is none": ({400, 200}, post(plants.call(), **{"Content-Length": BAD})),
    "feedback that is none": ({400}, post({"feedback": BAD}, FEEDBACK)),
    "feedback that is no JSON": ({400}, post(BAD.encode(), FEEDBACK)),
    "feedback with half a surrogate": (
        {400},
        post(b'{"feedback":[{"card":"' + BAD.encode() + b'\\udfff"}]}', FEEDBACK),
    ),
    "an outcome that is none": ({400}, _entry(outcome=BAD)),
    "an outcome that ends like a place": ({400}, _entry(outcome=f"x' - at `$.{BAD}`, {BAD}' - at {BAD}")),
    "a time that is none": ({400}, _entry(outcomeTimestamp=BAD)),
    "a card of a wrong type": ({400}, _entry(card=[BAD])),
    "a card of 300 characters": ({400}, _entry(card=BAD * 30)),
    "a reason of a wrong type": ({400}, _entry(overrideReason=BAD)),
    "a comment of a wrong type": ({400}, _entry(overrideReason={"userComment": [BAD]})),
    "an acceptance of nothing": ({400}, _entry(outcome="accepted", overrideReason={"userComment": BAD})),
    "a card id that could be a record number": ({200}, _entry(card=f"MRN-{BAD}")),
    "feedback on another service": ({404}, post(plants.feedback(INSTANCE), f"/cds-services/{BAD}/feedback")),
}
"""What is sent → (the answers that are right, how)."""
