"""`mappings lint`: every fault of the mapping files, those that `load` would raise and those that only a look at
the rows themselves shows (check digits, systems, a code without a verified source)."""

from collections.abc import Iterator
from pathlib import Path

from cds_service.kernel.errors import Problem
from cds_service.kernel.paths import data_dir

from .index import Terminology, read
from .normalise import loinc_ok, snomed_ok
from .tables import Row, Tables

_OWN_SYSTEMS = ("icd10cn", "icd9cm3cn", "icd9cm", "")
"""Systems that have no address of their own in FHIR (decision 52)."""
_FORBIDDEN = {"interpretation": frozenset(("R", "I", "<", ">"))}
"""Interpretations that mean something else than they seem to (other_codes.csv)."""


def lint(mappings_dir: Path | None = None) -> list[Problem]:
    """Every fault of a folder of mapping files, by file and line; an empty list means that it is sound."""
    terminology, tables = read(mappings_dir or data_dir("mappings"))
    found = {*tables.problems, *_codes(tables), *_words(tables, terminology)}
    return sorted(found, key=lambda p: (p.file, p.line, p.problem))


def _codes(tables: Tables) -> Iterator[Problem]:
    systems = {row["name"] for row in tables["systems"]} | set(_OWN_SYSTEMS)
    for name, rows in tables.rows.items():
        for row in rows:
            code = row.get("code") or row.get("rxcui", "")
            if not code:
                continue
            for problem in _code(row, row.get("system", "rxnorm"), code, systems):
                yield Problem(f"{name}.csv", row.line, problem)


def _code(row: Row, system: str, code: str, systems: set[str]) -> Iterator[str]:
    if system not in systems:
        yield f"system '{system}' is not in systems.csv"
    if code != code.strip():
        yield f"code '{code}' has spaces around it"
    if row["confidence"] == "no-code":
        yield f"code {code} has no confidence"
    if not row["source"]:
        yield f"code {code} has no source"
    if system == "loinc" and not loinc_ok(code):
        yield f"the LOINC check digit of {code} is wrong"
    if system == "snomed" and not snomed_ok(code):
        yield f"the SNOMED CT check digit of {code} is wrong"
    if system in ("rxnorm", "cvx") and not code.isdigit():
        yield f"{system} code '{code}' is not a number"
    if code in _FORBIDDEN.get(system, ()):
        yield f"interpretation {code} must not be read"


def _words(tables: Tables, terminology: Terminology) -> Iterator[Problem]:
    for row in tables["drug_names"]:
        named = terminology.drugs_named(row["name"])
        expected = () if row["kind"] == "blocker" else (row["ingredient"],)
        if named != expected and row["kind"] != "brand":  # a brand may hold several ingredients
            read_as = ", ".join(named) or "nothing"
            yield Problem("drug_names.csv", row.line, f"the name '{row['name']}' is read as {read_as}")
    for name in ("forms", "finding_words"):
        for row in tables[name]:
            if not row["word"].strip():
                yield Problem(f"{name}.csv", row.line, "the word is empty")
    for concept in terminology.concepts.values():
        if concept.kind == "quantity" and not concept.quantity:
            yield Problem("lab_concepts.csv", 1, f"{concept.name} is a quantity without a row in units.csv")
