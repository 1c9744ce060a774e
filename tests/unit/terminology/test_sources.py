"""Every code in mappings/ stands in the terminology folder, with a confidence that allows it."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cds_service.terminology import Terminology
from cds_service.terminology.normalise import icd

SHARED = Path(__file__).parents[3].parent / "shared" / "terminology"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the folder shared/terminology is not beside the project; only the rows' own checks ran"
)
ALLOWED = ("verified", "single-source")
RANGE = re.compile(r"\b([A-Z])(\d\d)(?:\.(\d))? ?(?:to|-) ?([A-Z])(\d\d)(?:\.(\d))?\b")


def table(name: str) -> list[dict[str, str]]:
    with (SHARED / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def cells(row: dict[str, str], *columns: str) -> Iterator[str]:
    for column in columns:
        yield from re.findall(r"[A-Za-z0-9.\-+*]+", row[column])


def wide_codes() -> set[str]:
    """The codes of conditions.md from "Wide codes" on, with its ranges written out."""
    text = (SHARED / "conditions.md").read_text(encoding="utf-8").split("## Wide codes")[1]
    found = set(re.findall(r"\b[A-Z]\d\d(?:\.\d+)?\b|\b\d{6,18}\b", text))
    for letter, low, low_tail, _, high, high_tail in RANGE.findall(text):
        if low_tail:
            found |= {f"{letter}{low}.{n}" for n in range(int(low_tail), int(high_tail or 9) + 1)}
        else:
            found |= {f"{letter}{n:02d}" for n in range(int(low), int(high) + 1)}
    remission = {f"F1{n}.{end}" for n in (*range(7), 8, 9) for end in ("11", "21")}
    return found | remission if "F1x.11, F1x.21" in text else found


def sources() -> dict[str, dict[str, str]]:
    """system -> code -> the best confidence that the folder gives it ('' where it is excluded)."""
    found: dict[str, dict[str, str]] = {}

    def put(system: str, code: str, confidence: str) -> None:
        known = found.setdefault(system, {})
        if known.get(code) != "verified":
            known[code] = confidence

    for row in table("loinc.csv"):
        put("loinc", row["code"], "" if "[EXCLUDE]" in row["note"] else row["confidence"])
    for row in table("other_codes.csv"):
        system = "snomed" if "snomed" in row["system"] else "interpretation"
        put(system, row["code"], row["confidence"])
    for row in table("rxnorm.csv"):
        for code in cells(row, "rxcui_IN", "rxcui_PIN_or_brand"):
            put("rxnorm", code, row["confidence"])
        for code in re.findall(r"\b\d{4,7}\b", row["note"]):
            put("rxnorm", code, "single-source")
        for code in cells(row, "ATC", "ATC_legacy", "ATC_other_routes"):
            put("atc", code, row["confidence"])
    for name in ("drug_products.csv", "rxnorm_scd_to_in_all.csv"):
        for row in table(name):
            put("rxnorm", row["rxcui"], row["confidence"])
    for row in table("cvx_live.csv"):
        put("cvx", row["cvx"], row["confidence"])
        put("atc", row["atc"], row["confidence"])
        for code in cells(row, "rxnorm_IN", "rxnorm_BN"):
            put("rxnorm", code, row["confidence"])
    systems = {
        "SNOMED": "snomed", "ICD-10-CM": "icd10cm", "ICD-10 WHO": "icd10", "ICD-10 China": "icd10cn",
        "ICD-10-PCS": "icd10pcs", "ICD-9": "icd9cm3cn", "HCPCS": "hcpcs",
    }  # fmt: skip
    for row in table("conditions.csv"):
        for start, system in systems.items():
            if row["system"].startswith(start):
                put(system, row["code_or_prefix"], row["confidence"])
        if row["code_or_prefix"]:
            for code in re.findall(r"M31\.19|D69\.41", row["note"]):
                put("icd10cm", code, "verified")
    for code in wide_codes():
        for system in ("snomed",) if code.isdigit() else ("icd10cm", "icd10"):
            put(system, code, "verified")
    return found


@needs_shared
def test_every_code_in_mappings_stands_in_the_terminology_folder_and_is_allowed(terms: Terminology) -> None:
    known = sources()
    wrong = [
        f"{system} {code} ({row.file})"
        for (system, code), rows in terms.rows.items()
        for row in rows
        if known.get(system, {}).get(code) not in ALLOWED
    ]
    assert wrong == []
    assert len(terms.rows) > 4000


@needs_shared
def test_no_single_source_code_is_called_verified(terms: Terminology) -> None:
    known = sources()
    wrong = [
        f"{system} {code} ({row.file})"
        for (system, code), rows in terms.rows.items()
        for row in rows
        if row.confidence == "verified" and known[system][code] == "single-source"
    ]
    assert wrong == []


@needs_shared
def test_every_verified_inclusion_code_of_a_laboratory_concept_that_is_read_was_taken_over(terms: Terminology) -> None:
    left_out = {
        row["code"]
        for row in table("loinc.csv")
        if row["confidence"] == "verified"
        and "[primary]" in row["note"]
        and row["concept"] in terms.concepts
        and terms.lab("loinc", row["code"]) is None
    }
    assert left_out == set()


@needs_shared
def test_every_condition_row_of_the_folder_is_found_under_its_finding(terms: Terminology) -> None:
    systems = {"SNOMED": "snomed", "ICD-10-CM": "icd10cm", "ICD-10 WHO": "icd10", "ICD-10 China": "icd10cn"}
    missing = []
    for row in table("conditions.csv"):
        system = next((s for start, s in systems.items() if row["system"].startswith(start)), "")
        finding = "sle" if row["concept"] == "sle_descendant" else row["concept"]
        if not system or row["confidence"] not in ALLOWED or (finding, row["code_or_prefix"]) == ("sle", "54072008"):
            continue
        named = {m.finding for m in terms.findings(system, row["code_or_prefix"])}
        named |= {m.finding for m in terms.procedures(system, row["code_or_prefix"])}
        if finding not in named:
            missing.append((finding, system, row["code_or_prefix"]))
    assert missing == []


@needs_shared
def test_the_display_of_every_row_holds_a_word_of_its_finding(terms: Terminology) -> None:
    missing = []
    for row in table("conditions.csv"):
        finding = "sle" if row["concept"] == "sle_descendant" else row["concept"]
        display = re.sub(r"^prefix; e\.g\. ", "", row["display"])
        if (
            row["confidence"] not in ALLOWED
            or not display
            or "withheld" in display
            or finding.endswith("_guard")
            or finding.startswith("lupus_nephritis_class")
            or row["code_or_prefix"] == "54072008"
        ):
            continue
        if finding not in terms.findings_named(display):
            missing.append((finding, row["code_or_prefix"], display))
    assert missing == []


@needs_shared
def test_dot_and_case_of_the_folders_icd_codes_do_not_matter(terms: Terminology) -> None:
    for row in table("conditions.csv"):
        if row["system"].startswith("ICD-10-CM") and row["confidence"] == "verified":
            code = row["code_or_prefix"]
            assert terms.findings("icd10cm", code) == terms.findings("icd10cm", icd(code).lower())
