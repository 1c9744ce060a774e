"""SLEDAI: the arithmetic of its 24 items, recorded totals, and the lower bound that the chart alone proves."""

import random

import pytest

from cds_service.chart.chart import Kind
from cds_service.clinical.sledai import SEROLOGY, WEIGHTS, _nearest, lower_bound, score_interval

from .making import ago, chart, condition, lab, observation, rule, said

TWO_K = rule(score="sledai_2k", at_least=10)
SEVEN = rule(score="sledai_2k", at_least=7)
SELENA = rule(score="selena_sledai", at_least=8, without_serology_at_least=6)

ALL = frozenset(WEIGHTS)
SPOKEN = frozenset(("rash", "alopecia"))
VECTORS = [  # name, present, absent, total, without serology (formulas.md section 5)
    ("serology heavy", {"arthritis", "low_complement", "increased_dna_binding"}, None, (8, 8), (4, 4)),
    ("skin and joints", {"arthritis", "rash", "alopecia"}, None, (8, 8), (8, 8)),
    ("nephritis", {"hematuria", "proteinuria", *SEROLOGY}, None, (12, 12), (8, 8)),
    ("blood", {"fever", "leukopenia", "low_complement", "thrombocytopenia"}, None, (5, 5), (3, 3)),
    ("brain", {"seizure", "vasculitis"}, None, (16, 16), (16, 16)),
    ("everything", set(ALL), None, (105, 105), (101, 101)),
    ("nothing", set(), None, (0, 0), (0, 0)),
    ("exactly 7", {"fever", "hematuria", "rash"}, None, (7, 7), (7, 7)),
    ("labs only", {"leukopenia", "proteinuria", *SEROLOGY}, {"hematuria", "thrombocytopenia"}, (9, 100), (5, 96)),
    ("all but skin known", {"low_complement"}, ALL - SPOKEN - {"low_complement"}, (2, 6), (0, 4)),
    ("nothing known", set(), set(), (0, 105), (0, 101)),
]


@pytest.mark.parametrize(("name", "present", "absent", "total", "clinical"), VECTORS)
def test_unknown_descriptors_widen_the_score(name, present, absent, total, clinical) -> None:
    missing = frozenset(ALL - present if absent is None else absent)
    assert score_interval(frozenset(present), missing) == total
    assert score_interval(frozenset(present), missing, clinical=True) == clinical


def total(name: str, value: object, when: str = ago(10), **more: object) -> dict:
    return observation({"text": name}, when, valueInteger=value, **more)


def low_c3(when: str = ago(10)) -> dict:
    return lab("c3", 60, when=when, low=90)


def raised_dna(when: str = ago(10)) -> dict:
    return lab("anti_dsdna", 90, when=when, high=30, method="")


NORMAL = (lab("c3", 100, low=90), lab("c4", 20, low=10), lab("anti_dsdna", 10, high=30, method=""))


@pytest.mark.parametrize(
    ("value", "status"), [(10, "pass recorded"), (9, "fail"), (0, "fail"), (105, "pass recorded"),
                          (106, "unknown incomparable"), (-1, "unknown incomparable")],
)  # fmt: skip
def test_a_recorded_total_decides(value, status) -> None:
    assert said(TWO_K.answer(chart(total("SLEDAI-2K total score", value)))) == status


def test_the_other_instrument_stands_in_with_a_note() -> None:
    answer = TWO_K.answer(chart(total("SELENA-SLEDAI score", 12)))
    assert said(answer) == "pass recorded"
    assert answer.notes == ("a SELENA-SLEDAI total stands in for SLEDAI-2K",)
    assert TWO_K.answer(chart(total("SLEDAI", 12))).notes == ("the total says SLEDAI without saying which version",)


def test_the_trials_own_instrument_comes_before_a_newer_other_one() -> None:
    both = chart(total("SLEDAI-2K", 8, ago(20)), total("SELENA-SLEDAI", 12, ago(5)))
    assert said(TWO_K.answer(both)) == "fail"


