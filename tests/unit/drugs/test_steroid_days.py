"""Days at 100 mg and more (decision 22), and steroid dependence (NCT06222853 I3)."""

from datetime import date

from cds_service.chart.chart import Kind

from .making import (
    METHYLPREDNISOLONE,
    PREDNISONE,
    PREDNISONE_20,
    answer,
    drug,
    given,
    mg,
    request,
    rule,
    statement,
    status,
)  # fmt: skip
from .test_steroid_dose import WEIGHT

E1D = rule(steroid_days=14, at_least="100 mg/day", within="8 weeks")


def high(start: str, end: str, amount: float = 100) -> dict[str, object]:
    """A course of prednisone."""
    return statement(PREDNISONE, start, end, mg(amount))


def test_fourteen_days_inside_the_window_fail_and_thirteen_pass() -> None:
    found = answer(E1D, high("2026-10-01", "2026-10-14"))
    assert (found.status.value, found.assumes) == ("fail", None)
    assert status(E1D, high("2026-10-01", "2026-10-13")) == ("pass", "recorded")
    assert status(E1D, high("2026-10-01", "2026-10-31", 99)) == ("pass", "recorded")


def test_until_is_the_first_day_on_which_fewer_than_fourteen_remain() -> None:
    assert answer(E1D, high("2026-10-01", "2026-10-14")).until == date(2026, 11, 26)
    assert answer(E1D, high("2026-10-01", "2026-10-16")).until == date(2026, 11, 28)


def test_the_window_is_today_and_the_55_days_before() -> None:
    assert status(E1D, high("2026-09-01", "2026-10-11")) == ("fail", "recorded")
    assert status(E1D, high("2026-09-01", "2026-10-10")) == ("pass", "recorded")


def test_separate_days_are_added_up() -> None:
    pulses = [given(METHYLPREDNISOLONE, f"2026-10-{n:02}", 80, id=f"g{n}") for n in range(1, 28, 2)]
    assert status(E1D, *pulses) == ("fail", "computed")
    assert status(E1D, *pulses[1:]) == ("pass", "computed")


def test_while_it_goes_on_it_counts_as_stopped_today() -> None:
    found = answer(E1D, statement(PREDNISONE, "2026-11-01", None, mg(120)))
    assert (found.status.value, found.assumes) == ("fail", "stopped")
    assert found.until == date(2027, 1, 4)


def test_exactly_fourteen_days_that_may_be_high_are_imprecise_and_thirteen_pass() -> None:
    def perhaps(end: str) -> dict[str, object]:
        return statement(drug("3264"), "2026-10-01", end, mg(15))  # dexamethasone: 94–113 mg prednisone-equivalent

    assert status(E1D, perhaps("2026-10-14")) == ("unknown", "imprecise")
    assert status(E1D, perhaps("2026-10-13"))[0] == "pass"


def test_an_upper_end_alone_is_imprecise_and_an_unread_dose_no_dose() -> None:
    assert status(E1D, statement(drug("3264"), "2026-10-01", None, mg(15))) == ("unknown", "imprecise")
    oral = {"text": "as directed", "route": {"text": "oral"}}
    assert status(E1D, statement(PREDNISONE, "2026-10-01", None, oral)) == ("unknown", "no-dose")
    assert status(E1D, statement(PREDNISONE, "2026-11-15", None, oral)) == ("pass", "recorded")


def test_silence_needs_a_complete_list_and_a_chart_of_eight_weeks() -> None:
    assert status(E1D) == ("pass", "not-recorded")
    young = {"resourceType": "Encounter", "status": "finished", "period": {"start": "2026-09-29"}}
    assert status(E1D, visit=young) == ("unknown", "not-observable")
    old = {"resourceType": "Encounter", "status": "finished", "period": {"start": "2026-09-28"}}
    assert status(E1D, visit=old) == ("pass", "not-recorded")
    states = {"MedicationRequest": Kind.UNAVAILABLE}
    assert status(E1D, states=states) == ("unknown", "unavailable")
    assert status(E1D, high("2026-10-01", "2026-10-14"), states=states) == ("fail", "recorded")
    assert status(E1D, high("2026-10-01", "2026-10-04"), states=states) == ("unknown", "unavailable")


def test_an_administration_of_an_ordered_dose_is_not_counted_twice() -> None:
    order = request(PREDNISONE_20, "2026-10-01", mg(60), id="o")
    doses = [
        given(PREDNISONE_20, f"2026-10-{n:02}", 60, "oral", id=f"g{n}", request={"reference": "MedicationRequest/o"})
        for n in range(1, 21)
    ]
    assert status(E1D, order, *doses) == ("pass", "recorded")


def test_a_current_half_milligram_per_kilogram_is_for_a_clinician_to_judge_and_less_does_not_decide() -> None:
    dependence = rule(steroid_dependence="0.5 mg/kg/day")
    assert status(dependence, statement(PREDNISONE, "2024-01-01", None, mg(25)), WEIGHT) == ("unknown", "judgement")
    assert status(dependence, statement(PREDNISONE, "2024-01-01", None, mg(24)), WEIGHT) == ("unknown", "no-data")
    assert status(dependence) == ("unknown", "no-data")
    unread = {"text": "as directed", "route": {"text": "oral"}}
    assert status(dependence, statement(PREDNISONE, "2024-01-01", None, unread), WEIGHT) == ("unknown", "no-dose")
    found = answer(dependence, statement(PREDNISONE, "2024-01-01", None, mg(25)))
    assert found.reason and found.reason.value == "no-data" and found.missing == ("body_weight",)
    assert status(dependence, states={"MedicationRequest": Kind.UNAVAILABLE}) == ("unknown", "unavailable")
    assert status(dependence, statement(drug("3264"), "2024-01-01", None, mg(3.5)), WEIGHT) == ("unknown", "imprecise")


def test_the_rules_say_themselves_in_words() -> None:
    assert "14 days" in E1D.words() and "glucocorticoid" in E1D.reads().drugs
    dependence = rule(steroid_dependence="0.5 mg/kg/day")
    assert "0.5 mg/kg/day" in dependence.words() and "body_weight" in dependence.reads().concepts


def test_one_dose_over_the_whole_window_that_ended_today_was_taken_on_all_its_days() -> None:
    found = answer(E1D, high("2026-08-01", "2026-11-22"))
    assert (found.status.value, found.assumes) == ("fail", None)
    assert found.until == date(2027, 1, 4)
    beside = statement(PREDNISONE, "2026-08-01", None, mg(60), id="on")
    assert status(E1D, high("2026-08-01", "2026-11-22", 60), beside) == ("unknown", "imprecise")


def test_doses_given_on_one_day_are_added_up() -> None:
    def twice(amount: float) -> list[dict[str, object]]:
        return [
            given(PREDNISONE_20, f"2026-10-{n:02}", amount, "oral", id=f"g{n}{part}")
            for n in range(1, 15)
            for part in ("morning", "evening")
        ]

    assert status(E1D, *twice(50)) == ("fail", "recorded")
    assert status(E1D, *twice(49)) == ("pass", "recorded")
