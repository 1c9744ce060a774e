"""Odd but real: orders that have not begun or have run out, panels, words around a value, statuses that only text says."""
# ruff: noqa: E501 (cases of one line each: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from ..second_opinion.shapes import (
    CM,
    IV,
    LOINC,
    RXNORM,
    SCT,
    WHO,
    cc,
    cond,
    dose,
    enc,
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
    rr,
    sle,
    tm,
)
from .owed import Case, Table

KID = patient("2014-01-01")
NEG, POS = cc((SCT, "260385009")), cc((SCT, "10828004"))
PLT, HB, ANA, ANAT, DSDNA = "777-3", "718-7", "42254-3", "5048-4", "5130-0"
CLIN = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VER = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
cases = Table()

# --- when an order holds ------------------------------------------------------------------------------------------------
cases("an active order whose bounds begin next week is not taken yet", [mr("8640", [dose(40, timing=tm(1, 1, bounds=("2026-12-01", None)))], authored="2026-11-20")], {"P.I5b": "not fail", "P.I4": "unknown"})
cases("an active order whose bounds ended in October is not taken any more", [mr("8640", [dose(40, timing=tm(1, 1, bounds=("2026-09-01", "2026-10-01")))], authored="2026-09-01")], {"P.I5b": "pass", "P.I5a": "unknown judgement"})
cases("an order signed tomorrow is nothing today", [mr("8640", [dose(80)], authored="2026-11-25")], {"P.I5b": "pass not-recorded", "M.I4c": "pass not-recorded"})
cases("an active statement whose period ended last week is not current", [ms("8640", [dose(80)], end="2026-11-15")], {"M.I4c": "pass not-recorded", "P.I5b": "pass"})
cases("an active statement whose period ends next month is", [ms("8640", [dose(80)], end="2026-12-15")], {"M.I4c": "fail None", "P.I5b": "fail None"})
cases("a period that ends today: today is not taken any more, or is; never a fail of tomorrow", [ms("8640", [dose(10)], status="completed", end="2026-11-24"), hcq()], {"P.I5b": "pass | fail | unknown", "M.I4b": "not pass"})
cases("a statement that says only a day", [ms("8640", [dose(10)], start=None, effectiveDateTime="2026-10-01")], {"M.I4c": "pass", "M.I4d": "not fail"})
cases("an active statement without any date: taken now, nobody knows since when", [ms("8640", [dose(10)], start=None), hcq(start=None)], {"M.I4c": "pass", "M.I4b": "unknown", "M.I4d": "unknown"})
cases("a supply for 30 days that ran out is no stop: nobody is taken off a drug by a calendar", [md("5521", "2026-09-20", 30)], {"P.I5a": "not pass", "P.I5c": "not fail"})
cases("a course of antibiotics is no lupus drug", [mr(cc((RXNORM, "723"), text="Amoxicillin 500 mg capsule"), [dose(500)])], {"P.I5a": "unknown no-data", "P.I5d": "pass not-recorded"})
cases("as needed by a reason is as needed", [mr("8640", [dose(20, asNeededCodeableConcept=cc(text="for joint pain"))]), mmf()], {"L.I4c": "pass", "P.I5b": "unknown no-dose"})
cases("at meals: three times a day by `when`", [mr("8640", [dose(5, timing={"repeat": {"when": ["ACM", "ACD", "ACV"]}})])], {"P.I5b": "pass", "M.I4c": "pass"})
cases("at 8 and at 20 o'clock: twice", [mr("8640", [dose(5, timing={"repeat": {"timeOfDay": ["08:00:00", "20:00:00"]}})])], {"M.I4c": "pass"})
cases("dates of past doses are no rate", [mr("8640", [dose(10, timing={"event": ["2026-11-01", "2026-11-02"]})])], {"M.I4c": "unknown no-dose"})
cases("once a month is no daily dose", [mr("8640", [dose(40, timing=tm(1, 1, "mo"))])], {"M.I4c": "unknown no-dose"})
cases("two doses in one dosage that are a loading and a keeping dose disagree", [mr("5521", [dose(multi=[{"type": cc(text="loading"), "doseQuantity": q(800, "mg", "mg")}, {"doseQuantity": q(400, "mg", "mg")}])])], {"P.I5c": "unknown no-dose"})
cases("1 mg/kg with a weight of 25 kg: 25 mg", [mr("8640", [dose(1, "mg/kg", "mg/kg")]), obs("29463-7", qty=q(25, "kg", "kg"), cat="vital-signs"), mmf()], {"P.I5b": "pass computed", "L.I4c": "pass computed"})
cases("1 mg/kg without a weight", [mr("8640", [dose(1, "mg/kg", "mg/kg")])], {"P.I5b": "unknown no-dose"})
cases("a child of 40 kg on 20 mg: 0.5 mg/kg is for a clinician (I3)", [ms("8640", [dose(20)]), obs("29463-7", qty=q(40, "kg", "kg"), cat="vital-signs")], {"K.I3": "unknown judgement"}, pat=KID)
cases("a child of 41 kg on 20 mg: below, and silence does not disprove (decision 5)", [ms("8640", [dose(20)]), obs("29463-7", qty=q(41, "kg", "kg"), cat="vital-signs")], {"K.I3": "unknown no-data"}, pat=KID)
cases("immunoglobulin two weeks ago is neither (decision 39)", [ma("5666", "2026-11-10")], {"P.I5d": "unknown judgement"})
cases("denosumab is no biologic of ours", [ma(cc((RXNORM, "993449"), text="Denosumab 60 mg"), "2026-11-10")], {"P.I5d": "pass"})
cases("anifrolumab a week ago", [ma("2565265", "2026-11-17")], {"P.I5d": "fail 2026-12-15"})
cases("adalimumab stopped four weeks ago, on the day", [ms("327361", status="stopped", start="2025-01-01", end="2026-10-27")], {"P.I5d": "pass recorded"})
cases("a JAK inhibitor, current (docs/decisions/0005)", [ms("2047232", [dose(4)])], {"P.I5d": "unknown judgement"})
cases("two washouts of one trial: the later is the day", [ma("121191", "2026-09-01"), ma("1092437", "2026-11-17")], {"P.E13": "fail 2027-03-01", "P.I5d": "fail 2026-12-15"})
cases("rituximab in two records of different completeness: the newest possible day", [ma("121191", "2026-03-10"), ms("121191", status="completed", start="2026-01", end="2026-06")], {"P.E13": "fail 2026-12-30"})
cases("cyclophosphamide by infusion two months ago is current (decision 20)", [pred(5), ma("3002", "2026-09-24", dosage={"route": IV, "dose": q(750, "mg", "mg")}), ma("3002", "2026-08-24", dosage={"route": IV, "dose": q(750, "mg", "mg")})], {"M.I4c": "pass", "L.I4c": "pass"})
cases("cyclophosphamide four months ago is not", [pred(5), ma("3002", "2026-07-20", dosage={"route": IV, "dose": q(750, "mg", "mg")})], {"M.I4c": "fail None"})

