"""What is worked out once for a result or a unit is the same when it is asked for again."""

import pytest

from cds_service.clinical import limits, measures

from .making import chart, lab, rule, said

CREATININE = rule(value="creatinine_serum", at_most="2.5 mg/dL")


def test_the_upper_limits_of_a_result_are_worked_out_once() -> None:
    patient = chart(lab("alt", 30, "U/L", high=40))
    (result,) = patient.results["alt"]
    assert limits.uppers(patient, result) is limits.uppers(patient, result)
    assert len(limits.uppers(patient, result)) == 1


def test_a_full_memory_of_units_is_emptied_and_units_are_read_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "_units", {})
    monkeypatch.setattr(measures, "_MOST", 1)
    for _ in range(2):
        assert said(CREATININE.answer(chart(lab("creatinine_serum", 221, "umol/L")))) == "pass recorded"
        assert said(CREATININE.answer(chart(lab("creatinine_serum", 2.6, "mg/dL")))) == "fail"
    assert len(measures._units) == 1


def test_a_result_has_no_attribute_that_nobody_named() -> None:
    (result,) = chart(lab("alt", 30, "U/L")).results["alt"]
    with pytest.raises(AttributeError, match="reeding"):
        result.reeding  # noqa: B018
