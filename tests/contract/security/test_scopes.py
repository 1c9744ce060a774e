"""FHR-6: SMART scopes, versions 1 and 2. What is not granted is not asked, and is unavailable."""

import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cds_service.chart.chart import Kind
from cds_service.fhir.access import access_for
from cds_service.fhir.gather import gather
from cds_service.terminology import load

from ...unit.fhir_wire.charts import bundle, condition, creatinine, order, patient, prednisone
from ...unit.fhir_wire.conftest import Server
from ...unit.web import making
from .calling import granted, hook


def criteria(answer: Any) -> dict[str, Any]:
    """Criterion id → what is said of it, of the first trial on the card."""
    (card,) = answer.get_json()["cards"]
    return {c["id"]: c for c in card["extension"]["org.sle-trials.screening"]["trials"][0]["criteria"]}


def asked(server: Server) -> set[str]:
    """Types that were asked for."""
    return {path.removeprefix("/fhir/").partition("?")[0].partition("/")[0] for path in server.seen} - {"metadata"}


ALL = {"Patient", "Condition", "Observation", "Encounter", "MedicationRequest", "MedicationStatement",
       "MedicationAdministration", "MedicationDispense", "Procedure", "Immunization", "AllergyIntolerance"}  # fmt: skip


@pytest.mark.parametrize("scope", [
    "patient/*.read", "user/*.read", "*/*.read", "patient/*.*", "patient/*.rs", "patient/*.cruds", "system/*.rs",
    "launch openid fhirUser patient/*.read online_access",
])  # fmt: skip
def test_fhr6_what_is_granted_as_a_whole_is_asked_as_a_whole(scope: str, server: Server) -> None:
    body = hook(server.base, fhirAuthorization=granted(scope))
    assert making.post(body, fhir_servers=(server.base,)).status_code == 200
    assert asked(server) >= ALL


@pytest.mark.parametrize(("words", "types"), [
    ("patient/Patient.read patient/Condition.read", {"Patient", "Condition"}),
    ("user/Patient.read user/Condition.read user/Observation.read", {"Patient", "Condition", "Observation"}),
    ("patient/Patient.rs patient/Condition.rs patient/Procedure.s", {"Patient", "Condition", "Procedure"}),
    ("patient/Patient.r patient/Condition.s patient/Immunization.cruds", {"Patient", "Condition", "Immunization"}),
    ("patient/Patient.rs patient/Condition.rs patient/Observation.r", {"Patient", "Condition"}),
    ("patient/Patient.rs patient/Condition.rs patient/Observation.write", {"Patient", "Condition"}),
    ("patient/Patient.rs patient/Condition.rs patient/Observation.sr", {"Patient", "Condition"}),
    ("patient/Patient.rs patient/Condition.rs patient/observation.rs", {"Patient", "Condition"}),
    ("patient/Patient.rs patient/Condition.rs other/Observation.rs", {"Patient", "Condition"}),
])  # fmt: skip
def test_fhr6_what_is_not_granted_is_not_asked(words: str, types: set[str], server: Server) -> None:
    body = hook(server.base, fhirAuthorization=granted(words))
    assert making.post(body, fhir_servers=(server.base,)).status_code == 200
    assert asked(server) == types


@pytest.mark.parametrize(
    "scope",
    ["", "openid launch", "patient/Condition.rs", "patient/Patient.rs", "patient/Patient.s patient/Condition.s"],
)
def test_fhr6_a_token_that_does_not_allow_patient_or_conditions_is_no_access(scope: str, server: Server) -> None:
    body = hook(server.base, fhirAuthorization=granted(scope))
    assert making.post(body, fhir_servers=(server.base,)).status_code == 412
    assert server.seen == []


def test_fhr6_what_is_not_granted_is_unavailable_and_never_none(server: Server) -> None:
    whole = criteria(making.post(hook(server.base), fhir_servers=(server.base,)))
    scope = "patient/Patient.rs patient/Condition.rs"
    part = criteria(making.post(hook(server.base, fhirAuthorization=granted(scope)), fhir_servers=(server.base,)))
    reasons = {id_: said.get("reason") for id_, said in part.items() if said["status"] == "unknown"}
    assert "unavailable" in reasons.values()
    for id_, said in part.items():
        if said["status"] != whole[id_]["status"]:
            assert said["status"] == "unknown", id_


def test_fhr6_what_is_granted_in_part_counts_but_its_silence_says_nothing(
    serve: Callable[..., Server],
) -> None:
    server = serve(bundle(patient(), condition(), creatinine("o1", "2026-09-01"), kind="collection"))
    scope = "patient/*.rs?category=a patient/Patient.rs patient/Condition.rs patient/Immunization.rs"
    access = access_for(server.base, granted(scope), [server.base])
    found = gather("p1", {}, access, terminology=load(), as_of=date(2026, 11, 1), deadline=time.monotonic() + 5)
    assert found.chart is not None
    assert [r.reference for results in found.chart.results.values() for r in results] == ["Observation/o1"]
    assert found.chart.kinds["Observation"] is Kind.PART
    assert found.chart.kinds["Immunization"] is Kind.READ
    assert ("observations1", "the access token allows only a part of it") in found.problems


def test_fhr6_medications_are_neither_included_nor_read_where_they_are_not_granted(
    serve: Callable[..., Server],
) -> None:
    chart = bundle(patient(), condition(), order("m1", "Medication/med1"), prednisone("med1"), kind="collection")
    without = "patient/Patient.rs patient/Condition.rs patient/MedicationRequest.rs"
    for scope, included in ((without, False), (without + " patient/Medication.rs", True)):
        server = serve(chart)
        body = hook(server.base, fhirAuthorization=granted(scope))
        assert making.post(body, fhir_servers=(server.base,)).status_code == 200
        assert any("_include" in path for path in server.seen) is included
        assert not any("/Medication/" in path for path in server.seen)