# --- statuses -----------------------------------------------------------------------------------------------------------------
PNEU = (CM, "J18.9")
cases("no clinicalStatus and an abatement of a month ago: over (section 2)", [cond(PNEU, onset="2026-10-01", clin=None, abate="2026-10-20")], {"W.I3": "pass", "P.E7": "pass"})
cases("no clinicalStatus and no abatement: active", [cond(PNEU, onset="2026-11-10", clin=None)], {"W.I3": "fail None"})
cases("active, and an abatement foreseen for next month: it goes on", [cond(PNEU, onset="2026-11-10", abate="2026-12-10")], {"W.I3": "not pass"})
cases("relapse is active", [cond((SCT, "32273002"), onset="2020-01-01", clin="relapse", severity=cc((SCT, "24484000")))], {"M.E2": "fail None"})
cases("recurrence is active", [cond((CM, "M05.79"), onset="2020-01-01", clin="recurrence")], {"P.E5": "unknown judgement"})
cases("remission is not", [cond((CM, "M05.79"), onset="2020-01-01", clin="remission")], {"P.E5": "pass"})
cases("refuted by text alone", [cond((SCT, "84757009"), onset="2020-01-01", ver=None, verificationStatus={"text": "Refuted"})], {"M.E3": "pass | unknown judgement"})
cases("refuted by a code without system", [cond((SCT, "84757009"), onset="2020-01-01", ver=None, verificationStatus={"coding": [{"code": "refuted"}]})], {"M.E3": "pass"})
cases("a clinicalStatus of STU3, a bare code", [cond(PNEU, onset="2026-10-01", clin=None, clinicalStatus="resolved", abatementDateTime="2026-10-10")], {"W.I3": "not fail"})
cases("a diagnosis of next month is not there", [cond((SCT, "230690007"), onset="2026-12-01")], {"M.E3": "pass"})
cases("an infection active for exactly ninety days is still one", [cond(PNEU, onset="2026-08-26")], {"W.I3": "fail None"})
cases("for ninety-one days: a clinician looks (decision 35)", [cond(PNEU, onset="2026-08-25")], {"W.I3": "unknown judgement"})
cases("a history-of text in a resolved Condition", [cond(text="Status post CVA 2019", clin="resolved")], {"M.E3": "unknown judgement"})
cases("haemodialysis by its Chinese word alone", [proc(text="血液透析", when="2026-11-01")], {"M.E1c": "unknown judgement"})
cases("SLE in ICD-9 and in words only is no SLE diagnosis of the mappings", [enc(), cond(("http://hl7.org/fhir/sid/icd-9-cm", "710.0"), text="Systemic lupus erythematosus", onset="2010-01-01")], {"M.verdict": "not-applicable | possible"}, base=False)
cases("lupus nephritis by M32.14 is SLE", [enc(), cond((CM, "M32.14"), onset="2020-01-01")], {"M.I3": "pass", "W.I10": "pass"}, base=False)
cases("lupus encephalopathy of the Chinese edition: a crisis while active", [cond((WHO, "M32.114+G94.8*"), onset="2026-10-01")], {"M.E2": "fail None", "M.I3": "pass"})
cases("three characters after the point can only be Chinese, whatever the address says (conditions.md, trap 1)", [cond((CM, "M32.114"), onset="2026-10-01")], {"M.E2": "fail None"})
cases("endocarditis, M32.11 of ICD-10-CM, is none of the crises", [cond((CM, "M32.11"), onset="2026-10-01")], {"M.E2": "pass"})
cases("organ unspecified, M32.10, is no encephalopathy", [cond((CM, "M32.10"), onset="2026-10-01")], {"M.E2": "pass"})
cases("M32.19 may hold one", [cond((CM, "M32.19"), onset="2026-10-01")], {"M.E2": "unknown judgement"})
cases("lupus since the day of birth is older than six months", [enc(), sle("1992-03-04")], {"M.I4a": "pass"}, base=False)
cases("a birth date with a time", [], {"M.I2": "pass | unknown"}, pat=patient("1992-03-04T10:00:00Z"))
cases("born in 2021, four or five", [], {"K.I1": "unknown imprecise"}, pat=patient("2021"))

