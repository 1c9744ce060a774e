"""The corners of the drug rules: rarely met, each with an answer of its own."""

from datetime import date
from typing import Any

import pytest

from cds_service.chart.chart import Kind
from cds_service.criteria.registry import read_rule
from cds_service.criteria.rule import Spec

from .making import (
    BELIMUMAB,
    CYCLOPHOSPHAMIDE,
    HYDROXYCHLOROQUINE,
    MYCOPHENOLATE,
    PREDNISONE,
    PREDNISONE_10,
    RITUXIMAB,
    answer,
    drug,
    given,
    mg,
    request,
    rule,
    statement,
    status,
    terminology,
)
from .test_prior_treatment import HIGH, TWO, intolerant, weighed
from .test_steroid_dose import I4C, WEIGHT, taking

E1D = rule(steroid_days=14, at_least="100 mg/day", within="8 weeks")
E13 = rule(washout="anti_cd20_antibody", for_="6 months")
PARTNER = rule(on_treatment=["mycophenolate mofetil", "tacrolimus"], others_stable=True, judged=["neither_judgement"])
STABLE_PARTNER = rule(on_treatment=["mycophenolate mofetil", "tacrolimus"], stable_for="2 weeks", others_stable=True)


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ({"washout": "biologic"}, "'for' is missing"),
        ({"washout": "beer", "for": "4 weeks"}, "neither a drug group nor an ingredient"),
        ({"steroid_dose": "oral"}, "'at_most' or 'at_least' is missing"),
        ({"steroid_dose": "oral", "at_most": "30 mg"}, "takes a dose such as"),
        ({"steroid_dose": "nasal", "at_most": "30 mg/day"}, "must be one of oral, systemic"),
        ({"steroid_days": 14}, "are needed"),
        ({"on_treatment": "biologic", "stable_for": "1 week", "stable_more_than": "1 week"}, "not both"),
        ({"exposed_to": "biologic", "since": "1 week"}, "'since' is not understood"),
    ],
)
def test_a_fault_in_a_drug_rule_is_said_and_the_rule_is_not_made(spec: dict[str, Any], complaint: str) -> None:
    problems: list[Any] = []
    assert read_rule(Spec("test", 1, dict(spec), {}, terminology(), problems)) is None
    assert any(complaint in p.problem for p in problems), problems


def test_every_rule_has_words_and_says_what_it_reads() -> None:
    assert E13.words().startswith("no anti-CD20 antibody within the last 6 months")
    assert E13.reads().drugs == {"anti_cd20_antibody"}
    assert "oral glucocorticoid ≤ 60 and ≥ 7.5" in I4C.words() and "body_weight" in I4C.reads().concepts


def test_of_two_weights_the_nearer_one_counts_and_an_unreadable_one_does_not() -> None:
    record = statement(PREDNISONE, "2024-01-01", "2024-12-31", mg(40))
    near, far = weighed(40, "2024-01-05", id="near"), weighed(60, "2024-02-20", id="far")
    assert status(HIGH, record, near, far) == ("pass", "computed")
    assert (
        status(HIGH, record, weighed(60, "2024-01-05", id="near"), weighed(40, "2024-02-20", id="far"))[0] == "unknown"
    )
    absent = weighed(40, "2024-01-02", id="absent")
    del absent["valueQuantity"]
    absent["dataAbsentReason"] = {"coding": [{"code": "not-performed"}]}
    assert status(HIGH, record, absent, near) == ("pass", "computed")
    assert status(HIGH, record, weighed(0, "2024-01-05")) == ("unknown", "no-data")


def test_a_course_whose_begin_is_not_known_proves_no_duration() -> None:
    record = statement(HYDROXYCHLOROQUINE, None)
    assert status(rule(exposed_to="hydroxychloroquine", in_all="6 months"), record) == ("unknown", "imprecise")
    over = statement(HYDROXYCHLOROQUINE, None, status="on-hold")
    assert status(rule(exposed_to="hydroxychloroquine", in_all="6 months"), over) == ("unknown", "imprecise")


