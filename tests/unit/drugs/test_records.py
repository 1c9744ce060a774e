"""How single records and their overlaps are read: routes, bounds, administrations, statuses."""

from typing import Any

import pytest

from cds_service.chart.facts import Exposure

from .making import (
    BELIMUMAB,
    METHYLPREDNISOLONE,
    PREDNISONE,
    PREDNISONE_5,
    PREDNISONE_10,
    PREDNISONE_20,
    answer,
    chart,
    dispense,
    drug,
    given,
    mg,
    request,
    rule,
    statement,
    status,
)

AT_MOST_30 = rule(steroid_dose="systemic", at_most="30 mg/day")
STABLE = rule(each_treatment="glucocorticoid", stable_for="7 days")


def only(*records: dict[str, Any], **of_chart: Any) -> Exposure:
    """The one exposure of a chart."""
    found = chart(*records, **of_chart).exposures
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ({"text": "PO"}, "oral"),
        ({"text": "口服"}, "oral"),
        ({"text": "Intravenous"}, "intravenous"),
        ({"text": "IV"}, "intravenous"),
        ({"text": "静脉滴注"}, "intravenous"),
        ({"text": "Subcutaneous"}, "subcutaneous"),
        ({"text": "皮下注射"}, "subcutaneous"),
        ({"coding": [{"display": "Intramuscular route"}]}, "intramuscular"),
        ({"text": "injection"}, "parenteral"),
        ({"text": "as ordered"}, None),
    ],
)
def test_a_route_is_read_from_its_words(route: dict[str, Any], said: str | None) -> None:
    assert only(statement(drug("6851"), "2024-01-01", None, {"route": route})).route == said


def test_an_intramuscular_steroid_is_a_depot_and_an_intramuscular_methotrexate_a_treatment() -> None:
    intramuscular = {"route": {"text": "im"}}
    assert only(statement(METHYLPREDNISOLONE, "2024-01-01", None, intramuscular)).systemic == "depot"
    assert only(statement(drug("6851"), "2024-01-01", None, intramuscular)).systemic == "yes"


def test_administrations_of_one_day_are_added_up() -> None:
    doses = [given(PREDNISONE_20, "2026-11-22", 20, "oral", id=f"g{n}") for n in range(2)]
    assert status(rule(steroid_days=1, at_least="40 mg/day", within="1 week"), *doses) == ("fail", "recorded")


def test_an_administration_answers_for_an_order_whose_dose_cannot_be_read() -> None:
    order = request(METHYLPREDNISOLONE, "2026-10-01", {"route": {"text": "iv"}}, id="o", status="completed")
    order["dosageInstruction"][0]["timing"] = {"repeat": {"boundsPeriod": {"start": "2026-10-01", "end": "2026-10-01"}}}
    pulse = given(METHYLPREDNISOLONE, "2026-10-01", 500, request={"reference": "MedicationRequest/o"})
    days = rule(steroid_days=1, at_least="100 mg/day", within="8 weeks")
    assert status(days, order, pulse) == ("fail", "computed")
    assert status(days, order) == ("unknown", "no-dose")


def test_doses_given_in_different_ways_are_no_sum() -> None:
    by_weight = mg(1) | {"doseAndRate": [{"doseQuantity": {"value": 0.2, "unit": "mg/kg"}}]}
    two = (statement(PREDNISONE, "2024-01-01", None, mg(10)), request(PREDNISONE, "2024-01-01", by_weight))
    assert status(AT_MOST_30, *two) == ("unknown", "no-dose")


def test_a_dose_in_mg_and_one_by_weight_are_not_known_to_be_the_same() -> None:
    by_weight = mg(1) | {"doseAndRate": [{"doseQuantity": {"value": 0.2, "unit": "mg/kg"}}]}
    records = (
        statement(PREDNISONE, "2024-01-01", "2026-11-18", mg(10)),
        statement(PREDNISONE, "2026-11-19", None, by_weight),
    )
    assert status(STABLE, *records) == ("unknown", "imprecise")


def test_an_unreadable_dose_within_the_window_leaves_stability_unknown() -> None:
    oral = {"text": "as directed", "route": {"text": "oral"}}
    records = (
        statement(PREDNISONE, "2024-01-01", "2026-11-18", oral),
        statement(PREDNISONE, "2026-11-19", None, mg(10)),
    )
    assert status(STABLE, *records) == ("unknown", "no-dose")