# --- panels and words around values --------------------------------------------------------------------------------------
cases("a blood count as one Observation with components", [obs("58410-2", comps=[{"code": cc((LOINC, PLT)), "valueQuantity": q(20, "10*3/uL", "10*3/uL")}, {"code": cc((LOINC, HB)), "valueQuantity": q(6.5, "g/dL", "g/dL")}])], {"P.E12e": "fail None", "P.E12a": "fail None"})
cases("a component that was not measured", [obs("58410-2", comps=[{"code": cc((LOINC, PLT)), "dataAbsentReason": cc(text="clotted")}])], {"P.E12e": "unknown no-data"})
cases("< 10 K/uL as a string", [obs(PLT, s="<10 K/uL")], {"P.E12e": "fail None", "M.I9b": "fail None"})
cases("a number as a string without unit", [obs(PLT, s="210")], {"P.E12e": "unknown incomparable"})
cases("ANA < 1:80", [obs(ANAT, s="<1:80"), obs(DSDNA, ccv=NEG), obs("31627-3", ccv=NEG)], {"M.I5": "fail None"})
cases("ANA > 1:1280", [obs(ANAT, s=">1:1280")], {"M.I5": "pass"})
cases("ANA >= 1:80", [obs(ANAT, s="≥1:80")], {"M.I5": "pass"})
cases("ANA 'Negative (<1:80)'", [obs(ANA, s="Negative (<1:80)"), obs(DSDNA, ccv=NEG), obs("31627-3", ccv=NEG)], {"M.I5": "fail None"})
cases("ANA 'POSITIVE 1:640 homogeneous'", [obs(ANA, s="POSITIVE 1:640 homogeneous")], {"M.I5": "pass"})
cases("ANA 阳性 1:320", [obs(ANA, s="阳性 1:320")], {"M.I5": "pass"})
cases("not positive is not positive", [obs(ANA, s="not positive")], {"M.I5": "not pass"})
cases("HIV 'Non-reactive'", [obs("56888-1", s="NON-REACTIVE")], {"K.E9c": "pass", "P.E6": "pass"}, pat=KID)
cases("HIV 'nonreactive' as a local code's text", [obs("56888-1", ccv=cc(("urn:oid:1.2", "NR"), text="Nonreactive"))], {"K.E9c": "pass"}, pat=KID)
cases("HIV 'repeatedly reactive'", [obs("56888-1", s="Repeatedly reactive")], {"K.E9c": "fail None"}, pat=KID)
cases("HIV pending", [obs("56888-1", s="pending")], {"K.E9c": "unknown"}, pat=KID)
cases("HBsAg 0.02 of 1.0", [obs("63557-3", qty=q(0.02, "[IU]/L", "[IU]/L"), refs=[rr(None, 0.05, "[IU]/L")])], {"P.E6": "pass recorded"})
cases("hepatitis C RNA '<15 IU/mL, not detected'", [obs("13955-0", ccv=POS), obs("11011-4", s="<15 IU/mL, not detected")], {"K.E9b": "pass"}, pat=KID)
cases("hepatitis C RNA '<15 IU/mL detected'", [obs("13955-0", ccv=POS), obs("11011-4", s="<15 IU/mL detected")], {"K.E9b": "fail None | unknown imprecise"}, pat=KID)
cases("CMV DNA < 34.5 IU/mL and no word", [obs("72493-0", qty=q(34.5, "[IU]/mL", "[IU]/mL", comp="<"))], {"K.E9e": "unknown imprecise"}, pat=KID)
cases("CMV DNA 0 IU/mL is not detected", [obs("72493-0", qty=q(0, "[IU]/mL", "[IU]/mL"))], {"K.E9e": "pass"}, pat=KID)
cases("CMV DNA log 2.3", [obs("54206-8", qty=q(2.3, "{Log_copies}/mL", "{Log_copies}/mL"))], {"K.E9e": "fail None"}, pat=KID)
cases("hepatitis B DNA log 0: not a number above 0 (decision 41)", [obs("5196-1", ccv=POS), obs("48398-2", qty=q(0, "{Log_IU}/mL", "{Log_IU}/mL"))], {"K.E9a": "pass"}, pat=KID)
cases("pregnancy test 阴性", [obs("2110-5", s="阴性")], {"P.I7a": "pass"})
cases("pregnancy test 阴性(-)", [obs("2110-5", s="阴性(-)")], {"P.I7a": "pass"})
cases("pregnancy test (+)", [obs("2110-5", s="(+)")], {"P.I7a": "fail None"})
cases("pregnancy test (-)", [obs("2110-5", s="(-)")], {"P.I7a": "pass"})
cases("pregnancy test as boolean", [obs("2110-5", valueBoolean=False)], {"P.I7a": "pass"})
cases("a positive pregnancy test as boolean", [obs("2110-5", valueBoolean=True)], {"P.I7a": "fail None"})
cases("a pregnancy test of two kinds that disagree on a day: the worse", [obs("2110-5", ccv=NEG), obs("2118-8", ccv=POS)], {"P.I7a": "fail None"})
cases("hCG of 3 with the laboratory's own limit of 2: its interpretation goes first", [obs("19080-1", qty=q(3, "m[IU]/mL", "m[IU]/mL"), interp="NEG")], {"P.I7a": "pass"})
cases("a weight of 40 kg", [obs("29463-7", qty=q(40, "kg", "kg"), cat="vital-signs")], {"P.I3": "pass recorded"})
cases("a weight of 88 lb is 39.9 kg", [obs("29463-7", qty=q(88, "[lb_av]", "[lb_av]"), cat="vital-signs")], {"P.I3": "fail None"})
cases("a weight of 50 without unit", [obs("29463-7", qty=q(50), cat="vital-signs")], {"P.I3": "unknown incomparable"})
cases("a weight of 500 in kg is what is written", [obs("29463-7", qty=q(500, "kg", "kg"), cat="vital-signs")], {"P.I3": "pass"})
cases("two totals of one day that disagree: the worse", [obs(None, text="SLEDAI-2K", cat="survey", i=12), obs(None, text="SLEDAI-2K", cat="survey", i=9)], {"P.I6": "fail None"})
cases("a newer total in words is not passed over for an older number (decision 1)", [obs(None, text="SLEDAI-2K", cat="survey", i=12, when="2026-11-01"), obs(None, text="SLEDAI-2K", cat="survey", s="high")], {"P.I6": "unknown incomparable"})
cases("a total as quantity in {score}", [obs(None, text="SLEDAI-2K", cat="survey", qty=q(11, "{score}", "{score}"))], {"P.I6": "pass recorded"})
cases("a total > 10", [obs(None, text="SLEDAI-2K", cat="survey", qty=q(10, "{score}", "{score}", comp=">"))], {"P.I6": "pass recorded"})
cases("a total of 8 to 12", [obs(None, text="SLEDAI-2K", cat="survey", rng={"low": q(8), "high": q(12)})], {"P.I6": "unknown"})
cases("a limit in a second range that is for children", [obs("1742-6", qty=q(110, "U/L", "U/L"), refs=[rr(None, 30, "U/L", age={"high": q(17, "a", "a")}), rr(None, 45, "U/L", age={"low": q(18, "a", "a")})])], {"M.I9e": "pass recorded"})
cases("a range whose high is below its value and whose unit is another word for the same", [obs("1742-6", qty=q(90, "U/L"), refs=[{"high": {"value": 40, "unit": "IU/L"}}])], {"M.I9e": "pass recorded", "W.I11d": "fail None"})
cases("a limit of 0 is no limit: the default counts", [obs("1742-6", qty=q(90, "U/L"), refs=[rr(None, 0, "U/L")])], {"M.I9e": "pass recorded"})
cases("a limit of 0 is no limit: a child has no default", [obs("1742-6", qty=q(30, "U/L"), refs=[rr(0, 0, "U/L")]), obs("1920-8", qty=q(30, "U/L"), refs=[rr(0, 40, "U/L")])], {"K.I4c": "unknown no-reference-range"}, pat=KID)

