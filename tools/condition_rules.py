"""What a person decided about condition and procedure rows; `build_mappings.py` applies it.

The tables follow `conditions.md` ("Wide codes", "Traps found") and `criteria.md` (decisions).
"""

import re
from collections.abc import Iterator

Row = dict[str, str]


def _words(text: str) -> list[str]:
    return text.split()


# --- conditions (conditions.md) -------------------------------------------------------------------------------------
CONDITION_SYSTEMS = ("snomed", "icd10cm", "icd10", "icd10cn")
PROCEDURE_SYSTEMS = ("snomed", "icd10pcs", "icd9cm3cn", "hcpcs")
_SYSTEMS = {
    "SNOMED": "snomed", "ICD-10-CM": "icd10cm", "ICD-10 WHO": "icd10", "ICD-10 China": "icd10cn",
    "ICD-10-PCS": "icd10pcs", "ICD-9-CM-3": "icd9cm3cn", "HCPCS": "hcpcs", "CPT": "cpt",
}  # fmt: skip


def system_of(text: str) -> str:
    return next((name for start, name in _SYSTEMS.items() if text.startswith(start)), "")


_BY_PROCEDURE = frozenset(
    _words(
        "dialysis solid_organ_transplant hsct_bmt pci_stent transfusion major_surgery kidney_biopsy prior_car_t "
        "leukapheresis_procedure childbearing_potential_ruled_out"
    )
)


def is_procedure(finding: str, system: str, display: str) -> bool:
    """A code of something that was done, as against a state that was found."""
    if system in ("icd10pcs", "icd9cm3cn", "hcpcs", "cpt"):
        return True
    if system != "snomed" or finding not in _BY_PROCEDURE:
        return False
    state = re.search(r"\((situation|finding|disorder)\)|present$|^history|state", display.lower())
    return state is None and "menopause" not in display.lower()


LEFT_OUT = {("sle", "54072008")}  # decision 34: alone it is not SLE
_CLASSES = {"73286009", "4676006", "76521009", "36402006", "52042003", "11013005"}


def also(finding: str, code: str) -> list[str]:
    """The finding and what it is a kind of."""
    if finding.startswith("lupus_nephritis_class") and code in _CLASSES:
        return [finding, "lupus_nephritis_any"]
    if finding in ("tuberculosis_active", "syphilis", "cmv") and code.isdigit():
        return [finding, "active_infection"]
    if finding == "sars_cov_2":
        return [finding, "active_infection"]
    if finding == "dialysis":
        return [finding, "haemodialysis"]
    return [finding]