def test_overlapping_ranges_are_not_known_to_be_the_same() -> None:
    records = (
        statement(drug("3264"), "2024-01-01", "2026-11-18", mg(3)),
        statement(PREDNISONE, "2026-11-19", None, mg(20)),
    )
    assert status(STABLE, *records) == ("unknown", "imprecise")


def test_a_partial_start_leaves_stability_open_and_a_later_one_fails_until_the_day_that_is_certain() -> None:
    record = statement(PREDNISONE, "2026-11", None, mg(10))
    assert status(STABLE, record) == ("unknown", "imprecise")
    found = answer(rule(each_treatment="glucocorticoid", stable_for="4 weeks"), record)
    assert (found.status.value, str(found.until)) == ("fail", "2026-12-20")


def test_concurrent_dosages_with_bounds_of_their_own_are_added_on_the_days_that_both_hold() -> None:
    first, second = mg(20), mg(15)
    first["timing"]["repeat"]["boundsPeriod"] = {"start": "2026-01-01", "end": "2026-12-31"}
    second["timing"]["repeat"]["boundsPeriod"] = {"start": "2026-11-01", "end": "2026-11-30"}
    assert status(AT_MOST_30, request(PREDNISONE, "2026-01-01", first, second)) == ("fail", "recorded")
    second["timing"]["repeat"]["boundsPeriod"] = {"start": "2026-09-01", "end": "2026-09-30"}
    assert status(AT_MOST_30, request(PREDNISONE, "2026-01-01", first, second)) == ("pass", "recorded")


def test_two_dosages_by_weight_are_added_and_mixed_ones_are_not() -> None:
    by_weight = mg(1) | {"doseAndRate": [{"doseQuantity": {"value": 0.5, "unit": "mg/kg"}}]}
    assert str(only(statement(PREDNISONE, "2024-01-01", None, by_weight, by_weight)).dose.per_kg) == "1"
    assert only(statement(PREDNISONE, "2024-01-01", None, by_weight, mg(10))).dose.problem is not None
    unread = {"text": "and more as needed"}
    assert only(statement(PREDNISONE, "2024-01-01", None, mg(10), unread)).dose.daily is None


def test_a_maximum_alone_bounds_a_dose_as_needed() -> None:
    capped = mg(5) | {
        "asNeededCodeableConcept": {"text": "flare"},
        "maxDosePerPeriod": {"numerator": {"value": 20, "code": "mg"}, "denominator": {"value": 1, "unit": "day"}},
    }
    capped["timing"] = {}
    assert str(only(statement(PREDNISONE, "2024-01-01", None, capped)).dose.daily) == "0–20"