def test_a_dose_that_neither_order_nor_factor_gives_was_not_reached() -> None:
    record = statement(drug("2669799"), "2024-01-01", "2024-12-31", mg(300))
    assert status(HIGH, record, WEIGHT) == ("unknown", "no-dose")
    straddling = statement(drug("3264"), "2024-01-01", "2024-12-31", mg(7.5))
    assert status(HIGH, straddling, weighed(50, "2024-01-05")) == ("unknown", "imprecise")


def test_an_intolerance_in_doubt_or_for_a_drug_already_good_adds_nothing() -> None:
    one = statement(MYCOPHENOLATE, "2020-01-01", "2021-01-01")
    assert status(TWO, one, intolerant(MYCOPHENOLATE)) == ("unknown", "no-data")
    doubted = intolerant(drug("1256"), verificationStatus={"coding": [{"code": "unconfirmed"}]})
    assert status(TWO, one, doubted) == ("unknown", "no-data")


def test_a_word_of_a_cell_product_in_an_incomplete_list_is_unavailable() -> None:
    never = rule(never_exposed="gene_modified_cell_product")
    word = given(drug(text="CAR-T"), "2022-01-01")
    assert status(never, word, states={"MedicationRequest": Kind.UNAVAILABLE}) == ("unknown", "unavailable")


def test_a_partner_that_may_be_current_leaves_the_stability_of_the_others_open() -> None:
    good = statement(MYCOPHENOLATE, "2024-01-01", None, mg(1000, 2))
    maybe = statement(drug("42316"), "2024-01-01", None, mg(2), status="unknown")
    assert status(STABLE_PARTNER, good, maybe) == ("unknown", "imprecise")
    assert status(PARTNER, good, maybe) == ("pass", "recorded")


def test_a_judged_drug_that_would_not_suffice_anyway_changes_nothing() -> None:
    partner = rule(on_treatment="biologic", begun="6 months", judged=["neither_judgement"])
    assert status(partner, statement(drug("2047232"), "2026-10-01")) == ("unknown", "no-data")


def test_days_at_a_high_dose_pass_only_where_every_drug_is_named() -> None:
    assert status(E1D, taking(10), request({}, "2024-01-01")) == ("unknown", "incomparable")
    assert status(E1D, statement(PREDNISONE, "2010-01-01", "2010-02-01", mg(200))) == ("pass", "recorded")
    assert status(E1D, taking(120)) == ("fail", "recorded")


def test_an_unnamed_drug_may_waive_the_minimum() -> None:
    assert status(I4C, taking(5), request({}, "2024-01-01")) == ("unknown", "incomparable")
    assert status(I4C, taking(10), request({}, "2024-01-01")) == ("pass", "recorded")
    both = (taking(5), statement(MYCOPHENOLATE, "2024-01-01", "2025-01-01"), statement(drug("2047232"), "2020", "2021"))
    assert status(I4C, *both) == ("fail", "recorded")


def test_a_doubt_outweighs_a_dose_that_cannot_be_read() -> None:
    oral = {"text": "as directed", "route": {"text": "oral"}}
    unread = statement(drug("6902"), "2024-01-01", None, oral)
    doubted = taking(10, drug("8640", "methotrexate 10 mg"))
    assert status(I4C, unread, doubted) == ("unknown", "incomparable")


def test_a_day_on_which_no_step_holds_is_a_day_without_the_drug() -> None:
    first, second = mg(40) | {"sequence": 1}, mg(20) | {"sequence": 2}
    first["timing"]["repeat"]["boundsPeriod"] = {"start": "2026-10-01", "end": "2026-10-10"}
    second["timing"]["repeat"]["boundsPeriod"] = {"start": "2026-12-01", "end": "2026-12-10"}
    assert status(I4C, request(PREDNISONE, "2026-10-01", first, second)) == ("fail", "recorded")


def test_a_step_that_cannot_be_read_leaves_its_days_without_a_dose() -> None:
    first, second = mg(40), {"text": "more", "timing": {"repeat": {}}, "route": {"text": "oral"}}
    first["timing"]["repeat"]["boundsPeriod"] = {"start": "2026-10-01", "end": "2026-12-10"}
    second["timing"]["repeat"]["boundsPeriod"] = {"start": "2026-10-01", "end": "2026-12-10"}
    assert status(I4C, request(PREDNISONE, "2026-10-01", first, second)) == ("unknown", "no-dose")


