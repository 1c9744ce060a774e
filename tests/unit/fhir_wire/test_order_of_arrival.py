"""One chart makes one answer, word for word, in whatever order a server, a file or its pages bring the records."""

import json
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cds_service.screening import as_json, read_bundle, screen

PATIENTS = sorted((Path(__file__).parents[3] / "fixtures" / "patients").glob("*.json"))


def answer(bundle: dict[str, Any]) -> str:
    return json.dumps(as_json(screen(read_bundle(json.dumps(bundle).encode(), date(2026, 11, 1)))))


@pytest.mark.parametrize("path", PATIENTS, ids=lambda path: path.stem)
def test_the_order_of_the_records_changes_nothing(path: Path) -> None:
    bundle = json.loads(path.read_text())
    backwards = {**bundle, "entry": bundle["entry"][::-1]}
    mixed = {**bundle, "entry": random.Random(1).sample(bundle["entry"], len(bundle["entry"]))}
    assert answer(bundle) == answer(backwards) == answer(mixed)
