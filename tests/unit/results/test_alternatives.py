"""An alternative by a finding (2 × ULN, or with recorded Gilbert syndrome more) while the finding may be hidden."""

import pytest

from cds_service.chart.chart import Kind

from .making import chart, condition, lab, rule, said

BILIRUBIN = rule(
    any=[
        {"value": "bilirubin_total", "at_most": "2 × ULN"},
        {"all": [{"recorded": "gilbert_syndrome"}, {"value": "bilirubin_total", "less_than": "3 × ULN"}]},
    ]
)
GILBERT = condition("gilbert_syndrome")


@pytest.mark.parametrize("state", [Kind.UNAVAILABLE, Kind.PART, Kind.NEWEST])
def test_a_value_that_only_an_alternative_would_allow_does_not_fail_while_conditions_may_be_missing(state) -> None:
    high, usual = lab("bilirubin_total", 3.0, high=1.2), lab("bilirubin_total", 1.0, high=1.2)
    assert said(BILIRUBIN.answer(chart(high))) == "fail"
    assert said(BILIRUBIN.answer(chart(high, Condition=state))) == "unknown unavailable"
    assert said(BILIRUBIN.answer(chart(high, GILBERT, Condition=state))) == "pass recorded"
    assert said(BILIRUBIN.answer(chart(usual, Condition=state))) == "pass recorded"


def test_some_of_asks_for_as_many_as_it_says() -> None:
    hemoglobin, alt, high = lab("hemoglobin", 120), lab("alt", 20, high=40), lab("alt", 400, high=40)
    two = rule(
        some_of=[
            {"value": "hemoglobin", "at_least": "70 g/L"},
            {"value": "alt", "at_most": "2 × ULN"},
            {"value": "platelets", "at_least": "25 10*9/L"},
        ],
        least=2,
    )
    assert said(two.answer(chart(hemoglobin, alt))) == "pass recorded"
    assert said(two.answer(chart(hemoglobin))) == "unknown no-data"
    assert said(two.answer(chart(hemoglobin, high))) == "unknown no-data"
    assert said(two.answer(chart(hemoglobin, high, lab("platelets", 10)))) == "fail"


def test_alternatives_of_exclusions_have_no_answer_of_silence_ready() -> None:
    """What nothing recorded comes to is the chart's own answer; one for several alternatives is worked out there."""
    nothing = [{"never": {"fails": ["stroke_cerebrovascular"]}}, {"never": {"fails": ["epilepsy"]}}]
    assert rule(any=nothing).silent is None
    assert rule(all=nothing).silent is not None
    assert said(rule(any=nothing).answer(chart())) == said(rule(all=nothing).answer(chart()))
