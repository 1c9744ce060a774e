"""A bound keeps its side and its meaning through a conversion (criteria.md section 2 "Units", "Observation values")."""

import pytest

from .making import ago, chart, lab, observation, rule, said

CREATININE = rule(value="creatinine_serum", at_most="2.5 mg/dL")
ABOVE = rule(value="creatinine_serum", more_than="2.5 mg/dL")
SLEDAI = rule(score="sledai_2k", at_least="8")


@pytest.mark.parametrize(
    ("comparator", "value", "within", "above"),
    [
        ("<", 221, "pass recorded", "fail"),
        ("<=", 221, "pass recorded", "fail"),
        ("<", 300, "unknown imprecise", "unknown imprecise"),
        (">", 221, "fail", "pass recorded"),
        (">=", 221, "unknown imprecise", "unknown imprecise"),
        (">", 100, "unknown imprecise", "unknown imprecise"),
    ],
)
def test_a_comparator_decides_in_umol_what_it_decides_in_mg(comparator, value, within, above) -> None:
    result = lab("creatinine_serum", value, "umol/L", comparator=comparator)
    assert said(CREATININE.answer(chart(result))) == within
    assert said(ABOVE.answer(chart(result))) == above


@pytest.mark.parametrize(("unit", "value"), [("10^9/L", 25), ("×10⁹/L", 25), ("10⁹/L", 25)])
def test_a_power_written_in_small_figures_is_a_power(unit, value) -> None:
    platelets = rule(value="platelets", at_least="25 10*9/L")
    assert said(platelets.answer(chart(lab("platelets", value, unit)))) == "pass recorded"


def test_a_power_whose_exponent_was_lost_is_no_unit() -> None:
    platelets = rule(value="platelets", at_least="25 10*9/L")
    assert said(platelets.answer(chart(lab("platelets", 25, "109/L")))) == "unknown incomparable"


def test_a_protein_in_the_urine_that_is_not_there_counts_no_points_and_a_creatinine_ratio_stands_in() -> None:
    four = rule(score="sledai_2k", at_least="4")
    assert said(four.answer(chart(lab("upcr", 600)))) == "pass computed"
    assert said(four.answer(chart(lab("upcr", 600), lab("urine_protein_24h", 0.2)))) == "unknown imprecise"
    assert said(four.answer(chart(lab("upcr", 600), lab("urine_protein_24h", 0.8)))) == "pass computed"
    assert said(four.answer(chart(lab("upcr", 600), lab("urine_protein_24h", 2, "furlong")))) == "pass computed"


@pytest.mark.parametrize("readings", [(14, 14), (14, 8)])
def test_a_stale_total_of_another_instrument_is_stale_and_no_total_at_all_is_no_data(readings) -> None:
    old = [observation({"text": "SELENA-SLEDAI"}, ago(100), valueInteger=v) for v in readings]
    assert said(SLEDAI.answer(chart(*old))) == "unknown stale"
    assert said(SLEDAI.answer(chart())) == "unknown no-data"


def test_a_total_whose_day_may_lie_outside_the_look_back_is_imprecise_even_if_it_is_high() -> None:
    total = observation({"text": "SLEDAI-2K"}, "2026-08", valueInteger=20)
    assert said(SLEDAI.answer(chart(total))) == "unknown imprecise"
