"""A small chart in a line: Conditions, Procedures, Immunizations as FHIR JSON, read by the real reader."""

import json
from datetime import date
from typing import Any

from cds_service.chart.chart import Chart, Kind
from cds_service.criteria import absence, gvhd, judged_if_positive, live_vaccine, lupus, organ_involvement, surgery
from cds_service.criteria.rule import Rule, Spec
from cds_service.fhir.reader import ChartReader
from cds_service.kernel.errors import Problem
from cds_service.terminology import load

AS_OF = date(2026, 11, 24)
SNOMED = "http://snomed.info/sct"
CM = "http://hl7.org/fhir/sid/icd-10-cm"
WHO = "http://hl7.org/fhir/sid/icd-10"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
CVX = "http://hl7.org/fhir/sid/cvx"
SYSTEMS = {"sct": SNOMED, "cm": CM, "who": WHO, "pcs": PCS, "cvx": CVX, "site": "urn:site:codes"}
SEVERITY = {"mild": "255604002", "moderate": "6736007", "severe": "24484000", "moderate to severe": "371924009"}

Json = dict[str, Any]


def concept(codes: str, text: str | None = None) -> Json:
    """`"sct 55464009; cm M32.9"` as a CodeableConcept."""
    coding = [
        dict(zip(("system", "code"), (SYSTEMS[s], c), strict=True))
        for part in codes.split(";")
        if part.strip()
        for s, c in [part.split()]
    ]
    return {"coding": coding} | ({"text": text} if text else {})


def condition(
    codes: str = "",
    text: str | None = None,
    *,
    status: str | None = "active",
    verified: str | None = None,
    severity: str | None = None,
    onset: str | None = None,
    recorded: str | None = None,
    ended: str | None = None,
    **more: Any,
) -> Json:
    """A Condition."""
    resource: Json = {"resourceType": "Condition", "code": concept(codes, text)}
    for key, value in (("clinicalStatus", status), ("verificationStatus", verified)):
        if value:
            resource[key] = {"coding": [{"code": value}]}
    if severity:
        resource["severity"] = concept(f"sct {SEVERITY[severity]}")
    for key, value in (("onsetDateTime", onset), ("recordedDate", recorded), ("abatementDateTime", ended)):
        if value:
            resource[key] = value
    return resource | more


def past(codes: str = "", text: str | None = None, **more: Any) -> Json:
    """A Condition that is resolved."""
    return condition(codes, text, status="resolved", **more)


def procedure(
    codes: str, on: str | None = None, *, status: str = "completed", text: str | None = None, **more: Any
) -> Json:
    """A Procedure."""
    resource = {"resourceType": "Procedure", "status": status, "code": concept(codes, text)}
    return resource | ({"performedDateTime": on} if on else {}) | more


def vaccine(codes: str, on: str | None, **more: Any) -> Json:
    """An Immunization."""
    resource = {"resourceType": "Immunization", "status": "completed", "vaccineCode": concept(codes)}
    return resource | ({"occurrenceDateTime": on} if on else {}) | more


def encounter(on: str) -> Json:
    """An Encounter that says how old the chart is."""
    return {"resourceType": "Encounter", "status": "finished", "period": {"start": on}}


def chart(*resources: Json, since: str | None = "2010-01-01", as_of: date = AS_OF, **kinds: Kind) -> Chart:
    """A chart of these resources with records since a day; kinds that were not read completely by name."""
    patient = {"resourceType": "Patient", "id": "p", "birthDate": "1990-06-15", "gender": "female"}
    all_ = [encounter(since), *resources] if since else list(resources)
    for number, resource in enumerate(all_):
        resource.setdefault("id", f"r{number}")
        who = "patient" if resource["resourceType"] in ("Immunization", "AllergyIntolerance") else "subject"
        resource.setdefault(who, {"reference": "Patient/p"})
    reader = ChartReader(load(), as_of)
    reader.patient(json.dumps(patient).encode())
    reader.bundle(json.dumps({"resourceType": "Bundle", "entry": [{"resource": r} for r in all_]}).encode())
    for kind, state in kinds.items():
        reader.state(kind, state)
    return reader.chart()


_MODULES = (absence, gvhd, judged_if_positive, live_vaccine, lupus, organ_involvement, surgery)


def spec(values: Json) -> tuple[Spec, list[Problem]]:
    """The Spec of a rule and its list of faults."""
    problems: list[Problem] = []
    return Spec("trial.yaml", 1, values, {}, load(), problems), problems


def rule(**values: Any) -> Rule:
    """`rule(never={"fails": [...]})`; a fault of the rule is an error of the test."""
    read, problems = spec(values)
    module = next(m for m in _MODULES for kind in getattr(m, "KINDS", (getattr(m, "KIND", ""),)) if kind in values)
    made: Rule = module.read(read)
    assert not problems, problems
    return made


def said(answered: Any) -> str:
    """An answer in short: `fail until 2026-12-01`, `unknown judgement`, `pass recorded`."""
    word: str = answered.status.value
    if answered.until:
        return f"{word} until {answered.until}"
    detail = answered.reason or answered.basis
    return f"{word} {detail.value}" if word != "fail" else word
