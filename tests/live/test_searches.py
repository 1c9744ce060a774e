"""What HAPI makes of searches (hapi.md points 1-8, 15, 17), and that the service asks so that it cannot be misled."""

import json
import time
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from cds_service.chart.chart import Kind
from cds_service.fhir.access import FhirAccess
from cds_service.fhir.client import FhirClient
from cds_service.fhir.gather import MissingData, gather
from cds_service.fhir.pages import Answer
from cds_service.fhir.search import run_search
from cds_service.fhir.templates import templates
from cds_service.terminology import load as terminology

from .charts import condition, creatinine, creatinines, lupus, order, patient
from .server import DAY, Hapi, file_answer, watch

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
LONGEST = 7300
"""Bytes of an address that passes everywhere (point 6)."""


def test_every_search_of_the_service_is_accepted(hapi: Hapi) -> None:
    for template in templates(terminology()):
        query = template.filled("amira-34")
        assert len(f"{hapi.url}/{query}") < LONGEST, template.key
        assert hapi.status(query) == 200, template.key


def test_what_is_asked_has_no_lastn_no_empty_value_no_modifier_and_a_bare_id(
    hapi: Hapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = watch(monkeypatch)
    hapi.answer("amira-34")
    assert len(seen) >= 14
    for url in seen:
        address = urlsplit(url)
        assert "$" not in address.path
        for name, value in parse_qsl(address.query, keep_blank_values=True):
            assert value.strip(",") and ":" not in name, url
            assert name != "patient" or value == "amira-34"


def test_lastn_answers_with_other_patients(hapi: Hapi) -> None:
    answer = hapi.get("Observation/$lastn?patient=amira-34&code=nonsense&_count=500")
    subjects = {e["resource"]["subject"]["reference"] for e in answer["entry"]}
    assert subjects - {"Patient/amira-34"}


def test_an_empty_list_of_codes_drops_the_filter(hapi: Hapi) -> None:
    everything = hapi.get("Observation?patient=amira-34&_summary=count")["total"]
    assert hapi.get("Observation?patient=amira-34&code=,&_summary=count")["total"] == everything > 0
    assert hapi.get("Observation?patient=&_summary=count")["total"] > everything


def test_a_record_of_another_patient_in_a_prefetch_from_the_server_is_dropped(hapi: Hapi) -> None:
    both = json.dumps(hapi.get("Condition?_count=500")).encode()
    gathered = gather("amira-34", {"conditions": both}, FhirAccess(hapi.url), terminology=terminology(), as_of=DAY,
                      deadline=time.monotonic() + 30)
    assert gathered.strangers > 10
    assert gathered.chart is not None
    assert all(d.reference.startswith("Condition/amira-34") for d in gathered.chart.diagnoses)


def test_an_unknown_patient_has_no_conditions_and_is_an_error_all_the_same(hapi: Hapi) -> None:
    assert hapi.get("Condition?patient=nobody")["total"] == 0
    with pytest.raises(MissingData, match="no such patient"):
        hapi.gather("nobody")


def test_a_deleted_patient_is_an_error(hapi: Hapi) -> None:
    hapi.load(patient("deleted"))
    hapi.delete("Patient/deleted")
    assert hapi.status("Patient/deleted") == 410
    with pytest.raises(MissingData, match="no such patient"):
        hapi.gather("deleted")


def test_what_was_written_a_moment_ago_is_seen_though_the_server_keeps_old_answers(hapi: Hapi) -> None:
    chart = [*lupus("fresh"), creatinine("fresh", 1)]
    hapi.load(*chart)
    plain = requests.Session()
    plain.trust_env = False
    query = f"{hapi.url}/Observation?patient=fresh"
    assert plain.get(query).json()["total"] == 1
    assert hapi.answer("fresh") == file_answer(*chart)
    chart.append(creatinine("fresh", 2, "2026-10-20", 3.9))
    hapi.load(*chart)
    kept = plain.get(query)
    assert (kept.json()["total"], "X-Cache" in kept.headers) == (1, True)
    assert hapi.answer("fresh") == file_answer(*chart)


def test_undated_and_roughly_dated_records_are_found(hapi: Hapi) -> None:
    chart = [
        *lupus("rough"), creatinine("rough", 1, None), creatinine("rough", 2, "2026", 1.1),
        creatinine("rough", 3, "2026-09", 1.2), creatinine("rough", 4, "2025-12-31T23:30:00-05:00", 1.3),
        condition("rough", 2) | {"onsetDateTime": "2014"},
    ]
    del chart[1]["onsetDateTime"], chart[1]["recordedDate"]
    hapi.load(*chart)
    gathered = hapi.gather("rough")
    assert gathered.chart is not None
    assert len(gathered.chart.diagnoses) == 2
    assert hapi.answer("rough") == file_answer(*chart)


def test_a_site_code_without_a_system_is_found_under_any(hapi: Hapi) -> None:
    chart = [*lupus("site"), creatinine("site", 1) | {"code": {"coding": [{"code": "2160-0"}]}},
             creatinine("site", 2) | {"code": {"coding": [{"system": "urn:oid:2.999.1", "code": "2160-0"}]}}]
    hapi.load(*chart)
    assert hapi.answer("site") == file_answer(*chart)


def test_an_include_that_the_server_does_not_know_costs_the_include_only(hapi: Hapi) -> None:
    query = "MedicationRequest?patient=bashir-41&_include=MedicationRequest:nonsense"
    assert hapi.status(query) == 400
    answer = run_search(FhirClient(FhirAccess(hapi.url), time.monotonic() + 30), query, Answer("MedicationRequest"))
    assert answer.problem is None
    assert answer.received == hapi.get("MedicationRequest?patient=bashir-41&_summary=count")["total"] > 0


def test_a_search_too_long_for_an_address_is_posted(hapi: Hapi) -> None:
    codes = "%2C".join(f"http%3A%2F%2Floinc.org%7C{n:05}-0" for n in range(300)) + "%2C2160-0"
    query = f"Observation?patient=amira-34&code={codes}&_count=5"
    assert hapi.status(query) == 414
    answer = run_search(FhirClient(FhirAccess(hapi.url), time.monotonic() + 60), query, Answer("Observation"))
    assert answer.problem is None
    assert answer.received == hapi.get("Observation?patient=amira-34&code=2160-0&_summary=count")["total"] > 5


def test_a_type_that_the_server_does_not_have_is_not_found(hapi: Hapi) -> None:
    assert hapi.status("Zork?patient=amira-34") == 404


def test_records_that_the_server_shortened_are_not_used(hapi: Hapi) -> None:
    chart = [*lupus("short"), *creatinines("short", 3)]
    hapi.load(*chart)
    cut = json.dumps(hapi.get("Observation?patient=short&_elements=code,subject")).encode()
    assert cut.count(b"SUBSETTED") == 3
    gathered = gather("short", {"observations1": cut}, FhirAccess(hapi.url), terminology=terminology(), as_of=DAY,
                      deadline=time.monotonic() + 30)
    assert gathered.chart is not None
    assert gathered.chart.kind("Observation") is Kind.PART
    assert ("observations1", "records arrived of which the FHIR server had left elements out; they were not used") in (
        gathered.problems
    )


def test_a_browser_is_shown_html_and_the_service_is_not(hapi: Hapi) -> None:
    browser = requests.get(f"{hapi.url}/Patient/amira-34", headers={"Accept": BROWSER}, timeout=30)
    assert (browser.status_code, browser.headers["Content-Type"].split(";")[0]) == (200, "text/html")
    assert FhirClient(FhirAccess(hapi.url), time.monotonic() + 30).get(f"{hapi.url}/Patient/amira-34")[:1] == b"{"


def test_a_contained_medication_is_read_with_its_order(hapi: Hapi) -> None:
    drug = {"resourceType": "Medication", "id": "m", "code": {"coding": [
        {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "8640"}]}}
    chart = [*lupus("inside"), order("inside", 1) | {"contained": [drug], "medicationReference": {"reference": "#m"}}]
    hapi.load(*chart)
    answer = hapi.answer("inside")
    assert answer == file_answer(*chart)
    assert "MedicationRequest/inside-r1" in answer
