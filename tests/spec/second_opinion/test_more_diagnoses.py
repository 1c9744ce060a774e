"""More diagnoses: ends, classes, grades, kidneys, surgery, pregnancy (decisions 7, 18, 25, 28, 33 to 35, 43, 46)."""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

from datetime import date

import pytest

from .shapes import CM, KID, ORAL, PCS, SCT, WHO, Case, Table, cc, cond, dose, enc, ma, ms, obs, proc, q, sle

case = Table()

na = {"M.verdict": "not-applicable"}
case("as_of before the disease", [], na, as_of=date(2019, 1, 1))
case("as_of on the day of onset", [], {"M.I3": "pass recorded", "M.I4a": "fail 2020-11-10"}, as_of=date(2020, 5, 10))
case("abatementString counts as ended", [cond((CM, "I50.9"), clin=None, rec="2024-01-01", abatementString="resolved in 2025")], {"P.E8": "pass recorded"})
case("abatementAge", [cond((CM, "J13"), clin="resolved", onset="2020-01-01", abatementAge=q(30, "a", "a"))], {"P.E7": "pass recorded"})
case("an abatement over a period is an interval", [cond((CM, "J13"), clin="resolved", onset="2026-10-01", abatementPeriod={"start": "2026-11-01", "end": "2026-11-15"})], {"W.I3": "unknown imprecise"})
case("resolved without abatement counts from onset", [cond((CM, "J13"), clin="resolved", onset="2026-10-01")], {"W.I3": "pass recorded"})
case("resolved without any date", [cond((CM, "J13"), clin="resolved")], {"W.I3": "unknown imprecise"})
case("nephritis class by stage", [cond((CM, "M32.14"), rec="2024-01-01", stage=[{"summary": cc(text="ISN/RPS Class IV-S (A)")}])], {"K.I3": "pass recorded", "W.I9": "pass recorded"}, pat=KID)
case("nephritis class by Observation text", [cond((CM, "M32.14"), rec="2024-01-01"), obs(None, "2024-02-01", text="ISN/RPS lupus nephritis class", s="III + V", cat="survey")], {"K.I3": "pass recorded"}, pat=KID)
case("nephritis class V alone: W I9 no", [cond((SCT, "52042003"), rec="2024-01-01")], {"K.I3": "pass recorded", "W.I9": "unknown no-data"}, pat=KID)
case("nephritis class VI", [cond((SCT, "11013005"), rec="2024-01-01")], {"K.I3": "unknown no-data"}, pat=KID)
case("nephritis Chinese text class", [cond((WHO, "M32.101+N08.5*"), text="狼疮性肾炎 Ⅳ型", rec="2024-01-01")], {"K.I3": "pass recorded"}, pat=KID)
case("CTCAE dyspnoea grade 1", [obs(None, "2026-11-01", text="CTCAE dyspnea grade", i=1, cat="survey")], {"M.I9n": "pass recorded"})
case("CTCAE dyspnoea grade 2", [obs(None, "2026-11-01", text="CTCAE dyspnea grade", i=2, cat="survey")], {"M.I9n": "fail None"})
case("GVHD grade II in text", [cond((CM, "D89.810"), text="Acute GVHD grade II", onset="2026-11-15")], {"K.E8b": "fail"}, pat=KID)
case("GVHD grade I in text", [cond((CM, "D89.810"), text="Acute GVHD grade I", onset="2026-11-15")], {"K.E8b": "pass recorded"}, pat=KID)
case("GVHD old", [cond((CM, "D89.810"), clin="resolved", onset="2026-01-15", abate="2026-02-15")], {"K.E8b": "pass recorded"}, pat=KID)
case("HSCT 3 months ago exactly", [proc((SCT, "23719005"), when="2026-08-24")], {"K.E8a": "pass recorded", "M.E5": "fail None"}, pat=KID)
case("HSCT inside 3 months", [proc((SCT, "23719005"), when="2026-08-25")], {"K.E8a": "fail 2026-11-25"}, pat=KID)
case("midodrine", [ms("6963", [dose(5, route=ORAL)])], {"K.E4": "unknown judgement"}, pat=KID)
case("norepinephrine yesterday, ended", [ma("7512", "2026-11-23", dosage={"route": cc(text="IV")})], {"K.E4": "pass"}, pat=KID)
case("M32.12 pericarditis counts as organ", [cond((CM, "M32.12"), rec="2026-01-01")], {"W.I10": "pass recorded"})
case("M32.19 is wide for the organ", [cond((CM, "M32.19"), rec="2026-01-01")], {"W.I10": "unknown judgement"})
case("arthritis M13 wide", [cond((CM, "M13.0"), rec="2026-01-01")], {"W.I10": "unknown judgement"})
case("lupus nephritis active is organ", [cond((CM, "M32.14"), rec="2026-01-01")], {"W.I10": "pass recorded"})
case("lupus nephritis resolved is not", [cond((CM, "M32.14"), clin="resolved", rec="2024-01-01")], {"W.I10": "unknown no-data", "K.E3b": "unknown no-data"}, pat=KID)
case("two SLE conditions: earliest onset", [sle(onset="2026-10-01"), sle(onset="2012")], {"M.I4a": "pass"}, base=False)
case("SLE onsetRange", [cond((SCT, "55464009"), onsetRange={"low": q(20, "a", "a"), "high": q(25, "a", "a")}), enc()], {"M.I4a": "pass"}, base=False)
case("overlap words", [cond(text="Overlap syndrome", rec="2020-01-01")], {"P.E5": "unknown judgement"})
case("UCTD M35.9 wide", [cond((CM, "M35.9"), rec="2020-01-01")], {"P.E5": "unknown judgement", "M.E4": "unknown judgement"})
case("scleroderma active", [cond((CM, "M34.9"), rec="2020-01-01")], {"P.E5": "unknown judgement"})
case("IgA vasculitis is another autoimmune", [cond((CM, "D69.0"), rec="2020-01-01")], {"M.E4": "unknown judgement"})
case("vasculitis of lupus", [cond((SCT, "239944008"), rec="2026-01-01")], {"M.E2": "unknown judgement", "M.E4": "pass"})
case("lupus hepatitis severe", [cond((SCT, "19682006"), rec="2026-01-01", severity=cc((SCT, "24484000")))], {"M.E2": "fail None"})
case("autoimmune hepatitis K75.4 is other disease", [cond((CM, "K75.4"), rec="2026-01-01")], {"M.E4": "unknown judgement", "M.E2": "pass"})
case("acute renal failure N17 active", [cond((CM, "N17.9"), onset="2026-11-15")], {"P.E1": "fail None"})
case("acute renal failure still active after 91 days", [cond((CM, "N17.9"), onset="2026-08-25")], {"P.E1": "unknown judgement"})
case("CKD stage 3", [cond((CM, "N18.3"), rec="2026-01-01"), obs("2160-0", qty=q(0.9, "mg/dL", "mg/dL"))], {"P.E11": "pass"})
case("CKD 5 provisional", [cond((CM, "N18.5"), ver="provisional", rec="2026-01-01"), obs("2160-0", qty=q(0.9, "mg/dL", "mg/dL"))], {"P.E11": "unknown judgement"})
case("eGFR reported 45 beside creatinine of the same day that says 85", [obs("98979-8", qty=q(45, "mL/min/{1.73_m2}", "mL/min/{1.73_m2}")), obs("2160-0", qty=q(0.9, "mg/dL", "mg/dL"))], {"P.E11": "pass recorded"})
case("newer creatinine outdates an older eGFR", [obs("98979-8", "2026-10-01", qty=q(80, "mL/min/{1.73_m2}", "mL/min/{1.73_m2}")), obs("2160-0", qty=q(2.4, "mg/dL", "mg/dL"))], {"P.E11": "fail None"})
case("catastrophic APS", [cond((SCT, "609329007"), rec="2026-11-01")], {"P.E1": "fail None", "M.E4": "unknown judgement"})
case("drug abuse ended 25 weeks ago", [cond((CM, "F11.10"), clin="resolved", onset="2020-01-01", abate="2026-06-02")], {"P.E2": "pass recorded"})
case("drug abuse ended 23 weeks ago", [cond((CM, "F11.10"), clin="resolved", onset="2020-01-01", abate="2026-06-16")], {"P.E2": "fail 2026-12-01"})
case("nicotine is no drug of the list", [cond((CM, "F17.210"), rec="2020-01-01")], {"P.E2": "pass not-recorded"})
case("two procedures, two untils: the later", [proc((PCS, "0SR9019"), when="2026-08-01"), proc((PCS, "0SRB019"), when="2026-09-01")], {"P.E4": "fail 2027-02-16"})
case("surgery by month inside", [proc((PCS, "0SR9019"), when="2026-08")], {"P.E4": "fail 2027-02-15"})
case("surgery in 2026 only", [proc((PCS, "0SR9019"), when="2026")], {"P.E4": "unknown imprecise"})
case("surgery undated", [proc((PCS, "0SR9019"), when=None)], {"P.E4": "unknown imprecise"})
case("surgery in-progress today", [proc((PCS, "0SR9019"), when="2026-11-24", status="in-progress")], {"P.E4": "fail"})
case("preparation", [proc((PCS, "0SR9019"), when="2026-11-20", status="preparation")], {"P.E4": "pass not-recorded"})
case("HIV R75 inconclusive", [cond((CM, "R75"), rec="2020-01-01")], {"P.E6": "unknown judgement"})
case("O98.7 HIV in pregnancy code", [cond((CM, "O98.711"), rec="2026-10-01")], {"P.E6": "fail None"})
case("old delivery code O80 in 2019", [cond((CM, "O80"), clin="resolved", rec="2019-01-01")], {"P.I7a": "unknown no-data"})
case("pregnancy active since 2019", [cond((CM, "Z33.1"), rec="2019-01-01")], {"P.I7a": "unknown"})
case("pregnancy resolved, later negative test", [cond((CM, "Z33.1"), clin="resolved", rec="2026-01-01", abate="2026-07-01"), obs("2118-8", s="Negative")], {"P.I7a": "pass recorded"})
case("pregnancy status observation LOINC 82810-3", [obs("82810-3", ccv=cc((SCT, "77386006", "Pregnant")))], {"P.I7a": "fail"})
case("menopause text", [cond((CM, "Z78.0"), rec="2020-01-01")], {"P.I7a": "pass"})
case("hysterectomy as procedure", [proc((SCT, "236886002"), when="2019-01-01")], {"P.I7a": "pass", "W.I5": "pass"})


@pytest.mark.parametrize("one", case, ids=str)
def test_a_diagnosis_decides_what_it_can(one: Case) -> None:
    assert one.problems() == []
