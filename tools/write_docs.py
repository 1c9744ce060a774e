"""Write docs/trials/*.md from the trial files, docs/criteria-kinds.md, and the table of settings in the README.

python tools/write_docs.py            write them
python tools/write_docs.py --check    say which are not current, and fail
"""

import csv
import inspect
import sys
from collections import defaultdict
from pathlib import Path

from cds_service.criteria.registry import kinds
from cds_service.criteria.rule import Reads
from cds_service.kernel.paths import data_dir
from cds_service.settings import names
from cds_service.terminology import Terminology, load
from cds_service.trials import Criterion, Trial, load_trials

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- settings: written by tools/write_docs.py -->", "<!-- end of settings -->"
_SYSTEMS = {
    "loinc": "LOINC",
    "snomed": "SNOMED CT",
    "icd10cm": "ICD-10-CM",
    "icd10": "ICD-10",
    "icd10cn": "ICD-10, Chinese edition",
    "icd10pcs": "ICD-10-PCS",
    "icd9cm3cn": "ICD-9-CM-3, Chinese edition",
    "rxnorm": "RxNorm",
    "atc": "ATC",
    "cvx": "CVX",
    "cpt": "CPT",
}


def documents() -> dict[Path, str]:
    """Path → text of everything that is generated."""
    terminology = load()
    codes = Codes()
    found = {ROOT / "docs" / "trials" / f"{t.id}.md": document(t, terminology, codes) for t in load_trials()}
    found[ROOT / "docs" / "criteria-kinds.md"] = _kinds()
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    found[readme] = f"{before}{BEGIN}\n{_settings()}\n{END}{rest.split(END)[1]}"
    return found


def _kinds() -> str:
    """Every kind of criterion, as the docstring of its module says it."""
    by_module: dict[str, list[str]] = defaultdict(list)
    for kind, reader in kinds().items():
        by_module[reader.__module__].append(kind)
    lines = [
        "# Kinds of criteria",
        "",
        "Generated from the modules of `cds_service/criteria/` by `make docs`; do not edit.",
        "What a rule in a trial file can say. A kind is added by adding a file.",
        "",
        "A trial is one file, `trials/NCT….yaml`, named by its registry number: copy one and change it.",
        "`same_as` takes a criterion of `trials/shared.yaml`. `cds-service trials lint` names line and reason of every",
        "fault; then start the service again.",
        "",
    ]
    for module, names_ in sorted(by_module.items(), key=lambda item: sorted(item[1])):
        lines += [f"## {', '.join(f'`{name}`' for name in sorted(names_))}", ""]
        lines += [(inspect.getdoc(sys.modules[module]) or "").strip(), ""]
        lines += [f"In `{module.replace('.', '/')}.py`.", ""]
    return "\n".join(lines).rstrip() + "\n"


def _settings() -> str:
    rows = [
        f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |"
        for name, (default, meaning) in names().items()
    ]
    return "\n".join(["| name | default | meaning |", "| --- | --- | --- |", *rows])


class Codes:
    """Concept, finding → its codes by system, as the mappings have them."""

    def __init__(self) -> None:
        self.concepts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        self.findings: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for file, key, into in (
            ("labs.csv", "concept", self.concepts),
            ("conditions.csv", "finding", self.findings),
            ("procedures.csv", "finding", self.findings),
        ):
            with (data_dir("mappings") / file).open(encoding="utf-8", newline="") as rows:
                for row in csv.DictReader(rows):
                    if row.get("grade") != "not":
                        into[row[key]][row["system"]].append(_code(row))


def _code(row: dict[str, str]) -> str:
    code = row["code"] + ("…" if row.get("match") == "prefix" else "")
    marks = [m for m, yes in (("wide", row.get("grade") == "wide"), ("history", row.get("history") == "yes"),
                              ("one source", row.get("confidence") == "single-source")) if yes]  # fmt: skip
    return f"{code} ({', '.join(marks)})" if marks else code


