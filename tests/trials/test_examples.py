"""The examples that stand beside each criterion in the trial files hold; every criterion has enough of them."""

from functools import cache
from typing import Any

import pytest

from cds_service.screening import evaluate_bundle
from cds_service.trials import Criterion, Trial, lint, load_trials

from .phrases import AS_OF, bundle

KEYS = {"given", "status", "reason", "basis", "until", "assumes"}
EXAMPLES = [
    (trial, criterion, example)
    for trial in load_trials()
    for criterion in trial.criteria
    for example in criterion.examples
]


def _said(case: tuple[Trial, Criterion, dict[str, Any]]) -> str:
    trial, criterion, example = case
    return f"{trial.id} {criterion.id}: {example.get('given')} → {example.get('status')}"


@cache
def _evaluated(given: str) -> dict[str, dict[str, dict[str, Any]]]:
    found = evaluate_bundle(bundle(given), AS_OF)
    return {t["id"]: {c["id"]: c for c in t["criteria"]} for t in found["trials"]}


@pytest.mark.parametrize("case", EXAMPLES, ids=_said)
def test_the_example_in_the_trial_file_holds(case):
    trial, criterion, example = case
    assert set(example) <= KEYS, f"an example may say {sorted(KEYS)}"
    answer = _evaluated(example["given"])[trial.id][criterion.id]
    expected = {k: v for k, v in example.items() if k != "given"}
    assert {k: answer[k] for k in expected} == expected, f"reason {answer['reason']}, evidence {answer['evidence']}"


def test_the_trial_files_have_no_fault():
    assert lint() == []


COMPUTED = [(t, c) for t in load_trials() for c in t.criteria if type(c.rule).__name__ != "Review"]

NOT_APPLICABLE = "without a diagnosis of lupus the trial is not applicable and no criterion is answered (decision 13)"
SILENCE = "an inclusion is not disproved by silence, nor by what was stopped or is too little (decisions 5, 16)"
NEVER_FAILS = {
    ("NCT05765006", "I3"): NOT_APPLICABLE,
    ("NCT05765006", "E4"): "whether another autoimmune disease needs systemic treatment is judged (section 3, E4)",
    ("NCT06222853", "I2a"): NOT_APPLICABLE,
    ("NCT06222853", "I2c"): SILENCE,
    ("NCT06222853", "I3"): SILENCE,
    ("NCT06222853", "E6"): "a drug for another disease is for a clinician to judge (section 4, E6)",
    ("NCT06513429", "I1"): NOT_APPLICABLE,
    ("NCT06513429", "I4"): SILENCE,
    ("NCT06513429", "I5a"): SILENCE,
    ("NCT06711146", "I3"): NOT_APPLICABLE,
    ("NCT06711146", "E4"): "whether another autoimmune disease needs systemic treatment is judged (section 3, E4)",
    ("NCT07339332", "I6a"): NOT_APPLICABLE,
    ("NCT07339332", "I9"): "a score below 7 does not decide while silence leaves organ involvement open (decision 5)",
    ("NCT07339332", "I10"): SILENCE,
}
"""Computed criteria that by criteria.md cannot fail, each with the reason."""


@pytest.mark.parametrize(("trial", "criterion"), COMPUTED, ids=[f"{t.id} {c.id}" for t, c in COMPUTED])
def test_every_computed_criterion_has_an_example_on_each_side_and_an_unknown_one(trial, criterion):
    statuses = {e["status"] for e in criterion.examples}
    never = {"fail"} if (trial.id, criterion.id) in NEVER_FAILS else set()
    assert statuses == {"pass", "fail", "unknown"} - never
    assert any(e.get("reason") for e in criterion.examples if e["status"] == "unknown")


@pytest.mark.parametrize(("trial", "criterion"), COMPUTED, ids=[f"{t.id} {c.id}" for t, c in COMPUTED])
def test_no_criterion_says_an_example_twice(trial, criterion):
    said = [e["given"] for e in criterion.examples]
    assert len(said) == len(set(said))


def test_every_criterion_that_never_fails_is_a_computed_one():
    assert set(NEVER_FAILS) <= {(t.id, c.id) for t, c in COMPUTED}


@pytest.mark.parametrize(
    "sentence",
    ["feels well", "ferritinum 5 g/L", "has green spots", "takes unobtainium 5 mg daily", "underwent a miracle in 2020",
     "ALT 40 U/L (about 40)"],
)
def test_a_sentence_that_is_not_understood_is_a_fault(sentence):
    with pytest.raises(ValueError, match="'"):
        bundle(sentence)
