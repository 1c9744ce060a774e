"""What must not change an answer, and what may only make it less certain.

Source: criteria.md section 2 (completeness, absence), decisions 13, 49, 51, 52; resolving_and_resources.md.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from . import (
    test_decisions_chart,
    test_decisions_drugs,
    test_decisions_results,
    test_hard_corners,
    test_lupus_severity,
    test_nct05765006,
    test_nct06222853,
    test_nct06513429,
    test_nct06711146,
    test_nct07339332,
)
from .bases import GIRL, WOMAN, YOUNG_CHART
from .builder import PATIENT, Chart
from .cases import Case
from .parts import AS_OF, Json

MODULES = (
    test_nct06711146,
    test_nct06222853,
    test_nct06513429,
    test_nct05765006,
    test_nct07339332,
    test_lupus_severity,
    test_decisions_results,
    test_hard_corners,
    test_decisions_drugs,
    test_decisions_chart,
)
CASES: list[Case] = [one for module in MODULES for one in module.CASES]
CHARTS: dict[int, Case] = {id(one.chart): one for one in CASES}
EACH_CHART = pytest.mark.parametrize("one", CHARTS.values(), ids=lambda c: c.id)
WHOLE = pytest.mark.parametrize("chart", [WOMAN, GIRL, YOUNG_CHART], ids=["woman", "girl", "young chart"])
OIDS = {
    "http://snomed.info/sct": "urn:oid:2.16.840.1.113883.6.96",
    "http://hl7.org/fhir/sid/icd-10-cm": "urn:oid:2.16.840.1.113883.6.90",
    "http://loinc.org": "urn:oid:2.16.840.1.113883.6.1",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "urn:oid:2.16.840.1.113883.6.88",
}


def statuses(answer: dict[str, Any], *fields: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    fields = fields or ("status", "basis", "reason", "until", "assumes")
    return {(t["id"], c["id"]): tuple(c[f] for f in fields) for t in answer["trials"] for c in t["criteria"]}


def as_order(resource: Json) -> Json:
    """A MedicationStatement as an EHR without that resource would serve it: an order with the Medication contained."""
    if resource["resourceType"] != "MedicationStatement":
        return resource
    period = resource.get("effectivePeriod", {})
    out = {
        "resourceType": "MedicationRequest",
        "id": resource["id"],
        "status": resource["status"],
        "intent": "order",
        "subject": resource["subject"],
        "contained": [{"resourceType": "Medication", "id": "m", "code": resource["medicationCodeableConcept"]}],
        "medicationReference": {"reference": "#m"},
        "authoredOn": period.get("start"),
        "dosageInstruction": resource.get("dosage", []),
    }
    if "end" in period:
        out["dispenseRequest"] = {"validityPeriod": period}
    return out


def in_chinese(resource: Json) -> Json:
    words = {"Positive": "阳性", "Negative": "阴性", "Not detected": "未检出"}
    text = resource.get("valueCodeableConcept", {}).get("text") or resource.get("valueString")
    if text not in words:
        return resource
    return {k: v for k, v in resource.items() if not k.startswith("value")} | {"valueString": words[text]}


def with_oids(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: OIDS.get(v, v) if k == "system" else with_oids(v) for k, v in value.items()}
    return [with_oids(v) for v in value] if isinstance(value, list) else value


def rebuilt(chart: Chart, change: Any) -> Chart:
    return Chart({r["id"]: change(r) for r in chart.resources()})


@EACH_CHART
def test_the_order_of_the_entries_does_not_matter(one: Case, evaluate) -> None:
    from cds_service.screening import evaluate_bundle

    forward = evaluate(one.chart, one.as_of)
    backward = evaluate_bundle(one.chart.bundle(reverse=True), one.as_of)
    assert statuses(backward) == statuses(forward)


@EACH_CHART
def test_a_missing_page_leaves_an_answer_or_makes_it_unknown(one: Case, evaluate) -> None:
    """It never turns pass into fail or back, and never makes an unknown certain."""
    from cds_service.screening import evaluate_bundle

    whole = statuses(evaluate(one.chart, one.as_of), "status")
    cut = statuses(evaluate_bundle(one.chart.next_page().bundle(), one.as_of), "status")
    changed = {key: (whole[key], cut[key]) for key in whole.keys() & cut.keys() if whole[key] != cut[key]}
    assert {key: pair for key, pair in changed.items() if pair[1] != ("unknown",)} == {}


@EACH_CHART
def test_every_answer_has_the_shape_that_its_status_asks_for(one: Case, evaluate) -> None:
    answer = evaluate(one.chart, one.as_of)
    for trial in answer["trials"]:
        for c in trial["criteria"]:
            assert (c["basis"] is not None) == (c["status"] in {"pass", "fail"}) or c["status"] == "fail", c
            assert (c["reason"] is not None) == (c["status"] == "unknown"), c
            assert c["until"] is None or c["status"] == "fail", c
            bare = c["reason"] in {"no-data", "unavailable"} or c["status"] == "review" or c["basis"] == "not-recorded"
            assert c["evidence"] or bare, c  # what was not served has nothing to cite
        assert (trial["eligible_from"] is not None) == (trial["verdict"] == "not-yet")


@EACH_CHART
def test_the_verdict_follows_from_the_statuses(one: Case, evaluate) -> None:
    for trial in evaluate(one.chart, one.as_of)["trials"]:
        if trial["verdict"] == "not-applicable":
            assert trial["criteria"] == []
            continue
        fails = [c for c in trial["criteria"] if c["status"] == "fail"]
        unknown = any(c["status"] == "unknown" for c in trial["criteria"])
        certain = any(c["until"] is None for c in fails)
        right = "ineligible" if certain else "not-yet" if fails else "possible" if unknown else "likely"
        assert trial["verdict"] == right
        if right == "not-yet":
            assert trial["eligible_from"] == max(c["until"] for c in fails)


@WHOLE
@pytest.mark.parametrize("kind", ["searchset", "transaction", "batch"])
def test_the_kind_of_bundle_does_not_matter(chart: Chart, kind: str, evaluate) -> None:
    from cds_service.screening import evaluate_bundle

    assert statuses(evaluate_bundle(chart.bundle(kind), AS_OF)) == statuses(evaluate(chart))


@WHOLE
def test_bytes_give_the_same_answer(chart: Chart, evaluate) -> None:
    from cds_service.screening import evaluate_bundle

    assert evaluate_bundle(json.dumps(chart.bundle(), ensure_ascii=False).encode(), AS_OF) == evaluate(chart)


@WHOLE
@pytest.mark.parametrize("change", [in_chinese, with_oids], ids=["Chinese words", "OIDs for systems"])
def test_the_same_data_in_other_words_gives_the_same_answer(chart: Chart, change: Any, evaluate) -> None:
    assert statuses(evaluate(rebuilt(chart, change))) == statuses(evaluate(chart))


@pytest.mark.parametrize("chart", [WOMAN, GIRL], ids=["woman", "girl"])
def test_orders_in_place_of_statements_give_the_same_statuses(chart: Chart, evaluate) -> None:
    assert statuses(evaluate(rebuilt(chart, as_order)), "status") == statuses(evaluate(chart), "status")


@WHOLE
def test_a_searchset_as_hapi_writes_it_gives_the_same_answer(chart: Chart, evaluate) -> None:
    from cds_service.screening import evaluate_bundle

    entries = [
        {
            "fullUrl": f"https://hapi.example.org/fhir/{r['resourceType']}/{r['id']}",
            "search": {"mode": "match"},
            "resource": r | {"meta": {"versionId": "1", "lastUpdated": "2026-10-21T00:00:00.000+00:00"}},
        }
        for r in chart.resources()
    ]
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(entries),
        "entry": entries,
        "link": [{"relation": "self", "url": "https://hapi.example.org/fhir/Patient?_id=p1"}],
    }
    assert statuses(evaluate_bundle(bundle, AS_OF), "status") == statuses(evaluate(chart), "status")


@pytest.mark.parametrize("name", [r["id"] for r in WOMAN.resources() if r["id"] not in {PATIENT, "sle"}])
def test_taking_one_resource_from_the_whole_chart_never_makes_a_trial_fail(name: str, evaluate) -> None:
    answer = evaluate(WOMAN.without(name))
    fails = [
        (t["id"], c["id"])
        for t in answer["trials"]
        if t["id"] != "NCT06222853"
        for c in t["criteria"]
        if c["status"] == "fail"
    ]
    assert fails == []


@pytest.mark.parametrize("name", [r["id"] for r in WOMAN.resources() if r["resourceType"] == "Observation"])
def test_a_result_that_is_taken_away_is_not_passed_as_recorded(name: str, evaluate) -> None:
    """No criterion may go on citing it."""
    answer = evaluate(WOMAN.without(name))
    cited = [e["reference"] for t in answer["trials"] for c in t["criteria"] for e in c["evidence"]]
    assert f"Observation/{name}" not in cited


@WHOLE
def test_another_patients_resources_change_nothing_and_are_named(chart: Chart, evaluate) -> None:
    strange = chart.condition("stroke", "2010-01-01", id="foreign", subject={"reference": "Patient/other"})
    assert statuses(evaluate(strange)) == statuses(evaluate(chart))
    assert "Condition/foreign" in [s["reference"] for s in evaluate(strange)["skipped"]]


@WHOLE
def test_an_unreadable_resource_changes_nothing_else_and_is_named(chart: Chart, evaluate) -> None:
    broken = chart.condition("stroke", "2010-01-01", id="broken", clinicalStatus="active")
    assert set(statuses(evaluate(broken))) == set(statuses(evaluate(chart)))
    assert "Condition/broken" in [s["reference"] for s in evaluate(broken)["skipped"]]


@pytest.mark.parametrize(
    "bundle",
    [
        {"resourceType": "Bundle", "type": "collection", "entry": []},
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": {"resourceType": "Patient", "id": i}} for i in "ab"],
        },
        {"resourceType": "Patient", "id": "a"},
        b"not json",
    ],
    ids=["no Patient", "two Patients", "no Bundle", "no JSON"],
)
def test_what_is_no_chart_of_one_patient_is_an_error(bundle: Any) -> None:
    """Decision 13 (and interface.md: one clear line, which the command line draws from the exception)."""
    from cds_service.kernel import errors
    from cds_service.screening import evaluate_bundle

    bases = tuple(v for v in vars(errors).values() if isinstance(v, type) and issubclass(v, Exception))
    with pytest.raises(bases):
        evaluate_bundle(bundle, AS_OF)


def test_the_same_chart_and_date_give_the_same_answer(evaluate) -> None:
    from cds_service.screening import evaluate_bundle

    assert evaluate_bundle(WOMAN.bundle(), AS_OF) == evaluate_bundle(WOMAN.bundle(), AS_OF) == evaluate(WOMAN)
