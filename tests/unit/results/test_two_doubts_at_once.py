"""Results about which more than one thing is doubtful: the worse of them is what is said (decisions 9, 32, 37)."""

import pytest

from cds_service.chart.chart import Kind

from .making import LABS, ago, chart, given, lab, observation, procedure, rule, said

PLATELETS = rule(value="platelets", at_least="25 10*9/L", not_counted_after=["transfusion", "growth_factor"])


def test_a_count_that_a_growth_factor_spoiled_stays_spoiled_where_procedures_were_not_served() -> None:
    found = PLATELETS.answer(chart(lab("platelets", 200), given("filgrastim", ago(12)), Procedure=Kind.UNAVAILABLE))
    assert said(found) == "unknown invalidated"


def test_an_adults_multiple_of_a_limit_that_is_neither_printed_nor_published_cannot_be_told() -> None:
    multiple = rule(value="haptoglobin", at_most="2 × ULN")
    assert said(multiple.answer(chart(lab("haptoglobin", 100)))) == "unknown no-reference-range"
    assert said(multiple.answer(chart(lab("haptoglobin", 100), born="1992"))) == "unknown no-reference-range"


def test_a_transfusion_that_goes_on_spoils_every_count_since_it_began() -> None:
    going_on = procedure("transfusion", ago(30), status="in-progress")
    assert said(PLATELETS.answer(chart(lab("platelets", 200, when=ago(10)), going_on))) == "unknown invalidated"
    assert said(PLATELETS.answer(chart(lab("platelets", 200, when=ago(31)), going_on))) == "pass recorded"


@pytest.mark.parametrize(("early", "status"), [("preliminary", "pass computed"), ("final", "fail")])
def test_a_preliminary_complement_takes_nothing_off_a_score_where_a_final_one_is_there(early, status) -> None:
    """A total of 8 less 2 for anti-dsDNA is 6; the nearer C3 would take 2 more (decisions 1, 6, 36)."""
    selena = rule(score="selena_sledai", at_least=8, without_serology_at_least=6)
    total = observation({"text": "SELENA-SLEDAI"}, valueInteger=8)
    final = [lab("c3", 100, low=90, when=ago(15)), lab("c4", 20, low=10, when=ago(15))]
    nearer = lab("c3", 50, low=90, when=ago(10)) | {"status": early}
    assert said(selena.answer(chart(total, lab("anti_dsdna", "positive"), *final, nearer))) == status
    alone = lab("c3", 50, low=90, when=ago(10)) | {"status": "preliminary"}
    assert said(selena.answer(chart(total, lab("anti_dsdna", "positive"), alone))) == "fail"


@pytest.mark.parametrize(
    ("how", "results", "status", "notes"),
    [
        ("both negative", (("anti_hcv", "negative"), ("hcv_rna", "not detected")), "pass recorded", 0),
        ("antibody alone", (("anti_hcv", "positive"), ("hcv_rna", "not detected")), "pass recorded", 1),
        ("both positive", (("anti_hcv", "positive"), ("hcv_rna", "detected")), "fail", 0),
        ("RNA unsure", (("anti_hcv", "positive"), ("hcv_rna", "equivocal")), "unknown imprecise", 0),
        ("RNA unsure alone", (("anti_hcv", "negative"), ("hcv_rna", "equivocal")), "unknown imprecise", 0),
    ],
)
def test_only_an_antibody_beside_undetected_rna_is_noted_as_passing(how, results, status, notes) -> None:
    marker = rule(no_positive_marker="hepatitis_c")
    found = marker.answer(chart(*[lab(name, word) for name, word in results]))
    assert said(found) == status, how
    assert sum("passes" in note for note in found.notes) == notes, how


@pytest.mark.parametrize("state", [Kind.PART, Kind.UNAVAILABLE])
def test_two_methods_of_a_serology_prove_nothing_where_a_newer_result_may_be_missing(state) -> None:
    first, second = [row["code"] for row in LABS if row["concept"] == "ana"][:2]
    results = (
        observation(first, ago(5), valueString="positive"),
        observation(second, ago(40), valueString="positive"),
    )
    positive = rule(positive="ana")
    assert said(positive.answer(chart(*results))) == "pass recorded"
    assert said(positive.answer(chart(*results, Observation=state))) == "unknown unavailable"


def test_of_a_serology_by_two_methods_the_newest_of_each_counts() -> None:
    first, second = [row["code"] for row in LABS if row["concept"] == "ana"][:2]
    positive = rule(positive="ana")
    older, newer, other = (
        observation(code, ago(days), valueString=word)
        for code, days, word in ((first, 60, "positive"), (first, 5, "negative"), (second, 40, "positive"))
    )
    assert said(positive.answer(chart(older, newer))) == "fail"
    assert said(positive.answer(chart(older, newer, other))) == "pass recorded"
