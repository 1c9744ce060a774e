"""Past treatment (NCT06222853 I2c and E6, NCT06513429 I4; decisions 5, 15, 28, 46, 51)."""

from typing import Any

import pytest

from cds_service.chart.chart import Kind

from .making import (
    BELIMUMAB,
    CYCLOPHOSPHAMIDE,
    HYDROXYCHLOROQUINE,
    METHYLPREDNISOLONE,
    MYCOPHENOLATE,
    PREDNISONE,
    RITUXIMAB,
    answer,
    drug,
    given,
    mg,
    request,
    rule,
    statement,
    status,
)  # fmt: skip

I4 = rule(all=[
    {"exposed_to": "glucocorticoid"},
    {"exposed_to": ["cyclophosphamide", "mycophenolate mofetil", "mycophenolic acid"]},
    {"exposed_to": ["belimumab", "rituximab"]},
])  # fmt: skip
HIGH = rule(exposed_to="glucocorticoid", in_all="6 months", once_at_least="1 mg/kg/day", or_intolerant=True)
HCQ = rule(exposed_to="hydroxychloroquine", in_all="6 months", or_intolerant=True)
TWO = rule(exposed_to=["cyclophosphamide", "mycophenolate mofetil", "mycophenolic acid", "azathioprine", "rituximab"],
           drugs=2, in_all="6 months", or_intolerant=True)  # fmt: skip
E6 = rule(for_another_disease=["glucocorticoid", "conventional_immunosuppressant"])


def weighed(kg: float, when: str, **more: Any) -> dict[str, Any]:
    """A body weight."""
    return {
        "resourceType": "Observation", "status": "final", "effectiveDateTime": when,
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "valueQuantity": {"value": kg, "unit": "kg", "code": "kg", "system": "http://unitsofmeasure.org"},
    } | more  # fmt: skip


