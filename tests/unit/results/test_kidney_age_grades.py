"""Kidney function, age, dyspnoea and chronicity: decisions 7, 28, 29, 33, 50."""

from datetime import date

import pytest

from cds_service.chart.chart import Kind

from .making import ago, chart, condition, lab, observation, rule, said

I9D = rule(clearance="cockcroft_gault", at_least="40 mL/min", measured="wins")
I11A = rule(clearance="cockcroft_gault", at_least="50 mL/min", measured="never")
EGFR = rule(egfr="reported_or_computed", at_least="30 mL/min/1.73m2")
ADULT = rule(age="18 to 65 years")
DYSPNOEA = rule(dyspnoea="at most grade 1")
INDEX = rule(chronicity_index="at most 6")
CREATININE, WEIGHT = lab("creatinine_serum", 0.8), lab("body_weight", 60)
CHILD = {"born": "2014-01-01"}


def cg(value: float, when: str) -> dict:
    return lab("crcl", value, when=when, method="cockcroft-gault")


def measured(value: float, when: str) -> dict:
    return lab("crcl", value, when=when, method="measured")


@pytest.mark.parametrize(
    ("wanted", "results", "patient", "status"),
    [
        (I11A, (CREATININE, WEIGHT), {}, "pass computed"),
        (I11A, (lab("creatinine_serum", 2.0), WEIGHT), {}, "fail"),
        (I11A, (CREATININE,), {}, "unknown no-data"),
        (I11A, (CREATININE, lab("body_weight", 60, when=ago(181))), {}, "unknown stale"),
        (I11A, (lab("creatinine_serum", 0.8, ""), WEIGHT), {}, "unknown incomparable"),
        (I11A, (CREATININE, WEIGHT), CHILD, "unknown no-data"),
        (I11A, (CREATININE, WEIGHT), {"born": None}, "unknown no-data"),
        (I11A, (CREATININE, WEIGHT, cg(30, ago(5))), {}, "fail"),
        (I11A, (CREATININE, WEIGHT, cg(30, ago(10))), {}, "pass computed"),
        (I11A, (CREATININE, WEIGHT, cg(30, ago(20))), {}, "pass computed"),
        (I11A, (measured(90, ago(5)),), {}, "unknown no-data"),
        (I9D, (measured(90, ago(30)), lab("creatinine_serum", 3.0), WEIGHT), {}, "pass recorded"),
        (I9D, (measured(30, ago(30)), CREATININE, WEIGHT), {}, "fail"),
        (I9D, (cg(90, ago(5)), lab("creatinine_serum", 3.0), WEIGHT), {}, "pass recorded"),
        (I11A, (lab("creatinine_serum", 0.3, "mg/dL", comparator="<"), WEIGHT), {}, "pass computed"),
        (I11A, (lab("creatinine_serum", 1.6), WEIGHT), {"gender": "other"}, "unknown imprecise"),
        (I11A, (lab("creatinine_serum", 0.8), lab("creatinine_serum", 3.0), WEIGHT), {}, "fail"),
        (I11A, (CREATININE, WEIGHT), {"Observation": Kind.UNAVAILABLE}, "unknown unavailable"),
    ],
)
def test_creatinine_clearance_by_formula_or_newer_record(wanted, results, patient, status) -> None:
    assert said(wanted.answer(chart(*results, **patient))) == status


def test_differing_recorded_sexes_with_differing_clearance_are_for_a_clinician() -> None:
    birth = [{"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F"}]
    borderline = chart(lab("creatinine_serum", 1.65), WEIGHT, gender="male", extension=birth)
    assert said(I11A.answer(borderline)) == "unknown judgement"


