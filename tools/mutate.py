"""Changes the clinical core line by line and shows which changes no test notices.

    python -m pytest -q --cov=cds_service --cov-branch --cov-context=test tests/{unit,spec,trials,golden}
    python tools/mutate.py --sample 300 --results ~/mutants.jsonl [--seed 1] [--rooms kernel clinical ...]
    python tools/mutate.py --results ~/mutants.jsonl --again [--also tests/unit/claims]

Works on a copy of the checkout, never on it. Each mutant is one small change (a comparison turned, a number moved by
one, `and` for `or`, a `not` dropped, a flag turned, an arithmetic sign changed); the tests that run the changed line
are run against it. What is printed as alive is a place to look: a test is missing, or the change makes no difference.

Every result is written to `--results` at once: a run that was stopped goes on where it was. `--again` tries those that
lived once more. Each trial is a fork of this process, which has the libraries loaded already; the project itself is
imported in the fork only.
"""

import argparse
import ast
import contextlib
import importlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import coverage

ROOMS = ("kernel", "terminology", "chart", "clinical", "criteria", "trials", "eligibility")
LIBRARIES = (
    "pytest", "_pytest.assertion.rewrite", "_pytest.config", "hypothesis", "hypothesis.strategies", "msgspec.json",
    "yaml", "sqlalchemy", "flask", "requests", "click.testing", "pydantic", "jsonschema", "csv", "decimal",
)  # fmt: skip
QUIET = "ignore::pytest.PytestAssertRewriteWarning"
"""The libraries are loaded before pytest could rewrite their assertions."""
FEW = 60
"""Tests that are run first: nearly every mutant that is noticed is noticed by them."""
LONGEST = 240
"""Seconds after which a mutant counts as noticed: it loops."""
_COMPARE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_BINARY = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult}


class Mutant(NamedTuple):
    """One small change of one file, and the tests that run its line."""

    path: str
    line: int
    nth: int
    """Which node of the syntax tree: two changes of one line differ in it."""
    said: str
    tests: list[str]
    """Those that run the line, first those that run little else: they are the ones about it."""

    @property
    def key(self) -> str:
        return f"{self.path}:{self.line}:{self.nth}"


def changes(source: str) -> Iterator[tuple[int, int, str]]:
    """(line, which node, what is changed) for every small change of a module."""
    for nth, node in enumerate(ast.walk(ast.parse(source))):
        said = _change(node)
        if said:
            yield getattr(node, "lineno", 0), nth, said


def changed(source: str, nth: int) -> str:
    """The source with that node changed."""
    tree = ast.parse(source)
    _change(list(ast.walk(tree))[nth])
    return ast.unparse(ast.fix_missing_locations(tree))


def _change(node: ast.AST) -> str | None:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARE:
        node.ops[0] = _COMPARE[type(node.ops[0])]()
        return f"comparison → {ast.unparse(node)}"
    if isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return f"and/or → {ast.unparse(node)}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
        return f"not dropped → {ast.unparse(node)}"
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        node.op = _BINARY[type(node.op)]()
        return f"arithmetic → {ast.unparse(node)}"
    if isinstance(node, ast.Constant) and type(node.value) is int:
        node.value += 1
        return f"number → {node.value}"
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        node.value = not node.value
        return f"flag → {node.value}"
    return None


def all_mutants(here: pathlib.Path, rooms: Iterable[str]) -> list[Mutant]:
    """Every change on a line that a test runs."""
    data = coverage.CoverageData(str(here / ".coverage"))
    data.read()
    ran: Counter[str] = Counter()
    """How many lines of the core a test runs."""
    found: list[Mutant] = []
    for room in ROOMS:
        for path in sorted((here / "cds_service" / room).rglob("*.py")):
            lines = data.contexts_by_lineno(str(path))
            by_line = {n: {c.partition("|")[0] for c in contexts if c} for n, contexts in lines.items()}
            for tests in by_line.values():
                ran.update(tests)
            if room not in rooms:
                continue
            for line, nth, said in changes(path.read_text(encoding="utf-8")):
                if tests := by_line.get(line):
                    found.append(Mutant(str(path.relative_to(here)), line, nth, said, list(tests)))
    for mutant in found:
        mutant.tests.sort(key=lambda test: (ran[test], test))
    return found


