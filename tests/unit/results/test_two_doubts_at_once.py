"""Results about which more than one thing is doubtful: the worse of them is what is said (decisions 9, 32, 37)."""

from cds_service.chart.chart import Kind

from .making import ago, chart, given, lab, procedure, rule, said

PLATELETS = rule(value="platelets", at_least="25 10*9/L", not_counted_after=["transfusion", "growth_factor"])


def test_a_count_that_a_growth_factor_spoiled_stays_spoiled_where_procedures_were_not_served() -> None:
    found = PLATELETS.answer(chart(lab("platelets", 200), given("filgrastim", ago(12)), Procedure=Kind.UNAVAILABLE))
    assert said(found) == "unknown invalidated"


def test_an_adults_multiple_of_a_limit_that_is_neither_printed_nor_published_cannot_be_told() -> None:
    multiple = rule(value="haptoglobin", at_most="2 × ULN")
    assert said(multiple.answer(chart(lab("haptoglobin", 100)))) == "unknown no-reference-range"
    assert said(multiple.answer(chart(lab("haptoglobin", 100), born="1992"))) == "unknown no-reference-range"


def test_published_limits_hold_from_the_eighteenth_birthday_on() -> None:
    alt = rule(value="alt", at_most="2.5 × ULN")
    assert said(alt.answer(chart(lab("alt", 30), born="2008-11-01"))) == "pass recorded"
    assert said(alt.answer(chart(lab("alt", 30), born="2008-11-02"))) == "unknown no-reference-range"
    assert said(alt.answer(chart(lab("alt", 30), born="2008"))) == "unknown no-reference-range"


def test_a_transfusion_that_goes_on_spoils_every_count_since_it_began() -> None:
    going_on = procedure("transfusion", ago(30), status="in-progress")
    assert said(PLATELETS.answer(chart(lab("platelets", 200, when=ago(10)), going_on))) == "unknown invalidated"
    assert said(PLATELETS.answer(chart(lab("platelets", 200, when=ago(31)), going_on))) == "pass recorded"
