"""What a call gathers from prefetch and server, and what each fault makes of it (decisions 38, 44, 49, 51)."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date
from http.server import BaseHTTPRequestHandler

import pytest

from cds_service.chart.chart import Kind
from cds_service.clinical.lupus import SleState, sle
from cds_service.fhir.client import Limits
from cds_service.fhir.gather import Gathered, MissingData, gather
from cds_service.fhir.templates import templates
from cds_service.kernel.errors import InputError
from cds_service.terminology import load

from .charts import bundle, condition, creatinine, order, outcome, patient, prednisone, raw
from .conftest import Server

WHO = {"patient": raw(patient()), "conditions": bundle(condition())}
Serve = Callable[..., Server]


def alone(prefetch: dict[str, bytes]) -> Gathered:
    """Gather without a server."""
    return gather("p1", prefetch, None, terminology=load(), as_of=date(2026, 11, 1), deadline=time.monotonic() + 5)


def kind(gathered: Gathered, name: str) -> Kind:
    assert gathered.chart is not None
    return gathered.chart.kind(name)


def creatinines(gathered: Gathered) -> int:
    assert gathered.chart is not None
    return len(gathered.chart.results.get("creatinine_serum", []))


def whole() -> dict[str, bytes]:
    """A prefetch with every key; all but Patient and Conditions empty."""
    return {t.key: b"null" for t in templates(load())} | WHO


# --- Patient and Conditions ------------------------------------------------------------------------------------------


def test_without_sle_only_patient_and_conditions_are_asked_for(serve: Serve) -> None:
    server = serve(bundle(patient()))
    gathered = server.gather()
    assert sorted(p.split("?")[0] for p in server.seen) == ["/fhir/Condition", "/fhir/Patient/p1"]
    assert gathered.requests == 2
    assert gathered.chart is not None
    assert sle(gathered.chart) is SleState.NONE


def test_a_deceased_patient_is_not_asked_about_further(serve: Serve) -> None:
    server = serve(bundle(patient(deceasedBoolean=True), condition()))
    assert server.gather().requests == 2


def test_with_sle_everything_is_read(server: Server) -> None:
    gathered = server.gather()
    assert (creatinines(gathered), gathered.unreadable, gathered.problems) == (10, (), ())
    for template in templates(load()):
        for name in template.kinds:
            assert kind(gathered, name) is Kind.READ, name


@pytest.mark.parametrize("missing", ["patient", "conditions"])
def test_patient_or_conditions_neither_sent_nor_to_be_had_are_missing_data(missing: str) -> None:
    with pytest.raises(MissingData) as caught:
        alone({k: v for k, v in whole().items() if k != missing})
    assert caught.value.keys == (missing,)


def test_a_null_patient_counts_as_not_sent() -> None:
    with pytest.raises(MissingData):
        alone(whole() | {"patient": b"null"})


def test_null_conditions_are_known_empty_and_no_lupus() -> None:
    gathered = alone({"patient": raw(patient()), "conditions": b" null "})
    assert gathered.chart is not None
    assert sle(gathered.chart) is SleState.NONE


@pytest.mark.parametrize("status", [404, 410])
def test_a_patient_unknown_to_the_server_is_missing_data_and_not_no_lupus(server: Server, status: int) -> None:
    server.fault = lambda path: (status, {}, b"") if "/Patient/" in path else None
    with pytest.raises(MissingData):
        server.gather()


def test_another_patient_in_the_prefetch_is_refused() -> None:
    with pytest.raises(InputError):
        alone({"patient": raw(patient("p2")), "conditions": b"null"})


def test_another_patient_served_is_an_unreadable_patient(server: Server) -> None:
    server.fault = lambda path: (200, {}, raw(patient("p2"))) if "/Patient/" in path else None
    gathered = server.gather()
    assert (gathered.chart, gathered.unreadable) == (None, ("patient",))


@pytest.mark.parametrize("body", [b"<html>sign in</html>", raw(outcome()), b"", b"[]", b"{}"])
def test_a_patient_that_is_no_patient_is_unreadable(server: Server, body: bytes) -> None:
    server.fault = lambda path: (200, {"Content-Type": "text/html"}, body) if "/Patient/" in path else None
    assert server.gather().unreadable == ("patient",)


@pytest.mark.parametrize("answer", [
    (500, {}, b""), (403, {}, b""), (200, {}, b"<html>"), (200, {}, raw(outcome())), (200, {}, bundle(outcome())),
    (200, {}, raw(outcome("warning", "processing"))),
])
def test_conditions_asked_for_and_failed_leave_the_diagnosis_unavailable(
    server: Server, answer: tuple[int, dict[str, str], bytes]
) -> None:
    server.fault = lambda path: answer if "Condition" in path else None
    gathered = server.gather()
    assert gathered.unreadable == ("conditions",)
    assert gathered.chart is not None
    assert sle(gathered.chart) is SleState.UNAVAILABLE
    assert kind(gathered, "Observation") is Kind.UNAVAILABLE, "what was not asked is not absent"


def test_sle_found_on_a_first_page_counts_although_the_second_failed(server: Server) -> None:
    server.fault = lambda path: (
        (200, {}, bundle(condition(), link=[{"relation": "next", "url": f"{server.base}?_page=x"}]))
        if "Condition?" in path else (500, {}, b"") if "_page=x" in path else None
    )
    gathered = server.gather()
    assert gathered.chart is not None
    assert sle(gathered.chart) is SleState.SLE
    assert (kind(gathered, "Condition"), creatinines(gathered)) == (Kind.PART, 10)


def test_an_outcome_sent_in_place_of_the_patient_is_unreadable_and_no_client_error() -> None:
    gathered = alone({"patient": raw(outcome()), "conditions": b"null"})
    assert (gathered.chart, gathered.unreadable) == (None, ("patient",))


# --- prefetch --------------------------------------------------------------------------------------------------------


def test_a_whole_prefetch_asks_nothing_of_the_server(server: Server) -> None:
    gathered = server.gather(whole() | {"observations1": bundle(creatinine("o1", "2026-09-01"))})
    assert (server.seen, gathered.requests, creatinines(gathered)) == ([], 0, 1)


def test_a_whole_prefetch_does_not_even_import_an_http_library() -> None:
    code = (
        "import sys, time; from datetime import date\n"
        "from cds_service.fhir.gather import gather; from cds_service.fhir.templates import templates\n"
        "from cds_service.terminology import load\n"
        f"sent = {{t.key: b'null' for t in templates(load())}} | {WHO!r}\n"
        "chart = gather('p1', sent, None, terminology=load(), as_of=date(2026, 11, 1), deadline=time.monotonic() + 5)\n"
        "assert chart.chart.diagnoses and 'requests' not in sys.modules and 'urllib3' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr == ""


def test_null_and_an_empty_bundle_mean_looked_and_none() -> None:
    gathered = alone(whole() | {"procedures": bundle()})
    assert kind(gathered, "Procedure") is Kind.READ
    assert kind(gathered, "Immunization") is Kind.READ


def test_a_key_that_was_not_sent_is_unavailable_where_there_is_no_server() -> None:
    gathered = alone({k: v for k, v in whole().items() if k != "procedures"})
    assert kind(gathered, "Procedure") is Kind.UNAVAILABLE
    assert kind(gathered, "Immunization") is Kind.READ


def test_only_the_keys_that_were_not_sent_are_fetched(server: Server) -> None:
    gathered = server.gather({k: v for k, v in whole().items() if k != "observations1"})
    assert {p.split("?")[0] for p in server.seen} == {"/fhir/Observation", "/fhir/metadata"}
    assert kind(gathered, "Observation") is Kind.READ


@pytest.mark.parametrize(("sent", "state"), [
    (raw(outcome()), Kind.UNAVAILABLE),
    (raw(outcome("information", "informational")), Kind.UNAVAILABLE),
    (bundle(outcome()), Kind.UNAVAILABLE),
    (bundle(outcome("warning", "incomplete")), Kind.UNAVAILABLE),
    (bundle(outcome("warning", "processing")), Kind.READ),
    (b'"no"', Kind.UNAVAILABLE),
    (b"7", Kind.UNAVAILABLE),
    (raw(patient()), Kind.UNAVAILABLE),
    (b'{"resourceType":"Bundle","entry":7}', Kind.UNAVAILABLE),
    (bundle(total=3), Kind.PART),
])
def test_what_a_prefetched_answer_means(sent: bytes, state: Kind) -> None:
    gathered = alone(whole() | {"procedures": sent})
    assert kind(gathered, "Procedure") is state


@pytest.mark.parametrize(("days", "state"), [
    (("2026-09-02", "2026-09-01"), Kind.NEWEST), (("2026-09-01", "2026-09-02"), Kind.PART),
])
def test_a_prefetch_with_further_pages_and_no_server_is_cut_at_its_end_if_it_came_newest_first(
    days: tuple[str, str], state: Kind
) -> None:
    link = [{"relation": "next", "url": "https://ehr.example.org/more"}]
    sent = bundle(*(creatinine(f"o{n}", day) for n, day in enumerate(days)), link=link)
    gathered = alone(whole() | {"observations1": sent})
    assert (kind(gathered, "Observation"), creatinines(gathered)) == (state, 2)


def test_a_prefetch_with_further_pages_is_followed_where_there_is_a_server(server: Server) -> None:
    link = [{"relation": "next", "url": f"{server.base}?_page=more"}]
    more = bundle(creatinine("o2", "2026-08-01"))
    server.fault = lambda path: (200, {}, more) if "_page=more" in path else None
    sent = bundle(creatinine("o1", "2026-09-01"), link=link, total=2)
    gathered = server.gather(whole() | {"observations1": sent})
    assert (kind(gathered, "Observation"), creatinines(gathered), gathered.requests) == (Kind.READ, 2, 1)


def test_one_oldest_record_with_a_next_link_is_all_that_was_wanted() -> None:
    link = [{"relation": "next", "url": "https://ehr.example.org/more"}]
    gathered = alone(whole() | {"oldestObservation": bundle(creatinine("o", "2015-01-01"), link=link, total=400)})
    assert gathered.problems == ()
    assert gathered.chart is not None
    assert gathered.chart.reach is not None
    assert gathered.chart.reach.first == date(2015, 1, 1)


# --- what a server can do --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_are_followed_whatever_their_size(server: Server, size: int) -> None:
    gathered = server.gather(page_size=size)
    assert (creatinines(gathered), kind(gathered, "Observation")) == (10, Kind.READ)


def next_page(server: Server, url: str) -> Callable[[str], object]:
    first = bundle(creatinine("o1", "2026-09-01"), link=[{"relation": "next", "url": url}])
    return lambda path: (200, {}, first) if "code=" in path or "_page=" in path else None


@pytest.mark.parametrize(("url", "words"), [
    ("https://elsewhere.example.org/fhir?p=2", "another server"),
    ("http://localhost:1/fhir?p=2", "another server"),
    ("http://127.0.0.1@elsewhere.example.org/fhir", "another server"),
    ("ftp://127.0.0.1/fhir", "another server"),
])
def test_a_next_page_elsewhere_is_not_followed(server: Server, url: str, words: str) -> None:
    server.fault = next_page(server, url)  # type: ignore[assignment]
    gathered = server.gather()
    assert kind(gathered, "Observation") is Kind.NEWEST
    assert words in dict(gathered.problems)["observations1"]


def test_a_next_page_that_is_the_same_page_ends(server: Server) -> None:
    server.fault = next_page(server, f"{server.base}?_page=again")  # type: ignore[assignment]
    gathered = server.gather()
    assert "circle" in dict(gathered.problems)["observations1"]
    assert kind(gathered, "Observation") is Kind.NEWEST


def test_endless_pages_end_at_the_cap(server: Server) -> None:
    def endless(path: str) -> object:
        if "code=" not in path and "_page=" not in path:
            return None
        link = [{"relation": "next", "url": f"{server.base}?_page={len(server.seen)}"}]
        return 200, {}, bundle(creatinine("o1", "2026-09-01"), link=link)

    server.fault = endless  # type: ignore[assignment]
    gathered = server.gather(limits=Limits(pages=5))
    assert "too many pages" in dict(gathered.problems)["observations1"]
    assert gathered.requests < 60


def test_an_expired_page_starts_the_search_once_more(server: Server) -> None:
    gone: list[str] = []

    def expire(path: str) -> object:
        if "_page=" in path and not gone:
            gone.append(path)
            return 410, {}, raw(outcome("error", "expired"))
        return None

    server.fault = expire  # type: ignore[assignment]
    gathered = server.gather(page_size=4)
    assert (creatinines(gathered), kind(gathered, "Observation"), len(gone)) == (10, Kind.READ, 1)


def test_pages_that_always_expire_leave_a_part(server: Server) -> None:
    server.fault = lambda path: (410, {}, b"") if "_page=" in path else None
    gathered = server.gather(page_size=4)
    assert kind(gathered, "Observation") is Kind.NEWEST
    assert creatinines(gathered) >= 4


def test_fewer_records_than_the_server_counted_are_a_part(server: Server) -> None:
    server.fault = lambda path: (
        (200, {}, bundle(creatinine("o1", "2026-09-01"), total=1049)) if "code=" in path else None
    )
    gathered = server.gather()
    assert kind(gathered, "Observation") is Kind.PART
    assert "fewer" in dict(gathered.problems)["observations1"]


def test_a_record_that_comes_on_two_pages_counts_once_against_the_total(server: Server) -> None:
    one = creatinine("o1", "2026-09-01")
    link = [{"relation": "next", "url": f"{server.base}?_page=two"}]
    server.fault = lambda path: (
        (200, {}, bundle(one, total=2, link=link)) if "code=" in path
        else (200, {}, bundle(one)) if "_page=two" in path else None
    )
    assert kind(server.gather(), "Observation") is Kind.PART


def test_a_later_page_that_failed_leaves_the_newest(server: Server) -> None:
    server.fault = lambda path: (500, {}, b"") if "_page=" in path else None
    gathered = server.gather(page_size=4)
    assert (creatinines(gathered), kind(gathered, "Observation")) == (4 + 1, Kind.NEWEST), "and the oldest one"


def test_a_server_that_ignores_the_order_leaves_only_a_part(server: Server) -> None:
    link = [{"relation": "next", "url": f"{server.base}?_page=two"}]
    page = bundle(creatinine("o1", "2026-09-01"), creatinine("o2", "2026-09-02"), link=link)
    server.fault = lambda path: (
        (200, {}, page) if "code=" in path else (500, {}, b"") if "_page=two" in path else None
    )
    assert kind(server.gather(), "Observation") is Kind.PART


def test_entries_of_other_patients_are_dropped_and_counted(server: Server) -> None:
    answer = bundle(creatinine("o1", "2026-09-01"), creatinine("o2", "2026-09-02", who="p2"))
    server.fault = lambda path: (200, {}, answer) if "code=" in path else None
    gathered = server.gather(whole() | {"observations1": answer})
    assert (creatinines(gathered), gathered.strangers) == (1, 1)


def test_a_search_that_one_server_refuses_with_400_is_asked_without_its_extras(server: Server) -> None:
    server.fault = lambda path: (400, {}, raw(outcome())) if "_total=" in path or "_include=" in path else None
    gathered = server.gather()
    assert (creatinines(gathered), gathered.problems) == (10, ())
    before = len(server.seen)
    server.gather()
    again = server.seen[before:]
    assert not any("_include=" in p for p in again), "the second call asks at once as the server likes it"


def part_of(resource: dict[str, object]) -> dict[str, object]:
    system = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
    return resource | {"meta": {"tag": [{"system": system, "code": "SUBSETTED"}]}}


def test_a_record_of_which_elements_were_left_out_is_not_used_and_the_kind_is_a_part(server: Server) -> None:
    answer = bundle(creatinine("o1", "2026-09-01"), part_of(creatinine("o2", "2026-09-02")))
    server.fault = lambda path: (200, {}, answer) if "code=" in path else None
    fetched = server.gather(WHO | {"oldestObservation": b"null"})
    sent = alone(whole() | {"observations1": answer})
    for gathered in (fetched, sent):
        assert (creatinines(gathered), kind(gathered, "Observation")) == (1, Kind.PART)
        assert "left elements out" in dict(gathered.problems)["observations1"]


def test_a_patient_of_whom_elements_were_left_out_is_unreadable(server: Server) -> None:
    server.fault = lambda path: (200, {}, raw(part_of(patient()))) if "/Patient/" in path else None
    assert server.gather().unreadable == ("patient",)
    assert alone({"patient": raw(part_of(patient())), "conditions": b"null"}).unreadable == ("patient",)


def test_the_word_subsetted_elsewhere_drops_nothing() -> None:
    noted = creatinine("o1", "2026-09-01") | {"note": [{"text": "SUBSETTED"}]}
    gathered = alone(whole() | {"observations1": bundle(noted)})
    assert (creatinines(gathered), kind(gathered, "Observation")) == (1, Kind.READ)


def test_a_fault_of_our_own_in_a_search_is_unavailable_and_never_none(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **more: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("cds_service.fhir.fetch.run_search", broken)
    monkeypatch.setattr("cds_service.fhir.fetch.capability.ask", broken)
    gathered = server.gather(WHO)
    asked = [t for t in templates(load()) if t.kinds and t.key != "conditions"]
    assert {kind(gathered, t.type) for t in asked} == {Kind.UNAVAILABLE}


# --- drugs -----------------------------------------------------------------------------------------------------------


def test_a_drug_kind_that_is_not_offered_is_not_asked_for_and_no_failure(server: Server) -> None:
    statement = json.loads(server.app.get("/fhir/metadata").data)
    resources = statement["rest"][0]["resource"]
    statement["rest"][0]["resource"] = [r for r in resources if r["type"] != "MedicationStatement"]
    server.fault = lambda path: (200, {}, raw(statement)) if "metadata" in path else None
    gathered = server.gather()
    assert not any("MedicationStatement?" in p for p in server.seen)
    assert kind(gathered, "MedicationStatement") is Kind.NOT_OFFERED
    assert gathered.chart is not None
    assert (gathered.chart.drugs, gathered.problems) == (Kind.READ, ())


def test_a_whole_drug_type_answered_with_404_is_not_offered(server: Server) -> None:
    server.fault = lambda path: (404, {}, b"") if "MedicationStatement?" in path or "metadata" in path else None
    gathered = server.gather()
    assert gathered.chart is not None
    assert (kind(gathered, "MedicationStatement"), gathered.chart.drugs) == (Kind.NOT_OFFERED, Kind.READ)


def test_requests_and_statements_both_refused_leave_drugs_unavailable(server: Server) -> None:
    server.fault = lambda path: (404, {}, b"") if "/fhir/Medication" in path else None
    gathered = server.gather()
    assert gathered.chart is not None
    assert gathered.chart.drugs is Kind.UNAVAILABLE


def test_a_drug_kind_that_is_offered_and_refused_is_unavailable(server: Server) -> None:
    server.fault = lambda path: (403, {}, b"") if "MedicationDispense?" in path else None
    gathered = server.gather()
    assert gathered.chart is not None
    assert (kind(gathered, "MedicationDispense"), gathered.chart.drugs) == (Kind.UNAVAILABLE, Kind.PART)


def test_a_type_other_than_drugs_answered_with_404_is_unavailable_and_not_absent(server: Server) -> None:
    server.fault = lambda path: (404, {}, b"") if "Procedure?" in path else None
    assert kind(server.gather(), "Procedure") is Kind.UNAVAILABLE


def test_the_statement_of_a_server_is_read_once(server: Server) -> None:
    server.gather()
    server.gather()
    assert sum("metadata" in p for p in server.seen) == 1


def test_medications_that_were_not_included_are_read_one_by_one(server: Server) -> None:
    gathered = server.gather(medication_include=False)
    assert [p for p in server.seen if "/Medication/" in p] == ["/fhir/Medication/med1"]
    assert gathered.chart is not None
    assert [e.ingredient for e in gathered.chart.exposures] == ["prednisone"]


def test_medications_missing_beside_prefetched_orders_are_read_one_by_one(server: Server) -> None:
    orders = bundle(order("m1", "Medication/med1"), order("m2", "Medication/med1"), order("m3", "#inside"))
    gathered = server.gather(whole() | {"medicationRequests": orders})
    assert server.seen == ["/fhir/Medication/med1"]
    assert gathered.chart is not None
    assert {e.reference for e in gathered.chart.exposures} == {"MedicationRequest/m1", "MedicationRequest/m2"}


def test_a_medication_reference_to_another_server_is_not_followed(server: Server) -> None:
    orders = bundle(order("m1", "https://elsewhere.example.org/Medication/1"), order("m2", "Medication/../Patient/p1"))
    server.gather(whole() | {"medicationRequests": orders})
    assert server.seen == []


def test_an_included_medication_is_not_read_again(server: Server) -> None:
    orders = bundle(order("m1", "Medication/med1"), prednisone("med1"))
    server.gather(whole() | {"medicationRequests": orders})
    assert server.seen == []


def stay(status: str = "completed", category: str = "inpatient") -> tuple[dict[str, object], dict[str, object]]:
    """An order of a stay in hospital that records no end of its own, and the stay."""
    written = prednisone_order() | {
        "status": status, "authoredOn": "2026-05-01", "encounter": {"reference": "Encounter/e1"},
        "category": [{"coding": [{"code": category}]}],
    }
    encounter = {"resourceType": "Encounter", "id": "e1", "status": "finished", "class": {"code": "IMP"},
                 "subject": {"reference": "Patient/p1"}, "period": {"start": "2026-05-01", "end": "2026-05-09"}}
    return written, encounter


def prednisone_order() -> dict[str, object]:
    named = {k: v for k, v in order("m1", "").items() if k != "medicationReference"}
    return named | {"medicationCodeableConcept": prednisone("x")["code"]}


def test_an_inpatient_order_without_an_end_ends_no_later_than_its_stay_as_from_a_file(serve: Serve) -> None:
    written, encounter = stay()
    older = encounter | {"id": "e0", "period": {"start": "2011-01-01", "end": "2011-01-02"}}
    server = serve(bundle(patient(), condition(), written, older, encounter, kind="collection"))
    gathered = server.gather()
    assert "/fhir/Encounter/e1" in server.seen
    assert gathered.chart is not None
    (exposure,) = gathered.chart.exposures
    assert exposure.end is not None
    assert exposure.end.last == date(2026, 5, 9)


def test_a_stay_that_cannot_be_read_leaves_the_end_of_its_order_open_and_is_said(serve: Serve) -> None:
    written, encounter = stay()
    older = encounter | {"id": "e0", "period": {"start": "2011-01-01", "end": "2011-01-02"}}
    server = serve(bundle(patient(), condition(), written, older, encounter, kind="collection"))
    server.fault = lambda path: (403, {}, b"") if "/Encounter/" in path else None
    gathered = server.gather()
    assert gathered.chart is not None
    (exposure,) = gathered.chart.exposures
    assert exposure.end is None or exposure.end.last > date(2026, 5, 9)
    assert dict(gathered.problems) == {"encounters": "the FHIR server refused (403)"}


@pytest.mark.parametrize(("status", "category"), [("active", "inpatient"), ("completed", "outpatient")])
def test_no_stay_is_read_for_orders_that_go_on_or_are_for_home(serve: Serve, status: str, category: str) -> None:
    written, encounter = stay(status, category)
    server = serve(bundle(patient(), condition(), written, encounter, kind="collection"))
    server.gather()
    assert not any("/Encounter/" in path for path in server.seen)


# --- time ------------------------------------------------------------------------------------------------------------


def hang(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1.5)


def test_a_search_that_hangs_is_unavailable_and_the_rest_counts_within_the_deadline(server: Server) -> None:
    server.fault = lambda path: hang if "Procedure?" in path else None
    start = time.monotonic()
    gathered = server.gather(seconds=0.8)
    assert time.monotonic() - start < 1.1
    assert (kind(gathered, "Procedure"), creatinines(gathered)) == (Kind.UNAVAILABLE, 10)
    assert "in time" in dict(gathered.problems)["procedures"]


def test_what_came_before_a_page_that_hangs_counts(server: Server) -> None:
    server.fault = lambda path: hang if "_page=" in path else None
    gathered = server.gather(seconds=0.8, page_size=4)
    assert (kind(gathered, "Observation"), creatinines(gathered)) == (Kind.NEWEST, 5)


def test_a_statement_that_hangs_does_not_hold_up_the_drugs(server: Server) -> None:
    server.fault = lambda path: hang if "metadata" in path else None
    gathered = server.gather(seconds=1.2)
    assert kind(gathered, "MedicationStatement") is Kind.READ


def test_a_patient_that_hangs_is_unreadable_within_the_deadline(server: Server) -> None:
    server.fault = lambda path: hang if "/Patient/" in path else None
    start = time.monotonic()
    assert server.gather(seconds=0.4).unreadable == ("patient",)
    assert time.monotonic() - start < 0.7


def test_a_deadline_that_has_passed_makes_no_request(server: Server) -> None:
    gathered = server.gather(seconds=-1)
    assert (gathered.unreadable, server.seen) == (("patient", "conditions"), [])


def test_the_searches_run_side_by_side(server: Server) -> None:
    together = threading.Semaphore(0)
    waiting = [0]

    def wait_for_others(path: str) -> None:
        waiting[0] += 1
        if waiting[0] >= 6:
            for _ in range(12):
                together.release()
        together.acquire(timeout=3)

    server.fault = lambda path: wait_for_others(path) if "/Observation" in path or "/Med" in path else None
    gathered = server.gather(WHO, seconds=4)
    assert gathered.requests >= 12
    assert waiting[0] >= 6, "six searches were under way at once: each waited for the others"
    assert kind(gathered, "Observation") is Kind.READ
