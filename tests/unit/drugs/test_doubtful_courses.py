"""Courses, doses and holds of which the record leaves something open (decisions 15, 16, 20, 21, 28, 39, 40, 53)."""

import pytest

from cds_service.kernel.answers import Status

from .making import (
    BELIMUMAB,
    HYDROXYCHLOROQUINE,
    METHYLPREDNISOLONE,
    PREDNISONE,
    TODAY,
    answer,
    drug,
    given,
    mg,
    rule,
    statement,
    status,
)  # fmt: skip
from .test_prior_treatment import HCQ, HIGH, weighed

DEXAMETHASONE = drug("3264")
I4C = rule(steroid_dose="oral", at_most="60 mg/day")
E1D = rule(steroid_days=14, at_least="100 mg/day", within="8 weeks")
STABLE = rule(each_treatment="glucocorticoid", route="oral", begun="8 weeks", stable_more_than="2 weeks")
ON_BIOLOGIC = rule(on_treatment=["biologic"], begun="3 months")


def test_courses_that_overlap_are_counted_once() -> None:
    """Four months twice, three of them the same: five months, however they are added up."""
    twice = (
        statement(HYDROXYCHLOROQUINE, "2025-01-01", "2025-04-30"),
        statement(HYDROXYCHLOROQUINE, "2025-02-01", "2025-05-31"),
    )
    assert status(HCQ, *twice) == ("unknown", "no-data")


def test_a_short_course_inside_a_long_one_does_not_end_it() -> None:
    nested = (
        statement(HYDROXYCHLOROQUINE, "2025-01-01", "2025-07-02"),
        statement(HYDROXYCHLOROQUINE, "2025-02-01", "2025-03-01"),
    )
    assert status(HCQ, *nested) == ("pass", "recorded")


@pytest.mark.parametrize(
    ("last", "owes"), [("2025-07-02", ("pass", "recorded")), ("2025-06-28", ("unknown", "no-data"))]
)
def test_courses_up_to_a_week_apart_join_to_one(last, owes) -> None:
    courses = (
        statement(HYDROXYCHLOROQUINE, "2025-01-01", "2025-03-31"),
        statement(HYDROXYCHLOROQUINE, "2025-04-07", last),
    )
    assert status(HCQ, *courses) == owes


def test_courses_of_which_only_a_year_is_known_may_have_been_long_enough_and_prove_nothing() -> None:
    years = (statement(HYDROXYCHLOROQUINE, "2019", "2019"), statement(HYDROXYCHLOROQUINE, "2021", "2021"))
    assert status(HCQ, *years) == ("unknown", "imprecise")


def test_a_held_drug_was_taken_for_an_unknown_part_of_the_time() -> None:
    assert status(HCQ, statement(HYDROXYCHLOROQUINE, "2020-01-01", status="on-hold")) == ("unknown", "imprecise")


def by_weight(amount: float) -> dict:
    """A dosage of so many mg/kg a day."""
    return mg(amount) | {"doseAndRate": [{"doseQuantity": {"value": amount, "unit": "mg/kg", "code": "mg/kg"}}]}


@pytest.mark.parametrize(
    ("taken", "shown"),
    [
        (METHYLPREDNISOLONE, "0.8 mg/kg/d × 50 kg × 1.25 = 50 mg/d prednisone-equivalent"),
        (PREDNISONE, "0.8 mg/kg/d × 50 kg = 40 mg/d"),
    ],
)
def test_a_dose_by_weight_is_shown_with_the_weight_that_it_was_multiplied_by(taken, shown) -> None:
    found = answer(I4C, statement(taken, "2026-01-01", None, by_weight(0.8)), weighed(50, "2026-11-01", id="w"))
    assert (found.status.value, found.basis and found.basis.value) == ("pass", "computed")
    assert [(e.reference, e.normalised) for e in found.evidence] == [
        (found.evidence[0].reference, shown), ("Observation/w", "50 kg")
    ]  # fmt: skip


def test_a_dose_by_weight_without_a_weight_is_shown_as_it_is() -> None:
    found = answer(I4C, statement(METHYLPREDNISOLONE, "2026-01-01", None, by_weight(0.8)))
    assert (found.status.value, found.reason and found.reason.value) == ("unknown", "no-dose")
    assert [e.normalised for e in found.evidence] == ["0.8 mg/kg/d"]