# Decision 34 and the list "Wide codes": (finding, system) -> codes that may hold the finding without naming it.
WIDE: dict[tuple[str, str], str] = {
    ("neuropsychiatric_sle", "icd10cm"): "M32.19 G05.3",
    ("neuropsychiatric_sle", "icd10"): "G05.8 G94.8",
    ("lupus_pneumonitis", "icd10cm"): "M32.13",
    ("lupus_pneumonitis", "icd10"): "J99.1",
    ("lupus_pneumonitis", "snomed"): "196138005 77753005",
    ("diffuse_alveolar_hemorrhage", "icd10cm"): "R04.89 J84.03",
    ("diffuse_alveolar_hemorrhage", "icd10"): "R04.8",
    ("diffuse_alveolar_hemorrhage", "snomed"): "66857006 716712004",
    ("myocarditis_myocardial_damage", "icd10cm"): "I42 I43",
    ("myocarditis_myocardial_damage", "icd10"): "I42 I43",
    ("myocarditis_myocardial_damage", "snomed"): "85898001 36471000 1144921004",
    ("myocarditis_myocardial_damage", "icd10cn"): "M32.104+I43.8*",
    ("lupus_hepatitis", "icd10cm"): "K77",
    ("vasculitis_lupus", "icd10cm"): "I77.6 I68.2",
    ("vasculitis_lupus", "icd10"): "I77.6 I68.2",
    ("vasculitis_lupus", "snomed"): "31996006",
    ("ttp_tma", "icd10cm"): "D59.3 M31.1",
    ("ttp_tma", "icd10"): "D59.3 M31.1",
    ("ttp_tma", "snomed"): "126729006",
    ("neutropenia_agranulocytosis", "icd10cm"): "D70",
    ("neutropenia_agranulocytosis", "icd10cn"): "D70.x05",
    ("neutropenia_agranulocytosis", "snomed"): "165517008 303011007 409089005 111585004",
    ("thrombocytopenia_immune_itp", "icd10cm"): "D69.4 D69.5 D69.6",
    ("thrombocytopenia_immune_itp", "icd10"): "D69.4 D69.5 D69.6",
    ("thrombocytopenia_immune_itp", "snomed"): "302215000 302873008",
    ("hemolytic_anemia_autoimmune", "icd10cm"): "D59.0",
    ("hemolytic_anemia_autoimmune", "icd10"): "D59.0",
    ("hemolytic_anemia_autoimmune", "snomed"): "61261009",
    ("hemolytic_anemia_autoimmune", "icd10cn"): "M32.111+D77*",
    ("lupus_nephritis_any", "icd10"): "N08.5 N16.4",
    ("pericardial_effusion", "icd10cm"): "I31.3",
    ("pericardial_effusion", "icd10"): "I31.3 I31.9",
    ("pericardial_effusion", "icd10cn"): "I31.300",
    ("pericardial_effusion", "snomed"): "373945007",
    ("pericarditis", "icd10cm"): "I31.9",
    ("pericarditis", "icd10"): "I31.9",
    ("pleuritis_pleural_effusion", "icd10cm"): "J90 J91",
    ("pleuritis_pleural_effusion", "icd10"): "J90 J91",
    ("pleuritis_pleural_effusion", "snomed"): "60046008",
    ("arthritis", "icd10cm"): "M13 M12.8",
    ("arthritis", "icd10"): "M13 M12.8",
    ("arthritis", "snomed"): "3723001",
    ("myositis", "icd10cm"): "M60 G72.4",
    ("myositis", "icd10"): "M60 G72.4",
    ("myositis", "snomed"): "26889001",
    ("organic_brain_syndrome_delirium", "icd10cm"): "R41.0 G93.4 F05",
    ("organic_brain_syndrome_delirium", "icd10"): "R41.0 G93.4 F05",
    ("organic_brain_syndrome_delirium", "snomed"): "2776000 130987000",
    ("stroke_cerebrovascular", "icd10cm"): "Z86.73",
    ("cerebellar_disease", "icd10cm"): "R27.0",
    ("cerebellar_disease", "icd10"): "R27.0 G32.8",
    ("mctd_overlap_uctd", "icd10cm"): "M35.9",
    ("mctd_overlap_uctd", "icd10"): "M35.9",
    ("mctd_overlap_uctd", "snomed"): "239918008",
    ("antiphospholipid_syndrome", "icd10"): "D68.6",
    ("hsct_bmt", "icd10"): "Z94.8",
    ("gvhd", "icd10"): "T86.0",
    ("hepatitis_b", "icd10cm"): "B16 B17.0 B19.1",
    ("hepatitis_b", "icd10"): "B16 B17.0",
    ("hepatitis_b", "snomed"): "66071002",
    ("hepatitis_c", "icd10cm"): "B17.1 B19.2",
    ("hepatitis_c", "icd10"): "B17.1",
    ("hepatitis_c", "snomed"): "50711007 235866006",
    ("htlv_or_tcell_deficiency", "icd10cm"): "B33.3",
    ("htlv_or_tcell_deficiency", "icd10"): "B33.3",
    ("htlv_or_tcell_deficiency", "snomed"): "402792003",
    ("arrhythmia", "snomed"): "698247007",
    ("dvt", "icd10"): "I80.3 I82.8 I82.9",
    ("dvt", "snomed"): "429098002",
    ("sars_cov_2", "icd10"): "U07.2",
    ("other_autoimmune", "snomed"): "85828009",
    ("active_infection", "icd10cm"): "L01 L02 L03 L08 U07.1 J12.82",
    ("active_infection", "icd10"): "L01 L02 L03 L08 U07.1 U07.2",
    ("active_infection", "icd10cn"): "U07.100x001 U07.100x002",
    ("active_infection", "snomed"): "40733004 34014006 3218000 840539006 882784691000119100",
    ("childbearing_potential_ruled_out", "icd10cm"): "Z98.51 N95",
    ("childbearing_potential_ruled_out", "icd10"): "N95 Z90.7",
    ("childbearing_potential_ruled_out", "snomed"): "60890002 276477006",
}


def grade(finding: str, system: str, code: str) -> str:
    return "wide" if code in WIDE.get((finding, system), "").split() else "names"


