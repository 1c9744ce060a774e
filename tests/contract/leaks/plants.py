"""A hook call, a chart, a token and a report that carry marks in every place where a caller or a server may write.

Each place has a mark of its own, so that a mark that is found says where it came from. A mark is made of letters and
digits alone: no encoding of addresses, JSON or HTML changes it.
"""

import copy
import hashlib
import json
import re
from functools import cache
from typing import Any

from cds_service.cli.common import fixture
from cds_service.cli.ehr import prefetch_of
from cds_service.fhir.templates import prefetch_templates
from cds_service.terminology import load

FIXTURE = "amira-34"
PATIENT = "cnrypatientid"
"""Takes the place of the fixture's id wherever it stands."""
BIRTH = "1990-02-17"
"""A day that is nobody else's in the fixture."""
INSTANCE = "c0ffee00-1a2b-4c3d-8e4f-00c0ffee00cc"

Resource = dict[str, Any]
_MARK = re.compile(r"cnry[a-z0-9]+")
_names: dict[str, str] = {}
"""Mark → the place that bears it."""


def mark(place: str) -> str:
    """The mark of a place, the same each time: `cnry` and letters and digits."""
    made = "cnry" + re.sub("[^a-z0-9]", "", place.lower()) + hashlib.sha256(place.encode()).hexdigest()[:6]
    _names[made] = place
    return made


_names |= {PATIENT: "patient id", BIRTH: "birth date"}


def places() -> dict[str, str]:
    """All marks that were made so far, with their places."""
    return dict(_names)


# --- the chart -------------------------------------------------------------------------------------------------------


def _concept(place: str) -> Resource:
    return {"coding": [{"system": "urn:none", "code": mark(f"{place} code"), "display": mark(f"{place} display")}],
            "text": mark(f"{place} text")}  # fmt: skip


def _extension(place: str) -> list[Resource]:
    return [{"url": f"urn:{mark(f'{place} extension url')}", "valueString": mark(f"{place} extension")}]


_PERSON: Resource = {
    "identifier": [{"system": f"urn:{mark('identifier system')}", "value": mark("identifier mrn"),
                    "type": {"text": mark("identifier type")}, "assigner": {"display": mark("identifier assigner")}}],
    "name": [{"family": mark("name family"), "given": [mark("name given")], "text": mark("name text")}],
    "telecom": [{"system": "phone", "value": mark("telecom")}],
    "address": [{"line": [mark("address line")], "city": mark("address city"), "postalCode": mark("address zip")}],
    "birthDate": BIRTH,
    "contact": [{"name": {"family": mark("contact name")}, "telecom": [{"value": mark("contact telecom")}]}],
    "photo": [{"url": f"https://photos.example.org/{mark('photo')}"}],
    "generalPractitioner": [{"display": mark("general practitioner")}],
    "managingOrganization": {"display": mark("organisation")},
    "maritalStatus": {"text": mark("marital status")},
    "communication": [{"language": {"text": mark("language")}}],
    "link": [{"type": "seealso", "other": {"reference": f"Patient/{mark('linked patient')}"}}],
}  # fmt: skip


def _everywhere(kind: str) -> Resource:
    """What any resource may bear, and no criterion reads."""
    return {
        "meta": {"source": f"urn:{mark(f'{kind} source')}", "tag": [{"code": mark(f"{kind} tag")}],
                 "profile": [f"urn:{mark(f'{kind} profile')}"]},
        "text": {"status": "generated", "div": f"<div>{mark(f'{kind} narrative')}</div>"},
        "extension": _extension(kind),
        "modifierExtension": _extension(f"{kind} modifier"),
        "language": mark(f"{kind} language"),
        "unheardOf": {"deep": [{"er": mark(f"{kind} unknown field")}]},
        "contained": [{"resourceType": "Practitioner", "id": "c", "name": [{"text": mark(f"{kind} contained")}]}],
        "identifier": [{"value": mark(f"{kind} identifier")}],
    }  # fmt: skip


_OBSERVED: Resource = {
    "note": [{"text": mark("Observation note"), "authorString": mark("Observation note author")}],
    "comment": mark("Observation comment"),
    "performer": [{"display": mark("Observation performer")}],
    "encounter": {"reference": f"Encounter/{mark('Observation encounter')}"},
    "device": {"display": mark("Observation device")},
    "specimen": {"display": mark("Observation specimen")},
    "bodySite": {"text": mark("Observation body site")},
    "focus": [{"display": mark("Observation focus")}],
    "basedOn": [{"identifier": {"value": mark("Observation order number")}}],
}
_LISTED: Resource = {
    "note": [{"text": mark("Condition note")}],
    "recorder": {"display": mark("Condition recorder")},
    "asserter": {"display": mark("Condition asserter")},
    "evidence": [{"code": [_concept("Condition evidence")], "detail": [{"display": mark("Condition detail")}]}],
    "encounter": {"display": mark("Condition encounter")},
}
_GIVEN: Resource = {
    "note": [{"text": mark("drug note")}],
    "requester": {"display": mark("drug requester")},
    "informationSource": {"display": mark("drug source")},
    "groupIdentifier": {"value": mark("drug group")},
    "reasonCode": [_concept("drug reason")],
    "dispenseRequest": {"performer": {"display": mark("drug pharmacy")}},
}
_MORE: dict[str, Resource] = {
    "Observation": _OBSERVED, "Condition": _LISTED, "Procedure": _LISTED, "Encounter": _LISTED,
}  # fmt: skip


