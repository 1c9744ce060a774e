"""The small parts of FHIR that charts are made of: codings, quantities, dosages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from .codes import DRUGS, RX, SYSTEMS, UCUM

AS_OF = date(2026, 11, 1)
RECENT = "2026-10-20"
Json = dict[str, Any]


def ago(days: int, as_of: date = AS_OF) -> str:
    """The day `days` days before `as_of`, as ISO text."""
    return (as_of - timedelta(days=days)).isoformat()


def coding(word: str) -> Json:
    """`"sct 55464009"` as a FHIR Coding."""
    system, code = word.split(" ", 1)
    return {"system": SYSTEMS.get(system, system), "code": code}


def quantity(value: object, unit: str | None, comparator: str | None = None) -> Json:
    """A FHIR Quantity in a UCUM unit (or without any unit)."""
    out: Json = {"value": value}
    if comparator:
        out["comparator"] = comparator
    if unit is not None:
        out |= {"unit": unit, "system": UCUM, "code": unit}
    return out


def status_of(kind: str, code: str) -> Json:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/condition-{kind}", "code": code}]}


def dosage(
    mg: object | None, times: int = 1, per: int = 1, unit: str = "d", route: str | None = "oral", **extra: Any
) -> Json:
    """One FHIR Dosage: `mg` milligrams, `times` in `per` periods of `unit`, by `route`."""
    out: Json = {}
    if mg is not None:
        out["doseAndRate"] = [{"doseQuantity": quantity(mg, "mg")}]
        out["timing"] = {"repeat": {"frequency": times, "period": per, "periodUnit": unit}}
    if route:
        out["route"] = {"text": route}
    return out | extra


def drug_code(name: str) -> Json:
    if name in DRUGS:
        code, text = DRUGS[name]
        return {"coding": [{"system": RX, "code": code, "display": text}], "text": text}
    if " " in name and name.split(" ")[0] in SYSTEMS:
        return {"coding": [coding(name)]}
    return {"text": name}


