"""The hook requests in `fixtures/requests/` are what an EHR would send to the patient-view service."""

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from cds_service.chart.chart import Chart, Kind
from cds_service.clinical.lupus import SleState, sle
from cds_service.fhir.gather import Gathered, MissingData, gather
from cds_service.fhir.templates import prefetch_templates
from cds_service.kernel.errors import InputError
from cds_service.screening import as_json, read_bundle, screen
from cds_service.terminology import load

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT.parent / "shared" / "cds_hooks" / "schemas" / "cds-hooks-request.schema.json"
REQUESTS = sorted((ROOT / "fixtures" / "requests").glob("*.json"))
NAMES = [path.stem for path in REQUESTS]
AS_OF = date(2026, 11, 1)
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


def answered(name: str) -> Gathered:
    """What the service makes of a request without access to a FHIR server."""
    raw = (ROOT / "fixtures" / "requests" / f"{name}.json").read_bytes()
    body = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    sent = msgspec.json.decode(body["prefetch"], type=dict[str, msgspec.Raw]) if "prefetch" in body else {}
    patient = read(name)["context"]["patientId"]
    return gather(patient, sent, None, terminology=load(), as_of=AS_OF, deadline=time.monotonic() + 5)


def answers(chart: Chart | None) -> list[tuple[str, str, list[tuple[str, str, str | None]]]]:
    """Trial, verdict, and each criterion's status and reason."""
    assert chart is not None
    return [
        (t["id"], t["verdict"], [(c["id"], c["status"], c["reason"]) for c in t["criteria"]])
        for t in as_json(screen(chart))["trials"]
    ]


@pytest.mark.parametrize("name", ["whole-prefetch", "whole-prefetch-orders-only", "entries-of-another-patient"])
def test_a_whole_prefetch_is_answered_like_the_bundle_file(name: str) -> None:
    patient = read(name)["context"]["patientId"]
    file = (ROOT / "fixtures" / "patients" / f"{patient}.json").read_bytes()
    assert answers(answered(name).chart) == answers(read_bundle(file, AS_OF))


def test_orders_that_failed_leave_treatment_unavailable() -> None:
    trials = {t: {c: (s, r) for c, s, r in found} for t, _, found in answers(answered("operation-outcome").chart)}
    assert trials["NCT06711146"]["I4b"] == ("unknown", "unavailable")
    assert trials["NCT06513429"]["E13"] == ("unknown", "unavailable")
    assert trials["NCT06513429"]["I2"] == ("pass", None)


def test_an_informational_outcome_is_no_failure() -> None:
    trials = {t: {c: (s, r) for c, s, r in found} for t, _, found in answers(answered("outcome-that-is-a-note").chart)}
    # The searched scores are known to be none: the labs alone do not reach ten, and that is no "unavailable".
    assert trials["NCT06513429"]["I6"] == ("unknown", "imprecise")


def test_entries_of_another_patient_are_dropped_and_counted() -> None:
    gathered = answered("entries-of-another-patient")
    assert gathered.strangers == 2
    assert gathered.chart is not None
    assert not [e for e in gathered.chart.exposures if e.ingredient == "rituximab"]


def test_a_prefetch_of_the_wrong_patient_is_refused() -> None:
    with pytest.raises(InputError):
        answered("wrong-patient")


@pytest.mark.parametrize("name", ["nothing-at-all", "no-prefetch"])
def test_without_patient_and_conditions_and_without_a_server_nothing_can_be_said(name: str) -> None:
    with pytest.raises(MissingData) as error:
        answered(name)
    assert set(error.value.keys) == {"patient", "conditions"}


def test_refused_conditions_leave_the_diagnosis_unavailable() -> None:
    gathered = answered("conditions-refused")
    assert gathered.unreadable == ("conditions",)
    assert gathered.chart is not None
    assert sle(gathered.chart) is SleState.UNAVAILABLE


def test_known_empty_answers_are_no_failures() -> None:
    chart = answered("null-prefetch").chart
    assert chart is not None
    assert all(state is Kind.READ for state in chart.kinds.values())
