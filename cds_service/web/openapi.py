"""`GET /openapi.json`: OpenAPI 3.1, made of the types that calls are decoded by and answers are checked by.

What a type cannot say (that `fhirAuthorization` needs `fhirServer`, which hook an address answers) is added from the
same constants that the checks use. Source: issue 4 item 6.
"""

from functools import partial
from importlib.metadata import version
from types import ModuleType
from typing import Any

import msgspec
from flask import Flask, Response

from ..settings import Client, Settings
from ..terminology import load
from . import envelope, feedback_body, models
from .page import TITLE
from .services import services
from .told import FHIR, JSON

_REF = "#/components/schemas/{name}"
_ERRORS = {
    "400": "Not JSON, not such a call, or about another patient", "401": "The token is missing or does not open",
    "404": "There is nothing at this address", "412": "Needed data was neither sent nor can it be had",
    "413": "The body is larger, or of more parts, than is accepted", "415": "The body is not JSON, or compressed",
    "500": "The service failed; nothing is known", "503": "Nothing was kept, or the service is not ready",
}  # fmt: skip


def register(app: Flask, settings: Settings) -> None:
    """Answer at `/openapi.json`."""
    body = msgspec.json.encode(document(settings))

    @app.get("/openapi.json")
    def openapi() -> Response:
        return Response(body, mimetype=JSON)


def document(settings: Settings) -> dict[str, Any]:
    """The whole document."""
    operation = partial(_operation, settings)
    paths: dict[str, Any] = {
        "/": {"get": operation("about", "What this address is", models.About, also={"text/html": "string"},
                               closed=False)},
        "/cds-services": {"get": operation("discovery", "The CDS services of this address", models.Discovery)},
    }  # fmt: skip
    client = settings.default_client()
    for name, module in services().items():
        call = operation(name, module.TITLE, models.Cards, "400", "404", "412", "413", "415", "500", "503",
                         body=_hook_body(module, client), text=f"{module.DESCRIPTION} {module.USAGE}")  # fmt: skip
        taken = operation(f"{name}-feedback", f"What became of cards of {name}", models.Received, "400", "404", "413",
                          "415", "500", "503", body=_ref("Feedback"))  # fmt: skip
        paths[f"/cds-services/{name}"] = {"post": call}
        paths[f"/cds-services/{name}/feedback"] = {"post": taken}
    paths["/health"] = {"get": operation("health", "Whether the process answers", models.Health, closed=False)}
    paths["/ready"] = {"get": operation("ready", "Whether calls can be answered, and by which files", models.Ready,
                                        "503", closed=False)}  # fmt: skip
    metrics = operation("metrics", "Counts for Prometheus", None, "401", "404", closed=False,
                        also={"text/plain": "string", "application/openmetrics-text": "string"})  # fmt: skip
    if settings.metrics_token:
        metrics["security"] = [{"metrics": []}]
    paths["/metrics"] = {"get": metrics}
    paths["/openapi.json"] = {"get": operation("openapi", "This document", None, also={JSON: "object"},
                                               closed=False)}  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": version("cds-service"), "license": {"name": "Apache-2.0",
                                                                                  "identifier": "Apache-2.0"}},
        **({"servers": [{"url": settings.base_url.rstrip("/")}]} if settings.base_url else {}),
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "client": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "metrics": {"type": "http", "scheme": "bearer"},
            },
        },
    }  # fmt: skip


def _operation(settings: Settings, id_: str, summary: str, answer: type | None, *errors: str,
               body: dict[str, Any] | None = None, text: str = "", also: dict[str, str] | None = None,
               closed: bool = True) -> dict[str, Any]:  # fmt: skip
    content: dict[str, Any] = {JSON: {"schema": _ref(answer.__name__)}} if answer else {}
    content |= {kind: {"schema": {"type": type_}} for kind, type_ in (also or {}).items()}
    found: dict[str, Any] = {"operationId": id_, "summary": summary}
    if text:
        found["description"] = text
    if body:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": body}}}
    token = closed and settings.auth == "jwt"
    found["security"] = [{"client": []}] if token else []
    found["responses"] = {"200": {"description": "As asked", "content": content}}
    for status in sorted({*errors, *(("401",) if token else ())}):
        found["responses"][status] = {"description": _ERRORS[status],
                                      "content": {FHIR: {"schema": _ref("OperationOutcome")}}}  # fmt: skip
    return found


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": _REF.format(name=name)}


