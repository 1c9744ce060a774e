"""The SLE diagnosis and its duration: criteria.md decisions 12, 29, 30, 34, 44, 51."""

from datetime import date

import pytest

from cds_service.chart.chart import Kind
from cds_service.clinical.lupus import SleState, duration, sle
from cds_service.kernel.dates import DateSpan

from .build import chart, condition, past, rule, said

SLE = "sct 55464009"
SIX_MONTHS = rule(sle_for="6 months")
DIAGNOSED = rule(sle="diagnosed")


@pytest.mark.parametrize(
    ("resource", "state"),
    [
        (condition("sct 55464009"), SleState.SLE),
        (condition("cm M32.9"), SleState.SLE),
        (condition("cm m3214"), SleState.SLE),
        (condition("who M32.900"), SleState.SLE),
        (condition("sct 36402006"), SleState.SLE),
        (past("sct 55464009"), SleState.SLE),
        (condition("sct 200936003"), SleState.TYPE_NOT_STATED),
        (condition("sct 54072008"), SleState.NONE),
        (condition("cm M32.0"), SleState.NONE),
        (condition("sct 201436003"), SleState.NONE),
        (condition("cm M32.0; sct 55464009"), SleState.NONE),
        (condition("cm L93.0"), SleState.NONE),
        (condition("sct 55464009", verified="provisional"), SleState.NONE),
        (condition("sct 55464009", verified="unconfirmed"), SleState.NONE),
        (condition("sct 55464009", verified="refuted"), SleState.NONE),
        (condition(text="Systemic lupus erythematosus"), SleState.NONE),
        (condition("cm E11.9"), SleState.NONE),
    ],
)
def test_only_a_confirmed_code_of_systemic_lupus_is_sle(resource, state) -> None:
    assert sle(chart(resource)) is state


def test_sle_beside_the_parent_code_is_sle() -> None:
    assert sle(chart(condition("sct 200936003"), condition(SLE))) is SleState.SLE


def test_no_sle_among_conditions_that_did_not_all_arrive_is_unavailable() -> None:
    assert sle(chart(Condition=Kind.UNAVAILABLE)) is SleState.UNAVAILABLE
    assert sle(chart(condition("cm E11.9"), Condition=Kind.PART)) is SleState.UNAVAILABLE


def test_an_sle_that_arrived_stands_whatever_else_is_missing() -> None:
    found = chart(condition(SLE), Condition=Kind.PART)
    assert sle(found) is SleState.SLE
    assert said(DIAGNOSED.answer(found)) == "pass recorded"


def test_a_resolved_sle_counts_with_a_note() -> None:
    answer = DIAGNOSED.answer(chart(past(SLE)))
    assert said(answer) == "pass recorded"
    assert "SLE is recorded as resolved" in answer.notes


def test_an_active_sle_record_is_shown_before_a_resolved_one() -> None:
    answer = DIAGNOSED.answer(chart(past(SLE, id="old", onset="2001-01-01"), condition(SLE, id="now")))
    assert [e.reference for e in answer.evidence] == ["Condition/now"]
    assert not any("recorded as" in note for note in answer.notes)


def test_the_diagnosis_is_unavailable_where_conditions_were_not_read() -> None:
    assert said(DIAGNOSED.answer(chart(Condition=Kind.UNAVAILABLE))) == "unknown unavailable"
    assert said(SIX_MONTHS.answer(chart(Condition=Kind.UNAVAILABLE))) == "unknown unavailable"


@pytest.mark.parametrize(
    ("records", "answer"),
    [
        ([condition(SLE, onset="2026-05-24")], "pass recorded"),
        ([condition(SLE, onset="2026-05-25")], "fail until 2026-11-25"),
        ([condition(SLE, onset="2026-08-31")], "fail until 2027-02-28"),
        ([condition(SLE, onset="2026-05")], "unknown imprecise"),
        ([condition(SLE, onset="2026-04")], "pass recorded"),
        ([condition(SLE, onset="2026")], "unknown imprecise"),
        ([condition(SLE, onset="2026", recorded="2026-03-01")], "pass recorded"),
        ([condition(SLE, onset="2026-06", recorded="2026-07-10")], "fail until 2026-12-30"),
        ([condition(SLE, recorded="2026-05-24")], "pass recorded"),
        ([condition(SLE, recorded="2026-05-25")], "unknown imprecise"),
        ([condition(SLE, onset="2026-08-01", recorded="2026-01-01")], "pass recorded"),
        ([condition(SLE, onset="2026-08-01", recorded="2026-07-01")], "unknown imprecise"),
        ([condition(SLE)], "unknown no-data"),
        ([condition(SLE, onset="2026-09-01"), past("cm M32.14", onset="2020-01-01")], "pass recorded"),
        ([condition(SLE, onset="2026-09-01"), condition("sct 200936003", onset="2020-01-01")], "fail until 2027-03-01"),
        ([condition(SLE, onset="2026-09-01"), condition(SLE, recorded="2026-10-01")], "fail until 2027-03-01"),
    ],
)
def test_lupus_lasts_from_its_earliest_onset_and_a_record_alone_only_proves(records, answer) -> None:
    assert said(SIX_MONTHS.answer(chart(*records))) == answer


def test_of_two_onsets_the_earlier_may_end_no_later_than_the_other() -> None:
    """Some day of 2026 and the third of May: the first is no later than that day."""
    found = duration(chart(condition(SLE, id="year", onset="2026"), condition(SLE, id="day", onset="2026-05-03")))
    assert found.onset == DateSpan(date(2026, 1, 1), date(2026, 5, 3))
    assert found.onset_of is not None
    assert found.onset_of.reference == "Condition/year"


def test_a_missing_condition_could_be_an_earlier_onset() -> None:
    assert (
        said(SIX_MONTHS.answer(chart(condition(SLE, onset="2026-09-01"), Condition=Kind.PART))) == "unknown unavailable"
    )
    assert said(SIX_MONTHS.answer(chart(condition(SLE, onset="2020-09-01"), Condition=Kind.PART))) == "pass recorded"


def test_an_onset_age_counts_from_the_birth_date() -> None:
    age = {"value": 30, "unit": "years", "code": "a"}
    assert said(SIX_MONTHS.answer(chart(condition(SLE, onsetAge=age)))) == "pass recorded"
    assert said(SIX_MONTHS.answer(chart(condition(SLE, onsetAge=age | {"value": 35})))) == "unknown imprecise"
    assert said(SIX_MONTHS.answer(chart(condition(SLE, onsetAge=age | {"value": 36})))) == "fail until 2027-12-14"


def test_an_onset_range_of_ages_is_an_interval() -> None:
    ages = {"low": {"value": 20, "unit": "years"}, "high": {"value": 36, "unit": "years"}}
    assert said(SIX_MONTHS.answer(chart(condition(SLE, onsetRange=ages)))) == "unknown imprecise"


def test_an_onset_in_words_is_no_date() -> None:
    assert said(SIX_MONTHS.answer(chart(condition(SLE, onsetString="ten years ago")))) == "unknown no-data"


def test_the_words_of_the_rules_name_what_is_asked() -> None:
    assert "6 months" in SIX_MONTHS.words()
    assert "systemic lupus" in DIAGNOSED.words()
    assert SIX_MONTHS.reads().kinds == DIAGNOSED.reads().kinds == {"Condition"}
