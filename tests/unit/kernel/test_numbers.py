"""Intervals decide only what the whole interval decides."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.kernel.numbers import Interval, exactly, plain

NUMBERS = st.decimals(min_value=0, max_value=1000, places=2)


@st.composite
def intervals(draw):
    low, high = sorted((draw(NUMBERS), draw(NUMBERS)))
    return Interval(low, high)


@given(intervals(), NUMBERS, st.integers(0, 10))
def test_an_interval_agrees_with_every_number_in_it_or_says_nothing(interval, limit, tenths):
    inside = interval.low + (interval.high - interval.low) * D(tenths) / 10
    for ask, truth in [
        (interval.at_least, inside >= limit),
        (interval.at_most, inside <= limit),
        (interval.more_than, inside > limit),
        (interval.less_than, inside < limit),
    ]:
        assert ask(limit) in (truth, None)


@given(NUMBERS, NUMBERS)
def test_one_number_always_decides(number, limit):
    one = exactly(number)
    assert one.at_least(limit) is (number >= limit)
    assert one.more_than(limit) is (number > limit)
    assert one.at_most(limit) is (number <= limit)
    assert one.less_than(limit) is (number < limit)


def test_a_comparator_decides_only_what_the_whole_interval_decides():
    below = Interval(None, D("0.3"), high_open=True)
    assert below.at_most(D(1)) is True
    assert below.less_than(D("0.3")) is True
    assert below.at_least(D("0.3")) is False
    assert below.at_least(D("0.2")) is None
    above = Interval(D(60), None, low_open=True)
    assert above.more_than(D(60)) is True
    assert above.at_most(D(60)) is False
    assert above.at_most(D(150)) is None
    assert above.at_least(D(61)) is None


def test_an_unbounded_side_stays_unbounded():
    half = Interval(D(1), None)
    assert half.times(D(2)) == Interval(D(2), None)
    assert half.plus(exactly(D(1))) == Interval(D(2), None)
    assert half.times(Interval(None, D(3))) == Interval(None, None)


@pytest.mark.parametrize(
    ("number", "said"),
    [("20", "20"), ("1.50", "1.5"), ("1E+2", "100"), ("0.00", "0"), ("26.666666666", "26.6667"), ("0.1000", "0.1")],
)
def test_a_number_is_written_as_people_write_it(number, said):
    assert plain(D(number)) == said


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        (exactly(D(5)), "5"),
        (Interval(D(25), D(30)), "25–30"),
        (Interval(None, D("0.3"), high_open=True), "< 0.3"),
        (Interval(None, D(3)), "≤ 3"),
        (Interval(D(60), None, low_open=True), "> 60"),
        (Interval(D(60), None), "≥ 60"),
        (Interval(None, None), "any"),
    ],
)
def test_an_interval_is_written_as_people_write_it(interval, said):
    assert str(interval) == said


def test_no_number_is_written_as_nothing():
    assert plain(None) == ""
