"""The decisions on reading results: which value counts, what it says, and which limit it is held against.

Source: criteria.md section 2 and decisions 1, 2, 3, 4, 9, 10, 17, 32, 41, 50.
"""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .bases import GIRL, MAN, WOMAN
from .cases import Case, case, collect, problems
from .codes import FIO2, LOINC, O2_FLOW
from .parts import ago, quantity

CLEAN = WOMAN.lab("ana", text="Negative").lab("dsdna", 10)
"""Three negative autoantibodies: one changed result decides I5."""


def component(code: str, value: object, unit: str) -> dict:
    return {"component": [{"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": quantity(value, unit)}]}


def ana(says: str, owes: str, chart, *decisions: int) -> list[Case]:
    return case(says, chart, "META I5; CT1195 I8", owes, *decisions)


ABSENT = {"dataAbsentReason": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "not-performed"}]}}
BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
BORN_FEMALE = [{"url": BIRTH_SEX, "valueCode": "F"}]

CASES = collect(
    # 1: which result
    case("a preliminary value does not push out a final one", WOMAN.lab("alt", 300, on="2026-10-25", id="alt-2", status="preliminary"), "META I9e", "pass", 1),
    case("a preliminary value alone counts", WOMAN.lab("alt", 300, status="preliminary"), "META I9e", "fail", 1),
    case("an amended value counts", WOMAN.lab("alt", 300, on="2026-10-25", id="alt-2", status="amended"), "META I9e", "fail", 1),
    case("a corrected value counts", WOMAN.lab("alt", 300, on="2026-10-25", id="alt-2", status="corrected"), "META I9e", "fail", 1),
    case("a cancelled value does not", WOMAN.lab("alt", 300, on="2026-10-25", id="alt-2", status="cancelled"), "META I9e", "pass"),
    case("a value entered in error does not", WOMAN.lab("alt", 300, on="2026-10-25", id="alt-2", status="entered-in-error"), "META I9e", "pass"),
    case("the newest wins", WOMAN.lab("alt", 300, on="2026-10-25", id="alt-2"), "META I9e", "fail", 1),
    case("an older one does not", WOMAN.lab("alt", 300, on="2026-10-01", id="alt-2"), "META I9e", "pass", 1),
    case("a newer result without a value is passed over", WOMAN.lab("alt", on="2026-10-25", id="alt-2", **ABSENT), "META I9e", "pass", 1),
    case("a newer value in an unreadable unit hides the older", WOMAN.lab("alt", 20, "furlong", on="2026-10-25", id="alt-2"), "META I9e", "unknown incomparable", 1),
    case("two of one day that disagree: the worse", WOMAN.lab("alt", 300, id="alt-2"), "META I9e", "fail", 1),
    case("two of one day that disagree: the worse, in the other order", WOMAN.lab("alt", 300).lab("alt", 21, id="alt-2"), "META I9e", "fail", 1),
    case("a value of tomorrow does not count", WOMAN.lab("alt", 300, on="2026-11-02", id="alt-2"), "META I9e", "pass"),
    case("a value of today counts", WOMAN.lab("alt", 300, on="2026-11-01", id="alt-2"), "META I9e", "fail"),
    case("another patient's value does not count", WOMAN.lab("alt", 300, on="2026-10-25", id="alt-2", subject={"reference": "Patient/other"}), "META I9e", "pass"),
    case("the date is read in the offset as written", WOMAN.lab("alt", 20, on="2026-08-03T23:30:00-08:00"), "META I9e", "pass", 1),
    case("issued stands in for a missing effective time", WOMAN.lab("alt", 300, id="obs-alt").edit("obs-alt", effectiveDateTime=None, issued="2026-10-20T09:00:00Z"),
         "META I9e", "fail"),
    # intervals and units
    case("above the limit for certain", WOMAN.lab("alt", 150, comparator=">"), "META I9e", "fail", 1),
    case("above something below the limit", WOMAN.lab("alt", 50, comparator=">"), "META I9e", "unknown imprecise", 1),
    case("below something above the limit", WOMAN.lab("alt", 150, comparator="<"), "META I9e", "unknown imprecise", 1),
    case("below something below the limit", WOMAN.lab("alt", 30, comparator="<"), "META I9e", "pass", 1),
    *[case(f"platelets in {unit}", WOMAN.lab("plt", value, unit, no_range=True), "META I9b", owes)
      for unit, value, owes in (("K/uL", 24, "fail"), ("10^9/L", 25, "pass"), ("x10*3/mm3", 24, "fail"), ("cells/uL", 25000, "pass"), ("/uL", 24999, "fail"))],
    case("platelets without a unit", WOMAN.lab("plt", 220, None), "META I9b", "unknown incomparable"),
    case("haemoglobin in g/L", WOMAN.lab("hb", 69, "g/L", low=120, high=160), "META I9c", "fail"),
    case("haemoglobin in g/L at the limit", WOMAN.lab("hb", 70, "g/L", low=120, high=160), "META I9c", "pass recorded", 3),
    case("bilirubin in µmol/L at twice", WOMAN.without("tbil").lab("tbil-molar", 40), "META I9g", "pass recorded", 3),
    case("bilirubin in µmol/L over twice", WOMAN.without("tbil").lab("tbil-molar", 41), "META I9g", "fail"),
    case("fibrinogen in mg/dL", WOMAN.lab("fib", 99, "mg/dL", low=200, high=400), "META I9l", "fail"),
    case("mg/dl in small letters", WOMAN.lab("tbil", 2.5, "mg/dl"), "META I9g", "fail"),
    case("saturation as a bare fraction", WOMAN.lab("spo2", 0.98, "1"), "META I9o", "unknown incomparable"),
    case("a word where a number belongs", WOMAN.lab("alt", {"valueQuantity": {"value": "high", "unit": "U/L"}}), "META I9e", "unknown incomparable", 50),
    case("a newer word where a number belongs", WOMAN.lab("alt", {"valueQuantity": {"value": "high", "unit": "U/L"}}, id="alt-2", on="2026-10-25"), "META I9e",
         "unknown incomparable", 50),
    # 17, 32: limits
    case("a range in words, from-to", WOMAN.lab("alt", 101, range_text="0-40"), "META I9e", "fail", 17),
    case("a range in words, from-to, at 2.5 times", WOMAN.lab("alt", 200, range_text="0-80"), "META I9e", "pass", 17),
    case("a range in words, below", WOMAN.lab("alt", 200, range_text="<80"), "META I9e", "pass", 17),
    case("a range in another unit is converted", WOMAN.lab("tbil", 2.4).edit("obs-tbil", referenceRange=[{"high": quantity(17.1, "umol/L")}]), "META I9g",
         "fail", 17),
    case("a range of another unit that is wide enough", WOMAN.lab("tbil", 2.4).edit("obs-tbil", referenceRange=[{"high": quantity(34.2, "umol/L")}]), "META I9g",
         "pass", 17),
    case("N means at or below the limit", MAN.lab("alt", 110, no_range=True, interp="N"), "META I9e", "pass", 32),
    case("L means at or below the limit", MAN.lab("alt", 110, no_range=True, interp="L"), "META I9e", "pass", 32),
    case("H decides nothing", MAN.lab("alt", 110, no_range=True, interp="H"), "META I9e", "unknown imprecise", 32),
    case("A decides nothing", MAN.lab("alt", 45, no_range=True, interp="A"), "META I9e", "pass", 32),
    case("unknown sex: the limits of both", WOMAN.patient(gender="unknown").lab("alt", 110, no_range=True), "META I9e", "unknown imprecise", 32),
    case("no default for anti-dsDNA", CLEAN.lab("dsdna", 500, no_range=True), "META I5; CT1195 I8", "unknown incomparable", 2),
    # 2, 41: positive
    ana("a positive word", "pass recorded", CLEAN.lab("ana", "Positive"), 2),
    ana("a positive word in Chinese", "pass recorded", CLEAN.lab("ana", "阳性"), 2),
    ana("a negative word in Chinese", "fail", CLEAN.lab("ana", "阴性"), 2),
    ana("not detected", "fail", CLEAN.lab("ana", "Not detected"), 2),
    ana("weakly positive is positive", "pass", CLEAN.lab("ana", text="Weakly positive"), 41),
    ana("coded weakly positive", "pass", CLEAN.lab("ana", {"valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "260408008"}]}}), 41),
    ana("coded detected", "pass", CLEAN.lab("ana", {"valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "260373001"}]}}), 2),
    ana("coded negative", "fail", CLEAN.lab("ana", {"valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "260385009"}]}}), 2),
    ana("equivocal", "unknown imprecise", CLEAN.lab("ana", text="Equivocal"), 41),
    ana("only an interpretation", "pass", CLEAN.lab("ana", interp="POS"), 2),
    ana("only a negative interpretation", "fail", CLEAN.lab("ana", interp="NEG"), 2),
    ana("an interpretation of abnormal is positive", "pass", CLEAN.lab("ana", interp="A"), 41),
    ana("true", "pass", CLEAN.lab("ana", {"valueBoolean": True}), 2),
    ana("false", "fail", CLEAN.lab("ana", {"valueBoolean": False}), 2),
    ana("a titre of 1:80 in words", "pass", CLEAN.without("ana").lab("ana-titre", "1:80"), 2),
    ana("a titre of 1:40 in words", "fail", CLEAN.without("ana").lab("ana-titre", "1:40"), 2),
    ana("a titre of 1:320 as a ratio", "pass",
        CLEAN.without("ana").lab("ana-titre", {"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 320}}}), 2),
    ana("a titre as a quantity", "pass", CLEAN.without("ana").lab("ana-titre", 160), 2),
    ana("a quantity above its range", "pass", CLEAN.lab("dsdna", 31), 2),
    ana("a quantity at its limit", "fail", CLEAN.lab("dsdna", 30), 2),
    ana("interpretation against value", "unknown incomparable", CLEAN.lab("dsdna", 88, interp="NEG"), 41),
    ana("an unintelligible word", "unknown incomparable", CLEAN.lab("ana", "see report"), 2),
    ana("not performed is no value", "unknown no-data", CLEAN.lab("ana", "Not performed"), 41),
    ana("not performed hides no older value", "pass", CLEAN.lab("ana", "Positive", on="2026-10-01").lab("ana", "QNS", id="ana-2"), 41),
    ana("one method positive, another negative", "pass", CLEAN.lab("dsdna-crithidia", text="Positive", on="2026-10-01"), 41),
    case("hCG 25 IU/L", WOMAN.without("hcg").lab("hcg-quant", 25), "CT1195 I5", "fail", 2),
    case("hCG 4.9 IU/L", WOMAN.without("hcg").lab("hcg-quant", 4.9), "CT1195 I5", "pass", 2),
    case("hCG 10 IU/L", WOMAN.without("hcg").lab("hcg-quant", 10), "CT1195 I5", "unknown imprecise", 2),
    case("DNA not detected in Chinese", GIRL.lab("cmv", "未检出"), "KIDS E9e", "pass recorded", 2),
    case("DNA below the limit of quantification", GIRL.lab("cmv", 100, comparator="<"), "KIDS E9e", "unknown imprecise", 2),
    case("DNA as a number above 0", GIRL.lab("cmv", 1), "KIDS E9e", "fail", 41),
    case("a ratio without a unit", WOMAN.without("prot").lab("upcr", 900, None), "CT1195 I10", "unknown incomparable", 41),
    case("a ratio that is called ratio", WOMAN.without("prot").lab("upcr", 0.9, "Ratio"), "CT1195 I10", "unknown incomparable", 41),
    case("a ratio in mg/mg", WOMAN.without("prot").lab("upcr", 0.6, "mg/mg"), "CT1195 I10", "pass", 41),
    case("text as an interval decides what the interval decides", WOMAN.lab("alt", {"valueString": "<30"}, referenceRange=[{"high": quantity(40, "U/L")}]), "META I9e",
         "never fail", 41),
    # 4: the reason of a composite
    case("unreadable before stale", WOMAN.lab("inr", 1, on=ago(91)).lab("aptt", 30, "furlong"), "CT1195 I11g", "unknown incomparable", 4),
    case("stale before never measured", WOMAN.lab("inr", 1, on=ago(91)).without("aptt"), "CT1195 I11g", "unknown stale", 4),
    case("all that is missing is named", CLEAN.without("sm", "ana"), "META I5", "unknown no-data", 4, missing=("ana", "anti_sm")),
    case("a missing value is named", WOMAN.without("lym"), "META I9a", "unknown no-data", 4, missing=("lymphocytes_abs",)),
    # 10: oxygen
    case("on two litres of oxygen", WOMAN.lab("spo2", 98, **component(O2_FLOW, 2, "L/min")), "META I9o; CT1195 I11h", "unknown incomparable", 10),
    case("low on two litres of oxygen", WOMAN.lab("spo2", 85, **component(O2_FLOW, 2, "L/min")), "META I9o", "unknown incomparable", 10),
    case("a flow of zero is room air", WOMAN.lab("spo2", 98, **component(O2_FLOW, 0, "L/min")), "META I9o; CT1195 I11h", "pass recorded", 10, 50),
    case("21 % is room air", WOMAN.lab("spo2", 98, **component(FIO2, 21, "%")), "META I9o", "pass recorded", 50),
    case("40 % is not", WOMAN.lab("spo2", 98, **component(FIO2, 40, "%")), "META I9o", "unknown incomparable", 10),
    case("oxygen recorded at the same time beside it",
         WOMAN.put({"resourceType": "Observation", "id": "flow", "status": "final", "code": {"coding": [{"system": LOINC, "code": O2_FLOW}]},
                    "effectiveDateTime": "2026-10-20", "valueQuantity": quantity(3, "L/min")}), "META I9o", "unknown incomparable", 10),
    # 9: spoiled counts
    case("platelets seven days after a platelet transfusion", WOMAN.procedure("platelet transfusion", "2026-10-13"), "META I9a,I9b,I9c; CT1195 I11b,I11c",
         "unknown invalidated", 9),
    case("platelets eight days after it", WOMAN.procedure("platelet transfusion", "2026-10-12"), "META I9b; CT1195 I11c", "pass recorded", 9),
    case("a transfusion after the count", WOMAN.procedure("platelet transfusion", "2026-10-21"), "META I9b; CT1195 I11c", "pass recorded", 9),
    case("a transfusion that was not done", WOMAN.procedure("platelet transfusion", "2026-10-18", status="not-done"), "META I9b", "pass recorded", 23),
    case("filgrastim on the day of the count", WOMAN.given("filgrastim", "2026-10-20", route="subcutaneous"), "META I9a; CT1195 I11b", "unknown invalidated", 9),
    case("filgrastim eight days before", WOMAN.given("filgrastim", "2026-10-12", route="subcutaneous"), "META I9a; CT1195 I11b", "pass recorded", 9),
    case("erythropoietin is exempt in one trial", WOMAN.given("epoetin", "2026-10-18", route="subcutaneous"), "META I9a,I9c", "pass recorded", 9),
    case("erythropoietin is not exempt in the other", WOMAN.given("epoetin", "2026-10-18", route="subcutaneous"), "CT1195 I11b,I11c", "unknown invalidated", 9),
    case("a thrombopoietic mimetic", WOMAN.takes("eltrombopag", 25, "2026-10-01"), "META I9b", "unknown invalidated", 9, 37),
    case("a course that ended seven days before", WOMAN.takes("filgrastim", None, "2026-09-20", "2026-10-13", route="subcutaneous"), "CT1195 I11b", "unknown invalidated", 37),
    case("a course that ended eight days before", WOMAN.takes("filgrastim", None, "2026-09-20", "2026-10-12", route="subcutaneous"), "CT1195 I11b", "pass recorded", 37),
    case("plerixafor is no growth factor", WOMAN.given("plerixafor", "2026-10-19", route="subcutaneous"), "META I9a; CT1195 I11b", "pass recorded", 39),
    case("an older clean count does not stand in", WOMAN.lab("plt", 200, on="2026-10-01", id="plt-old").procedure("platelet transfusion", "2026-10-18"), "META I9b",
         "unknown invalidated", 9),
    case("a spoiled count below the limit is still unknown", WOMAN.lab("plt", 10).procedure("platelet transfusion", "2026-10-18"), "META I9b", "unknown invalidated", 9),
    # 50: sex and birthdays
    case("male, born female, differing limits", WOMAN.patient(gender="male", extension=BORN_FEMALE).lab("ast", 72, no_range=True), "CT1195 I11e", "unknown", 50),
    case("born on 29 February, on 28 February", WOMAN.patient(birthDate="2008-02-29"), "META I2", "fail until 2026-03-01", 50, as_of="2026-02-28"),
    case("born on 29 February, on 1 March", WOMAN.patient(birthDate="2008-02-29"), "META I2", "pass", 50, as_of="2026-03-01"),
    case("a report and a creatinine of one day", WOMAN.lab("egfr", 60).lab("cr", 2.2), "IM19 E11", "pass", 50),
)


@pytest.mark.parametrize("one", CASES, ids=lambda c: c.id)
def test_results_are_read_as_the_contract_says(one: Case, evaluate) -> None:
    assert problems(one, evaluate(one.chart, one.as_of)) == []
