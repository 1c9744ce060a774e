"""Which drug a record is about: codes, names, Medications, doubts (resolving page; decisions 34, 52)."""

from typing import Any

import pytest

from .making import (
    AZATHIOPRINE,
    PREDNISONE_10,
    RITUXIMAB,
    answer,
    chart,
    drug,
    given,
    mg,
    request,
    rule,
    statement,
    status,
)  # fmt: skip

E13 = rule(washout="anti_cd20_antibody", for_="6 months", judged=["cd20xcd3_bispecific"])
ATC = "http://www.whocc.no/atc"
EXPOSED = rule(exposed_to="anti_cd20_antibody")


@pytest.mark.parametrize(
    ("concept", "ingredient"),
    [
        (drug("121191"), "rituximab"),
        (drug("1657864"), "rituximab"),
        (drug("L01FA01", system=ATC), "rituximab"),
        (drug("L01XC02", system=ATC), "rituximab"),
        (drug(text="Rituximab 500 mg infusion"), "rituximab"),
        (drug(text="利妥昔单抗注射液"), "rituximab"),
        (drug(text="美罗华"), "rituximab"),
        (drug(text="泰它西普"), "telitacicept"),
        (drug(text="甲泼尼龙片"), "methylprednisolone"),
        (drug(text="泼尼松龙片"), "prednisolone"),
        (drug("200060"), "mycophenolate mofetil"),
        (drug("L04AA06", text="吗替麦考酚酯", system=ATC), "mycophenolate mofetil"),
    ],
)
def test_a_code_or_a_name_resolves_to_one_ingredient(concept: dict[str, Any], ingredient: str) -> None:
    made = chart(statement(concept, "2024-01-01"))
    assert [e.ingredient for e in made.exposures] == [ingredient]
    assert made.exposures[0].doubt is None


