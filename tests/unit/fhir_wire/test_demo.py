"""The embedded FHIR server, and that the fixtures give the same facts over the wire as from their files."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cds_service.chart.chart import Chart
from cds_service.fhir.demo import create_app
from cds_service.fhir.demo.store import Store, fixtures
from cds_service.fhir.gather import gather_patient
from cds_service.fhir.reader import ChartReader
from cds_service.fhir.resources import resources_of
from cds_service.fhir.templates import templates
from cds_service.kernel.errors import InputError, NotFound
from cds_service.kernel.paths import data_dir
from cds_service.terminology import load

from .charts import CHART, bundle, condition, creatinine, order, patient, prednisone
from .conftest import Server

AS_OF = date(2026, 11, 1)


def client(*charts: bytes) -> Any:
    return create_app(store=Store(charts or (CHART,))).test_client()


def ids(answer: Any) -> list[str]:
    return [e["resource"]["id"] for e in answer.get_json(force=True).get("entry", [])]


def names() -> list[str]:
    try:
        return sorted(p.name for p in (data_dir("fixtures") / "patients").glob("*.json"))
    except NotFound:
        return []


def facts(chart: Chart) -> dict[str, Any]:
    results = {k: sorted((r.reference, r.written, repr(r.reading)) for r in v) for k, v in chart.results.items() if v}
    kept = {n: sorted(map(repr, getattr(chart, n))) for n in ("diagnoses", "exposures", "procedures", "immunisations",
                                                              "allergies", "unnamed_drugs", "skipped")}
    return {"results": results, "reach": chart.reach, "patient": chart.patient, **kept}


@pytest.mark.parametrize("size", [None, 7])
@pytest.mark.parametrize("name", names())
def test_a_fixture_gives_the_same_facts_over_the_wire_as_from_its_file(
    serve: Callable[..., Server], name: str, size: int | None
) -> None:
    body = (data_dir("fixtures") / "patients" / name).read_bytes()
    [who] = [r for r in resources_of(body) if r.type == "Patient"]
    reader = ChartReader(load(), AS_OF)
    reader.patient(who.raw)
    reader.bundle(body)
    gathered = gather_patient(who.id, serve(body).access, terminology=load(), as_of=AS_OF, page_size=size,
                              deadline=time.monotonic() + 30)
    assert gathered.chart is not None
    assert gathered.problems == ()
    if gathered.requests == 2:
        # Nobody with SLE, or dead: no more than Patient and Conditions was asked for.
        assert facts(gathered.chart)["diagnoses"] == facts(reader.chart())["diagnoses"]
    else:
        assert facts(gathered.chart) == facts(reader.chart())


def test_the_fixtures_are_served() -> None:
    store = fixtures()
    assert len([key for key in store.by_id if key[0] == "Patient"]) == len(names()) >= 16


def test_a_read_gives_the_resource_as_it_is_written() -> None:
    body = b'{"resourceType":"Patient","id":"p1","x":0.10}'
    answer = client(b'{"resourceType":"Bundle","entry":[{"resource":' + body + b"}]}").get("/fhir/Patient/p1")
    assert (answer.data, answer.content_type) == (body, "application/fhir+json; charset=utf-8")


def test_every_template_of_ours_is_understood() -> None:
    for template in templates(load()):
        assert client().get(f"/fhir/{template.filled('p1')}").status_code == 200, template.key


@pytest.mark.parametrize(("query", "expected"), [
    ("code=http://loinc.org|2160-0", 10), ("code=2160-0", 10), ("code=|2160-0", 0), ("code=x,2160-0", 10),
    ("code=http://snomed.info/sct|2160-0", 0), ("category=survey", 0), ("patient=p2", 0), ("_count=3", 3),
])
def test_searches_filter(query: str, expected: int) -> None:
    who = "" if "patient=" in query else "patient=p1&"
    assert len(ids(client().get(f"/fhir/Observation?{who}{query}"))) == expected


def test_a_patient_may_be_named_by_reference() -> None:
    assert ids(client().get("/fhir/Condition?patient=Patient/p1")) == ["c1"]


@pytest.mark.parametrize(("sort", "first"), [("date", "o1"), ("-date", "o10")])
def test_observations_are_sorted_by_date(sort: str, first: str) -> None:
    assert ids(client().get(f"/fhir/Observation?patient=p1&_sort={sort}"))[0] == first


def test_intent_selects_orders_and_include_brings_their_medication() -> None:
    found = client().get("/fhir/MedicationRequest?patient=p1&intent=order,plan&_include=MedicationRequest:medication")
    modes = [e["search"]["mode"] for e in found.get_json(force=True)["entry"]]
    assert (ids(found), modes, found.get_json(force=True)["total"]) == (["m1", "med1"], ["match", "include"], 1)
    assert ids(client().get("/fhir/MedicationRequest?patient=p1&intent=plan")) == []


def test_pages_hold_together_and_the_next_link_is_opaque_on_the_host_that_was_called() -> None:
    app, url, seen = client(), "/fhir/Observation?patient=p1&_sort=-date&_count=4", []
    while url:
        answer = app.get(url, headers={"Host": "cds.example.org:8000"})
        seen += ids(answer)
        links = {k["relation"]: k["url"] for k in answer.get_json(force=True)["link"]}
        url = links.get("next", "")
        assert not url or url.startswith("http://cds.example.org:8000/fhir?_page=")
        url = url.removeprefix("http://cds.example.org:8000")
    assert seen == [f"o{n}" for n in range(10, 0, -1)]


def test_an_answer_is_packed_where_the_client_takes_gzip() -> None:
    answer = client().get("/fhir/Observation?patient=p1", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in client().get("/fhir/Observation?patient=p1").headers


def test_a_search_may_be_posted() -> None:
    answer = client().post("/fhir/Observation/_search", data={"patient": "p1", "_count": "2"})
    assert len(ids(answer)) == 2


def test_the_statement_lists_what_is_served() -> None:
    statement = client().get("/fhir/metadata").get_json(force=True)
    types = {r["type"] for r in statement["rest"][0]["resource"]}
    assert {t.type for t in templates(load())} <= types
    assert statement["fhirVersion"] == "4.0.1"


@pytest.mark.parametrize(("method", "path", "status"), [
    ("get", "/fhir/Patient/none", 404), ("get", "/fhir/Wish?patient=p1", 404), ("get", "/fhir/Wish/1", 404),
    ("get", "/fhir/Observation?patient=p1&date=ge2024", 400), ("get", "/fhir/Observation?patient=", 400),
    ("get", "/fhir/Observation?patient=p1&code=", 400), ("get", "/fhir/Observation", 400), ("get", "/fhir", 400),
    ("get", "/fhir/Observation?patient=p1&patient=p2", 400), ("get", "/fhir/Observation?patient=p1&_sort=code", 400),
    ("get", "/fhir/Observation?patient=p1&_count=0", 400), ("get", "/fhir/Observation?patient=p1&_count=x", 400),
    ("get", "/fhir/Condition?patient=p1&_include=Condition:subject", 400), ("get", "/fhir?_page=eA==", 410),
    ("get", "/fhir?_page=x", 410), ("put", "/fhir/Patient/p1", 405), ("delete", "/fhir/Patient/p1", 405),
    ("post", "/fhir", 405), ("post", "/fhir/Patient", 405),
])
def test_what_is_not_served_is_refused_with_an_outcome(method: str, path: str, status: int) -> None:
    answer = getattr(client(), method)(path)
    assert answer.status_code == status
    assert json.loads(answer.data)["resourceType"] == "OperationOutcome"


def test_a_broken_fixture_is_named() -> None:
    with pytest.raises(InputError, match=r"entry\[1\]"):
        Store([bundle(patient(), {"resourceType": 7})])


def test_resources_without_an_id_get_one_and_references_to_them_follow() -> None:
    medication = {k: v for k, v in prednisone("x").items() if k != "id"}
    entries = [
        {"fullUrl": "urn:uuid:11111111-aaaa", "resource": medication},
        {"fullUrl": "urn:uuid:22222222-bbbb", "resource": order("m1", "urn:uuid:11111111-aaaa")},
        {"resource": {k: v for k, v in condition().items() if k != "id"}},
    ]
    first, second, third = resources_of(json.dumps({"resourceType": "Bundle", "entry": entries}).encode())
    assert (first.reference, third.id) == ("Medication/11111111-aaaa", "entry-2")
    assert json.loads(second.raw)["medicationReference"]["reference"] == "Medication/11111111-aaaa"


def test_a_single_resource_is_a_chart_of_one() -> None:
    [only] = resources_of(json.dumps(creatinine("o1", "2026-01-01")).encode())
    assert only.reference == "Observation/o1"


def test_the_embedded_server_runs_as_a_process_of_its_own_and_ends_on_a_signal() -> None:
    command = [sys.executable, "-m", "cds_service.fhir.demo", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready, base = process.stdout.readline().split()
        with urllib.request.urlopen(f"{base}/metadata", timeout=5) as answer:
            assert json.load(answer)["resourceType"] == "CapabilityStatement"
        process.terminate()
        assert (ready, process.wait(5)) == ("ready", 0)
        assert process.stderr is not None
        assert process.stderr.read() == "", "addresses hold patient ids and are not logged"


def test_a_taken_port_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "cds_service.fhir.demo", "--port", str(taken.getsockname()[1])]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert ended.returncode == 1
    assert ended.stderr.startswith("the embedded FHIR server cannot start")
    assert len(ended.stderr.splitlines()) == 1
