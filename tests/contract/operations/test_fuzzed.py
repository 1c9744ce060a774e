"""schemathesis calls the whole application by its own /openapi.json, with what fits the schemas and what does not.

Held: no 5xx, only statuses, content types and bodies that the document names, what fits is taken, what does not fit is
refused, and a wrong method is 405 with `Allow`. The same calls at every run.
"""

import re
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from cds_service.settings import Settings
from cds_service.web.app import create_app
from cds_service.web.openapi import document

from ...unit.web.making import client, shared_store
from ..security.signing import clients_file, ehr

# 412: what was sent fits, and what is needed was not sent. That is said by no schema.
CONFIG = {"checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "412"]}}}
BOUNDED = settings(
    max_examples=40, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
OPEN = schemathesis.openapi.from_dict(document(Settings()), config=SchemathesisConfig.from_dict(CONFIG))
GUARDED = schemathesis.openapi.from_dict(document(Settings(auth="jwt")))


@cache
def app() -> Flask:
    return client().application


@cache
def guarded() -> Flask:
    file = clients_file(Path(mkdtemp()), ehr())
    return create_app(Settings(auth="jwt", clients=file, hash_key="k" * 32, hash_key_id="k1"), store=shared_store())


@OPEN.parametrize()
@BOUNDED
def test_whatever_is_sent_the_answer_is_one_that_the_document_names(case: Any) -> None:
    for path in (("fhirAuthorization", "patient"), ("prefetch", "patient", "id")):
        _one_patient(case.body, path)
    _within_the_calendar(case.body)
    case.call_and_validate(app=app())


def _one_patient(body: Any, path: tuple[str, ...]) -> None:
    """Let two values be equal that must be, which no schema says; and let a clinician ask: others get no cards at
    once, before anything of the prefetch is looked at.
    """
    try:
        context, place = body["context"], body
        patient = context["patientId"]
        if isinstance(context.get("userId"), str):
            context["userId"] = re.sub(r"^(Patient|RelatedPerson)/", "Practitioner/", context["userId"])
        for step in path[:-1]:
            place = place[step]
        given = place.get(path[-1], None if len(path) == 2 else "")
        if isinstance(given, str):
            place[path[-1]] = patient
    except (TypeError, KeyError, AttributeError):
        pass  # a body that does not fit the schema


def _within_the_calendar(body: Any) -> None:
    """Let no instant lie, in UTC, before the year 1 or after the year 9999: its form is right and it is refused all
    the same (400), which no schema says.
    """
    entries = body.get("feedback") if isinstance(body, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        at = entry.get("outcomeTimestamp") if isinstance(entry, dict) else None
        if isinstance(at, str):
            entry["outcomeTimestamp"] = re.sub("^(0001-01-01|9999-12-31)(?=[Tt ])", "2026-01-01", at)


@GUARDED.include(path_regex="^/cds-services").parametrize()
@settings(BOUNDED, max_examples=10)
def test_without_a_token_every_call_is_refused_as_the_document_says(case: Any) -> None:
    answer = case.call(app=guarded(), headers={"Authorization": "Bearer a.b.c"})
    assert answer.status_code == (200 if case.method == "OPTIONS" else 401), case.method
    assert case.method == "OPTIONS" or not answer.content or answer.json()["resourceType"] == "OperationOutcome"