def test_several_codes_of_one_product_are_one_ingredient() -> None:
    concept = drug("8640", "prednisone 10 MG Oral Tablet")
    concept["coding"].append({"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "198145"})
    concept["coding"].append({"system": "urn:oid:2.16.840.1.113883.6.253", "code": "1234"})
    made = chart(request(concept, "2024-01-01", mg(10)))
    assert [(e.ingredient, e.by, e.doubt) for e in made.exposures] == [("prednisone", "code", None)]


def test_codes_of_two_drugs_are_a_doubt_and_decide_nothing() -> None:
    concept = drug("121191")
    concept["coding"].append({"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1092437"})
    assert status(E13, statement(concept, "2026-10-01")) == ("unknown", "incomparable")
    assert status(EXPOSED, statement(concept, "2026-10-01")) == ("unknown", "incomparable")


def test_a_text_that_names_another_drug_than_the_code_is_a_doubt() -> None:
    assert status(E13, statement(drug("121191", "azathioprine 50 mg"), "2026-10-01")) == ("unknown", "incomparable")
    assert status(EXPOSED, statement(drug("1256", "rituximab"), "2026-10-01")) == ("unknown", "incomparable")


def test_a_drug_of_no_interest_is_not_kept_and_not_unnamed() -> None:
    made = chart(request(drug("860975", "metformin hydrochloride 500 MG"), "2024-01-01"))
    assert made.exposures == () and made.unnamed_drugs == ()


def test_a_record_with_neither_known_code_nor_text_makes_drug_exclusions_incomparable() -> None:
    unnamed = request(drug("999999999"), "2024-01-01")
    assert status(E13, unnamed) == ("unknown", "incomparable")
    assert status(E13, request({}, "2024-01-01")) == ("unknown", "incomparable")
    assert status(E13, request(drug("999999999", "study drug"), "2024-01-01")) == ("pass", "not-recorded")


def test_a_contained_medication_is_resolved() -> None:
    record = request({}, "2024-01-01", contained=[{"resourceType": "Medication", "id": "m", "code": drug("121191")}])
    del record["medicationCodeableConcept"]
    record["medicationReference"] = {"reference": "#m"}
    assert [e.ingredient for e in chart(record).exposures] == ["rituximab"]


def test_an_included_medication_is_resolved() -> None:
    record = request({}, "2024-01-01")
    del record["medicationCodeableConcept"]
    record["medicationReference"] = {"reference": "Medication/m1"}
    medication = {"resourceType": "Medication", "id": "m1", "code": drug("121191")}
    assert [e.ingredient for e in chart(record, medication).exposures] == ["rituximab"]


def test_a_medication_that_is_not_there_leaves_an_unnamed_drug_unless_its_display_names_it() -> None:
    record = request({}, "2024-01-01")
    del record["medicationCodeableConcept"]
    record["medicationReference"] = {"reference": "Medication/gone"}
    assert status(E13, record) == ("unknown", "incomparable")
    record["medicationReference"] = {"reference": "Medication/gone", "display": "rituximab"}
    assert [e.ingredient for e in chart(record).exposures] == ["rituximab"]


def test_a_medication_that_lists_its_ingredients_is_resolved_with_its_strength() -> None:
    medication = {
        "resourceType": "Medication", "id": "m", "ingredient": [{
            "itemCodeableConcept": drug("8640"),
            "strength": {"numerator": {"value": 10, "code": "mg"}, "denominator": {"value": 1, "unit": "tablet"}},
        }],
    }  # fmt: skip
    dosage = mg(1)
    dosage["doseAndRate"] = [{"doseQuantity": {"value": 2, "unit": "tablet"}}]
    record = request({}, "2024-01-01", dosage, contained=[medication])
    del record["medicationCodeableConcept"]
    record["medicationReference"] = {"reference": "#m"}
    exposure = chart(record).exposures[0]
    assert exposure.ingredient == "prednisone" and str(exposure.dose.daily) == "20"


def test_a_word_of_a_gene_modified_cell_product_is_for_a_clinician_to_judge() -> None:
    never = rule(never_exposed="gene_modified_cell_product")
    assert status(never, given(drug(text="CD19 CAR-T 细胞注射液"), "2022-01-01")) == ("unknown", "judgement")
    assert status(never, given(drug("1986438"), "2022-01-01")) == ("fail", "recorded")
    assert answer(never, given(drug("1986438"), "2022-01-01")).until is None
    assert status(never) == ("pass", "not-recorded")
    assert status(never, request({}, "2024-01-01")) == ("unknown", "incomparable")


@pytest.mark.parametrize(
    ("concept", "route"),
    [
        (drug(text="tacrolimus 0.1% ointment"), None),
        (drug(text="环孢素滴眼液"), None),
        (drug("42316"), "Topical"),
        (drug("D11AH01", system=ATC), None),
        (drug("3264", "dexamethasone eye drops"), None),
        (drug("5492"), "rectal"),
        (drug("10759"), "intra-articular"),
    ],
)
def test_a_local_form_is_no_exposure_for_any_class(concept: dict[str, Any], route: str | None) -> None:
    dosage = [{"route": {"text": route}}] if route else []
    assert chart(statement(concept, "2024-01-01", None, *dosage)).exposures == ()


def test_budesonide_and_fludrocortisone_are_not_counted_as_systemic_glucocorticoids() -> None:
    assert chart(statement(drug("19831"), "2024-01-01"), statement(drug("4452"), "2024-01-01")).exposures == ()


def test_a_bare_code_of_a_steroid_with_local_forms_is_no_proof_of_systemic_treatment() -> None:
    steroid = rule(exposed_to="glucocorticoid")
    assert status(steroid, statement(drug("3264"), "2024-01-01")) == ("unknown", "incomparable")
    assert status(steroid, statement(drug("8640"), "2024-01-01")) == ("pass", "recorded")
    assert status(steroid, statement(drug("3264"), "2024-01-01", None, mg(4))) == ("pass", "recorded")


def test_what_was_not_taken_is_no_exposure() -> None:
    for record in (
        statement(RITUXIMAB, "2026-10-01", status="not-taken"),
        statement(RITUXIMAB, "2026-10-01", status="intended"),
        request(RITUXIMAB, "2026-10-01", status="draft"),
        request(RITUXIMAB, "2026-10-01", status="cancelled"),
        request(RITUXIMAB, "2026-10-01", intent="proposal"),
        request(RITUXIMAB, "2026-10-01", intent="option"),
        request(RITUXIMAB, "2026-10-01", doNotPerform=True),
        request(RITUXIMAB, "2026-12-01"),
        statement(RITUXIMAB, "2026-12-01"),
        given(RITUXIMAB, "2026-10-01", status="not-done"),
        given(RITUXIMAB, "2026-10-01", status="entered-in-error"),
        {"resourceType": "MedicationDispense", "status": "declined", "medicationCodeableConcept": RITUXIMAB},
        {"resourceType": "MedicationDispense", "status": "preparation", "medicationCodeableConcept": RITUXIMAB},
    ):
        assert status(E13, record) == ("pass", "not-recorded"), record


@pytest.mark.parametrize(
    "intent", ["order", "plan", "original-order", "reflex-order", "filler-order", "instance-order"]
)
def test_the_six_intents_count(intent: str) -> None:
    assert status(E13, request(RITUXIMAB, "2026-10-01", intent=intent)) == ("fail", "recorded")


def test_an_impossible_date_is_named_and_the_drug_is_not_forgotten() -> None:
    made = chart(statement(RITUXIMAB, "2026-02-30"))
    assert [problem for _, problem in made.skipped] == ["a date names a day that does not exist"]
    assert E13.answer(made).status.value == "fail"


def test_the_chart_reaches_back_to_orders_administrations_and_dispenses_but_not_to_starts_or_reported_orders() -> None:
    aspirin = drug("1191", "aspirin")
    assert str(chart(request(aspirin, "2020-02-03"), visit=None).reach) == "2020-02-03"
    assert str(chart(given(aspirin, "2020-02-04"), visit=None).reach) == "2020-02-04"
    assert chart(statement(PREDNISONE_10, "2020-02-03"), visit=None).reach is None
    assert chart(request(aspirin, "2020-02-03", reportedBoolean=True), visit=None).reach is None
    assert chart(request(aspirin, "2020-02-03", status="draft"), visit=None).reach is None
    assert chart(request(AZATHIOPRINE, "2027-02-03"), visit=None).reach is None
