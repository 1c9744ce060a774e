"""Results that say less than they seem to: bounds, unreadable units, silence, and what they may not decide.

Source: criteria.md section 2 ("Observation values", "Multiples of the upper limit of normal"), decisions 1, 7, 11, 17,
32, 33, 50.
"""

import pytest

from .making import ago, chart, condition, lab, observation, rule, said

I11A = rule(clearance="cockcroft_gault", at_least="50 mL/min", measured="never")
EGFR = rule(egfr="reported_or_computed", at_least="30 mL/min/1.73m2")
ALT = rule(value="alt", at_most="2.5 × ULN")
PT = rule(value="pt", at_most="4 s over ULN")
CHRONICITY = rule(chronicity_index="at most 6")
DYSPNOEA = rule(dyspnoea="at most grade 1")
BLOOD = rule(no_pregnancy="blood test")
CHILD = "2016-03-04"
ABSENT = {"dataAbsentReason": {"text": "not performed"}}


@pytest.mark.parametrize(
    ("kg", "status"),
    [(140, "fail"), (200, "unknown imprecise"), (30, "fail")],
)
def test_a_weight_known_only_as_an_upper_bound_proves_no_clearance_and_may_disprove_it(kg, status) -> None:
    results = (lab("creatinine_serum", 4.0), lab("body_weight", kg, comparator="<"))
    assert said(I11A.answer(chart(*results))) == status


@pytest.mark.parametrize(("cm", "status"), [(50, "fail"), (180, "unknown imprecise")])
def test_a_height_known_only_as_an_upper_bound_proves_no_egfr_of_a_child(cm, status) -> None:
    results = (lab("creatinine_serum", 1.0), lab("body_height", cm, comparator="<"))
    assert said(EGFR.answer(chart(*results, born=CHILD))) == status


def test_of_two_results_of_one_day_and_an_older_one_only_the_day_counts() -> None:
    old, first, second = (lab("alt", v, when=w, high=40) for v, w in ((400, ago(20)), (20, ago(10)), (30, ago(10))))
    assert said(ALT.answer(chart(old, first, second))) == "pass recorded"
    assert said(ALT.answer(chart(first, second, old))) == "pass recorded"


def test_a_stale_result_without_a_value_does_not_hide_the_stale_one_that_has_one() -> None:
    found = ALT.answer(chart(lab("alt", when=ago(100), **ABSENT), lab("alt", 20, when=ago(120), high=40)))
    assert said(found) == "unknown stale"
    assert [e.value for e in found.evidence] == ["20"]


def test_only_results_without_a_value_are_no_data_whatever_their_age() -> None:
    assert said(ALT.answer(chart(lab("alt", when=ago(100), **ABSENT)))) == "unknown no-data"


@pytest.mark.parametrize(("unit", "status"), [("mg/dL", "pass computed"), ("furlong", "unknown imprecise")])
def test_complement_in_a_unit_that_cannot_be_read_adds_no_point_to_the_score(unit, status) -> None:
    limits = [{"low": {"value": 90, "unit": "mg/dL"}}]
    two = rule(score="sledai_2k", at_least="2")
    assert said(two.answer(chart(lab("c3", 50, unit, referenceRange=limits)))) == status


@pytest.mark.parametrize("says", ["N", "L"])
def test_normal_by_the_laboratorys_word_is_at_most_the_limit_but_perhaps_not_under_half_of_it(says) -> None:
    result = chart(lab("alt", 20, says=says), born=CHILD)
    assert said(rule(value="alt", at_most="1 × ULN").answer(result)) == "pass recorded"
    assert said(rule(value="alt", at_most="0.5 × ULN").answer(result)) == "unknown imprecise"
    assert said(rule(value="alt", less_than="1 × ULN").answer(result)) == "unknown imprecise"


@pytest.mark.parametrize("value", [{"interpretation": [{"coding": [{"code": "H"}]}]}, {"valueBoolean": True}])
def test_a_chronicity_index_without_a_number_is_incomparable(value) -> None:
    nephritis = condition("lupus_nephritis_class_IV")
    index = observation({"text": "Chronicity index"}, **value)
    assert said(CHRONICITY.answer(chart(nephritis, index))) == "unknown incomparable"


@pytest.mark.parametrize("value", [{"interpretation": [{"coding": [{"code": "H"}]}]}, {"valueBoolean": True}])
def test_a_dyspnoea_grade_without_a_number_is_incomparable(value) -> None:
    grade = observation({"text": "CTCAE dyspnea grade"}, **value)
    assert said(DYSPNOEA.answer(chart(grade))) == "unknown incomparable"


@pytest.mark.parametrize(
    ("verified", "status"), [("confirmed", "pass recorded"), ("provisional", "unknown no-data")]
)
def test_a_hysterectomy_that_is_not_confirmed_spares_no_pregnancy_test(verified, status) -> None:
    history = condition("childbearing_potential_ruled_out", verificationStatus={"coding": [{"code": verified}]})
    assert said(BLOOD.answer(chart(history))) == status


def test_a_control_time_that_cannot_be_read_leaves_the_upper_limit_to_decide() -> None:
    time = lab("pt", 17, "s", high=14)
    assert said(PT.answer(chart(time, lab("pt_control", 12, "s")))) == "unknown judgement"
    assert said(PT.answer(chart(time, lab("pt_control", 12, "furlong")))) == "pass recorded"
    assert said(PT.answer(chart(time, lab("pt_control", 14, "s", comparator="<")))) == "pass recorded"


def test_two_results_of_one_day_stand_before_a_stale_one() -> None:
    results = [lab("alt", v, when=w, high=40) for v, w in ((20, ago(10)), (30, ago(10)), (400, ago(200)))]
    assert said(ALT.answer(chart(*results))) == "pass recorded"


@pytest.mark.parametrize(("days", "status"), [(90, "fail"), (91, "unknown stale")])
def test_two_results_exactly_as_old_as_the_look_back_are_inside_it_and_the_worse_counts(days, status) -> None:
    results = [lab("alt", v, when=ago(days), high=40) for v in (20, 400)]
    assert said(ALT.answer(chart(*results))) == status


@pytest.mark.parametrize(
    ("measured", "status"),
    [
        ((("c3", 100, 90), ("c4", 20, 10)), "pass computed"),
        ((("c4", 20, 10),), "unknown imprecise"),
        ((("c3", 100, 90),), "unknown imprecise"),
        ((("c3", 60, 90), ("c4", 20, 10)), "fail"),
        ((), "unknown imprecise"),
    ],
)
def test_complement_scored_nothing_only_where_c3_and_c4_are_both_normal(measured, status) -> None:
    """A total of 8 less 2 for anti-dsDNA is 6; 2 more for complement would make it 4 (decisions 6, 36)."""
    selena = rule(score="selena_sledai", at_least=8, without_serology_at_least=6)
    total = observation({"text": "SELENA-SLEDAI"}, valueInteger=8)
    labs = [lab(name, value, low=low) for name, value, low in measured]
    assert said(selena.answer(chart(total, lab("anti_dsdna", "positive"), *labs))) == status
