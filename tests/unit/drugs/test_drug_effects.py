"""What drugs do to other answers (decisions 9, 37, 46)."""

from datetime import date

from cds_service.clinical.drug_effects import current_vasopressor, growth_factor_days, last_b_cell_depletion

from .making import EPOETIN, FILGRASTIM, RITUXIMAB, chart, drug, given, request, statement


def test_a_growth_factor_spoils_its_days_and_seven_more() -> None:
    found = growth_factor_days(chart(given(FILGRASTIM, "2026-11-10", 300, "subcutaneous")), False)
    assert [(s.first, s.last) for s in found] == [(date(2026, 11, 10), date(2026, 11, 17))]


def test_a_course_spoils_from_its_first_day_to_seven_days_after_its_last() -> None:
    found = growth_factor_days(chart(statement(FILGRASTIM, "2026-11-01", "2026-11-05")), False)
    assert [(s.first, s.last) for s in found] == [(date(2026, 11, 1), date(2026, 11, 12))]
    ongoing = growth_factor_days(chart(statement(FILGRASTIM, "2026-11-01")), False)
    assert ongoing[0].last == date(2026, 11, 29)


def test_erythropoietins_are_exempt_only_where_the_trial_says_so() -> None:
    made = chart(given(EPOETIN, "2026-11-10"), given(drug("711942"), "2026-11-11", route="oral"))
    assert len(growth_factor_days(made, True)) == 1
    assert len(growth_factor_days(made, False)) == 2


def test_a_mobiliser_is_no_growth_factor() -> None:
    assert growth_factor_days(chart(given(drug("733003"), "2026-11-10")), False) == ()


def test_the_latest_dose_or_start_of_an_anti_cd20_or_anti_cd19_drug_is_found() -> None:
    made = chart(
        given(RITUXIMAB, "2026-01-10"),
        given(RITUXIMAB, "2026-03-10", id="later"),
        statement(drug("2373951"), "2026-02-01"),
    )
    found = last_b_cell_depletion(made)
    assert found is not None and found[0].last == date(2026, 3, 10)
    assert last_b_cell_depletion(chart()) is None


def test_a_vasopressor_counts_when_current_and_intravenous() -> None:
    running = given(drug("7512"), "2026-11-22", status="in-progress")
    assert len(current_vasopressor(chart(running)).current) == 1
    assert current_vasopressor(chart(given(drug("7512"), "2026-11-20"))) == ((), ())
    nasal = request(drug("8163"), "2026-11-01", {"route": {"text": "nasal"}})
    assert current_vasopressor(chart(nasal)) == ((), ())


def test_midodrine_or_an_unclear_route_is_for_a_clinician_to_judge() -> None:
    found = current_vasopressor(chart(statement(drug("6963"), "2026-01-01"), request(drug("3992"), "2026-11-01")))
    assert found.current == () and len(found.judgement) == 2