def test_two_glucocorticoids_without_a_dose_are_one_reason_and_the_dose_stays_open() -> None:
    two = (statement(PREDNISONE, "2026-01-01"), statement(METHYLPREDNISOLONE, "2026-01-01"))
    found = answer(I4C, *two)
    assert (found.status.value, found.reason and found.reason.value) == ("unknown", "no-dose")


def test_what_was_injected_in_a_way_nobody_says_may_have_been_an_infusion_and_is_perhaps_current() -> None:
    """Two weeks after a subcutaneous dose it is not current, after an infusion it is (decision 20)."""
    shot = [given(BELIMUMAB, when, 200, route="injection") for when in ("2026-07-01", "2026-08-01", "2026-10-10")]
    assert status(ON_BIOLOGIC, *shot)[0] == "unknown"


@pytest.mark.parametrize(
    ("first", "owes"), [("2026-11-09", ("fail", "recorded")), ("2026-11-10", ("pass", "recorded"))]
)
def test_the_last_day_of_a_course_that_ended_today_is_a_day_of_it(first, owes) -> None:
    """Fourteen days at 100 mg are fourteen, whether the record was closed today or will be tomorrow (decision 22)."""
    course = statement(PREDNISONE, first, TODAY.isoformat(), mg(100))
    assert status(E1D, course) == owes
    assert status(E1D, course | {"status": "active"}) == owes
    assert answer(E1D, course).assumes is None


def test_a_course_that_ended_today_is_no_current_treatment() -> None:
    course = statement(PREDNISONE, "2026-01-01", TODAY.isoformat(), mg(100))
    assert status(I4C, course) == ("pass", "not-recorded")


def test_a_day_of_high_dose_begun_today_is_a_day_of_it() -> None:
    """Thirteen days in October and today: fourteen (decision 22)."""
    earlier = statement(PREDNISONE, "2026-10-11", "2026-10-23", mg(100))
    today = statement(PREDNISONE, TODAY.isoformat(), None, mg(100))
    assert status(E1D, earlier, today) == ("fail", "recorded")
    assert status(E1D, earlier) == ("pass", "recorded")


@pytest.mark.parametrize(
    ("again", "owes"),
    [
        ("2026-11-15", ("fail", "recorded")),
        ("2026-11-08", ("fail", "recorded")),
        ("2026-11-07", ("pass", "recorded")),
    ],
)
def test_a_stop_and_a_new_start_of_more_than_a_week_are_a_change_from_the_new_start(again, owes) -> None:
    records = (
        statement(PREDNISONE, "2026-01-01", "2026-10-01", mg(10)),
        statement(PREDNISONE, again, None, mg(10)),
    )
    held = rule(each_treatment="glucocorticoid", route="oral", stable_more_than="2 weeks")
    assert status(held, *records) == owes


def test_the_unstable_partner_is_shown_beside_the_stable_one() -> None:
    """One good partner begun long ago; another, begun and changed last week, leaves it open (decision 50)."""
    partners = rule(
        on_treatment=["mycophenolate mofetil", "methotrexate"], begun="3 months", stable_for="2 weeks",
        others_stable=True,
    )
    good = statement(drug("68149"), "2025-01-01", None, mg(1000), id="good")
    new = statement(drug("6851"), "2026-11-15", None, mg(15), id="new")
    old = statement(drug("6851"), "2026-01-01", None, mg(15), id="old")
    changed = statement(drug("6851"), "2026-01-01", "2026-11-14", mg(10), id="before")
    found = answer(partners, good, new, changed)
    assert (found.status.value, found.reason and found.reason.value) == ("unknown", "judgement")
    assert {e.reference for e in found.evidence} == {f"MedicationStatement/{n}" for n in ("good", "new")}
    assert status(partners, good, old) == ("pass", "recorded")
    assert status(partners, good) == ("pass", "recorded")


