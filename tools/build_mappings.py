"""Regenerate the mapping files whose rows come from the terminology folder.

    python tools/build_mappings.py PATH/TO/terminology [mappings]

A maintainer's script: it is not needed to install, run or test. The folder holds `loinc.csv`, `rxnorm.csv`,
`conditions.csv` and so on (its `SOURCES.md` says what they rest on). Only `verified` and `single-source` rows are
taken over; what is UNVERIFIED, `no-code-found` or marked [EXCLUDE] stays out. The choices that a person made (which
codes are wide, which class a drug is in) stand in `mapping_rules.py` and `condition_rules.py` beside this script.

Kept by hand, and not touched here: systems, lab_concepts, steroids, forms, routes, timing_codes, score_names,
finding_words, qualifiers.
"""

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import condition_rules as coded
import mapping_rules as rules

Row = dict[str, str]
ALLOWED = ("verified", "single-source")


def read(folder: Path, name: str) -> list[Row]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(folder: Path, name: str, columns: str, rows: Iterable[Iterable[str]]) -> None:
    kept: dict[tuple[str, ...], None] = dict.fromkeys(tuple(row) for row in rows)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns.split(","))
        out.writerows(kept)
    print(f"{name}: {len(kept)} rows")


def weaker(*confidences: str) -> str:
    return "single-source" if "single-source" in confidences else "verified"


def labs(source: list[Row]) -> Iterator[list[str]]:
    for row in source:
        concept, code, note = row["concept"], row["code"], row["note"]
        if concept not in rules.LAB_CONCEPTS or row["confidence"] not in ALLOWED or "[EXCLUDE]" in note:
            continue
        if code in rules.LABS_LEFT_OUT:
            continue
        role = (re.search(r"\[([a-z-]+)\]", note) or [None, ""])[1]
        source_words = "public copies of LOINC" if row["confidence"] == "verified" else "one public copy of LOINC"
        yield [
            concept, "loinc", code, rules.lab_method(concept, code, row["display"]), row["system"], row["property"],
            row["confidence"], source_words, rules.LAB_NOTES.get(code, role),
        ]  # fmt: skip


def units(source: list[Row]) -> Iterator[list[str]]:
    for row in source:
        quantity, raw = row["quantity"], row["raw_unit"]
        factor, offset = rules.unit_factor(quantity, row["factor"], row["ucum"])
        if factor:
            seen = "seen in public data" if "not observed" not in row["seen"] else "spelling expected, not seen"
            yield [quantity, row["canonical"], raw, factor, offset, "verified", seen]
        else:
            yield [quantity, row["canonical"], raw, "reject", "0", "verified", "cannot be converted safely"]
    yield from rules.MORE_UNITS


def limits(source: list[Row]) -> Iterator[list[str]]:
    for row in source:
        if row["confidence"] in ALLOWED and row["analyte"] not in rules.NO_DEFAULT_LIMIT:
            where = row["source"].split(" (")[0].split(" as coded")[0].split(" wording")[0].split(" 2-in-1")[0]
            yield [
                row["analyte"], row["sex"], row["age_min"], row["age_max"], row["lln"], row["uln"], row["unit"],
                row["confidence"], where, row["note"],
            ]  # fmt: skip


def ingredients(source: list[Row]) -> Iterator[list[str]]:
    for row in source:
        name = row["ingredient"]
        confidence = row["confidence"] if row["confidence"] in ALLOWED else "no-code"
        yield [
            name, rules.ONE_DRUG.get(name, name), row["class"], ";".join(rules.groups(row["class"], name)), confidence,
            "RxNorm and WHO ATC (public copies)" if confidence != "no-code" else "known by name only", "",
        ]  # fmt: skip


