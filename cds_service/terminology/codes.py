"""Condition, procedure and vaccine codes: exact for SNOMED CT, by prefix for ICD, each system on its own.

The longest row that matches decides for its finding, so a longer `wide`, `names` or `not` row overrules a shorter
one. A code of the Chinese edition is known by its shape (decision 52): its exact rows overrule, finding by finding,
what the WHO prefixes say of its dagger part. A pair such as `M32.101+N08.5*` is read by its dagger part alone where
that part has a row, so the answer is the same with and without the asterisk half.
"""

from typing import Generic, TypeVar

from .model import FindingMatch, ProcedureMatch
from .normalise import icd, icd_parts, is_chinese, is_morphology
from .tables import Row, Tables

ICD = ("icd10cm", "icd10", "icd10cn", "icd10pcs", "icd9cm3cn")
_CONDITION_SYSTEMS = ("snomed", "icd10cm", "icd10", "icd10cn")
_CACHE = 8192


M = TypeVar("M", FindingMatch, ProcedureMatch)


class _Index(Generic[M]):
    """Rows of one system: exact ones, and prefixes grouped by their length."""

    __slots__ = ("exact", "lengths", "prefixes")

    def __init__(self) -> None:
        self.exact: dict[str, dict[str, M | None]] = {}
        self.prefixes: dict[str, dict[str, M | None]] = {}
        self.lengths: tuple[int, ...] = ()

    def look(self, code: str) -> dict[str, M | None]:
        found: dict[str, M | None] = {}
        for length in self.lengths:  # short to long: the longest wins
            rows = self.prefixes.get(code[:length])
            if rows and length <= len(code):
                found.update(rows)
        found.update(self.exact.get(code, {}))
        return found


