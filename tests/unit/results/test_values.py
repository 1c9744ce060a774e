"""Values against thresholds: which result counts, in which unit, against which limit.

Decisions 1, 9, 10, 17, 32, 37, 50.
"""

import pytest

from cds_service.chart.chart import Kind

from .making import ago, chart, condition, faults, given, lab, loinc, observation, procedure, rule, said

WEIGHT = rule(value="body_weight", at_least="40 kg")
ALT = rule(value="alt", at_most="2.5 × ULN")
CREATININE = rule(value="creatinine_serum", at_most="2.5 mg/dL")
PLATELETS = rule(value="platelets", at_least="25 10*9/L", not_counted_after=["transfusion", "growth_factor"])
EXEMPT = rule(value="hemoglobin", at_least="70 g/L", not_counted_after="growth_factor_except_erythropoietin")
PT = rule(value="pt", at_most="4 s over ULN")
ECHO = rule(value="lvef", at_least="50 %", within="8 weeks", by="echocardiography")
SPO2 = rule(value="spo2", at_least="92 %")
IGA = rule(value="iga", at_least="10 mg/dL", without_value_excluded_by="iga_deficiency")
HEPATITIS = rule(value="alt", less_than="3 × ULN", judgement_with="lupus_hepatitis")
CD19 = rule(value=["cd19_abs", "cd19_pct"], more_than="0", not_counted_after="b_cell_depletion")


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ((lab("body_weight", 40),), "pass recorded"),
        ((lab("body_weight", 39.9),), "fail"),
        ((lab("body_weight", 40, "kg", comparator=">"),), "pass recorded"),
        ((lab("body_weight", 45, "kg", comparator="<"),), "unknown imprecise"),
        ((lab("body_weight", 88.185, "[lb_av]"),), "pass recorded"),
        ((lab("body_weight", 88.184, "[lb_av]"),), "fail"),
        ((lab("body_weight", 60, ""),), "unknown incomparable"),
        ((lab("body_weight", 60, "stone"),), "unknown incomparable"),
        ((), "unknown no-data"),
        ((lab("body_weight", 60, when=ago(180)),), "pass recorded"),
        ((lab("body_weight", 60, when=ago(181)),), "unknown stale"),
        ((lab("body_weight", 60, when=None, issued=ago(3)),), "pass recorded"),
        ((lab("body_weight", 60, when=ago(-1)),), "unknown no-data"),
        ((lab("body_weight", 60, when="2026"),), "unknown imprecise"),
        ((lab("body_weight", 60, when="2026-10"),), "pass recorded"),
        ((lab("body_weight", 60, when=ago(9)), lab("body_weight", 30, when=ago(20))), "pass recorded"),
        ((lab("body_weight", 60), lab("body_weight", 30)), "fail"),
        ((lab("body_weight", 60), lab("body_weight", 60, "stone")), "unknown incomparable"),
        ((lab("body_weight", 60, "stone", when=ago(5)), lab("body_weight", 60, when=ago(9))), "unknown incomparable"),
        ((lab("body_weight", "not performed", when=ago(5)), lab("body_weight", 60, when=ago(9))), "pass recorded"),
        ((lab("body_weight", 30, when="2026-10"), lab("body_weight", 60, when="2026-10-15")), "unknown imprecise"),
        (
            (
                lab("body_weight", 30, when=f"{ago(5)}T09:00:00+08:00"),
                lab("body_weight", 60, when=f"{ago(5)}T10:00:00+08:00"),
            ),
            "pass recorded",
        ),
        (
            (lab("body_weight", 30, status="preliminary", when=ago(2)), lab("body_weight", 60, when=ago(9))),
            "pass recorded",
        ),
        ((lab("body_weight", 30, status="preliminary", when=ago(2)), lab("body_weight", 60, when=ago(300))), "fail"),
    ],
)
def test_the_newest_usable_value_in_the_look_back_decides(results, status) -> None:
    assert said(WEIGHT.answer(chart(*results))) == status


def test_a_conflict_and_a_preliminary_result_are_noted() -> None:
    assert WEIGHT.answer(chart(lab("body_weight", 60), lab("body_weight", 55))).notes == (
        "two results of the same time differ; the one worse for eligibility is used",
    )
    assert WEIGHT.answer(chart(lab("body_weight", 60, status="registered"))).notes == (
        "only a preliminary result is there",
    )


