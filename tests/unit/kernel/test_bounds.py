"""Numbers, dates and clocks beyond all measure: they are named, never computed with."""

from datetime import date
from decimal import Decimal

import pytest

from cds_service.kernel.dates import Window, checked_clock, parse_date, parse_moment, shift
from cds_service.kernel.errors import InputError, Unreadable
from cds_service.kernel.numbers import json_number, plain


@pytest.mark.parametrize("written", ["1e999999", "-1e400", "1e-999999", "1e9999999999999999999", "0." + "1" * 5000])
def test_a_number_that_nobody_measures_is_no_number(written):
    assert isinstance(json_number(written), str)


@pytest.mark.parametrize("written", ["0.5", "-2.5e3", "0e5", "5.0E-9"])
def test_a_number_that_somebody_measures_is_exactly_that_decimal(written):
    assert json_number(written) == Decimal(written)


@pytest.mark.parametrize("number", ["1E+999999", "1.5E+40", "123456789012345678901234567890123456.00001", "1E-999999"])
def test_every_decimal_can_be_written_in_a_short_text(number):
    assert len(plain(Decimal(number))) < 60


def test_a_year_before_1800_is_a_placeholder_and_no_date():
    with pytest.raises(Unreadable):
        parse_date("0001-01-01")


def test_an_end_in_the_year_9999_lies_in_the_future_and_days_can_be_counted_from_it():
    assert Window(days=400).after(parse_date("9999-12-31").last) > date(2999, 12, 31)


def test_a_date_with_megabytes_behind_it_is_read_and_a_moment_with_them_is_none():
    assert parse_date("2026-05-01T" + "1" * 1_000_000).first == date(2026, 5, 1)
    assert parse_moment("2026-05-01T" + "1" * 1_000_000) is None


def test_months_beyond_the_calendar_end_with_the_calendar():
    assert shift(date(1, 5, 1), -600) == date.min
    assert shift(date(9999, 5, 1), 600) == date.max


@pytest.mark.parametrize("clock", [date.min, date(1899, 12, 31), date(2201, 1, 1), date.max])
def test_an_evaluation_is_refused_at_a_date_with_which_nothing_can_be_counted(clock):
    with pytest.raises(InputError):
        checked_clock(clock)
    assert checked_clock(date(2026, 11, 1)) == date(2026, 11, 1)