@pytest.mark.parametrize(
    ("results", "patient", "status"),
    [
        ((lab("egfr", 30),), {}, "pass recorded"),
        ((lab("egfr", 29),), {}, "fail"),
        ((lab("egfr", 60, when=ago(20)), lab("creatinine_serum", 5.0, when=ago(10))), {}, "fail"),
        ((lab("egfr", 60, when=ago(10)), lab("creatinine_serum", 5.0, when=ago(20))), {}, "pass recorded"),
        ((lab("egfr", 60), lab("creatinine_serum", 5.0)), {}, "pass recorded"),
        ((lab("egfr", 60, "mL/min/{1.73_m2}", comparator=">"),), {}, "pass recorded"),
        ((lab("egfr", 60, "mL/min/{1.73_m2}", comparator="<"), CREATININE), {}, "pass computed"),
        ((lab("egfr", 60, "mL/min/{1.73_m2}", comparator="<"),), {}, "unknown imprecise"),
        ((lab("egfr", 60, when=ago(91)),), {}, "unknown stale"),
        ((CREATININE,), {}, "pass computed"),
        ((CREATININE, lab("body_height", 140)), CHILD, "pass computed"),
        ((CREATININE,), CHILD, "unknown no-data"),
        ((CREATININE, lab("body_height", 140, when=ago(91))), CHILD, "unknown stale"),
        ((lab("egfr", 90),), CHILD, "unknown no-data"),
        (
            (observation({"text": "eGFR (bedside Schwartz)"}, valueQuantity={"value": 90, "unit": "mL/min/1.73m2"}),),
            CHILD,
            "pass recorded",
        ),
        ((CREATININE,), {"born": "2008"}, "unknown imprecise"),
        ((CREATININE, lab("body_height", 170)), {"born": "2008"}, "pass computed"),
        (
            (lab("creatinine_serum", 2.4), lab("body_height", 170)),
            {"born": "2008", "gender": "male"},
            "unknown imprecise",
        ),
        ((), {}, "unknown no-data"),
    ],
)
def test_egfr_is_the_newer_of_reported_and_computed(results, patient, status) -> None:
    assert said(EGFR.answer(chart(*results, **patient))) == status


def test_an_egfr_at_the_limit_or_against_its_creatinine_is_noted() -> None:
    assert "before rounding" in EGFR.answer(chart(lab("egfr", 30))).notes[0]
    assert "says otherwise" in EGFR.answer(chart(lab("egfr", 60), lab("creatinine_serum", 5.0))).notes[0]
    assert EGFR.answer(chart(lab("egfr", 60))).notes == ()


def test_an_egfr_between_22_and_30_is_told_apart_by_the_formula_of_2021() -> None:
    assert said(EGFR.answer(chart(lab("creatinine_serum", 2.2), born="1996-03-04"))) == "pass computed"
    assert said(EGFR.answer(chart(lab("creatinine_serum", 2.1), born="1986-03-04"))) == "fail"


@pytest.mark.parametrize(
    ("born", "status"),
    [
        ("2008-11-01", "pass recorded"),
        ("2008-11-02", "fail 2026-11-02"),
        ("1960-11-02", "pass recorded"),
        ("1960-11-01", "fail"),
        ("2008", "unknown imprecise"),
        ("2009", "fail 2027-12-31"),
        ("2007", "pass recorded"),
        ("2030-01-01", "unknown incomparable"),
        (None, "unknown no-data"),
    ],
)
def test_age_counts_completed_years_and_a_partial_birth_date_as_an_interval(born, status) -> None:
    assert said(ADULT.answer(chart(born=born))) == status


def test_born_on_29_february_comes_of_age_on_1_march() -> None:
    assert said(ADULT.answer(chart(born="2008-02-29", as_of=date(2026, 2, 28)))) == "fail 2026-03-01"
    assert said(ADULT.answer(chart(born="2008-02-29", as_of=date(2026, 3, 1)))) == "pass recorded"


def test_age_stands_whatever_else_is_missing() -> None:
    assert said(ADULT.answer(chart(Observation=Kind.UNAVAILABLE, Condition=Kind.UNAVAILABLE))) == "pass recorded"


def graded(value: object, when: str = ago(10)) -> dict:
    return observation(
        {"text": "CTCAE dyspnea grade"}, when, **{"valueString" if isinstance(value, str) else "valueInteger": value}
    )


