"""Organ involvement, nephritis class, GVHD grade: criteria.md decisions 5, 28, 33, 34, 46, 47."""

import pytest

from cds_service.chart.chart import Kind

from .build import chart, concept, condition, past, rule, said, spec

CHILD = rule(
    organ_involvement={
        "nephritis_classes": ["III", "IV", "V"],
        "findings": ["neuropsychiatric_sle"],
        "judgement": ["thrombocytopenia_immune_itp"],
    }
)
ADULT = rule(organ_involvement={"nephritis_classes": ["III", "IV"], "if_severe": ["thrombocytopenia_immune_itp"]})
GVHD = rule(no_acute_gvhd={"grade": 2, "window": "2 weeks"})
LN, ITP = "sct 68815009", "sct 32273002"


def observation(name: str, value: str, on: str) -> dict:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": name},
        "valueString": value,
        "effectiveDateTime": on,
    }


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (condition("sct 36402006"), "pass recorded"),
        (condition("sct 52042003"), "pass recorded"),
        (condition("sct 4676006"), "unknown no-data"),
        (past("sct 36402006"), "unknown no-data"),
        (condition("sct 36402006", verified="provisional"), "unknown no-data"),
        (condition(LN), "unknown no-data"),
        (condition(LN, "Lupus nephritis class IV-S (A/C)"), "pass recorded"),
        (condition("cm M32.14", "Lupus nephritis, ISN/RPS class 3"), "pass recorded"),
        (condition("cm M32.14", "狼疮性肾炎（Ⅳ型）"), "pass recorded"),
        (condition("cm M32.14", "Lupus nephritis, class II"), "unknown no-data"),
        (condition("cm M32.14", "Lupus nephritis, not class IV"), "unknown no-data"),
        (condition("cm M32.14", stage=[{"summary": {"text": "Class III + V"}}]), "pass recorded"),
        (condition("cm M32.14", stage=[{"summary": {"text": "IV"}}]), "pass recorded"),
        (condition("cm M32.14", stage=[{"summary": {"text": "4"}}]), "unknown no-data"),
        (condition("cm M32.14", stage=[{"summary": concept("sct 76521009")}]), "pass recorded"),
        (condition("cm M32.14", note=[{"text": "biopsy 2024: class V"}]), "pass recorded"),
        (condition("sct 55464009", stage=[{"summary": {"text": "lupus nephritis class IV"}}]), "pass recorded"),
        (condition(text="Lupus nephritis class IV"), "pass recorded"),
        (condition("sct 95644001"), "pass recorded"),
        (condition("cm M32.19"), "unknown judgement"),
        (condition(ITP), "unknown judgement"),
        (condition("cm E11.9"), "unknown no-data"),
    ],
)
def test_active_nephritis_of_a_class_or_neurolupus_passes_and_silence_disproves_nothing(resource, answer) -> None:
    assert said(CHILD.answer(chart(resource))) == answer


def test_nephritis_without_a_class_says_what_is_missing() -> None:
    assert CHILD.answer(chart(condition(LN))).missing == ("lupus_nephritis_isn_rps_class",)


def test_a_pure_class_five_is_not_enough_where_three_or_four_is_asked() -> None:
    assert said(ADULT.answer(chart(condition("sct 52042003")))) == "unknown no-data"
    assert said(ADULT.answer(chart(condition(LN, "class IV + V lupus nephritis")))) == "pass recorded"


def test_an_immune_thrombocytopenia_passes_only_if_said_to_be_severe() -> None:
    answers = [said(ADULT.answer(chart(condition(ITP, severity=s)))) for s in ("severe", None, "mild")]
    assert answers == ["pass recorded", "unknown judgement", "unknown no-data"]
    assert said(ADULT.answer(chart(condition("cm D69.6", severity="severe")))) == "unknown judgement"


def test_an_observation_states_the_class_whatever_its_age() -> None:
    old = observation("Lupus nephritis class", "IV", "2015-01-01")
    assert said(CHILD.answer(chart(condition(LN), old))) == "pass recorded"
    assert said(CHILD.answer(chart(old))) == "pass recorded"
    assert said(CHILD.answer(chart(past(LN), old))) == "unknown no-data"
    assert (
        said(CHILD.answer(chart(condition(LN), observation("Lupus nephritis class", "II", "2015-01-01"))))
        == "unknown no-data"
    )


