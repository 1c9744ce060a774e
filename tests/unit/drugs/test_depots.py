"""A depot acts for 28 days (decision 40): of a dose nobody knows, but of a treatment that was given."""

from datetime import date, timedelta

from .making import PREDNISONE, answer, drug, given, mg, rule, statement, status

SIX_MONTHS = rule(exposed_to="glucocorticoid", in_all="6 months")
TRIAMCINOLONE = drug("10759")


def depots(days: int, times: int) -> list[dict]:
    """Injections into a muscle so many days apart from 2026-01-05 on."""
    first = date(2026, 1, 5)
    return [
        given(TRIAMCINOLONE, (first + timedelta(days * n)).isoformat(), 40, "intramuscular", id=f"d{n}")
        for n in range(times)
    ]


def test_depots_up_to_28_days_apart_are_one_treatment() -> None:
    assert status(SIX_MONTHS, *depots(28, 7)) == ("pass", "recorded")
    assert status(SIX_MONTHS, *depots(28, 6)) == ("unknown", "no-data")


def test_depots_far_apart_count_28_days_each() -> None:
    assert status(SIX_MONTHS, *depots(42, 6)) == ("unknown", "no-data")
    assert answer(SIX_MONTHS, *depots(42, 7)).status.value == "pass"


def test_a_depot_of_a_month_acts_as_long_as_it_may() -> None:
    dose = rule(steroid_dose="systemic", at_most="30 mg/day")
    assert status(dose, given(TRIAMCINOLONE, "2026-10", 40, "intramuscular")) == ("unknown", "no-dose")
    assert status(dose, given(TRIAMCINOLONE, "2026-09", 40, "intramuscular"))[0] == "pass"


def test_a_depot_that_goes_on_leaves_the_dose_unknown() -> None:
    going_on = statement(TRIAMCINOLONE, "2026-01-01", None, mg(40, route="intramuscular"))
    assert status(rule(steroid_dose="systemic", at_most="30 mg/day"), going_on) == ("unknown", "no-dose")
    assert status(rule(each_treatment="glucocorticoid", stable_for="2 weeks"), going_on) == ("unknown", "no-dose")


def test_why_a_steroid_has_no_dose_is_said_in_its_own_words_and_a_depot_shows_no_daily_dose() -> None:
    dose = rule(steroid_dose="systemic", at_most="30 mg/day")
    depot = answer(dose, given(TRIAMCINOLONE, "2026-11-01", 40, "intramuscular"))
    assert depot.notes == ("a depot or intramuscular injection has no daily dose",)
    assert [e.normalised for e in depot.evidence] == [None]
    unclear = answer(dose, statement(PREDNISONE, "2026-01-01", None, mg(10, route=None)))
    assert unclear.notes == ("its route and form are not clear",)
    assert [e.normalised for e in unclear.evidence] == ["10 mg/d"]
