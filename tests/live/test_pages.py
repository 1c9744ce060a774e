"""Long answers and pages that change or vanish (hapi.md points 9-14): whole, or said to be in part; never "none"."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from cds_service.chart.chart import Kind
from cds_service.fhir import fetch
from cds_service.fhir.access import FhirAccess
from cds_service.fhir.gather import Gathered, gather
from cds_service.screening import as_json, screen
from cds_service.terminology import load as terminology

from .charts import condition, creatinine, creatinines, lupus, medication, order, patient
from .conftest import CAP, INCLUDES
from .server import DAY, Hapi, Json, file_answer, watch

AMIRA = Path(__file__).parents[2] / "fixtures" / "patients" / "amira-34.json"
FEWER = "fewer records arrived than the FHIR server counted"
PART = 500
"""Observations in one transaction: HAPI takes more than ten minutes for ten thousand in one."""


def load_long(server: Hapi, who: str, number: int) -> list[Json]:
    """A whole chart with so many creatinines more."""
    resources = [e["resource"] for e in json.loads(AMIRA.read_text().replace("amira-34", who))["entry"]]
    server.load(*resources)
    results = creatinines(who, number)
    for start in range(0, number, PART):
        server.load(*results[start : start + PART])
    return resources + results


def whole(gathered: Gathered) -> dict[str, Any]:
    assert gathered.chart is not None
    found: dict[str, Any] = as_json(screen(gathered.chart))
    return found


def reasons(gathered: Gathered) -> set[str]:
    """Why criteria are unknown."""
    return {c["reason"] for t in whole(gathered)["trials"] for c in t["criteria"] if c["reason"]}


@pytest.mark.parametrize("number", [1000, 10_000])
def test_long_charts_arrive_whole_by_pages_of_500(hapi: Hapi, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = load_long(hapi, f"long-{number}", number)
    seen = watch(monkeypatch)
    assert hapi.answer(f"long-{number}", 500) == file_answer(*chart)
    assert sum("_getpages" in url for url in seen) >= number // 500 - 1


def test_next_links_are_used_as_they_are_and_have_no_type(hapi: Hapi, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = watch(monkeypatch)
    gathered = hapi.gather("amira-34", 7)
    given = [url for url in seen if "_getpages" in url]
    assert gathered.problems == ()
    assert given and all(url.startswith(f"{hapi.url}?_getpages=") for url in given)


def test_the_first_page_says_how_many_there_are_only_when_asked(hapi: Hapi) -> None:
    query = "Observation?patient=amira-34&_count=5"
    assert "total" not in hapi.get(query)
    assert hapi.get(f"{query}&_total=accurate")["total"] > 5


def test_a_search_that_ends_silently_is_known_to_be_in_part(narrow: Hapi) -> None:
    for start in range(0, 3 * CAP, 100):
        narrow.load(*lupus("capped"), *creatinines("capped", 3 * CAP)[start : start + 100])
    gathered = narrow.gather("capped", CAP // 2)
    assert FEWER in dict(gathered.problems).values()
    assert gathered.chart is not None
    assert gathered.chart.kind("Observation") is Kind.PART
    assert "unavailable" in reasons(gathered)


def test_a_lupus_beyond_the_cap_is_not_no_lupus(narrow: Hapi) -> None:
    other = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "Z00.00"}]}
    narrow.load(patient("late"), *(condition("late", n, other) for n in range(1, 2 * CAP)))
    narrow.load(condition("late", 999))
    gathered = narrow.gather("late", CAP // 2)
    assert dict(gathered.problems)["conditions"] == FEWER
    assert "not-applicable" not in {t["verdict"] for t in whole(gathered)["trials"]}
    assert "unavailable" in reasons(gathered)


def test_a_page_larger_than_the_cap_brings_everything(narrow: Hapi) -> None:
    chart = [*lupus("roomy"), *creatinines("roomy", 2 * CAP)]
    narrow.load(*chart)
    assert narrow.answer("roomy", 500) == file_answer(*chart)


def test_records_deleted_between_pages_leave_the_kind_in_part(hapi: Hapi, monkeypatch: pytest.MonkeyPatch) -> None:
    hapi.load(*lupus("shrinks"), *creatinines("shrinks", 30))

    def delete(url: str, number: int) -> None:
        if "Observation" in url and "2160-0" in url:
            for n in range(15, 20):
                hapi.delete(f"Observation/shrinks-o{n:05}")

    watch(monkeypatch, delete)
    gathered = hapi.gather("shrinks", 10)
    assert FEWER in dict(gathered.problems).values()
    assert gathered.chart is not None
    assert len(gathered.chart.results["creatinine_serum"]) == 25
    assert gathered.chart.kind("Observation") is Kind.PART


def test_medications_beyond_the_limit_of_includes_are_read_one_by_one(
    narrow: Hapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = 4 * INCLUDES
    chart = [*lupus("orders"), *(medication("orders", n) for n in range(number)),
             *(order("orders", n, authoredOn=f"2025-01-{n + 1:02}") for n in range(number))]
    narrow.load(*chart)
    page = narrow.get("MedicationRequest?patient=orders&_include=MedicationRequest:medication&_count=500")
    assert sum(e["search"]["mode"] == "include" for e in page["entry"]) < number
    seen = watch(monkeypatch)
    assert narrow.answer("orders") == file_answer(*chart)
    assert sum("/Medication/" in url for url in seen) >= number - INCLUDES


def test_a_medication_that_is_gone_is_a_problem_that_is_said(hapi: Hapi) -> None:
    chart = [*lupus("lost"), medication("lost", 1), order("lost", 1)]
    hapi.load(*chart)
    sent = {"medicationRequests": json.dumps(hapi.get("MedicationRequest?patient=lost")).encode()}
    hapi.delete("MedicationRequest/lost-r1")
    hapi.delete("Medication/lost-m1")
    gathered = gather("lost", sent, FhirAccess(hapi.url), terminology=terminology(), as_of=DAY,
                      deadline=time.monotonic() + 30)
    assert ("medications", "the FHIR server does not have it any more (410)") in gathered.problems
    assert gathered.chart is not None
    assert gathered.chart.unnamed_drugs == ("MedicationRequest/lost-r1",)


def _expire(narrow: Hapi, chart: list[Json], monkeypatch: pytest.MonkeyPatch, times: int) -> list[str]:
    """Let the pages of the creatinines expire after the first page, so many times."""
    done: list[str] = []

    def expire(url: str, number: int) -> None:
        if "2160-0" in url and "_getpages" not in url and len(done) < times:
            done.append(url)
            narrow.empty()
            narrow.load(*chart)

    return watch(monkeypatch, expire)


def _only_creatinines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask one search at a time: what is emptied in between must not hit another."""
    monkeypatch.setattr(fetch, "CONNECTIONS", 1)
    fetch.stop()