def intolerant(of: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An AllergyIntolerance."""
    active = {"coding": [{"code": "active"}]}
    return {"resourceType": "AllergyIntolerance", "clinicalStatus": active, "type": "intolerance", "code": of,
            "patient": {"reference": "Patient/p"}} | more  # fmt: skip


def test_all_three_exposures_pass_whenever_they_were() -> None:
    records = (
        statement(PREDNISONE, "2010-01-01", "2010-02-01"),
        given(CYCLOPHOSPHAMIDE, "2015-01-01", 500),
        given(RITUXIMAB, "2012-01-01", 500),
    )
    assert status(I4, *records) == ("pass", "recorded")


def test_a_missing_one_is_unknown_and_named() -> None:
    found = answer(I4, statement(PREDNISONE, "2010-01-01"), statement(MYCOPHENOLATE, "2010-01-01"))
    assert found.reason and found.reason.value == "no-data"
    assert found.missing == ("belimumab", "rituximab")
    assert status(I4, states={"MedicationRequest": Kind.UNAVAILABLE}) == ("unknown", "unavailable")


def test_a_found_exposure_stands_though_a_kind_is_incomplete() -> None:
    states = {"MedicationRequest": Kind.UNAVAILABLE}
    assert status(rule(exposed_to="belimumab"), given(BELIMUMAB, "2020-01-01"), states=states) == ("pass", "recorded")


def test_six_months_in_all_are_added_over_courses() -> None:
    assert status(HCQ, statement(HYDROXYCHLOROQUINE, "2024-01-31", "2024-07-31")) == ("pass", "recorded")
    assert status(HCQ, statement(HYDROXYCHLOROQUINE, "2024-01-31", "2024-07-30")) == ("unknown", "no-data")
    courses = (
        statement(HYDROXYCHLOROQUINE, "2022-01-01", "2022-04-15", id="a"),
        statement(HYDROXYCHLOROQUINE, "2024-01-01", "2024-04-15", id="b"),
    )
    assert status(HCQ, *courses) == ("pass", "recorded")
    assert status(HCQ, request(HYDROXYCHLOROQUINE, "2024-01-01", status="stopped")) == ("unknown", "imprecise")


def test_the_high_dose_is_held_against_the_weight_nearest_to_it() -> None:
    record = statement(PREDNISONE, "2024-01-01", "2024-12-31", mg(40))
    assert status(HIGH, record, weighed(40, "2024-01-10"), weighed(55, "2026-11-01")) == ("pass", "computed")
    assert status(HIGH, record, weighed(41, "2024-01-10"), weighed(30, "2026-11-01")) == ("unknown", "no-data")
    assert status(HIGH, record, weighed(40, "2023-01-10"), weighed(55, "2026-11-01")) == ("unknown", "no-data")
    found = answer(HIGH, record)
    assert found.reason and found.reason.value == "no-data" and "body_weight" in found.missing


def test_one_high_dose_suffices_and_a_pulse_is_one() -> None:
    records = (
        statement(PREDNISONE, "2024-01-01", "2024-12-31", mg(10)),
        given(METHYLPREDNISOLONE, "2024-02-01", 500),
        weighed(50, "2024-02-01"),
    )
    assert status(HIGH, *records) == ("pass", "computed")


def test_an_order_by_weight_needs_no_weight() -> None:
    by_weight = mg(1) | {"doseAndRate": [{"doseQuantity": {"value": 1, "unit": "mg/kg"}}]}
    assert status(HIGH, statement(PREDNISONE, "2024-01-01", "2024-12-31", by_weight)) == ("pass", "computed")


def test_a_dose_that_cannot_be_read_is_no_dose() -> None:
    assert status(HIGH, statement(PREDNISONE, "2024-01-01", "2024-12-31"), weighed(50, "2024-02-01")) == (
        "unknown",
        "no-dose",
    )


def test_two_different_drugs_are_needed_and_both_mycophenolates_are_one() -> None:
    one = statement(MYCOPHENOLATE, "2020-01-01", "2021-01-01")
    assert status(TWO, one, statement(drug("7145"), "2021-02-01", "2022-01-01")) == ("unknown", "no-data")
    assert status(TWO, one, statement(CYCLOPHOSPHAMIDE, "2020-01-01", "2020-08-01")) == ("pass", "recorded")


def test_a_recorded_intolerance_stands_in_for_that_drug_alone() -> None:
    assert status(HCQ, intolerant(HYDROXYCHLOROQUINE)) == ("pass", "recorded")
    assert status(HCQ, intolerant(MYCOPHENOLATE)) == ("unknown", "no-data")
    one = statement(MYCOPHENOLATE, "2020-01-01", "2021-01-01")
    assert status(TWO, one, intolerant(drug("1256"))) == ("pass", "recorded")
    assert status(TWO, intolerant(drug("1256"))) == ("unknown", "no-data")


def test_another_recorded_reason_is_for_a_clinician_to_judge() -> None:
    asthma = [{"text": "asthma"}]
    lupus = [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M32.14"}]}]
    assert status(E6, statement(PREDNISONE, "2024-01-01", reasonCode=asthma)) == ("unknown", "judgement")
    assert status(E6, statement(PREDNISONE, "2024-01-01", reasonCode=lupus)) == ("pass", "recorded")
    assert status(E6, statement(PREDNISONE, "2024-01-01", reasonCode=[{"text": "系统性红斑狼疮"}])) == (
        "pass",
        "recorded",
    )
    assert status(E6, statement(PREDNISONE, "2024-01-01")) == ("pass", "recorded")
    assert status(E6, statement(PREDNISONE, "2024-01-01", "2026-01-01", reasonCode=asthma)) == ("pass", "not-recorded")
    assert status(E6) == ("pass", "not-recorded")
    assert status(E6, states={"MedicationRequest": Kind.UNAVAILABLE}) == ("unknown", "unavailable")


def test_a_reason_may_be_a_condition_of_the_chart() -> None:
    condition = {
        "resourceType": "Condition", "id": "c", "code": {"text": "psoriasis"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
    }  # fmt: skip
    record = statement(PREDNISONE, "2024-01-01", reasonReference=[{"reference": "Condition/c"}])
    assert status(E6, condition, record) == ("unknown", "judgement")


@pytest.mark.parametrize("made", [I4, HIGH, TWO, E6, rule(never_exposed="gene_modified_cell_product")])
def test_every_rule_says_itself_in_words_and_what_it_reads(made: Any) -> None:
    assert len(made.words()) > 20 and made.reads().drugs and "MedicationStatement" in made.reads().kinds


@pytest.mark.parametrize(
    ("weights", "reached"),
    [
        ([(50, "2020-05-31")], True),  # 90 days after the begin
        ([(50, "2020-06-01"), (80, "2026-11-01")], False),  # 91: today's is taken
        ([(50, "2019-12-03")], True),  # 90 days before it
        ([(50, "2019-12-02"), (80, "2026-11-01")], False),
        ([(50, "2020-05"), (80, "2026-11-01")], True),  # all of the month is near enough
        ([(50, "2020-06"), (80, "2026-11-01")], False),  # its last day is not
        ([(50, "2020-03-02"), (80, "2020-03-05")], True),  # the nearer one
        ([(80, "2020-03-02"), (50, "2020-03-05")], False),
        ([(50, "2020-06-01")], False),  # and today's is too old
    ],
)
def test_the_weight_of_a_dose_is_the_nearest_within_ninety_days_of_its_begin(weights, reached) -> None:
    records = [weighed(kg, when) for kg, when in weights]
    of_long_ago = statement(PREDNISONE, "2020-03-02", "2021-03-02", mg(60))
    assert (status(HIGH, of_long_ago, *records)[0] == "pass") is reached


def test_two_drugs_without_a_duration_are_two_records_that_are_not_in_doubt() -> None:
    either = rule(exposed_to=["cyclophosphamide", "rituximab"], drugs=2)
    first, second = statement(CYCLOPHOSPHAMIDE, "2020-01-01", "2020-02-01"), given(RITUXIMAB, "2021-03-01")
    assert status(either, first, second) == ("pass", "recorded")
    assert status(either, first)[0] == "unknown"


def test_where_two_drugs_are_asked_for_both_are_shown() -> None:
    two = rule(exposed_to=["cyclophosphamide", "hydroxychloroquine"], drugs=2)
    records = [
        statement(CYCLOPHOSPHAMIDE, "2024-01-05", "2024-07-05"),
        statement(HYDROXYCHLOROQUINE, "2024-01-05", "2024-07-05"),
    ]
    found = answer(two, *records)
    assert found.status.value == "pass"
    assert len({e.reference for e in found.evidence}) == 2
    assert status(two, records[0]) == ("unknown", "no-data")
