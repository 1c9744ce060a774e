"""The numbers and days on which the answer about a value turns (decisions 7, 29, 32, 33, 36)."""

import pytest

from .making import ago, chart, lab, observation, rule, said


def test_published_limits_hold_from_the_eighteenth_birthday_on() -> None:
    alt = rule(value="alt", at_most="2.5 × ULN")
    assert said(alt.answer(chart(lab("alt", 30), born="2008-11-01"))) == "pass recorded"
    assert said(alt.answer(chart(lab("alt", 30), born="2008-11-02"))) == "unknown no-reference-range"
    assert said(alt.answer(chart(lab("alt", 30), born="2008"))) == "unknown no-reference-range"


def test_a_multiple_of_a_limit_is_held_against_both_ends_of_a_value() -> None:
    alt = rule(value="alt", at_most="2.5 × ULN")
    over = {"valueRange": {"low": {"value": 50, "unit": "U/L"}, "high": {"value": 200, "unit": "U/L"}}}
    assert said(alt.answer(chart(lab("alt", 50, high=40, comparator=">")))) == "unknown imprecise"
    assert said(alt.answer(chart(lab("alt", 101, high=40, comparator=">")))) == "fail"
    assert said(alt.answer(chart(lab("alt", high=40, **over)))) == "unknown imprecise"


@pytest.mark.parametrize(
    ("born", "days", "status"),
    [
        ("2008-11-01", 180, "pass recorded"),
        ("2008-11-01", 181, "unknown stale"),
        ("2008-11-02", 60, "pass recorded"),
        ("2008-11-02", 61, "unknown stale"),
    ],
)
def test_a_weight_ages_faster_until_the_day_of_the_eighteenth_birthday(born, days, status) -> None:
    weight = rule(value="body_weight", at_least="40 kg")
    assert said(weight.answer(chart(lab("body_weight", 60, when=ago(days)), born=born))) == status


@pytest.mark.parametrize(
    ("unit", "status"),
    [("/12", "pass recorded"), ("{score}", "pass recorded"), ("%", "unknown incomparable"), ("", "pass recorded")],
)
def test_a_chronicity_index_is_a_number_of_twelve_and_of_nothing_else(unit, status) -> None:
    index = observation({"text": "Chronicity index"}, valueQuantity={"value": 3} | ({"unit": unit} if unit else {}))
    assert said(rule(chronicity_index="at most 6").answer(chart(index))) == status


def test_the_evidence_says_against_which_limit_a_multiple_was_held() -> None:
    def held_against(limit: str, **of_result: int) -> str | None:
        found = rule(value="alt", at_most=limit).answer(chart(lab("alt", 20, **of_result)))
        return found.evidence[0].threshold

    assert held_against("2.5 × ULN", high=41) == "≤ 2.5 × ULN (ULN 41 U/L)"
    assert held_against("2.5 × ULN") == "≤ 2.5 × ULN (ULN 40 U/L)"
    assert held_against("100 U/L", high=41) == "≤ 100 U/L"


@pytest.mark.parametrize(
    ("comparator", "number", "status"),
    [(">", 10, "pass recorded"), (">", 7, "unknown imprecise"), ("<", 8, "fail"), ("<", 200, "unknown incomparable")],
)
def test_a_total_with_a_bound_is_held_against_the_least_and_against_what_a_total_can_be(comparator, number, status):
    total = observation({"text": "SLEDAI-2K"}, valueQuantity={"value": number, "comparator": comparator})
    assert said(rule(score="sledai_2k", at_least=8).answer(chart(total))) == status


@pytest.mark.parametrize(
    ("total", "status"), [(0, "fail"), (1, "fail"), (105, "pass recorded"), (106, "unknown incomparable")]
)
def test_a_total_is_a_number_from_0_to_105(total, status) -> None:
    found = rule(score="sledai_2k", at_least=8).answer(chart(observation({"text": "SLEDAI-2K"}, valueInteger=total)))
    assert said(found) == status


@pytest.mark.parametrize(
    ("index", "status"),
    [
        (-1, "unknown incomparable"),
        (0, "pass recorded"),
        (6, "pass recorded"),
        (12, "fail"),
        (13, "unknown incomparable"),
    ],
)
def test_a_chronicity_index_is_a_number_from_0_to_12(index, status) -> None:
    recorded = observation({"text": "Chronicity index"}, valueInteger=index)
    assert said(rule(chronicity_index="at most 6").answer(chart(recorded))) == status


def test_a_clearance_from_a_weight_with_a_bound_is_shown_with_that_bound() -> None:
    clearance = rule(clearance="cockcroft_gault", at_least="50 mL/min", measured="never")
    found = clearance.answer(chart(lab("creatinine_serum", 0.8), lab("body_weight", 60, comparator=">")))
    assert said(found) == "pass computed"
    assert str(found.evidence[0].normalised).startswith("> 9")


def test_a_clearance_that_stays_under_the_limit_fails_where_its_bound_is_the_limit() -> None:
    """At 40 years, 36 kg and 1 mg/dL it is exactly 50 mL/min."""
    clearance = rule(clearance="cockcroft_gault", at_least="50 mL/min", measured="never")
    man = {"born": "1986-01-01", "gender": "male"}
    creatinine, weight = lab("creatinine_serum", 1), lab("body_weight", 36)
    assert said(clearance.answer(chart(creatinine, weight, **man))) == "pass computed"
    lighter = lab("body_weight", 36, comparator="<")
    assert said(clearance.answer(chart(creatinine, lighter, **man))) == "fail"
    more = lab("creatinine_serum", 1, comparator=">")
    assert said(clearance.answer(chart(more, weight, **man))) == "fail"