# --- a positive word that its sentence takes back ------------------------------------------------------------------------
REST = [obs(DSDNA, ccv=NEG), obs("31627-3", ccv=NEG)]
for taken_back in ("not positive", "non-positive", "no longer positive", "cannot exclude positive", "false positive", "possible positive", "presumptive positive", "positive?", "? positive", "previously positive", "no HIV-1 or HIV-2 antibodies detected", "假阳性", "非阳性", "阳性不能排除", "既往阳性", "not negative", "false negative", "假阴性"):
    cases(f"{taken_back!r} is neither positive nor negative", [obs(ANA, s=taken_back), *REST, obs("56888-1", s=taken_back)], {"M.I5": "unknown incomparable", "P.E6": "unknown incomparable", "K.E9c": "unknown incomparable"})
for negative in ("no antibodies detected", "Not-Detected", "HBV DNA: not detected", "None detected", "Negative. No further testing is needed", "NEGATIVE - repeat if exposed", "Not reactive"):
    cases(f"{negative!r} is negative", [obs(ANA, s=negative), *REST, obs("56888-1", s=negative)], {"M.I5": "fail None", "P.E6": "pass recorded", "K.E9c": "pass recorded"})
for positive in ("Positive - see comment", "Positive. No cytoplasmic pattern", "Positive 1:320, previously 1:160", "weakly positive", "DETECTED", "阳性，未定型", "Positive (1:640), not homogeneous"):
    cases(f"{positive!r} is positive", [obs(ANA, s=positive), *REST], {"M.I5": "pass recorded"})
