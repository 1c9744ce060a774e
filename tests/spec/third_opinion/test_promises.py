"""`until` is a promise: with nothing new in the chart the criterion stands in the way to the day before, and no longer."""
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from . import test_drugs, test_findings, test_results
from .owed import Case

CASES = [c for c in [*test_drugs.cases, *test_findings.cases, *test_results.cases] if any(owed.startswith("fail 2") for owed in c.owes.values())]


def answers(case: Case, as_of: date) -> dict[tuple[str, str], dict[str, Any]]:
    return {(t["id"], c["id"]): c for t in replace(case, as_of=as_of).answer()["trials"] for c in t["criteria"]}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_day_of_until_is_the_first_day_without_the_failure(case: Case) -> None:
    now = answers(case, case.as_of)
    promised = {k: date.fromisoformat(c["until"]) for k, c in now.items() if c["until"] and not c["assumes"]}
    broken = []
    for day in set(promised.values()):
        before, then = answers(case, day - timedelta(1)), answers(case, day)
        broken += [f"{k}: already {before[k]['status']} the day before {day}" for k, d in promised.items() if d == day and before[k]["status"] == "pass"]
        broken += [f"{k}: still {then[k]['status']} {then[k]['until']} on {day}" for k, d in promised.items() if d == day and then[k]["status"] == "fail"]
    assert broken == []
