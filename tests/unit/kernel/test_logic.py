"""Kleene's logic over answers: laws that hold for every combination, and the fine print of decisions 4, 42, 50."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.kernel.answers import (
    REASON_RANK,
    Answer,
    Basis,
    Evidence,
    Reason,
    Status,
    failed,
    passed,
    review,
    unknown,
)
from cds_service.kernel.logic import all_of, any_of, at_least, not_

PASS = passed(Basis.RECORDED)
FAIL = failed(Basis.RECORDED)
UNKNOWN = unknown(Reason.NO_DATA, ("alt",))
REVIEW = review()
DECIDED = st.sampled_from([PASS, FAIL, UNKNOWN])
ANY = st.sampled_from([PASS, FAIL, UNKNOWN, REVIEW])
TRUTH = {Status.PASS: 2, Status.UNKNOWN: 1, Status.FAIL: 0}


def test_a_status_has_no_truth_value():
    with pytest.raises(TypeError, match="compare it with `is`"):
        bool(Status.UNKNOWN)


def test_an_answer_has_no_truth_value():
    with pytest.raises(TypeError, match="look at its status"):
        bool(PASS)


@given(st.lists(DECIDED, min_size=1, max_size=6))
def test_all_is_the_minimum_and_any_the_maximum_of_the_truth_values(parts):
    truths = [TRUTH[p.status] for p in parts]
    assert TRUTH[all_of(parts).status] == min(truths)
    assert TRUTH[any_of(parts).status] == max(truths)


@given(st.lists(DECIDED, min_size=1, max_size=5))
def test_de_morgan_holds(parts):
    assert not_(all_of(parts)).status is any_of([not_(p) for p in parts]).status


@given(st.lists(DECIDED, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_the_parts_does_not_change_the_status(parts, random):
    shuffled = parts[:]
    random.shuffle(shuffled)
    assert all_of(parts).status is all_of(shuffled).status
    assert any_of(parts).status is any_of(shuffled).status


@given(st.lists(ANY, min_size=1, max_size=5))
def test_review_never_decides_beside_another_part(parts):
    counted = [p for p in parts if p.status is not Status.REVIEW]
    if counted:
        assert all_of(parts).status is all_of(counted).status
        assert any_of(parts).status is any_of(counted).status
    else:
        assert all_of(parts).status is Status.REVIEW
        assert any_of(parts).status is Status.REVIEW


@given(st.lists(DECIDED, min_size=1, max_size=5), st.integers(min_value=1, max_value=5))
def test_at_least_n_agrees_with_counting(parts, n):
    passing = sum(p.status is Status.PASS for p in parts)
    possible = passing + sum(p.status is Status.UNKNOWN for p in parts)
    expected = Status.PASS if passing >= n else Status.UNKNOWN if possible >= n else Status.FAIL
    assert at_least(n, parts).status is expected


def test_a_number_that_only_reviews_could_make_up_is_for_a_person_to_review():
    assert at_least(1, [REVIEW, FAIL]).status is Status.REVIEW
    assert at_least(2, [REVIEW, PASS]).status is Status.REVIEW
    assert at_least(2, [REVIEW, FAIL]).status is Status.FAIL


def test_nothing_to_combine_is_for_a_person_to_review():
    assert all_of([]).status is Status.REVIEW
    assert any_of([]).status is Status.REVIEW


def test_a_fail_does_not_decide_an_any_while_another_part_is_unknown():
    assert any_of([FAIL, UNKNOWN]).status is Status.UNKNOWN


def test_until_of_all_is_the_latest_of_the_failing_parts_and_looks_at_no_other():
    early, late = failed(Basis.RECORDED, until=date(2026, 12, 1)), failed(Basis.RECORDED, until=date(2027, 2, 1))
    assert all_of([early, late, UNKNOWN, PASS]).until == date(2027, 2, 1)


def test_until_of_all_is_none_when_one_failing_part_has_none():
    assert all_of([FAIL, failed(Basis.RECORDED, until=date(2026, 12, 1))]).until is None


def test_until_of_a_failed_any_is_the_earliest_and_keeps_what_it_assumes():
    late = failed(Basis.RECORDED, until=date(2027, 2, 1))
    early = failed(Basis.RECORDED, until=date(2026, 12, 1), assumes="stopped")
    answer = any_of([late, FAIL, early])
    assert (answer.until, answer.assumes) == (date(2026, 12, 1), "stopped")


def test_until_of_a_failed_any_without_dates_is_none():
    assert any_of([FAIL, FAIL]).until is None


def test_all_assumes_what_a_failing_part_assumes():
    stopped = failed(Basis.RECORDED, until=date(2026, 12, 1), assumes="stopped")
    assert all_of([failed(Basis.RECORDED, until=date(2026, 11, 9)), stopped]).assumes == "stopped"
    assert all_of([FAIL, stopped]).assumes is None


def test_basis_of_any_is_the_best_deciding_branch_recorded_before_computed():
    assert any_of([passed(Basis.NOT_RECORDED), passed(Basis.COMPUTED), PASS]).basis is Basis.RECORDED
    assert any_of([passed(Basis.NOT_RECORDED), passed(Basis.COMPUTED)]).basis is Basis.COMPUTED


@pytest.mark.parametrize(
    ("bases", "expected"),
    [
        ([Basis.RECORDED, Basis.COMPUTED], Basis.COMPUTED),
        ([Basis.RECORDED, Basis.NOT_RECORDED], Basis.RECORDED),
        ([Basis.NOT_RECORDED, Basis.NOT_RECORDED], Basis.NOT_RECORDED),
    ],
)
def test_basis_of_all_is_computed_if_one_part_is_else_recorded_if_a_finding_was_read(bases, expected):
    assert all_of([passed(b) for b in bases]).basis is expected


@pytest.mark.parametrize(("first", "second"), list(product(Reason, Reason)))
def test_the_reason_of_a_composite_is_the_first_in_the_order_of_decision_4(first, second):
    expected = min(first, second, key=REASON_RANK.__getitem__)
    assert all_of([unknown(first), unknown(second)]).reason is expected
    assert any_of([unknown(first), unknown(second)]).reason is expected


def test_what_several_parts_miss_alike_is_named_once():
    for combined in (all_of, any_of):
        assert combined((unknown(Reason.NO_DATA, ("alt",)), unknown(Reason.STALE, ("alt",)))).missing == ("alt",)


def test_missing_of_a_composite_lists_all_that_would_decide_it():
    answer = all_of([UNKNOWN, PASS, unknown(Reason.STALE, ("ast",))])
    assert answer.missing == ("alt", "ast")


def test_a_composite_of_one_part_is_that_part():
    assert all_of([FAIL]) is FAIL
    assert any_of([UNKNOWN]) is UNKNOWN


def test_a_passing_any_shows_the_evidence_of_the_branch_that_decides():
    decisive = passed(Basis.RECORDED, (Evidence("Observation/a"),))
    other = passed(Basis.NOT_RECORDED, (Evidence("Observation/b"),))
    assert any_of([other, decisive]).evidence == (Evidence("Observation/a"),)


def test_negation_swaps_pass_and_fail_and_drops_dates():
    dated = failed(Basis.RECORDED, until=date(2026, 12, 1), assumes="stopped")
    assert not_(dated)[:5] == (Status.PASS, Basis.RECORDED, None, None, None)
    assert not_(PASS).status is Status.FAIL
    assert not_(UNKNOWN) is UNKNOWN
    assert not_(REVIEW) is REVIEW


def test_at_least_gives_the_day_on_which_enough_parts_would_pass():
    parts = [failed(Basis.RECORDED, until=date(2026, m, 1)) for m in (12, 11, 10)]
    assert at_least(2, parts).until == date(2026, 11, 1)
    assert at_least(1, [FAIL, *parts[:1]]).until == date(2026, 12, 1)
    assert at_least(2, [FAIL, *parts[:1]]).until is None


def test_notes_and_evidence_are_added_once():
    once = Answer(Status.PASS, Basis.RECORDED).noted("a", "b", "a").with_evidence(Evidence("X/1"), Evidence("X/1"))
    assert once.notes == ("a", "b")
    assert once.evidence == (Evidence("X/1"),)


def test_a_failing_composite_rests_on_its_failing_parts_alone():
    fails = [failed(Basis.RECORDED, (Evidence(f"Observation/{n}"),)) for n in "ab"]
    good = passed(Basis.COMPUTED, (Evidence("Observation/c"),))
    failing = tuple(Evidence(f"Observation/{n}") for n in "ab")
    for whole in (all_of([good, *fails]), at_least(2, [good, *fails])):
        assert (whole.status, whole.basis, whole.evidence) == (Status.FAIL, Basis.RECORDED, failing)


def test_a_composite_that_stays_open_shows_what_all_its_parts_rest_on():
    good, open_ = passed(Basis.RECORDED, (Evidence("Observation/a"),)), unknown(Reason.STALE, (), (Evidence("X/b"),))
    bad = failed(Basis.RECORDED, (Evidence("Observation/c"),))
    assert all_of([good, open_]).evidence == (*good.evidence, *open_.evidence)
    assert any_of([bad, open_]).evidence == (*bad.evidence, *open_.evidence)
    assert at_least(2, [good, open_, bad]).evidence == (*good.evidence, *open_.evidence, *bad.evidence)
