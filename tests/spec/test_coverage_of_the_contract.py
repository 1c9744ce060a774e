"""Every criterion id and every decision of the contract has cases here; what has none is named and fails.

The ids are those of criteria.md sections 3 to 7; the decisions are its 1 to 53.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from .cases import TRIALS
from .codes import DRUGS, LABS, WORDS
from .test_metamorphic import CASES

RULES = {
    "META": "I1 I2 I3 I4a I4b I4c I4d I5 I6 I7 I8 I9a I9b I9c I9d I9e I9f I9g"
    " I9h I9i I9j I9k I9l I9m I9n I9o I10 E1a E1b E1c E1d E1e E2 E3 E4 E5 E6 E7",
    "KIDS": "I1 I2a I2b I2c I3 I4a I4b I4c I4d I4e I4f I5 I6a I6b I7 "
    "E1 E2a E2b E3a E3b E3c E4 E5a E5b E6 E7 E8a E8b E9a E9b E9c E9d E9e "
    "E10a E10b E10c E11 E12 E13",
    "IM19": "I1 I2 I3 I4 I5a I5b I5c I5d I6 I7a I7b I8 I9 "
    "E1 E2 E3 E4 E5 E6 E7 E8 E9 E10a E10b E11 E12a E12b E12c E12d E12e E13 E14",
    "RELMA": "I1 I2 I3 I4a I4b I4c I4d I5 I6 E1a E1b E1c E1d E1e E2 E3 E4 E5 E6",
    "CT1195": "I1 I2 I3 I4 I5 I6a I6b I7a I7b I8 I9 I10 I11a I11b I11c I11d I11e I11f I11g I11h I11i",
}
REVIEWED = {
    "META": "I1 I7 E1e E7",
    "KIDS": "I4f I5 I6b I7 E3c E12 E13",
    "IM19": "I7b I8 I9 E14",
    "RELMA": "I1 E1e",
    "CT1195": "I1 I4",
}
CRITERIA = [(short, name) for short, names in RULES.items() for name in names.split()]
CLINICAL = [(s, n) for s, n in CRITERIA if n not in REVIEWED[s].split()]


def owed(short: str, name: str) -> set[str]:
    return {c.owes.split()[0] for c in CASES if c.trial == TRIALS[short] and c.criterion == name}


def test_every_criterion_has_a_case() -> None:
    assert [f"{TRIALS[s]} {n}" for s, n in CRITERIA if not owed(s, n)] == []


def test_every_computed_criterion_passes_in_one_case_and_not_in_another() -> None:
    assert [
        f"{TRIALS[s]} {n}: {sorted(owed(s, n))}"
        for s, n in CLINICAL
        if not ("pass" in owed(s, n) and owed(s, n) & {"fail", "unknown"})
    ] == []


def test_every_computed_criterion_is_unknown_in_one_case() -> None:
    assert [f"{TRIALS[s]} {n}" for s, n in CLINICAL if "unknown" not in owed(s, n)] == []


def test_every_decision_has_two_cases() -> None:
    counted = Counter(d for c in CASES for d in set(c.decisions))
    assert [d for d in range(1, 54) if counted[d] < 2] == []


def test_no_case_is_written_twice() -> None:
    assert [name for name, n in Counter(c.id for c in CASES).items() if n > 1] == []


@pytest.mark.parametrize("short", TRIALS)
def test_a_whole_chart_answers_exactly_the_criteria_of_the_contract(short: str, evaluate) -> None:
    from .bases import WOMAN

    trial = next(t for t in evaluate(WOMAN)["trials"] if t["id"] == TRIALS[short])
    assert sorted(c["id"] for c in trial["criteria"]) == sorted(RULES[short].split())


def test_the_ids_here_are_those_of_the_shared_contract() -> None:
    page = Path(__file__).parents[2].parent / "shared" / "criteria.md"
    if not page.exists():
        pytest.skip("the shared contract is not beside the project: nothing to compare the ids with")
    text = page.read_text(encoding="utf-8")
    for short, names in RULES.items():
        section = (
            text.split(f"— {TRIALS[short]}")[-1]
            if f"— {TRIALS[short]}" in text
            else text.split(f" {TRIALS[short]} —")[-1].split("\n## ")[0]
        )
        first_cells = [
            line.split("|")[1].strip() for line in section.splitlines() if line.startswith("| ") and line[2] in "IE"
        ]
        first_ids = {cell.split("–")[0].split(",")[0].strip() for cell in first_cells}
        assert first_ids <= set(names.split()), (short, first_ids - set(names.split()))


def test_every_chart_is_valid_fhir_but_for_the_value_of_the_wrong_type() -> None:
    """An oracle for `builder.py`: what it writes an EHR could send (fhir.resources, R4B)."""
    models = pytest.importorskip("fhir.resources.R4B")
    seen: dict[str, Any] = {}
    for one in CASES:
        seen |= {json.dumps(r, sort_keys=True): r for r in one.chart.resources()}
    wrong = []
    for text, resource in seen.items():
        try:
            models.get_fhir_model_class(resource["resourceType"]).model_validate_json(text)
        except ValueError as problem:
            wrong.append((resource["id"], str(problem)))
    assert [w for w in wrong if "valueQuantity.value" not in w[1]] == []


def test_every_code_of_the_cases_is_verified_by_the_terminology() -> None:
    folder = Path(__file__).parents[2].parent / "shared" / "terminology"
    if not folder.exists():
        pytest.skip("the shared terminology is not beside the project: nothing to compare the codes with")
    known: set[str] = set()
    columns = {"loinc": "code", "other_codes": "code", "conditions": "code_or_prefix", "rxnorm": "rxcui_IN"}
    for name, column in (columns | {"drug_products": "rxcui", "rxnorm_scd_to_in_all": "rxcui"}).items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            known |= {row[column] for row in csv.DictReader(file) if row["confidence"] == "verified"}
    words = [tuple(w.split(" ", 1)) for ws in WORDS.values() for w in ws]
    exact = [c[0] for c in LABS.values()] + [d[0] for d in DRUGS.values()] + [c for s, c in words if s == "sct"]
    prefixed = [c for s, c in words if s != "sct"]
    unknown = [c for c in exact if c not in known]
    assert unknown + [c for c in prefixed if not any(c[:n].rstrip(".") in known for n in range(1, len(c) + 1))] == []
