"""The current prednisone-equivalent daily dose (decisions 14, 21, 27, 29, 40, 50, 51)."""

from typing import Any

import pytest

from cds_service.chart.chart import Kind

from .making import (
    AZATHIOPRINE,
    BELIMUMAB,
    HYDROXYCHLOROQUINE,
    METHYLPREDNISOLONE,
    MYCOPHENOLATE,
    PREDNISONE,
    PREDNISONE_10,
    PREDNISONE_20,
    answer,
    dispense,
    drug,
    given,
    mg,
    request,
    rule,
    statement,
    status,
)  # fmt: skip

WAIVER = {"unless_on": ["conventional_immunosuppressant"], "judged": ["neither_judgement"]}
I4C = rule(steroid_dose="oral", at_most="60 mg/day", at_least="7.5 mg/day", **WAIVER)
I5B = rule(steroid_dose="systemic", at_most="30 mg/day")
I7B = rule(steroid_dose="oral", at_least="7.5 mg/day", unless_on=["conventional_immunosuppressant", "biologic"],
           judged=["neither_judgement"])  # fmt: skip
WEIGHT = {
    "resourceType": "Observation", "id": "w", "status": "final", "effectiveDateTime": "2026-11-01",
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "valueQuantity": {"value": 50, "unit": "kg", "code": "kg", "system": "http://unitsofmeasure.org"},
}  # fmt: skip


def taking(amount: float, concept: dict[str, Any] = PREDNISONE, **more: Any) -> dict[str, Any]:
    """A current statement of so many mg a day."""
    return statement(concept, "2024-01-01", None, mg(amount), **more)


@pytest.mark.parametrize(("amount", "expected"), [(60, "pass"), (60.5, "fail"), (7.5, "pass"), (7.4, "fail")])
def test_both_limits_are_included(amount: float, expected: str) -> None:
    found = answer(I4C, taking(amount))
    assert (found.status.value, found.until) == (expected, None)


def test_no_current_glucocorticoid_passes_behind_its_guards() -> None:
    assert status(I4C) == ("pass", "not-recorded")
    assert status(I4C, statement(PREDNISONE, "2024-01-01", "2026-11-21", mg(80))) == ("pass", "not-recorded")
    assert status(I4C, states={"MedicationRequest": Kind.UNAVAILABLE}) == ("unknown", "unavailable")
    assert status(I4C, request({}, "2024-01-01")) == ("unknown", "incomparable")


def test_a_current_conventional_immunosuppressant_waives_the_minimum() -> None:
    assert status(I4C, taking(5), statement(MYCOPHENOLATE, "2026-11-01")) == ("pass", "recorded")
    assert status(I4C, taking(5), statement(MYCOPHENOLATE, "2024-01-01", "2026-11-01")) == ("fail", "recorded")


def test_an_antimalarial_does_not_waive_the_minimum_and_a_jak_inhibitor_is_judged() -> None:
    assert status(I4C, taking(5), statement(HYDROXYCHLOROQUINE, "2024-01-01")) == ("fail", "recorded")
    assert status(I4C, taking(5), statement(drug("2047232"), "2024-01-01")) == ("unknown", "judgement")
    assert status(I4C, taking(10), statement(drug("2047232"), "2024-01-01")) == ("pass", "recorded")


def test_a_biologic_waives_the_minimum_only_where_the_trial_says_so() -> None:
    assert status(I7B, taking(5), statement(BELIMUMAB, "2024-01-01")) == ("pass", "recorded")
    assert status(I4C, taking(5), statement(BELIMUMAB, "2024-01-01")) == ("fail", "recorded")
    assert status(I7B, taking(5), statement(AZATHIOPRINE, "2024-01-01")) == ("pass", "recorded")


def test_a_partner_whose_status_is_not_known_leaves_the_minimum_open() -> None:
    assert status(I4C, taking(5), statement(MYCOPHENOLATE, "2024-01-01", status="unknown")) == ("unknown", "imprecise")


def test_an_interval_that_straddles_is_imprecise_and_one_wholly_outside_fails() -> None:
    assert status(I5B, taking(4.5, drug("3264"))) == ("unknown", "imprecise")
    assert status(I5B, taking(5, drug("3264"))) == ("fail", "computed")
    assert status(I5B, taking(4, drug("3264"))) == ("pass", "computed")


def test_a_sum_of_several_drugs_or_a_factor_is_computed_and_plain_prednisone_recorded() -> None:
    assert status(I5B, taking(10)) == ("pass", "recorded")
    assert status(I5B, taking(8, METHYLPREDNISOLONE)) == ("pass", "computed")
    assert status(I5B, taking(20), taking(8, METHYLPREDNISOLONE)) == ("pass", "computed")
    assert status(I5B, taking(20), taking(8.8, METHYLPREDNISOLONE)) == ("fail", "computed")


def test_the_same_dose_in_two_kinds_of_resource_is_one_exposure() -> None:
    assert status(I5B, taking(20), request(PREDNISONE_20, "2024-01-01", mg(20))) == ("pass", "recorded")


