"""What silence proves, and from when: the guards of criteria.md "Absence" at their edges (decisions 19, 50, 51)."""

import pytest

from cds_service.chart.chart import Kind
from cds_service.clinical.findings import Guards, silence
from cds_service.kernel.dates import Window

from ..results.making import ago, lab
from ..results.making import chart as results_chart
from ..results.making import rule as any_rule
from ..results.making import said as said_there
from .build import chart, condition, procedure, said

TRANSPLANT = any_rule(not_within={"window": "3 months", "fails": ["solid_organ_transplant"]})
CHRONICITY = any_rule(chronicity_index="at most 6")
EGFR = any_rule(egfr="reported_or_computed", at_least="30 mL/min/1.73m2")
APPENDIX = "sct 80146002"


@pytest.mark.parametrize(
    ("since", "answer"),
    [
        ("2026-08-25", "pass not-recorded"),
        ("2026-08-26", "unknown not-observable"),
        ("2026-08", "unknown not-observable"),
        ("2026-07", "pass not-recorded"),
    ],
)
def test_a_chart_reaches_a_window_from_the_day_after_the_day_exactly_that_long_ago(since, answer) -> None:
    """As of 2026-11-24 the window of three months begins on 2026-08-25."""
    assert said(TRANSPLANT.answer(chart(procedure(APPENDIX, since), since=None))) == answer


def test_a_stage_that_names_no_class_makes_no_nephritis_of_lupus() -> None:
    lupus = condition("sct 55464009", stage=[{"summary": {"text": "moderate"}}])
    assert said(CHRONICITY.answer(chart(lupus))) == "pass not-recorded"
    nephritis = condition("sct 55464009", stage=[{"summary": {"text": "lupus nephritis class IV"}}])
    assert said(CHRONICITY.answer(chart(nephritis))) == "unknown judgement"


@pytest.mark.parametrize(("born", "answer"), [("2008-11-01", "pass computed"), ("2008-11-02", "unknown no-data")])
def test_on_the_eighteenth_birthday_no_height_is_needed(born, answer) -> None:
    assert said_there(EGFR.answer(results_chart(lab("creatinine_serum", 0.8), born=born))) == answer


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        (Kind.READ, "pass recorded"),
        (Kind.NEWEST, "pass recorded"),
        (Kind.PART, "unknown unavailable"),
        (Kind.UNAVAILABLE, "unknown unavailable"),
    ],
)
def test_results_that_did_not_arrive_may_hold_a_positive_test(state, answer) -> None:
    """Newest first and cut at the end: what is missing is older than what came (decision 51)."""
    made = any_rule(judged_if_positive={"tests": ["sars_cov_2_rna"], "window": "2 weeks"})
    results = (lab("sars_cov_2_rna", "not detected", when=ago(3)), lab("alt", 20, when=ago(40)))
    assert said_there(made.answer(results_chart(*results, Observation=state))) == answer


@pytest.mark.parametrize(
    ("finding", "kind", "answer"),
    [
        ("solid_organ_transplant", "Procedure", "unknown unavailable"),
        ("solid_organ_transplant", "Condition", "unknown unavailable"),
        ("epilepsy", "Condition", "unknown unavailable"),
        ("epilepsy", "Procedure", "pass not-recorded"),
    ],
)
def test_only_for_things_done_does_silence_need_the_procedures(finding, kind, answer) -> None:
    never = any_rule(never={"fails": [finding]})
    assert said(never.answer(chart(**{kind: Kind.UNAVAILABLE}))) == answer


def test_the_evidence_of_an_age_says_what_it_was_held_against() -> None:
    both, one = any_rule(age="18 to 65 years"), any_rule(age="18 years or over")
    assert [r.answer(chart()).evidence[0].threshold for r in (both, one)] == ["≥ 18 a, ≤ 65 a", "≥ 18 a"]


GUARDS = [
    silence(kinds, window)
    for kinds in (("Condition",), ("Condition", "Procedure"), ("Immunization",))
    for window in (None, Window(7), Window(60), Window(0, 3), Window(168), Window(0, 6))
]


@pytest.mark.parametrize("since", [None, "2010-01-01", "2026", *(str(ago(days)) for days in range(0, 192, 3))])
def test_guards_asked_together_fail_as_each_of_them_alone(since) -> None:
    for kinds in ({}, {"Condition": Kind.PART}, {"Procedure": Kind.UNAVAILABLE}, {"Immunization": Kind.NEWEST}):
        for guards in (GUARDS, GUARDS[:6], GUARDS[:1], GUARDS[12:], []):
            of_today = chart(since=since, **kinds)
            together = Guards(guards).failing(of_today)
            assert together == [guard for guard in guards if guard.fails(chart(since=since, **kinds)) is not None]