def drug_codes(source: list[Row], products: list[Row]) -> Iterator[list[str]]:
    brands = rules.brand_systemic(products)
    for row in source:
        name, confidence = row["ingredient"], row["confidence"]
        if confidence not in ALLOWED:
            continue
        if row["rxcui_IN"]:
            yield [name, "rxnorm", row["rxcui_IN"], "IN", "unknown", confidence, "RxNorm ingredient", ""]
        for kind, code, text, old in rules.named_codes(row["rxcui_PIN_or_brand"]):
            systemic = brands.get(text, "unknown") if kind == "BN" else "unknown"
            note = "older RxNorm only" if old else ""
            yield [name, "rxnorm", code, kind, systemic, "single-source", "RxNorm prescribable content", note]
        for column, kind in (("ATC", "ATC"), ("ATC_legacy", "ATC-legacy"), ("ATC_other_routes", "ATC-local")):
            for code in filter(None, row[column].split(";")):
                shown, systemic = rules.atc_kind(kind, code)
                yield [
                    name,
                    "atc",
                    code,
                    shown,
                    systemic,
                    confidence,
                    "WHO ATC (codes only)",
                    rules.ATC_NOTES.get(code, ""),
                ]
    yield from rules.MORE_DRUG_CODES


def products(source: list[Row], rx: list[Row]) -> Iterator[list[str]]:
    spelling = {row["ingredient"].lower(): row["ingredient"] for row in rx}
    merged: dict[str, list[Row]] = {}
    for row in source:
        if row["confidence"] in ALLOWED:
            merged.setdefault(row["rxcui"], []).append(row)
    for rxcui, rows in sorted(merged.items(), key=lambda item: int(item[0])):
        first = rows[0]
        single = len(rows) == 1 and first["multi_ingredient"] == "no" and "PACK" not in first["note"]
        pack = first["tty"] in ("GPCK", "BPCK") or "PACK" in first["note"]
        per_unit, _, per = first["mg_per_unit"].partition(" per ")
        if first["strength_unit"] not in ("MG", "MG/ML"):
            single = False
        yield [
            rxcui, first["tty"].rstrip("?"), ";".join(sorted({spelling[r["ingredient"].lower()] for r in rows})),
            rules.number(per_unit) if single else "", per if single and per_unit else "",
            first["mg_per_ml"] if single else "", first["route_group"].split("/")[0],
            rules.PRODUCT_SYSTEMIC[first["systemic"]], "yes" if pack else "no",
            weaker(*(r["confidence"] for r in rows)), "RxNorm products (public copies)",
            "older RxNorm only" if "HISTORICAL" in first["note"] else "",
        ]  # fmt: skip


def drug_names(source: list[Row], chinese: list[Row]) -> Iterator[list[str]]:
    for row in source:
        name = row["ingredient"]
        generic = rules.GENERIC_NAME.get(name, name).lower()
        confidence = row["confidence"] if row["confidence"] in ALLOWED else "no-code"
        yield [generic, name, "en", "generic", confidence, "RxNorm name or INN", ""]
        if confidence == "no-code":
            continue
        for kind, _code, text, old in rules.named_codes(row["rxcui_PIN_or_brand"]):
            if kind == "BN" and text.lower() not in rules.NAMES_LEFT_OUT:
                note = "older RxNorm only" if old else ""
                yield [text.lower(), name, "en", "brand", "single-source", "RxNorm brand name", note]
    for row in chinese:
        if row["confidence"] in ALLOWED:
            yield [
                row["name_zh"],
                row["ingredient"],
                "zh",
                row["kind"],
                row["confidence"],
                "public Chinese glossaries",
                "",
            ]
    yield from rules.MORE_NAMES


def conditions(source: list[Row]) -> Iterator[list[str]]:
    rows: dict[tuple[str, str, str], list[str]] = {}
    lupus = {r["code_or_prefix"] for r in source if r["concept"] == "sle_descendant"}
    for row in source:
        system = coded.system_of(row["system"])
        finding = "sle" if row["concept"] == "sle_descendant" else row["concept"]
        code = row["code_or_prefix"]
        if system not in coded.CONDITION_SYSTEMS or row["confidence"] not in ALLOWED:
            continue
        if coded.is_procedure(finding, system, row["display"]) or (finding, code) in coded.LEFT_OUT:
            continue
        match = "prefix" if system in ("icd10cm", "icd10") else "exact"
        for one in coded.also(finding, code):
            key = (one, system, code)
            grade = coded.grade(one, system, code)
            words = "public copies of the code system" if row["confidence"] == "verified" else "one public source"
            rows[key] = [
                one, system, code, match, grade, coded.names_beside(one, system, code), coded.history(system, code),
                coded.blames(system, code, code in lupus), row["confidence"], words, "",
            ]  # fmt: skip
    for finding, system, code, grade, note in coded.more_conditions():
        key = (finding, system, code)
        confidence = coded.confidence_of(code, source)
        match = "prefix" if system in ("icd10cm", "icd10") else "exact"
        rows[key] = [
            finding, system, code, match, grade, coded.names_beside(finding, system, code), coded.history(system, code),
            coded.blames(system, code, code in lupus), confidence, "conditions.md, wide codes", note,
        ]  # fmt: skip
    yield from rows.values()


