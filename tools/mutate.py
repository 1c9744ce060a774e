"""Changes the clinical core line by line and shows which changes no test notices.

    python -m pytest -q --cov=cds_service --cov-branch --cov-context=test tests/{unit,spec,trials,golden}
    python tools/mutate.py --sample 300 [--seed 1] [--rooms kernel clinical ...]

Works on a copy of the checkout, never on it. Each mutant is one small change (a comparison turned, a number moved by
one, `and` for `or`, a `not` dropped, a returned value lost); the tests that run the changed line are run against it.
What is printed as alive is a place to look: a test is missing, or the change makes no difference.
"""

import argparse
import ast
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import coverage

ROOMS = ("kernel", "terminology", "chart", "clinical", "criteria", "trials", "eligibility")
_COMPARE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_BINARY = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult}


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """(line, what was changed, changed source) for every small change of a module."""
    for n, node in enumerate(list(ast.walk(ast.parse(source)))):
        tree = ast.parse(source)
        target = list(ast.walk(tree))[n]
        said = _change(target)
        if said:
            yield getattr(node, "lineno", 0), said, ast.unparse(ast.fix_missing_locations(tree))


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


def main() -> int:
    """Run a sample; prints every mutant that lives, then the counts."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rooms", nargs="*", default=ROOMS)
    parser.add_argument("--most-tests", type=int, default=400)
    asked = parser.parse_args()
    here = pathlib.Path(__file__).resolve().parents[1]
    data = coverage.CoverageData(str(here / ".coverage"))
    data.read()
    everything = []
    for room in asked.rooms:
        for path in sorted((here / "cds_service" / room).rglob("*.py")):
            contexts = data.contexts_by_lineno(str(path))
            for line, said, source in mutants(path.read_text(encoding="utf-8")):
                tests = sorted({c.split("|")[0] for c in contexts.get(line, []) if c})
                if tests:
                    everything.append((path.relative_to(here), line, said, source, tests))
    rng = random.Random(asked.seed)
    sample = rng.sample(everything, min(asked.sample, len(everything)))
    print(f"{len(everything)} mutants on covered lines, {len(sample)} tried", flush=True)
    alive = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "copy"
        left_out = shutil.ignore_patterns(".git", ".venv*", "target", "__pycache__", ".*_cache")
        shutil.copytree(here, copy, ignore=left_out)
        for path, line, said, source, tests in sample:
            original = (copy / path).read_text(encoding="utf-8")
            (copy / path).write_text(source, encoding="utf-8")
            try:
                few = rng.sample(tests, min(10, len(tests)))
                lives = passes(copy, few) and passes(copy, rng.sample(tests, min(asked.most_tests, len(tests))))
            finally:
                (copy / path).write_text(original, encoding="utf-8")
            if lives:
                alive += 1
                print(f"alive  {path}:{line}  {said}", flush=True)
    print(f"{len(sample)} mutants, {len(sample) - alive} killed, {alive} alive")
    return 0


def passes(copy: pathlib.Path, tests: list[str]) -> bool:
    """Whether these tests pass in the copy."""
    listed = copy / "mutation-tests.txt"
    listed.write_text("\n".join(tests), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", f"@{listed}"]
    try:
        return not subprocess.run(
            command, cwd=copy, env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True, timeout=120, check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return False


if __name__ == "__main__":
    sys.exit(main())