for taken_back in ("not positive", "no antibodies to HIV detected"):
    cases(f"{taken_back!r} as the text of a code of nobody's", [obs(ANA, ccv=cc(("urn:oid:1.2", "x"), text=taken_back)), *REST], {"M.I5": "unknown incomparable"})

# --- classes, severities and grades in words -------------------------------------------------------------------------------
for said in ("Lupus nephritis, class IV ruled out", "Lupus nephritis class IV?", "Lupus nephritis, class III or IV not confirmed", "Lupus nephritis class II, not class IV", "No class III/IV lupus nephritis", "狼疮性肾炎 IV型待排", "狼疮性肾炎，IV型可能"):
    cases(f"{said!r} states no class IV", [cond((SCT, "68815009"), text=said, onset="2024-01-01")], {"K.I3": "unknown", "W.I9": "unknown"}, pat=KID)
for said in ("Lupus nephritis class IV", "LN class 4", "Lupus nephritis class IV-G (A), no class V", "Biopsy 2024: lupus nephritis class IV. Malignancy excluded", "狼疮性肾炎 IV型，排除感染"):
    cases(f"{said!r} states class IV", [cond((SCT, "68815009"), text=said, onset="2024-01-01")], {"K.I3": "pass", "W.I9": "pass"}, pat=KID)
