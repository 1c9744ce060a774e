"""Kidney function where ages, limits and instants meet (decision 7; criteria.md section 2 "Age", decision 50)."""

import pytest

from cds_service.clinical.selection import CONFLICT

from .making import ago, chart, lab, rule, said

EGFR = rule(egfr="reported_or_computed", at_least="30 mL/min/1.73m2")
AT_LIMIT = "reported within 0.5 of the limit: the number before rounding may lie on the other side"


@pytest.mark.parametrize(("value", "noted"), [(30, True), (30.4, True), (30.5, False), (29.6, True), (29.5, False)])
def test_a_reported_egfr_within_half_a_unit_of_the_limit_says_so(value, noted) -> None:
    assert (AT_LIMIT in EGFR.answer(chart(lab("egfr", value))).notes) is noted


@pytest.mark.parametrize(
    ("creatinine", "height", "status"),
    [(1.0, 170, "pass computed"), (2.4, 190, "unknown imprecise"), (9.0, 170, "fail")],
)
def test_born_in_a_year_that_makes_17_or_18_both_formulas_must_say_the_same(creatinine, height, status) -> None:
    """At 2.4 mg/dL and 190 cm it is 32.7 by Schwartz and 29.3 by CKD-EPI."""
    results = (lab("creatinine_serum", creatinine), lab("body_height", height))
    assert said(EGFR.answer(chart(*results, born="2008"))) == status


def test_of_somebody_whose_year_of_birth_is_known_the_egfr_is_computed_for_both_ages() -> None:
    def shown(born: str) -> str:
        return str(EGFR.answer(chart(lab("creatinine_serum", 1.0), born=born)).evidence[0].normalised)

    older, younger = shown("1992-01-01"), shown("1992-12-31")
    assert older != younger
    assert shown("1992") == f"{older.partition(' ')[0]}–{younger}"


@pytest.mark.parametrize(("born", "status"), [("2009-01-01", "unknown no-data"), ("2007-01-01", "pass recorded")])
def test_a_reported_adult_egfr_does_not_count_under_18(born, status) -> None:
    assert said(EGFR.answer(chart(lab("egfr", 90), born=born))) == status


def test_a_year_of_birth_that_leaves_17_open_takes_no_adult_egfr() -> None:
    assert said(EGFR.answer(chart(lab("egfr", 90, when=ago(3)), born="2008"))) != "pass recorded"


def test_two_creatinines_of_one_instant_that_agree_are_one() -> None:
    one, again = lab("creatinine_serum", 1.0), lab("creatinine_serum", 1.0) | {"id": "again"}
    assert EGFR.answer(chart(one, again)).evidence[0].normalised == EGFR.answer(chart(one)).evidence[0].normalised
    assert said(EGFR.answer(chart(one, again))) == "pass computed"
    assert CONFLICT not in EGFR.answer(chart(one, again)).notes
    assert CONFLICT in EGFR.answer(chart(one, lab("creatinine_serum", 1.1) | {"id": "again"})).notes


def test_what_is_to_be_said_of_the_height_is_said_of_the_egfr_of_a_child() -> None:
    tall, taller = lab("body_height", 150), lab("body_height", 152) | {"id": "again"}
    child = {"born": "2012-03-01"}
    creatinine = lab("creatinine_serum", 0.6)
    assert CONFLICT not in EGFR.answer(chart(creatinine, tall, **child)).notes
    assert CONFLICT in EGFR.answer(chart(creatinine, tall, taller, **child)).notes
