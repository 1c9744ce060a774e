"""Write docs/conformance.md: each row of the CDS Hooks checklist, the tests that name it, and what came of them.

python tools/write_conformance.py            run the tests and write the page
python tools/write_conformance.py --check    say whether rows and tests on the page are those of the project
"""

import ast
import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
CONTRACT = ROOT / "tests" / "contract"
ROWS = CONTRACT / "cds_hooks" / "rows.csv"
PAGE = ROOT / "docs" / "conformance.md"
GROUPS = {
    "GEN": "JSON and transport", "DIS": "Discovery", "REQ": "The call", "CTX": "Contexts of hooks",
    "PFT": "Prefetch templates", "PFD": "Prefetched data", "FHR": "The FHIR server of the call", "PRF": "Speed",
    "RSP": "The answer", "HTTP": "HTTP statuses", "CARD": "Cards", "SRC": "Source", "COD": "Codings",
    "SUG": "Suggestions", "ACT": "Actions", "LNK": "Links", "SYS": "System actions", "FBK": "Feedback",
    "SEC": "Who calls", "COR": "Browsers", "STL": "Stale guidance", "EXT": "Extensions", "VER": "Versions",
}  # fmt: skip
_ID = re.compile(rf"\b(?:{'|'.join(GROUPS)})-\d+\b")


class Row(NamedTuple):
    """One row, in our words."""

    id: str
    level: str
    offered: bool
    requirement: str


def rows() -> list[Row]:
    """All rows in the order of the checklist."""
    with ROWS.open(encoding="utf-8", newline="") as file:
        return [Row(r["id"], r["level"], r["offered"] == "yes", r["requirement"])
                for r in csv.DictReader(file, delimiter="|")]  # fmt: skip


def naming() -> dict[str, list[str]]:
    """Row id → the tests that name it, as `file::test` relative to tests/contract."""
    found: dict[str, list[str]] = {}
    for path in sorted(CONTRACT.rglob("test_*.py")):
        for test, ids in _tests(path):
            for id_ in sorted(ids):
                found.setdefault(id_, []).append(f"{path.relative_to(CONTRACT)}::{test}")
    return found


def _tests(path: Path) -> Iterator[tuple[str, set[str]]]:
    text = path.read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            parts = [*node.decorator_list, *node.body]
            yield node.name, {i for p in parts for i in _ID.findall(ast.get_source_segment(text, p) or "")}


def run(tests: set[str]) -> dict[str, str]:
    """Test → `passed`, `failed` or `skipped`; one of its cases that failed counts most."""
    import pytest

    class Results:
        def __init__(self) -> None:
            self.found: dict[str, str] = {}

        def pytest_runtest_logreport(self, report: Any) -> None:
            name = report.nodeid.split("[")[0].removeprefix("tests/contract/")
            if report.when == "call" or report.outcome != "passed":
                order = ("passed", "skipped", "failed")
                self.found[name] = max(self.found.get(name, "passed"), report.outcome, key=order.index)

    results = Results()
    pytest.main(["-q", *(str(CONTRACT / t) for t in sorted(tests))], plugins=[results])
    return results.found


def page(outcomes: dict[str, str]) -> str:
    """The page, given what came of each test."""
    by_row, lines, totals = naming(), [], Counter[str]()
    prefix = ""
    for row in rows():
        group = row.id.partition("-")[0]
        if group != prefix:
            prefix = group
            lines += ["", f"### {GROUPS[group]}", "", "| row | level | what it asks, in our words | tests | result |",
                      "| --- | --- | --- | --- | --- |"]  # fmt: skip
        tests = by_row.get(row.id, [])
        result = _result(row, [outcomes.get(t, "not run") for t in tests])
        totals[result] += 1
        shown = "<br>".join(f"`{t.partition('::')[0]}` {_sentence(t)}" for t in tests)
        lines.append(f"| {row.id} | {row.level} | {row.requirement} | {shown} | {result} |")
    head = [
        "# CDS Hooks: row by row", "",
        "Written by `tools/write_conformance.py` from `tests/contract/cds_hooks/rows.csv`, the tests that name the "
        "rows, and a run of these. Do not edit by hand.", "",
        "`passed`: every test that names the row passed. `not offered`: the standard leaves it open, we do not do it, "
        "and the tests passed that show that nothing of it is sent.", "",
        f"**{sum(totals.values())} rows: " + ", ".join(f"{n} {name}" for name, n in totals.most_common()) + ".**", "",
        *_offered(), "", "## The rows",
    ]  # fmt: skip
    return "\n".join([*head, *lines]) + "\n"


def _result(row: Row, results: list[str]) -> str:
    for bad in ("failed", "not run", "skipped"):
        if bad in results:
            return bad
    return "untested" if not results else "passed" if row.offered else "not offered"


def _sentence(test: str) -> str:
    return test.partition("::")[2].removeprefix("test_").replace("_", " ")


def _offered() -> list[str]:
    """What is supported, from the registry that discovery uses (DIS-14)."""
    from cds_service.settings import Client, Settings
    from cds_service.web.services import discovery

    lines = ["## What is supported", ""]
    for service in discovery(Settings(), Client())["services"]:
        keys = ", ".join(f"`{key}`" for key in service["prefetch"])
        lines += [
            f"**`POST /cds-services/{service['id']}`** – hook `{service['hook']}`, service `{service['id']}`. "
            f"{service['description']} {service['usageRequirements']}", "",
            "Read of the call: `hook`, `hookInstance`, `context.patientId`, `context.userId`, `prefetch`, "
            "`fhirServer`, `fhirAuthorization`. Everything else is ignored.", "",
            f"Prefetch keys: {keys}.", "",
            "Sent on a card: `uuid`, `summary`, `detail`, `indicator` (`info`), `source` with `topic`, `links` "
            "(absolute), `overrideReasons`, `extension`. Feedback: `POST "
            f"/cds-services/{service['id']}/feedback`. No hook of ours is critical for safety: where a call fails or "
            "comes too late, advice is lost and nothing else.",
        ]  # fmt: skip
    return lines


def outcomes_of(text: str) -> dict[str, str]:
    """Row id → the result that a page states."""
    return dict(re.findall(r"^\| ([A-Z]+-\d+) \|.*\| ([a-z ]+) \|$", text, re.MULTILINE))


def without_results(text: str) -> str:
    """A page without what came of the tests: that is known only by running them."""
    text = re.sub(r"^\*\*\d+ rows: .*$", "", text, flags=re.MULTILINE)
    return re.sub(r"^(\| [A-Z]+-\d+ \|.*\|) [a-z ]+ \|$", r"\1", text, flags=re.MULTILINE)


def main() -> int:
    """Write the page, or with `--check` compare it."""
    if "--check" in sys.argv:
        current = PAGE.is_file() and without_results(PAGE.read_text(encoding="utf-8")) == without_results(page({}))
        print("docs/conformance.md is current" if current else "docs/conformance.md is not current")
        return 0 if current else 1
    text = page(run({test for tests in naming().values() for test in tests}))
    PAGE.write_text(text, encoding="utf-8")
    print(next(line for line in text.splitlines() if " rows: " in line))
    return 0 if set(outcomes_of(text).values()) <= {"passed", "not offered"} else 1


if __name__ == "__main__":
    sys.exit(main())
