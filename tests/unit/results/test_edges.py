"""The rarer roads: units that do not meet, values of zero, partial dates, records that only may count."""

import pytest

from cds_service.chart.chart import Kind

from .making import SYSTEMS, ago, chart, condition, faults, given, lab, loinc, observation, procedure, rule, said

EGFR = rule(egfr="reported_or_computed", at_least="30 mL/min/1.73m2")
I11A = rule(clearance="cockcroft_gault", at_least="50 mL/min", measured="never")
DNA = rule(positive="anti_dsdna")
ANA = rule(positive="ana")
LDH = rule(value="ldh", **{"is": "above its range"})
SPO2 = rule(value="spo2", at_least="92 %")
CD19 = rule(value="cd19_abs", more_than="0", not_counted_after="b_cell_depletion")
PLATELETS = rule(value="platelets", at_least="25 10*9/L", not_counted_after=["transfusion", "growth_factor"])
BLOOD = rule(no_pregnancy="blood test")
E1A = rule(value="urine_protein_24h", at_most="6 g/(24.h)", beside="upcr")


def dna(value: object, unit: str | None = None, **elements: object) -> dict:
    return lab("anti_dsdna", value, unit, method="", **elements)


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ((lab("creatinine_serum", 0), lab("body_weight", 60)), "unknown incomparable"),
        ((lab("creatinine_serum", 0.8), lab("body_weight", 0)), "unknown incomparable"),
        ((lab("creatinine_serum", "1.1-2.0 mg/dL"), lab("body_weight", 60)), "unknown imprecise"),
        (
            (lab("creatinine_serum", 1.0, when="2026-10"), lab("creatinine_serum", 3.0, when="2026-10-20")),
            "unknown imprecise",
        ),
        (
            (
                lab("creatinine_serum", 1.0, when="2026-10"),
                lab("creatinine_serum", 3.0, when="2026-10-20"),
                lab("body_weight", 60),
            ),
            "unknown imprecise",
        ),
    ],
)
def test_a_formula_does_not_guess_at_its_inputs(results, status) -> None:
    assert said(I11A.answer(chart(*results))) == status


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (dna(90, "IU/mL", referenceRange=[{"high": {"value": 30, "unit": "k[IU]/L"}}]), "pass recorded"),
        (dna(90, "IU/mL", referenceRange=[{"high": {"value": 30, "unit": "acres"}}]), "unknown incomparable"),
        (dna(90, "AU/mL", referenceRange=[{"high": {"value": 30, "unit": "AU/mL"}}]), "pass recorded"),
        (dna(90, "IU/mL", comparator="<", high=30), "unknown imprecise"),
        (dna(90, "IU/mL", says="L"), "fail"),
        (
            dna(
                90,
                interpretation=[{"coding": [{"code": "POS"}]}, {"coding": [{"code": "NEG"}]}],
            ),
            "unknown incomparable",
        ),
        (observation(loinc("anti_dsdna", ""), valueString="1:10"), "unknown incomparable"),
    ],
)
def test_an_antibody_is_held_against_its_own_range_only(result, status) -> None:
    assert said(DNA.answer(chart(result))) == status


def test_a_titre_above_its_own_range_is_positive_though_under_1_80() -> None:
    result = lab("ana", "1:40", referenceRange=[{"text": "<1:40"}])
    assert said(ANA.answer(chart(result))) == "pass recorded"


def test_copies_that_are_no_number_are_incomparable() -> None:
    cmv = rule(negative="cmv_dna")
    assert said(cmv.answer(chart(lab("cmv_dna", "1:10")))) == "unknown incomparable"
    assert said(BLOOD.answer(chart(lab("hcg_serum", 3, "furlongs")))) == "unknown incomparable"


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (lab("ldh", 900, referenceRange=[{"high": {"value": 250, "unit": "acres"}}]), "unknown no-reference-range"),
        (lab("ldh", 900, "acres", high=250), "unknown no-reference-range"),
        (lab("ldh", 200, says="N"), "fail"),
        (observation(loinc("ldh"), valueDateTime="2026"), "unknown incomparable"),
    ],
)
def test_above_its_range_needs_a_range_in_a_unit_that_can_be_read(result, status) -> None:
    assert said(LDH.answer(chart(result))) == status


@pytest.mark.parametrize(
    ("concept", "value", "unit", "status"),
    [
        ("fio2", 0.21, "1", "pass recorded"),
        ("fio2", 0.3, "1", "unknown incomparable"),
        ("fio2", 21, "acres", "unknown incomparable"),
        ("fio2", "room air", None, "unknown incomparable"),
    ],
)
def test_oxygen_recorded_on_its_own_must_say_room_air(concept, value, unit, status) -> None:
    assert said(SPO2.answer(chart(lab("spo2", 95), lab(concept, value, unit)))) == status


def test_a_flow_at_another_time_of_the_day_does_not_spoil_the_saturation() -> None:
    morning, noon = f"{ago(10)}T08:00:00+08:00", f"{ago(10)}T12:00:00+08:00"
    assert said(SPO2.answer(chart(lab("spo2", 95, when=morning), lab("o2_flow", 2, when=noon)))) == "pass recorded"
    assert (
        said(SPO2.answer(chart(lab("spo2", 95, when=morning), lab("o2_flow", 2, when=morning))))
        == "unknown incomparable"
    )


def test_a_preliminary_result_that_is_too_old_is_stale() -> None:
    weight = rule(value="body_weight", at_least="40 kg")
    assert said(weight.answer(chart(lab("body_weight", 60, status="preliminary", when=ago(300))))) == "unknown stale"


