"""The table itself: no row is missing, every row has tests that name it, docs/conformance.md is current."""

import csv
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from .asking import SHARED

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "conformance.md"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_conformance", ROOT / "tools" / "write_conformance.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_no_row_of_the_checklist_is_missing_and_their_order_is_kept(tool: ModuleType) -> None:
    source = SHARED / "checklist.csv"
    if not source.is_file():
        pytest.skip("the checklist is not beside the project; its rows were compared when rows.csv was written")
    with source.open(encoding="utf-8", newline="") as file:
        asked = [(r["id"], r["requirement"]) for r in csv.DictReader(file)]
    ours = tool.rows()
    assert [row.id for row in ours] == [id_ for id_, _ in asked]
    assert [row.id for row, (_, text) in zip(ours, asked, strict=True) if row.requirement == text] == []


def test_every_row_is_there_once_from_the_first_to_the_last(tool: ModuleType) -> None:
    ids = [row.id for row in tool.rows()]
    assert (len(ids), ids[0], ids[-1]) == (135, "GEN-1", "VER-1")
    assert len(set(ids)) == len(ids)
    for group in tool.GROUPS:
        numbers = [int(i.partition("-")[2]) for i in ids if i.startswith(f"{group}-")]
        assert numbers == list(range(1, len(numbers) + 1)), group


def test_every_row_is_named_by_a_test_and_every_name_is_a_row(tool: ModuleType) -> None:
    naming = tool.naming()
    ids = {row.id for row in tool.rows()}
    assert sorted(ids - set(naming)) == []
    assert sorted(set(naming) - ids) == []


def test_the_page_has_the_rows_and_tests_of_the_project(tool: ModuleType) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert tool.without_results(text) == tool.without_results(tool.page({})), "run `python tools/write_conformance.py`"


def test_no_result_on_the_page_is_a_failure_or_missing(tool: ModuleType) -> None:
    results = tool.outcomes_of(PAGE.read_text(encoding="utf-8"))
    expected = {row.id: "passed" if row.offered else "not offered" for row in tool.rows()}
    assert results == expected