def test_a_childs_weight_is_stale_after_sixty_days() -> None:
    assert said(WEIGHT.answer(chart(lab("body_weight", 60, when=ago(61)), born="2014-01-01"))) == "unknown stale"
    assert said(WEIGHT.answer(chart(lab("body_weight", 60, when=ago(60)), born="2014-01-01"))) == "pass recorded"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Kind.READ, "pass recorded"),
        (Kind.NEWEST, "pass recorded"),
        (Kind.PART, "unknown unavailable"),
        (Kind.UNAVAILABLE, "unknown unavailable"),
    ],
)
def test_a_value_stands_when_what_is_missing_can_only_be_older(kind, status) -> None:
    assert said(WEIGHT.answer(chart(lab("body_weight", 60), Observation=kind))) == status


def test_no_value_in_an_answer_that_was_cut_is_unavailable() -> None:
    assert said(WEIGHT.answer(chart(Observation=Kind.NEWEST))) == "unknown unavailable"


def test_221_micromol_of_creatinine_is_not_above_2_5_mg() -> None:
    assert said(CREATININE.answer(chart(lab("creatinine_serum", 221, "umol/L")))) == "pass recorded"
    assert said(CREATININE.answer(chart(lab("creatinine_serum", 221.1, "μmol/L")))) == "fail"


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (lab("alt", 100, high=40), "pass recorded"),
        (lab("alt", 101, high=40), "fail"),
        (lab("alt", 100, referenceRange=[{"text": "0-40"}]), "pass recorded"),
        (lab("alt", 101, referenceRange=[{"text": "<40"}]), "fail"),
        (lab("alt", 1.6, "ukat/L", referenceRange=[{"high": {"value": 40, "unit": "U/L"}}]), "pass recorded"),
        (lab("alt", 90, referenceRange=[{"high": {"value": 40, "unit": "furlong"}}]), "unknown incomparable"),
        (lab("alt", 96), "pass recorded"),
        (lab("alt", 101), "fail"),
        (lab("alt", 9000, says="N"), "pass recorded"),
        (lab("alt", says="N"), "pass recorded"),
        (lab("alt", says="H"), "unknown incomparable"),
        (lab("alt", 101, says="H"), "fail"),
        (
            lab("alt", 101, referenceRange=[{"type": {"coding": [{"code": "treatment"}]}, "high": {"value": 400}}]),
            "fail",
        ),
        (
            lab(
                "alt",
                99,
                referenceRange=[
                    {"high": {"value": 60}, "appliesTo": [{"text": "male"}]},
                    {"high": {"value": 30}, "appliesTo": [{"text": "female"}]},
                ],
            ),
            "fail",
        ),
    ],
)
def test_a_multiple_uses_the_own_limit_then_the_laboratorys_word_then_published_limits(result, status) -> None:
    assert said(ALT.answer(chart(result))) == status


@pytest.mark.parametrize(
    ("values", "result", "patient", "status"),
    [  # the worked examples of formulas.md section 6
        ({"value": "alt", "at_most": "2.5 × ULN"}, lab("alt", 110), {"gender": "male"}, "unknown imprecise"),
        ({"value": "alt", "at_most": "2.5 × ULN"}, lab("alt", 130), {"gender": "male"}, "fail"),
        ({"value": "ast", "at_most": "2 × ULN"}, lab("ast", 72), {}, "unknown imprecise"),
        ({"value": "creatinine_serum", "at_most": "1.5 × ULN"}, lab("creatinine_serum", 1.2), {}, "pass recorded"),
        ({"value": "creatinine_serum", "at_most": "1.5 × ULN"}, lab("creatinine_serum", 1.4), {}, "unknown imprecise"),
        ({"value": "lipase", "at_most": "1.5 × ULN"}, lab("lipase", 80), {}, "pass recorded"),
        ({"value": "lipase", "at_most": "1.5 × ULN"}, lab("lipase", 120), {}, "unknown imprecise"),
        ({"value": "aptt", "at_most": "1.5 × ULN"}, lab("aptt", 54), {}, "unknown imprecise"),
        ({"value": "pt", "at_most": "4 s over ULN"}, lab("pt", 16.5), {}, "unknown imprecise"),
        ({"value": "inr", "at_most": "1.5 × ULN"}, lab("inr", 1.15, ""), {}, "pass recorded"),
        ({"value": "inr", "at_most": "1.5 × ULN"}, lab("inr", 1.5, ""), {}, "unknown no-reference-range"),
        (
            {"value": "alt", "at_most": "2.5 × ULN"},
            lab("alt", 20),
            {"born": "2014-01-01"},
            "unknown no-reference-range",
        ),
        ({"value": "alt", "at_most": "2.5 × ULN"}, lab("alt", 20), {"born": None}, "unknown no-reference-range"),
        ({"value": "alt", "at_most": "2.5 × ULN"}, lab("alt", 101), {"gender": "other"}, "unknown imprecise"),
    ],
)
def test_published_limits_are_an_interval(values, result, patient, status) -> None:
    answer = rule(**values).answer(chart(result, **patient))
    assert said(answer) == status
    if status in ("fail", "unknown imprecise"):
        assert answer.evidence[0].basis == "default-range"


