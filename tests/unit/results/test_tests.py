"""What a test says: words, codes, titres, ranges, copies; pregnancy and infection markers.

Decisions 2, 8, 11, 41, 43, 50, 53.
"""

import pytest

from cds_service.chart.chart import Kind

from .making import ago, chart, condition, lab, loinc, observation, procedure, rule, said

ANA = rule(positive="ana")
DNA = rule(positive="anti_dsdna")
HIV = rule(negative="hiv")
CMV = rule(negative="cmv_dna")
SYPHILIS = rule(negative="syphilis")
BLOOD = rule(no_pregnancy="blood test")
EITHER = rule(no_pregnancy="blood or urine test")
E6 = rule(no_positive_marker=["iga", "hiv", "htlv", "hepatitis_b", "hepatitis_c", "sars_cov_2"])
SNOMED = "http://snomed.info/sct"


def coded(concept: str, code: str, when: str = ago(10)) -> dict:
    return observation(loinc(concept), when, valueCodeableConcept={"coding": [{"system": SNOMED, "code": code}]})


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (lab("ana", "Positive"), "pass recorded"),
        (lab("ana", "阳性"), "pass recorded"),
        (lab("ana", "弱阳性"), "pass recorded"),
        (lab("ana", "阴性"), "fail"),
        (lab("ana", "negative"), "fail"),
        (lab("ana", "(+)"), "pass recorded"),
        (lab("ana", "±"), "unknown imprecise"),
        (lab("ana", "equivocal"), "unknown imprecise"),
        (lab("ana", "1:80"), "pass recorded"),
        (lab("ana", "1:40"), "fail"),
        (lab("ana", "<1:80"), "fail"),
        (lab("ana", ">1:640"), "pass recorded"),
        (lab("ana", ">1:40"), "unknown imprecise"),
        (lab("ana", 320, "{titer}"), "pass recorded"),
        (
            observation(loinc("ana"), valueRatio={"numerator": {"value": 1}, "denominator": {"value": 160}}),
            "pass recorded",
        ),
        (lab("ana", 3.2, "U", high=1), "pass recorded"),
        (lab("ana", 0.9, "U", high=1), "fail"),
        (lab("ana", 3.2, "U"), "unknown incomparable"),
        (lab("ana", 3.2, "U", says="POS"), "pass recorded"),
        (lab("ana", 0.2, "U", high=1, says="POS"), "unknown incomparable"),
        (lab("ana", "Negative", says="POS"), "unknown incomparable"),
        (lab("ana", says="A"), "pass recorded"),
        (lab("ana", says="N"), "fail"),
        (lab("ana", says="IND"), "unknown imprecise"),
        (lab("ana", "homogeneous pattern"), "unknown incomparable"),
        (observation(loinc("ana"), valueBoolean=True), "pass recorded"),
        (observation(loinc("ana"), valueBoolean="yes"), "unknown incomparable"),
        (coded("ana", "10828004"), "pass recorded"),
        (coded("ana", "260385009"), "fail"),
        (lab("ana", "QNS"), "unknown no-data"),
        (observation(loinc("ana"), dataAbsentReason={"text": "unknown"}), "unknown no-data"),
        (lab("ana", "Positive", when=ago(366)), "unknown stale"),
    ],
)
def test_a_test_is_positive_by_word_code_titre_or_its_own_range(result, status) -> None:
    assert said(ANA.answer(chart(result))) == status


def test_an_open_range_ends_below_its_limit() -> None:
    assert (
        said(DNA.answer(chart(lab("anti_dsdna", 1.0, method="", referenceRange=[{"text": "<1.0"}])))) == "pass recorded"
    )
    assert said(DNA.answer(chart(lab("anti_dsdna", 1.0, method="", referenceRange=[{"text": "0-1.0"}])))) == "fail"


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (lab("cmv_dna", 150, "[IU]/mL"), "fail"),
        (lab("cmv_dna", 0, "[IU]/mL"), "pass recorded"),
        (lab("cmv_dna", 34, "[IU]/mL", comparator="<"), "unknown imprecise"),
        (lab("cmv_dna", "Not detected"), "pass recorded"),
        (lab("cmv_dna", "<34 IU/mL, not detected"), "pass recorded"),
        (lab("cmv_dna", "<34 IU/mL detected"), "fail"),
    ],
)
def test_a_number_of_copies_above_zero_is_detected(result, status) -> None:
    assert said(CMV.answer(chart(result))) == status


def test_one_serology_by_two_methods_is_positive_when_the_newest_of_one_is() -> None:
    rpr, tppa = (
        lab("syphilis", "negative", method="presence", when=ago(5)),
        lab("syphilis", "1:8", when=ago(40), method="titre"),
    )
    positive = {**tppa, "valueString": "positive"}
    assert said(SYPHILIS.answer(chart(rpr))) == "pass recorded"
    assert said(SYPHILIS.answer(chart(rpr, positive))) == "fail"
    cleared = {**tppa, "valueString": "negative", "effectiveDateTime": ago(20)}
    assert said(SYPHILIS.answer(chart(rpr, positive, cleared))) == "pass recorded"


