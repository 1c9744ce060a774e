"""Numbers: units, comparators, limits, look-backs, status, formulas (decisions 1, 7, 10, 17, 32, 41)."""
# ruff: noqa: E501, E731 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .shapes import CM, LOINC, SCT, UCUM, Case, Table, cc, cond, obs, patient, q, rr

case = Table()


def plt(**k):
    return obs("777-3", **k)


def hb(**k):
    return obs("718-7", **k)


def alt(**k):
    return obs("1742-6", **k)


def cr(v, u="mg/dL", **k):
    return obs("2160-0", qty=q(v, u, k.pop("code", u)), **k)


wt = lambda v, d="2026-11-01", u="kg": obs("29463-7", d, qty=q(v, u, u), cat="vital-signs")
case("platelets < 25", [plt(qty=q(25, "10*3/uL", "10*3/uL", "<"))], {"M.I9b": "fail None", "P.E12e": "fail None"})
case("platelets > 20", [plt(qty=q(20, "10*3/uL", "10*3/uL", ">"))], {"M.I9b": "unknown imprecise", "P.E12e": "unknown imprecise"})
case("platelets <= 25", [plt(qty=q(25, "10*3/uL", "10*3/uL", "<="))], {"M.I9b": "unknown imprecise"})
case("platelets 25 exactly", [plt(qty=q(25, "K/uL"))], {"M.I9b": "pass recorded", "P.E12e": "pass recorded"})
case(
    "platelets valueString >600",
    [
        plt(
            s=">600",
        )
    ],
    {"M.I9b": "unknown incomparable"},
)
case("platelets /mm3", [plt(qty=q(24000, "/mm3"))], {"M.I9b": "fail None"})
case("platelets G/L", [plt(qty=q(180, "G/L"))], {"M.I9b": "pass recorded"})
case("platelets no unit", [plt(qty=q(180))], {"M.I9b": "unknown incomparable"})
case("platelets nonsense unit", [plt(qty=q(180, "furlongs"))], {"M.I9b": "unknown incomparable"})
case("platelets code wins over free text unit", [plt(qty=q(180, "thousand per microliter", "10*3/uL"))], {"M.I9b": "pass recorded"})
case("platelets UCUM code unreadable, unit readable", [plt(qty={"value": 180, "unit": "K/uL", "system": UCUM, "code": "K/uL"})], {"M.I9b": "pass recorded"})
case("platelets 10⁹/L", [plt(qty=q(180, "×10⁹/L"))], {"M.I9b": "pass recorded"})
case("Hb 6.9 g/dL", [hb(qty=q(6.9, "g/dL", "g/dL"))], {"M.I9c": "fail None", "P.E12a": "fail None", "W.I11c": "pass recorded"})
case("Hb 70 g/L", [hb(qty=q(70, "g/L", "g/L"))], {"M.I9c": "pass recorded", "P.E12a": "pass recorded"})
case("Hb mmol/L", [obs("59260-0", qty=q(4.3, "mmol/L", "mmol/L"))], {"M.I9c": "fail None", "W.I11c": "pass recorded"})
case("Hb newest unreadable unit", [hb(qty=q(12, "g/dL", "g/dL"), when="2026-11-01"), hb(qty=q(12, "zz"), when="2026-11-20")], {"M.I9c": "unknown incomparable"})
case("Hb newest dataAbsent passed over", [hb(qty=q(12, "g/dL", "g/dL"), when="2026-11-01"), hb(absent="unknown", when="2026-11-20")], {"M.I9c": "pass recorded"})
case("Hb newest 'hemolyzed, not performed' passed over", [hb(qty=q(12, "g/dL", "g/dL"), when="2026-11-01"), hb(s="QNS", when="2026-11-20")], {"M.I9c": "pass recorded"})
case("Hb 未检 passed over", [hb(qty=q(12, "g/dL", "g/dL"), when="2026-11-01"), hb(s="未检", when="2026-11-20")], {"M.I9c": "pass recorded"})
case("Hb preliminary newer than final in look-back", [hb(qty=q(12, "g/dL", "g/dL"), when="2026-11-01"), hb(qty=q(5, "g/dL", "g/dL"), when="2026-11-20", status="preliminary")], {"M.I9c": "pass recorded"})
case("Hb preliminary alone", [hb(qty=q(12, "g/dL", "g/dL"), status="preliminary")], {"M.I9c": "pass recorded"})
case("Hb cancelled ignored", [hb(qty=q(12, "g/dL", "g/dL"), status="cancelled"), hb(qty=q(12, "g/dL", "g/dL"), status="entered-in-error")], {"M.I9c": "unknown no-data"})
case("Hb two same day disagree: the worse", [hb(qty=q(12, "g/dL", "g/dL")), hb(qty=q(6, "g/dL", "g/dL"))], {"M.I9c": "fail None", "P.E12a": "fail None"})
case("Hb same day different time: the later", [hb(qty=q(6, "g/dL", "g/dL"), when="2026-11-20T08:00:00Z"), hb(qty=q(12, "g/dL", "g/dL"), when="2026-11-20T18:00:00Z")], {"M.I9c": "pass recorded"})
case("90 days inside", [hb(qty=q(12, "g/dL", "g/dL"), when="2026-08-26")], {"M.I9c": "pass recorded"})
case("91 days stale", [hb(qty=q(12, "g/dL", "g/dL"), when="2026-08-25")], {"M.I9c": "unknown stale"})
case("late evening in its own offset is today", [hb(qty=q(12, "g/dL", "g/dL"), when="2026-11-24T23:30:00-05:00")], {"M.I9c": "pass recorded"})
case("tomorrow in Shanghai is the future", [hb(qty=q(12, "g/dL", "g/dL"), when="2026-11-25T00:30:00+08:00")], {"M.I9c": "unknown no-data"})
case("91 days ago in UTC but 90 in own offset", [hb(qty=q(12, "g/dL", "g/dL"), when="2026-08-26T00:30:00+08:00")], {"M.I9c": "pass recorded"})
case("partial date straddles look-back", [hb(qty=q(12, "g/dL", "g/dL"), when="2026-08")], {"M.I9c": "unknown imprecise"})
case("partial date inside", [hb(qty=q(12, "g/dL", "g/dL"), when="2026-09")], {"M.I9c": "pass recorded"})
case("issued stands in", [hb(qty=q(12, "g/dL", "g/dL"), when=None, issued="2026-11-20T09:00:00Z")], {"M.I9c": "pass recorded"})
case("effectivePeriod", [hb(qty=q(12, "g/dL", "g/dL"), when=None, effectivePeriod={"start": "2026-11-19", "end": "2026-11-20"})], {"M.I9c": "pass recorded"})
case("a Hb of the word type", [{**hb(), "valueQuantity": {"value": "twelve", "unit": "g/dL"}}], {"M.I9c": "unknown incomparable"})
case("another patient's Hb", [{**hb(qty=q(12, "g/dL", "g/dL")), "subject": {"reference": "Patient/p2"}}], {"M.I9c": "unknown no-data"})
# spo2 / lvef
spo = lambda v, u="%", comps=None, code="59408-5", **k: obs(code, qty=q(v, u, u), cat="vital-signs", comps=comps, **k)
o2 = lambda code, v, u: {"code": cc((LOINC, code)), "valueQuantity": q(v, u, u)}
case("SpO2 92 with flow 2 L", [spo(92, comps=[o2("3151-8", 2, "L/min")])], {"M.I9o": "unknown incomparable", "W.I11h": "unknown incomparable"})
case("SpO2 92 with flow 0", [spo(92, comps=[o2("3151-8", 0, "L/min")])], {"M.I9o": "pass recorded", "W.I11h": "pass recorded"})
case("SpO2 with FiO2 21", [spo(92, comps=[o2("3150-0", 21, "%")])], {"W.I11h": "pass recorded"})
case("SpO2 with FiO2 40", [spo(98, comps=[o2("3150-0", 40, "%")])], {"W.I11h": "unknown incomparable"})
case("SpO2 91", [spo(91)], {"M.I9o": "fail None", "W.I11h": "fail None", "K.E5b": "fail None"})
case("SpO2 91.5", [spo(91.5)], {"M.I9o": "pass recorded", "W.I11h": "fail None"})
case("SpO2 as fraction", [spo(0.97, "1")], {"M.I9o": "unknown incomparable"})
lv = lambda code="10230-1", **k: obs(code, **k)
case("LVEF text range", [lv(s="55-60 %")], {"K.I4a": "pass recorded", "W.I11i": "pass recorded"})
case("LVEF valueRange", [lv(rng={"low": q(50, "%", "%"), "high": q(55, "%", "%")})], {"W.I11i": "pass recorded", "K.I4a": "unknown imprecise", "M.I10": "pass recorded"})
case("LVEF >55", [lv(qty=q(55, "%", "%", ">"))], {"K.I4a": "pass recorded"})
case("LVEF MRI", [lv("8811-2", qty=q(60, "%", "%"))], {"W.I11i": "unknown", "M.I10": "pass recorded"})
case("LVEF 8 weeks", [lv(qty=q(60, "%", "%"), when="2026-09-29")], {"W.I11i": "pass recorded"})
case("LVEF older", [lv(qty=q(60, "%", "%"), when="2026-09-28")], {"W.I11i": "unknown stale", "M.I10": "pass recorded"})
# protein, creatinine
case("24h protein 6000 mg", [obs("2889-4", qty=q(6000, "mg/(24.h)", "mg/(24.h)"))], {"M.E1a": "pass recorded"})
case("24h protein 6.1 g/24h", [obs("2889-4", qty=q(6.1, "g/24h"))], {"M.E1a": "fail None"})
case("24h protein > 6", [obs("2889-4", qty=q(6, "g/d", "g/d", ">"))], {"M.E1a": "fail None"})
case("24h protein >= 6", [obs("2889-4", qty=q(6, "g/d", "g/d", ">="))], {"M.E1a": "unknown imprecise"})
case("UPCR alone", [obs("2890-2", qty=q(8000, "mg/g", "mg/g"))], {"M.E1a": "unknown no-data"})
case("creatinine 221 umol/L", [obs("14682-9", qty=q(221, "umol/L", "umol/L"))], {"M.E1b": "pass recorded"})
case("creatinine 222 µmol/L", [obs("14682-9", qty=q(222, "µmol/L"))], {"M.E1b": "fail None", "P.E11": "fail None"})
case("creatinine newest across codes", [cr(3.0, when="2026-11-01"), obs("14682-9", qty=q(80, "umol/L", "umol/L"), when="2026-11-10")], {"M.E1b": "pass recorded"})
# ULN
case("ALT 96 F default", [alt(qty=q(96, "U/L", "U/L"))], {"M.I9e": "pass recorded", "W.I11d": "fail None"})
case("ALT 110 M default straddles", [alt(qty=q(110, "U/L", "U/L"))], {"M.I9e": "unknown imprecise"}, pat=patient(gender="male"))
case("ALT 2.5 x own", [alt(qty=q(100, "U/L", "U/L"), refs=[rr(0, 40, "U/L")])], {"M.I9e": "pass recorded"})
case("ALT above", [alt(qty=q(100.1, "U/L", "U/L"), refs=[rr(0, 40, "U/L")])], {"M.I9e": "fail None"})
case("ALT ranges by sex", [alt(qty=q(83, "U/L", "U/L"), refs=[rr(0, 33, "U/L", appliesTo=[cc(text="Female")]), rr(0, 41, "U/L", appliesTo=[cc(text="Male")])])], {"M.I9e": "fail None"})
case("ALT ranges by age", [alt(qty=q(83, "U/L", "U/L"), refs=[rr(0, 100, "U/L", age={"high": q(17, "a", "a")}), rr(0, 33, "U/L", age={"low": q(18, "a", "a")})])], {"M.I9e": "fail None"})
case(
    "ALT critical range ignored",
    [alt(qty=q(110, "U/L", "U/L"), refs=[rr(None, 1000, "U/L", type=cc(("http://terminology.hl7.org/CodeSystem/referencerange-meaning", "treatment"))), rr(None, 40, "U/L", type=cc(("http://terminology.hl7.org/CodeSystem/referencerange-meaning", "normal")))])],
    {"M.I9e": "fail None"},
)
case("ALT text range", [alt(qty=q(100, "U/L", "U/L"), refs=[rr(text="0-40 U/L")])], {"M.I9e": "pass recorded"})
case("ALT text range <=40", [alt(qty=q(101, "U/L", "U/L"), refs=[rr(text="<=40")])], {"M.I9e": "fail None"})
case("ALT low-only range uses default", [alt(qty=q(96, "U/L", "U/L"), refs=[rr(5, None, "U/L")])], {"M.I9e": "pass recorded"})
case("ALT ukat range", [alt(qty=q(101, "U/L", "U/L"), refs=[rr(0, 0.68, "ukat/L")])], {"M.I9e": "pass recorded"})
case("ALT interpretation N no range", [alt(qty=q(96, "U/L", "U/L"), interp="N")], {"W.I11d": "pass recorded"})
case("ALT child no range", [alt(qty=q(20, "U/L", "U/L"))], {"K.I4c": "unknown no-reference-range"}, pat=patient("2014-01-01"))
case("ALT child N", [alt(qty=q(20, "U/L", "U/L"), interp="N"), obs("1920-8", qty=q(20, "U/L", "U/L"), refs=[rr(0, 40, "U/L")])], {"K.I4c": "pass recorded"}, pat=patient("2014-01-01"))
case("ALT 3.0 allowed in K, excluded in P", [alt(qty=q(120, "U/L", "U/L"), refs=[rr(0, 40, "U/L")]), obs("1920-8", qty=q(20, "U/L", "U/L"), refs=[rr(0, 40, "U/L")])], {"K.I4c": "pass recorded", "P.E10a": "fail None"})
case("E10a lupus hepatitis excess", [alt(qty=q(150, "U/L", "U/L"), refs=[rr(0, 40, "U/L")]), cond((SCT, "19682006"), rec="2026-01-01")], {"P.E10a": "unknown judgement"})
case("E10a two normal one missing", [alt(qty=q(20, "U/L", "U/L"), refs=[rr(0, 40, "U/L")]), obs("1920-8", qty=q(20, "U/L", "U/L"), refs=[rr(0, 40, "U/L")])], {"P.E10a": "unknown no-data"})
case("metastasis lifts to 5x", [alt(qty=q(190, "U/L", "U/L"), refs=[rr(0, 40, "U/L")]), cond((CM, "C78.7"), rec="2026-01-01")], {"M.I9e": "pass recorded"})
bil = lambda v, r=1.0, **k: obs("1975-2", qty=q(v, "mg/dL", "mg/dL"), refs=[rr(0, r, "mg/dL")], **k)
dbil = lambda v, **k: obs("1968-7", qty=q(v, "mg/dL", "mg/dL"), refs=[rr(0, 0.3, "mg/dL")], **k)
gil = cond((SCT, "27503000"), rec="2020-01-01")
case("Gilbert both", [bil(2.5), dbil(0.4), gil], {"M.I9g": "pass recorded"})
case("Gilbert direct missing", [bil(2.5), gil], {"M.I9g": "unknown no-data"})
case("Gilbert 3x", [bil(3.0), dbil(0.4), gil], {"M.I9g": "fail None"})
case("Gilbert direct 1.5x", [bil(2.5), dbil(0.45), gil], {"M.I9g": "fail None"})
case("no Gilbert", [bil(2.1)], {"M.I9g": "fail None", "W.I11f": "fail None", "P.E10b": "fail None"})
case("bilirubin 2.0", [bil(2.0)], {"M.I9g": "pass recorded", "W.I11f": "pass recorded"})
case("bilirubin umol against mg range", [obs("14631-6", qty=q(34.2, "umol/L", "umol/L"), refs=[rr(0, 1.0, "mg/dL")])], {"M.I9g": "pass recorded"})
pt = lambda v, h=12, **k: obs("5902-2", qty=q(v, "s", "s"), refs=[rr(10, h, "s")], **k)
case("PT 4 s over", [pt(16)], {"M.I9k": "pass recorded"})
case("PT 4.1 s over", [pt(16.1)], {"M.I9k": "fail None"})
inr = lambda v, h=1.2: obs("6301-6", qty=q(v, "{INR}", "{INR}"), refs=[rr(0.8, h, "{INR}")])
ap = lambda v, h=36: obs("14979-9", qty=q(v, "s", "s"), refs=[rr(25, h, "s")])
case("INR high aPTT fine", [inr(1.9), ap(50)], {"W.I11g": "pass recorded"})
case("INR high aPTT missing", [inr(2.5)], {"W.I11g": "unknown no-data"})
case("INR and aPTT high", [inr(2.5), ap(60)], {"W.I11g": "fail None", "M.I9m": "fail None"})
case("creatinine high but clearance suffices", [obs("2160-0", qty=q(2.0, "mg/dL", "mg/dL"), refs=[rr(0.5, 1.1, "mg/dL")]), wt(70)], {"M.I9d": "pass computed", "W.I11a": "fail None"})
case("creatinine high, no weight", [obs("2160-0", qty=q(2.0, "mg/dL", "mg/dL"), refs=[rr(0.5, 1.1, "mg/dL")])], {"M.I9d": "unknown"})
case("weight in pounds", [obs("2160-0", qty=q(0.8, "mg/dL", "mg/dL")), wt(132, u="[lb_av]")], {"W.I11a": "pass computed", "P.I3": "pass recorded"})
case("weight 181 days old", [obs("2160-0", qty=q(0.8, "mg/dL", "mg/dL")), wt(60, "2026-05-27")], {"W.I11a": "unknown stale", "P.I3": "unknown stale"})
case("measured clearance decides M not W", [obs("2164-2", qty=q(45, "mL/min", "mL/min"))], {"M.I9d": "pass recorded", "W.I11a": "unknown"})
case("recorded CG newer than creatinine", [obs("2160-0", qty=q(2.0, "mg/dL", "mg/dL"), when="2026-11-01"), wt(50), obs("35591-7", qty=q(60, "mL/min", "mL/min"), when="2026-11-10")], {"W.I11a": "pass recorded"})
case("eGFR >60 reported", [obs("98979-8", qty=q(60, "mL/min/{1.73_m2}", "mL/min/{1.73_m2}", ">"))], {"P.E11": "unknown no-data"})
case("eGFR + creatinine", [obs("98979-8", qty=q(60, "mL/min/{1.73_m2}", "mL/min/{1.73_m2}", ">")), cr(0.8)], {"P.E11": "pass"})
case("CKD 4 fails", [cond((CM, "N18.4"), rec="2026-01-01"), cr(0.8)], {"P.E11": "fail None"})
case("child Schwartz", [cr(1.65), obs("8302-2", "2026-11-01", qty=q(120, "cm", "cm"), cat="vital-signs")], {"K.I4b": "pass computed"}, pat=patient("2016-01-01"))
case("child height 91 days", [cr(1.65), obs("8302-2", "2026-08-25", qty=q(120, "cm", "cm"), cat="vital-signs")], {"K.I4b": "unknown stale"}, pat=patient("2016-01-01"))
case("CD19 zero", [obs("8116-6", qty=q(0, "/uL", "/uL"))], {"M.I8": "fail None"})
case("CD19 <1 %", [obs("8117-4", qty=q(1, "%", "%", "<"))], {"M.I8": "unknown imprecise"})
case("CD19 percent", [obs("8117-4", qty=q(0.5, "%", "%"))], {"M.I8": "pass recorded"})
case("CD19 180 days", [obs("8116-6", "2026-05-28", qty=q(5, "/uL", "/uL"))], {"M.I8": "pass recorded"})
case("CD19 181 days", [obs("8116-6", "2026-05-27", qty=q(5, "/uL", "/uL"))], {"M.I8": "unknown stale"})
case("CD4 199", [obs("24467-3", qty=q(199, "/uL", "/uL"))], {"P.E12b": "fail None"})
case("CD4 400 with ANC 900", [obs("24467-3", qty=q(400, "/uL", "/uL")), obs("751-8", qty=q(900, "/uL", "/uL"))], {"P.E12d": "fail None", "P.E12b": "pass recorded", "P.E12c": "pass recorded", "W.I11b": "fail None"})
case("CD4 400 ANC missing", [obs("24467-3", qty=q(400, "/uL", "/uL"))], {"P.E12d": "unknown no-data"})
case("CD4 600 ANC missing", [obs("24467-3", qty=q(600, "/uL", "/uL"))], {"P.E12d": "pass recorded"})
case("IgA 9 mg/dL", [obs("2458-8", qty=q(9, "mg/dL", "mg/dL"))], {"M.E6": "fail None"})
case("IgA <7 (below detection)", [obs("2458-8", qty=q(7, "mg/dL", "mg/dL", "<"))], {"M.E6": "fail None", "P.E6": "fail None"})
case("IgA <26", [obs("2458-8", qty=q(26, "mg/dL", "mg/dL", "<"))], {"M.E6": "unknown imprecise"})
case("IgA 0.1 g/L", [obs("2458-8", qty=q(0.1, "g/L", "g/L"))], {"M.E6": "pass recorded"})
case("IgA none, deficiency", [cond((CM, "D80.2"), rec="2020-01-01")], {"M.E6": "fail None", "P.E6": "fail None"})
case("ALC from WBC and percent", [obs("6690-2", qty=q(4, "10*9/L", "10*9/L")), obs("736-9", qty=q(20, "%", "%"))], {"M.I9a": "unknown no-data"})


@pytest.mark.parametrize("one", case, ids=str)
def test_a_number_decides_only_what_it_decides(one: Case) -> None:
    assert one.problems() == []