def names_beside(finding: str, system: str, code: str) -> str:
    """A code beside which a wide code names the finding: the M32 dagger of an asterisk code."""
    if system == "icd10" and code in ("N08.5", "N16.4", "G05.8", "G94.8"):
        return "M32"
    return ""


_HISTORY_ICD = ("Z85", "Z86", "Z87", "Z92", "I25.2", "Z95.5", "Z98.61", "Z94")
_HISTORY_SNOMED = frozenset(
    _words(
        "1755008 161693006 266987004 429014004 161665007 2631000119108 737295003 739024006 737296002 737297006 "
        "739025007"
    )
)


def history(system: str, code: str) -> str:
    """Whether the code tells of a past event without a day of its own (decision 35)."""
    return "yes" if code in _HISTORY_SNOMED or (system != "snomed" and code.startswith(_HISTORY_ICD)) else "no"


def blames(system: str, code: str, in_lupus_list: bool) -> str:
    """Whether the code itself says that lupus caused it (decisions 36 and 45)."""
    if system == "snomed":
        return "yes" if code == "403509007" or (in_lupus_list and code != "54072008") else "no"
    return "yes" if re.match(r"M32\.1[1-9]", code) or code in ("M32.100x016", "F06.800x021") or (
        system == "icd10cn" and re.match(r"M32\.1\d[1-9]", code)) else "no"  # fmt: skip


def _span(text: str) -> Iterator[str]:
    """Expand `A15-A28` and `I44.4-I44.7`."""
    for part in text.split():
        first, _, last = part.partition("-")
        if not last:
            yield first
            continue
        stem, low = re.match(r"(.*?)(\d+)$", first.replace(".", ". ")).groups()  # type: ignore[union-attr]
        stem = stem.replace(". ", ".")
        high = re.search(r"(\d+)$", last)[1]  # type: ignore[index]
        for n in range(int(low), int(high) + 1):
            yield f"{stem}{n:0{len(low)}d}"


_ABSENT = frozenset(["D08", "A29", "A45", "A47", "A72", "A73", "A76"])  # numbers that neither edition uses
_LOCAL = "A60 A63 B00.1 B00.2 B07 B08.1 B35 B36 B37.0 B37.2-B37.4 B85-B88"
_BACTERIAL = "A00-A05 A15-A28 A30-A58 A65-A79 G00 I33.0 J13-J15 L00"
_SEVERE_RHYTHM = "I44.2 I46 I47.0 I47.2 I49.0"
_SEVERE_RHYTHM_SNOMED = "25569003 251159007 71908006 10626002 27885002"


def more_conditions() -> Iterator[tuple[str, str, str, str, str]]:
    """Rows that `conditions.md` defines and the CSV holds under a prefix, or under another finding."""
    both = ("icd10cm", "icd10")
    for system in both:
        for text, finding, kind in (
            (_LOCAL, "active_infection", "wide"), (_LOCAL + " L01-L03 L08", "local_infection", "names"),
            (_BACTERIAL, "bacterial_infection", "names"), ("B90-B94 B95-B97 B18 B20", "active_infection", "not"),
            (_SEVERE_RHYTHM, "severe_arrhythmia", "names"), ("I44 I45 I46 I47 I48 I49", "severe_arrhythmia", "wide"),
            ("I44.0 I44.4-I44.7 I45.0-I45.6 I49.1-I49.4", "arrhythmia", "wide"),
            ("C44 D00-D09 D45-D47", "malignancy", "wide"), ("R75", "hiv", "wide"),
            ("R56.0", "seizure_convulsion", "wide"),
            ("C81 C83.5 C85.9 C88 C90 C91.1", "b_cell_lymphoma_exception", "wide"),
            ("C88.4", "b_cell_lymphoma_exception", "names"),
        ):  # fmt: skip
            for code in _span(text):
                if code not in _ABSENT and not (
                    kind == "wide" and finding == "severe_arrhythmia" and code in _SEVERE_RHYTHM.split()
                ):
                    yield finding, system, code, kind, ""
    for code in ["B21", "B22", "B23", "B24"]:
        yield "active_infection", "icd10", code, "not", "chronic HIV"
    yield "malignancy", "icd10cm", "Z85.828", "wide", "skin"
    yield "ttp_tma", "icd10cm", "M31.19", "names", "the part of M31.1 that holds thrombotic thrombocytopenic purpura"
    yield "thrombocytopenia_immune_itp", "icd10cm", "D69.41", "names", "Evans syndrome"
    yield "thrombocytopenia_immune_itp", "snomed", "75331009", "names", "Evans syndrome"
    yield "cardiac_tamponade", "icd10cm", "I31.4", "names", ""
    yield "cardiac_tamponade", "snomed", "35304003", "names", ""
    yield (
        "lupus_type_not_stated",
        "snomed",
        "200936003",
        "names",
        "the parent of SLE: alone it leaves every trial not applicable",
    )
    yield (
        "antiphospholipid_syndrome_secondary",
        "snomed",
        "239895006",
        "names",
        "secondary: not another disease (decision 24)",
    )
    yield (
        "antiphospholipid_syndrome_secondary",
        "snomed",
        "402865003",
        "names",
        "secondary: not another disease (decision 24)",
    )
    yield "gvhd_chronic", "snomed", "402356004", "names", "not acute"
    yield "gvhd_chronic", "icd10cn", "T86.000x004", "names", "not acute"
    yield "dyspnea", "snomed", "267036007", "names", "a finding without a grade"
    yield "seizure_convulsion", "snomed", "41497008", "wide", "febrile"
    for digit in "0123456":
        for end in ("11", "21"):
            finding = "alcohol_abuse" if digit == "0" else "drug_abuse"
            yield finding, "icd10cm", f"F1{digit}.{end}", "wide", "in remission"
    for code in ("F18.11", "F18.21", "F19.11", "F19.21"):
        yield "drug_abuse", "icd10cm", code, "wide", "in remission"
    for finding, kind, codes in (
        ("bacterial_infection", "names", "87628006 56717001 154283005"),
        ("severe_arrhythmia", "names", _SEVERE_RHYTHM_SNOMED), ("severe_arrhythmia", "wide", "698247007 49436004"),
        ("b_cell_lymphoma_exception", "wide", "118600007 118601006 429014004"),
    ):  # fmt: skip
        for code in codes.split():
            yield finding, "snomed", code, kind, ""