def test_a_drug_without_a_name_beside_a_known_one_may_be_given_for_another_disease() -> None:
    """A drug exclusion is `incomparable` where a record says neither code nor text (decision 34)."""
    for_lupus = rule(for_another_disease=["glucocorticoid", "conventional_immunosuppressant"])
    known, unnamed = statement(PREDNISONE, "2026-01-01", None, mg(5)), statement(drug("999999999"), "2026-02-01")
    assert status(for_lupus, known) == ("pass", "recorded")
    assert status(for_lupus, known, unnamed) == ("unknown", "incomparable")
    assert status(for_lupus, unnamed) == ("unknown", "incomparable")


@pytest.mark.parametrize(
    ("kilograms", "owes"),
    [
        ({"value": 40, "comparator": "<"}, ("unknown", "no-data")),
        ({"value": 40, "comparator": ">"}, ("unknown", "no-data")),
        ({"value": 40}, ("unknown", "judgement")),
        ({"value": 41}, ("unknown", "no-data")),
    ],
)
def test_steroid_dependence_is_asked_of_a_weight_that_is_a_number(kilograms, owes) -> None:
    """20 mg a day are 0.5 mg/kg at 40 kg; a bound on a weight is no weight to divide by."""
    dependence = rule(steroid_dependence="0.5 mg/kg/day")
    weight = weighed(40, "2026-11-01")
    weight["valueQuantity"] |= kilograms
    assert status(dependence, statement(PREDNISONE, "2026-01-01", None, mg(20)), weight) == owes


def step(amount: float, first: str, last: str) -> dict:
    """A part of a dosage with days of its own."""
    made = mg(amount)
    made["timing"]["repeat"]["boundsPeriod"] = {"start": first, "end": last}
    return made


@pytest.mark.parametrize(("grown", "owes"), [(30, ("pass", "computed")), (42, ("unknown", "no-data"))])
def test_the_weight_of_a_dose_is_the_weight_when_that_dose_began_not_when_the_order_did(grown, owes) -> None:
    """40 mg a day were 1 mg/kg for the child of two years before, and are less for a child of 42 kg (decision 15)."""
    plan = [step(10, "2024-01-01", "2025-06-30"), step(40, "2025-07-01", "2025-12-31")]
    order = statement(PREDNISONE, "2024-01-01", "2025-12-31", *plan)
    weights = weighed(25, "2024-01-01", id="small"), weighed(grown, "2025-07-01", id="grown")
    assert status(HIGH, order, *weights) == owes


def test_courses_of_which_one_has_no_begin_may_have_been_long_enough() -> None:
    unbegun = statement(HYDROXYCHLOROQUINE, None, "2020-05-01")
    courses = (unbegun, statement(HYDROXYCHLOROQUINE, "2021-01-01", "2021-02-01"))
    assert status(HCQ, *courses) == ("unknown", "imprecise")


def test_two_earlier_doses_that_nobody_can_read_leave_the_stability_open() -> None:
    held = rule(each_treatment="glucocorticoid", route="oral", stable_for="8 weeks")
    records = (
        statement(PREDNISONE, "2026-09-01", "2026-10-20", mg(10) | {"doseAndRate": []}),
        statement(PREDNISONE, "2026-10-21", "2026-11-10", mg(10) | {"doseAndRate": []}),
        statement(PREDNISONE, "2026-11-11", None, mg(10)),
    )
    assert status(held, *records) == ("unknown", "no-dose")


def test_a_weight_that_is_recorded_twice_on_a_day_is_one_weight_and_two_that_differ_are_none() -> None:
    record = statement(PREDNISONE, "2026-01-01", None, by_weight(0.8))
    once = answer(I4C, record, weighed(50, "2026-11-01", id="a"))
    assert answer(I4C, record, weighed(50, "2026-11-01", id="a"), weighed(50, "2026-11-01", id="b")) == once
    assert once.status is Status.PASS
    twice = answer(I4C, record, weighed(50, "2026-11-01", id="a"), weighed(30, "2026-11-01", id="b"))
    assert twice.status is Status.UNKNOWN


def test_a_course_that_is_planned_for_later_leaves_the_present_dose_as_long_the_same() -> None:
    present = statement(PREDNISONE, "2026-01-01", None, mg(10))
    planned = statement(PREDNISONE, "2026-12-01", None, mg(20), id="later")
    assert status(STABLE, present) == status(STABLE, present, planned) == ("pass", "recorded")
