"""Builders of FHIR resources in the shapes that servers send, and the table of cases.

    case("weighs 39.9 kg", [obs(WEIGHT, qty=q(39.9, "kg", "kg"))], {"P.I3": "fail None"})

Keys: a trial's letter (`M` NCT06711146, `K` NCT06222853, `P` NCT06513429, `L` NCT05765006, `W` NCT07339332) and a
criterion; or `verdict`, `from`. What is owed: `pass [basis]`, `unknown [reason]`, `fail [UNTIL or None [stopped]]`; what
is not said is open. Each chart holds a woman of 34 with SLE since 2020 and an Encounter of 2016, unless it says otherwise.
"""
# ruff: noqa: E501 (builders of one line each: broken over lines, what differs is hard to see)

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cds_service.screening.patient import evaluate_bundle

AS_OF = date(2026, 11, 24)
TRIALS = {"M": "NCT06711146", "K": "NCT06222853", "P": "NCT06513429", "L": "NCT05765006", "W": "NCT07339332"}
SCT = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CM = "http://hl7.org/fhir/sid/icd-10-cm"
WHO = "http://hl7.org/fhir/sid/icd-10"
PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
ATC = "http://www.whocc.no/atc"
UCUM = "http://unitsofmeasure.org"
V3 = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
SELF = {"reference": "Patient/p1"}
Json = dict[str, Any]
_numbers = itertools.count()


def _id() -> str:
    return f"r{next(_numbers)}"


def cc(*codes: tuple[str, ...], text: str | None = None) -> Json:
    """A CodeableConcept of (system, code[, display]) and a text."""
    made: Json = {}
    if codes:
        made["coding"] = [{k: v for k, v in zip(("system", "code", "display"), c, strict=False) if v} for c in codes]
    if text:
        made["text"] = text
    return made


ORAL = cc((SCT, "26643006"), text="Oral")
IV = cc(text="Intravenous")


def patient(birth: str | None = "1992-03-04", gender: str | None = "female", **more: Any) -> Json:
    made: Json = {"resourceType": "Patient", "id": "p1"}
    return made | ({"birthDate": birth} if birth else {}) | ({"gender": gender} if gender else {}) | more


KID = patient("2014-01-01")


def cond(*codes: tuple[str, ...], text: str | None = None, clin: str | None = "active", ver: str | None = "confirmed", onset: str | None = None, rec: str | None = None, abate: str | None = None, **more: Any) -> Json:
    made: Json = {"resourceType": "Condition", "id": _id(), "subject": SELF, "code": cc(*codes, text=text)}
    if clin:
        made["clinicalStatus"] = cc(("http://terminology.hl7.org/CodeSystem/condition-clinical", clin))
    if ver:
        made["verificationStatus"] = cc(("http://terminology.hl7.org/CodeSystem/condition-ver-status", ver))
    dates = {"onsetDateTime": onset, "recordedDate": rec, "abatementDateTime": abate}
    return made | {k: v for k, v in dates.items() if v} | more


def sle(onset: str | None = "2020-05-10", **more: Any) -> Json:
    return cond((SCT, "55464009"), (CM, "M32.9"), onset=onset, **more)


def enc(day: str = "2016-03-01") -> Json:
    return {"resourceType": "Encounter", "id": _id(), "status": "finished", "class": {"code": "AMB"}, "subject": SELF, "period": {"start": day, "end": day}}


def q(value: Any, unit: str | None = None, code: str | None = None, comp: str | None = None) -> Json:
    """A Quantity; with `code` it is one of UCUM."""
    made: Json = {} if value is None else {"value": value}
    if unit:
        made["unit"] = unit
    if code:
        made |= {"system": UCUM, "code": code}
    return made | ({"comparator": comp} if comp else {})


def rr(low: Any = None, high: Any = None, unit: str | None = None, text: str | None = None, **more: Any) -> Json:
    """A reference range."""
    made = {k: q(v, unit) for k, v in (("low", low), ("high", high)) if v is not None}
    return made | ({"text": text} if text else {}) | more