def test_differing_recorded_sexes_with_differing_answers_are_for_a_clinician() -> None:
    birth = [{"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F"}]
    ast = rule(value="ast", at_most="2 × ULN")
    assert said(ast.answer(chart(lab("ast", 60), gender="male", extension=birth))) == "pass recorded"
    alt = chart(lab("alt", 110), gender="male", extension=birth)
    assert said(ALT.answer(alt)) == "unknown judgement"


def test_exactly_three_times_the_limit_is_allowed_by_one_trial_and_excluded_by_the_other() -> None:
    exact = chart(lab("alt", 120, high=40))
    assert said(rule(value="alt", at_most="3 × ULN").answer(exact)) == "pass recorded"
    assert said(rule(value="alt", less_than="3 × ULN").answer(exact)) == "fail"


def test_twice_a_limit_in_micromol_is_twice_it() -> None:
    bilirubin = rule(value="bilirubin_total", at_most="2 × ULN")
    assert said(bilirubin.answer(chart(lab("bilirubin_total", 42, "umol/L", high=21)))) == "pass recorded"
    assert said(bilirubin.answer(chart(lab("bilirubin_total", 42.1, "umol/L", high=21)))) == "fail"


def test_prothrombin_time_over_the_control_but_not_over_the_limit_is_for_a_clinician() -> None:
    control = lab("pt_control", 11)
    assert said(PT.answer(chart(lab("pt", 17.5, high=13.5), control))) == "unknown judgement"
    assert said(PT.answer(chart(lab("pt", 15, high=13.5), control))) == "pass recorded"
    assert said(PT.answer(chart(lab("pt", 17.6, high=13.5), control))) == "fail"


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ((lab("lvef", 50, method="echo"),), "pass recorded"),
        ((lab("lvef", 49, method="echo"),), "fail"),
        ((lab("lvef", 60, method="nuclear"),), "unknown incomparable"),
        ((lab("lvef", 60, method="unspecified"),), "pass recorded"),
        (
            (lab("lvef", 60, method="nuclear", when=ago(3)), lab("lvef", 55, method="echo", when=ago(9))),
            "pass recorded",
        ),
        ((lab("lvef", 60, method="echo", when=ago(57)),), "unknown stale"),
        ((lab("lvef", 60, method="echo", when=ago(56)),), "pass recorded"),
    ],
)
def test_only_echocardiography_within_eight_weeks_counts(results, status) -> None:
    assert said(ECHO.answer(chart(*results))) == status


def test_a_method_that_says_mri_is_not_echocardiography() -> None:
    mri = observation(
        loinc("lvef", "unspecified"), valueQuantity={"value": 60, "unit": "%"}, method={"text": "cardiac MRI"}
    )
    assert said(ECHO.answer(chart(mri))) == "unknown incomparable"


def oxygen(concept: str, value: float, unit: str) -> dict:
    coding = {"system": "http://loinc.org", "code": loinc(concept)}
    return {"component": [{"code": {"coding": [coding]}, "valueQuantity": {"value": value, "unit": unit}}]}


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ((lab("spo2", 92),), "pass recorded"),
        ((lab("spo2", 91),), "fail"),
        ((lab("spo2", 95, **oxygen("o2_flow", 2, "L/min")),), "unknown incomparable"),
        ((lab("spo2", 95, **oxygen("o2_flow", 0, "L/min")),), "pass recorded"),
        ((lab("spo2", 95, **oxygen("fio2", 21, "%")),), "pass recorded"),
        ((lab("spo2", 95, **oxygen("fio2", 30, "%")),), "unknown incomparable"),
        ((lab("spo2", 95), lab("fio2", 40)), "unknown incomparable"),
        ((lab("spo2", 95), lab("fio2", 21)), "pass recorded"),
        ((lab("spo2", 95), lab("o2_flow", 3, when=ago(11))), "pass recorded"),
        ((lab("spo2", 0.95, "1"),), "unknown incomparable"),
    ],
)
def test_oxygen_at_the_same_time_spoils_the_saturation(results, status) -> None:
    assert said(SPO2.answer(chart(*results))) == status


