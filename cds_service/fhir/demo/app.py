"""HTTP of the embedded FHIR server: read, search, page, CapabilityStatement; everything under `/fhir`."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask, Response, request

from .store import DATES, INCLUDES, Store, Stored, fixtures

BASE = "/fhir"
DEFAULT_COUNT = 50
MAXIMUM_COUNT = 1000
_PARAMETERS = {"patient", "_count", "_sort", "_total", "_include", "_format", "_pretty", "_id"}
_MORE = {"Observation": {"code", "category"}, "Condition": {"code", "category"}, "Procedure": {"code"},
         "MedicationRequest": {"intent"}}
_SORTS = {"date", "-date", "recorded-date", "-recorded-date", "authoredon", "-authoredon"}


class Refused(Exception):
    """A request that is answered with an OperationOutcome."""

    def __init__(self, status: int, code: str, words: str) -> None:
        self.status, self.code = status, code
        super().__init__(words)


def create_app(folder: Path | None = None, store: Store | None = None) -> Flask:
    """The application, on a folder of Bundle files (default: the fixtures) or on a store."""
    app = Flask(__name__, static_folder=None)
    data = store if store is not None else fixtures(folder)

    @app.get(f"{BASE}/metadata")
    def metadata() -> Response:
        return _answer(json.dumps(_statement()).encode())

    @app.get(BASE)
    def page() -> Response:
        token = request.args.get("_page")
        if token is None:
            raise Refused(400, "not-supported", "searches over all types are not supported")
        return _search(data, *_page(token))

    @app.get(f"{BASE}/<kind>/<identifier>")
    def read(kind: str, identifier: str) -> Response:
        _known(kind)
        stored = data.by_id.get((kind, identifier))
        if stored is None:
            raise Refused(404, "not-found", "there is no such resource")
        return _answer(stored.raw)

    @app.get(f"{BASE}/<kind>")
    def search(kind: str) -> Response:
        return _search(data, kind, _single(request.args.lists()), 0)

    @app.post(f"{BASE}/<kind>/_search")
    def search_by_post(kind: str) -> Response:
        return _search(data, kind, _single([*request.args.lists(), *request.form.lists()]), 0)

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        return _outcome(error.status, error.code, str(error))

    @app.errorhandler(404)
    def unknown(error: Exception) -> Response:
        return _outcome(404, "not-found", "there is nothing at this address")

    @app.errorhandler(405)
    def read_only(error: Exception) -> Response:
        return _outcome(405, "not-supported", "this server is read-only")

    return app


def _page(token: str) -> tuple[str, dict[str, str], int]:
    """What a paging token of ours says; anything else is a page that is not known."""
    try:
        kind, parameters, offset = msgspec.json.decode(
            base64.urlsafe_b64decode(token), type=tuple[str, dict[str, str], int]
        )
    except (ValueError, RecursionError):
        raise Refused(410, "expired", "this page is not known any more") from None
    if offset < 0:
        raise Refused(410, "expired", "this page is not known any more")
    return kind, parameters, offset


def _search(data: Store, kind: str, parameters: dict[str, str], offset: int) -> Response:
    _known(kind)
    for name, value in parameters.items():
        if name not in _PARAMETERS | _MORE.get(kind, set()):
            raise Refused(400, "not-supported", "a search parameter is not supported")
        if not value:
            raise Refused(400, "invalid", "a search parameter has no value")
    patient = parameters.get("patient") or (parameters.get("_id") if kind == "Patient" else None)
    if patient is None and kind != "Patient":
        raise Refused(400, "required", "the search parameter patient is required")
    sort, include = parameters.get("_sort"), parameters.get("_include")
    if sort is not None and sort not in _SORTS:
        raise Refused(400, "not-supported", "this order is not supported")
    if include is not None and (kind not in INCLUDES or include != f"{kind}:medication"):
        raise Refused(400, "not-supported", "this _include is not supported")
    count = _count(parameters.get("_count"))
    found = data.patients() if patient is None else data.find(
        kind, patient.removeprefix("Patient/"), parameters.get("code"), parameters.get("category"),
        parameters.get("intent"), sort,
    )  # fmt: skip
    matches = found[offset : offset + count]
    links = [("self", request.url)]
    if offset + count < len(found):
        token = base64.urlsafe_b64encode(json.dumps([kind, parameters, offset + count]).encode()).decode()
        links.append(("next", f"{request.host_url.rstrip('/')}{BASE}?_page={token}"))
    return _answer(_bundle(matches, data.included(matches) if include else [], len(found), links))


def _bundle(matches: list[Stored], included: list[Stored], total: int, links: list[tuple[str, str]]) -> bytes:
    root = request.host_url.rstrip("/") + BASE
    entries = [
        b'{"fullUrl":' + json.dumps(f"{root}/{r.type}/{r.id}").encode() + b',"resource":' + r.raw
        + b',"search":{"mode":"' + mode + b'"}}'
        for mode, group in ((b"match", matches), (b"include", included)) for r in group
    ]
    frame = {"resourceType": "Bundle", "type": "searchset", "total": total,
             "link": [{"relation": relation, "url": url} for relation, url in links]}
    head = json.dumps(frame).encode()
    return head if not entries else head[:-1] + b',"entry":[' + b",".join(entries) + b"]}"


def _known(kind: str) -> None:
    if kind not in DATES:
        raise Refused(404, "not-supported", "this resource type is not served")


def _single(lists: Any) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for name, values in lists:
        if len(values) != 1 or name in parameters:
            raise Refused(400, "not-supported", "a search parameter is given twice")
        parameters[name] = values[0]
    return parameters


def _count(written: str | None) -> int:
    if written is None:
        return DEFAULT_COUNT
    if not written.isascii() or not written.isdigit() or not written.strip("0"):
        raise Refused(400, "invalid", "_count is not a positive number")
    return MAXIMUM_COUNT if len(written) > 9 else min(int(written), MAXIMUM_COUNT)


def _answer(body: bytes, status: int = 200) -> Response:
    response = Response(body, status, content_type="application/fhir+json; charset=utf-8")
    if "gzip" in request.headers.get("Accept-Encoding", "") and len(body) > 1000:
        response.set_data(gzip.compress(body, 1))
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _outcome(status: int, code: str, words: str) -> Response:
    issue = {"severity": "error", "code": code, "diagnostics": words}
    return _answer(json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode(), status)


def _statement() -> dict[str, Any]:
    resources = []
    for kind in DATES:
        parameters = sorted({"patient"} | _MORE.get(kind, set())) if kind != "Medication" else []
        interactions = ["read", "search-type"] if kind != "Medication" else ["read"]
        resource: dict[str, Any] = {
            "type": kind,
            "interaction": [{"code": c} for c in interactions],
        }
        if parameters:
            types = {"patient": "reference", "code": "token", "category": "token", "intent": "token"}
            resource["searchParam"] = [{"name": p, "type": types[p]} for p in parameters]
        if kind in INCLUDES:
            resource["searchInclude"] = [f"{kind}:medication"]
        resources.append(resource)
    return {
        "resourceType": "CapabilityStatement", "status": "active", "date": "2026-11-24", "kind": "instance",
        "fhirVersion": "4.0.1", "format": ["application/fhir+json"],
        "implementation": {"description": "Embedded read-only server on the fixtures"},
        "rest": [{"mode": "server", "resource": resources}],
    }
