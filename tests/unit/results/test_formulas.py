"""The kidney formulas and unit factors hold the worked examples of formulas.md (our own copy, rechecked by hand)."""

from decimal import Decimal

import pytest

from cds_service.clinical.measures import convert
from cds_service.clinical.renal import (
    bedside_schwartz,
    ckd_epi_2021,
    ckd_epi_interval,
    clearance_interval,
    cockcroft_gault,
    schwartz_interval,
)
from cds_service.kernel.numbers import Interval, exactly

from .making import TERMINOLOGY

D = Decimal

COCKCROFT_GAULT = [  # age, kg, mg/dL, female, mL/min
    (30, "60", "0.8", True, "97.396"), (30, "60", "0.8", False, "114.583"), (45, "70", "1.5", False, "61.574"),
    (25, "40", "2.0", True, "27.153"), (65, "55", "1.1", True, "44.271"), (50, "72", "1.0", False, "90.000"),
    (40, "50", "2.5", True, "23.611"), (18, "45", "1.8", True, "36.007"), (70, "50", "0.9", False, "54.012"),
]  # fmt: skip
CKD_EPI_2021 = [  # mg/dL, age, female, mL/min/1.73 m²
    ("0.5", 25, True, "133.401"), ("0.7", 30, True, "119.245"), ("0.9", 40, False, "110.726"),
    ("1.0", 50, False, "91.691"), ("1.2", 45, True, "56.888"), ("1.5", 35, False, "61.878"),
    ("2.5", 30, True, "25.884"), ("2.5", 60, False, "28.694"), ("0.9", 55, True, "75.499"),
    ("2.2", 30, True, "30.175"), ("2.1", 40, True, "29.984"),
]  # fmt: skip
SCHWARTZ = [  # cm, mg/dL, mL/min/1.73 m²
    ("100", "0.4", "103.250"), ("150", "1.0", "61.950"), ("140", "0.6", "96.367"), ("165", "2.06", "33.080"),
    ("120", "1.65", "30.036"), ("110", "0.5", "90.860"),
]  # fmt: skip
CONVERTED = [  # concept, number, unit, number in the canonical unit, decimals
    ("creatinine_serum", "41", "umol/L", "0.4638"), ("creatinine_serum", "57", "umol/L", "0.6448"),
    ("creatinine_serum", "73", "umol/L", "0.8258"), ("creatinine_serum", "97", "umol/L", "1.0973"),
    ("creatinine_serum", "106.08", "umol/L", "1.2"), ("creatinine_serum", "132.6", "umol/L", "1.5"),
    ("creatinine_serum", "221", "umol/L", "2.5"), ("upcr", "20", "mg/mmol", "176.8"),
    ("upcr", "56.5", "mg/mmol", "499.5"), ("upcr", "113.1", "mg/mmol", "999.8"), ("upcr", "339", "mg/mmol", "2996.8"),
    ("body_temp", "98.6", "[degF]", "37.0"), ("body_temp", "100.4", "[degF]", "38.0"),
    ("body_temp", "102.2", "[degF]", "39.0"),
]  # fmt: skip


@pytest.mark.parametrize(("age", "kg", "creatinine", "female", "clearance"), COCKCROFT_GAULT)
def test_cockcroft_gault_gives_the_worked_clearance(age, kg, creatinine, female, clearance) -> None:
    assert round(cockcroft_gault(age, D(kg), D(creatinine), female=female), 3) == D(clearance)


@pytest.mark.parametrize(("creatinine", "age", "female", "egfr"), CKD_EPI_2021)
def test_ckd_epi_2021_gives_the_worked_egfr(creatinine, age, female, egfr) -> None:
    assert round(ckd_epi_2021(age, D(creatinine), female=female), 3) == D(egfr)


def test_ckd_epi_2021_agrees_with_floating_point_to_twelve_digits() -> None:
    for creatinine in ("0.31", "0.7", "0.9", "1.37", "4.2"):
        ours = ckd_epi_2021(41, D(creatinine), female=False)
        ratio = float(creatinine) / 0.9
        theirs = 142 * min(ratio, 1) ** -0.302 * max(ratio, 1) ** -1.2 * 0.9938**41
        assert abs(float(ours) - theirs) < theirs * 1e-12


@pytest.mark.parametrize(("height", "creatinine", "egfr"), SCHWARTZ)
def test_bedside_schwartz_gives_the_worked_egfr(height, creatinine, egfr) -> None:
    assert round(bedside_schwartz(D(height), D(creatinine)), 3) == D(egfr)


@pytest.mark.parametrize(("concept", "number", "unit", "canonical"), CONVERTED)
def test_units_convert_as_worked(concept, number, unit, canonical) -> None:
    found = convert(TERMINOLOGY, concept, exactly(D(number)), unit)
    places = -D(canonical).as_tuple().exponent
    assert found is not None and round(found.low, places) == D(canonical)


def test_2_5_mg_per_dl_is_221_micromol_per_litre_to_the_last_digit() -> None:
    assert convert(TERMINOLOGY, "creatinine_serum", exactly(D(221)), "umol/L") == exactly(D("2.5"))


def test_the_ends_of_the_inputs_give_the_ends_of_a_clearance() -> None:
    found = clearance_interval((30, 31), Interval(D(59), D(61)), Interval(D("0.8"), D("0.9")), female=True)
    assert found == Interval(
        cockcroft_gault(31, D(59), D("0.9"), female=True), cockcroft_gault(30, D(61), D("0.8"), female=True)
    )


def test_a_creatinine_below_detection_gives_a_lower_bound_only() -> None:
    below = Interval(None, D("0.3"), False, True)
    assert ckd_epi_interval((30, 30), below, female=True) == Interval(
        ckd_epi_2021(30, D("0.3"), female=True), None, True, False
    )
    assert clearance_interval((30, 30), exactly(D(60)), below, female=True).high is None
    assert schwartz_interval(exactly(D(140)), below).high is None


@pytest.mark.parametrize("wrong", [exactly(D(0)), exactly(D(-1)), Interval(D(-2), None)])
def test_a_number_that_cannot_be_right_gives_no_kidney_function(wrong) -> None:
    assert ckd_epi_interval((30, 30), wrong, female=True) is None
    assert clearance_interval((30, 30), wrong, exactly(D(1)), female=True) is None
    assert schwartz_interval(wrong, exactly(D(1))) is None


@pytest.mark.parametrize(("creatinine", "age", "female", "_"), CKD_EPI_2021)
def test_an_egfr_of_one_number_is_one_number_and_both_ends_of_its_interval(creatinine, age, female, _):
    number = D(creatinine)
    one = ckd_epi_interval((age, age), exactly(number), female=female)
    both = ckd_epi_interval((age, age), Interval(number, D(creatinine + "0")), female=female)
    assert one is not None
    assert both is not None
    assert one.exact
    assert one.low == ckd_epi_2021(age, number, female=female)
    assert (one.low, one.high, one.low_open, one.high_open) == (both.low, both.high, both.low_open, both.high_open)
