"""The fine print of decision 42: which branch stands for a composite, and from when it would pass."""

from datetime import date
from itertools import permutations

import pytest

from cds_service.kernel.answers import Basis, Evidence, Reason, failed, passed, review, unknown
from cds_service.kernel.dates import parse_moment
from cds_service.kernel.logic import all_of, any_of, at_least

BASES = [passed(Basis.NOT_RECORDED), passed(Basis.COMPUTED), passed(Basis.RECORDED)]
SOON, LATER = (failed(Basis.RECORDED, until=date(2027, month, 1)) for month in (1, 2))
NEVER = failed(Basis.RECORDED)


@pytest.mark.parametrize("parts", list(permutations(BASES)))
def test_of_the_branches_that_pass_the_recorded_one_stands_in_whatever_order_they_come(parts):
    assert any_of(parts).basis is Basis.RECORDED


@pytest.mark.parametrize("parts", list(permutations(BASES[:2])))
def test_a_computed_branch_stands_before_one_that_nobody_recorded(parts):
    assert any_of(parts).basis is Basis.COMPUTED


@pytest.mark.parametrize("parts", list(permutations([SOON, LATER, NEVER])))
def test_any_of_several_passes_from_the_earliest_day_and_two_of_them_from_the_second(parts):
    assert any_of(parts).until == date(2027, 1, 1)
    assert at_least(2, parts).until == date(2027, 2, 1)
    assert at_least(3, parts).until is None


def test_beside_something_unknown_no_day_is_certain_and_what_is_for_review_brings_none_nearer():
    open_ = unknown(Reason.NO_DATA)
    assert at_least(2, [SOON, open_, open_]).reason is Reason.NO_DATA
    assert at_least(3, [SOON, NEVER, LATER, open_]).until is None
    assert at_least(2, [SOON, LATER, review()]).until == date(2027, 2, 1)
    assert at_least(2, [BASES[2], SOON, LATER, NEVER]).until == date(2027, 1, 1)


def test_a_moment_to_the_minute_orders_two_results_of_a_day():
    minute, second = parse_moment("2026-11-01T10:00Z"), parse_moment("2026-11-01T10:00:01Z")
    assert minute is not None and second is not None and minute < second


def test_what_decides_shows_its_own_evidence_and_what_stays_open_shows_all():
    one, two, three = (Evidence(f"Observation/{n}") for n in ("one", "two", "three"))
    good, bad = passed(Basis.RECORDED, (one,)), failed(Basis.RECORDED, (two,))
    open_ = unknown(Reason.NO_DATA, (), (three,))
    assert all_of([good, bad, open_]).evidence == (two,)
    assert all_of([good, open_]).evidence == (one, three)
    assert any_of([bad, open_]).evidence == (two, three)
    assert at_least(2, [good, bad, bad]).evidence == (two,)
    assert at_least(2, [good, bad, bad]).basis is Basis.RECORDED