def test_room_air_that_nobody_documented_is_noted() -> None:
    assert SPO2.answer(chart(lab("spo2", 98, method="unspecified"))).notes
    assert not SPO2.answer(chart(lab("spo2", 98, method="room-air"))).notes


@pytest.mark.parametrize(
    ("before", "status"),
    [(0, "unknown invalidated"), (7, "unknown invalidated"), (8, "pass recorded"), (-1, "pass recorded")],
)
def test_a_count_is_spoiled_from_the_day_of_a_transfusion_to_the_seventh_after(before, status) -> None:
    assert said(PLATELETS.answer(chart(lab("platelets", 200), procedure("transfusion", ago(10 + before))))) == status


def test_an_undated_transfusion_may_have_spoiled_a_count() -> None:
    assert said(PLATELETS.answer(chart(lab("platelets", 200), procedure("transfusion", None)))) == "unknown imprecise"
    assert (
        said(PLATELETS.answer(chart(lab("platelets", 200), procedure("transfusion", "2026-10")))) == "unknown imprecise"
    )


def test_an_older_clean_count_does_not_stand_in() -> None:
    counts = (lab("platelets", 200, when=ago(5)), lab("platelets", 200, when=ago(30)))
    assert said(PLATELETS.answer(chart(*counts, procedure("transfusion", ago(6))))) == "unknown invalidated"


def test_procedures_that_were_not_served_leave_a_count_standing_noted_and_drugs_do_not() -> None:
    answer = PLATELETS.answer(chart(lab("platelets", 200), Procedure=Kind.UNAVAILABLE))
    assert said(answer) == "pass recorded" and answer.notes
    assert said(PLATELETS.answer(chart(lab("platelets", 200), MedicationRequest=Kind.PART))) == "unknown unavailable"


def test_growth_factors_spoil_and_erythropoietin_is_exempt_where_the_trial_says_so() -> None:
    assert said(PLATELETS.answer(chart(lab("platelets", 200), given("filgrastim", ago(12))))) == "unknown invalidated"
    epo = given("darbepoetin alfa", ago(12))
    assert said(PLATELETS.answer(chart(lab("platelets", 200), epo))) == "unknown invalidated"
    assert said(EXEMPT.answer(chart(lab("hemoglobin", 90), epo))) == "pass recorded"


def test_b_cells_counted_before_the_last_rituximab_are_spoiled() -> None:
    count = lab("cd19_abs", 120, "/uL", when=ago(50))
    assert said(CD19.answer(chart(count))) == "pass recorded"
    assert said(CD19.answer(chart(count, given("rituximab", ago(40))))) == "unknown invalidated"
    assert said(CD19.answer(chart(count, given("rituximab", ago(60))))) == "pass recorded"
    assert said(CD19.answer(chart(lab("cd19_abs", 0, "/uL")))) == "fail"
    assert said(CD19.answer(chart(lab("cd19_pct", 0.2)))) == "pass recorded"
    # What is compared is shown in the unit of its own test.
    assert CD19.answer(chart(lab("cd19_pct", 0.2))).evidence[0].normalised == "0.2 %"
    assert CD19.answer(chart(lab("cd19_abs", 20, "/uL"))).evidence[0].normalised == "0.02 10*9/L"


def test_an_excess_beside_lupus_hepatitis_is_for_a_clinician() -> None:
    excess, lupus = lab("alt", 500, high=40), condition("lupus_hepatitis")
    assert said(HEPATITIS.answer(chart(excess))) == "fail"
    assert said(HEPATITIS.answer(chart(excess, lupus))) == "unknown judgement"
    assert said(HEPATITIS.answer(chart(lab("alt", 20, high=40), lupus))) == "pass recorded"
    assert said(HEPATITIS.answer(chart(lupus))) == "unknown no-data"
    assert said(HEPATITIS.answer(chart(excess, Condition=Kind.UNAVAILABLE))) == "unknown unavailable"


def test_recorded_iga_deficiency_fails_only_without_a_value() -> None:
    assert said(IGA.answer(chart(condition("iga_deficiency")))) == "fail"
    assert said(IGA.answer(chart(condition("iga_deficiency"), lab("iga", 100)))) == "pass recorded"
    assert said(IGA.answer(chart())) == "unknown no-data"
    assert said(IGA.answer(chart(lab("iga", 0.09, "g/L")))) == "fail"
    doubtful = condition("iga_deficiency", verificationStatus={"coding": [{"code": "provisional"}]})
    assert said(IGA.answer(chart(doubtful))) == "unknown judgement"