class Codes:
    """`conditions.csv`, `procedures.csv`, `vaccines.csv`."""

    def __init__(self, tables: Tables) -> None:
        self._conditions: dict[str, _Index[FindingMatch]] = {s: _Index() for s in _CONDITION_SYSTEMS}
        self._procedures: dict[str, _Index[ProcedureMatch]] = {}

        for row in tables["conditions"]:
            tables.word("conditions", row, "grade", ("names", "wide", "not"))
            if row["system"] not in self._conditions:
                tables.fault("conditions", row.line, f"system '{row['system']}' holds no conditions")
                continue
            match = FindingMatch(
                row["finding"], row["grade"], row["history"] == "yes", row["blames_lupus"] == "yes", row["names_beside"]
            )
            self._add(tables, "conditions", row, self._conditions[row["system"]], match)
        for row in tables["procedures"]:
            tables.word("procedures", row, "grade", ("names", "wide"))
            index = self._procedures.setdefault(row["system"], _Index())
            self._add(tables, "procedures", row, index, ProcedureMatch(row["finding"], row["grade"], row["kind"]))
        for conditions in self._conditions.values():
            conditions.lengths = tuple(sorted({len(code) for code in conditions.prefixes}))
        for procedures in self._procedures.values():
            procedures.lengths = tuple(sorted({len(code) for code in procedures.prefixes}))
        self.findings_known = frozenset(r["finding"] for name in ("conditions", "procedures") for r in tables[name])
        self._done_findings = frozenset(row["finding"] for row in tables["procedures"])
        self.vaccines: dict[tuple[str, str], str] = {}
        for row in tables["vaccines"]:
            live = tables.word("vaccines", row, "live", ("live", "review", "no"))
            live = "not-live" if live == "no" else live
            self.vaccines[row["system"], row["code"]] = live
            if row["system"] == "cvx":
                self.vaccines["cvx", row["code"].lstrip("0")] = live
        self._found: dict[tuple[str, str], tuple[FindingMatch, ...]] = {}
        self._done: dict[tuple[str, str], tuple[ProcedureMatch, ...]] = {}

    def _add(self, tables: Tables, name: str, row: Row, index: _Index[M], match: M) -> None:
        code = icd(row["code"].partition("+")[0]) if row["system"] in ICD else row["code"]
        place = index.prefixes if tables.word(name, row, "match", ("exact", "prefix")) == "prefix" else index.exact
        rows = place.setdefault(code, {})
        if row["finding"] in rows:
            tables.fault(name, row.line, f"code {row['code']} has two rows for {row['finding']}")
        rows[row["finding"]] = None if match.grade == "not" else match

    def findings(self, system: str, code: str) -> tuple[FindingMatch, ...]:
        """The findings of a condition code; `system` is a canonical name. A procedure code counts as its finding."""
        key = (system, code)
        known = self._found.get(key)
        if known is None:
            if len(self._found) >= _CACHE:
                self._found.clear()
            known = tuple(m for m in self._finding_rows(system, code).values() if m is not None)
            if not known and system in self._procedures:
                known = tuple(
                    FindingMatch(m.finding, m.grade, False, False, "") for m in self._procedure_rows(system, code)
                )
            self._found[key] = known
        return known

    def _finding_rows(self, system: str, code: str) -> dict[str, FindingMatch | None]:
        if system == "snomed":
            return self._conditions[system].look(code.strip())
        if system not in ("icd10cm", "icd10", "icd10cn") or is_morphology(code):
            return {}
        parts = icd_parts(code)
        if not parts or not (len(parts[0]) == 1 or parts[0][1].isdigit()):
            return {}  # `CREA` is a site's own code and no chapter C, whatever system it was sent under
        first = parts[0]
        # M32 with three characters after the point can only be Chinese (conditions.md, trap 1)
        if is_chinese(first) and (system != "icd10cm" or first.startswith("M32")):
            found = self._conditions["icd10"].look(first)
            own = self._conditions["icd10cn"].look(first)
            found.update(own)
            return found if own else self._beside_dagger(found, parts)
        if system == "icd10cm":
            return self._conditions["icd10cm"].look(first)
        return self._beside_dagger(self._conditions["icd10"].look(first), parts)

    def _beside_dagger(self, found: dict[str, FindingMatch | None], parts: list[str]) -> dict[str, FindingMatch | None]:
        """Add what the asterisk half says: beside its dagger code a wide code names the finding."""
        for part in parts[1:]:
            for finding, match in self._conditions["icd10"].look(part).items():
                if match and match.names_beside and parts[0].startswith(match.names_beside):
                    found[finding] = match._replace(grade="names", blames_lupus=match.names_beside == "M32")
                else:
                    found.setdefault(finding, match)
        return found

    def procedures(self, system: str, code: str) -> tuple[ProcedureMatch, ...]:
        """What a procedure code says; of a condition code, those of its findings that are procedures."""
        key = (system, code)
        known = self._done.get(key)
        if known is None:
            if len(self._done) >= _CACHE:
                self._done.clear()
            known = self._procedure_rows(system, code)
            if not known:
                rows = self._finding_rows(system, code) if system in self._conditions else {}
                known = tuple(
                    ProcedureMatch(m.finding, m.grade, "")
                    for m in rows.values()
                    if m and m.finding in self._done_findings
                )
            self._done[key] = known
        return known

    def _procedure_rows(self, system: str, code: str) -> tuple[ProcedureMatch, ...]:
        # China codes procedures in ICD-9-CM-3, an edition of ICD-9-CM volume 3 with the same numbers
        system = "icd9cm3cn" if system == "icd9cm" else system
        index = self._procedures.get(system)
        if index is None:
            return ()
        return tuple(m for m in index.look(icd(code) if system in ICD else code.strip()).values() if m is not None)

    def code_of(self, finding: str, procedure: bool) -> tuple[str, str]:
        """A code that names a finding and as little else as can be, for examples; KeyError if there is none."""
        best: tuple[int, int, str, str] | None = None
        for rank, system in enumerate(("snomed", "icd10cm", "icd10", "icd10pcs", "icd9cm3cn", "icd10cn")):
            for code in self._naming(system, finding, procedure):
                also = len(self.procedures(system, code) if procedure else self.findings(system, code))
                here = (also, rank, system, code)
                best = here if best is None or here < best else best
        if best is None:
            raise KeyError(finding)
        return best[2], best[3]

    def _naming(self, system: str, finding: str, procedure: bool) -> list[str]:
        found: list[str] = []
        if procedure and system in self._procedures:
            done = self._procedures[system]
            for code, rows in (*done.prefixes.items(), *done.exact.items()):
                match = rows.get(finding)
                if match is not None and match.grade == "names":
                    found.append(code)
        elif not procedure and system in self._conditions:
            index = self._conditions[system]
            for code, conditions in (*index.prefixes.items(), *index.exact.items()):
                said = conditions.get(finding)
                if said is not None and said.grade == "names" and not said.history:
                    found.append(code)
        return found