@pytest.mark.parametrize(
    ("timing", "daily"),
    [
        ({"repeat": {"frequency": 1, "frequencyMax": 2, "period": 1, "periodUnit": "d"}}, "10–20"),
        ({"repeat": {"frequency": 1, "period": 1, "periodMax": 2, "periodUnit": "d"}}, "5–10"),
        ({"repeat": {"period": 1, "periodUnit": "d"}}, "10"),
        ({"repeat": {"when": ["MORN", "EVE"]}}, "20"),
        ({"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}}, "30"),
        ({"repeat": {"frequency": 7, "period": 1, "periodUnit": "wk"}}, "10"),
        (
            {
                "repeat": {
                    "period": 1,
                    "periodUnit": "wk",
                    "dayOfWeek": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
                }
            },
            "10",
        ),
        ({"repeat": {"count": 30}, "code": {"text": "QD"}}, "10"),
        ({"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}, "code": {"text": "Daily"}}, "10"),
        ({"repeat": {"period": 2, "periodUnit": "d", "dayOfWeek": ["mon"]}}, None),
        ({"code": {"coding": [{"code": "QD"}, {"code": "BID"}]}}, None),
    ],
)
def test_a_timing_gives_times_a_day(timing: dict[str, Any], daily: str | None) -> None:
    found = only(statement(PREDNISONE, "2024-01-01", None, mg(10) | {"timing": timing})).dose.daily
    assert (str(found) if found is not None else None) == daily


@pytest.mark.parametrize(
    ("value", "unit", "end"), [(10, "d", "2026-11-10"), (2, "wk", "2026-11-14"), (1, "mo", "2026-12-01")]
)
def test_a_duration_bounds_an_order(value: int, unit: str, end: str) -> None:
    dosage = mg(10)
    dosage["timing"]["repeat"]["boundsDuration"] = {"value": value, "code": unit}
    assert str(only(request(PREDNISONE, "2026-11-01", dosage)).end) == end


def test_a_range_of_doses_may_be_open_on_one_side() -> None:
    def ranged(**limits: float) -> str:
        sides = {k: {"value": v, "unit": "mg"} for k, v in limits.items()}
        return str(
            only(statement(PREDNISONE, "2024-01-01", None, mg(1) | {"doseAndRate": [{"doseRange": sides}]})).dose.daily
        )

    assert ranged(high=10) == "0–10" and ranged(low=10) == "≥ 10"


def test_a_statement_of_a_single_moment_proves_only_that_it_was_taken_then() -> None:
    record = statement(PREDNISONE, None, effectiveDateTime="2026-10-01")
    begun = rule(on_treatment="glucocorticoid", begun="1 month")
    assert status(begun, record) == ("pass", "recorded")
    assert status(rule(on_treatment="glucocorticoid", begun="6 months"), record) == ("unknown", "imprecise")
    past = statement(BELIMUMAB, None, effectiveDateTime="2026-10-01", status="completed")
    assert status(rule(washout="biologic", for_="4 weeks"), past) == ("pass", "recorded")


def test_a_record_without_any_date_is_current_since_nobody_knows_when() -> None:
    begun = rule(on_treatment="glucocorticoid", begun="6 months")
    assert status(begun, statement(PREDNISONE, None)) == ("unknown", "imprecise")
    assert status(begun, statement(PREDNISONE, None, dateAsserted="2024-01-01")) == ("pass", "recorded")


def test_an_order_that_does_not_say_that_it_is_one_is_a_doubt() -> None:
    record = request(BELIMUMAB, "2026-11-01")
    del record["intent"]
    assert status(rule(washout="biologic", for_="4 weeks"), record) == ("unknown", "incomparable")


def test_an_administration_that_nobody_says_was_given_is_a_doubt() -> None:
    record = given(BELIMUMAB, "2026-11-10", status="unknown")
    assert status(rule(washout="biologic", for_="4 weeks"), record) == ("unknown", "incomparable")


def test_a_supply_that_covers_today_is_current() -> None:
    current = rule(on_treatment="glucocorticoid")
    assert status(current, dispense(PREDNISONE_5, "2026-11-01", 30, mg(5))) == ("pass", "recorded")
    assert status(current, dispense(PREDNISONE_5, "2026-10-01", 30, mg(5))) == ("unknown", "judgement")
    assert status(current, dispense(PREDNISONE_5, "2026-10-01", None, mg(5))) == ("unknown", "imprecise")


def test_a_record_of_elements_of_the_wrong_type_is_named_where_its_drug_matters() -> None:
    wrong = statement(PREDNISONE_10, "2024-01-01") | {"status": 7}
    assert [p for _, p in chart(wrong).skipped] == ["its elements are not of the types that FHIR R4 gives them"]
    other = statement(drug("860975", "metformin"), "2024-01-01") | {"status": 7}
    assert chart(other).skipped == ()


def test_a_medication_of_several_ingredients_names_each_of_interest() -> None:
    items = [{"itemCodeableConcept": drug("8640")}, {"itemCodeableConcept": drug(text="calcium")}]
    record = request({}, "2024-01-01", contained=[{"resourceType": "Medication", "id": "m", "ingredient": items}])
    del record["medicationCodeableConcept"]
    record["medicationReference"] = {"reference": "#m"}
    assert only(record).ingredient == "prednisone"
    items.append({"itemCodeableConcept": drug("6851")})
    assert {e.ingredient for e in chart(record).exposures} == {"prednisone", "methotrexate"}


def test_a_code_of_several_forms_of_one_drug_yields_to_its_text() -> None:
    atc = "http://www.whocc.no/atc"
    assert only(statement(drug("B03XA01", "epoetin beta", atc), "2024-01-01")).ingredient == "epoetin beta"
