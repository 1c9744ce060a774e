"""Charts of drug records and rules about them, for the tests of this folder."""

import json
from datetime import date
from functools import cache
from typing import Any

from cds_service.chart.chart import Chart, Kind
from cds_service.criteria.registry import read_rule
from cds_service.criteria.rule import Rule, Spec
from cds_service.fhir.reader import ChartReader
from cds_service.kernel.answers import Answer
from cds_service.terminology import Terminology, load

TODAY = date(2026, 11, 22)
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
OLD_VISIT = {"resourceType": "Encounter", "id": "old", "status": "finished", "period": {"start": "2015-01-05"}}
PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1990-05-05"}


@cache
def terminology() -> Terminology:
    """The mappings of the project."""
    return load()


def chart(*records: dict[str, Any], as_of: date = TODAY, visit: dict[str, Any] | None = OLD_VISIT,
          states: dict[str, Kind] | None = None, patient: dict[str, Any] = PATIENT) -> Chart:  # fmt: skip
    """A chart with these resources, a visit of 2015 (so that silence can be judged), and kinds as said."""
    reader = ChartReader(terminology(), as_of)
    reader.patient(json.dumps(patient).encode())
    resources = [patient, *([visit] if visit else []), *records]
    for i, each in enumerate(resources):
        each.setdefault("id", f"r{i}")
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}
    reader.bundle(json.dumps(bundle).encode(), kinds=())
    for kind, state in (states or {}).items():
        reader.state(kind, state)
    return reader.chart()


def rule(**spec: Any) -> Rule:
    """A rule as a trial file says it; `in_` and `for_` stand for the words that Python keeps for itself."""
    problems: list[Any] = []
    words = {k.rstrip("_"): v for k, v in spec.items()}
    made = read_rule(Spec("test", 1, words, {}, terminology(), problems))
    assert made is not None and not problems, problems
    return made


def answer(made: Rule, *records: dict[str, Any], **of_chart: Any) -> Answer:
    """The rule's answer for a chart of these records."""
    return made.answer(chart(*records, **of_chart))


def status(made: Rule, *records: dict[str, Any], **of_chart: Any) -> tuple[str, str | None]:
    """Status, and the reason (unknown) or the basis (else)."""
    found = answer(made, *records, **of_chart)
    why = found.reason or found.basis
    return found.status.value, why.value if why else None


def drug(code: str = "", text: str | None = None, system: str = RXNORM) -> dict[str, Any]:
    """A CodeableConcept."""
    concept: dict[str, Any] = {}
    if code:
        concept["coding"] = [{"system": system, "code": code}]
    if text:
        concept["text"] = text
    return concept


def mg(amount: float, times: int = 1, period: int = 1, unit: str = "d", route: str | None = "oral") -> dict[str, Any]:
    """A dosage of so many mg."""
    said: dict[str, Any] = {
        "doseAndRate": [{"doseQuantity": {"value": amount, "unit": "mg", "code": "mg"}}],
        "timing": {"repeat": {"frequency": times, "period": period, "periodUnit": unit}},
    }
    if route:
        said["route"] = {"text": route}
    return said


def request(concept: dict[str, Any], authored: str | None, *dosage: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A MedicationRequest."""
    made: dict[str, Any] = {
        "resourceType": "MedicationRequest", "status": "active", "intent": "order",
        "medicationCodeableConcept": concept, "dosageInstruction": list(dosage),
    }  # fmt: skip
    if authored:
        made["authoredOn"] = authored
    return made | more


def statement(
    concept: dict[str, Any], start: str | None, end: str | None = None, *dosage: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """A MedicationStatement; completed where it has an end."""
    period = {k: v for k, v in (("start", start), ("end", end)) if v}
    made: dict[str, Any] = {
        "resourceType": "MedicationStatement", "status": "completed" if end else "active",
        "medicationCodeableConcept": concept, "dosage": list(dosage),
    }  # fmt: skip
    if period:
        made["effectivePeriod"] = period
    return made | more


def given(
    concept: dict[str, Any], when: str, amount: float | None = None, route: str = "intravenous", **more: Any
) -> dict[str, Any]:
    """A MedicationAdministration of one day."""
    dosage: dict[str, Any] = {"route": {"text": route}}
    if amount is not None:
        dosage["dose"] = {"value": amount, "unit": "mg", "code": "mg"}
    return {
        "resourceType": "MedicationAdministration", "status": "completed", "medicationCodeableConcept": concept,
        "effectiveDateTime": when, "dosage": dosage,
    } | more  # fmt: skip


def dispense(
    concept: dict[str, Any], when: str, days: int | None, *dosage: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """A MedicationDispense."""
    made: dict[str, Any] = {
        "resourceType": "MedicationDispense", "status": "completed", "medicationCodeableConcept": concept,
        "whenHandedOver": when, "dosageInstruction": list(dosage),
    }  # fmt: skip
    if days is not None:
        made["daysSupply"] = {"value": days, "unit": "days"}
    return made | more


PREDNISONE = drug("8640")
PREDNISONE_5 = drug("312617")
PREDNISONE_10 = drug("198145")
PREDNISONE_20 = drug("312615")
METHYLPREDNISOLONE = drug("6902")
HYDROXYCHLOROQUINE = drug("5521")
MYCOPHENOLATE = drug("68149")
AZATHIOPRINE = drug("1256")
CYCLOPHOSPHAMIDE = drug("3002")
RITUXIMAB = drug("121191")
BELIMUMAB = drug("1092437")
TELITACICEPT = drug(text="泰它西普")
FILGRASTIM = drug("68442")
EPOETIN = drug("105694")
