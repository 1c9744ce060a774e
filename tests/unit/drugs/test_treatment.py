"""What is taken now, since when, and how stably (decisions 16, 20, 21, 27, 39, 40, 50, 51, 53)."""

from datetime import date
from typing import Any

import pytest

from cds_service.chart.chart import Kind

from .making import (
    AZATHIOPRINE,
    BELIMUMAB,
    CYCLOPHOSPHAMIDE,
    HYDROXYCHLOROQUINE,
    METHYLPREDNISOLONE,
    MYCOPHENOLATE,
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
)  # fmt: skip

STEROID_6 = rule(on_treatment="glucocorticoid", begun="6 months")
PARTNERS = ["antimalarial", "conventional_immunosuppressant", "biologic"]
I4B = rule(all=[
    {"on_treatment": "glucocorticoid", "begun": "6 months"},
    {"on_treatment": PARTNERS, "begun": "6 months", "judged": ["neither_judgement"]},
])  # fmt: skip
I5A = rule(
    on_treatment=["glucocorticoid", "antimalarial", "conventional_immunosuppressant"], judged=["neither_judgement"]
)
I5C = rule(each_treatment=["antimalarial", "conventional_immunosuppressant"], begun="12 weeks", stable_for="8 weeks",
           judged=["neither_judgement"])  # fmt: skip
I4D = rule(each_treatment="glucocorticoid", route="oral", begun="8 weeks", stable_more_than="2 weeks")
LISTED = [
    "cyclophosphamide", "mycophenolate mofetil", "mycophenolic acid", "tacrolimus", "methotrexate", "cyclosporine",
    "leflunomide", "biologic",
]  # fmt: skip
I7A = rule(all=[
    {"on_treatment": "glucocorticoid", "begun": "3 months", "stable_for": "2 weeks"},
    {"on_treatment": LISTED, "begun": "3 months", "stable_for": "2 weeks", "others_stable": True,
     "judged": ["conventional_immunosuppressant", "neither_judgement"]},
])  # fmt: skip
STANDARD = rule(on_treatment=["glucocorticoid", "antimalarial", "nsaid", "conventional_immunosuppressant"],
                begun="2 months", judged=["neither_judgement"])  # fmt: skip
OLD_PREDNISONE = statement(PREDNISONE_10, "2024-01-01", None, mg(10))


def test_begun_six_months_ago_is_met_on_the_day_itself() -> None:
    assert status(STEROID_6, statement(PREDNISONE, "2026-05-22")) == ("pass", "recorded")
    found = answer(STEROID_6, statement(PREDNISONE, "2026-05-23"))
    assert (found.status.value, found.until) == ("fail", date(2026, 11, 23))


def test_nothing_recorded_is_unknown_and_names_what_is_missing() -> None:
    found = answer(STEROID_6)
    assert (found.reason and found.reason.value, found.missing) == ("no-data", ("glucocorticoid_systemic",))


def test_recorded_but_stopped_is_for_a_clinician_to_judge() -> None:
    assert status(STEROID_6, statement(PREDNISONE, "2024-01-01", "2026-10-01")) == ("unknown", "judgement")
    assert status(STEROID_6, request(PREDNISONE, "2024-01-01", status="on-hold")) == ("unknown", "judgement")


def test_a_period_that_is_over_is_not_current_whatever_its_status() -> None:
    lapsed = statement(PREDNISONE, "2024-01-01", "2026-10-01", status="active")
    assert status(STEROID_6, lapsed) == ("unknown", "judgement")


def test_a_record_whose_status_is_not_known_may_or_may_not_be_current() -> None:
    assert status(STEROID_6, statement(PREDNISONE, "2024-01-01", status="unknown")) == ("unknown", "imprecise")


def test_renewals_with_gaps_up_to_seven_days_are_one_course() -> None:
    def course(second: str) -> tuple[str, str | None]:
        return status(
            STEROID_6,
            statement(PREDNISONE, "2024-01-01", "2026-08-01"),
            statement(PREDNISONE, second, id="s2"),
        )

    assert course("2026-08-08") == ("pass", "recorded")
    assert course("2026-08-10")[0] == "fail"


def test_a_stopped_order_without_end_leaves_the_begin_of_its_successor_open() -> None:
    records = (request(PREDNISONE, "2024-01-01", status="stopped"), request(PREDNISONE, "2026-09-01"))
    assert status(STEROID_6, *records) == ("unknown", "imprecise")


def test_glucocorticoids_are_one_drug_for_the_begin() -> None:
    assert status(
        STEROID_6, statement(METHYLPREDNISOLONE, "2024-01-01", "2026-09-30"), statement(PREDNISONE, "2026-10-01")
    ) == ("pass", "recorded")


