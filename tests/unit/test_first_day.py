"""`until` is the first day on which a criterion passes, also where months end on different days (section 1)."""

from datetime import date, timedelta

import pytest

from .drugs.making import HYDROXYCHLOROQUINE, answer, rule, statement
from .findings.build import condition

BEGUN = rule(on_treatment="antimalarial", begun="6 months")
ILL = rule(sle_for="6 months")
DAY = timedelta(1)


@pytest.mark.parametrize(
    ("start", "first"),
    [
        ("2026-08-31", "2027-02-28"),
        ("2026-08-29", "2027-02-28"),
        ("2026-08-28", "2027-02-28"),
        ("2026-08-27", "2027-02-27"),
        ("2026-12-31", "2027-06-30"),
        ("2027-08-31", "2028-02-29"),
        ("2027-02-28", "2027-08-28"),
    ],
)
@pytest.mark.parametrize(
    ("made", "record"),
    [
        (BEGUN, lambda start: statement(HYDROXYCHLOROQUINE, start)),
        (ILL, lambda start: condition("sct 55464009", onset=start)),
    ],
    ids=["begun", "ill"],
)
def test_six_months_after_the_end_of_a_long_month_are_the_last_day_of_a_short_one(made, record, start, first) -> None:
    until = date.fromisoformat(first)
    before = answer(made, record(start), as_of=until - DAY)
    assert (before.status.value, before.until) == ("fail", until)
    assert answer(made, record(start), as_of=until).status.value == "pass"