def obs(
    code: str | None,
    when: str | None = "2026-11-20",
    status: str = "final",
    text: str | None = None,
    qty: Any = None,
    s: str | None = None,
    i: int | None = None,
    ccv: Json | None = None,
    ratio: tuple[int, int] | None = None,
    rng: Json | None = None,
    interp: str | None = None,
    refs: list[Json] | None = None,
    absent: str | None = None,
    comps: list[Json] | None = None,
    cat: str = "laboratory",
    **more: Any,
) -> Json:
    """An Observation; `s` a string, `i` an integer, `ccv` a CodeableConcept as value."""
    made: Json = {"resourceType": "Observation", "id": _id(), "status": status, "subject": SELF, "category": [cc(("http://terminology.hl7.org/CodeSystem/observation-category", cat))], "code": cc(*([(LOINC, code)] if code else []), text=text)}
    values = {"effectiveDateTime": when, "valueQuantity": qty, "valueString": s, "valueInteger": i, "valueCodeableConcept": ccv, "valueRange": rng, "component": comps, "referenceRange": refs}
    made |= {k: v for k, v in values.items() if v is not None}
    if ratio is not None:
        made["valueRatio"] = {"numerator": {"value": ratio[0]}, "denominator": {"value": ratio[1]}}
    if interp:
        made["interpretation"] = [cc((V3, interp))]
    if absent:
        made["dataAbsentReason"] = cc(("http://terminology.hl7.org/CodeSystem/data-absent-reason", absent))
    return made | more


def tm(f: int | None = None, p: int | None = None, pu: str = "d", code: str | None = None, ctext: str | None = None, bounds: tuple[str | None, str | None] | None = None, dur: tuple[int, str] | None = None, **more: Any) -> Json:
    """A Timing: `f` times in `p` `pu`, a GTS code or a code's text, bounds as dates or as a duration."""
    repeat: Json = {"frequency": f} if f else {}
    if p:
        repeat |= {"period": p, "periodUnit": pu}
    if bounds:
        repeat["boundsPeriod"] = {k: v for k, v in zip(("start", "end"), bounds, strict=True) if v}
    if dur:
        repeat["boundsDuration"] = q(dur[0], dur[1], dur[1])
    repeat |= more
    made: Json = {"repeat": repeat} if repeat else {}
    if code:
        made["code"] = cc(("http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", code))
    return made | ({"code": {"text": ctext}} if ctext else {})


def dose(v: Any = None, u: str | None = "mg", code: str | None = "mg", timing: Json | None = None, rng: tuple[Any, Any] | None = None, text: str | None = None, prn: bool = False, route: Json | bool | None = None, mx: Any = None, multi: list[Json] | None = None, **more: Any) -> Json:
    """A Dosage, by mouth once a day unless it says otherwise; `route=False`: none is recorded."""
    made: Json = {}
    timing = tm(1, 1) if timing is None else timing
    if timing:
        made["timing"] = timing
    rate: Json = {"doseQuantity": q(v, u, code)} if v is not None else {}
    if rng:
        rate["doseRange"] = {"low": q(rng[0], u, code), "high": q(rng[1], u, code)}
    if rate or multi:
        made["doseAndRate"] = multi or [rate]
    if text:
        made["text"] = text
    if prn:
        made["asNeededBoolean"] = True
    if route is not False:
        made["route"] = route or ORAL
    if mx:
        made["maxDosePerPeriod"] = {"numerator": q(mx, "mg", "mg"), "denominator": q(1, "d", "d")}
    return made | more


def tab(n: Any, timing: Json | None = None, **more: Any) -> Json:
    """`n` tablets."""
    return dose(n, "{tbl}", "{tbl}", timing=timing, **more)


def _drug(m: Any) -> Json:
    return {} if m is None else {"medicationCodeableConcept": m if isinstance(m, dict) else cc((RXNORM, m))}


def mr(m: Any, dosages: list[Json] | tuple[()] = (), status: str = "active", intent: str = "order", authored: str | None = "2025-01-10", **more: Any) -> Json:
    """A MedicationRequest; `m` is an RxNorm code or a CodeableConcept."""
    made: Json = {"resourceType": "MedicationRequest", "id": _id(), "status": status, "intent": intent, "subject": SELF} | _drug(m)
    return made | ({"authoredOn": authored} if authored else {}) | ({"dosageInstruction": list(dosages)} if dosages else {}) | more