def test_both_mycophenolates_are_one_drug_for_the_begin() -> None:
    both = (statement(MYCOPHENOLATE, "2024-01-01", "2026-09-30"), statement(drug("7145"), "2026-10-01"))
    assert status(rule(on_treatment="conventional_immunosuppressant", begun="6 months"), *both) == ("pass", "recorded")


def test_one_old_immunomodulator_suffices_beside_a_young_one() -> None:
    records = (OLD_PREDNISONE, statement(HYDROXYCHLOROQUINE, "2020-01-01"), statement(MYCOPHENOLATE, "2026-10-01"))
    assert status(I4B, *records) == ("pass", "recorded")


def test_a_younger_steroid_fails_though_no_immunomodulator_is_recorded() -> None:
    found = answer(I4B, statement(PREDNISONE, "2026-09-01"))
    assert (found.status.value, found.until) == ("fail", date(2027, 3, 1))


def test_a_jak_inhibitor_alone_is_for_a_clinician_to_judge() -> None:
    assert status(I4B, OLD_PREDNISONE, statement(drug("2047232"), "2024-01-01")) == ("unknown", "judgement")
    assert status(I5A, statement(drug("2047232"), "2024-01-01")) == ("unknown", "judgement")


def test_an_infused_drug_is_current_for_three_months_after_its_last_administration() -> None:
    current = rule(on_treatment="conventional_immunosuppressant")
    assert status(current, given(CYCLOPHOSPHAMIDE, "2026-08-22", 750)) == ("pass", "recorded")
    assert status(current, given(CYCLOPHOSPHAMIDE, "2026-08-21", 750)) == ("unknown", "judgement")


def test_monthly_infusions_are_one_course_of_one_dose() -> None:
    months = [given(BELIMUMAB, f"2026-{m:02}-10", 600, id=f"b{m}") for m in range(3, 12)]
    partner = rule(on_treatment="biologic", begun="6 months", stable_for="2 weeks")
    assert status(partner, *months) == ("pass", "recorded")
    months[-1]["dosage"]["dose"]["value"] = 800
    assert answer(partner, *months).until == date(2026, 11, 24)


def test_a_pulse_of_a_steroid_is_no_current_treatment_weeks_later() -> None:
    assert status(I5A, given(METHYLPREDNISOLONE, "2026-10-22", 500)) == ("unknown", "judgement")


def test_of_an_incomplete_kind_a_found_treatment_stands_and_a_young_one_is_unavailable() -> None:
    states = {"MedicationDispense": Kind.UNAVAILABLE}
    assert status(STEROID_6, OLD_PREDNISONE, states=states) == ("pass", "recorded")
    assert status(STEROID_6, statement(PREDNISONE, "2026-10-01"), states=states) == ("unknown", "unavailable")
    assert status(STEROID_6, states=states) == ("unknown", "unavailable")


def test_aspirin_up_to_325_mg_is_no_standard_drug() -> None:
    def aspirin(amount: float) -> tuple[str, str | None]:
        return status(STANDARD, statement(drug("1191"), "2024-01-01", None, mg(amount)))

    assert aspirin(325) == ("unknown", "no-data")
    assert aspirin(1000) == ("pass", "recorded")
    assert status(STANDARD, statement(drug("1191"), "2024-01-01")) == ("unknown", "no-dose")
    assert status(STANDARD, statement(drug("7258"), "2024-01-01")) == ("pass", "recorded")


# --- stability -------------------------------------------------------------------------------------------------------


def test_each_current_drug_must_be_old_and_stable_and_none_passes() -> None:
    old = statement(HYDROXYCHLOROQUINE, "2020-01-01", None, mg(400))
    assert status(I5C, old) == ("pass", "recorded")
    young = statement(MYCOPHENOLATE, "2026-10-01", None, mg(1000))
    assert answer(I5C, old, young).until == date(2026, 12, 24)
    assert status(I5C) == ("pass", "not-recorded")
    assert status(I5C, statement(MYCOPHENOLATE, "2020-01-01", "2026-11-01", mg(1000))) == ("pass", "not-recorded")
    assert status(I5C, request({}, "2024-01-01")) == ("unknown", "incomparable")


def test_a_drug_on_hold_is_for_a_clinician_to_judge() -> None:
    assert status(I5C, request(MYCOPHENOLATE, "2020-01-01", mg(1000), status="on-hold")) == ("unknown", "judgement")


def test_a_dose_that_cannot_be_read_or_is_as_needed_has_no_known_stability() -> None:
    assert status(I5C, statement(HYDROXYCHLOROQUINE, "2020-01-01")) == ("unknown", "no-dose")
    prn = mg(400) | {"asNeededBoolean": True}
    assert status(I5C, statement(HYDROXYCHLOROQUINE, "2020-01-01", None, prn)) == ("unknown", "no-dose")