def test_a_word_as_number_is_no_total() -> None:
    assert said(TWO_K.answer(chart(observation({"text": "SLEDAI-2K"}, valueInteger="14")))) == "unknown incomparable"


def test_a_stale_total_is_not_used() -> None:
    assert said(TWO_K.answer(chart(total("SLEDAI-2K", 14, ago(91))))) == "unknown stale"
    assert said(TWO_K.answer(chart(total("SLEDAI-2K", 14, ago(90))))) == "pass recorded"


def test_nothing_that_scores_is_no_data_and_any_datum_is_imprecise() -> None:
    assert said(TWO_K.answer(chart())) == "unknown no-data"
    assert said(TWO_K.answer(chart(lab("platelets", 200)))) == "unknown imprecise"
    assert said(TWO_K.answer(chart(lab("platelets", 200, when=ago(31))))) == "unknown no-data"
    assert said(TWO_K.answer(chart(Observation=Kind.UNAVAILABLE))) == "unknown unavailable"


def test_labs_that_need_no_attribution_prove_a_lower_bound() -> None:
    labs = (lab("urine_casts_rbc", 2), lab("urine_protein_24h", 0.6), low_c3(), raised_dna())
    answer = TWO_K.answer(chart(*labs))
    assert said(answer) == "pass computed"
    assert answer.evidence[0].value == "12"


def test_the_lower_bound_never_fails() -> None:
    assert said(SEVEN.answer(chart(low_c3(), raised_dna()))) == "unknown imprecise"


@pytest.mark.parametrize(
    "attributed",
    [lab("urine_rbc_hpf", 50), lab("urine_wbc_hpf", 50), lab("wbc", 1), lab("platelets", 20), lab("body_temp", 39.5),
     lab("urine_casts_granular", 5)],
)  # fmt: skip
def test_what_needs_an_attribution_raises_no_lower_bound(attributed) -> None:
    bound = lower_bound(chart(attributed), "sledai_2k")
    assert (bound.total, bound.any_datum) == (0, True)


@pytest.mark.parametrize(
    ("results", "score"),
    [
        ((lab("urine_protein_24h", 0.5),), 0),
        ((lab("upcr", 501),), 4),
        ((lab("upcr", 500),), 0),
        ((lab("urine_protein_24h", 0.4), lab("upcr", 900)), 0),
        ((lab("urine_casts_rbc", 0),), 0),
        ((lab("urine_casts_rbc", "1-3 /LPF"),), 4),
        ((lab("urine_casts_rbc", "0-2 /LPF"),), 0),
        ((lab("c4", 5, low=10), lab("c3", 60, low=90)), 2),
        ((lab("c3", 60),), 0),
        ((lab("c3", says="L"),), 2),
        ((lab("c3", 60, low=90, when=ago(31)),), 0),
    ],
)
def test_the_lower_bound_counts_each_item_once_and_only_when_sure(results, score) -> None:
    assert lower_bound(chart(*results), "sledai_2k").total == score


def test_a_condition_counts_when_its_code_blames_lupus_and_it_began_in_the_window() -> None:
    blaming = {"code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M32.12"}]}}
    assert lower_bound(chart(condition("pericarditis", onsetDateTime=ago(10)) | blaming), "sledai_2k").total == 2
    assert lower_bound(chart(condition("pericarditis", onsetDateTime=ago(40)) | blaming), "sledai_2k").total == 0
    assert lower_bound(chart(condition("pericarditis") | blaming), "sledai_2k").total == 0
    assert lower_bound(chart(condition("pericarditis", onsetDateTime=ago(10))), "sledai_2k").total == 0


@pytest.mark.parametrize(("before", "score"), [(None, 0), (0.4, 4), (0.5, 4), (0.6, 0), (1.5, 0), (2.5, 0)])
def test_selena_counts_proteinuria_only_when_new_or_risen_by_half_a_gram(before, score) -> None:
    earlier = () if before is None else (lab("urine_protein_24h", before, when=ago(60)),)
    bound = lower_bound(chart(lab("urine_protein_24h", 1.0, when=ago(5)), *earlier), "selena_sledai")
    assert bound.total == score


