"""The part of an EHR: who is opened, what is sent along, and the call itself."""

import json
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..kernel.errors import CdsError, InputError

Ask = Callable[[str, dict[str, Any] | None], tuple[int, Any]]
"""(path, body or None for GET) → (HTTP status, decoded JSON)."""


class Refused(CdsError):
    """The service answered with something other than cards."""


def patient_id(bundle: bytes) -> str:
    """The id of the one Patient of a Bundle. Raises InputError."""
    try:
        top = json.loads(bundle.removeprefix(b"\xef\xbb\xbf"))
        kind = top.get("resourceType")
        found = [
            entry["resource"].get("id")
            for entry in top.get("entry") or ()
            if (entry.get("resource") or {}).get("resourceType") == "Patient"
        ]
    except (ValueError, AttributeError, TypeError, RecursionError):
        why = "it is no JSON object with entries" if bundle.strip() else "it is empty"
        raise InputError(f"this is not a FHIR Bundle: {why}") from None
    if kind != "Bundle":
        raise InputError("this is not a FHIR Bundle: its resourceType is another, or none")
    if len(found) != 1:
        number = f"{len(found)} Patients" if found else "no Patient"
        raise InputError(f"the Bundle holds {number}; it must hold exactly one")
    if not isinstance(found[0], str):
        raise InputError("the Patient of the Bundle has no id")
    return found[0]


def prefetch_of(bundle: bytes, templates: dict[str, str], patient: str) -> dict[str, Any]:
    """What an EHR that holds this Bundle sends along: each template's answer by a FHIR server, pages joined."""
    from ..fhir.demo import create_app

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "patient.json").write_bytes(bundle)
        server = create_app(Path(folder)).test_client()
        sent = {}
        for key, template in templates.items():
            query = template.replace("{{context.patientId}}", patient)
            answer = server.get(f"/fhir/{query}").get_json()
            sent[key] = _whole(answer, server)
    return sent


def _whole(answer: dict[str, Any], server: Any) -> dict[str, Any]:
    entries = list(answer.get("entry", ()))
    while following := next((link["url"] for link in answer.get("link", ()) if link.get("relation") == "next"), None):
        answer = server.get(following).get_json()
        entries += answer.get("entry", ())
    if answer.get("resourceType") == "Bundle":
        return {"resourceType": "Bundle", "type": "searchset", "entry": entries}
    return answer


def fire(ask: Ask, hook: str, patient: str, *, prefetch: Callable[[dict[str, str]], dict[str, Any]] | None,
         fhir_server: str | None) -> dict[str, Any]:  # fmt: skip
    """Discover the service of a hook and call it. Returns the body of the answer; raises Refused."""
    status, found = ask("/cds-services", None)
    services = found.get("services", []) if status == 200 and isinstance(found, dict) else None
    if services is None:
        raise Refused(f"discovery at /cds-services failed ({status}{_said(found)})")
    service = next((s for s in services if s.get("hook") == hook), None)
    if service is None:
        offered = ", ".join(sorted({s.get("hook", "?") for s in services}))
        raise Refused(f"no service for the hook '{hook}'; offered: {offered}")
    body: dict[str, Any] = {
        "hook": hook,
        "hookInstance": str(uuid.uuid4()),
        # A class of user of its own: a card that was dismissed in the sandbox is still shown here.
        "context": {"userId": "PractitionerRole/example", "patientId": patient},
    }
    if prefetch is not None:
        body["prefetch"] = prefetch(service.get("prefetch", {}))
    if fhir_server:
        body["fhirServer"] = fhir_server
    status, answer = ask(f"/cds-services/{service['id']}", body)
    if status != 200 or not isinstance(answer, dict) or "cards" not in answer:
        raise Refused(f"the service answered {status}{_said(answer)}")
    return answer


def _said(answer: Any) -> str:
    try:
        return f": {answer['issue'][0]['details']['text']}"
    except (TypeError, KeyError, IndexError):
        return ""
