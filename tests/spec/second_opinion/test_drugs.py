"""Exposures, wash-outs, stability, spoiled counts (decisions 9, 16, 18, 20, 37 to 39, 53)."""
# ruff: noqa: E501, E731 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

from datetime import date

import pytest

from .shapes import (
    ATC,
    CM,
    IV,
    KID,
    PCS,
    RXNORM,
    SCT,
    SELF,
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
    pred,
    proc,
    q,
    tm,
)

case = Table()

ritux = lambda when, **k: ma("121191", when, **k)
case("rituximab exactly 6 months ago passes", [ritux("2026-05-24")], {"P.E13": "pass recorded", "P.I5d": "pass recorded"})
case("rituximab a day less", [ritux("2026-05-25")], {"P.E13": "fail 2026-11-25", "P.I5d": "pass"})
case("end of month clamp, the day", [ritux("2026-08-31")], {"P.E13": "pass recorded"}, as_of=date(2027, 2, 28))
case("end of month clamp, the day before", [ritux("2026-08-31")], {"P.E13": "fail 2027-02-28"}, as_of=date(2027, 2, 27))
case("rituximab month known, straddles", [ritux("2026-05")], {"P.E13": "unknown imprecise"})
case("rituximab month known, inside", [ritux("2026-06")], {"P.E13": "fail 2026-12-30"})
case("rituximab month known, before", [ritux("2026-04")], {"P.E13": "pass recorded"})
case("rituximab year only", [ritux("2026")], {"P.E13": "unknown imprecise"})
case("rituximab year 2025", [ritux("2025")], {"P.E13": "pass recorded"})
case("rituximab active order, no administration", [mr("121191", authored="2026-10-01")], {"P.E13": "fail 2027-05-24 stopped", "P.I5d": "fail 2026-12-22 stopped"})
case("rituximab active order and administrations", [mr("121191", authored="2026-04-01"), ritux("2026-04-15"), ritux("2026-05-01")], {"P.E13": "pass recorded"})
case("rituximab active order and administration inside", [mr("121191", authored="2026-04-01"), ritux("2026-07-01")], {"P.E13": "fail 2027-01-01 stopped"})
case("rituximab completed order with bounds", [mr("121191", [dose(1000, timing=tm(bounds=("2026-04-01", "2026-04-15")), route=IV)], status="completed", authored="2026-04-01")], {"P.E13": "pass recorded"})
case("rituximab completed order without end", [mr("121191", status="completed", authored="2026-04-01")], {"P.E13": "unknown imprecise"})
case("the same, last updated before the window", [mr("121191", status="completed", authored="2026-04-01", meta={"lastUpdated": "2026-05-01T10:00:00Z"})], {"P.E13": "pass recorded"})
case("rituximab stopped order inside", [mr("121191", status="stopped", authored="2026-06-30", meta={"lastUpdated": "2026-06-30T10:00:00Z"})], {"P.E13": "fail 2026-12-30"})
case("rituximab not done administration", [ritux("2026-10-01", status="not-done")], {"P.E13": "pass not-recorded", "P.I4": "unknown no-data"})
case("rituximab declined dispense", [md("121191", "2026-10-01", status="declined")], {"P.E13": "pass not-recorded"})
case("rituximab in progress infusion today", [ritux("2026-11-24", status="in-progress")], {"P.E13": "fail 2027-05-24 stopped"})
case("rituximab future administration ignored", [ritux("2026-12-01")], {"P.E13": "pass not-recorded"})
case("rituximab draft ignored", [mr("121191", status="draft", authored="2026-11-01")], {"P.E13": "pass not-recorded"})
case("rituximab on hold", [mr("121191", status="on-hold", authored="2026-11-01")], {"P.E13": "fail"})
case("rituximab old ATC code", [ma(cc((ATC, "L01XC02")), "2026-07-01")], {"P.E13": "fail 2027-01-01"})
case("rituximab Chinese text", [ma(cc(text="利妥昔单抗注射液 500mg"), "2026-07-01")], {"P.E13": "fail 2027-01-01"})
case("obinutuzumab", [ma("974779", "2026-07-01")], {"P.E13": "fail 2027-01-01"})
case("mosunetuzumab", [ma("2625122", "2026-07-01")], {"P.E13": "unknown judgement"})
case("unknown drug without code or text", [ma({}, "2026-07-01")], {"P.E13": "unknown incomparable", "K.E1": "unknown incomparable"})
case("unknown drug with a foreign code and a text", [ma(cc(("urn:oid:1.2.3", "77"), text="Aspirin 100 mg"), "2026-07-01")], {"P.E13": "pass not-recorded", "K.E1": "pass not-recorded"})
case("belimumab 28 days ago", [ma("1092437", "2026-10-27")], {"P.I5d": "pass recorded"})
case("belimumab 27 days ago", [ma("1092437", "2026-10-28")], {"P.I5d": "fail 2026-11-25"})
case("belimumab ongoing statement", [ms("1092437")], {"P.I5d": "fail 2026-12-22 stopped"})
case("telitacicept text ongoing", [ms(cc(text="泰它西普"))], {"P.I5d": "fail 2026-12-22 stopped"})
case("belimumab dispense with supply to the future", [md("1939299", "2026-11-10", 28)], {"P.I5d": "fail"})
case("belimumab dispense supply ended 4 weeks ago", [md("1939299", "2026-09-29", 28)], {"P.I5d": "pass recorded"})
case("IVIG ongoing is to judge", [ms("5666")], {"P.I5d": "unknown judgement"})
case("JAK inhibitor ongoing", [ms("2047232")], {"P.I5d": "unknown judgement"})
case("tisagenlecleucel ever", [ma("1986438", "2019-01-01")], {"K.E1": "fail None"})
case("CAR-T words in a procedure", [proc(text="Infusion of CAR-T cells")], {"K.E1": "unknown judgement"})
case("CAR-T history code", [cond((CM, "Z92.850"), rec="2022-01-01")], {"K.E1": "fail None"})
case("CAR-T PCS", [proc((PCS, "XW033C7"))], {"K.E1": "fail None"})
case("relma-cel Chinese", [ma(cc(text="瑞基奥仑赛注射液"), "2024-01-01")], {"K.E1": "fail None"})
case("all three exposures stopped", [pred(10, status="completed", end="2025-06-01"), mmf(status="completed", end="2025-08-01"), ma("121191", "2024-01-01")], {"P.I4": "pass recorded"})
case("exposures without biologic", [pred(10), mmf()], {"P.I4": "unknown no-data"})
case("topical steroid is no exposure", [mr("5492", [dose(1, "g", "g", route=cc(text="Topical"))]), mmf(), ma("121191", "2024-01-01")], {"P.I4": "unknown no-data"})
case("topical tacrolimus is no immunosuppressant", [mr("312617", [dose(1, "{tbl}", "{tbl}", timing=tm(code="QD"))]), mr(cc(text="tacrolimus 0.1% ointment"), [dose(1, "g", "g", route=cc(text="Topical"))])], {"L.I4c": "fail None"})
case("MMF 12 weeks ago", [ms("68149", [dose(1000, timing=tm(2, 1))], start="2026-09-01")], {"P.I5c": "pass recorded"})
case("MMF a day less", [ms("68149", [dose(1000, timing=tm(2, 1))], start="2026-09-02")], {"P.I5c": "fail 2026-11-25"})
case("HCQ change 56 days ago", [ms("5521", [dose(200)], status="completed", end="2026-09-28"), ms("5521", [dose(400)], start="2026-09-29")], {"P.I5c": "pass recorded"})
case("HCQ change 55 days ago", [ms("5521", [dose(200)], status="completed", end="2026-09-29"), ms("5521", [dose(400)], start="2026-09-30")], {"P.I5c": "fail 2026-11-25"})
case("Pred change 14 days ago is not more than two weeks", [ms("8640", [dose(20)], status="completed", end="2026-11-09"), ms("8640", [dose(10)], start="2026-11-10")], {"L.I4d": "fail 2026-11-25", "M.I4d": "fail 2026-11-25"})
case("Pred change 15 days ago", [ms("8640", [dose(20)], status="completed", end="2026-11-08"), ms("8640", [dose(10)], start="2026-11-09")], {"L.I4d": "pass recorded"})
case("Pred started 56 days ago", [pred(10, start="2026-09-29")], {"L.I4d": "pass recorded"})
case("Pred started 55 days ago", [pred(10, start="2026-09-30")], {"L.I4d": "fail 2026-11-25"})
case("Pred partial start straddles", [pred(10, start="2026-09")], {"L.I4d": "unknown imprecise"})
case("renewal same dose, gap of 7 days joins", [ms("8640", [dose(10)], status="completed", start="2026-01-01", end="2026-11-10"), ms("8640", [dose(10)], start="2026-11-17")], {"L.I4d": "pass recorded"})
case("a gap of 8 days after a recorded stop is a change", [ms("8640", [dose(10)], status="completed", start="2026-01-01", end="2026-11-10"), ms("8640", [dose(10)], start="2026-11-18")], {"L.I4d": "fail"})
case(
    "2x10 mg to 1x20 mg is no change", [mr("198145", [dose(2, "{tbl}", "{tbl}", timing=tm(1, 1, bounds=("2025-01-01", "2026-11-15")))], status="completed", authored="2025-01-01"), mr("312615", [dose(1, "{tbl}", "{tbl}")], authored="2026-11-16")], {"L.I4d": "pass recorded", "P.I5b": "pass recorded"}
)
case("prednisone to equal methylprednisolone is stable by sum", [ms("8640", [dose(10)], status="completed", start="2025-01-01", end="2026-11-15"), ms("6902", [dose(8)], start="2026-11-16")], {"L.I4d": "pass"})
case("I4b one old immunomodulator suffices", [pred(10), hcq(), ms("68149", [dose(1000)], start="2026-10-01")], {"M.I4b": "pass recorded"})
case("I4b immunomodulator young", [pred(10), ms("5521", [dose(400)], start="2026-08-01")], {"M.I4b": "fail 2027-02-01"})
case("I4b steroid young, immunomodulator absent", [pred(10, start="2026-08-01")], {"M.I4b": "fail 2027-02-01"})
case("W I7a azathioprine only", [pred(10), ms("1256", [dose(100)])], {"W.I7a": "unknown judgement"})
case("W I7a hcq only", [pred(10), hcq()], {"W.I7a": "unknown"})
case("W I7a mmf 3 months", [pred(10), ms("68149", [dose(1000)], start="2026-08-24")], {"W.I7a": "pass recorded"})
case("W I7a mmf younger", [pred(10), ms("68149", [dose(1000)], start="2026-08-25")], {"W.I7a": "fail 2026-11-25"})
case("W I7a stable two weeks inclusive", [pred(10), mmf(status="completed", end="2026-11-09"), ms("68149", [dose(500, timing=tm(2, 1))], start="2026-11-10")], {"W.I7a": "pass recorded"})
case("W I7a changed 13 days ago", [pred(10), mmf(status="completed", end="2026-11-10"), ms("68149", [dose(500, timing=tm(2, 1))], start="2026-11-11")], {"W.I7a": "fail 2026-11-25"})
case("W I7a stopped MMF", [pred(10), mmf(status="completed", end="2026-10-10")], {"W.I7a": "unknown judgement"})
case("L I4b NSAID for two months", [ms("5640", [dose(400, timing=tm(3, 1))], start="2026-09-24")], {"L.I4b": "pass recorded"})
case("L I4b low dose aspirin is none", [ms("1191", [dose(100)], start="2025-09-24")], {"L.I4b": "unknown"})
case("L I4b aspirin 1000 mg", [ms("1191", [dose(1000)], start="2025-09-24")], {"L.I4b": "pass recorded"})
case("L I4b later start", [hcq(start="2026-10-01")], {"L.I4b": "fail 2026-12-01"})
case("infused cyclophosphamide is current for 3 months", [pred(10), ma("3002", "2026-03-01"), ma("3002", "2026-08-24", dosage={"route": IV})], {"M.I4b": "fail 2027-02-24"})
case("on hold HCQ", [hcq(status="on-hold"), pred(10)], {"P.I5c": "unknown judgement"})
# growth factors
cbc = lambda d: [obs("731-0", d, qty=q(1.2, "10*9/L", "10*9/L")), obs("777-3", d, qty=q(180, "10*3/uL", "10*3/uL")), obs("718-7", d, qty=q(11, "g/dL", "g/dL")), obs("751-8", d, qty=q(3, "10*9/L", "10*9/L"))]
case("filgrastim 7 days before the count", [*cbc("2026-11-17"), ma("68442", "2026-11-10")], {"M.I9a": "unknown invalidated", "M.I9b": "unknown invalidated", "M.I9c": "unknown invalidated", "W.I11b": "unknown invalidated", "P.E12c": "pass recorded"})
case("filgrastim 8 days before the count", [*cbc("2026-11-18"), ma("68442", "2026-11-10")], {"M.I9a": "pass recorded", "W.I11b": "pass recorded"})
case("filgrastim after the count", [*cbc("2026-11-09"), ma("68442", "2026-11-10")], {"M.I9a": "pass recorded", "W.I11b": "pass recorded"})
case("epoetin spares M only", [*cbc("2026-11-15"), ma("105694", "2026-11-10")], {"M.I9c": "pass recorded", "W.I11c": "unknown invalidated"})
case("red cell transfusion", [*cbc("2026-11-17"), proc((SCT, "116863004"), when="2026-11-15")], {"M.I9a": "unknown invalidated", "W.I11c": "unknown invalidated", "W.I11b": "unknown invalidated"})
case("transfusion not done", [*cbc("2026-11-17"), proc((SCT, "116863004"), when="2026-11-15", status="not-done")], {"M.I9a": "pass recorded"})
case("I8 after rituximab", [obs("8116-6", "2026-07-01", qty=q(12, "/uL", "/uL")), ma("121191", "2026-07-02")], {"M.I8": "unknown invalidated"})
case("I8 before rituximab long ago", [obs("8116-6", "2026-07-03", qty=q(12, "/uL", "/uL")), ma("121191", "2026-07-02")], {"M.I8": "pass recorded"})
case("vasopressor current iv", [ma("7512", "2026-11-24", status="in-progress", dosage={"route": IV})], {"K.E4": "fail None"}, pat=patient("2014-01-01"))
case("E6 long-term steroid for asthma", [pred(10, reasonCode=[cc(text="Asthma")])], {"K.E6": "unknown judgement"}, pat=patient("2014-01-01"))
case("E6 steroid for SLE", [pred(10, reasonCode=[cc((SCT, "55464009"))])], {"K.E6": "pass"}, pat=patient("2014-01-01"))
# I2c kids
w = [obs("29463-7", "2025-02-01", qty=q(30, "kg", "kg"), cat="vital-signs")]
full = [ms("8640", [dose(30)], status="completed", start="2025-01-10", end="2025-03-01"), ms("8640", [dose(10)], start="2025-03-02"), hcq(), mmf(), ms("6851", [dose(10, timing=tm(1, 1, "wk"))])]
case("I2c complete", full + w, {"K.I2c": "pass computed"}, pat=KID)
case("I2c one DMARD too few", full[:-1] + w, {"K.I2c": "unknown no-data"}, pat=KID)
case("I2c DMARD intolerance stands in", full[:-1] + w + [{"resourceType": "AllergyIntolerance", "id": "ai", "patient": SELF, "code": cc((RXNORM, "6851")), "clinicalStatus": cc(("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active"))}], {"K.I2c": "pass"}, pat=KID)
case(
    "I2c refuted intolerance does not",
    full[:-1] + w + [{"resourceType": "AllergyIntolerance", "id": "ai", "patient": SELF, "code": cc((RXNORM, "6851")), "verificationStatus": cc(("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "refuted"))}],
    {"K.I2c": "unknown no-data"},
    pat=KID,
)
case("I2c no high dose", full[1:] + w, {"K.I2c": "unknown"}, pat=KID)


@pytest.mark.parametrize("one", case, ids=str)
def test_a_drug_counts_from_what_is_recorded_of_it(one: Case) -> None:
    assert one.problems() == []