def _text(resource: Resource, kind: str) -> None:
    """Texts that a card may show where they decide: they are looked for in everything else."""
    code = resource.get("code")
    if isinstance(code, dict):
        code["text"] = f"{code.get('text', '')} {mark(f'{kind} code text')}"
        for coding in code.get("coding", ()):
            coding["display"] = f"{coding.get('display', '')} {mark(f'{kind} code display')}"
    for dosage in (*resource.get("dosageInstruction", ()), *resource.get("dosage", ())):
        if isinstance(dosage, dict):
            dosage["patientInstruction"] = mark("dosage patient instruction")
            dosage["additionalInstruction"] = [_concept("dosage instruction")]
            if "text" in dosage:
                dosage["text"] = f"{dosage['text']} {mark('dosage text')}"


def _recorded() -> list[Resource]:
    path = fixture(FIXTURE)
    assert path is not None
    return [entry["resource"] for entry in json.loads(path.read_bytes())["entry"]]


def _strange() -> list[Resource]:
    """Records that no reader can use, each with its marks: what goes wrong in them must not be quoted."""
    subject = {"reference": f"Patient/{PATIENT}"}
    lab = next(r["code"] for r in _recorded() if r["resourceType"] == "Observation" and "valueQuantity" in r)
    odd = [
        {"resourceType": "Observation", "status": mark("odd status"), "code": lab, "valueString": mark("odd value")},
        {"resourceType": "Observation", "status": "final", "code": lab, "effectiveDateTime": mark("odd date"),
         "valueQuantity": {"value": mark("odd number"), "unit": mark("odd unit"), "code": mark("odd unit code")}},
        {"resourceType": "Observation", "status": "final", "code": mark("odd code"), "valueString": mark("odd text")},
        {"resourceType": "Condition", "code": {"text": mark("free text diagnosis")}, "onsetString": mark("odd onset"),
         "clinicalStatus": mark("odd clinical status"), "abatementString": mark("odd abatement")},
        {"resourceType": "MedicationRequest", "status": "active", "intent": mark("odd intent"),
         "medicationCodeableConcept": {"text": mark("free text drug")},
         "dosageInstruction": [{"text": mark("free text dosage")}]},
        {"resourceType": "MedicationRequest", "status": "active", "intent": "order",
         "medicationReference": {"reference": f"Medication/{mark('medication reference')}",
                                 "display": mark("medication display")}},
        {"resourceType": "Procedure", "status": "completed", "code": {"text": mark("free text procedure")},
         "performedString": mark("odd performed")},
    ]  # fmt: skip
    return [r | {"id": f"odd-{i}", "subject": subject} for i, r in enumerate(odd)] + [
        {"resourceType": mark("odd resource type"), "id": "odd-type"},
        {"resourceType": "Observation", "id": "odd-other", "status": "final", "code": lab,
         "subject": {"reference": f"Patient/{mark('another patient')}", "display": mark("another name")}},
    ]  # fmt: skip


@cache
def chart() -> bytes:
    """The fixture's Bundle with marks in it."""
    path = fixture(FIXTURE)
    assert path is not None
    bundle = json.loads(path.read_text(encoding="utf-8").replace(FIXTURE, PATIENT))
    for entry in bundle["entry"]:
        resource = entry["resource"]
        kind = resource["resourceType"]
        more = _GIVEN if kind.startswith("Medication") else _MORE.get(kind, {})
        _text(resource, kind)
        for name, value in (_everywhere(kind) | more).items():
            resource.setdefault(name, copy.deepcopy(value))
        if "subject" in resource:
            resource["subject"] |= {"display": mark(f"{kind} subject display"), "type": "Patient",
                                    "identifier": {"value": mark(f"{kind} subject identifier")}}  # fmt: skip
        if kind == "Patient":
            resource |= copy.deepcopy(_PERSON)
    bundle["entry"] += [{"resource": r, "fullUrl": f"urn:{mark('full url')}"} for r in _strange()]
    return json.dumps(bundle).encode()