def document(trial: Trial, terminology: Terminology, codes: Codes) -> str:
    """One trial as Markdown."""
    sites = "; ".join(f"{s.name}, {s.city}, {s.country}" for s in trial.sites)
    lines = [
        f"# {trial.id}: {trial.name}, {trial.product}",
        "",
        f"Generated from `trials/{trial.id}.yaml` by `make docs`; do not edit. For a clinician to check.",
        "",
        f"{trial.title}. Target {trial.target}; {trial.phase}; sponsor {trial.sponsor}.",
        f"Recruitment: **{trial.status}** (registry, {trial.status_as_of.isoformat()}; entry last changed "
        f"{trial.last_update.isoformat()}). Sites: {sites}. <{trial.url}>",
        "",
    ]
    lines += [f"- Note: {note}" for note in trial.notes] + ([""] if trial.notes else [])
    for kind, title in (("inclusion", "Inclusion"), ("exclusion", "Exclusion")):
        lines += [
            f"## {title}",
            "",
            "| id | criterion | how it is computed | look-back | reads | note |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        lines += [_row(c, terminology) for c in trial.criteria if c.kind == kind]
        lines.append("")
    reads = Reads()
    for criterion in trial.criteria:
        reads |= criterion.rule.reads()
    return "\n".join([*lines, *_appendix(reads, terminology, codes)]).rstrip() + "\n"


def _row(criterion: Criterion, terminology: Terminology) -> str:
    reads = criterion.rule.reads()
    look_back = _look_backs(reads, terminology)
    known = terminology.concepts
    what = "; ".join([*(known[c].text if c in known else c for c in sorted(reads.concepts)),
                      *(_words(n) for n in sorted(reads.findings | reads.drugs))])  # fmt: skip
    cells = (
        f"{criterion.id}<br>{criterion.source}",
        criterion.says,
        criterion.rule.words(),
        look_back,
        what,
        criterion.note or "",
    )
    return f"| {' | '.join(_cell(c) for c in cells)} |"


def _look_backs(reads: Reads, terminology: Terminology) -> str:
    """The default look-backs; a criterion's own window stands in its rule."""
    by_days: dict[str, list[str]] = defaultdict(list)
    for name in sorted(reads.concepts):
        concept = terminology.concepts.get(name)
        if concept is None or not concept.look_back:
            continue
        child = f" (under 18: {concept.look_back_child})" if concept.look_back_child != concept.look_back else ""
        by_days[f"{concept.look_back} days{child}"].append(concept.text)
    if len(by_days) == 1:
        return next(iter(by_days))
    return "; ".join(f"{', '.join(which)}: {days}" for days, which in by_days.items())


def _appendix(reads: Reads, terminology: Terminology, codes: Codes) -> list[str]:
    legend = (
        "`…`: this code and all below it. wide: may hold the finding without naming it (for a clinician to judge). "
        'history: a "history of" code. one source: seen in a single source.'
    )
    lines = ["## Codes", "", legend, ""]
    lines += ["### Results", "", "| concept | unit | codes |", "| --- | --- | --- |"]
    for name in sorted(reads.concepts):
        concept = terminology.concepts.get(name)
        lines.append(f"| {concept.text if concept else name} | {_cell(concept.canonical_unit) if concept else ''} "
                     f"| {_codes(codes.concepts.get(name, {}))} |")  # fmt: skip
    lines += ["", "### Diagnoses and procedures", "", "| finding | codes |", "| --- | --- |"]
    lines += [f"| {_words(name)} | {_codes(codes.findings.get(name, {}))} |" for name in sorted(reads.findings)]
    lines += ["", "### Drugs", "", "| class or ingredient | ingredients |", "| --- | --- |"]
    for name in sorted(reads.drugs):
        members = sorted(terminology.members(name)) or [name]
        lines.append(f"| {_words(name)} | {', '.join(members)} |")
    return [*lines, "", "Codes of the ingredients and products: `mappings/drugs.csv`, `mappings/products.csv`."]


def _codes(by_system: dict[str, list[str]]) -> str:
    found = [f"{_SYSTEMS.get(system, system)}: {', '.join(codes)}" for system, codes in by_system.items()]
    return _cell("<br>".join(found)) or "no standard code: by name"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> int:
    """Write the documents, or with --check compare them."""
    stale = []
    for path, text in documents().items():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.relative_to(ROOT))
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{'not current' if '--check' in sys.argv else 'written'}: {path}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