def test_selena_looks_back_ten_days_only() -> None:
    assert lower_bound(chart(low_c3(ago(10))), "selena_sledai").total == 2
    assert lower_bound(chart(low_c3(ago(11))), "selena_sledai").total == 0


@pytest.mark.parametrize(
    ("value", "labs", "status"),
    [
        (8, NORMAL, "pass recorded"),
        (7, NORMAL, "fail"),
        (8, (low_c3(), raised_dna()), "fail"),
        (10, (low_c3(), raised_dna()), "pass computed"),
        (9, (low_c3(), raised_dna()), "fail"),
        (8, (low_c3(), NORMAL[2]), "pass computed"),
        (8, (), "unknown imprecise"),
        (10, (), "pass recorded"),
        (9, (low_c3(),), "unknown imprecise"),
        (8, (low_c3(ago(41)), raised_dna(ago(41))), "unknown imprecise"),
        (8, (low_c3(ago(40)), raised_dna(ago(40))), "fail"),
    ],
)
def test_two_points_each_come_off_for_complement_and_antibodies_that_scored(value, labs, status) -> None:
    assert said(SELENA.answer(chart(total("SELENA-SLEDAI total", value), *labs))) == status


def test_the_result_nearest_to_the_score_says_whether_complement_scored() -> None:
    near = (lab("c3", 100, low=90, when=ago(9)), lab("c4", 20, low=10, when=ago(9)), low_c3(ago(30)), NORMAL[2])
    assert said(SELENA.answer(chart(total("SELENA-SLEDAI", 8), *near))) == "pass recorded"


def test_the_computed_bound_of_selena_must_hold_without_serology_too() -> None:
    labs = [lab("urine_casts_rbc", 1, when=ago(5)), low_c3(ago(5)), raised_dna(ago(5))]
    assert said(SELENA.answer(chart(*labs))) == "unknown imprecise"
    new = [lab("urine_protein_24h", 1.2, when=ago(5)), lab("urine_protein_24h", 0.1, when=ago(50))]
    assert said(SELENA.answer(chart(*labs, *new))) == "pass computed"


@pytest.mark.parametrize("name", ["SLEDAI flare index", "SLEDAI responder index", "Physician global SLEDAI"])
def test_an_index_or_a_global_is_no_total(name) -> None:
    assert said(TWO_K.answer(chart(total(name, 12)))) == "unknown no-data"


def test_the_words_name_threshold_and_deduction() -> None:
    assert SELENA.words().startswith("SELENA-SLEDAI at least 8, and at least 6 without low complement")
    assert {"sledai_2k", "c3", "anti_dsdna"} <= TWO_K.reads().concepts


STATUSES = ["final", "preliminary"]


@pytest.mark.parametrize("seed", range(60))
def test_the_results_nearest_to_a_score_are_those_of_the_least_distance_and_final_before_preliminary(seed: int) -> None:
    chance = random.Random(seed)
    days = [chance.choice([5, 38, 39, 40, 41, 42, 70, 71, 9]) for _ in range(chance.randrange(0, 6))]
    patient = chart(
        total("SLEDAI-2K", 12, ago(40)),
        *[
            lab("c3", chance.choice([60, 120, None]), when=ago(n), low=90, status=chance.choice(STATUSES))
            for n in days
        ],
    )
    (score,) = patient.results["sledai_2k"]
    usable = [r for r in patient.results.get("c3", ()) if not r.reading.absent]
    near = [(abs((r.day.last - score.day.last).days), r) for r in usable]
    near = [(apart, r) for apart, r in near if apart <= 30]
    final = [(apart, r) for apart, r in near if not r.preliminary] or near
    least = min([apart for apart, _ in final], default=None)
    assert _nearest(patient, "c3", score) == [r for apart, r in final if apart == least]