@cache
def prefetch() -> dict[str, Any]:
    """What an EHR that holds this chart sends along, and a key that nobody asked for."""
    sent = prefetch_of(chart(), prefetch_templates(load()), PATIENT)
    for answer in sent.values():
        if answer.get("resourceType") == "Bundle":
            answer["link"] = [{"relation": "self", "url": f"https://ehr.example.org/{mark('self link')}"}]
            answer["id"] = mark("bundle id")
            answer["unheardOf"] = mark("bundle unknown field")
    return sent | {mark("prefetch key"): {"resourceType": "Basic", "id": mark("prefetch of a strange key")}}


# --- the call --------------------------------------------------------------------------------------------------------


def call(server: str | None = None, **changes: Any) -> dict[str, Any]:
    """A hook call with marks; `...` takes an element away. `server`: the FHIR server, and no prefetch."""
    body: dict[str, Any] = {
        "hook": "patient-view",
        "hookInstance": INSTANCE,
        "context": {"userId": f"Practitioner/{mark('user id')}", "patientId": PATIENT,
                    "encounterId": mark("encounter id"), "draftOrders": {"entry": [{"x": mark("draft order")}]},
                    mark("context key"): mark("context of a strange key")},
        "prefetch": prefetch(),
        "extension": {"org.example": {mark("call extension key"): mark("call extension")}},
        mark("call key"): mark("call of a strange key"),
    }  # fmt: skip
    if server is not None:
        body["prefetch"] = {}
        body["fhirServer"] = server
        body["fhirAuthorization"] = authorization()
    return {k: v for k, v in (body | changes).items() if v is not ...}


def authorization(**changes: Any) -> Resource:
    return {"access_token": mark("access token"), "token_type": "Bearer", "expires_in": 300,
            "scope": f"patient/*.read {mark('scope')}", "subject": mark("token subject"), "patient": PATIENT,
            "unheardOf": mark("authorization unknown field")} | changes  # fmt: skip


HEADERS = {
    "Cookie": f"session={mark('cookie')}",
    "User-Agent": mark("user agent"),
    "Referer": f"https://ehr.example.org/{mark('referer')}",
    "Origin": f"https://{mark('origin')}.example.org",
    "X-Request-Id": mark("request id"),
    "X-Correlation-ID": mark("correlation id"),
    "X-Forwarded-For": mark("forwarded for"),
    "X-Forwarded-Host": f"{mark('forwarded host')}.example.org",
    "X-Forwarded-Prefix": f"/{mark('forwarded prefix')}",
    "X-Epic-Patient": mark("header of a vendor"),
    "Accept": f"application/json; q=1; {mark('accept')}=1",
    "Accept-Language": mark("accept language"),
    "If-None-Match": f'"{mark("etag")}"',
    "traceparent": f"00-{mark('trace')}-01",
}
QUERY = f"patient={mark('query value')}&{mark('query key')}=1"

CLAIMS = {"sub": mark("token sub"), "patient": mark("token patient"), "tenant": {"x": mark("token tenant")},
          mark("token claim key"): 1}  # fmt: skip
HEADER = {"x5t": mark("token x5t"), mark("token header key"): mark("token header")}


def feedback(card: str) -> dict[str, Any]:
    """Reports on a card that was shown, and on one that nobody knows."""
    reason = {"code": f"{mark('reason code')} said so", "system": f"see {mark('reason system')}",
              "display": mark("reason display"), "unheardOf": mark("reason unknown field")}  # fmt: skip
    told = {"outcome": "overridden", "outcomeTimestamp": "2026-11-01T09:30:00Z", mark("feedback key"): 1,
            "overrideReason": {"reason": reason, "userComment": f"She said {mark('comment')}"}}  # fmt: skip
    took = {"outcome": "accepted", "outcomeTimestamp": "2026-11-01T09:31:00Z",
            "acceptedSuggestions": [{"id": mark("suggestion id")}]}  # fmt: skip
    return {"feedback": [told | {"card": card}, told | {"card": mark("feedback card")}, took | {"card": card}],
            "unheardOf": mark("feedback unknown field")}  # fmt: skip


# --- what a server may say -------------------------------------------------------------------------------------------


OUTCOME = json.dumps({
    "resourceType": "OperationOutcome",
    "text": {"div": f"<div>{mark('outcome narrative')}</div>"},
    "issue": [{"severity": "error", "code": "exception", "diagnostics": f"Patient {mark('outcome diagnostics')}",
               "details": {"text": mark("outcome details")}, "expression": [mark("outcome expression")],
               "location": [mark("outcome location")]}],
}).encode()  # fmt: skip
HTML = f"<html><title>{mark('html title')}</title><body>{mark('html body')}</body></html>".encode()
SAID = {"X-Server-Says": mark("server header"), "Set-Cookie": f"id={mark('server cookie')}",
        "WWW-Authenticate": f'Bearer realm="{mark("server realm")}"', "Warning": mark("server warning"),
        "ETag": f'W/"{mark("server etag")}"'}  # fmt: skip
