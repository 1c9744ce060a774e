"""Corners where rules meet: orders that overlap, children, sexes, dates until which something waits."""
# ruff: noqa: E501, E731 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .shapes import (
    CM,
    KID,
    ORAL,
    SCT,
    Case,
    Table,
    cc,
    cond,
    dose,
    hcq,
    ma,
    md,
    mmf,
    mr,
    ms,
    obs,
    patient,
    proc,
    q,
    rr,
    tm,
)

case = Table()

P = lambda mg, **k: ms("8640", [dose(mg)], **k)
# --- doses
case("orders of the same drug, Epic reorder without end: 20 then 10 both active", [mr("8640", [dose(20)], authored="2026-01-01"), mr("8640", [dose(10)], authored="2026-10-01")], {"L.I4c": "pass", "M.I4c": "pass", "L.I4d": "pass"})
case("statement 10 beside request 20: different doses", [ms("8640", [dose(10)]), mr("8640", [dose(20)])], {"L.I4c": "pass", "P.I5b": "pass"})
case("dispense with end of supply, no other record", [md("312615", "2026-10-01", 90, dosages=[dose(1, "{tbl}", "{tbl}")])], {"L.I4c": "pass recorded"})
case("dispense supply over", [md("312615", "2026-08-01", 90, dosages=[dose(1, "{tbl}", "{tbl}")])], {"L.I4c": "pass not-recorded", "M.I4b": "unknown"})
case("maxDosePerPeriod non PRN is no dose", [mr("8640", [dose(timing=tm(1, 1), mx=20)])], {"L.I4c": "unknown no-dose"})
case("comparator on a dose", [mr("8640", [{"timing": tm(1, 1), "route": ORAL, "doseAndRate": [{"doseQuantity": q(10, "mg", "mg", "<")}]}])], {"M.I4c": "unknown imprecise", "P.I5b": "pass"})
case("half a tablet as fraction text", [mr("312615", [dose(0.5, "{tbl}", "{tbl}")])], {"L.I4c": "pass recorded"})
case("tid with three whens", [mr("8640", [dose(5, timing=tm(3, 1, when=["MORN", "AFT", "EVE"]))])], {"L.I4c": "pass recorded"})
case("once weekly prednisone 50 mg is 7.14/day", [mr("8640", [dose(50, timing=tm(1, 1, "wk"))])], {"L.I4c": "fail None"})
case("every 8 hours", [mr("8640", [dose(5, timing=tm(1, 8, "h"))])], {"L.I4c": "pass recorded"})
case("periodMax: every 6-8 hours 5 mg = 15..20", [mr("8640", [dose(5, timing=tm(1, 6, "h", periodMax=8))])], {"L.I4c": "pass recorded"})
case("monthly is no daily dose", [mr("8640", [dose(50, timing=tm(1, 1, "mo"))])], {"L.I4c": "unknown no-dose"})
case("event list is no rate", [mr("8640", [dose(50, timing={"event": ["2026-11-20"]})])], {"L.I4c": "unknown no-dose"})
case("steps 40 for ten days then 20: no bounds on the last step", [mr("8640", [dose(40, timing=tm(1, 1, bounds=("2026-11-01", "2026-11-10")), sequence=1), dose(20, timing=tm(1, 1, bounds=("2026-11-11", None)), sequence=2)], authored="2026-11-01")], {"L.I4c": "pass recorded"})
case("taper by durations is not dated", [mr("8640", [dose(40, timing=tm(1, 1, dur=(10, "d")), sequence=1), dose(20, timing=tm(1, 1, dur=(10, "d")), sequence=2)], authored="2026-11-10")], {"L.I4c": "pass"})
case("one dose mg, another unreadable, same day", [mr("8640", [dose(40, timing=tm(code="AM")), {"text": "and some in the evening", "route": ORAL}])], {"P.I5b": "unknown no-dose", "L.I4c": "unknown no-dose"})
case("weight today for mg/kg of dexamethasone", [mr("3264", [dose(0.1, "mg/kg", "mg/kg", route=ORAL)]), obs("29463-7", "2026-11-01", qty=q(60, "kg", "kg"), cat="vital-signs")], {"M.I4c": "pass computed"})
case("equivalence noted: betamethasone 3 mg = 20..25", [mr("245258", [dose(6, "{tbl}", "{tbl}")])], {"L.I4c": "pass computed"})
case("oral budesonide with prednisone 5", [mr("312617", [dose(1, "{tbl}", "{tbl}")]), mr("1244214", [dose(3, "{Capsule}", "{Capsule}")])], {"M.I4c": "fail None"})
case("corticotropin", [mr("376", [dose(80, "U", "U", route=cc(text="Subcutaneous"))])], {"P.I5b": "unknown no-dose"})
# --- stability with unknown history
case("active order edited: single open record, old start", [mr("8640", [dose(10)], authored="2026-01-10", meta={"lastUpdated": "2026-11-20T10:00:00Z"})], {"L.I4d": "pass recorded"})
case("P I5b only 6 days since start", [P(10, start="2026-11-18")], {"P.I5b": "fail 2026-11-25"})
case("P I5b 7 days", [P(10, start="2026-11-17")], {"P.I5b": "pass recorded"})
case("stop of a second steroid yesterday breaks stability", [P(10), ms("6902", [dose(4)], status="completed", start="2026-10-01", end="2026-11-23")], {"P.I5b": "fail"})
# --- washout edges
case("belimumab weekly order active and last administration 3 weeks ago", [mr("1092437", authored="2026-01-01"), ma("1092437", "2026-11-03")], {"P.I5d": "fail"})
case("two biologics: later one decides", [ma("1092437", "2026-11-10"), ma("2565265", "2026-11-01")], {"P.I5d": "fail 2026-12-08"})
case("rituximab request completed validityPeriod", [mr("121191", status="completed", authored="2026-01-01", dispenseRequest={"validityPeriod": {"start": "2026-01-01", "end": "2026-02-01"}})], {"P.E13": "pass recorded"})
case("rituximab statement unknown status", [ms("121191", status="unknown", start="2026-09-01")], {"P.E13": "fail 2027-05-24"})
case("rituximab intended", [ms("121191", status="intended", start="2026-09-01")], {"P.E13": "pass not-recorded"})
case("rituximab administration as period", [{**ma("121191", "x"), "effectiveDateTime": None, "effectivePeriod": {"start": "2026-05-23T22:00:00Z", "end": "2026-05-24T03:00:00Z"}}], {"P.E13": "pass recorded"})
case("rituximab at midnight in China", [ma("121191", "2026-05-25T00:30:00+08:00")], {"P.E13": "fail 2026-11-25"})
case("rituximab procedure in words", [proc(text="Rituximab infusion", when="2026-09-01")], {"P.E13": "unknown incomparable"})
case("CAR-T history only as allergy", [], {"K.E1": "pass not-recorded"}, pat=KID)
# --- counts spoiled
cbc = lambda d: [obs("731-0", d, qty=q(1.2, "10*9/L", "10*9/L")), obs("777-3", d, qty=q(180, "10*3/uL", "10*3/uL"))]
case("G-CSF course ongoing: spoiled", [*cbc("2026-11-20"), ms("68442", start="2026-11-01")], {"M.I9a": "unknown invalidated"})
case("low count though spoiled", [obs("777-3", "2026-11-20", qty=q(10, "10*3/uL", "10*3/uL")), ms("68442", start="2026-11-01")], {"M.I9b": "unknown invalidated", "P.E12e": "fail None"})
case("older clean count does not stand in", cbc("2026-10-20") + cbc("2026-11-20") + [ma("68442", "2026-11-18")], {"M.I9a": "unknown invalidated"})
case("platelet transfusion after an older count", [*cbc("2026-11-10"), proc((SCT, "12719002"), when="2026-11-15")], {"M.I9b": "pass recorded"})
case("plerixafor is no growth factor", [*cbc("2026-11-20"), ma(cc(text="plerixafor"), "2026-11-19")], {"M.I9a": "pass recorded"})
# --- kids
case(
    "K I2c high dose dexamethasone mg/kg",
    [ms("3264", [dose(6, route=ORAL)], status="completed", start="2025-01-10", end="2025-03-01"), obs("29463-7", "2025-01-10", qty=q(30, "kg", "kg"), cat="vital-signs"), P(10, start="2025-03-02"), hcq(), mmf(), ms("6851", [dose(10, timing=tm(1, 1, "wk"))])],
    {"K.I2c": "pass computed"},
    pat=KID,
)
case("K I3 steroid dependence dose is judgement", [P(20), obs("29463-7", "2026-11-01", qty=q(35, "kg", "kg"), cat="vital-signs")], {"K.I3": "unknown judgement"}, pat=KID)
case("K I3 low dose does not decide", [P(10), obs("29463-7", "2026-11-01", qty=q(35, "kg", "kg"), cat="vital-signs")], {"K.I3": "unknown no-data"}, pat=KID)
case("K weight 61 days old is stale in a child for I3", [P(20), obs("29463-7", "2026-09-24", qty=q(35, "kg", "kg"), cat="vital-signs")], {"K.I3": "unknown"}, pat=KID)
case("K I3 NPSLE active", [cond((SCT, "95644001"), rec="2026-01-01")], {"K.I3": "pass recorded", "K.E2a": "fail"}, pat=KID)
case("K I3 NPSLE resolved", [cond((SCT, "95644001"), clin="resolved", rec="2026-01-01", abate="2026-03-01")], {"K.I3": "unknown no-data", "K.E2a": "pass recorded"}, pat=KID)
case("K E2a NPSLE ended 60 days ago", [cond((SCT, "95644001"), clin="resolved", onset="2026-03-01", abate="2026-09-25")], {"K.E2a": "pass recorded"}, pat=KID)
case("K E2a NPSLE ended 59 days ago", [cond((SCT, "95644001"), clin="resolved", onset="2026-03-01", abate="2026-09-26")], {"K.E2a": "fail 2026-11-25"}, pat=KID)
case("K E2a new seizure uncoded as lupus", [cond((CM, "R56.9"), clin="resolved", onset="2026-10-20")], {"K.E2a": "unknown judgement"}, pat=KID)
case("K eGFR 30 exactly", [obs("50210-4", qty=q(30, "mL/min/{1.73_m2}", "mL/min/{1.73_m2}"))], {"K.I4b": "unknown"}, pat=KID)
case("K adult of 18: CKD-EPI", [obs("2160-0", qty=q(0.8, "mg/dL", "mg/dL"))], {"K.I4b": "pass computed"}, pat=patient("2008-01-01"))
# --- iga etc
case("IgA mg/L", [obs("2458-8", qty=q(95, "mg/L", "mg/L"))], {"M.E6": "fail None"})
case("IgA <0.07 g/L", [obs("2458-8", s="<0.07 g/L")], {"M.E6": "fail None"})
case("no IgA value and resolved deficiency", [cond((CM, "D80.2"), clin="resolved", rec="2010-01-01")], {"M.E6": "fail None"})
# --- sex and formulas
case("gender other, CG differs by sex", [obs("2160-0", qty=q(1.6, "mg/dL", "mg/dL"), refs=[rr(0.5, 1.2, "mg/dL")]), obs("29463-7", "2026-11-01", qty=q(60, "kg", "kg"), cat="vital-signs")], {"W.I11a": "unknown"}, pat=patient(gender="unknown"))
case("gender female birthsex M: differing limits", [obs("1742-6", qty=q(110, "U/L", "U/L"))], {"M.I9e": "unknown"}, pat=patient(extension=[{"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "M"}]))
# --- eligible_from
case("not yet: the latest of several", [ma("121191", "2026-09-01"), ms("5521", [dose(400)], start="2026-10-01"), cond((CM, "I21.9"), clin="resolved", onset="2026-10-01")], {"P.verdict": "not-yet", "P.from": "2027-04-01"})
case("fail with until beside fail without", [ma("121191", "2026-09-01"), obs("29463-7", "2026-11-01", qty=q(38, "kg", "kg"), cat="vital-signs")], {"P.verdict": "ineligible", "P.from": "None"})
case("underage: not yet", [], {"P.verdict": "not-yet", "P.from": "2027-03-04"}, pat=patient("2009-03-04"))


@pytest.mark.parametrize("one", case, ids=str)
def test_a_corner_is_turned_on_the_safe_side(one: Case) -> None:
    assert one.problems() == []