def _hook_body(module: ModuleType, client: Client) -> dict[str, Any]:
    keys: dict[str, Any] = {key: {"description": t} for key, t in module.prefetch(client).items()}
    if "patient" in keys:  # the one key whose content can refuse a call (400)
        resource = {"type": "object", "required": ["resourceType"],
                    "properties": {"resourceType": {"enum": ["Patient", "OperationOutcome"]}}}  # fmt: skip
        keys["patient"]["anyOf"] = [resource, {"type": "null"}]
    own = {"hook": {"const": module.HOOK}, "prefetch": {"properties": keys}}
    return {"allOf": [_ref("Envelope"), {"properties": own}], "examples": [example(module, client)]}


def example(module: ModuleType, client: Client) -> dict[str, Any]:
    """A call about a woman with lupus of whom nothing else is recorded."""
    terminology = load()
    system, code = terminology.code_of_finding("sle")
    who = {"reference": "Patient/example"}
    active = {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
    lupus = {
        "resourceType": "Condition", "id": "lupus", "subject": who, "clinicalStatus": {"coding": [active]},
        "code": {"coding": [{"system": terminology.uri(system), "code": code}]}, "recordedDate": "2020-05-01",
    }  # fmt: skip
    patient = {"resourceType": "Patient", "id": "example", "gender": "female", "birthDate": "1992-03-04"}
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": [{"resource": lupus}]}
    return {
        "hook": module.HOOK,
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/example", "patientId": "example"},
        "prefetch": dict.fromkeys(module.prefetch(client)) | {"patient": patient, "conditions": bundle},
    }


def _schemas() -> dict[str, Any]:
    answers = (models.About, models.Discovery, models.Cards, models.Received, models.Health, models.Ready,
               models.OperationOutcome)  # fmt: skip
    _, found = msgspec.json.schema_components([envelope.Envelope, feedback_body.Entry, *answers], ref_template=_REF)
    context, call, entry = found["Context"], found["Envelope"], found["Entry"]
    context["properties"]["patientId"]["pattern"] = f"^{envelope._FHIR_ID.pattern}$"
    context["properties"]["userId"]["pattern"] = f"^{envelope._USER.pattern}$"
    call["properties"]["prefetch"]["anyOf"][0] |= {"maxProperties": envelope.MOST_KEYS}
    # What read_envelope and read_feedback ask for beyond the types (REQ-5, FBK-4).
    call["if"] = {"properties": {"fhirAuthorization": {"type": "object"}}, "required": ["fhirAuthorization"]}
    call["then"] = {"properties": {"fhirServer": {"type": "string", "minLength": 1}}, "required": ["fhirServer"]}
    entry["if"] = {"properties": {"outcome": {"const": "accepted"}}, "required": ["outcome"]}
    entry["then"] = {"properties": {"acceptedSuggestions": {"type": "array", "minItems": 1}},
                     "required": ["acceptedSuggestions"]}  # fmt: skip
    entry["properties"]["card"] |= {"minLength": 1, "maxLength": feedback_body.LONGEST_ID}
    entry["properties"]["outcomeTimestamp"]["format"] = "date-time"
    found["Feedback"] = {
        "type": "object", "description": "What became of cards; an empty list is legal.", "required": ["feedback"],
        "properties": {"feedback": {"type": "array", "items": _ref("Entry"), "maxItems": feedback_body.MOST_ENTRIES}},
    }  # fmt: skip
    for schema in found.values():
        schema.pop("title", None)
        if "description" in schema:
            schema["description"] = " ".join(schema["description"].split())
    return dict(sorted(found.items()))