def test_two_equal_results_of_one_instant_are_no_conflict() -> None:
    weight = rule(value="body_weight", at_least="40 kg")
    assert weight.answer(chart(lab("body_weight", 60), lab("body_weight", 60))).notes == ()


def test_a_transfusion_that_only_a_text_names_is_for_a_clinician() -> None:
    named = {
        "resourceType": "Procedure",
        "status": "completed",
        "code": {"text": "platelet transfusion"},
        "performedDateTime": ago(12),
    }
    assert said(PLATELETS.answer(chart(lab("platelets", 200), named))) == "unknown judgement"


def test_dialysis_diagnosed_is_no_transfusion() -> None:
    assert said(PLATELETS.answer(chart(lab("platelets", 200), procedure("dialysis", ago(12))))) == "pass recorded"


def test_a_rituximab_of_some_time_in_the_year_may_have_emptied_the_count() -> None:
    count = lab("cd19_abs", 120, "/uL", when=ago(50))
    assert said(CD19.answer(chart(count, given("rituximab", "2026")))) == "unknown imprecise"
    assert said(CD19.answer(chart(count, MedicationRequest=Kind.UNAVAILABLE))) == "unknown unavailable"


def test_the_protein_creatinine_ratio_is_shown_and_never_decides() -> None:
    assert said(E1A.answer(chart(lab("upcr", 9000)))) == "unknown no-data"
    answer = E1A.answer(chart(lab("upcr", 9000), lab("urine_protein_24h", 5)))
    assert said(answer) == "pass recorded"
    assert answer.evidence[-1].note == "shown beside, does not decide"


def pregnant(code: str, when: str) -> dict:
    coded = {"coding": [{"system": SYSTEMS["snomed"], "code": code}]}
    return observation(loinc("pregnancy_status"), when, valueCodeableConcept=coded)


def test_a_pregnancy_status_after_the_test_fails() -> None:
    negative = lab("hcg_serum", "negative")
    assert said(BLOOD.answer(chart(negative, pregnant("77386006", ago(3))))) == "fail"
    assert said(BLOOD.answer(chart(negative, pregnant("77386006", ago(20))))) == "pass recorded"


def test_a_provisional_pregnancy_after_the_test_is_for_a_clinician() -> None:
    doubtful = condition("pregnancy", recordedDate=ago(3), verificationStatus={"coding": [{"code": "provisional"}]})
    assert said(BLOOD.answer(chart(lab("hcg_serum", "negative"), doubtful))) == "unknown judgement"


def test_a_provisional_exception_is_for_a_clinician() -> None:
    doubtful = condition("gilbert_syndrome", verificationStatus={"coding": [{"code": "provisional"}]})
    assert said(rule(recorded="gilbert_syndrome").answer(chart(doubtful))) == "unknown judgement"


def test_grades_and_indices_given_as_ranges_may_straddle() -> None:
    grade = observation({"text": "CTCAE dyspnea grade"}, ago(5), valueRange={"low": {"value": 1}, "high": {"value": 2}})
    assert said(rule(dyspnoea="at most grade 1").answer(chart(grade))) == "unknown imprecise"
    index = observation({"text": "Chronicity index"}, ago(5), valueRange={"low": {"value": 6}, "high": {"value": 7}})
    assert said(rule(chronicity_index="at most 6").answer(chart(index))) == "unknown imprecise"
    assert said(
        rule(chronicity_index="at most 6").answer(chart(observation({"text": "Chronicity index"}, valueBoolean=True)))
    ) == ("unknown incomparable")


def test_a_total_of_an_answer_that_lacks_newer_results_is_unavailable() -> None:
    score = rule(score="sledai_2k", at_least=10)
    total = observation({"text": "SLEDAI-2K"}, valueInteger=14)
    assert said(score.answer(chart(total, Observation=Kind.PART))) == "unknown unavailable"
    assert said(score.answer(chart(total, Observation=Kind.NEWEST))) == "pass recorded"


def test_two_totals_of_one_day_that_differ_use_the_lower_one() -> None:
    score = rule(score="sledai_2k", at_least=10)
    totals = [observation({"text": "SLEDAI-2K"}, valueInteger=v) for v in (14, 9)]
    assert said(score.answer(chart(*totals))) == "fail"


def test_scoring_results_of_one_day_that_differ_prove_nothing() -> None:
    score = rule(score="sledai_2k", at_least=2)
    assert said(score.answer(chart(lab("c3", 60, low=90), lab("c3", 100, low=90)))) == "unknown imprecise"
    assert said(score.answer(chart(lab("c3", 60, low=90), lab("c3", 60, low=90)))) == "pass computed"
    assert said(score.answer(chart(lab("urine_casts_rbc", "present")))) == "pass computed"
    assert "not negative" in faults(score="sledai_2k", at_least="-1")


def test_rules_made_of_rules_say_and_read_all_of_them() -> None:
    shown = rule(shown_by=[{"value": "upcr", "more_than": "500 mg/g"}, {"value": "pt", "at_most": "4 s over ULN"}])
    assert shown.words() == (
        "shown by urine protein/creatinine ratio > 500 mg/g or prothrombin time ≤ 4 s over ULN (otherwise open)"
    )
    assert shown.reads().concepts == {"upcr", "pt", "pt_control"}
    assert SPO2.reads().concepts == {"spo2", "o2_flow", "fio2"}
    assert rule(recorded="gilbert_syndrome").words() == "recorded gilbert syndrome"
    assert rule(recorded="gilbert_syndrome").reads().findings == {"gilbert_syndrome"}
    assert CD19.reads().drugs == {"b_cell_directed"}
