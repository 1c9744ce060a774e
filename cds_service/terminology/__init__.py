"""Codes, units, names and words: what they mean to this service. Data in `mappings/`, nothing of it in code."""

from .index import Terminology, load
from .lint import lint
from .model import (
    DrugCode,
    FindingMatch,
    Ingredient,
    LabCode,
    LabConcept,
    Limits,
    Meaning,
    ProcedureMatch,
    SteroidFactor,
    UnitConversion,
)

__all__ = [
    "DrugCode",
    "FindingMatch",
    "Ingredient",
    "LabCode",
    "LabConcept",
    "Limits",
    "Meaning",
    "ProcedureMatch",
    "SteroidFactor",
    "Terminology",
    "UnitConversion",
    "lint",
    "load",
]
