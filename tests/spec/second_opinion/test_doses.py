"""Doses: split, ranged, tapered, as needed, by weight, in tablets, in Chinese (decisions 14, 21, 22, 40, 50; dosing.md)."""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .shapes import ORAL, RXNORM, SCT, Case, Table, cc, dose, hcq, ma, md, mmf, mr, ms, obs, pred, q, tab, tm

case = Table()


def contained(m, d, **k):
    r = mr(None, [d], **k)
    r["contained"] = [{"resourceType": "Medication", "id": "m", **m}]
    r["medicationReference"] = {"reference": "#m"}
    return r


# d01
case("1 tablet of 20 mg (contained Medication) BID is 40 mg", [contained({"code": cc((RXNORM, "312615"))}, tab(1, tm(code="BID")))], {"M.I4c": "pass recorded", "L.I4c": "fail None", "P.I5b": "fail None", "W.I7b": "pass recorded"})
case("AM 10 mg and PM 5 mg in two dosages add", [mr("8640", [dose(10, timing=tm(code="AM")), dose(5, timing=tm(code="PM"))])], {"L.I4c": "pass recorded", "P.I5b": "pass recorded"})
case(
    "a taper takes the step of the day",
    [mr("8640", [dose(40, timing=tm(1, 1, bounds=("2026-11-01", "2026-11-10")), sequence=1), dose(20, timing=tm(1, 1, bounds=("2026-11-11", "2026-12-10")), sequence=2)], authored="2026-11-01")],
    {"L.I4c": "pass recorded", "M.I4c": "pass recorded", "M.I4d": "fail 2026-12-27", "P.I5b": "pass recorded"},
)
case("a taper step change 5 days ago breaks 7 days of stability", [mr("8640", [dose(40, timing=tm(1, 1, bounds=("2026-11-01", "2026-11-18")), sequence=1), dose(20, timing=tm(1, 1, bounds=("2026-11-19", "2026-12-10")), sequence=2)], authored="2026-11-01")], {"P.I5b": "fail 2026-11-26"})
case("dose range daily: stable, imprecise at the floor", [mr("8640", [dose(rng=(5, 10))])], {"M.I4c": "unknown imprecise", "P.I5b": "pass recorded", "W.I7b": "unknown imprecise"})
case("PRN range", [mr("8640", [dose(rng=(5, 10), prn=True)])], {"M.I4c": "unknown imprecise", "P.I5b": "unknown no-dose"})
case("PRN as codeable concept, 5 mg", [mr("8640", [dose(5, asNeededCodeableConcept={"text": "joint pain"})])], {"M.I4c": "fail None", "P.I5b": "unknown no-dose"})
case("QOD 20 mg is 10", [mr("312615", [tab(1, tm(code="QOD"))])], {"L.I4c": "pass recorded", "P.I5b": "pass recorded"})
case("every 2 days structured", [mr("8640", [dose(20, timing=tm(1, 2))])], {"L.I4c": "pass recorded"})
case("alternate days 10 mg mean 5 fails the floor", [mr("8640", [dose(10, timing=tm(1, 2))])], {"L.I4c": "fail None", "M.I4c": "fail None", "P.I5b": "pass recorded"})
case("text only sig", [mr(cc((RXNORM, "8640"), text="prednisone"), [{"text": "Take 10 mg by mouth once daily"}])], {"M.I4c": "unknown no-dose", "L.I4c": "unknown no-dose", "P.I5b": "unknown no-dose"})
case("closed list Chinese timing", [mr("8640", [dose(10, "mg", None, timing=tm(ctext="每日一次"))])], {"L.I4c": "pass recorded"})
case("timing sentence is not a code", [mr("8640", [dose(10, "mg", None, timing=tm(ctext="Take once daily in the morning with food"))])], {"L.I4c": "unknown no-dose"})
case("Chinese drug text, dose in mg, qd", [mr(cc(text="醋酸泼尼松片"), [dose(15, "mg", None, timing=tm(ctext="qd"))])], {"L.I4c": "pass recorded", "M.I4b": "unknown no-data"})
case("Chinese drug text, dose in tablets of unknown strength", [mr(cc(text="醋酸泼尼松片"), [dose(3, "片", None, timing=tm(ctext="qd"))])], {"L.I4c": "unknown no-dose"})
case("prednisolone inside its longer Chinese name", [mr(cc(text="泼尼松龙片"), [dose(10, "mg", None, timing=tm(ctext="qd"))])], {"L.I4c": "pass recorded"})
case("strength as ratio in a contained Medication", [contained({"ingredient": [{"itemCodeableConcept": cc((RXNORM, "8640")), "strength": {"numerator": q(5, "mg", "mg"), "denominator": q(1, "{tbl}", "{tbl}")}}]}, tab(2))], {"L.I4c": "pass recorded"})
case("bounds over: none current", [mr("8640", [dose(10, timing=tm(1, 1, bounds=("2026-01-01", "2026-11-01")))])], {"M.I4c": "pass not-recorded", "M.I4b": "unknown", "P.I5b": "pass"})
case("duration from authoredOn", [mr("8640", [dose(10, timing=tm(1, 1, dur=(14, "d")))], authored="2026-11-20")], {"M.I4c": "pass recorded", "M.I4d": "fail 2027-01-15"})
case("duration ended", [mr("8640", [dose(10, timing=tm(1, 1, dur=(14, "d")))], authored="2026-10-20")], {"M.I4c": "pass not-recorded"})
case("mg/kg with a weight", [mr("8640", [dose(0.5, "mg/kg", "mg/kg")]), obs("29463-7", "2026-11-01", qty=q(40, "kg", "kg"), cat="vital-signs")], {"L.I4c": "pass computed"})
case("mg/kg without a weight", [mr("8640", [dose(0.5, "mg/kg", "mg/kg")])], {"L.I4c": "unknown no-dose"})
case("dexamethasone 0.75 below floor", [mr("343033", [tab(1)])], {"M.I4c": "fail None"})
case("dexamethasone 0.75 with MMF", [mr("343033", [tab(1)]), mmf()], {"M.I4c": "pass computed", "L.I4c": "pass computed"})
case("dexamethasone 4 mg is at most 30", [mr("3264", [dose(4, route=ORAL)])], {"L.I4c": "pass computed", "P.I5b": "pass computed"})
case("dexamethasone 4.5 straddles 30", [mr("3264", [dose(4.5, route=ORAL)])], {"L.I4c": "unknown imprecise", "P.I5b": "unknown imprecise", "M.I4c": "pass computed"})
case("dexamethasone IN code, no route nor form: unclear", [mr("3264", [dose(4, route=False)])], {"M.I4c": "unknown no-dose"})
case("deflazacort 36 mg 24..30", [mr("1870958", [tab(1)])], {"L.I4c": "pass computed"})
case("hydrocortisone 20 + prednisone 5", [mr("5492", [dose(20, route=ORAL)]), mr("8640", [dose(5)])], {"L.I4c": "pass computed"})
case("doseAndRate disagree", [mr("312617", [dose(multi=[{"doseQuantity": q(20, "mg", "mg")}, {"doseQuantity": q(1, "{tbl}", "{tbl}")}])])], {"L.I4c": "unknown no-dose"})
case("doseAndRate repeat", [mr("312617", [dose(multi=[{"doseQuantity": q(10, "mg", "mg")}, {"doseQuantity": q(2, "{tbl}", "{tbl}")}])])], {"L.I4c": "pass recorded"})
case("topical hydrocortisone", [mr("5492", [dose(1, "g", "g", route=cc(text="Topical"))])], {"M.I4c": "pass not-recorded", "M.I4b": "unknown no-data"})
case("prednisolone eye drops", [mr("8638", [dose(1, "[drp]", "[drp]", route=cc(text="Ophthalmic"))])], {"M.I4c": "pass not-recorded"})
case("PRN capped by maxDosePerPeriod", [mr("8640", [dose(5, timing=tm(3, 1), prn=True, mx=5)])], {"L.I4c": "fail None", "P.I5b": "unknown no-dose"})
case("q12h code", [mr("6902", [dose(8, timing=tm(1, 12, "h"), route=ORAL)])], {"L.I4c": "pass computed"})
case("gram", [mr("8640", [dose(0.01, "g", "g")])], {"L.I4c": "pass recorded"})
case("two different orders overlap: larger to sum", [mr("8640", [dose(10)]), mr("8640", [dose(20)])], {"L.I4c": "pass", "M.I4c": "pass"})
case("two same orders of one kind: 20..40", [mr("8640", [dose(20)]), mr("8640", [dose(20)])], {"L.I4c": "unknown imprecise", "M.I4c": "pass"})
case("same dose in two kinds is one", [mr("8640", [dose(20)]), ms("8640", [dose(20)])], {"L.I4c": "pass recorded"})
case("statement and dispense are one", [ms("8640", [dose(20)]), md("312615", "2026-11-01", 90, dosages=[tab(1)])], {"L.I4c": "pass recorded"})
case("not taken", [ms("8640", [dose(20)], status="not-taken")], {"M.I4b": "unknown no-data", "M.I4c": "pass not-recorded", "P.I4": "unknown no-data"})
case(
    "draft, error, proposal, option",
    [mr("8640", [dose(90)], status="draft"), mr("8640", [dose(90)], status="entered-in-error"), mr("8640", [dose(90)], intent="proposal"), mr("8640", [dose(90)], intent="option"), mr("8640", [dose(90)], status="cancelled"), mr("8640", [dose(90)], doNotPerform=True)],
    {"M.I4b": "unknown no-data", "M.I4c": "pass not-recorded"},
)
case("plan counts as home medication", [mr("8640", [dose(20)], intent="plan", reportedBoolean=True)], {"L.I4c": "pass recorded"})
case("on hold", [ms("8640", [dose(20)], status="on-hold")], {"M.I4c": "pass", "M.I4d": "unknown", "P.I4": "unknown no-data"})
case("stopped 4 days ago, none current", [ms("8640", [dose(20)], status="completed", end="2026-11-20")], {"M.I4c": "pass not-recorded", "P.I5b": "pass", "M.I4b": "unknown judgement", "P.I5a": "unknown judgement"})
case("5 mg alone", [mr("312617", [tab(1, tm(code="QD"))])], {"M.I4c": "fail None", "L.I4c": "fail None", "W.I7b": "fail None", "P.I5b": "pass recorded"})
case("5 mg with azathioprine", [mr("312617", [tab(1, tm(code="QD"))]), mr("197388", [tab(2)])], {"M.I4c": "pass recorded", "L.I4c": "pass recorded"})
case("5 mg with HCQ", [mr("312617", [tab(1, tm(code="QD"))]), hcq()], {"M.I4c": "fail None", "L.I4c": "fail None", "W.I7b": "fail None"})
case("5 mg with belimumab", [mr("312617", [tab(1, tm(code="QD"))]), ms("1092437")], {"W.I7b": "pass recorded", "M.I4c": "fail None"})
case("frequencyMax", [mr("8640", [dose(10, timing=tm(1, 1, frequencyMax=2))])], {"L.I4c": "pass", "M.I4c": "pass"})
case("days of week", [mr("8640", [dose(20, timing={"repeat": {"dayOfWeek": ["mon", "wed", "fri"], "frequency": 1, "period": 1, "periodUnit": "wk"}})])], {"L.I4c": "pass recorded"})
case("timeOfDay twice", [mr("8640", [dose(5, timing={"repeat": {"timeOfDay": ["08:00:00", "20:00:00"]}})])], {"L.I4c": "pass recorded"})
case("when codes", [mr("8640", [dose(5, timing={"repeat": {"when": ["MORN", "EVE"]}})])], {"L.I4c": "pass recorded"})
case("period without frequency", [mr("8640", [dose(10, timing={"repeat": {"period": 1, "periodUnit": "d"}})])], {"L.I4c": "pass recorded"})
case("no timing at all", [mr("8640", [dose(10, timing={})])], {"L.I4c": "unknown no-dose"})
case("code BID against repeat 1/d", [mr("8640", [dose(10, timing=tm(1, 1, code="BID"))])], {"L.I4c": "unknown no-dose"})
case("Synthea unitless", [mr("312615", [dose(1, None, None)])], {"L.I4c": "unknown no-dose"})
case("solution in mL", [mr("283077", [dose(5, "mL", "mL")])], {"L.I4c": "pass recorded"})
case("budesonide oral not counted", [mr("1244214", [dose(3, "{Capsule}", "{Capsule}")])], {"M.I4c": "pass"})
case("vamorolone spoils the sum", [mr("2669804", [dose(5, "mL", "mL")])], {"M.I4c": "unknown no-dose"})
case("fludrocortisone not counted", [mr("4452", [dose(0.1, route=ORAL)])], {"M.I4c": "pass not-recorded"})
case("dosepack", [mr("846192", [tab(1)])], {"M.I4c": "unknown no-dose"})
case("IV pulse 3 days: E1d passes, oral counted alone", [pred(10)] + [ma("6902", f"2026-11-{d}", dosage={"route": cc(text="Intravenous"), "dose": q(500, "mg", "mg")}) for d in (16, 17, 18)], {"M.E1d": "pass", "M.I4c": "pass recorded", "L.I4c": "pass recorded"})
case("IV pulse 15 days at 100: E1d fails", [pred(10)] + [ma("6902", f"2026-11-{d:02}", dosage={"route": cc(text="Intravenous"), "dose": q(80, "mg", "mg")}) for d in range(1, 16)], {"M.E1d": "fail 2026-12-28"})
case("oral 100 mg for 14 days inside 56 then 20", [ms("8640", [dose(100)], status="completed", start="2026-10-01", end="2026-10-14"), ms("8640", [dose(20)], start="2026-10-15")], {"M.E1d": "fail 2026-11-26", "M.I4c": "pass recorded", "M.I4d": "fail 2026-11-26"})
case("oral 100 mg for 13 days", [ms("8640", [dose(100)], status="completed", start="2026-10-01", end="2026-10-13"), ms("8640", [dose(20)], start="2026-10-14")], {"M.E1d": "pass"})
case("100 mg going on", [ms("8640", [dose(100)], start="2026-11-01")], {"M.E1d": "fail 2027-01-06 stopped", "M.I4c": "fail None"})
case("triamcinolone im 2 weeks ago", [ma("10759", "2026-11-10", dosage={"route": cc(text="Intramuscular"), "dose": q(40, "mg", "mg")})], {"P.I5b": "unknown no-dose"})
case("triamcinolone im 29 days ago", [ma("10759", "2026-10-26", dosage={"route": cc(text="Intramuscular"), "dose": q(40, "mg", "mg")})], {"P.I5b": "pass"})
case("intra-articular does not count", [ma("1085754", "2026-11-10", dosage={"route": cc(text="Intra-articular"), "dose": q(40, "mg", "mg")})], {"P.I5b": "pass"})
case(
    "Epic: sig text and instruction beside coded dose",
    [
        mr(
            "198145",
            [
                {
                    "text": "Take 2 tablets by mouth daily",
                    "patientInstruction": "x",
                    "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}, "code": {"text": "Daily"}},
                    "route": cc(("urn:oid:1.2.3", "15"), text="Oral"),
                    "doseAndRate": [{"type": {"text": "calculated"}, "doseQuantity": q(20, "mg", "mg")}, {"type": {"text": "admin-amount"}, "doseQuantity": q(2, "tablet", "{tbl}")}, {"type": {"text": "ordered"}, "doseQuantity": q(20, "mg", "mg")}],
                }
            ],
        )
    ],
    {"L.I4c": "pass recorded"},
)
case(
    "Oracle: TAB orderable form with unit text",
    [
        mr(
            "312617",
            [
                {
                    "text": "2 tab, Oral, Daily",
                    "timing": {"code": cc(("http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "QD"), ("https://fhir.cerner.com/x/codeSet/4003", "12"), text="Daily")},
                    "route": cc((SCT, "26643006"), text="Oral"),
                    "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tab", "system": "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm", "code": "TAB"}}],
                }
            ],
        )
    ],
    {"L.I4c": "pass recorded"},
)
case("asNeeded false is not PRN", [mr("8640", [dose(10, asNeededBoolean=False)])], {"L.I4c": "pass recorded"})
case("a dose as a word", [mr("8640", [{"timing": tm(1, 1), "doseAndRate": [{"doseQuantity": {"value": "ten", "unit": "mg"}}]}])], {"L.I4c": "unknown no-dose"})
case("twice a week", [mr("8640", [dose(20, timing=tm(2, 1, "wk"))])], {"L.I4c": "fail None"})
case("cortisone 25 mg twice a day", [mr("828248", [tab(1, tm(2, 1))])], {"L.I4c": "pass computed"})


@pytest.mark.parametrize("one", case, ids=str)
def test_a_dose_is_what_the_order_says_or_unknown(one: Case) -> None:
    assert one.problems() == []
