"""A chart says the same whether it comes as a file or under the prefetch keys of a call (every case of this folder)."""

from __future__ import annotations

import json
import time
from typing import Any

import msgspec
import pytest

from cds_service.cli.ehr import prefetch_of
from cds_service.fhir.gather import gather
from cds_service.fhir.templates import prefetch_templates
from cds_service.screening import as_json, screen
from cds_service.terminology import load

from . import test_drugs, test_findings, test_odd_charts, test_results
from .owed import Case

TABLES = {m.__name__.rpartition(".")[2]: m.cases for m in (test_drugs, test_results, test_findings, test_odd_charts)}


def said(answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (t["id"], t["verdict"], t["eligible_from"], c["id"], c["status"], c["reason"], c["basis"], c["until"])
        for t in answer["trials"]
        for c in [*t["criteria"], dict.fromkeys(("id", "status", "reason", "basis", "until"))]
    ]


def at_the_hook(case: Case) -> dict[str, Any]:
    keys = prefetch_templates(load())
    sent = msgspec.json.encode(prefetch_of(json.dumps(case.bundle()).encode(), keys, "p1"))
    prefetch = msgspec.json.decode(sent, type=dict[str, msgspec.Raw])
    deadline = time.monotonic() + 60
    chart = gather("p1", prefetch, None, terminology=load(), as_of=case.as_of, deadline=deadline).chart
    assert chart is not None
    return as_json(screen(chart))


@pytest.mark.parametrize("table", TABLES)
def test_the_hook_says_what_the_file_says(table: str) -> None:
    assert [str(case) for case in TABLES[table] if said(case.answer()) != said(at_the_hook(case))] == []
