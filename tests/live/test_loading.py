"""Loading (hapi.md points 18-21): idempotent, refused whole with the entry named, and safe side by side."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cds_service.fhir.load import LoadError, load

from .charts import condition, creatinine, creatinines, lupus, order, patient
from .server import Hapi, Json, bundle, file_answer


def versions(server: Hapi, *resources: Json) -> set[tuple[str, str]]:
    found = [server.get(f"{r['resourceType']}/{r['id']}")["meta"] for r in resources]
    return {(meta["versionId"], meta["lastUpdated"]) for meta in found}


def test_what_is_loaded_twice_does_not_change(hapi: Hapi) -> None:
    chart = [*lupus("again"), *creatinines("again", 5)]
    first = hapi.load(*chart)
    before = versions(hapi, *chart)
    second = hapi.load(*chart)
    assert (first.created, second.created) == (7, 0)
    assert versions(hapi, *chart) == before
    assert {version for version, _ in before} == {"1"}


def test_only_what_changed_gets_a_new_version(hapi: Hapi) -> None:
    chart = [*lupus("changes"), creatinine("changes", 1)]
    hapi.load(*chart)
    chart[2] = creatinine("changes", 1, value=2.5)
    hapi.load(*chart)
    assert [hapi.get(f"{r['resourceType']}/{r['id']}")["meta"]["versionId"] for r in chart] == ["1", "1", "2"]


def test_two_loads_at_once_both_succeed_and_leave_each_record_once(hapi: Hapi) -> None:
    chart = [*lupus("race"), *creatinines("race", 40)]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: hapi.load(*chart), range(2)))
    assert sum(loaded.created for loaded in done) == len(chart)
    assert hapi.get("Observation?patient=race&_summary=count")["total"] == 40
    assert hapi.answer("race") == file_answer(*chart)


@pytest.mark.parametrize(("wrong", "words"), [
    ({"encounter": {"reference": "Encounter/lost"}}, r"element encounter \(400\): it refers to an Encounter that is"),
    ({"encounter": {"reference": "Patient/refused"}}, r"element encounter \(422\)"),
    ({"status": "Smith"}, r"element status \(400\)"),
    ({"effectiveDateTime": "2026-13-45"}, r"element effectiveDateTime \(400\)"),
    ({"subject": {"reference": "Patient?identifier=a|b"}}, r"\(404\): it refers to a Patient that is neither"),
    ({"encounter": {"reference": "nonsense"}}, r"\(400\)"),
], ids=["missing-target", "wrong-target", "bad-code", "bad-date", "no-match", "no-reference"])  # fmt: skip
def test_a_refused_bundle_names_the_entry_and_leaves_nothing(hapi: Hapi, wrong: Json, words: str) -> None:
    results: list[Any] = creatinines("refused", 20)
    results[11] |= wrong
    with pytest.raises(LoadError, match=rf"^chart: the server refused entry\[13\], Observation.*{words}") as caught:
        hapi.load(*lupus("refused"), *results)
    assert "Smith" not in str(caught.value)
    assert [hapi.status(r) for r in ("Patient/refused", "Observation/refused-o00001", "Basic/cds-service-probe")] == (
        [404, 404, 404]
    )


def test_a_claim_that_the_server_refuses_is_named_and_not_needed(hapi: Hapi) -> None:
    benefit = {"resourceType": "ExplanationOfBenefit", "id": "benefit-e", "insurer": {"reference": "Patient/benefit"}}
    with pytest.raises(LoadError, match=r"entry\[2\], ExplanationOfBenefit, element insurer \(422\)"):
        hapi.load(*lupus("benefit"), benefit)
    assert hapi.load(*lupus("benefit"), benefit, only_needed=True).created == 2


def test_references_by_uuid_and_by_address_lead_to_the_loaded_records(hapi: Hapi) -> None:
    old, uuid = "https://old.example.org/fhir/Patient/moved", "urn:uuid:0f0e6c1e-8a53-4d55-9d0e-2f5e1c1f0a01"
    entries = [
        {"fullUrl": old, "resource": patient("moved")},
        {"fullUrl": uuid, "resource": {"resourceType": "Encounter", "status": "finished", "subject": {"reference": old},
                                       "class": {"code": "AMB"}, "period": {"start": "2019-01-01"}}},
        {"resource": condition("moved") | {"subject": {"reference": old}, "encounter": {"reference": uuid}}},
    ]  # fmt: skip
    body = json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries}).encode()
    assert load([("moved", body)], hapi.url)[0].created == 3
    found = hapi.get("Condition?patient=moved")
    assert found["total"] == 1
    assert found["entry"][0]["resource"]["encounter"]["reference"] == "Encounter/" + uuid.removeprefix("urn:uuid:")


def test_what_the_server_itself_answered_can_be_loaded_again(hapi: Hapi) -> None:
    answer = hapi.get("MedicationRequest?patient=bashir-41&_include=MedicationRequest:medication&_count=500")
    loaded = load([("answer", json.dumps(answer).encode())], hapi.url)[0]
    assert (loaded.created, loaded.sent) == (0, len(answer["entry"]))


def test_an_address_beside_the_base_is_said(hapi: Hapi) -> None:
    with pytest.raises(LoadError, match="no FHIR server takes transactions at this address"):
        load([("chart", bundle(*lupus("nowhere")))], hapi.url.replace("/fhir", "/other"))


INVALID: dict[str, Json] = {
    "no status": {"status": None},
    "no code": {"code": None},
    "no value": {"valueQuantity": None},
    "value without unit": {"valueQuantity": {"value": 0.9}},
    "unknown unit": {"valueQuantity": {"value": 0.9, "unit": "bananas", "code": "bananas"}},
    "two values": {"valueString": "positive"},
    "text as value": {"valueQuantity": None, "valueString": "see report"},
    "absurd number": {"valueQuantity": {"value": 1e300, "unit": "mg/dL"}},
    "negative number": {"valueQuantity": {"value": -4, "unit": "mg/dL"}},
    "upside-down range": {"referenceRange": [{"low": {"value": 9, "unit": "mg/dL"}, "high": {"value": 1}}]},
    "unknown comparator text": {"valueQuantity": {"value": 1, "unit": "< mg/dL"}},
    "an empty coding": {"code": {"coding": [{}], "text": "Creatinine"}},
    "an invented element": {"zork": 1},
    "nobody": {"subject": None},
}


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_record_that_the_server_stores_means_what_it_means_in_a_file(hapi: Hapi, name: str) -> None:
    who = f"odd-{list(INVALID).index(name)}"
    odd = creatinine(who, 1, "2026-10-20") | INVALID[name]
    odd = {k: v for k, v in odd.items() if v is not None}
    chart = [*lupus(who), creatinine(who, 2, "2026-09-01", 1.4), odd]
    assert hapi.load(*chart).created == len(chart)
    if name == "nobody":  # no search by patient finds it; in a file it would be taken for this patient's
        chart.remove(odd)
    if name == "two values":  # HAPI keeps the one that it reads first
        chart[-1] = {k: v for k, v in odd.items() if k != "valueString"}
    assert hapi.answer(who) == file_answer(*chart)


def test_an_order_without_any_drug_is_unnamed_over_the_wire_too(hapi: Hapi) -> None:
    nameless = {k: v for k, v in order("nameless", 1).items() if k != "medicationReference"}
    chart = [*lupus("nameless"), nameless]
    hapi.load(*chart)
    assert hapi.answer("nameless") == file_answer(*chart)


def test_a_value_of_the_wrong_type_is_dropped_by_the_server_without_a_word(hapi: Hapi) -> None:
    """What the file says of it (`incomparable`) is lost before the service can see it (docs/hapi.md)."""
    wrong = creatinine("dropped", 1, "2026-10-20") | {"valueQuantity": "high"}
    hapi.load(*lupus("dropped"), wrong)
    assert "valueQuantity" not in hapi.get("Observation/dropped-o00001")
