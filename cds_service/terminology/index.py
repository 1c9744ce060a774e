"""`Terminology`: all mapping files behind one object of dict look-ups, built once by `load`."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from cds_service.kernel.errors import DataError
from cds_service.kernel.paths import data_dir

from .codes import Codes
from .describe import every_code, meanings
from .drugs import Drugs
from .labs import Labs
from .model import (
    DrugCode,
    FindingMatch,
    Ingredient,
    LabCode,
    LabConcept,
    Meaning,
    ProcedureMatch,
    SteroidFactor,
    UnitConversion,
)
from .normalise import plain
from .tables import Tables
from .texts import Texts
from .words import FindingWords

_LOOKS_FOR = re.compile(
    r"\b(tests?|testing|screening|assessment|assessing|measurement|antigen|antibody|vaccin\w*|immuni[sz]ation"
    r"|counsel\w*|education|levels?|monitoring)\b|检测|筛查|监测|浓度|测定|评估|接种|宣教",
    re.IGNORECASE,
)


class Terminology:
    """What codes, units, names and words mean to this service. `system` arguments are canonical names (`loinc`)."""

    def __init__(self, tables: Tables) -> None:
        self.version = tables.version
        """sha256 over the mapping files, 12 hex digits."""
        self._tables = tables
        self._systems: dict[str, str] = {}
        for row in tables["systems"]:
            if self._systems.setdefault(row["uri"], row["name"]) != row["name"]:
                tables.fault("systems", row.line, f"'{row['uri']}' has another name above")
        labs, drugs, codes, texts = Labs(tables), Drugs(tables), Codes(tables), Texts(tables)
        self._labs, self._drugs, self._codes, self._texts = labs, drugs, codes, texts
        self.concepts: Mapping[str, LabConcept] = labs.concepts
        self.ingredients: Mapping[str, Ingredient] = drugs.ingredients
        self.steroids: Mapping[str, SteroidFactor] = drugs.steroids
        words = tables["finding_words"]
        for row in words:
            if row["finding"] not in codes.findings_known:
                tables.fault("finding_words", row.line, f"finding '{row['finding']}' has no code row")
        self._finding_words = FindingWords((r["finding"], r["word"], r["kind"] == "not") for r in words)
        self._acts = frozenset(row["finding"] for row in tables["procedures"])
        self.unit = labs.unit
        self.limits = labs.limits
        self.findings = codes.findings
        self.procedures = codes.procedures
        self.drugs_named = drugs.names.find
        self.display_of_drug = drugs.speaks_of
        self.findings_named = self._finding_words.find
        self.qualifier_text = texts.result_text
        self.severity_text = texts.severity_text
        self.form_of = texts.form
        self.score_name = texts.score

    def system(self, uri: str) -> str:
        """The canonical name of a code system's address; empty if it is not known."""
        return self._systems.get(uri, "")

    def lab(self, system: str, code: str) -> LabCode | None:
        """What a laboratory, vital or score code measures."""
        return self._labs.codes.get((system, code))

    def drug_code(self, system: str, code: str) -> DrugCode | None:
        """The ingredients of a drug code, its strength and whether it is systemic."""
        return self._drugs.codes.get((system, code))

    def members(self, group: str) -> frozenset[str]:
        """The ingredients of a class word of criteria.md (dosing.md section 0a); empty for an unknown word."""
        return self._drugs.groups.get(group, frozenset())

    @property
    def groups(self) -> Mapping[str, frozenset[str]]:
        """Every class word with its ingredients."""
        return self._drugs.groups

    @property
    def finding_names(self) -> frozenset[str]:
        """Every finding that a condition or procedure code can say."""
        return self._codes.findings_known

    def procedures_named(self, text: str) -> tuple[str, ...]:
        """The findings of which a word is in a procedure's text (decision 34).

        A test, a screening or a vaccination names the disease that it looks for or wards off and not one that is
        there: only what is itself done to a patient (a dialysis, a transplant) is read out of it
        (docs/decisions/0008).
        """
        found = self._finding_words.find(text)
        return tuple(f for f in found if f in self._acts) if found and self.looks_for(text) else found

    def looks_for(self, text: str) -> bool:
        """Whether a procedure's text is that of a test, a screening, a vaccination or the like."""
        return _LOOKS_FOR.search(text) is not None

    def vaccine(self, system: str, code: str) -> str | None:
        """`live`, `review` or `not-live`; None for a code that is not listed."""
        return self._codes.vaccines.get((system, code))

    def qualifier(self, system: str, code: str) -> str | None:
        """Meaning of a coded result or interpretation: positive, weakly-positive, negative, indeterminate; of an
        interpretation also high, low, normal or abnormal (decisions 2, 32, 41)."""
        return self._texts.results.get((system, code))

    def severity(self, system: str, code: str) -> str | None:
        """mild, moderate, severe or judgement."""
        return self._texts.severities.get((system, code))

    def route(self, system: str, code: str) -> str | None:
        """Meaning of a coded route (a site's rows): oral, parenteral, depot or not-systemic."""
        return self._texts.routes.get((system, code))

    def timing(self, code: str) -> Decimal | None:
        """Times per day of a timing code, or of a text that as a whole is on the closed list (decision 40)."""
        return self._texts.timing.get(plain(code))

    def has_finding(self, name: str) -> bool:
        """Whether a condition or procedure code can say this finding."""
        return name in self._codes.findings_known

    def code_of_finding(self, name: str) -> tuple[str, str]:
        """(system, code) of a condition that names the finding and little else; KeyError if there is none."""
        return self._codes.code_of(name, procedure=False)

    def code_of_procedure(self, name: str) -> tuple[str, str]:
        """(system, code) of a procedure that says the finding and little else; KeyError if there is none."""
        return self._codes.code_of(name, procedure=True)

    def uri(self, system: str) -> str:
        """The address of a system's canonical name, as FHIR prints it; empty if it has none."""
        return next((uri for uri, name in self._systems.items() if name == system), "")

    @property
    def codes(self) -> Mapping[tuple[str, str], LabCode | DrugCode]:
        """Every laboratory and drug code with its meaning (those that are matched as they stand)."""
        return {**self._labs.codes, **self._drugs.codes}

    @property
    def rows(self) -> Mapping[tuple[str, str], tuple[Meaning, ...]]:
        """Every code of every mapping file with the rows that it stands in."""
        return every_code(self._tables)

    def describe(self, code: str) -> list[dict[str, str]]:
        """Every meaning of a code in every system, for `mappings lookup`; empty if it has none."""
        return meanings(self, code)


__all__ = ["DrugCode", "FindingMatch", "ProcedureMatch", "Terminology", "UnitConversion", "load"]


def read(folder: Path) -> tuple[Terminology, Tables]:
    """Read a folder without raising: the faults are in `tables.problems`."""
    tables = Tables(folder)
    return Terminology(tables), tables


@cache
def load(mappings_dir: Path | None = None) -> Terminology:
    """Read the mapping files (once a folder). DataError names every fault with file and line."""
    terminology, tables = read(mappings_dir or data_dir("mappings"))
    if tables.problems:
        raise DataError(tables.problems)
    return terminology
