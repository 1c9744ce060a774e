"""Concepts, findings and drug classes as clinicians call them."""

import re
from functools import lru_cache

from ..chart.chart import Chart
from ..kernel.answers import Evidence
from ..terminology import Terminology
from ..trials import Criterion
from .text import date_words, escape

_WORDS = {
    "glucocorticoid_systemic": "systemic glucocorticoid",
    "immunosuppressant_conventional": "immunosuppressant",
    "biologic_sle_relevant": "biologic",
    "biologic_other": "biologic",
    "nsaid": "NSAID",
    "anti_cd20_mab": "anti-CD20 antibody",
    "mycophenolate mofetil": "mycophenolate",
    "mycophenolic acid": "mycophenolate",
    "lupus_nephritis_isn_rps_class": "class of lupus nephritis",
    "lupus_nephritis_chronicity_index": "chronicity index",
    "thrombocytopenia_immune_itp": "immune thrombocytopenia",
    "hemolytic_anemia_autoimmune": "autoimmune haemolytic anaemia",
    "neuropsychiatric_sle": "neuropsychiatric lupus",
    "sle": "begin of lupus",
    "mas_hlh": "macrophage activation syndrome",
    "hsct_bmt": "stem-cell transplant",
    "solid_organ_transplant": "organ transplant",
    "stroke_cerebrovascular": "stroke",
    "seizure_convulsion": "seizure",
    "organic_brain_syndrome_delirium": "delirium",
    "dvt": "deep vein thrombosis",
    "ctcae_dyspnea_grade": "CTCAE grade of dyspnoea",
    "gvhd_grade": "grade of graft-versus-host disease",
}
"""Names of `missing` that do not read well when only their underscores go."""

_SHORT = {
    "alt": "ALT", "ast": "AST", "alp": "alkaline phosphatase", "aptt": "aPTT", "ana": "ANA", "iga": "IgA",
    "anti_dsdna": "anti-dsDNA", "anti_sm": "anti-Sm", "egfr": "eGFR", "lvef": "LVEF", "hbv_dna": "HBV DNA",
    "hcv_rna": "HCV RNA", "cmv_dna": "CMV DNA", "hbsag": "HBsAg", "anti_hbc_total": "anti-HBc",
    "anti_hcv": "anti-HCV", "hiv": "HIV test", "cd19_abs": "CD19 B cells", "cd19_pct": "CD19 B cells",
    "cd4_abs": "CD4 count", "creatinine_serum": "creatinine", "ldh": "LDH", "c3": "C3", "c4": "C4",
    "upcr": "urine protein/creatinine ratio", "platelets": "platelets", "neutrophils_abs": "neutrophils",
    "lymphocytes_abs": "lymphocytes", "pt": "prothrombin time", "hcg_serum": "blood pregnancy test",
    "hcg_urine": "urine pregnancy test",
}  # fmt: skip
"""Tests that everybody calls by a shorter name than the mappings do."""

_DAY = re.compile(r"\d{4}(?:-\d{2}){0,2}")
_AND = re.compile(r", | or | with ")


@lru_cache(maxsize=1024)
def named(name: str, terminology: Terminology) -> str:
    """A concept, ingredient, finding or class as people call it, escaped. Names of ours, never text of a chart."""
    concept = terminology.concepts.get(name)
    return ours(_SHORT.get(name) or _WORDS.get(name) or (concept and concept.text) or name.replace("_", " "))


def concept_of(evidence: Evidence, chart: Chart) -> str:
    """The name of the test that a piece of evidence is a result of; "" for other facts."""
    rule = evidence.rule
    if rule is not None and rule in chart.terminology.concepts:
        return named(rule, chart.terminology)
    if rule == "score" or not (evidence.reference or "").startswith("Observation/"):
        return ""
    return test_of(evidence, chart)


def test_of(evidence: Evidence, chart: Chart) -> str:
    """The name of the test whose result the evidence refers to, also where a score was made of it."""
    concept = chart.once("concept of each result", _concepts).get(evidence.reference)
    return named(concept, chart.terminology) if concept else ""


def _concepts(chart: Chart) -> dict[str | None, str]:
    return {r.reference: concept for concept, results in chart.results.items() for r in results}


@lru_cache(maxsize=2048)
def told(topic: str, name: str) -> bool:
    """Whether the topic of a criterion says already which test is meant; both are texts of ours."""
    asked = name.lower()
    return any(part in asked or asked in part for part in parts_of(topic))


@lru_cache(maxsize=1024)
def parts_of(topic: str) -> tuple[str, ...]:
    """`inr`, `aptt` of `INR or aPTT`; `pregnancy test` of `pregnancy test (serum)`."""
    return tuple(_AND.split(topic.lower().split(" ≥")[0].split(" (")[0]))


def with_days(text: str) -> str:
    """`last exposure 2026-10-12` with its day in words."""
    return _DAY.sub(lambda m: date_words(m[0]), escape(text, 60))


def look_back_words(criterion: Criterion, concept: str, chart: Chart, child: bool) -> str:
    """How far back the trial looks for a value: its own window, else that of the concept; "" where neither is known."""
    window = getattr(criterion.rule, "window", None)
    if window is not None:
        return str(window)
    known = chart.terminology.concepts.get(concept)
    days = (known.look_back_child if child else known.look_back) if known else 0
    return f"{days} days" if days else ""


@lru_cache(maxsize=1024)
def ours(text: str) -> str:
    """A text of the trial files or mappings, escaped once. Chart text is never kept."""
    return escape(text)
