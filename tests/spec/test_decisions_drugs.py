"""The decisions on reading drugs: which record counts, the dose of a day, stability, and what makes a class.

Source: criteria.md section 2, decisions 14, 16, 20, 21, 38 to 40, 50, 53; dosing.md sections 2 to 5 (the vectors D01 to D24).
"""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

from typing import Any

import pytest

from .bases import NO_DRUGS, ON_PREDNISONE, WOMAN
from .cases import Case, case, collect, problems
from .parts import ago, dosage, quantity

ALONE = NO_DRUGS
GTS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
DAILY = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}
AT = "META I4c; RELMA I4c; CT1195 I7b"
TABLET = {"value": 1, "unit": "tablet", "system": "http://unitsofmeasure.org", "code": "{tbl}"}


def tablets(n: object) -> dict[str, Any]:
    return TABLET | {"value": n}


def dose(*rates: dict[str, Any], timing: dict[str, Any] | None = DAILY, **more: Any) -> dict[str, Any]:
    out: dict[str, Any] = {"route": {"text": "oral"}, "doseAndRate": [{"doseQuantity": r} for r in rates]}
    return (out | {"timing": timing} if timing else out) | more


def mg(value: object, unit: str = "mg") -> dict[str, Any]:
    return quantity(value, unit)


def sole(name: str, *doses: dict[str, Any]):
    """That glucocorticoid for years and no other lupus drug."""
    return ALONE.takes(name, start="2024-01-01", id="gc", doses=list(doses))


def vector(name: str, says: str, chart, meta: str, im19: str, relma: str, ct: str, *decisions: int) -> list[Case]:
    """One row of dosing.md section 5: T, F or ? in the four adult trials (`?` with its reason)."""
    words = {"T": "pass", "F": "fail"}
    return [one for at, owes in (("META I4c", meta), ("IM19 I5b", im19), ("RELMA I4c", relma), ("CT1195 I7b", ct))
            for one in case(f"{name} {says}", chart, at, words.get(owes, f"unknown {owes}"), *decisions)]


OVERLAP = WOMAN.takes("prednisone 20", 40, "2024-01-01", id="pred")
IN_TWO_KINDS = OVERLAP.ordered("prednisone 20", 40, "2024-01-01", id="pred-order")
PRN = {"asNeededBoolean": True}

