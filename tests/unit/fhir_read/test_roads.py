"""A Bundle is read at once where every entry is as it should be, else entry by entry: both roads say the same."""

import json
import time
from datetime import date
from typing import Any

import msgspec
import pytest

from cds_service.chart.chart import Chart, Kind
from cds_service.fhir.gather import Gathered, gather
from cds_service.fhir.kinds import readers
from cds_service.fhir.reader import ChartReader
from cds_service.fhir.templates import templates
from cds_service.kernel.errors import InputError
from cds_service.kernel.paths import data_dir
from cds_service.screening import as_json, screen
from cds_service.terminology import load

AS_OF = date(2026, 11, 1)
FIXTURES = sorted(p.stem for p in (data_dir("fixtures") / "patients").glob("*.json"))
STRAY = {"resourceType": "Basic", "id": "stray"}
"""A type that is not read and does not come beside: it sends the whole Bundle down the slower road."""


def resources(fixture: str) -> list[dict[str, Any]]:
    bundle = json.loads((data_dir("fixtures") / "patients" / f"{fixture}.json").read_bytes())
    return [entry["resource"] for entry in bundle["entry"]]


def bundle(found: list[Any], **frame: Any) -> bytes:
    entries = [{"resource": r} for r in found]
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries} | frame).encode()


def chart(found: list[Any]) -> Chart:
    reader = ChartReader(load(), AS_OF)
    reader.patient(json.dumps(next(r for r in found if r["resourceType"] == "Patient")).encode())
    reader.bundle(bundle(found))
    return reader.chart()


def gathered(found: list[dict[str, Any]], **sent: bytes) -> Gathered:
    """Everything looked for and not there, but for the Patient, the Conditions and what is sent."""
    patient = next(r for r in found if r["resourceType"] == "Patient")
    prefetch = {t.key: msgspec.Raw(b"null") for t in templates(load())}
    prefetch["patient"] = msgspec.Raw(json.dumps(patient).encode())
    prefetch["conditions"] = msgspec.Raw(bundle([r for r in found if r["resourceType"] == "Condition"]))
    prefetch |= {key: msgspec.Raw(body) for key, body in sent.items()}
    return gather(
        patient["id"], prefetch, None, terminology=load(), as_of=AS_OF, deadline=time.monotonic() + 5
    )


@pytest.mark.parametrize("fixture", FIXTURES)
def test_both_roads_give_one_chart(fixture: str) -> None:
    found = resources(fixture)
    quick, slow = bundle(found), bundle([*found, STRAY])
    with pytest.raises(msgspec.MsgspecError):
        readers().bundles(slow)
    try:
        readers().bundles(quick)
    except msgspec.MsgspecError:
        pytest.skip("this fixture holds a resource that no road reads at once")
    at_once, one_by_one = chart(found), chart([*found, STRAY])
    assert as_json(screen(at_once)) == as_json(screen(one_by_one))
    assert (at_once.reach, at_once.skipped) == (one_by_one.reach, one_by_one.skipped)


def test_the_order_of_entries_changes_nothing() -> None:
    found = resources("amira-34")
    assert as_json(screen(chart(found))) == as_json(screen(chart(found[::-1])))


@pytest.mark.parametrize("written", [b"{}", b'{"entry": []}', b'{"resourceType": "bundle"}', b"5", b'"Bundle"'])
def test_what_does_not_say_that_it_is_a_bundle_is_none(written: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        readers().bundles(written)


def test_an_answer_without_a_resource_type_is_refused() -> None:
    reader = ChartReader(load(), AS_OF, "p")
    with pytest.raises(InputError, match="no resourceType"):
        reader.bundle(b'{"entry": []}')


def test_a_medication_that_was_included_is_no_match_of_the_search() -> None:
    found = resources("amira-34")
    orders = [r for r in found if r["resourceType"] == "MedicationRequest"]
    entries = [{"resource": r, "search": {"mode": "match"}} for r in orders]
    beside = {"resource": {"resourceType": "Medication", "id": "m"}, "search": {"mode": "include"}}
    sent = bundle([], entry=[*entries, beside], total=len(orders) + 1)
    answer = gathered(found, medicationRequests=sent)
    assert answer.chart is not None
    assert answer.chart.kind("MedicationRequest") is Kind.PART
    assert any("fewer" in words for _, words in answer.problems)


def test_a_page_that_nobody_can_follow_is_a_gap_though_one_of_its_entries_is_none() -> None:
    found = resources("amira-34")
    entries = [{"resource": r} for r in found if r["resourceType"] == "Observation"]
    link = [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]
    sent = bundle([], entry=[*entries, {"resource": STRAY, "search": 5}], link=link)
    answer = gathered(found, observations1=sent)
    assert answer.chart is not None
    assert answer.chart.kind("Observation") is Kind.PART


def test_an_observation_of_an_unknown_type_of_value_is_unreadable_and_not_absent() -> None:
    about = {"status": "final", "effectiveDateTime": "2026-10-01"}
    code = {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]}
    patient = {"resourceType": "Patient", "id": "p"}
    strange = {"resourceType": "Observation", "id": "o", "code": code, "valueMoney": {"value": 3}} | about
    [[result]] = chart([patient, strange]).results.values()
    assert result.reading.unreadable is not None


def test_the_earliest_date_counts_whatever_stands_beside_it() -> None:
    patient = {"resourceType": "Patient", "id": "p"}
    dates = ["2001", "2001-03-04", "0001-01-01", "", "yesterday", "2000-12-31T23:00:00Z", "2031-01-01"]
    others = [
        {"resourceType": "Observation", "id": f"o{n}", "status": "final", "code": {"text": "x"}, "effectiveDateTime": d}
        for n, d in enumerate(dates)
    ]
    reach = chart([patient, *others]).reach
    assert reach is not None
    assert reach.last == date(2000, 12, 31)
    reach = chart([patient, *others[:2]]).reach
    assert reach is not None
    assert reach.last == date(2001, 3, 4)


def test_what_only_a_text_names_is_named_by_the_text_of_each_chart() -> None:
    patient = {"resourceType": "Patient", "id": "p"}
    about = {"resourceType": "Observation", "status": "final", "effectiveDateTime": "2026-10-01", "valueInteger": 4}
    for text in ("Chronicity index", "Chronicity index, Dr. A", "Chronicity index"):
        code = {"coding": [{"display": "a score"}, {"display": text}]}
        [[result]] = chart([patient, about | {"id": "o", "code": code}]).results.values()
        assert (result.code, result.method) == (text, "text")