def test_a_negative_serology_is_open_when_older_results_of_another_method_may_be_missing() -> None:
    negative = lab("hiv", "negative", when=ago(5))
    assert said(HIV.answer(chart(negative, Observation=Kind.NEWEST))) == "unknown unavailable"
    assert said(HIV.answer(chart(negative, lab("alt", 10, when=ago(400)), Observation=Kind.NEWEST))) == "pass recorded"
    assert said(HIV.answer(chart(lab("hiv", "positive"), Observation=Kind.NEWEST))) == "fail"


def test_of_two_results_of_one_instant_the_worse_counts_for_either_question() -> None:
    both = (lab("cmv_dna", "detected"), lab("cmv_dna", "not detected"))
    assert said(CMV.answer(chart(*both))) == "fail"
    assert said(rule(positive="cmv_dna").answer(chart(*both))) == "fail"


@pytest.mark.parametrize(
    ("resources", "patient", "status"),
    [
        ((), {}, "unknown no-data"),
        ((lab("hcg_serum", "negative"),), {}, "pass recorded"),
        ((lab("hcg_serum", "positive"),), {}, "fail"),
        ((lab("hcg_serum", "negative", when=ago(29)),), {}, "unknown stale"),
        ((lab("hcg_serum", 25, "[IU]/L"),), {}, "fail"),
        ((lab("hcg_serum", 4.9, "m[IU]/mL"),), {}, "pass recorded"),
        ((lab("hcg_serum", 5, "[IU]/L"),), {}, "unknown imprecise"),
        ((lab("hcg_serum", 5, "[IU]/L", comparator="<"),), {}, "pass recorded"),
        ((lab("hcg_urine", "negative"),), {}, "unknown no-data"),
        ((), {"gender": "male"}, "pass recorded"),
        ((), {"gender": "other"}, "unknown no-data"),
        ((), {"gender": None}, "unknown no-data"),
        ((), {"born": "1970-11-01"}, "pass recorded"),
        ((), {"born": "1970-11-02"}, "unknown no-data"),
        ((), {"born": "2014-11-02"}, "pass recorded"),
        ((), {"born": "2014-11-01"}, "unknown no-data"),
        ((), {"born": "2014"}, "unknown no-data"),
        ((), {"born": None}, "unknown no-data"),
        ((procedure("hysterectomy", ago(900)),), {}, "pass recorded"),
        ((procedure("hysterectomy", ago(900)), lab("hcg_serum", "positive")), {}, "unknown judgement"),
        ((lab("hcg_serum", "negative"), condition("pregnancy", recordedDate=ago(3))), {}, "fail"),
        ((lab("hcg_serum", "negative"), condition("pregnancy", recordedDate=ago(20))), {}, "pass recorded"),
        (
            (lab("hcg_serum", "negative"), condition("pregnancy", status="resolved", recordedDate=ago(3))),
            {},
            "pass recorded",
        ),
        ((lab("hcg_serum", "positive"), condition("pregnancy", recordedDate=ago(3))), {}, "fail"),
        ((condition("pregnancy", recordedDate=ago(60)),), {}, "fail"),
        ((condition("pregnancy", recordedDate=ago(900)),), {}, "unknown judgement"),
        ((lab("hcg_serum", "negative"),), {"Condition": Kind.PART}, "unknown unavailable"),
    ],
)
def test_who_can_be_pregnant_needs_a_negative_blood_test(resources, patient, status) -> None:
    assert said(BLOOD.answer(chart(*resources, **patient))) == status


@pytest.mark.parametrize("recorded", [20, 900])
def test_a_pregnancy_listed_before_the_negative_test_is_noted_and_shown(recorded: int) -> None:
    found = BLOOD.answer(chart(lab("hcg_serum", "negative"), condition("pregnancy", recordedDate=ago(recorded))))
    assert said(found) == "pass recorded"
    assert found.notes == ("a pregnancy is listed that was recorded before the negative test",)
    assert [e.reference for e in found.evidence] == ["Observation/r0", "Condition/r1"]


def test_a_negative_test_with_no_pregnancy_going_on_carries_no_note() -> None:
    over = condition("pregnancy", status="resolved", recordedDate=ago(20))
    for resources in ((), (over,)):
        assert BLOOD.answer(chart(lab("hcg_serum", "negative"), *resources)).notes == ()


@pytest.mark.parametrize(
    ("made", "concept"),
    [(ANA, "ana"), (HIV, "hiv"), (BLOOD, "hcg_serum"), (E6, "hiv"),
     (rule(judged_if_positive={"tests": ["sars_cov_2_rna"], "window": "2 weeks"}), "sars_cov_2_rna")],
)  # fmt: skip
def test_a_value_that_contradicts_its_flag_is_incomparable_and_says_so(made, concept) -> None:
    found = made.answer(chart(lab(concept, "Negative", says="POS")))
    assert said(found) == "unknown incomparable"
    assert [e.note for e in found.evidence if e.reference] == ["the value and its flag disagree"]


