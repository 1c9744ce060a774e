"""Corners where two rules meet: tapers, dispenses, referenced drugs, other date elements, other value elements.

Source: criteria.md section 2 and the decisions that each case names; dosing.md section 2.
"""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

from typing import Any

import pytest

from .bases import GIRL, NO_DRUGS, WOMAN
from .cases import Case, case, collect, problems
from .codes import LOINC, RX
from .parts import ago, coding, dosage, quantity

RITUXIMAB = {"coding": [{"system": RX, "code": "121191"}]}
PERIOD = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}


def step(number: int, mg: object, start: str | None, end: str | None) -> dict[str, Any]:
    bounds = {k: v for k, v in (("start", start), ("end", end)) if v}
    repeat = PERIOD["repeat"] | ({"boundsPeriod": bounds} if bounds else {})
    return dosage(mg) | {"sequence": number, "timing": {"repeat": repeat}}


def taper(*steps: dict[str, Any]):
    return WOMAN.takes("prednisone 5", start="2024-02-01", id="pred", doses=list(steps))


def dispensed(rxnorm: str, on: str, days: int, **more: Any):
    return WOMAN.put({"resourceType": "MedicationDispense", "id": "d", "status": "completed", "whenHandedOver": on,
                      "medicationCodeableConcept": {"coding": [{"system": RX, "code": rxnorm}]},
                      "daysSupply": {"value": days, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"}} | more)


def referenced(medication: dict[str, Any]):
    return WOMAN.put({"resourceType": "Medication", "id": "med-1"} | medication).put({
        "resourceType": "MedicationAdministration", "id": "a", "status": "completed", "effectiveDateTime": "2026-08-01",
        "medicationReference": {"reference": "Medication/med-1"}})


CASES = collect(
    case("a taper is at the step that covers today", taper(step(1, 40, "2024-02-01", ago(17)), step(2, 10, ago(16), None)), "RELMA I4c; META I4d; IM19 I5b", "pass", 21),
    case("a taper whose step began 14 days ago", taper(step(1, 40, "2024-02-01", ago(15)), step(2, 10, ago(14), None)), "META I4d", "fail until 2026-11-02", 21),
    case("a taper whose step of today is too high", taper(step(1, 10, "2024-02-01", ago(31)), step(2, 40, ago(30), None)), "RELMA I4c; IM19 I5b", "fail"),
    case("a taper without bounds", taper(step(1, 40, None, None), step(2, 10, None, None)), "RELMA I4c; META I4d", "unknown no-dose", 21),
    case("two doses of one day add up", WOMAN.takes("prednisone 5", start="2024-02-01", id="pred", doses=[dosage(20), dosage(15)]), "RELMA I4c", "fail"),
    case("a dispense lasts its days", dispensed("1092437", "2026-09-20", 28), "IM19 I5d", "fail until 2026-11-15", 38),
    case("an entered-in-error dispense does not", dispensed("1092437", "2026-09-20", 28, status="entered-in-error"), "IM19 I5d", "pass"),
    case("a drug by reference", referenced({"code": RITUXIMAB}), "IM19 E13", "fail until 2027-02-01"),
    case("a drug by its ingredient", referenced({"ingredient": [{"itemCodeableConcept": RITUXIMAB}]}), "IM19 E13", "fail until 2027-02-01"),
    case("code and text of different drugs", WOMAN.put({"resourceType": "MedicationAdministration", "id": "a", "status": "completed", "effectiveDateTime": "2026-08-01",
                                                        "medicationCodeableConcept": RITUXIMAB | {"text": "prednisone 5 MG Oral Tablet"}}), "IM19 E13", "never pass"),
    case("an administration entered in error", WOMAN.given("rituximab", "2026-08-01", status="entered-in-error"), "IM19 E13", "pass not-recorded"),
    case("an administration of tomorrow", WOMAN.given("rituximab", "2026-11-02"), "IM19 E13", "pass not-recorded"),
    case("an infusion counts from its end", WOMAN.given("rituximab", "2026-05-01").edit("ma-rituximab-2026-05-01", effectiveDateTime=None,
         effectivePeriod={"start": "2026-05-01T22:00:00+08:00", "end": "2026-05-02T02:00:00+08:00"}), "IM19 E13", "fail until 2026-11-02"),
    case("a subject as an absolute address", WOMAN.lab("plt", 10, subject={"reference": "https://ehr.example.org/fhir/Patient/p1"}), "META I9b", "fail"),
    case("an effective period", WOMAN.lab("plt", 10, id="plt-2").edit("plt-2", effectiveDateTime=None, effectivePeriod={"start": "2026-10-25", "end": "2026-10-25"}), "META I9b", "fail"),
    case("an effective instant", WOMAN.lab("plt", 10, id="plt-2").edit("plt-2", effectiveDateTime=None, effectiveInstant="2026-10-25T08:00:00Z"), "META I9b", "fail"),
    case("a value as a range that decides", WOMAN.lab("plt", {"valueRange": {"low": quantity(10, "10*9/L"), "high": quantity(20, "10*9/L")}}), "META I9b", "fail", 1),
    case("a value as a range that straddles", WOMAN.lab("plt", {"valueRange": {"low": quantity(20, "10*9/L"), "high": quantity(30, "10*9/L")}}), "META I9b", "unknown imprecise", 1),
    case("an integer score", WOMAN.score("SLEDAI-2K", 9, id="s2k"), "IM19 I6", "fail"),
    case("a score as a quantity", WOMAN.lab("wt", 60).edit("s2k", valueInteger=None, valueQuantity={"value": 9, "unit": "{score}", "system": "http://unitsofmeasure.org", "code": "{score}"}), "IM19 I6", "fail"),
    case("a score over 105 is none", WOMAN.score("SLEDAI-2K", 106, id="s2k").without("selena", "prot", "upcr"), "IM19 I6", "unknown", 36),
    case("a flare index is no total", WOMAN.without("selena", "prot", "upcr").score("SELENA-SLEDAI flare index", 14, id="s2k"), "IM19 I6", "unknown imprecise", 36),
    case("plain SLEDAI counts", WOMAN.without("selena").score("SLEDAI", 12, id="s2k"), "IM19 I6", "pass", 36),
    case("评分 counts", WOMAN.without("selena").score("SLEDAI-2K评分", 12, id="s2k"), "IM19 I6", "pass", 36),
    case("SLEDAI-2000 counts", WOMAN.without("selena").score("sledai 2000 total", 9, id="s2k"), "IM19 I6", "fail", 36),
    case("a total of today after one of last month", WOMAN.score("SLEDAI-2K", 8, on="2026-11-01", id="s2k-2"), "IM19 I6", "fail", 1),
    case("log copies above zero are detected", GIRL.put({"resourceType": "Observation", "id": "obs-cmv", "status": "final", "code": {"coding": [{"system": LOINC, "code": "54206-8"}]},
         "effectiveDateTime": "2026-10-20", "valueQuantity": {"value": 3.1, "unit": "log copies/mL"}}), "KIDS E9e", "fail", 41),
    case("onset by age", WOMAN.edit("sle", onsetDateTime=None, recordedDate=None, onsetAge={"value": 25, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"}), "META I4a; CT1195 I6b", "pass"),
    case("onset by period", WOMAN.edit("sle", onsetDateTime=None, recordedDate=None, onsetPeriod={"start": "2018-01-01"}), "META I4a", "pass"),
    case("ended in words", WOMAN.condition("RA", "2010-01-01", active=None, abatementString="resolved"), "IM19 E5", "pass"),
    case("a resolved SLE beside an active one", WOMAN.condition("sle", "2010-01-01", active=False, ended="2012-01-01", id="sle-old"), "META I3,I4a", "pass"),
    case("an infarction of a child long ago, still called active", GIRL.condition("MI", "2018-01-01"), "KIDS E4", "unknown judgement", 35),
    case("HBsAg positive and negative on one day", GIRL.lab("hbsag", text="Positive", id="hbsag-2").lab("hbvdna", 100), "KIDS E9a", "fail", 1),
    case("core antibody with DNA", WOMAN.lab("hbc", text="Positive").lab("hbvdna", 100), "IM19 E6", "fail", 8),
    case("RNA below the limit of quantification", WOMAN.lab("hcv", text="Positive").lab("hcvrna", 15, comparator="<"), "IM19 E6", "unknown imprecise", 8),
    case("weight in grams", WOMAN.lab("wt", 39900, "g"), "IM19 I3", "fail"),
    case("several codings, one of them ours", WOMAN.lab("plt", 10).edit("obs-plt", code={"coding": [{"system": "urn:oid:1.2.3", "code": "155"}, coding("loinc 777-3")]}), "META I9b", "fail", 52),
    case("a code of another system with our number", WOMAN.lab("plt", 10, id="plt-2", on="2026-10-25").edit("plt-2", code={"coding": [{"system": "urn:oid:1.2.3", "code": "777-3"}]}), "META I9b", "pass", 52),
    case("a range that is not the normal one", WOMAN.lab("alt", 101).edit("obs-alt", referenceRange=[
        {"high": quantity(400, "U/L"), "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/referencerange-meaning", "code": "therapeutic"}]}},
        {"high": quantity(40, "U/L"), "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/referencerange-meaning", "code": "normal"}]}}]), "META I9e", "fail"),
    case("as needed alone cannot reach a floor", NO_DRUGS.takes("prednisone 5", start="2024-01-01", id="gc", doses=[dosage(5) | {"asNeededBoolean": True}]), "META I4c; RELMA I4c", "fail", 21),
    case("an order that is on hold", WOMAN.without("mmf").ordered("mycophenolate", 1000, "2022-03-01", times=2, id="mmf", status="on-hold"), "IM19 I5c", "unknown judgement", 50),
    case("a stopped order without an end: not current today", NO_DRUGS.ordered("prednisone 5", 10, "2024-01-01", status="stopped"), "IM19 I5a", "unknown judgement", 16, 20),
)


@pytest.mark.parametrize("one", CASES, ids=lambda c: c.id)
def test_rules_that_meet_are_kept_together(one: Case, evaluate) -> None:
    assert problems(one, evaluate(one.chart, one.as_of)) == []