@pytest.mark.parametrize(
    ("resources", "status"),
    [
        ((), "pass not-recorded"),
        ((graded(1),), "pass recorded"),
        ((graded(2),), "fail"),
        ((graded("Grade 2"),), "fail"),
        ((graded("Grade 1"),), "pass recorded"),
        ((graded(7),), "unknown incomparable"),
        ((graded(3, ago(91)),), "unknown stale"),
        ((condition("dyspnea"),), "unknown judgement"),
        ((condition("dyspnea", status="resolved"),), "pass not-recorded"),
        ((condition("dyspnea"), graded(1)), "pass recorded"),
        ((condition("dyspnea", stage=[{"summary": {"text": "CTCAE grade 2"}}]),), "fail"),
        ((condition("dyspnea", stage=[{"summary": {"text": "CTCAE grade 1"}}]),), "pass recorded"),
    ],
)
def test_a_recorded_grade_of_dyspnoea_decides_before_the_diagnosis(resources, status) -> None:
    assert said(DYSPNOEA.answer(chart(*resources))) == status


def test_silence_on_dyspnoea_is_worth_nothing_when_a_kind_was_not_read() -> None:
    assert said(DYSPNOEA.answer(chart(Condition=Kind.UNAVAILABLE))) == "unknown unavailable"
    assert said(DYSPNOEA.answer(chart(Observation=Kind.UNAVAILABLE))) == "unknown unavailable"


def index(value: object, when: str = ago(2000)) -> dict:
    return observation(
        {"text": "Chronicity index"}, when, **{"valueString" if isinstance(value, str) else "valueInteger": value}
    )


NEPHRITIS = condition("lupus_nephritis_any")


@pytest.mark.parametrize(
    ("resources", "status"),
    [
        ((), "pass not-recorded"),
        ((NEPHRITIS,), "unknown no-data"),
        ((NEPHRITIS, index(6)), "pass recorded"),
        ((NEPHRITIS, index(7)), "fail"),
        ((NEPHRITIS, index("7/12")), "fail"),
        ((NEPHRITIS, index("Chronicity index: 3/12")), "pass recorded"),
        ((NEPHRITIS, index(13)), "unknown incomparable"),
        ((condition("lupus_nephritis_any", stage=[{"summary": {"text": "class IV, chronicity index 8/12"}}]),), "fail"),
        (
            (condition("lupus_nephritis_any", stage=[{"summary": {"text": "class IV, chronicity index 2/12"}}]),),
            "pass recorded",
        ),
    ],
)
def test_the_chronicity_index_decides_however_old(resources, status) -> None:
    assert said(INDEX.answer(chart(*resources))) == status


def test_silence_on_nephritis_is_worth_nothing_when_conditions_were_not_read() -> None:
    assert said(INDEX.answer(chart(Condition=Kind.PART))) == "unknown unavailable"
    assert said(INDEX.answer(chart(NEPHRITIS, Observation=Kind.PART))) == "unknown unavailable"


def test_words_and_reads_of_these_kinds() -> None:
    assert ADULT.words() == "age 18 to 65, both included" and rule(age="18 years or over").words() == "age 18 or over"
    assert "measured clearance comes first" in I9D.words() and "does not count" in I11A.words()
    assert "CKD-EPI 2021" in EGFR.words() and EGFR.reads().concepts == {"egfr", "creatinine_serum", "body_height"}
    assert "CTCAE grade 1" in DYSPNOEA.words() and DYSPNOEA.reads().findings == {"dyspnea"}
    assert "at most 6" in INDEX.words() and INDEX.reads().concepts == {"chronicity_index"}
    assert ADULT.reads().kinds == {"Patient"}


def test_the_age_of_a_child_under_one_is_shown_as_zero() -> None:
    (shown,) = ADULT.answer(chart(born=ago(100))).evidence
    assert (shown.value, shown.unit) == ("0", "a")
