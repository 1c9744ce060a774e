"""Findings at their edges: other scales, half-known dates, a class that another record states (28, 33, 34)."""

import pytest

from ..results.making import lab
from ..results.making import rule as any_rule
from .build import chart, condition, procedure, rule, said
from .test_organs import ADULT, CHILD, LN, observation

GVHD = rule(no_acute_gvhd={"grade": 2, "window": "2 weeks"})
DYSPNOEA = any_rule(dyspnoea="at most grade 1")
LIVE = rule(no_live_vaccine="4 weeks")
SOB = "sct 267036007"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Dyspnea, CTCAE grade 1", "pass recorded"),
        ("Dyspnea, CTCAE grade 2", "fail"),
        ("Dyspnea, mMRC grade 1", "unknown judgement"),
        ("Dyspnea, MRC grade 3", "unknown judgement"),
        ("Dyspnea grade 2 on the Borg scale", "unknown judgement"),
        ("呼吸困难 mMRC 1级", "unknown judgement"),
        ("Dyspnea, NYHA 2级", "unknown judgement"),
    ],
)
def test_only_a_ctcae_grade_of_dyspnoea_decides_another_scale_is_for_a_clinician(text, answer) -> None:
    assert said(DYSPNOEA.answer(chart(condition(SOB, text)))) == answer


def test_of_two_graded_records_of_dyspnoea_the_worse_stands() -> None:
    mild, worse = condition(SOB, "Dyspnea, CTCAE grade 1"), condition(SOB, "Dyspnea, CTCAE grade 3")
    assert said(DYSPNOEA.answer(chart(mild, worse))) == "fail"
    assert said(DYSPNOEA.answer(chart(worse, mild))) == "fail"
    assert said(DYSPNOEA.answer(chart(mild))) == "pass recorded"


def vaccine(code: str, on: str) -> dict:
    """An Immunization by CVX code."""
    coding = {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": code}]}
    return {"resourceType": "Immunization", "status": "completed", "vaccineCode": coding, "occurrenceDateTime": on}


@pytest.mark.parametrize(
    ("on", "answer"),
    [
        ("2026-10-27", "pass recorded"),
        ("2026-10-28", "fail until 2026-11-25"),
        ("2026-11", "fail until 2026-12-28"),
        ("2026-10", "unknown imprecise"),
        ("2026-09", "pass recorded"),
    ],
)
def test_a_live_vaccine_given_in_a_known_month_fails_when_the_whole_month_lies_in_the_window(on, answer) -> None:
    assert said(LIVE.answer(chart(procedure("sct 71388002", "2015-01-01"), vaccine("21", on)))) == answer


@pytest.mark.parametrize(
    ("recorded", "answer"),
    [
        ((), "pass recorded"),
        ((condition(LN),), "pass recorded"),
        ((condition(LN, status="resolved"),), "unknown no-data"),
        ((condition("cm M32.14", "Lupus nephritis, class II"),), "unknown no-data"),
    ],
)
def test_a_class_among_the_results_counts_unless_the_nephritis_is_over_or_of_another_class(recorded, answer) -> None:
    staged = observation("Lupus nephritis class", "Class IV", "2024-05-01")
    assert said(ADULT.answer(chart(staged, *recorded))) == answer


def test_a_nephritis_of_another_class_is_shown_beside_what_is_missing() -> None:
    found = CHILD.answer(chart(condition("cm M32.14", "Lupus nephritis, class II")))
    assert [e.note for e in found.evidence] == ["another class is stated"]


def graded(value: str, on: str) -> dict:
    return observation("GVHD grade", value, on)


@pytest.mark.parametrize(
    ("graded_on", "grade", "answer"),
    [
        ("2026-11-21", "1", "pass recorded"),
        ("2026-11-21", "3", "fail"),
        ("2023-05-01", "1", "unknown no-data"),
        ("2023-05-01", "3", "unknown no-data"),
    ],
)
def test_a_grade_of_an_earlier_illness_says_nothing_of_the_present_one(graded_on, grade, answer) -> None:
    """Graft-versus-host disease begun four days ago: the grade of 2023 is not its grade (decision 28)."""
    new = condition("cm D89.810", onset="2026-11-20", recorded="2026-11-20")
    assert said(GVHD.answer(chart(procedure("sct 71388002", "2015-01-01"), new, graded(grade, graded_on)))) == answer


@pytest.mark.parametrize(
    ("on", "grade", "answer"),
    [
        ("2026-11-11", "2", "fail until 2026-11-25"),
        ("2026-11-10", "2", "pass recorded"),
        ("2026-11", "2", "unknown imprecise"),
        ("2026-11", "1", "pass recorded"),
        ("2026-10", "4", "pass recorded"),
        ("2026-11-11", "see report", "unknown incomparable"),
        ("2026-10-11", "see report", "pass recorded"),
    ],
)
def test_a_grade_among_the_results_counts_by_its_own_day(on, grade, answer) -> None:
    assert said(GVHD.answer(chart(procedure("sct 71388002", "2015-01-01"), graded(grade, on)))) == answer


def test_an_unreadable_newer_result_is_not_replaced_by_an_older_one() -> None:
    newer, older = graded("see report", "2026-11-20"), graded("1", "2026-11-18")
    assert said(GVHD.answer(chart(older, newer))) == "unknown incomparable"
    biopsies = (
        observation("Lupus nephritis class", "Class IV", "2022-05-01"),
        observation("Lupus nephritis class", "see report", "2026-05-01"),
    )
    assert said(ADULT.answer(chart(*biopsies))) == "unknown no-data"
    assert said(ADULT.answer(chart(biopsies[0]))) == "pass recorded"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Acute neuropsychiatric lupus", "fail"),
        ("Severe neuropsychiatric lupus", "fail"),
        ("急性狼疮性脑病", "fail"),
        ("Neuropsychiatric lupus, not acute", "unknown judgement"),
        ("Neuropsychiatric lupus, non-severe", "unknown judgement"),
        ("Subacute neuropsychiatric lupus", "unknown judgement"),
        ("Neuropsychiatric lupus without severe impairment", "unknown judgement"),
        ("神经精神性狼疮（非重度）", "unknown judgement"),
        ("亚急性狼疮性脑病", "unknown judgement"),
        ("Neuropsychiatric lupus", "unknown judgement"),
    ],
)
def test_only_what_a_text_calls_acute_or_severe_excludes_and_not_what_it_denies(text, answer) -> None:
    manifestation = any_rule(not_active={"acute_or_severe_fails": ["neuropsychiatric_sle"]})
    assert said(manifestation.answer(chart(condition("sct 95644001", text)))) == answer