for said in ("not severe", "non-severe", "moderately severe", "Mild (not severe)", "非重症", "severity unknown", "critical"):
    cases(f"a haemolytic anaemia, {said!r}: a clinician judges", [cond((SCT, "413603009"), onset="2026-10-01", severity=cc(text=said))], {"M.E2": "unknown judgement"})
cases("pregnancy status 'not pregnant' is no test", [obs("82810-3", ccv=cc((SCT, "60001007"), text="Not pregnant"))], {"P.I7a": "unknown no-data"})
cases("pregnancy status 'pregnant'", [obs("82810-3", ccv=cc((SCT, "77386006"), text="Pregnant"))], {"P.I7a": "fail None"})
cases("GVHD of grade II to IV", [cond((CM, "D89.810"), text="Acute GVHD, grade II-IV", onset="2026-11-15")], {"K.E8b": "fail None"}, pat=KID)
cases("GVHD of grade I", [cond((CM, "D89.810"), text="aGVHD grade I", onset="2026-11-15")], {"K.E8b": "pass"}, pat=KID)
cases("a chronicity index of '5 of 12' cannot be read", [cond((SCT, "68815009"), onset="2024-01-01"), obs(None, text="Chronicity index", s="5 of 12", cat="survey")], {"K.E3b": "unknown incomparable"}, pat=KID)
cases("an activity index is no chronicity index", [cond((SCT, "68815009"), onset="2024-01-01"), obs(None, text="NIH activity index", i=8, cat="survey")], {"K.E3b": "unknown no-data"}, pat=KID)


@pytest.mark.parametrize("case", cases, ids=str)
def test_odd_charts(case: Case) -> None:
    assert case.problems() == []