def test_two_orders_of_one_kind_are_the_interval_from_the_larger_to_the_sum() -> None:
    orders = [
        request(PREDNISONE_20, "2024-01-01", mg(20), id="a"),
        request(PREDNISONE_20, "2025-01-01", mg(20), id="b"),
    ]
    assert status(I5B, *orders) == ("unknown", "imprecise")
    assert status(rule(steroid_dose="systemic", at_most="40 mg/day"), *orders) == ("pass", "recorded")
    assert status(rule(steroid_dose="systemic", at_most="15 mg/day"), *orders) == ("fail", "recorded")
    different = (taking(20), request(PREDNISONE_10, "2025-01-01", mg(15)))
    assert status(I5B, *different) == ("unknown", "imprecise")


def test_a_dispense_without_a_dose_adds_nothing_to_an_order_and_one_with_another_dose_does() -> None:
    order = request(PREDNISONE_20, "2024-01-01", mg(20), id="o")
    assert status(I5B, order, dispense(PREDNISONE_20, "2026-11-01", 30)) == ("pass", "recorded")
    linked = dispense(
        PREDNISONE_20, "2026-11-01", 30, mg(15), authorizingPrescription=[{"reference": "MedicationRequest/o"}]
    )
    assert status(I5B, order, linked) == ("unknown", "imprecise")


def test_an_unreadable_dose_is_no_dose_unless_the_rest_exceeds_the_limit_alone() -> None:
    assert status(I4C, statement(PREDNISONE, "2024-01-01")) == ("unknown", "no-dose")
    assert status(I4C, taking(20), statement(METHYLPREDNISOLONE, "2024-01-01")) == ("unknown", "no-dose")
    oral = {"text": "as directed", "route": {"text": "oral"}}
    assert status(I4C, taking(80), statement(METHYLPREDNISOLONE, "2024-01-01", None, oral)) == ("fail", "computed")
    assert status(I7B, taking(10), statement(METHYLPREDNISOLONE, "2024-01-01", None, oral)) == ("unknown", "no-dose")


def test_a_steroid_without_accepted_equivalence_is_no_dose() -> None:
    assert status(I5B, taking(10), taking(300, drug("2669799"))) == ("unknown", "no-dose")
    assert status(I5B, taking(10), statement(drug("376"), "2024-01-01", None, {"route": {"text": "subcutaneous"}})) == (
        "unknown", "no-dose",
    )  # fmt: skip


def test_an_unclear_route_and_form_is_no_dose() -> None:
    assert status(I5B, statement(PREDNISONE, "2024-01-01", None, mg(10, route=None))) == ("unknown", "no-dose")
    assert status(I5B, statement(PREDNISONE_10, "2024-01-01", None, mg(10, route=None))) == ("pass", "recorded")


@pytest.mark.parametrize(
    ("when", "expected"), [("2026-11-01", "unknown"), ("2026-10-25", "unknown"), ("2026-10-24", "pass")]
)
def test_a_depot_within_28_days_is_no_dose(when: str, expected: str) -> None:
    depot = given(drug("10759"), when, 40, "intramuscular")
    assert status(I5B, taking(10), depot)[0] == expected


def test_oral_rules_do_not_look_at_intravenous_steroids_and_systemic_ones_do() -> None:
    infusion = statement(METHYLPREDNISOLONE, "2026-11-20", None, mg(40, route="intravenous"))
    assert status(I4C, taking(10), infusion) == ("pass", "recorded")
    assert status(I5B, taking(10), infusion) == ("fail", "computed")
    assert status(I4C, infusion) == ("pass", "not-recorded")


def test_a_dose_by_weight_needs_a_weight_and_is_computed() -> None:
    by_weight = mg(1)
    by_weight["doseAndRate"] = [{"doseQuantity": {"value": 0.5, "unit": "mg/kg"}}]
    record = statement(PREDNISONE, "2024-01-01", None, by_weight)
    assert status(I5B, record) == ("unknown", "no-dose")
    assert status(I5B, record, WEIGHT) == ("pass", "computed")


def test_a_taper_counts_the_step_of_the_day() -> None:
    steps = []
    for n, (amount, days) in enumerate([(60, 7), (40, 7), (20, 30)], start=1):
        step = mg(amount) | {"sequence": n}
        step["timing"]["repeat"]["boundsDuration"] = {"value": days, "code": "d", "unit": "days"}
        steps.append(step)
    assert status(I5B, request(PREDNISONE_20, "2026-11-08", *steps)) == ("pass", "recorded")
    assert status(I5B, request(PREDNISONE_20, "2026-11-09", *steps)) == ("fail", "recorded")
    for step in steps:
        del step["timing"]["repeat"]["boundsDuration"]
    assert status(I5B, request(PREDNISONE_20, "2026-11-09", *steps)) == ("unknown", "no-dose")


def test_a_pack_of_several_strengths_has_no_daily_dose() -> None:
    assert status(I5B, statement(drug("759697"), "2026-11-20", None, mg(4))) == ("unknown", "no-dose")


