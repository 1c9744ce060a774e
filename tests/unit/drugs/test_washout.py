"""How long ago a drug was stopped (decisions 18, 20, 34, 38, 39, 50, 51)."""

from datetime import date

import pytest

from cds_service.chart.chart import Kind

from .making import (
    BELIMUMAB,
    MYCOPHENOLATE,
    RITUXIMAB,
    TELITACICEPT,
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

E13 = rule(washout="anti_cd20_antibody", for_="6 months", judged=["cd20xcd3_bispecific"])
I5D = rule(washout="biologic", for_="4 weeks", judged=["neither_judgement"])


@pytest.mark.parametrize(
    ("last", "until"), [("2026-05-22", None), ("2026-05-23", "2026-11-23"), ("2026-08-31", "2027-02-28")]
)
def test_the_day_exactly_the_window_later_is_the_first_that_passes(last: str, until: str | None) -> None:
    found = answer(E13, given(RITUXIMAB, last))
    assert found.status.value == ("pass" if until is None else "fail")
    assert (found.until.isoformat() if found.until else None) == until
    assert found.assumes is None


def test_a_drug_still_being_taken_counts_as_stopped_today_and_says_so() -> None:
    found = answer(I5D, statement(TELITACICEPT, "2025-01-01"))
    assert (found.status.value, found.until, found.assumes) == ("fail", date(2026, 12, 20), "stopped")


def test_an_active_order_ends_only_with_its_bounds() -> None:
    bounded = mg(200, 1, 1, "wk", "subcutaneous")
    bounded["timing"]["repeat"]["boundsPeriod"] = {"start": "2025-01-01", "end": "2026-09-01"}
    assert status(I5D, request(BELIMUMAB, "2025-01-01", bounded)) == ("pass", "recorded")
    validity = {"validityPeriod": {"start": "2025-01-01", "end": "2026-09-01"}}
    found = answer(I5D, request(BELIMUMAB, "2025-01-01", mg(200, 1, 1, "wk"), dispenseRequest=validity))
    assert (found.status.value, found.assumes) == ("fail", "stopped")


def test_a_washout_from_infusions_runs_from_the_latest_administration_beside_an_active_order() -> None:
    order = request(RITUXIMAB, "2026-01-01")
    found = answer(E13, order, given(RITUXIMAB, "2026-01-02"), given(RITUXIMAB, "2026-07-01"))
    assert (found.until, found.assumes) == (date(2027, 1, 1), "stopped")
    over = answer(E13, order, given(RITUXIMAB, "2026-01-02"))
    assert over.status.value == "pass" and "as if it were stopped" in over.notes[0]


def test_without_administrations_it_runs_from_the_order() -> None:
    found = answer(E13, request(RITUXIMAB, "2026-01-01"))
    assert (found.until, found.assumes) == (date(2027, 5, 22), "stopped")


def test_a_later_ended_order_without_administration_counts_for_itself() -> None:
    later = request(RITUXIMAB, "2026-10-01", status="completed", meta={"lastUpdated": "2026-10-01T10:00:00Z"})
    assert answer(E13, given(RITUXIMAB, "2026-01-02"), later).until == date(2027, 4, 1)


def test_a_stopped_order_without_an_end_leaves_an_old_start_open() -> None:
    stopped = request(RITUXIMAB, "2025-01-01", status="stopped")
    assert status(E13, stopped) == ("unknown", "imprecise")
    updated = request(RITUXIMAB, "2025-01-01", status="stopped", meta={"lastUpdated": "2025-03-01T00:00:00Z"})
    assert status(E13, updated) == ("pass", "recorded")
    recent = request(RITUXIMAB, "2026-06-01", status="stopped")
    assert answer(E13, recent).until == date(2027, 5, 22)


def test_an_ended_inpatient_order_is_no_later_than_its_stay() -> None:
    stay = {"resourceType": "Encounter", "id": "stay", "status": "finished",
            "period": {"start": "2025-01-01", "end": "2025-01-09"}}  # fmt: skip
    category = [{"coding": [{"code": "inpatient"}]}]
    order = request(
        RITUXIMAB, "2025-01-02", status="completed", category=category, encounter={"reference": "Encounter/stay"}
    )
    assert status(E13, order, stay) == ("pass", "recorded")


def test_a_partial_date_fails_until_the_day_on_which_it_is_certain() -> None:
    assert answer(E13, statement(RITUXIMAB, "2026-06", "2026-07")).until == date(2027, 1, 31)
    assert status(E13, statement(RITUXIMAB, "2026-05", "2026-05")) == ("unknown", "imprecise")
    assert status(E13, statement(RITUXIMAB, "2026-04", "2026-04")) == ("pass", "recorded")


def test_a_dispensed_supply_counts_to_its_last_day() -> None:
    found = answer(I5D, dispense(BELIMUMAB, "2026-10-20", 14))
    assert found.until == date(2026, 12, 1) and found.assumes is None
    assert status(I5D, dispense(BELIMUMAB, "2026-10-01", 14)) == ("pass", "recorded")
    assert status(I5D, dispense(BELIMUMAB, "2026-10-01", None)) == ("unknown", "imprecise")


def test_several_exposures_fail_until_the_latest() -> None:
    assert answer(E13, given(RITUXIMAB, "2026-06-01"), given(drug("974779"), "2026-09-01")).until == date(2027, 3, 1)


def test_a_bispecific_within_the_window_is_for_a_clinician_to_judge_and_outside_it_passes() -> None:
    assert status(E13, given(drug("2625122"), "2026-09-01")) == ("unknown", "judgement")
    assert status(E13, given(drug("2625122"), "2026-01-01")) == ("pass", "recorded")


def test_a_drug_that_is_neither_immunosuppressant_nor_biologic_is_judged_where_it_would_decide() -> None:
    assert status(I5D, given(drug("5666"), "2026-11-10")) == ("unknown", "judgement")
    assert status(I5D, given(drug("5666"), "2026-09-10")) == ("pass", "recorded")
    assert status(I5D, statement(MYCOPHENOLATE, "2024-01-01")) == ("pass", "not-recorded")


def test_silence_passes_only_where_the_kind_is_complete_and_the_chart_is_old_enough() -> None:
    young = {"resourceType": "Encounter", "status": "finished", "period": {"start": "2026-05-24"}}
    just = {"resourceType": "Encounter", "status": "finished", "period": {"start": "2026-05-23"}}
    assert status(E13) == ("pass", "not-recorded")
    assert status(E13, visit=just) == ("pass", "not-recorded")
    assert status(E13, visit=young) == ("unknown", "not-observable")
    assert status(E13, visit=None) == ("unknown", "not-observable")
    assert status(E13, states={"MedicationRequest": Kind.UNAVAILABLE}) == ("unknown", "unavailable")


def test_of_an_incomplete_kind_a_found_exposure_fails_and_all_else_is_unavailable() -> None:
    states = {"MedicationAdministration": Kind.PART}
    assert status(E13, given(RITUXIMAB, "2026-10-01"), states=states) == ("fail", "recorded")
    assert status(E13, given(RITUXIMAB, "2025-10-01"), states=states) == ("unknown", "unavailable")


def test_a_kind_that_the_server_does_not_offer_is_no_failure() -> None:
    states = {"MedicationStatement": Kind.NOT_OFFERED, "MedicationDispense": Kind.NOT_OFFERED}
    assert status(E13, states=states) == ("pass", "not-recorded")
    neither = {"MedicationStatement": Kind.NOT_OFFERED, "MedicationRequest": Kind.NOT_OFFERED}
    assert status(E13, states=neither) == ("unknown", "unavailable")


def test_a_drug_on_hold_without_an_end_may_have_been_taken_to_this_day() -> None:
    assert status(I5D, request(BELIMUMAB, "2025-01-01", status="on-hold")) == ("unknown", "imprecise")


def test_the_evidence_of_silence_says_since_when_the_chart_has_records() -> None:
    assert answer(E13).evidence[0].date == "2015-01-05"


def test_an_ended_order_of_the_day_of_the_infusion_is_that_infusion() -> None:
    order = request(RITUXIMAB, "2026-01-02", status="completed")
    assert status(E13, order, given(RITUXIMAB, "2026-01-02")) == ("pass", "recorded")
    assert answer(E13, order, given(RITUXIMAB, "2026-07-01")).until == date(2027, 1, 1)
    after = request(RITUXIMAB, "2026-01-03", status="completed")
    assert status(E13, after, given(RITUXIMAB, "2026-01-02")) == ("unknown", "imprecise")
