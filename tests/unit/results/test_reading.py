"""Observations become results: by code, by text, by component; every form of a value; what cannot be read is said."""

import pytest

from .making import INTERPRETATION, LOINC, ago, chart, lab, loinc, observation, rule, said

WEIGHT = rule(value="body_weight", at_least="40 kg")
PLATELETS = rule(value="platelets", at_least="25 10*9/L")
HAEMOGLOBIN = rule(value="hemoglobin", at_least="70 g/L")
CODE = loinc("body_weight")


def weight(**elements: object) -> dict:
    return observation(CODE, **elements)


@pytest.mark.parametrize(
    ("elements", "status"),
    [
        (
            {"valueQuantity": {"value": 60, "unit": "kilograms", "code": "kg", "system": "http://unitsofmeasure.org"}},
            "pass recorded",
        ),
        ({"valueQuantity": {"value": 60, "code": "kg"}}, "pass recorded"),
        ({"valueQuantity": {"value": "60", "unit": "kg"}}, "unknown incomparable"),
        ({"valueQuantity": {"value": True, "unit": "kg"}}, "unknown incomparable"),
        ({"valueQuantity": {"value": 60, "unit": "kg", "comparator": "ad"}}, "unknown incomparable"),
        ({"valueQuantity": "60 kg"}, "unknown incomparable"),
        ({"valueQuantity": {"unit": "kg"}}, "unknown no-data"),
        ({"valueQuantity": {"value": 1e300, "unit": "kg"}}, "unknown incomparable"),
        ({"valueString": "60 kg"}, "pass recorded"),
        ({"valueString": ">= 45.5 kg"}, "pass recorded"),
        ({"valueString": "38-42 kg"}, "unknown imprecise"),
        ({"valueString": "42-38 kg"}, "unknown incomparable"),
        ({"valueString": "heavy"}, "unknown incomparable"),
        ({"valueString": "positive"}, "unknown incomparable"),
        ({"valueString": "  "}, "unknown no-data"),
        ({"valueString": 60}, "unknown incomparable"),
        ({"valueInteger": 60}, "unknown incomparable"),
        ({"valueRange": {"low": {"value": 41, "unit": "kg"}, "high": {"value": 45, "unit": "kg"}}}, "pass recorded"),
        ({"valueRange": {"low": {"value": 41, "unit": "kg"}}}, "pass recorded"),
        (
            {"valueRange": {"low": {"value": 45, "unit": "kg"}, "high": {"value": 41, "unit": "kg"}}},
            "unknown incomparable",
        ),
        (
            {"valueRange": {"low": {"value": 41, "unit": "kg"}, "high": {"value": 45, "unit": "g"}}},
            "unknown incomparable",
        ),
        ({"valueRange": {}}, "unknown incomparable"),
        (
            {"valueRatio": {"numerator": {"value": 120, "unit": "kg"}, "denominator": {"value": 2}}},
            "unknown incomparable",
        ),
        ({"valueRatio": {"numerator": {"value": 120}}}, "unknown incomparable"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 0}}}, "unknown incomparable"),
        ({"valueCodeableConcept": {"text": "60 kg"}}, "pass recorded"),
        ({"valueCodeableConcept": {"text": "not done"}}, "unknown no-data"),
        ({"valueCodeableConcept": {"text": "overweight"}}, "unknown incomparable"),
        ({"valueDateTime": "2026-10-01"}, "unknown incomparable"),
        ({"valueInteger": 60, "valueString": "60 kg"}, "unknown incomparable"),
        ({"interpretation": [{"coding": [{"system": INTERPRETATION, "code": "N"}]}]}, "unknown incomparable"),
        ({}, "unknown no-data"),
    ],
)
def test_every_form_of_a_value_is_read_or_said_to_be_unreadable(elements, status) -> None:
    assert said(WEIGHT.answer(chart(weight(**elements)))) == status


def test_a_ratio_of_amounts_is_a_number_with_a_unit() -> None:
    upcr = rule(value="upcr", more_than="500 mg/g")
    ratio = {"numerator": {"value": 900, "unit": "mg"}, "denominator": {"value": 1, "unit": "g"}}
    assert said(upcr.answer(chart(observation(loinc("upcr"), valueRatio=ratio)))) == "pass recorded"


@pytest.mark.parametrize("words", [{"text": "High"}, {"coding": [{"code": "H"}]}, {"text": "H"}, {"text": "偏高"}])
def test_an_interpretation_is_read_by_code_letter_or_word(words) -> None:
    ldh = rule(value="ldh", **{"is": "above its range"})
    assert said(ldh.answer(chart(lab("ldh", 900, interpretation=[words])))) == "pass recorded"


def test_components_are_results_of_their_own() -> None:
    parts = [
        {
            "code": {"coding": [{"system": LOINC, "code": loinc("platelets")}]},
            "valueQuantity": {"value": 20, "unit": "K/uL"},
        },
        {"code": {"coding": [{"system": LOINC, "code": loinc("hemoglobin")}]}, "dataAbsentReason": {"text": "unknown"}},
        {"code": {"text": "comment"}, "valueString": "clotted"},
    ]
    panel = chart(observation({"text": "blood count"}, component=parts))
    assert said(PLATELETS.answer(panel)) == "fail"
    assert said(HAEMOGLOBIN.answer(panel)) == "unknown no-data"


