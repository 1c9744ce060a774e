"""Hypotension on a vasopressor: NCT06222853 E4, criteria.md decisions 34, 38, 39, 46."""

import pytest

from cds_service.chart.chart import Kind
from cds_service.criteria import vasopressor

from .build import chart, said, spec

_SPEC, _PROBLEMS = spec({"no_vasopressor": "current and intravenous"})
RULE = vasopressor.read(_SPEC)


def drug(name: str | None, route: str | None = "intravenous", end: str | None = None, status: str = "active") -> dict:
    """A MedicationStatement from 2026-11-23 on."""
    period = {"start": "2026-11-23"} | ({"end": end} if end else {})
    return {
        "resourceType": "MedicationStatement",
        "status": status,
        "effectivePeriod": period,
        "medicationCodeableConcept": {"text": name} if name else {},
        "dosage": [{"route": {"text": route}}] if route else [],
    }


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (drug("norepinephrine"), "fail"),
        (drug("norepinephrine", end="2026-11-23", status="completed"), "pass recorded"),
        (drug("midodrine", "oral"), "unknown judgement"),
        (drug("metformin", "oral"), "pass not-recorded"),
        (drug(None), "unknown incomparable"),
    ],
)
def test_only_a_current_intravenous_vasopressor_excludes(resource, answer) -> None:
    assert said(RULE.answer(chart(resource))) == answer


@pytest.mark.parametrize("route", [None, "injection"])
def test_a_vasopressor_that_only_its_product_or_a_word_calls_injected_is_for_a_clinician_to_judge(route) -> None:
    pen = {
        "resourceType": "MedicationRequest", "status": "active", "intent": "order", "authoredOn": "2016-09-01",
        "dosageInstruction": [{"asNeededBoolean": True} | ({"route": {"text": route}} if route else {})],
        "medicationCodeableConcept": {"coding": [{
            "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1870230",
            "display": "epinephrine auto-injector"}]},
    }  # fmt: skip
    answer = RULE.answer(chart(pen))
    assert said(answer) == "unknown judgement"
    assert [e.note for e in answer.evidence] == ["not recorded as intravenous"]


def test_drug_records_that_did_not_all_arrive_prove_no_absence() -> None:
    gone = {"MedicationStatement": Kind.UNAVAILABLE, "MedicationRequest": Kind.UNAVAILABLE}
    assert said(RULE.answer(chart(**gone))) == "unknown unavailable"
    assert said(RULE.answer(chart(drug("norepinephrine"), MedicationRequest=Kind.UNAVAILABLE))) == "fail"


def test_the_rule_is_read_without_a_fault_and_said_in_words() -> None:
    assert _PROBLEMS == []
    assert RULE.words() == "no vasopressor that is current and intravenous"
    assert "MedicationRequest" in RULE.reads().kinds