def procedures(source: list[Row]) -> Iterator[list[str]]:
    for row in source:
        system = coded.system_of(row["system"])
        code = row["code_or_prefix"]
        if system not in coded.PROCEDURE_SYSTEMS or row["confidence"] not in ALLOWED:
            continue
        if not coded.is_procedure(row["concept"], system, row["display"]):
            continue
        prefix = row["display"].startswith("prefix;") or system == "icd9cm3cn"
        match = "prefix" if prefix else "exact"
        for finding, grade, kind in coded.procedure_findings(row["concept"], system, code, row["display"]):
            words = "public copies of the code system" if row["confidence"] == "verified" else "one public source"
            yield [finding, system, code, match, grade, kind, row["confidence"], words, ""]


def vaccines(source: list[Row]) -> Iterator[list[str]]:
    atc: dict[str, set[str]] = {}
    sure: set[str] = set()
    rxnorm: dict[str, set[str]] = {}
    for row in source:
        if row["confidence"] not in ALLOWED:
            continue
        live = {"live": "live", "review": "review", "not_live": "no"}[row["live"]]
        yield ["cvx", row["cvx"], live, row["short_name"], row["confidence"], "CDC CVX table", ""]
        if len(row["atc"]) == 7:
            atc.setdefault(row["atc"], set()).add(live)
            if row["confidence"] == "verified":
                sure.add(row["atc"])
        for part in filter(None, re.split(r"\s*\|\s*", row["rxnorm_IN"] + " | " + row["rxnorm_BN"])):
            rxnorm.setdefault(part.split("=")[0], set()).add(live)
    for code, found in atc.items():
        live = found.pop() if len(found) == 1 else "review"
        confidence = "verified" if code in sure else "single-source"
        yield ["atc", code, live, "", confidence, "WHO ATC (codes only)", ""]
    for code, found in rxnorm.items():
        live = "review" if code in coded.BLADDER_BCG or len(found) > 1 else found.pop()
        yield ["rxnorm", code, live, "", "single-source", "RxNorm vaccine concepts", ""]


def main(terminology: Path, out: Path) -> None:
    rx, all_products = read(terminology, "rxnorm.csv"), read(terminology, "rxnorm_scd_to_in_all.csv")
    source = read(terminology, "conditions.csv")
    tail = "confidence,source,note"
    write(out, "labs.csv", f"concept,system,code,method,specimen,property,{tail}", labs(read(terminology, "loinc.csv")))
    write(
        out,
        "units.csv",
        "quantity,canonical,raw_unit,factor,offset,confidence,source",
        units(read(terminology, "units.csv")),
    )
    write(
        out,
        "limits.csv",
        f"analyte,sex,age_min,age_max,lln,uln,unit,{tail}",
        limits(read(terminology, "uln_fallback.csv")),
    )
    write(out, "ingredients.csv", f"ingredient,drug,class,group,{tail}", ingredients(rx))
    write(out, "drugs.csv", f"ingredient,system,code,kind,systemic,{tail}", drug_codes(rx, all_products))
    columns = f"rxcui,tty,ingredient,mg_per_unit,per,mg_per_ml,route_group,systemic,pack,{tail}"
    sold = read(terminology, "drug_products.csv") + rules.beyond(all_products, terminology)
    write(out, "products.csv", columns, products(sold, rx))
    names = drug_names(rx, read(terminology, "drug_names_zh.csv"))
    write(out, "drug_names.csv", f"name,ingredient,language,kind,{tail}", names)
    columns = f"finding,system,code,match,grade,names_beside,history,blames_lupus,{tail}"
    write(out, "conditions.csv", columns, conditions(source))
    write(out, "procedures.csv", f"finding,system,code,match,grade,kind,{tail}", procedures(source))
    write(out, "vaccines.csv", f"system,code,live,name,{tail}", vaccines(read(terminology, "cvx_live.csv")))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "mappings"))