CASES = collect(
    vector("D01", "three equal amounts", sole("prednisone 10", dose(mg(20), tablets(2), mg(20))), "T", "T", "T", "T", 21),
    vector("D02", "a tablet, code QD only", sole("prednisone 5", dose(tablets(1), timing={"code": {"coding": [{"system": GTS, "code": "QD"}]}})), "F", "T", "F", "F"),
    vector("D03", "time of day only", sole("prednisone 20", dose(tablets(1), timing={"repeat": {"count": 365, "timeOfDay": ["09:00:00"]}})), "T", "T", "T", "T"),
    vector("D04", "methylprednisolone 8 mg twice", sole("methylprednisolone 8", dose(tablets(1), timing={"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}})),
           "T", "T", "T", "T"),
    vector("D05", "20 mg every second day", sole("prednisone 20", dose(mg(20), timing={"repeat": {"frequency": 1, "period": 2, "periodUnit": "d"}})), "T", "T", "T", "T"),
    vector("D06", "code and structure disagree", sole("prednisone 20", dose(mg(20), timing=DAILY | {"code": {"coding": [{"system": GTS, "code": "QOD"}]}})),
           "no-dose", "no-dose", "no-dose", "no-dose", 21),
    vector("D07", "as needed up to twice", sole("prednisone 5", dose(mg(5), timing={"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, **PRN)),
           "imprecise", "no-dose", "imprecise", "imprecise", 21),
    vector("D08", "5 to 10 mg", sole("prednisone 5", {"route": {"text": "oral"}, "timing": DAILY, "doseAndRate": [{"doseRange": {"low": mg(5), "high": mg(10)}}]}),
           "imprecise", "T", "imprecise", "imprecise", 21),
    vector("D09", "a taper in words", sole("prednisone 5", {"text": "taper by 5 mg a week"}), "no-dose", "no-dose", "no-dose", "no-dose"),
    vector("D10", "a tablet without a strength", sole("prednisone", dose(tablets(1))), "no-dose", "no-dose", "no-dose", "no-dose"),
    vector("D11", "a number without a unit", sole("prednisone 5", dose({"value": 1})), "no-dose", "no-dose", "no-dose", "no-dose"),
    vector("D12", "5 mL of 3 mg/mL", sole("prednisolone solution", dose(mg(5, "mL"))), "T", "T", "T", "T"),
    vector("D13", "dexamethasone 4 mg", sole("dexamethasone 1", dose(mg(4))), "T", "T", "T", "T", 21),
    vector("D14", "deflazacort 12 mg", sole("deflazacort 6", dose(mg(12))), "T", "T", "T", "T", 21),
    vector("D15", "hydrocortisone 10 and 5 mg", sole("hydrocortisone 10", dose(mg(10)), dose(mg(5))), "F", "T", "F", "F"),
    vector("D16", "methylprednisolone 8 mg every 12 hours", sole("methylprednisolone 8", dose(mg(8), timing={"repeat": {"frequency": 1, "period": 12, "periodUnit": "h"}})),
           "T", "T", "T", "T"),
    vector("D17", "10 mg on three days of the week",
           sole("prednisone 10", dose(mg(10), timing={"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["mon", "wed", "fri"]}})), "F", "T", "F", "F"),
    vector("D18", "20 mg against a tablet of 5", sole("prednisone 5", dose(mg(20), tablets(1))), "no-dose", "no-dose", "no-dose", "no-dose", 21),
    vector("D22", "half a tablet twice", sole("prednisone 20", dose(tablets(0.5), timing={"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}})), "T", "T", "T", "T"),
    vector("D23", "5000 µg", sole("prednisone 5", dose(mg(5000, "ug"))), "F", "T", "F", "F"),
    vector("D24", "as needed, at most 5 mg a day", sole("prednisone 5", dose(
        mg(5), timing={"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}}, maxDosePerPeriod={"numerator": mg(5), "denominator": {
            "value": 1, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"}}, **PRN)), "F", "no-dose", "F", "F", 21),
    case("D19 per kilogram without a weight", sole("prednisone 5", dose(mg(1, "mg/kg"))).without("wt"), AT, "unknown no-dose"),
    # equivalence and basis
    case("prednisone needs no factor", WOMAN, AT, "pass recorded", 50),
    case("methylprednisolone needs one", sole("methylprednisolone 16", dose(mg(16))), AT, "pass computed", 50),
    case("methylprednisolone 49 mg is over 60", sole("methylprednisolone 16", dose(mg(49))), "META I4c", "fail"),
    case("methylprednisolone 48 mg is 60", sole("methylprednisolone 16", dose(mg(48))), "META I4c", "pass computed", 50),
    case("dexamethasone 9 mg straddles 60", sole("dexamethasone 1", dose(mg(9))), "META I4c", "unknown imprecise", 21),
    case("dexamethasone 10 mg is over 60 for certain", sole("dexamethasone 1", dose(mg(10))), "META I4c", "fail", 21),
    case("deflazacort 10 mg straddles 7.5", sole("deflazacort 6", dose(mg(10))), AT, "unknown imprecise", 21),
    case("two steroids are summed", WOMAN.takes("methylprednisolone 8", 24, "2024-01-01", id="mp"), "RELMA I4c", "fail", 50),
    case("two steroids in bounds", WOMAN.takes("methylprednisolone 8", 8, "2024-01-01", id="mp"), "META I4c; RELMA I4c", "pass computed", 50),
    case("vamorolone has no accepted equivalence", WOMAN.takes("vamorolone", 100, "2024-01-01", id="v"), AT, "unknown no-dose", 40),
    case("fludrocortisone is not counted", WOMAN.takes("fludrocortisone", 0.1, "2024-01-01", id="f"), AT, "pass recorded", 31),
    case("eye drops are not counted", WOMAN.takes("prednisolone eye drops", 500, "2024-01-01", id="e", route="ophthalmic"), AT, "pass", 21),
    case("a cream is not counted", WOMAN.takes("hydrocortisone cream", 500, "2024-01-01", id="e", route="topical"), AT, "pass", 21),
    case("hydrocortisone of unclear route and form", ALONE.takes("rx 5492", start="2024-01-01", id="h", doses=[dosage(100, route=None)]), AT, "unknown no-dose", 40),
    case("as needed beside mycophenolate is within bounds", WOMAN.takes("prednisone 5", start="2024-02-01", id="pred", doses=[dose(mg(10), **PRN)]),
         "META I4c; RELMA I4c", "pass", 21),
    case("every day in Chinese is coded timing", sole("prednisone 5", dose(mg(10), timing={"code": {"text": "每日一次"}})), AT, "pass", 40),
    case("a sentence is not", sole("prednisone 5", dose(mg(10), timing={"code": {"text": "take one every morning unless you feel well"}})), AT, "unknown no-dose", 40),
    # 14: the same exposure twice
    case("the same dose in two kinds is one exposure", IN_TWO_KINDS, "META I4c", "pass recorded", 14),
    case("the same dose twice in one kind is an interval", OVERLAP.takes("prednisone 20", 40, "2024-01-01", id="pred-2"), "META I4c", "unknown imprecise", 14),
    case("two doses in two kinds are an interval", OVERLAP.ordered("prednisone 20", 30, "2024-01-01", id="pred-order"), "META I4c", "unknown imprecise", 14),
    case("an interval in bounds still passes", WOMAN.takes("prednisone 5", 5, "2024-01-01", id="pred-2"), "RELMA I4c", "pass", 14),
    case("an interval over the limit fails", OVERLAP.ordered("prednisone 20", 30, "2024-01-01", id="pred-order"), "RELMA I4c", "fail", 14),
    # which records count
    *[case(f"intent {intent} counts", WOMAN.without("bel").ordered("belimumab", None, "2021-01-01", intent=intent, status="completed"), "IM19 I4", "pass", 52)
      for intent in ("order", "plan", "original-order", "reflex-order", "filler-order", "instance-order")],
    *[case(f"intent {intent} does not", WOMAN.without("bel").ordered("belimumab", None, "2021-01-01", intent=intent, status="completed"), "IM19 I4",
           "unknown no-data", 52) for intent in ("option", "proposal")],
    case("an order not to give", WOMAN.ordered("rituximab", None, "2026-09-01", doNotPerform=True), "IM19 E13", "pass not-recorded", 23),
    case("an administration that was not done", WOMAN.given("rituximab", "2026-09-01", status="not-done"), "IM19 E13", "pass not-recorded", 38),
    case("a dispense that was declined", WOMAN.put({"resourceType": "MedicationDispense", "id": "d", "status": "declined", "whenHandedOver": "2026-09-01",
                                                    "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "121191"}]}}),
         "IM19 E13", "pass not-recorded", 38),
    case("a record without code and text", WOMAN.put({"resourceType": "MedicationStatement", "id": "x", "status": "active", "medicationCodeableConcept": {},
                                                     "effectivePeriod": {"start": "2026-09-01"}}), "IM19 E13,I5d", "unknown incomparable", 34),
    case("rituximab by its Chinese name", WOMAN.takes("利妥昔单抗注射液", None, "2026-06-01", "2026-06-01", id="r", route="静脉滴注"), "IM19 E13", "fail until 2026-12-01"),
    case("rituximab by its old ATC code", WOMAN.takes("atc L01XC02", None, "2026-06-01", "2026-06-01", id="r", route="intravenous"), "IM19 E13", "fail until 2026-12-01", 31),
    case("rituximab by its new ATC code", WOMAN.takes("atc L01FA01", None, "2026-06-01", "2026-06-01", id="r", route="intravenous"), "IM19 E13", "fail until 2026-12-01"),
    # 20, 38: current and last exposure
    case("an infusion of two months ago is current", ALONE.takes("prednisone 5", 5, "2024-01-01", id="pred").given("cyclophosphamide", "2026-09-01"), "RELMA I4c", "pass", 20),
    case("an infusion of four months ago is not", ALONE.takes("prednisone 5", 5, "2024-01-01", id="pred").given("cyclophosphamide", "2026-07-01"), "RELMA I4c", "fail", 20),
    case("a completed order without an end ended at some time", WOMAN.ordered("rituximab", None, "2020-01-01", status="completed", route="intravenous"), "IM19 E13",
         "unknown imprecise", 20),
    case("no later than it was last written", WOMAN.ordered("rituximab", None, "2020-01-01", status="completed", route="intravenous", meta={"lastUpdated": "2020-06-01T00:00:00Z"}),
         "IM19 E13", "pass", 38),
    case("a completed order ends at its validity", WOMAN.ordered("rituximab", None, "2020-01-01", status="completed", route="intravenous",
                                                               dispenseRequest={"validityPeriod": {"start": "2020-01-01", "end": "2020-06-01"}}), "IM19 E13", "pass", 20),
    case("the latest infusion counts, not the order", WOMAN.ordered("rituximab", None, "2026-01-01", route="intravenous").given("rituximab", "2026-08-01"), "IM19 E13",
         "fail until 2027-02-01 assumes stopped", 38),
    # stability
    case("two tablets of 5 for one of 10 is no change",
         WOMAN.takes("prednisone 5", 10, "2024-02-01", ago(6), id="pred").takes("prednisone 10", 10, ago(5), id="p2"), "META I4d; IM19 I5b; CT1195 I7a", "pass", 39),
    case("an unchanged range holds", WOMAN.takes("prednisone 5", start="2024-02-01", id="pred", doses=[
        {"route": {"text": "oral"}, "timing": DAILY, "doseAndRate": [{"doseRange": {"low": mg(8), "high": mg(10)}}]}]), "META I4d; RELMA I4d", "pass", 21),
    case("a dose in words cannot be stable", WOMAN.takes("prednisone 5", start="2024-02-01", id="pred", doses=[{"text": "as before"}]), "META I4d; RELMA I4d",
         "unknown no-dose", 21),
    case("a restart after three recorded weeks is a change",
         WOMAN.takes("mycophenolate", 1000, "2022-03-01", ago(51), times=2, id="mmf").takes("mycophenolate", 1000, ago(30), times=2, id="m2"), "IM19 I5c",
         "fail until ?", 53),
    case("mycophenolate mofetil and acid are one drug",
         NO_DRUGS.takes("prednisone 5", 10, "2024-01-01", id="pred").takes("mycophenolate", 1000, "2024-01-01", "2026-09-10", times=2, id="mmf")
         .takes("mycophenolic acid", 720, "2026-09-11", times=2, id="mpa"), "CT1195 I7a", "never fail", 39),
    case("steroid intravenously alone is no oral steroid", NO_DRUGS.takes("methylprednisolone", 500, "2026-10-20", route="intravenous"), "META I4c; RELMA I4c", "pass", 21),
    case("steroid on hold is not a dose of today", ON_PREDNISONE.edit("pred", status="on-hold"), "META I4c", "pass", 16),
)


@pytest.mark.parametrize("one", CASES, ids=lambda c: c.id)
def test_drugs_are_read_as_the_contract_says(one: Case, evaluate) -> None:
    assert problems(one, evaluate(one.chart, one.as_of)) == []