def test_an_expired_page_starts_the_search_once_again(narrow: Hapi, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = [*lupus("expires"), *creatinines("expires", 30)]
    narrow.empty()
    narrow.load(*chart)
    _only_creatinines(monkeypatch)
    seen = _expire(narrow, chart, monkeypatch, times=1)
    assert narrow.answer("expires", 10) == file_answer(*chart)
    assert sum("2160-0" in url and "_getpages" not in url for url in seen) == 2


def test_a_page_that_expires_again_and_again_is_given_up_and_said(
    narrow: Hapi, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = [*lupus("expires2"), *creatinines("expires2", 30)]
    narrow.empty()
    narrow.load(*chart)
    _only_creatinines(monkeypatch)
    _expire(narrow, chart, monkeypatch, times=5)
    gathered = narrow.gather("expires2", 10)
    assert "the FHIR server does not have it any more (410)" in dict(gathered.problems).values()
    assert gathered.chart is not None
    assert not gathered.chart.kind("Observation").complete


def test_a_repeated_record_counts_once(hapi: Hapi) -> None:
    chart = [*lupus("twice"), creatinine("twice", 1, category=[{"coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}]}])]
    hapi.load(*chart)
    gathered = hapi.gather("twice")  # found by its code and by its category
    assert gathered.chart is not None
    assert [r.reference for r in gathered.chart.results["creatinine_serum"]] == ["Observation/twice-o00001"]