def test_every_coding_is_looked_at_and_a_contradiction_is_reported() -> None:
    local = {"system": "urn:oid:1.2.3", "code": "155", "display": "WEIGHT"}
    both = weight(valueQuantity={"value": 60, "unit": "kg"})
    both["code"]["coding"].insert(0, local)
    assert said(WEIGHT.answer(chart(both))) == "pass recorded"
    both["code"]["coding"].append({"system": LOINC, "code": loinc("body_height")})
    contradicting = chart(both)
    assert contradicting.skipped == (("Observation/r0", "the codes of one result name different tests"),)


@pytest.mark.parametrize(
    ("elements", "problem"),
    [
        ({"when": None}, "has no date"),
        ({"when": "2026-02-30"}, "a day that does not exist"),
        ({"status": "unknown"}, "neither final nor preliminary"),
        ({"status": None}, "neither final nor preliminary"),
        ({"when": 20261001}, "not of the types"),
    ],
)
def test_a_result_that_matters_and_cannot_be_placed_is_named(elements, problem) -> None:
    reading = chart(lab("body_weight", 60, **elements))
    assert len(reading.skipped) == 1 and problem in reading.skipped[0][1]
    assert said(WEIGHT.answer(reading)) == "unknown no-data"


def test_what_nobody_asks_for_is_not_named_but_shows_how_old_the_chart_is() -> None:
    other = {"coding": [{"system": LOINC, "code": "0000-0"}], "text": "something else"}
    reading = chart(
        observation(other, when=ago(700)),
        observation(other, when=None),
        observation(other, when="soon"),
        observation(other, when=7),
    )
    assert reading.skipped == () and reading.results == {}
    assert str(reading.reach) == ago(700)


def test_of_a_period_the_end_counts() -> None:
    urine = lab("urine_protein_24h", 7, when=None, effectivePeriod={"start": ago(91), "end": ago(90)})
    assert said(rule(value="urine_protein_24h", at_most="6 g/(24.h)").answer(chart(urine))) == "fail"
    instant = lab("body_weight", 60, when=None, effectiveInstant=f"{ago(3)}T10:00:00Z")
    assert said(WEIGHT.answer(chart(instant))) == "pass recorded"


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("SLEDAI-2K评分", "sledai_2k"),
        ("Chronicity index (NIH)", "chronicity_index"),
        ("CTCAE grade of dyspnoea", "dyspnea_grade"),
        ("Acute GVHD grade", "gvhd_grade"),
        ("Lupus nephritis class (ISN/RPS)", "lupus_nephritis_class"),
        ("eGFR, bedside Schwartz", "egfr"),
        ("mMRC dyspnea scale", None),
        ("Paediatric note", None),
        ("Lupus nephritis", None),
        ("GVHD prophylaxis", None),
    ],
)
def test_a_score_or_grade_without_a_code_is_found_by_its_text(text, concept) -> None:
    assert set(chart(observation({"text": text}, valueInteger=1)).results) == ({concept} if concept else set())


def test_a_known_code_comes_before_any_text() -> None:
    named = weight(valueQuantity={"value": 60, "unit": "kg"})
    named["code"]["text"] = "SLEDAI-2K"
    assert set(chart(named).results) == {"body_weight"}


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        ([{"low": {"value": 0}, "high": {"value": 40}}], "pass recorded"),
        ([{"text": "10 - 40 U/L"}], "pass recorded"),
        ([{"text": "≤40"}], "pass recorded"),
        ([{"text": ">10"}], "pass recorded"),
        ([{"text": "see report"}], "pass recorded"),
        ([{"low": {"value": 50}, "high": {"value": 10}}], "pass recorded"),
        ([{"low": {"value": 1, "unit": "U/L"}, "high": {"value": 10, "unit": "ukat/L"}}], "pass recorded"),
        ([{"high": {"value": 10}}, {"high": {"value": 20}}], "pass recorded"),
        ([{"high": {"value": 10}}, {"high": {"value": 10}}], "fail"),
        (
            [{"high": {"value": 10}, "age": {"high": {"value": 17, "unit": "a"}}}, {"high": {"value": 40}}],
            "pass recorded",
        ),
        (
            [{"high": {"value": 10}, "age": {"low": {"value": 50, "unit": "a"}}}, {"high": {"value": 40}}],
            "pass recorded",
        ),
        ([{"high": {"value": 10}, "type": {"text": "therapeutic"}}], "pass recorded"),
        (["40"], "pass recorded"),
    ],
)
def test_only_a_normal_range_for_this_patient_that_can_be_read_is_the_own_limit(limits, status) -> None:
    # 90 U/L is within 2.5 times 40 (own or published), and over 2.5 times the other limits.
    alt = rule(value="alt", at_most="2.5 × ULN")
    assert said(alt.answer(chart(lab("alt", 90, referenceRange=limits)))) == status