def test_flags_that_contradict_each_other_are_said_to() -> None:
    both = lab("hiv", "Negative")
    system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    both["interpretation"] = [{"coding": [{"system": system, "code": code}]} for code in ("POS", "NEG")]
    found = HIV.answer(chart(both))
    assert (said(found), found.evidence[0].note) == ("unknown incomparable", "its flags disagree")


def test_a_urine_test_serves_where_the_trial_takes_it_and_the_newest_counts() -> None:
    assert said(EITHER.answer(chart(lab("hcg_urine", "negative")))) == "pass recorded"
    assert said(EITHER.answer(chart(lab("hcg_urine", "positive", when=ago(2)), lab("hcg_serum", "negative")))) == "fail"


def test_a_man_who_was_born_female_needs_a_test() -> None:
    birth = [{"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F"}]
    assert said(BLOOD.answer(chart(gender="male", extension=birth))) == "unknown no-data"


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ((), "pass not-recorded"),
        ((lab("iga", 9.9),), "fail"),
        ((lab("iga", 10),), "pass recorded"),
        ((lab("iga", 5, when=ago(366)),), "unknown stale"),
        ((lab("iga", 50, when=ago(366)),), "pass not-recorded"),
        ((lab("iga", 12, "mg/dL", comparator="<"),), "unknown imprecise"),
        ((lab("iga", 12, "pints"),), "unknown incomparable"),
        ((lab("hiv", "reactive"),), "fail"),
        ((lab("hiv", "non-reactive"),), "pass recorded"),
        ((lab("hiv", "positive", when=ago(400)),), "unknown stale"),
        ((lab("hiv", "positive", when=ago(400)), lab("hiv", "negative", when=ago(380))), "pass not-recorded"),
        ((lab("hiv", "positive", when=ago(400)), lab("hiv", "negative", when=ago(30))), "pass recorded"),
        ((lab("hiv_rna", 50, "{copies}/mL", method=""),), "fail"),
        ((lab("hbsag", "positive"),), "fail"),
        ((lab("hbv_dna", 20, "[IU]/mL", method=""),), "fail"),
        ((lab("hbsag", "negative"), lab("anti_hbc_total", "positive")), "pass recorded"),
        ((lab("hcv_rna", "detected"),), "fail"),
        ((lab("anti_hcv", "positive"),), "unknown no-data"),
        ((lab("anti_hcv", "positive"), lab("hcv_rna", "not detected")), "pass recorded"),
        ((lab("anti_hcv", "negative"),), "pass recorded"),
        ((lab("anti_hcv", "equivocal"),), "unknown imprecise"),
        ((lab("sars_cov_2_rna", "detected", when=ago(13)),), "fail 2026-11-02"),
        ((lab("sars_cov_2_ag", "positive", when=ago(0)),), "fail 2026-11-15"),
        ((lab("sars_cov_2_rna", "detected", when=ago(14)),), "pass recorded"),
        ((lab("sars_cov_2_rna", "detected", when=ago(400)),), "pass not-recorded"),
        ((lab("sars_cov_2_rna", "equivocal", when=ago(3)),), "unknown imprecise"),
        ((lab("sars_cov_2_rna", "detected", when="2026-10"),), "unknown imprecise"),
    ],
)
def test_a_positive_marker_excludes_and_silence_passes(results, status) -> None:
    assert said(E6.answer(chart(*results))) == status


def test_the_viruses_without_a_test_are_named() -> None:
    notes = E6.answer(chart(lab("hiv", "negative"))).notes
    assert notes == ("no test is on the chart for HTLV, hepatitis B, hepatitis C, SARS-CoV-2",)
    assert "anti-HBc alone is positive: passes" in E6.answer(chart(lab("anti_hbc_total", "positive"))).notes


def test_markers_of_an_answer_that_did_not_arrive_are_unavailable_and_a_found_positive_fails() -> None:
    assert said(E6.answer(chart(Observation=Kind.UNAVAILABLE))) == "unknown unavailable"
    assert said(E6.answer(chart(lab("hbsag", "positive"), Observation=Kind.PART))) == "fail"
    assert said(E6.answer(chart(lab("hbsag", "negative"), Observation=Kind.PART))) == "unknown unavailable"


def test_words_and_reads_name_the_tests() -> None:
    assert ANA.words() == "antinuclear antibodies positive"
    assert HIV.words() == "HIV antibody or antigen test negative"
    assert BLOOD.words().startswith("negative pregnancy test (blood) within 28 days")
    assert E6.words().endswith("nothing recorded passes")
    assert {"hcg_serum"} <= BLOOD.reads().concepts and {"hcv_rna"} <= E6.reads().concepts
    assert ANA.reads().concepts == {"ana"}
