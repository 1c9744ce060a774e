"""What the words of the examples mean: laboratory names, diagnoses, procedures and drugs as FHIR codes.

Codes come from `mappings/` (by concept, finding or ingredient) or, where a sentence means one code in particular, from
the list of the specification cases (`tests/spec/codes.py`).
"""

from typing import Any

from cds_service.terminology import Terminology

from ..spec.codes import LABS, LOINC, RX, SYSTEMS, WORDS

_URIS = {
    "snomed": SYSTEMS["sct"], "icd10cm": SYSTEMS["cm"], "icd10": SYSTEMS["icd"], "icd10pcs": SYSTEMS["pcs"],
}

_LABORATORY = {
    "weighs": "body_weight", "is tall": "body_height", "ALT": "alt", "AST": "ast", "ALP": "alp", "IgA": "iga",
    "LVEF": "lvef", "SpO2": "spo2", "breathes oxygen at": "o2_flow", "creatinine": "creatinine_serum",
    "CD4": "cd4_abs", "CD19": "cd19_abs", "CD19 share": "cd19_pct", "lymphocytes": "lymphocytes_abs",
    "neutrophils": "neutrophils_abs", "haemoglobin": "hemoglobin", "bilirubin": "bilirubin_total",
    "direct bilirubin": "bilirubin_direct", "INR": "inr", "aPTT": "aptt", "PT": "pt", "control PT": "pt_control",
    "urine protein": "urine_protein_24h", "UPCR": "upcr", "eGFR": "egfr", "ANA": "ana", "anti-dsDNA": "anti_dsdna",
    "anti-Sm": "anti_sm", "serum hCG": "hcg_serum", "urine hCG": "hcg_urine", "HBsAg": "hbsag",
    "anti-HBc": "anti_hbc_total", "HBV DNA": "hbv_dna", "anti-HCV": "anti_hcv", "HCV RNA": "hcv_rna",
    "HIV antibody": "hiv", "syphilis test": "syphilis", "CMV DNA": "cmv_dna", "SARS-CoV-2 RNA": "sars_cov_2_rna",
    "C3": "c3", "C4": "c4", "CH50": "ch50", "LDH": "ldh", "Coombs test": "dat_coombs",
}
"""Names of laboratory concepts that are not the concept's own name."""

_PARTICULAR = {
    "ANA titre": "ana-titre", "measured clearance": "crcl-measured", "Cockcroft–Gault clearance": "crcl-cg",
    "LVEF by echocardiography": "lvef", "LVEF by MUGA": "lvef-muga", "LVEF by magnetic resonance": "lvef-mr",
}
"""Names that mean one LOINC code in particular (a name in `LABS`)."""

_DIAGNOSES = {
    "autoimmune haemolytic anaemia": "AIHA", "immune thrombocytopenia": "ITP", "cancer": "cancer",
    "thrombotic thrombocytopenic purpura": "TTP", "myocarditis": "myocarditis", "stroke": "stroke",
    "transient ischaemic attack": "TIA", "seizure": "seizure", "brain injury": "brain injury",
    "rheumatoid arthritis": "RA", "primary antiphospholipid syndrome": "primary APS", "lupus": "sle",
    "secondary antiphospholipid syndrome": "secondary APS",
    "catastrophic antiphospholipid syndrome": "catastrophic APS",
    "mixed connective tissue disease": "MCTD", "overlap syndrome": "overlap", "Gilbert syndrome": "Gilbert",
    "bone metastasis": "bone metastasis", "dyspnoea": "dyspnoea", "neuropsychiatric lupus": "neuropsychiatric lupus",
    "lupus nephritis": "lupus nephritis", "class II lupus nephritis": "class II nephritis",
    "class III lupus nephritis": "class III nephritis", "class IV lupus nephritis": "class IV nephritis",
    "class V lupus nephritis": "class V nephritis", "menopause": "menopause", "pregnancy": "pregnant",
    "CAR-T therapy": "car-t history", "myocardial infarction": "MI", "congenital heart disease": "congenital heart",
    "ventricular tachycardia": "ventricular tachycardia", "atrial fibrillation": "atrial fibrillation",
    "pericardial effusion": "pericardial effusion", "cardiac tamponade": "tamponade", "pneumonia": "pneumonia",
    "acute graft-versus-host disease": "GVHD", "macrophage activation syndrome": "MAS",
    "heart failure": "heart failure",
    "B-cell lymphoma": "B-cell lymphoma", "lymphoma of unstated type": "lymphoma wide", "HIV infection": "HIV",
    "chronic hepatitis B": "hepatitis B chronic", "chronic hepatitis C": "hepatitis C chronic", "tuberculosis": "TB",
    "latent tuberculosis": "latent TB", "pneumococcal pneumonia": "pneumococcal pneumonia", "sepsis": "sepsis",
    "selective IgA deficiency": "selective IgA deficiency", "deep vein thrombosis": "DVT", "pulmonary embolism": "PE",
    "nail mycosis": "nail mycosis", "stage 4 kidney disease": "CKD 4", "lupus arthritis": "lupus arthritis",
    "lupus pericarditis": "lupus pericarditis", "COVID-19": "covid",
    "neutropenia": "D70 CM", "agranulocytosis": "agranulocytosis", "cerebral aneurysm": "aneurysm",
    "stroke or transient ischaemic attack": "stroke history CM", "delirium": "delirium wide",
    "first-degree heart block": "conduction finding", "undifferentiated connective tissue disease": "UCTD wide",
    "dialysis dependence": "dialysis dependence", "HTLV infection": "HTLV", "unstable angina": "unstable angina",
    "old myocardial infarction": "old MI", "Parkinson disease": "parkinson", "cerebellar disease": "cerebellar",
    "organic brain syndrome": "organic brain", "psoriasis": "psoriasis", "systemic sclerosis": "systemic sclerosis",
    "Libman–Sacks endocarditis": "Libman-Sacks", "inflammatory myopathy": "myositis disease",
}
_FINDINGS = {
    "COPD or emphysema": "emphysema_copd", "primary vasculitis": "vasculitis_primary", "Sjögren disease": "sjogren",
    "anti-GBM disease": "anti_gbm_disease", "lupus vasculitis": "vasculitis_lupus", "myositis": "myositis",
    "pulmonary haemorrhage": "diffuse_alveolar_hemorrhage", "pleuritis": "pleuritis_pleural_effusion",
    "lupus peripheral neuropathy": "lupus_peripheral_neuropathy_guard",
}
"""Names of diagnoses that are not the finding's own name."""

