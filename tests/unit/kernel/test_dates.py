"""Dates are intervals of days; windows go by the calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.kernel.dates import (
    DateSpan,
    Window,
    age_on,
    birthday,
    day,
    parse_date,
    parse_moment,
    parse_window,
    shift,
)
from cds_service.kernel.errors import Unreadable


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-05-01", date(2026, 5, 1), date(2026, 5, 1)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-05-01T23:59:59-11:00", date(2026, 5, 1), date(2026, 5, 1)),
    ],
)
def test_a_fhir_date_is_the_span_of_days_that_it_names_in_the_offset_as_written(text, first, last):
    assert parse_date(text) == DateSpan(first, last)
    assert str(parse_date(text)) == text[:10]


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-13-01", "yesterday", "", "26-01-01", "2026-1-1", "2026-00", "٢٠٢٦"]
)
def test_what_is_no_date_is_unreadable(text):
    with pytest.raises(Unreadable):
        parse_date(text)


def test_a_span_that_is_neither_month_nor_year_is_written_with_both_ends():
    assert str(DateSpan(date(2025, 3, 2), date(2026, 1, 1))) == "2025-03-02/2026-01-01"


def test_a_whole_date_is_exact_and_a_month_is_not():
    assert day(date(2026, 1, 1)).exact
    assert not parse_date("2026-01").exact


def test_a_moment_needs_a_time_and_an_offset():
    assert parse_moment("2026-05-01T10:00:00+08:00") == datetime(2026, 5, 1, 2, tzinfo=UTC)
    assert parse_moment("2026-05-01") is None
    assert parse_moment("2026-05-01T10:00:00") is None
    assert parse_moment("2026-05-01T99:00:00Z") is None


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 5, 22), 6, date(2026, 11, 22)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_months_go_by_the_calendar_and_stop_at_the_end_of_a_shorter_one(start, months, expected):
    assert shift(start, months) == expected


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.integers(0, 400))
def test_shifting_months_never_leaves_the_month_it_aims_at(start, months):
    moved = shift(start, months)
    assert (moved.year * 12 + moved.month) - (start.year * 12 + start.month) == months
    assert moved.day <= start.day


@pytest.mark.parametrize(
    ("text", "window", "said"),
    [
        ("8 weeks", Window(56), "8 weeks"),
        ("10 days", Window(10), "10 days"),
        ("1 day", Window(1), "1 day"),
        ("6 months", Window(0, 6), "6 months"),
        ("2 years", Window(0, 24), "2 years"),
        ("1 year", Window(0, 12), "1 year"),
        ("18 months", Window(0, 18), "18 months"),
    ],
)
def test_a_window_is_read_and_said_as_the_trials_state_it(text, window, said):
    assert parse_window(text) == window
    assert str(window) == said


@pytest.mark.parametrize("text", ["soon", "8", "8 fortnights", "-1 weeks", "1.5 months"])
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(ValueError, match="not a length of time"):
        parse_window(text)


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(1, 500))
def test_weeks_and_days_are_counted(start, days):
    assert Window(days).after(start) - start == timedelta(days)
    assert Window(days).before(Window(days).after(start)) == start


def test_born_on_29_february_has_a_birthday_on_1_march_in_common_years():
    assert birthday(date(2008, 2, 29), 18) == date(2026, 3, 1)
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18


@given(st.dates(date(1920, 1, 1), date(2020, 1, 1)), st.integers(0, 99))
def test_age_rises_on_the_birthday_and_not_the_day_before(born, years):
    on = birthday(born, years)
    assert age_on(born, on) == years
    assert years == 0 or age_on(born, on - timedelta(1)) == years - 1


def test_the_first_year_that_somebody_may_mean_is_1800():
    assert parse_date("1800") == DateSpan(date(1800, 1, 1), date(1800, 12, 31))
    with pytest.raises(Unreadable):
        parse_date("1799-12-31")
