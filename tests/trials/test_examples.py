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


@pytest.mark.parametrize(("trial", "criterion"), COMPUTED, ids=[f"{t.id} {c.id}" for t, c in COMPUTED])
def test_every_computed_criterion_has_an_example_on_each_side_and_an_unknown_one(trial, criterion):
    statuses = {e["status"] for e in criterion.examples}
    against = {"fail"} if criterion.id not in NEVER_FAILS.get(trial.id, ()) else set()
    assert {"pass", "unknown"} | against <= statuses | set(NEVER_UNKNOWN.get((trial.id, criterion.id), ()))


NEVER_FAILS = {
    # Silence or a low dose does not disprove these (decisions 5, 16, 36, 48; section 2 "Absence").
    "NCT06222853": ("I2c", "I3", "E6"),
    "NCT06513429": ("I4", "I5a"),
    "NCT06711146": ("E4",),
    "NCT05765006": ("E4",),
    "NCT07339332": ("I10",),
}
NEVER_UNKNOWN: dict[tuple[str, str], set[str]] = {}
