"""The hook requests in `fixtures/requests/` are what an EHR would send to the patient-view service."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cds_service.fhir.templates import prefetch_templates
from cds_service.terminology import load

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT.parent / "shared" / "cds_hooks" / "schemas" / "cds-hooks-request.schema.json"
REQUESTS = sorted((ROOT / "fixtures" / "requests").glob("*.json"))
NAMES = [path.stem for path in REQUESTS]
WHOLE = ("whole-prefetch", "whole-prefetch-orders-only", "null-prefetch", "operation-outcome")

Json = dict[str, Any]


def read(name: str) -> Json:
    """One request."""
    body: Json = json.loads((ROOT / "fixtures" / "requests" / f"{name}.json").read_text(encoding="utf-8"))
    return body


@pytest.mark.parametrize("name", NAMES)
def test_a_request_is_valid_against_the_schema_of_cds_hooks(name: str) -> None:
    if not SCHEMA.is_file():
        pytest.skip("the CDS Hooks schemas are not beside the project: requests were not compared with them")
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(read(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_request_asks_for_a_written_patient_with_keys_of_the_service(name: str) -> None:
    body = read(name)
    assert body["hook"] == "patient-view"
    assert (ROOT / "fixtures" / "patients" / f"{body['context']['patientId']}.json").is_file()
    assert set(body.get("prefetch", {})) <= set(prefetch_templates(load()))


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_prefetch_answers_every_key(name: str) -> None:
    assert set(read(name)["prefetch"]) == set(prefetch_templates(load()))


def test_the_requests_carry_no_token() -> None:
    assert all("fhirAuthorization" not in read(name) for name in NAMES)


def test_the_whole_prefetch_brings_every_result_of_the_chart_that_has_a_standard_code() -> None:
    # A result that no template asks for would be seen from a Bundle file and missed at the hook.
    chart = json.loads((ROOT / "fixtures" / "patients" / "amira-34.json").read_text(encoding="utf-8"))
    sent = {
        entry["resource"]["id"]
        for value in read("whole-prefetch")["prefetch"].values()
        if value and value["resourceType"] == "Bundle"
        for entry in value["entry"]
    }
    unread = {"4537-7", "1988-5", "1751-7", "2465-3", "2472-9", "3281-3", "85354-9", "8867-4"}
    missed = {
        coding["code"]
        for entry in chart["entry"]
        if entry["resource"]["resourceType"] == "Observation" and entry["resource"]["id"] not in sent
        for coding in entry["resource"]["code"].get("coding", [])
        if coding["system"] == "http://loinc.org"
    }
    assert missed <= unread