def test_a_change_before_an_open_question_is_still_a_change() -> None:
    stable = rule(each_treatment="glucocorticoid", stable_for="4 weeks")
    records = (
        statement(PREDNISONE, "2024-01-01", "2026-11-01", mg(40), id="a"),
        statement(drug("3264"), "2026-11-02", "2026-11-10", mg(3), id="b"),
        statement(PREDNISONE, "2026-11-11", None, mg(20), id="c"),
    )
    assert answer(stable, *records).until == date(2026, 12, 9)
    two_questions = (statement(drug("3264"), "2024-01-01", "2026-11-01", mg(3.1), id="a"), *records[1:])
    assert status(stable, *two_questions) == ("unknown", "imprecise")


def test_the_same_dose_on_both_sides_of_an_unreadable_one_is_not_stable() -> None:
    stable = rule(each_treatment="glucocorticoid", stable_for="4 weeks")
    records = (
        statement(PREDNISONE, "2024-01-01", "2026-11-05", mg(20), id="a"),
        statement(PREDNISONE, "2026-11-06", "2026-11-10", id="b"),
        statement(PREDNISONE, "2026-11-11", None, mg(20), id="c"),
    )
    assert status(stable, *records) == ("unknown", "no-dose")


def test_another_ingredient_without_a_common_measure_is_a_change() -> None:
    partner = rule(each_treatment="conventional_immunosuppressant", stable_for="2 weeks")
    records = (
        statement(MYCOPHENOLATE, "2024-01-01", "2026-11-14", mg(1000)),
        statement(drug("7145"), "2026-11-15", None, mg(720)),
    )
    assert answer(partner, *records).until == date(2026, 11, 29)


def test_an_active_order_beside_old_infusions_does_not_say_when_the_course_began() -> None:
    records = (request(CYCLOPHOSPHAMIDE, "2024-01-01"), given(CYCLOPHOSPHAMIDE, "2026-01-10", 500))
    begun = rule(on_treatment="conventional_immunosuppressant", begun="6 months")
    assert status(begun, *records) == ("unknown", "imprecise")


def test_infusions_far_apart_are_courses_of_their_own() -> None:
    infusions = [given(CYCLOPHOSPHAMIDE, when, 500, id=when) for when in ("2025-01-10", "2026-10-10")]
    begun = rule(on_treatment="conventional_immunosuppressant", begun="6 months")
    assert answer(begun, *infusions).until == date(2027, 4, 10)


def test_a_record_on_hold_beside_an_active_one_leaves_stability_open() -> None:
    records = (
        request(PREDNISONE_10, "2024-01-01", mg(10), id="a"),
        request(PREDNISONE_10, "2025-01-01", mg(5), id="b", status="on-hold"),
    )
    stable = rule(each_treatment="glucocorticoid", stable_for="2 weeks")
    assert status(stable, *records) == ("unknown", "imprecise")
    perhaps = statement(PREDNISONE_10, "2025-01-01", None, mg(5), status="unknown")
    assert status(stable, records[0], perhaps) == ("unknown", "imprecise")
    paused = request(PREDNISONE_10, "2026-11-15", mg(5), id="b", status="on-hold")
    assert status(stable, records[0], paused)[0] == "unknown"


def test_a_depot_or_an_unclear_steroid_leaves_stability_without_a_dose() -> None:
    stable = rule(each_treatment="glucocorticoid", stable_for="2 weeks")
    assert status(stable, taking(10), given(drug("10759"), "2026-11-01", 40, "im")) == ("unknown", "no-dose")


def test_a_statement_beside_infusions_counts_to_its_recorded_end() -> None:
    infusion = given(RITUXIMAB, "2026-01-10", 1000)
    assert answer(E13, infusion, statement(RITUXIMAB, "2026-01-10", "2026-08-01")).until == date(2027, 2, 1)
    assert status(E13, infusion, statement(RITUXIMAB, "2026-01-10", "2026-01-10")) == ("pass", "recorded")
    subcutaneous = given(BELIMUMAB, "2026-11-10", 200, "subcutaneous")
    found = answer(rule(washout="biologic", for_="4 weeks"), given(BELIMUMAB, "2026-10-01", 600, id="iv"), subcutaneous)
    assert found.until == date(2026, 12, 8)
