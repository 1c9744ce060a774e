"""What a person decided about laboratory and drug rows; `build_mappings.py` applies it.

Each table cites the page that it follows: `dosing.md` section 0a, `units.md`, `criteria.md` (decisions).
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

Row = dict[str, str]


def _words(text: str, separator: str | None = None) -> list[str]:
    return text.split(separator)


# --- laboratory -----------------------------------------------------------------------------------------------------
LAB_CONCEPTS = frozenset(
    _words(
        "ana anti_dsdna anti_sm c3 c4 ch50 wbc lymphocytes_abs lymphocytes_pct neutrophils_abs neutrophils_band_abs "
        "neutrophils_pct hemoglobin platelets cd4_abs cd4_pct cd19_abs cd19_pct creatinine_serum egfr crcl "
        "urine_protein_24h upcr urine_rbc_hpf urine_wbc_hpf urine_casts_rbc urine_casts_granular alt ast alp "
        "bilirubin_total bilirubin_direct lipase amylase ck aldolase pt pt_control inr aptt fibrinogen iga spo2 "
        "o2_flow fio2 lvef body_weight body_height body_temp hbsag anti_hbc_total hbv_dna anti_hcv hcv_rna hiv "
        "hiv_rna syphilis cmv_dna sars_cov_2_rna sars_cov_2_ag hcg_serum hcg_urine pregnancy_status dat_coombs ldh "
        "haptoglobin"
    )
)
LABS_LEFT_OUT = {
    "26801-1": "12-hour protein is not 24-hour protein",
    "18373-1": "6-hour protein is not 24-hour protein",
    "21482-5": "a concentration needs the volume",
    "35592-5": "clearance per 1.73 m2 is not the trials' mL/min",
    "50380-5": "clearance per 1.73 m2",
    "50381-3": "clearance per 1.73 m2",
    "5808-1": "cells per volume are not cells per field (units.md 12)",
    "30391-7": "cells per volume",
    "20409-9": "cells per volume, test strip",
    "32776-7": "presence only",
    "51487-7": "cells per volume",
    "30405-5": "cells per volume",
    "20408-1": "cells per volume, test strip",
    "25160-3": "presence of plain granular casts scores nothing",
}
LAB_NOTES = {
    "33914-3": "Synthea sends it with mL/min; the code says per 1.73 m2",
    "38483-4": "the code that Synthea sends for creatinine",
    "2889-4": "g or mg per 24 h: the unit decides",
    "2890-2": "mg/g, or mg/mg under the same code: the unit decides; no unit is unreadable",
    "5793-5": "plain granular, not heme-granular: does not score",
    "59410-1": "says room air",
    "11563-4": "deprecated by LOINC; read from history",
    "97952-6": "deprecated by LOINC; read from history",
    "8812-0": "nuclear: NCT07339332 wants echocardiography",
    "8811-2": "magnetic resonance: NCT07339332 wants echocardiography",
    "2118-8": "the same string is a race code elsewhere: system and code both count",
}
_EGFR = {
    "98979-8": "ckd-epi-2021", "98980-6": "ckd-epi-2021-cystatin", "62238-1": "ckd-epi-2009", "88294-4": "ckd-epi-2009",
    "88293-6": "ckd-epi-2009", "94677-2": "ckd-epi-2012-cystatin", "50210-4": "cystatin", "69405-9": "unspecified",
    "97952-6": "unspecified",
}  # fmt: skip


def lab_method(concept: str, code: str, display: str) -> str:
    """How the value was obtained, where a criterion asks."""
    text = display.lower()
    if concept == "lvef":
        for word, method in (
            ("nuclear", "nuclear"), ("by mr", "mr"), ("ct", "ct"), ("angiogram", "angio"), ("echo", "echo"),
            ("by us", "echo"),
        ):  # fmt: skip
            if word in text.replace("ejection fraction", ""):
                return method
        return "unspecified"
    if concept == "egfr":
        return _EGFR.get(code, "mdrd")
    if concept == "crcl":
        return "cockcroft-gault" if "cockcroft" in text else "measured"
    if concept == "spo2":
        return "room-air" if "room air" in text else "resting" if "resting" in text else "unspecified"
    if "titer" in text:
        return "titre"
    if concept.startswith("neutrophils"):
        return "segmented" if "segmented" in text else "band" if "band form" in text else "total"
    if concept == "urine_casts_granular":
        return "plain-granular"
    if concept in ("hbv_dna", "hcv_rna", "hiv_rna", "cmv_dna") and "[log" in text:
        return "log10"
    return "presence" if "[presence]" in text else ""


# --- units (units.md) -----------------------------------------------------------------------------------------------
_EXACT = {"0.0113122172": "1/88.4", "11.3122171946": "1000/88.4", "0.0584795322": "1/17.10", "1e-09": "0.000000001"}


def unit_factor(quantity: str, factor: str, ucum: str) -> tuple[str, str]:
    """Exact factor and the offset that is added before it; an empty factor is a unit that must not be read."""
    if "REJECT" in ucum or "NOT" in ucum or "AMBIGUOUS" in ucum or not factor:
        return "", "0"
    if factor.startswith("affine"):
        return ("5/9", "-32") if "32" in factor else ("1", "0")
    return _EXACT.get(factor, factor), "0"


def _unit(quantity: str, canonical: str, source: str, *pairs: tuple[str, str]) -> Iterator[list[str]]:
    for raw, factor in pairs:
        yield [quantity, canonical, raw, factor, "0", "verified", source]


MORE_UNITS = [
    *_unit("hcg", "[IU]/L", "example units of the LOINC terms",
           ("[IU]/L", "1"), ("IU/L", "1"), ("m[IU]/mL", "1"),
           ("mIU/mL", "1"), ("mIU/ml", "1"), ("[IU]/mL", "1000"), ("IU/mL", "1000")),
    *_unit("haptoglobin", "mg/dL", "mass per volume, exact",
           ("mg/dL", "1"), ("mg/dl", "1"), ("g/L", "100"), ("mg/L", "0.1")),
    *_unit("o2_flow", "L/min", "example unit of the LOINC term", ("L/min", "1"), ("l/min", "1")),
    *_unit("urine_casts", "/[LPF]", "example unit of the LOINC term",
           ("/[LPF]", "1"), ("/LPF", "1"), ("/lpf", "1"), ("{#}/[LPF]", "1")),
]  # fmt: skip
NO_DEFAULT_LIMIT = ("c3", "c4", "ch50", "anti_dsdna")

# --- drugs (dosing.md section 0a) -----------------------------------------------------------------------------------
ONE_DRUG = {"mycophenolic acid": "mycophenolate mofetil"}
_CONVENTIONAL = frozenset(
    _words(
        "cyclophosphamide;mycophenolate mofetil;mycophenolic acid;azathioprine;mercaptopurine;methotrexate;"
        "leflunomide;tacrolimus;cyclosporine;voclosporin;sirolimus;everolimus;mizoribine",
        ";",
    )
)
_NOT_BIOLOGIC = frozenset(("immunoglobulin G", "iptacopan", "avacopan"))
_CD19_CELLS = frozenset(
    _words(
        "tisagenlecleucel;axicabtagene ciloleucel;brexucabtagene autoleucel;lisocabtagene maraleucel;"
        "obecabtagene autoleucel;relmacabtagene autoleucel;inaticabtagene autoleucel",
        ";",
    )
)
_EPOETINS = frozenset(("epoetin alfa", "epoetin beta", "darbepoetin alfa", "methoxy polyethylene glycol-epoetin beta"))
_NO_EQUIVALENCE = frozenset(("vamorolone", "fluocortolone", "paramethasone", "meprednisone", "prednylidene"))
_NO_PRESSOR = frozenset(("dobutamine", "isoproterenol", "milrinone", "methylene blue"))


def groups(kind: str, name: str) -> list[str]:
    """The words of criteria.md that an ingredient answers to."""
    if kind == "glucocorticoid_systemic":
        return ["glucocorticoid", *(["no_equivalence"] if name in _NO_EQUIVALENCE else [])]
    if kind == "corticotropin_flag":
        return ["no_equivalence"]
    if kind == "antimalarial":
        return ["antimalarial"]
    if kind == "immunosuppressant_conventional":
        return ["conventional_immunosuppressant" if name in _CONVENTIONAL else "neither_judgement"]
    if kind == "anti_cd20_mab":
        return ["biologic", "anti_cd20_antibody", "b_cell_directed"]
    if kind == "cd20xcd3_bispecific":
        return ["biologic", "cd20xcd3_bispecific", "b_cell_directed"]
    if kind == "cd19_directed_noncell":
        return ["biologic", "anti_cd19_antibody", "b_cell_directed"]
    if kind in ("biologic_sle_relevant", "biologic_other"):
        return ["neither_judgement" if name in _NOT_BIOLOGIC else "biologic"]
    if kind == "jak_tyk2_inhibitor":
        return ["neither_judgement"]
    if kind == "gene_modified_cell_product":
        return ["gene_modified_cell_product", *(["b_cell_directed"] if name in _CD19_CELLS else [])]
    if kind == "cell_product_not_gene_modified":
        return ["cell_product_other"]
    if kind == "growth_factor_myeloid":
        return ["other"] if name in ("plerixafor", "motixafortide") else ["growth_factor", "growth_factor_myeloid"]
    if kind == "thrombopoietic_agent":
        return ["growth_factor", "thrombopoietic_agent"]
    if kind == "erythropoiesis_stimulating":
        return ["growth_factor", "erythropoiesis_stimulating", *(["erythropoietin"] if name in _EPOETINS else [])]
    if kind == "vasopressor_inotrope":
        if name in _NO_PRESSOR:
            return ["other"]
        return ["vasopressor_judgement" if name in ("midodrine", "droxidopa") else "vasopressor"]
    if kind == "nsaid":
        return ["nsaid", *(["aspirin"] if name == "aspirin" else [])]
    return ["other"]


def named_codes(text: str) -> Iterator[tuple[str, str, str, bool]]:
    """Read `PIN: | 1=a | BN: | 2=b(S5)` as (kind, code, name, seen in the older dump only)."""
    kind = ""
    for part in (p.strip() for p in text.split("|")):
        if part in ("PIN:", "BN:"):
            kind = part[:-1]
        elif "=" in part:
            code, _, name = part.partition("=")
            old = "(S5" in name or ",S5)" in name
            yield kind, code.strip(), re.sub(r"\((S\d[^)]*)\)$", "", name).strip(), old and "S1" not in name


def number(text: str) -> str:
    return re.sub(r"\.0+$", "", text)


ATC_NOTES = {
    "A07EA01": "acts in the gut: the route decides", "A07EA02": "acts in the gut: the route decides",
    "A07EA03": "acts in the gut: the route decides", "A07EA04": "acts in the gut: the route decides",
    "A07EA06": "acts in the gut: not counted, a person looks", "R03BA02": "inhaled",
    "B01AC06": "the antiplatelet use of aspirin",
}  # fmt: skip
_MAYBE_SYSTEMIC = ("L01", "C01EB", "R03C", "R01BA", "V04")


def atc_kind(kind: str, code: str) -> tuple[str, str]:
    """The kind to show and whether the branch is systemic."""
    if code.startswith("A07EA"):
        return kind, "unknown"
    if code.startswith(("R03BA", "D11AH08")):
        return kind, "no" if code.startswith("R03BA") else "yes"
    if kind == "ATC-local":
        return (kind, "unknown") if code.startswith(_MAYBE_SYSTEMIC) else (kind, "no")
    return kind, "yes"


PRODUCT_SYSTEMIC = {"yes": "yes", "no": "no", "review": "unknown", "no(local-gut; review)": "no"}


def brand_systemic(products: list[Row]) -> dict[str, str]:
    """Whether all products of a brand are systemic (yes), none is (no) or it cannot be said."""
    found: dict[str, set[str]] = {}
    for row in products:
        brand = re.search(r"\[([^]]+)\]$", row["name"])
        if brand:
            found.setdefault(brand[1], set()).add(PRODUCT_SYSTEMIC[row["systemic"]])
    return {brand: kinds.pop() if len(kinds) == 1 else "unknown" for brand, kinds in found.items()}


def beyond(products: list[Row], folder: Path) -> list[Row]:
    """The rows that `drug_products.csv` does not hold already."""
    with (folder / "drug_products.csv").open(encoding="utf-8-sig", newline="") as file:
        known = {row["rxcui"] for row in csv.DictReader(file)}
    return [row for row in products if row["rxcui"] not in known]


MORE_DRUG_CODES = [
    [
        "filgrastim",
        "rxnorm",
        "1433764",
        "PIN",
        "unknown",
        "single-source",
        "RxNorm prescribable content",
        "tbo-filgrastim",
    ],
    [
        "mefenamate",
        "rxnorm",
        "6693",
        "PIN",
        "unknown",
        "single-source",
        "RxNorm prescribable content",
        "mefenamic acid",
    ],
    [
        "immunoglobulin G",
        "rxnorm",
        "42386",
        "IN",
        "unknown",
        "single-source",
        "older RxNorm",
        "intravenous immunoglobulins",
    ],
]
GENERIC_NAME = {
    "vasopressin (USP)": "vasopressin",
    "lymphocyte immune globulin, anti-thymocyte globulin": "anti-thymocyte globulin",
    "Tripterygium wilfordii root extract": "tripterygium",
    "TRIPTERYGIUM WILFORDII WHOLE EXTRACT": "tripterygium wilfordii whole extract",
}
NAMES_LEFT_OUT: frozenset[str] = frozenset()
MORE_NAMES = [
    ["ciclosporin", "cyclosporine", "en", "generic", "verified", "INN", ""],
    ["mepacrine", "quinacrine", "en", "generic", "single-source", "INN", ""],
    ["isoprenaline", "isoproterenol", "en", "generic", "verified", "INN", ""],
    ["mefenamic acid", "mefenamate", "en", "generic", "verified", "INN", ""],
    ["acetylsalicylic acid", "aspirin", "en", "generic", "verified", "INN", ""],
    [
        "mycophenolate",
        "mycophenolate mofetil",
        "en",
        "generic",
        "verified",
        "short for either ester or salt",
        "one drug for begun",
    ],
    ["relma-cel", "relmacabtagene autoleucel", "en", "generic", "no-code", "its trial's own word", ""],
    ["羥氯喹", "hydroxychloroquine", "zh", "generic", "single-source", "traditional characters", ""],
    ["黴酚酸酯", "mycophenolate mofetil", "zh", "generic", "single-source", "traditional characters", ""],
    ["甲氨喋呤", "methotrexate", "zh", "generic", "single-source", "variant spelling", ""],
    ["替西罗莫司", "", "zh", "blocker", "single-source", "another drug (temsirolimus) that holds 西罗莫司", ""],
    [
        "伏环孢素",
        "",
        "zh",
        "blocker",
        "single-source",
        "another drug (voclosporin) that holds 环孢素",
        "no source beside an English name",
    ],
]