@pytest.mark.parametrize(
    ("recorded", "answer"),
    [("2026-11-21", "fail"), ("2026-11-20", "unknown judgement"), ("2026-11-19", "pass recorded")],
)
def test_a_pregnancy_recorded_on_the_day_of_a_negative_test_is_for_a_clinician(recorded, answer) -> None:
    """After the test it fails, before it the test stands (decision 43); on the same day nobody knows which is newer."""
    rule_ = any_rule(no_pregnancy="blood test")
    test = lab("hcg_serum", "negative", when="2026-11-20")
    pregnancy = condition("sct 77386006", recorded=recorded)
    assert said(rule_.answer(chart(test, pregnancy))) == answer


def test_a_grade_that_was_not_determined_is_passed_over() -> None:
    newer = observation("GVHD grade", "not performed", "2026-11-20")
    assert said(GVHD.answer(chart(newer, graded("3", "2026-11-18")))) == "fail until 2026-12-02"


def test_old_positive_tests_pass_and_two_of_them_are_evidence_enough() -> None:
    covid = any_rule(judged_if_positive={"tests": ["sars_cov_2_rna"], "window": "2 weeks"})
    days = ("2026-11-09", "2026-05-01", "2025-05-01", "2024-05-01")
    old = [lab("sars_cov_2_rna", "detected", when=day) for day in days]
    found = covid.answer(chart(*old))
    assert (said(found), len(found.evidence)) == ("pass recorded", 2)


def test_a_finding_that_is_only_suspected_is_for_a_clinician_where_it_would_help() -> None:
    gilbert = any_rule(recorded="gilbert_syndrome")
    assert said(gilbert.answer(chart(condition("sct 27503000", verified="provisional")))) == "unknown judgement"
    assert said(gilbert.answer(chart(condition("sct 27503000")))) == "pass recorded"


def test_of_two_stages_the_one_that_is_a_class_counts() -> None:
    stages = [{"summary": {"text": text}} for text in ("moderate", "IV")]
    assert said(CHILD.answer(chart(condition("cm M32.14", stage=stages)))) == "pass recorded"