def confidence_of(code: str, source: list[Row]) -> str:
    found = {row["confidence"] for row in source if row["code_or_prefix"] == code}
    if code == "41497008":
        return "single-source"
    return "single-source" if found == {"single-source"} else "verified"


# --- procedures -----------------------------------------------------------------------------------------------------
_KIND_BY_PCS = {
    "0TY": "abdominal",
    "0FY": "abdominal",
    "02Y": "cardiac",
    "0BY": "thoracic",
    "0DY": "abdominal",
    "0SR": "joint_replacement",
}
_KIND_BY_CODE = {
    "70536003": "abdominal", "32413006": "cardiac", "88039007": "thoracic", "18027006": "abdominal",
    "62438007": "abdominal",
    "174802006": "cardiac", "52734007": "joint_replacement", "609588000": "joint_replacement", "55.6": "abdominal",
    "37.51": "cardiac", "33.5": "thoracic", "33.6": "cardiac", "50.5": "abdominal", "52.8": "abdominal",
    "81.51": "joint_replacement", "81.52": "joint_replacement", "81.54": "joint_replacement",
}  # fmt: skip
_PERITONEAL = frozenset(("71192002", "3E1M39Z", "54.98"))
BLADDER_BCG = frozenset(("221050", "94317"))


def procedure_findings(concept: str, system: str, code: str, display: str) -> Iterator[tuple[str, str, str]]:
    """(finding, grade, kind of surgery) of a procedure code; one code may say several things."""
    kind = _KIND_BY_CODE.get(code) or next((k for start, k in _KIND_BY_PCS.items() if code.startswith(start)), "")
    if concept == "dialysis":
        yield "dialysis", "names", ""
        peritoneal = code in _PERITONEAL
        yield "haemodialysis", "wide" if peritoneal else "names", ""
        if peritoneal:
            yield "peritoneal_dialysis", "names", ""
    elif concept in ("solid_organ_transplant", "major_surgery"):
        if concept == "solid_organ_transplant":
            yield concept, "names", ""
        yield "major_surgery", "names" if kind else "wide", kind or "other_surgery"
    elif concept == "kidney_biopsy":
        yield concept, "names", ""
        yield "major_surgery", "wide", "other_surgery"
    elif concept == "childbearing_potential_ruled_out":
        hysterectomy = code == "236886002"
        yield concept, "names" if hysterectomy else "wide", ""
        if hysterectomy:
            yield "hysterectomy", "names", ""
        yield "major_surgery", "wide", "other_surgery"
    else:
        yield concept, "names", ""
