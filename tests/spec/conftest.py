"""The one road of the specification: Bundle → `evaluate_bundle` → the object of `evaluate --json`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from .builder import Chart
from .parts import AS_OF

Answer = dict[str, Any]


@pytest.fixture(scope="session")
def evaluate() -> Callable[..., Answer]:
    """Evaluates a chart as of a date; the same chart and date are evaluated once in a run."""
    from cds_service.screening import evaluate_bundle

    seen: dict[tuple[int, date], tuple[Chart, Answer]] = {}

    def run(chart: Chart, as_of: date = AS_OF) -> Answer:
        key = (id(chart), as_of)
        if key not in seen:
            seen[key] = (chart, evaluate_bundle(chart.bundle(), as_of))  # the chart is kept: its id stays its own
        return seen[key][1]

    return run
