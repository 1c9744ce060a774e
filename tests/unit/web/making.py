"""Hook calls made by hand, for the tests of the web."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cds_service.settings import Settings
from cds_service.store import Store
from cds_service.terminology import load
from cds_service.web.app import create_app
from cds_service.web.deployment import Deployment

ADDRESS = "/cds-services/sle-cart-trials"
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1992-03-04"}
NONE = {"resourceType": "Bundle", "type": "searchset", "total": 0}
FAILED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}


def condition(finding: str = "sle", id_: str = "c1") -> dict[str, Any]:
    """An active Condition by the first code of a finding in the mappings."""
    terminology = load()
    system, code = terminology.code_of_finding(finding)
    return {
        "resourceType": "Condition",
        "id": id_,
        "subject": {"reference": "Patient/p1"},
        "clinicalStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
        },
        "code": {"coding": [{"system": terminology.uri(system), "code": code}]},
        "onsetDateTime": "2015-01-01",
        "recordedDate": "2015-01-02",
    }


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in resources]}


def prefetch(**changes: Any) -> dict[str, Any]:
    """Every key of discovery answered: a woman with lupus of whom nothing else is recorded."""
    keys = client().get("/cds-services").get_json()["services"][0]["prefetch"]
    return dict.fromkeys(keys) | {"patient": PATIENT, "conditions": bundle(condition())} | changes


def call(**changes: Any) -> dict[str, Any]:
    body = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/p", "patientId": "p1"},
        "prefetch": prefetch() if "prefetch" not in changes else changes["prefetch"],
    }
    return {k: v for k, v in (body | changes).items() if v is not ...}


@cache
def shared_store() -> Store:
    """A store for the tests that do not look at what is kept. Nothing is held back in it (`snooze_days`)."""
    return Store.open(f"sqlite:///{Path(mkdtemp()) / 'store.db'}")


def client(deployment: Deployment | None = None, store: Store | None = None, **settings: Any) -> FlaskClient:
    settings = {"as_of": date(2026, 11, 1), "auth": "open", "snooze_days": 0} | settings
    return create_app(Settings(**settings), deployment, store=store or shared_store()).test_client()


def post(body: object = None, to: str = ADDRESS, **settings: Any) -> TestResponse:
    return client(**settings).post(to, json=call() if body is None else body)


def refused(answer: TestResponse, status: int) -> str:
    """The one sentence of an OperationOutcome."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/fhir+json"
    body = json.loads(answer.data)
    assert body["resourceType"] == "OperationOutcome"
    text: str = body["issue"][0]["details"]["text"]
    assert "Traceback" not in text
    return text