def test_an_unchanged_range_is_stable() -> None:
    ranged = mg(1)
    low, high = ({"value": v, "unit": "mg", "code": "mg"} for v in (200, 400))
    ranged["doseAndRate"] = [{"doseRange": {"low": low, "high": high}}]
    assert status(I5C, statement(HYDROXYCHLOROQUINE, "2020-01-01", None, ranged)) == ("pass", "recorded")


def test_more_than_two_weeks_needs_a_fifteenth_day() -> None:
    def changed(on: str, before: str) -> Any:
        return answer(
            I4D, statement(PREDNISONE_20, "2024-01-01", before, mg(20)), statement(PREDNISONE_10, on, None, mg(10))
        )

    assert changed("2026-11-07", "2026-11-06").status.value == "pass"
    assert changed("2026-11-08", "2026-11-07").until == date(2026, 11, 23)


def test_the_same_amount_in_other_tablets_is_no_change() -> None:
    two_fives = mg(1)
    two_fives["doseAndRate"] = [{"doseQuantity": {"value": 2, "unit": "tablet"}}]
    records = (
        statement(PREDNISONE_10, "2024-01-01", "2026-11-14", mg(10)),
        statement(PREDNISONE_5, "2026-11-15", None, two_fives),
    )
    assert status(I4D, *records) == ("pass", "recorded")


def test_an_equal_sum_of_another_glucocorticoid_is_no_change() -> None:
    records = (
        statement(PREDNISONE_10, "2024-01-01", "2026-11-14", mg(20)),
        statement(METHYLPREDNISOLONE, "2026-11-15", None, mg(16)),
    )
    assert status(I4D, *records) == ("pass", "recorded")
    unequal = statement(METHYLPREDNISOLONE, "2026-11-15", None, mg(8))
    assert status(I4D, records[0], unequal) == ("fail", "recorded")


def test_stopping_one_of_two_glucocorticoids_is_a_change_of_the_sum() -> None:
    records = (OLD_PREDNISONE, statement(METHYLPREDNISOLONE, "2026-01-01", "2026-11-15", mg(4)))
    found = answer(I4D, *records)
    assert (found.status.value, found.until) == ("fail", date(2026, 12, 1))


def test_a_gap_that_nobody_recorded_as_a_stop_leaves_stability_unknown() -> None:
    lapsed = dispense(PREDNISONE_10, "2026-09-01", 30, mg(10))
    again = dispense(PREDNISONE_10, "2026-11-12", 30, mg(10), id="again")
    stable = rule(each_treatment="glucocorticoid", stable_for="14 days")
    assert status(stable, lapsed, again) == ("unknown", "imprecise")
    stopped = statement(PREDNISONE_10, "2024-01-01", "2026-10-01", mg(10))
    assert answer(stable, stopped, again).until == date(2026, 11, 26)


def test_a_short_gap_is_no_change() -> None:
    records = (
        statement(PREDNISONE_10, "2024-01-01", "2026-11-10", mg(10)),
        statement(PREDNISONE_10, "2026-11-16", None, mg(10), id="again"),
    )
    assert status(I4D, *records) == ("pass", "recorded")


def test_a_taper_within_the_window_is_a_change() -> None:
    steps = []
    for n, (amount, start, end) in enumerate(
        [(30, "2026-10-01", "2026-11-14"), (20, "2026-11-15", "2026-12-15")], start=1
    ):
        step = mg(amount) | {"sequence": n}
        step["timing"]["repeat"]["boundsPeriod"] = {"start": start, "end": end}
        steps.append(step)
    found = answer(
        rule(each_treatment="glucocorticoid", stable_for="14 days"), request(PREDNISONE_10, "2026-10-01", *steps)
    )
    assert (found.status.value, found.until) == ("fail", date(2026, 11, 29))


def test_the_begin_that_fails_later_decides_the_day() -> None:
    found = answer(I4D, statement(PREDNISONE_10, "2026-10-10", None, mg(10)))
    assert found.until == date(2026, 12, 5)


def test_intravenous_steroids_are_not_looked_at_where_the_trial_says_oral() -> None:
    pulse = given(METHYLPREDNISOLONE, "2026-11-20", 500)
    assert status(I4D, OLD_PREDNISONE, pulse) == ("pass", "recorded")
    assert status(rule(each_treatment="glucocorticoid", stable_for="7 days"), OLD_PREDNISONE, pulse)[0] == "fail"


# --- combinations ----------------------------------------------------------------------------------------------------


