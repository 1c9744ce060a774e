"""Codes for people: every row of a code, and what a code means to the service."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from .model import Meaning
from .normalise import icd_parts, is_chinese
from .tables import Row, Tables

if TYPE_CHECKING:
    from .index import Terminology

_CODED = ("labs", "drugs", "products", "conditions", "procedures", "vaccines", "qualifiers", "routes")
_SEARCHED = ("snomed", "icd10cm", "icd10", "icd10cn", "icd10pcs", "icd9cm3cn", "hcpcs")


def _says(name: str, row: Row) -> str:
    if name == "labs":
        return " ".join(filter(None, (row["concept"], row["method"], row["specimen"])))
    if name == "drugs":
        return f"{row['ingredient']} ({row['kind']}, systemic: {row['systemic']})"
    if name == "products":
        mg = row["mg_per_unit"] and f", {row['mg_per_unit']} mg per {row['per'] or 'unit'}"
        ml = row["mg_per_ml"] and f", {row['mg_per_ml']} mg/mL"
        return f"{row['ingredient'].replace(';', ' + ')} ({row['tty']}{mg}{ml}, {row['route_group']})"
    if name in ("conditions", "procedures"):
        return f"{row['finding']} ({row['grade']}, {row['match']})"
    return row["live"] if name == "vaccines" else row["meaning"]


@lru_cache(maxsize=4)
def every_code(tables: Tables) -> Mapping[tuple[str, str], tuple[Meaning, ...]]:
    """(system, code) as written in the mapping files -> its rows."""
    found: dict[tuple[str, str], list[Meaning]] = {}
    for name in _CODED:
        for row in tables[name]:
            system = row.get("system", "rxnorm")
            code = row.get("code") or row.get("rxcui", "")
            if code:
                meaning = Meaning(
                    system,
                    code,
                    _says(name, row),
                    f"{name}.csv:{row.line}",
                    row["confidence"],
                    row["source"],
                    row["note"],
                )
                found.setdefault((system, code), []).append(meaning)
    return {key: tuple(rows) for key, rows in found.items()}


def meanings(terminology: "Terminology", code: str) -> list[dict[str, str]]:
    """The rows of a code, then what prefixes make of it in each system that has no row of its own."""
    code = code.strip()
    rows = [meaning for (_, known), found in terminology.rows.items() if known == code for meaning in found]
    answer = [
        {
            "system": m.system, "code": m.code, "means": m.says, "row": m.file, "confidence": m.confidence,
            "source": m.source, "note": m.note,
        }
        for m in rows
    ]  # fmt: skip
    said = {(m.system, m.says.split(" ")[0]) for m in rows}
    for system in _SEARCHED:
        if system == "icd10cn" and not is_chinese((icd_parts(code) or [""])[0]):
            continue
        findings = [(m.finding, m.grade) for m in terminology.findings(system, code)]
        done = [(m.finding, m.grade) for m in terminology.procedures(system, code)]
        for finding, grade in findings + done:
            if (system, finding) not in said:
                said.add((system, finding))
                answer.append(
                    {
                        "system": system,
                        "code": code,
                        "means": f"{finding} ({grade})",
                        "row": "",
                        "confidence": "",
                        "source": "a row of a shorter code, or of another spelling",
                        "note": "",
                    }
                )
    times = terminology.timing(code)
    if times is not None:
        answer.append(
            {"system": "gts", "code": code, "means": f"{times:.3g} a day", "row": "timing_codes.csv",
             "confidence": "verified", "source": "dosing.md section 2", "note": ""}
        )  # fmt: skip
    return answer