def test_segmented_neutrophils_alone_are_a_lower_bound() -> None:
    anc = rule(value="neutrophils_abs", at_least="1.0 10*9/L")
    assert said(anc.answer(chart(lab("neutrophils_abs", 1.2, method="segmented")))) == "pass recorded"
    assert said(anc.answer(chart(lab("neutrophils_abs", 0.8, method="segmented")))) == "unknown imprecise"


def test_above_and_below_its_range_never_use_published_limits() -> None:
    ldh, haptoglobin = (
        rule(value="ldh", **{"is": "above its range"}),
        rule(value="haptoglobin", **{"is": "below its range"}),
    )
    assert said(ldh.answer(chart(lab("ldh", 900, high=250)))) == "pass recorded"
    assert said(ldh.answer(chart(lab("ldh", 900)))) == "unknown no-reference-range"
    assert said(ldh.answer(chart(lab("ldh", 900, says="H")))) == "pass recorded"
    assert said(haptoglobin.answer(chart(lab("haptoglobin", 5, low=30)))) == "pass recorded"
    assert said(haptoglobin.answer(chart(lab("haptoglobin", 50, low=30)))) == "fail"


def test_evidence_that_may_prove_an_inclusion_never_disproves_it() -> None:
    shown = rule(
        shown_by=[{"value": "upcr", "more_than": "500 mg/g"}, {"value": "platelets", "less_than": "100 10*9/L"}]
    )
    assert said(shown.answer(chart(lab("upcr", 501)))) == "pass recorded"
    assert said(shown.answer(chart(lab("upcr", 10), lab("platelets", 200)))) == "unknown no-data"
    assert said(shown.answer(chart(lab("upcr", 0.9, "")))) == "unknown incomparable"


def test_an_exception_holds_only_with_the_recorded_finding() -> None:
    gilbert = rule(recorded="gilbert_syndrome")
    assert said(gilbert.answer(chart(condition("gilbert_syndrome")))) == "pass recorded"
    assert said(gilbert.answer(chart())) == "fail"
    assert said(gilbert.answer(chart(Condition=Kind.PART))) == "unknown unavailable"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"value": "alt"}, "needs exactly one of"),
        ({"value": "alt", "at_most": "3 × ULN", "at_least": "1 U/L"}, "needs exactly one of"),
        ({"value": "no_such", "at_most": "3 g"}, "no concept"),
        ({"value": "alt", "at_most": "40 kg"}, "no unit of alt"),
        ({"value": "alt", "at_most": "40 U/L", "not_counted_after": "sunshine"}, "must be one of"),
        ({"value": "alt", "at_most": "40 U/L", "unknown": 1}, "not understood"),
        ({"age": "grown up"}, "'age' must read"),
        ({"age": "65 to 18 years"}, "below the lower"),
        ({"positive": "no_such"}, "no concept"),
        ({"score": "sledai_2k"}, "'at_least' is missing"),
        ({"clearance": "cockcroft_gault", "measured": "wins"}, "needs one of"),
        ({"egfr": "reported_or_computed", "at_least": "30 kg"}, "no unit of egfr"),
        ({"no_pregnancy": "tea leaves"}, "must be one of"),
        ({"no_positive_marker": ["plague"]}, "must be one of"),
        ({"dyspnoea": "little"}, "must read"),
        ({"chronicity_index": "little"}, "must read"),
    ],
)
def test_a_fault_of_the_file_is_named(values, problem) -> None:
    assert problem in faults(**values)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (WEIGHT, "body weight ≥ 40 kg"),
        (ECHO, "left ventricular ejection fraction ≥ 50 % within 8 weeks, by echocardiography"),
        (PLATELETS, "platelet count ≥ 25 10*9/L; not counted after transfusion or growth factor"),
        (IGA, "immunoglobulin A ≥ 10 mg/dL; without a value, recorded iga deficiency excludes"),
        (
            HEPATITIS,
            "alanine aminotransferase < 3 × ULN; with recorded lupus hepatitis an excess is for a clinician to judge",
        ),
    ],
)
def test_a_rule_says_itself_in_words(wanted, words) -> None:
    assert wanted.words() == words
    assert wanted.reads().concepts