def test_a_good_partner_suffices_but_another_listed_one_must_be_stable() -> None:
    good = statement(MYCOPHENOLATE, "2024-01-01", None, mg(1000, 2))
    assert status(I7A, OLD_PREDNISONE, good) == ("pass", "recorded")
    young_but_stable = statement(drug("42316"), "2026-10-01", None, mg(2, 2))
    assert status(I7A, OLD_PREDNISONE, good, young_but_stable) == ("pass", "recorded")
    just_begun = statement(drug("42316"), "2026-11-15", None, mg(2, 2))
    assert status(I7A, OLD_PREDNISONE, good, just_begun) == ("unknown", "judgement")
    unreadable = statement(drug("42316"), "2026-10-01")
    assert status(I7A, OLD_PREDNISONE, good, unreadable) == ("unknown", "no-dose")


def test_an_immunosuppressant_that_the_source_does_not_list_is_for_a_clinician_to_judge() -> None:
    unlisted = statement(AZATHIOPRINE, "2024-01-01", None, mg(100))
    assert status(I7A, OLD_PREDNISONE, unlisted) == ("unknown", "judgement")


def test_a_later_begin_fails_and_a_part_that_is_not_recorded_is_unknown() -> None:
    found = answer(I7A, OLD_PREDNISONE, statement(MYCOPHENOLATE, "2026-10-01", None, mg(1000)))
    assert (found.status.value, found.until) == ("fail", date(2027, 1, 1))
    assert status(I7A, OLD_PREDNISONE) == ("unknown", "no-data")
    assert answer(I7A, statement(PREDNISONE_10, "2026-10-01", None, mg(10))).status.value == "fail"


@pytest.mark.parametrize("made", [I4B, I5A, I5C, I4D, I7A, STANDARD])
def test_every_rule_says_itself_in_words_and_what_it_reads(made: Any) -> None:
    assert len(made.words()) > 20 and "MedicationRequest" in made.reads().kinds and made.reads().drugs


def test_a_chart_is_read_the_same_way_twice() -> None:
    made = chart(OLD_PREDNISONE)
    assert I4D.answer(made) == I4D.answer(made)


def test_stability_cannot_be_told_from_an_incomplete_list() -> None:
    states = {"MedicationRequest": Kind.UNAVAILABLE}
    good = statement(MYCOPHENOLATE, "2024-01-01", None, mg(1000, 2))
    assert status(I7A, OLD_PREDNISONE, good, states=states) == ("unknown", "unavailable")
    assert status(I5C, good, states=states) == ("unknown", "unavailable")
    assert status(I5C, statement(MYCOPHENOLATE, "2026-11-01", None, mg(1000)), states=states) == ("fail", "recorded")


def test_the_evidence_says_against_which_length_a_dose_was_held() -> None:
    def against(made: Any) -> set[str | None]:
        return {e.threshold for e in answer(made, OLD_PREDNISONE).evidence}

    assert against(I4D) == {"begun ≥ 8 weeks ago", "dose stable for > 2 weeks"}
    steady = rule(on_treatment="glucocorticoid", stable_for="2 weeks")
    assert against(steady) == {"dose stable for ≥ 2 weeks"}


def test_two_ranges_of_a_dose_that_meet_in_one_number_may_be_one_dose_and_apart_they_are_a_change() -> None:
    def ranged(low: int, high: int) -> dict[str, Any]:
        sides = {side: {"value": n, "unit": "mg", "code": "mg"} for side, n in (("low", low), ("high", high))}
        return mg(1) | {"doseAndRate": [{"doseRange": sides}]}

    steady = rule(on_treatment="glucocorticoid", stable_for="2 weeks")
    before = statement(PREDNISONE, "2024-01-01", "2026-11-15", ranged(10, 20), id="before")
    for now, expected in ((ranged(20, 30), "unknown"), (ranged(5, 10), "unknown"), (ranged(21, 30), "fail")):
        assert status(steady, before, statement(PREDNISONE, "2026-11-16", None, now, id="now"))[0] == expected


@pytest.mark.parametrize(
    ("end", "expected"), [("2026-11-22", "pass"), ("2026-11-23", "pass"), ("2026-11-21", "unknown")]
)
def test_what_ends_today_is_taken_today_and_what_ended_yesterday_is_not(end: str, expected: str) -> None:
    record = statement(HYDROXYCHLOROQUINE, "2025-01-05", end, mg(200), status="active")
    for more in ([], [statement(HYDROXYCHLOROQUINE, "2022-01-05", "2022-03-05", mg(400))]):
        found, _ = status(rule(on_treatment="hydroxychloroquine"), record, *more)
        assert found == expected
