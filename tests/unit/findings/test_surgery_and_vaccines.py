"""Surgery, live vaccines, SARS-CoV-2 tests: criteria.md decisions 18, 23, 25, 44, 50, 51."""

import pytest

from cds_service.chart.chart import Kind
from cds_service.criteria import judged_if_positive

from .build import chart, concept, procedure, rule, said, spec, vaccine

SURGERY = rule(no_surgery="24 weeks")
VACCINE = rule(no_live_vaccine="4 weeks")
COVID = rule(judged_if_positive={"tests": ["sars_cov_2_rna", "sars_cov_2_ag"], "window": "2 weeks"})
SURGICAL = concept("sct 387713003")


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (procedure("sct 52734007", "2026-06-09"), "pass recorded"),
        (procedure("sct 52734007", "2026-06-10"), "fail until 2026-11-25"),
        (procedure("sct 52734007"), "unknown imprecise"),
        (procedure("sct 52734007", "2026-06"), "unknown imprecise"),
        (procedure("sct 52734007", "2026-06-10", status="in-progress"), "fail"),
        (procedure("sct 52734007", "2026-06-10", status="not-done"), "pass not-recorded"),
        (procedure("sct 70536003", "2026-10-01"), "fail until 2027-03-18"),
        (procedure("sct 7246002", "2026-10-01"), "unknown judgement"),
        (procedure("pcs 0HBT0ZZ", "2026-10-01"), "unknown judgement"),
        (procedure("site 1", "2026-10-01", category=SURGICAL), "unknown judgement"),
        (procedure("site 1", "2026-10-01", category={"text": "手术"}), "unknown judgement"),
        (procedure("site 1", "2026-10-01"), "pass not-recorded"),
        (procedure("sct 302497006", "2026-10-01", category=SURGICAL), "pass not-recorded"),
        (procedure("sct 36969009", "2026-10-01", category=SURGICAL), "pass not-recorded"),
        (procedure("sct 116859006", "2026-10-01", category=SURGICAL), "pass not-recorded"),
    ],
)
def test_named_surgery_fails_other_surgery_is_judged_and_the_rest_is_none(resource, answer) -> None:
    assert said(SURGERY.answer(chart(resource))) == answer


def test_planned_surgery_is_always_noted() -> None:
    for found in (chart(), chart(procedure("sct 52734007", "2026-10-01"))):
        assert "planned surgery is not computed" in SURGERY.answer(found).notes


def test_silence_on_surgery_has_both_guards() -> None:
    assert said(SURGERY.answer(chart(since="2026-11-01"))) == "unknown not-observable"
    assert said(SURGERY.answer(chart(Procedure=Kind.UNAVAILABLE))) == "unknown unavailable"
    assert (
        said(SURGERY.answer(chart(procedure("sct 52734007", "2020-01-01"), Procedure=Kind.PART)))
        == "unknown unavailable"
    )
    assert (
        said(SURGERY.answer(chart(procedure("sct 52734007", "2026-10-01"), Procedure=Kind.PART)))
        == "fail until 2027-03-18"
    )


@pytest.mark.parametrize(
    ("resource", "answer"),
    [
        (vaccine("cvx 03", "2026-10-27"), "pass recorded"),
        (vaccine("cvx 03", "2026-10-28"), "fail until 2026-11-25"),
        (vaccine("cvx 3", "2026-10-28"), "fail until 2026-11-25"),
        (vaccine("cvx 140", "2026-11-20"), "pass recorded"),
        (vaccine("cvx 03", None), "unknown imprecise"),
        (vaccine("cvx 03", "2026-10"), "unknown imprecise"),
        (vaccine("site 1", "2026-11-20"), "unknown judgement"),
        (vaccine("site 1", "2020-11-20"), "pass recorded"),
        (vaccine("cvx 03", "2026-11-20", status="not-done"), "pass not-recorded"),
        (vaccine("cvx 03", "2026-11-25"), "pass not-recorded"),
    ],
)
def test_a_live_vaccine_excludes_for_four_weeks(resource, answer) -> None:
    assert said(VACCINE.answer(chart(resource))) == answer


def test_silence_on_vaccines_has_both_guards() -> None:
    assert said(VACCINE.answer(chart(since="2026-11-01"))) == "unknown not-observable"
    assert said(VACCINE.answer(chart(Immunization=Kind.UNAVAILABLE))) == "unknown unavailable"
    assert (
        said(VACCINE.answer(chart(vaccine("cvx 140", "2026-11-01"), Immunization=Kind.PART))) == "unknown unavailable"
    )


def swab(value: str, on: str) -> dict:
    return {
        "resourceType": "Observation",
        "status": "final",
        "effectiveDateTime": on,
        "valueString": value,
        "code": {"coding": [{"system": "http://loinc.org", "code": "94500-6"}]},
    }


@pytest.mark.parametrize(
    ("results", "answer"),
    [
        ([], "pass not-recorded"),
        ([swab("Detected", "2026-11-10")], "unknown judgement"),
        ([swab("Detected", "2026-11-09")], "pass recorded"),
        ([swab("Not detected", "2026-11-20")], "pass recorded"),
        ([swab("Not detected", "2026-11-20"), swab("Detected", "2026-11-15")], "unknown judgement"),
        ([swab("blurred", "2026-11-20")], "unknown incomparable"),
    ],
)
def test_a_positive_swab_is_judged_for_two_weeks(results, answer) -> None:
    assert said(COVID.answer(chart(*results))) == answer


def test_an_absent_result_says_nothing_and_a_partial_date_is_imprecise() -> None:
    absent = swab("x", "2026-11-20")
    del absent["valueString"]
    absent["dataAbsentReason"] = {"text": "unknown"}
    assert said(COVID.answer(chart(absent))) == "pass not-recorded"
    assert said(COVID.answer(chart(swab("Detected", "2026-11")))) == "unknown imprecise"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"tests": ["sars"], "window": "2 weeks"}, "'sars' is no concept"),
        ({"window": "2 weeks"}, "needs tests and a window"),
        ({"tests": ["sars_cov_2_ag"], "window": "2 weeks", "x": 1}, "'x' is not understood"),
    ],
)
def test_a_fault_of_the_file_is_named(values, problem) -> None:
    read, problems = spec({"judged_if_positive": values})
    judged_if_positive.read(read)
    assert any(problem in p.problem for p in problems), problems


def test_swabs_that_did_not_arrive_leave_it_unavailable() -> None:
    assert said(COVID.answer(chart(Observation=Kind.UNAVAILABLE))) == "unknown unavailable"


def test_the_words_name_window_and_kinds() -> None:
    assert "24 weeks" in SURGERY.words() and "joint replacement" in SURGERY.words()
    assert "4 weeks" in VACCINE.words()
    assert "2 weeks" in COVID.words()
    assert SURGERY.reads().kinds == {"Procedure"}
    assert VACCINE.reads().kinds == {"Immunization"}
    assert COVID.reads().concepts == {"sars_cov_2_rna", "sars_cov_2_ag"}