def since(here: pathlib.Path, revision: str) -> set[tuple[str, int]]:
    """File and line of all that was written after a revision of git."""
    command = ["git", "-C", str(here), "diff", "--unified=0", revision, "--", "cds_service"]
    written = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    found: set[tuple[str, int]] = set()
    path = ""
    for line in written.splitlines():
        if line.startswith("+++ b/"):
            path = line.removeprefix("+++ b/")
        elif at := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            first, length = int(at[1]), int(at[2] or 1)
            found.update((path, n) for n in range(first, first + length))
    return found


def main() -> int:
    """Run a sample; prints every mutant that lives, then the counts."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rooms", nargs="*", default=ROOMS)
    parser.add_argument("--since", metavar="REVISION", help="lines written after a revision of git alone")
    parser.add_argument("--most-tests", type=int, default=400)
    parser.add_argument("--results", type=pathlib.Path, help="a file of one JSON object a line, added to")
    parser.add_argument("--again", action="store_true", help="try those of --results that lived")
    parser.add_argument("--also", nargs="*", default=[], help="tests to run against every mutant")
    asked = parser.parse_args()
    here = pathlib.Path(__file__).resolve().parents[1]
    everything = all_mutants(here, asked.rooms)
    if asked.since:
        new = since(here, asked.since)
        everything = [mutant for mutant in everything if (mutant.path, mutant.line) in new]
    done = _read(asked.results)
    rng = random.Random(asked.seed)
    if asked.again:
        sample = [m for m in everything if done.get(m.key) == "alive"]
    else:
        sample = rng.sample(everything, min(asked.sample, len(everything)))
    print(f"{len(everything)} mutants on covered lines, {len(sample)} to try", flush=True)
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    counts = {"alive": 0, "killed": 0}
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "copy"
        left_out = shutil.ignore_patterns(".git", ".venv*", "target", "__pycache__", ".*_cache", ".coverage*")
        shutil.copytree(here, copy, ignore=left_out)
        known = sorted({test for mutant in sample for test in mutant.tests})
        if not passes(copy, [*asked.also, *rng.sample(known, min(600, len(known)))]):
            print("the tests do not pass on the unchanged copy: nothing can be said")
            return 1
        for mutant in sample:
            result = None if asked.again else done.get(mutant.key)
            if result is None:
                result = "alive" if _lives(copy, mutant, asked.most_tests, asked.also) else "killed"
                _write(asked.results, mutant, result)
                if result == "alive":
                    print(f"alive  {mutant.path}:{mutant.line}  {mutant.said}", flush=True)
            counts[result] += 1
    print(f"{len(sample)} mutants, {counts['killed']} killed, {counts['alive']} alive")
    return 0


def _read(results: pathlib.Path | None) -> dict[str, str]:
    """The last result of each mutant."""
    if results is None or not results.exists():
        return {}
    rows = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    return {row["key"]: row["result"] for row in rows}


def _write(results: pathlib.Path | None, mutant: Mutant, result: str) -> None:
    if results is not None:
        with results.open("a", encoding="utf-8") as file:
            row = {"key": mutant.key, "result": result, "line": f"{mutant.path}:{mutant.line}", "said": mutant.said}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _lives(copy: pathlib.Path, mutant: Mutant, most: int, also: list[str]) -> bool:
    """Whether the tests pass all the same: a few first, since most changes are noticed by any."""
    path = copy / mutant.path
    original, times = path.read_text(encoding="utf-8"), path.stat()
    rng = random.Random(mutant.key)
    path.write_text(changed(original, mutant.nth), encoding="utf-8")
    try:
        few = mutant.tests[:FEW]
        if also and not passes(copy, also):
            return False
        more = mutant.tests[FEW:]
        return passes(copy, few) and (not more or passes(copy, rng.sample(more, min(most, len(more)))))
    finally:
        path.write_text(original, encoding="utf-8")
        os.utime(path, (times.st_atime, times.st_mtime))


def passes(copy: pathlib.Path, tests: list[str]) -> bool:
    """Whether these tests pass in the copy."""
    listed = copy / "mutation-tests.txt"
    listed.write_text("\n".join(tests), encoding="utf-8")
    child = os.fork()
    if not child:
        _run(copy, listed)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _run(copy: pathlib.Path, listed: pathlib.Path) -> None:
    """In the fork: pytest on the copy; never returns."""
    signal.alarm(LONGEST)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.chdir(copy)
    os.environ["PYTHONPATH"] = str(copy)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.path[:0] = [str(copy)]
    code = 1
    try:
        import pytest

        code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-W", QUIET, f"@{listed}"]))
    finally:
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