def test_incomplete_conditions_leave_an_inclusion_unavailable_but_do_not_undo_a_pass() -> None:
    assert said(CHILD.answer(chart(Condition=Kind.PART))) == "unknown unavailable"
    assert said(CHILD.answer(chart(condition(ITP), Condition=Kind.PART))) == "unknown unavailable"
    assert said(CHILD.answer(chart(condition("sct 36402006"), Condition=Kind.PART))) == "pass recorded"


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (condition("cm D89.810", onset="2026-11-20"), "unknown no-data"),
        (condition("cm D89.810", "Acute GVHD grade II-IV", onset="2026-11-20"), "fail"),
        (condition("cm D89.810", "Acute GVHD, grade 1", onset="2026-11-20"), "pass recorded"),
        (condition("cm D89.810", stage=[{"summary": {"text": "Grade III"}}]), "fail"),
        (condition("cm D89.810", "急性移植物抗宿主病 2度"), "fail"),
        (past("cm D89.810", "grade 3", ended="2026-11-11"), "fail until 2026-11-25"),
        (past("cm D89.810", "grade 3", ended="2026-11-10"), "pass recorded"),
        (past("cm D89.810", "grade 3"), "unknown imprecise"),
        (condition("sct 402356004", "grade 3"), "pass recorded"),
        (condition("who T86.0", "grade 3"), "unknown judgement"),
        (condition("cm D89.810", "grade 3", verified="unconfirmed"), "unknown judgement"),
        (observation("Acute GVHD grade", "3", "2026-11-20"), "fail until 2026-12-04"),
        (observation("Acute GVHD grade", "1", "2026-11-20"), "pass recorded"),
        (observation("Acute GVHD grade", "3", "2026-11-10"), "pass recorded"),
        (condition("cm E11.9"), "pass not-recorded"),
    ],
)
def test_acute_gvhd_excludes_from_its_grade_and_without_one_nobody_knows(resource, answer) -> None:
    assert said(GVHD.answer(chart(resource))) == answer


def test_a_condition_without_a_grade_takes_the_one_that_an_observation_states() -> None:
    found = chart(condition("cm D89.810", onset="2026-10-01"), observation("Acute GVHD grade", "3", "2026-10-02"))
    assert said(GVHD.answer(found)) == "fail"


def test_an_observation_whose_class_or_grade_cannot_be_read_decides_nothing() -> None:
    absent = observation("Lupus nephritis class", "not performed", "2020-01-01")
    unclear = observation("Lupus nephritis class", "see report", "2020-01-01")
    assert said(CHILD.answer(chart(condition(LN), absent, unclear))) == "unknown no-data"
    grade = observation("Acute GVHD grade", "see report", "2026-11-20")
    assert said(GVHD.answer(chart(grade))) == "unknown incomparable"


def test_a_grade_may_be_written_with_its_word_in_an_observation() -> None:
    assert (
        said(GVHD.answer(chart(observation("Acute GVHD grade", "grade III", "2026-11-20")))) == "fail until 2026-12-04"
    )


def test_an_organ_without_classes_is_looked_for_among_active_conditions_only() -> None:
    joints = rule(organ_involvement={"findings": ["arthritis", "lupus_nephritis_any"]})
    assert said(joints.answer(chart(condition("sct 95408003")))) == "pass recorded"
    assert said(joints.answer(chart(past("sct 95408003")))) == "unknown no-data"
    assert said(joints.answer(chart(condition("cm M13.9")))) == "unknown judgement"
    assert joints.reads().kinds == {"Condition"}


def test_silence_on_gvhd_has_both_guards() -> None:
    assert said(GVHD.answer(chart(since="2026-11-20"))) == "unknown not-observable"
    assert said(GVHD.answer(chart(Condition=Kind.UNAVAILABLE))) == "unknown unavailable"
    assert said(GVHD.answer(chart(condition("cm D89.810", "grade 1"), Condition=Kind.PART))) == "unknown unavailable"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"organ_involvement": {"nephritis_classes": ["VII"]}}, "'VII' is no class"),
        ({"organ_involvement": {}}, "names no manifestation"),
        ({"organ_involvement": {"findings": ["arthritis"], "x": 1}}, "'x' is not understood"),
        ({"no_acute_gvhd": {"grade": 2}}, "needs a grade and a window"),
        ({"no_acute_gvhd": {"grade": 2, "window": "2 weeks", "x": 1}}, "'x' is not understood"),
    ],
)
def test_a_fault_of_the_file_is_named(values, problem) -> None:
    from cds_service.criteria import gvhd, organ_involvement

    read, problems = spec(values)
    (organ_involvement if "organ_involvement" in values else gvhd).read(read)
    assert any(problem in p.problem for p in problems), problems


def test_the_words_name_classes_and_severity() -> None:
    assert CHILD.words().startswith("recorded and active, any of: lupus nephritis class III, IV, V")
    assert "recorded as severe" in ADULT.words()
    assert "grade 2" in GVHD.words()
    assert CHILD.reads().kinds == {"Condition", "Observation"}
    assert GVHD.reads().findings == {"gvhd"}
