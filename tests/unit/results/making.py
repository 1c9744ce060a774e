"""Small charts and rules for the tests of results: everything goes through the real reader and the real mappings."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from typing import Any

from cds_service.chart.chart import Chart, Kind
from cds_service.criteria.registry import read_rule
from cds_service.criteria.rule import Rule, Spec
from cds_service.fhir.reader import ChartReader
from cds_service.kernel.answers import Answer
from cds_service.kernel.errors import Problem
from cds_service.kernel.paths import data_dir
from cds_service.terminology import load

AS_OF = date(2026, 11, 1)
TERMINOLOGY = load()
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
SYSTEMS = {
    "snomed": "http://snomed.info/sct",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
}


def _rows(name: str) -> list[dict[str, str]]:
    with (data_dir("mappings") / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


LABS = [row for row in _rows("labs") if row["system"] == "loinc"]
CONDITIONS = [row for row in _rows("conditions") if row["system"] in ("snomed", "icd10cm")]
PROCEDURES = [row for row in _rows("procedures") if row["system"] == "snomed"]
DRUGS = [row for row in _rows("drugs") if row["system"] == "rxnorm" and row["kind"] == "IN"]


def loinc(concept: str, method: str | None = None) -> str:
    """A LOINC code of a concept (and method)."""
    return next(r["code"] for r in LABS if r["concept"] == concept and method in (None, r["method"]))


def ago(days: int) -> str:
    return (AS_OF - timedelta(days)).isoformat()


def said(answer: Answer) -> str:
    """`pass recorded`, `unknown stale`, `fail` or `fail 2026-12-01`: what a test compares."""
    more = answer.basis if answer.status.value == "pass" else answer.reason or answer.until
    return f"{answer.status.value} {getattr(more, 'value', more)}" if more else answer.status.value


def observation(code: dict[str, Any] | str, when: str | None = ago(10), **elements: Any) -> dict[str, Any]:
    """An Observation by LOINC code, or with a whole `code`."""
    concept = {"coding": [{"system": LOINC, "code": code}]} if isinstance(code, str) else code
    found = {"resourceType": "Observation", "status": "final", "code": concept, **elements}
    return found if when is None else {**found, "effectiveDateTime": when}


def lab(
    concept: str,
    value: Any = None,
    unit: str | None = None,
    when: str | None = ago(10),
    *,
    high: Any = None,
    low: Any = None,
    says: str | None = None,
    method: str | None = None,
    comparator: str | None = None,
    **elements: Any,
) -> dict[str, Any]:
    """A result: a number with its unit, or a text; `says` is an interpretation code."""
    found = observation(loinc(concept, method), when, **elements)
    unit = TERMINOLOGY.concepts[concept].canonical_unit if unit is None else unit
    if isinstance(value, str):
        found["valueString"] = value
    elif value is not None:
        found["valueQuantity"] = {"value": value, **({"unit": unit} if unit else {})}
        if comparator:
            found["valueQuantity"]["comparator"] = comparator
    sides = {
        n: {"value": v, **({"unit": unit} if unit else {})} for n, v in (("low", low), ("high", high)) if v is not None
    }
    if sides:
        found["referenceRange"] = [sides]
    if says:
        found["interpretation"] = [{"coding": [{"system": INTERPRETATION, "code": says}]}]
    return found


def condition(finding: str, *, status: str | None = "active", grade: str = "names", **elements: Any) -> dict[str, Any]:
    """A Condition by a code that names a finding."""
    row = next(r for r in CONDITIONS if r["finding"] == finding and r["grade"] == grade)
    found = {
        "resourceType": "Condition",
        "code": {"coding": [{"system": SYSTEMS[row["system"]], "code": row["code"]}]},
        "recordedDate": ago(400),
        **elements,
    }
    if status:
        found["clinicalStatus"] = {"coding": [{"code": status}]}
    return found


def procedure(finding: str, when: str | None, **elements: Any) -> dict[str, Any]:
    code = next(r["code"] for r in PROCEDURES if r["finding"] == finding)
    found = {
        "resourceType": "Procedure",
        "status": "completed",
        "code": {"coding": [{"system": SYSTEMS["snomed"], "code": code}]},
        **elements,
    }
    return {**found, "performedDateTime": when} if when else found


def given(ingredient: str, when: str) -> dict[str, Any]:
    """One administration of a drug."""
    code = next(r["code"] for r in DRUGS if r["ingredient"] == ingredient)
    return {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": {"coding": [{"system": SYSTEMS["rxnorm"], "code": code}]},
        "effectiveDateTime": when,
        "dosage": {"route": {"text": "intravenous"}},
    }


def chart(
    *resources: dict[str, Any],
    born: str | None = "1992-03-04",
    gender: str | None = "female",
    as_of: date = AS_OF,
    **kinds: Kind | Any,
) -> Chart:
    """The chart of one patient. `Observation=Kind.PART` says how far a kind was read; others are Patient elements."""
    patient = {"resourceType": "Patient", "id": "p", **{k: v for k, v in kinds.items() if not isinstance(v, Kind)}}
    if born:
        patient["birthDate"] = born
    if gender:
        patient["gender"] = gender
    reader = ChartReader(TERMINOLOGY, as_of)
    reader.patient(json.dumps(patient).encode())
    entries = [{"resource": {"id": f"r{i}", **r}} for i, r in enumerate(resources)]
    reader.bundle(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode())
    for kind, state in kinds.items():
        if isinstance(state, Kind):
            reader.state(kind, state)
    return reader.chart()


def spec(values: dict[str, Any]) -> tuple[Spec, list[Problem]]:
    problems: list[Problem] = []
    return Spec("test.yaml", 1, values, dict.fromkeys(values, 1), TERMINOLOGY, problems), problems


def rule(**values: Any) -> Rule:
    """The rule that a trial file writes so; a fault of the file fails the test."""
    read, problems = spec(values)
    found = read_rule(read)
    assert found is not None, [str(p) for p in problems]
    return found


def faults(**values: Any) -> str:
    """What the reader of trial files complains of."""
    read, problems = spec(values)
    read_rule(read)
    return "; ".join(p.problem for p in problems)