def test_a_drug_in_doubt_makes_the_dose_incomparable() -> None:
    assert status(I5B, taking(10, drug("8640", "methotrexate 10 mg"))) == ("unknown", "incomparable")


def test_of_an_incomplete_list_only_what_more_drugs_cannot_change_stands() -> None:
    states = {"MedicationRequest": Kind.UNAVAILABLE}
    assert status(I4C, taking(80), states=states) == ("fail", "recorded")
    assert status(I4C, taking(20), states=states) == ("unknown", "unavailable")
    assert status(I7B, taking(20), states=states) == ("pass", "recorded")
    assert status(I7B, taking(5), states=states) == ("unknown", "unavailable")


def test_the_evidence_names_record_dose_factor_and_threshold() -> None:
    evidence = answer(I5B, taking(8, METHYLPREDNISOLONE, id="mp")).evidence[0]
    assert evidence.reference == "MedicationStatement/mp"
    assert evidence.normalised == "8 mg/d × 1.25 = 10 mg/d prednisone-equivalent"
    assert evidence.threshold == "≤ 30 mg/day prednisone-equivalent"


@pytest.mark.parametrize(
    ("text", "readable"),
    [("每日一次", True), ("bid", True), ("once daily", True), ("take it once daily with food", False)],
)
def test_a_timing_text_counts_as_a_whole_or_not_at_all(text: str, readable: bool) -> None:
    dosage = mg(10)
    dosage["timing"] = {"code": {"text": text}}
    assert (status(I5B, statement(PREDNISONE, "2024-01-01", None, dosage))[0] == "pass") is readable


@pytest.mark.parametrize(
    "timing",
    [
        {"repeat": {"frequency": 1, "period": 1, "periodUnit": "mo"}},
        {"repeat": {"frequency": 2}},
        {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "timeOfDay": ["09:00:00"]}},
        {"repeat": {"frequency": 2, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon"]}},
        {"event": ["2026-11-01"]},
        {"repeat": {"frequency": "once", "period": 1, "periodUnit": "d"}, "code": {"text": "bid and qd"}},
        "daily",
    ],
)
def test_a_timing_that_says_no_daily_rhythm_is_no_dose(timing: Any) -> None:
    dosage = mg(10) | {"timing": timing}
    found = status(rule(steroid_dose="systemic", at_most="5 mg/day"), statement(PREDNISONE, "2024-01-01", None, dosage))
    assert found == ("unknown", "no-dose")


@pytest.mark.parametrize(
    ("quantity", "mg_a_day"),
    [
        ({"value": 10, "unit": "mg", "code": "{tbl}"}, None),
        ({"value": "10", "unit": "mg"}, None),
        ({"value": -1, "unit": "mg"}, None),
        ({"value": 10, "unit": "IU"}, None),
        ({"value": 0.01, "unit": "g"}, "10"),
        ({"value": 10, "unit": "mg", "comparator": "<"}, "0–10"),
        ({"value": 10, "unit": "毫克"}, "10"),
        ({"value": 2, "unit": "片"}, "20"),
    ],
)
def test_amounts_are_read_in_known_units_only(quantity: dict[str, Any], mg_a_day: str | None) -> None:
    from .making import chart

    dosage = mg(1) | {"doseAndRate": [{"doseQuantity": quantity}]}
    daily = chart(statement(PREDNISONE_10, "2024-01-01", None, dosage)).exposures[0].dose.daily
    assert (str(daily) if daily is not None else None) == mg_a_day


def test_a_step_of_a_plan_holds_from_its_first_to_its_last_day() -> None:
    def step(amount: int, start: str, end: str | None) -> dict[str, Any]:
        made = mg(amount)
        made["timing"]["repeat"]["boundsPeriod"] = {"start": start} | ({"end": end} if end else {})
        return made

    low, high = step(10, "2026-10-01", "2026-11-21"), step(40, "2026-11-22", None)
    dose = rule(steroid_dose="oral", at_most="30 mg/day")
    assert status(dose, request(PREDNISONE_10, "2026-10-01", low, high)) == ("fail", "recorded")
    low, high = step(10, "2026-10-01", "2026-11-22"), step(40, "2026-11-23", None)
    assert status(dose, request(PREDNISONE_10, "2026-10-01", low, high)) == ("pass", "recorded")


def test_a_statement_without_a_dose_adds_nothing_to_the_renewed_order_that_it_tells_of() -> None:
    renewed = request(PREDNISONE_10, "2026-01-01", mg(10), id="new", basedOn=[{"reference": "MedicationRequest/old"}])
    told = statement(PREDNISONE_10, "2026-01-01", id="told", derivedFrom=[{"reference": "MedicationRequest/new"}])
    assert status(I5B, renewed, told) == ("pass", "recorded")
    unlinked = statement(PREDNISONE_10, "2026-01-01", id="told")
    assert status(I5B, renewed, unlinked) == ("unknown", "no-dose")
