"""A creatinine newer than the recorded kidney function (decisions 1 and 7: the newest counts, also where unread)."""

from .making import ago, chart, lab, rule, said

I11A = rule(clearance="cockcroft_gault", at_least="50 mL/min", measured="never")
EGFR = rule(egfr="reported_or_computed", at_least="30 mL/min/1.73m2")
RECORDED = lab("crcl", 80, when=ago(20), method="cockcroft-gault")
WEIGHT = lab("body_weight", 60)


def test_a_newer_creatinine_from_which_nothing_can_be_computed_outdates_a_reported_egfr_all_the_same() -> None:
    older = lab("egfr", 90, when=ago(20))
    assert said(EGFR.answer(chart(older, born=None))) == "pass recorded"
    without_age = EGFR.answer(chart(older, lab("creatinine_serum", 3.0, when=ago(5)), born=None))
    assert said(without_age) == "unknown no-data"
    assert without_age.missing == ("egfr", "birth_date")


def test_a_recorded_clearance_stands_beside_a_newer_creatinine_from_which_nothing_can_be_computed() -> None:
    assert said(I11A.answer(chart(RECORDED, lab("creatinine_serum", 3.0, when=ago(5))))) == "pass recorded"


def test_a_newer_creatinine_that_cannot_be_read_outdates_a_recorded_clearance() -> None:
    unread = lab("creatinine_serum", 3.0, "", when=ago(5))
    assert said(I11A.answer(chart(RECORDED, unread, WEIGHT))) == "unknown incomparable"
    older = lab("creatinine_serum", 3.0, "", when=ago(25))
    assert said(I11A.answer(chart(RECORDED, older, WEIGHT))) == "pass recorded"