_PROCEDURES = {
    "haemodialysis": "haemodialysis", "peritoneal dialysis": "peritoneal dialysis",
    "kidney transplantation": "kidney transplantation", "stem-cell transplantation": "stem cell transplantation",
    "hip replacement": "hip replacement", "kidney biopsy": "kidney biopsy", "coronary stenting": "coronary stent",
    "platelet transfusion": "platelet transfusion", "red-cell transfusion": "red cell transfusion",
    "hysterectomy": "hysterectomy",
}
"""Names of diagnoses and procedures that mean one code in particular (a name in `WORDS`)."""


def laboratory(terminology: Terminology, name: str) -> dict[str, Any]:
    """The code of a laboratory, vital or imaging result. Raises ValueError for an unknown name."""
    if name in _PARTICULAR:
        code = LABS[_PARTICULAR[name]][0]
    else:
        concept = _LABORATORY.get(name, name.lower().replace(" ", "_"))
        if concept not in terminology.concepts:
            raise ValueError(f"'{name}' is no concept of mappings/lab_concepts.csv")
        codes = sorted(c for (s, c), lab in terminology.codes.items()
                       if s == "loinc" and getattr(lab, "concept", None) == concept and _plain_method(lab))
        if not codes:
            raise ValueError(f"'{name}' has no code in mappings/labs.csv that an example could use")
        code = codes[0]
    return {"coding": [{"system": LOINC, "code": code}], "text": name}


def _plain_method(lab: Any) -> bool:
    return getattr(lab, "method", None) in (None, "", "unspecified", "total", "presence", "echo", "calculated")


def diagnosis(terminology: Terminology, name: str) -> dict[str, str]:
    """The code of a Condition, by its word or by the name of a finding. Raises ValueError for an unknown name."""
    if name in _DIAGNOSES:
        return _coding(WORDS[_DIAGNOSES[name]][0])
    finding = _FINDINGS.get(name, name.replace(" ", "_"))
    if not terminology.has_finding(finding):
        raise ValueError(f"'{name}' is no finding of mappings/conditions.csv")
    system, code = terminology.code_of_finding(finding)
    return {"system": _URIS[system], "code": code}


def procedure(terminology: Terminology, name: str) -> dict[str, str]:
    """The code of a Procedure. Raises ValueError for an unknown name."""
    if name in _PROCEDURES:
        return _coding(WORDS[_PROCEDURES[name]][0])
    try:
        system, code = terminology.code_of_procedure(name.replace(" ", "_"))
    except KeyError:
        raise ValueError(f"'{name}' is no procedure of mappings/procedures.csv") from None
    return {"system": _URIS[system], "code": code}


def _coding(word: str) -> dict[str, str]:
    system, code = word.split(" ", 1)
    return {"system": SYSTEMS[system], "code": code}


def medication(terminology: Terminology, drug: str) -> dict[str, Any]:
    """The code of a drug by its ingredient. Raises ValueError for a name that no mapping knows."""
    codes = [(kind.kind, code) for (system, code), kind in terminology.codes.items()
             if system == "rxnorm" and getattr(kind, "ingredients", None) == (drug,)]
    for wanted in ("IN", "PIN", "SCD"):
        for kind, code in sorted(codes, key=lambda c: (len(c[1]), c[1])):
            if kind == wanted:
                return {"coding": [{"system": RX, "code": code}], "text": drug}
    if terminology.drugs_named(drug):
        return {"text": drug}
    raise ValueError(f"'{drug}' is no ingredient of mappings/ingredients.csv")