def ms(m: Any, dosages: list[Json] | tuple[()] = (), status: str = "active", start: str | None = "2025-01-10", end: str | None = None, **more: Any) -> Json:
    """A MedicationStatement."""
    made: Json = {"resourceType": "MedicationStatement", "id": _id(), "status": status, "subject": SELF} | _drug(m)
    period = {k: v for k, v in (("start", start), ("end", end)) if v}
    return made | ({"effectivePeriod": period} if period else {}) | ({"dosage": list(dosages)} if dosages else {}) | more


def ma(m: Any, when: str, status: str = "completed", dosage: Json | None = None, **more: Any) -> Json:
    """A MedicationAdministration."""
    made: Json = {"resourceType": "MedicationAdministration", "id": _id(), "status": status, "subject": SELF, "effectiveDateTime": when} | _drug(m)
    return made | ({"dosage": dosage} if dosage else {}) | more


def md(m: Any, when: str, days: int | None = None, status: str = "completed", dosages: list[Json] | tuple[()] = (), **more: Any) -> Json:
    """A MedicationDispense of so many days."""
    made: Json = {"resourceType": "MedicationDispense", "id": _id(), "status": status, "subject": SELF, "whenHandedOver": when} | _drug(m)
    return made | ({"daysSupply": q(days, "d", "d")} if days else {}) | ({"dosageInstruction": list(dosages)} if dosages else {}) | more


def proc(*codes: tuple[str, ...], when: str | None = "2026-10-10", status: str = "completed", text: str | None = None, **more: Any) -> Json:
    made: Json = {"resourceType": "Procedure", "id": _id(), "status": status, "subject": SELF, "code": cc(*codes, text=text)}
    return made | ({"performedDateTime": when} if when else {}) | more


def imm(cvx: str, when: str, status: str = "completed") -> Json:
    return {"resourceType": "Immunization", "id": _id(), "status": status, "patient": SELF, "vaccineCode": cc(("http://hl7.org/fhir/sid/cvx", cvx)), "occurrenceDateTime": when}


def pred(mg: Any, **more: Any) -> Json:
    """Prednisone by mouth, once a day."""
    return ms("8640", [dose(mg)], **more)


def mmf(**more: Any) -> Json:
    return ms("68149", [dose(1000, timing=tm(2, 1))], **more)


def hcq(**more: Any) -> Json:
    return ms("5521", [dose(400)], **more)


@dataclass(frozen=True)
class Case:
    """One chart and what it owes."""

    says: str
    resources: list[Json]
    owes: dict[str, str]
    pat: Json = field(default_factory=patient)
    as_of: date = AS_OF
    base: bool = True
    extra: Json = field(default_factory=dict)
    typ: str = "collection"

    def __str__(self) -> str:
        return self.says

    def bundle(self) -> Json:
        """The chart; a resource may come with the address of its entry."""
        resources = [self.pat, *([sle(), enc()] if self.base else []), *self.resources]
        entries = [r if set(r) == {"fullUrl", "resource"} else {"resource": r} for r in resources]
        return {"resourceType": "Bundle", "type": self.typ, "entry": entries} | self.extra

    def problems(self) -> list[str]:
        """Where the service says something else."""
        trials = {t["id"]: t for t in evaluate_bundle(self.bundle(), self.as_of)["trials"]}
        found = []
        for at, owed in self.owes.items():
            letter, _, name = at.partition(".")
            said = _said(trials[TRIALS[letter]], name, owed)
            if said != owed:
                found.append(f"{at} owes {owed!r} and says {said!r}")
        return found


def _said(trial: Json, name: str, owed: str) -> str:
    if name in ("verdict", "from"):
        return str(trial["verdict" if name == "verdict" else "eligible_from"])
    answer = next((c for c in trial["criteria"] if c["id"] == name), None)
    if answer is None:
        return f"{trial['verdict']}, no criteria"
    words = [answer["status"]]
    words += {"pass": [answer["basis"]], "unknown": [answer["reason"]]}.get(answer["status"], [str(answer["until"])])
    if answer["assumes"]:
        words.append(answer["assumes"])
    return " ".join(map(str, words if len(owed.split()) > 1 else words[:1]))


class Table(list[Case]):
    """A list of cases that is written by calling it."""

    def __call__(self, says: str, resources: list[Json], owes: dict[str, str], **more: Any) -> None:
        self.append(Case(says, resources, owes, **more))
