"""NCT06513429 (IM19): every criterion at its boundary, beyond it, and unknown.

Source: criteria.md section 5 and the decisions that each case names.
"""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .bases import GIRL, MAN, NO_DRUGS, WOMAN, YOUNG_CHART
from .cases import Case, case, collect, problems
from .parts import ago

SEVERE = "24484000"
PAST = {"active": False}
UNTESTED = WOMAN.without("hcg")
NO_VIROLOGY = WOMAN.without("iga", "hbsag", "hbc", "hcv", "hiv")

CASES = collect(
    case("what a person decides", WOMAN, "IM19 I7b,I8,I9,E14", "review"),
    case("SLE recorded", WOMAN, "IM19 I1", "pass recorded"),
    # I2, I3
    case("18 tomorrow", WOMAN.patient(birthDate="2008-11-02"), "IM19 I2", "fail until 2026-11-02", 29),
    case("18 today", WOMAN.patient(birthDate="2008-11-01"), "IM19 I2", "pass recorded"),
    case("the last day of being 65", WOMAN.patient(birthDate="1960-11-02"), "IM19 I2; CT1195 I2", "pass recorded"),
    case("66 today", WOMAN.patient(birthDate="1960-11-01"), "IM19 I2; CT1195 I2", "fail", 29),
    case("born in a year that straddles the limit", WOMAN.patient(birthDate="1960"), "IM19 I2", "unknown imprecise"),
    case("40 kg", WOMAN.lab("wt", 40), "IM19 I3", "pass recorded"),
    case("39.9 kg", WOMAN.lab("wt", 39.9), "IM19 I3", "fail"),
    case("88 pounds are under 40 kg", WOMAN.lab("wt", 88, "[lb_av]"), "IM19 I3", "fail"),
    case("89 pounds are over 40 kg", WOMAN.lab("wt", 89, "[lb_av]"), "IM19 I3", "pass"),
    case("weighed 181 days ago", WOMAN.lab("wt", 60, on=ago(181)), "IM19 I3", "unknown stale"),
    case("weighed 180 days ago", WOMAN.lab("wt", 60, on=ago(180)), "IM19 I3", "pass", 1),
    case("never weighed", WOMAN.without("wt"), "IM19 I3", "unknown no-data"),
    # I4
    case("all three exposures", WOMAN, "IM19 I4", "pass recorded"),
    case("mycophenolate alone is enough of its pair", WOMAN.without("cyc"), "IM19 I4", "pass"),
    case("neither cyclophosphamide nor mycophenolate", WOMAN.without("cyc", "mmf"), "IM19 I4", "unknown no-data"),
    case("neither belimumab nor rituximab", WOMAN.without("bel"), "IM19 I4", "unknown no-data", 16),
    case("rituximab instead of belimumab", WOMAN.without("bel").given("rituximab", "2021-01-01"), "IM19 I4", "pass"),
    case("no steroid ever", WOMAN.without("pred"), "IM19 I4", "unknown no-data"),
    case("belimumab that was only intended", WOMAN.takes("belimumab", None, "2020-01-10", id="bel", status="intended"), "IM19 I4", "unknown no-data", 23),
    case("belimumab that was not taken", WOMAN.edit("bel", status="not-taken"), "IM19 I4", "unknown no-data"),
    case("belimumab as a draft", WOMAN.without("bel").ordered("belimumab", None, "2021-01-01", status="draft"), "IM19 I4", "unknown no-data"),
    case("belimumab as a proposal", WOMAN.without("bel").ordered("belimumab", None, "2021-01-01", intent="proposal"), "IM19 I4", "unknown no-data", 52),
    # I5a
    case("an antimalarial alone is treatment", WOMAN.without("pred", "mmf"), "IM19 I5a", "pass recorded"),
    case("nothing ever recorded", NO_DRUGS, "IM19 I5a", "unknown no-data", 16),
    case("all of it stopped", NO_DRUGS.takes("prednisone 5", 10, "2020-01-01", "2024-01-01", id="pred"), "IM19 I5a", "unknown judgement", 16),
    # I5b
    case("30 mg", WOMAN.takes("prednisone 5", 30, "2024-02-01", id="pred"), "IM19 I5b", "pass"),
    case("31 mg", WOMAN.takes("prednisone 5", 31, "2024-02-01", id="pred"), "IM19 I5b", "fail", 29),
    case("changed seven days ago", WOMAN.takes("prednisone 5", 20, "2024-02-01", ago(8), id="pred").takes("prednisone 5", 10, ago(7), id="p2"),
         "IM19 I5b", "pass", 48),
    case("changed six days ago", WOMAN.takes("prednisone 5", 20, "2024-02-01", ago(7), id="pred").takes("prednisone 5", 10, ago(6), id="p2"),
         "IM19 I5b", "fail until 2026-11-02"),
    case("no steroid", NO_DRUGS, "IM19 I5b", "pass"),
    case("a depot injection three weeks ago", WOMAN.given("methylprednisolone depot", ago(20), 40, route="intramuscular"), "IM19 I5b", "unknown no-dose", 40),
    case("a depot injection two months ago", WOMAN.given("methylprednisolone depot", ago(60), 40, route="intramuscular"), "IM19 I5b", "pass", 40),
    # I5c
    case("mycophenolate begun twelve weeks ago to the day", WOMAN.takes("mycophenolate", 1000, ago(84), times=2, id="mmf"), "IM19 I5c", "pass"),
    case("mycophenolate begun a day later", WOMAN.takes("mycophenolate", 1000, ago(83), times=2, id="mmf"), "IM19 I5c", "fail until 2026-11-02"),
    case("its dose changed eight weeks ago to the day",
         WOMAN.takes("mycophenolate", 500, "2022-03-01", ago(57), times=2, id="mmf").takes("mycophenolate", 1000, ago(56), times=2, id="m2"),
         "IM19 I5c", "pass"),
    case("its dose changed a day later",
         WOMAN.takes("mycophenolate", 500, "2022-03-01", ago(56), times=2, id="mmf").takes("mycophenolate", 1000, ago(55), times=2, id="m2"),
         "IM19 I5c", "fail until 2026-11-02"),
    case("one of two begun too late", WOMAN.takes("hydroxychloroquine", 200, "2026-10-01", times=2, id="hcq"), "IM19 I5c", "fail until 2026-12-24", 39),
    case("none of them", NO_DRUGS, "IM19 I5c", "pass"),
    case("mycophenolate on hold", WOMAN.edit("mmf", status="on-hold"), "IM19 I5c", "unknown judgement", 16, 50),
    case("mycophenolate without a readable dose", WOMAN.takes("mycophenolate", id="mmf", start="2022-03-01", doses=[{"text": "as discussed"}]), "IM19 I5c",
         "unknown no-dose", 21),
    # I5d
    case("belimumab stopped four weeks ago to the day", WOMAN.takes("belimumab", None, "2024-01-10", ago(28), id="bel"), "IM19 I5d", "pass"),
    case("belimumab stopped a day later", WOMAN.takes("belimumab", None, "2024-01-10", ago(27), id="bel"), "IM19 I5d", "fail until 2026-11-02"),
    case("belimumab going on", WOMAN.takes("belimumab", None, "2024-01-10", id="bel"), "IM19 I5d", "fail until 2026-11-29 assumes stopped"),
    case("an order without an end going on", WOMAN.without("bel").ordered("belimumab", None, "2024-01-10", id="bel"), "IM19 I5d",
         "fail until 2026-11-29 assumes stopped", 38),
    case("telitacicept by its name", WOMAN.takes("telitacicept", None, "2026-01-10", ago(20), route="subcutaneous"), "IM19 I5d", "fail until 2026-11-09"),
    case("telitacicept by its Chinese name", WOMAN.takes("泰它西普", None, "2026-01-10", ago(20), route="皮下注射", id="t"), "IM19 I5d", "fail until 2026-11-09"),
    case("another biologic", WOMAN.takes("adalimumab", None, "2026-01-10", ago(20), route="subcutaneous"), "IM19 I5d", "fail until 2026-11-09", 39),
    case("infusions count from the latest one beside an active order",
         WOMAN.without("bel").ordered("belimumab", None, "2024-01-10", id="bel", route="intravenous").given("belimumab", "2026-10-10"), "IM19 I5d",
         "fail until 2026-11-07 assumes stopped", 38),
    # I6
    case("SLEDAI-2K 10", WOMAN.score("SLEDAI-2K", 10, id="s2k"), "IM19 I6", "pass recorded"),
    case("SLEDAI-2K 9", WOMAN.score("SLEDAI-2K", 9, id="s2k"), "IM19 I6", "fail"),
    case("no total, twelve points from the laboratory", WOMAN.without("s2k", "selena").lab("casts", 2), "IM19 I6", "pass computed", 36),
    case("no total, eight points from the laboratory", WOMAN.without("s2k", "selena"), "IM19 I6", "unknown imprecise", 6),
    # I7a
    case("a negative blood test", WOMAN, "IM19 I7a; CT1195 I5", "pass recorded"),
    case("a positive blood test", WOMAN.lab("hcg", text="Positive"), "IM19 I7a; CT1195 I5", "fail"),
    case("a urine test only", UNTESTED.lab("hcgu", text="Negative"), "IM19 I7a; CT1195 I5", "unknown no-data", 2),
    case("no test", UNTESTED, "IM19 I7a; CT1195 I5", "unknown no-data"),
    case("a man", MAN, "IM19 I7a; CT1195 I5", "pass", 11),
    case("56 years old", UNTESTED.patient(birthDate="1970-11-01"), "IM19 I7a; CT1195 I5", "pass", 11),
    case("the last day of being 55", UNTESTED.patient(birthDate="1970-11-02"), "IM19 I7a; CT1195 I5", "unknown no-data", 11),
    case("hysterectomy", UNTESTED.procedure("hysterectomy", "2020-01-01"), "IM19 I7a; CT1195 I5", "pass", 11),
    case("menopause", UNTESTED.condition("menopause", "2020-01-01"), "IM19 I7a; CT1195 I5", "pass", 11),
    case("male, born female", UNTESTED.patient(gender="male", extension=[
        {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F"}]), "IM19 I7a", "unknown no-data", 50),
    # E1, E2
    *[case(f"active {word}", WOMAN.condition(word, "2026-10-01"), "IM19 E1", "fail") for word in ("catastrophic APS", "acute renal failure")],
    case("severe neuropsychiatric lupus", WOMAN.condition("neuropsychiatric lupus", "2026-10-01", severity=SEVERE), "IM19 E1", "fail", 25),
    case("neuropsychiatric lupus not said to be severe", WOMAN.condition("neuropsychiatric lupus", "2026-10-01"), "IM19 E1", "unknown judgement", 25),
    case("renal failure that ended", WOMAN.condition("acute renal failure", "2025-01-01", ended="2025-02-01", **PAST), "IM19 E1", "pass"),
    case("acute renal failure still active after 90 days", WOMAN.condition("acute renal failure", "2026-01-01"), "IM19 E1", "unknown judgement", 35),
    *[case(f"active {word}", WOMAN.condition(word, "2020-01-01"), "IM19 E2", "fail", 18) for word in ("alcohol abuse", "drug abuse")],
    case("abuse that ended 24 weeks ago to the day", WOMAN.condition("alcohol abuse", "2020-01-01", ended=ago(168), **PAST), "IM19 E2", "pass", 18),
    case("abuse that ended a day later", WOMAN.condition("alcohol abuse", "2020-01-01", ended=ago(167), **PAST), "IM19 E2", "fail until 2026-11-02", 18),
    case("alcohol dependence in remission", WOMAN.condition("alcohol remission", "2020-01-01"), "IM19 E2", "unknown judgement", 34),
    case("a young chart proves no absence", YOUNG_CHART, "IM19 E2,E4,E8,E9,E13", "unknown not-observable", 19),
    case("a chart that reaches 24 weeks but not six months", YOUNG_CHART.encounter("2026-05-10"), "IM19 E2,E4", "pass not-recorded", 19, 50),
    # E3 to E5
    case("a malignancy", WOMAN.condition("cancer", "2010-01-01", **PAST), "IM19 E3", "fail"),
    case("a history of malignancy", WOMAN.condition("cancer history", recorded="2020-01-01"), "IM19 E3", "fail"),
    case("a B-cell lymphoma is spared", WOMAN.condition("B-cell lymphoma", "2010-01-01"), "IM19 E3", "pass"),
    case("a lymphoma of unknown kind", WOMAN.condition("lymphoma wide", "2010-01-01"), "IM19 E3", "unknown judgement", 34),
    case("a skin cancer that may be none", WOMAN.condition("skin cancer wide", "2010-01-01"), "IM19 E3", "unknown judgement", 34),
    case("a hip replaced 24 weeks ago to the day", WOMAN.procedure("hip replacement", ago(168)), "IM19 E4", "pass", 18),
    case("a hip replaced a day later", WOMAN.procedure("hip replacement", ago(167)), "IM19 E4", "fail until 2026-11-02", 18),
    case("a kidney biopsy", WOMAN.procedure("kidney biopsy", ago(30)), "IM19 E4", "unknown judgement", 25),
    *[case(f"{word} is no surgery", WOMAN.procedure(word, ago(30)), "IM19 E4", "pass", 25)
      for word in ("haemodialysis", "coronary stent", "red cell transfusion")],
    *[case(f"{word}", WOMAN.condition(word, "2015-01-01"), "IM19 E5", "fail") for word in ("MCTD", "overlap")],
    *[case(f"active {word}", WOMAN.condition(word, "2015-01-01"), "IM19 E5", "unknown judgement") for word in ("RA", "systemic sclerosis", "myositis disease")],
    case("undifferentiated connective tissue disease", WOMAN.condition("UCTD wide", "2015-01-01"), "IM19 E5", "unknown judgement", 34),
    case("rheumatoid arthritis that ended", WOMAN.condition("RA", "2005-01-01", ended="2010-01-01", **PAST), "IM19 E5", "pass"),
    # E6
    case("nothing recorded", NO_VIROLOGY, "IM19 E6", "pass not-recorded", 53),
    case("all negative", WOMAN, "IM19 E6", "pass recorded", 3),
    *[case(f"{word} recorded", WOMAN.condition(word, "2015-01-01"), "IM19 E6", "fail", 8, 47)
      for word in ("HIV", "selective IgA deficiency", "HTLV", "hepatitis B chronic", "hepatitis C chronic")],
    case("hepatitis B that may be past", WOMAN.condition("hepatitis B wide", "2015-01-01"), "IM19 E6", "unknown judgement", 34),
    case("HIV test positive", WOMAN.lab("hiv", text="Positive"), "IM19 E6", "fail", 8),
    case("HBsAg positive", WOMAN.lab("hbsag", text="Positive"), "IM19 E6", "fail", 8),
    case("HBV DNA detected", WOMAN.lab("hbvdna", 500), "IM19 E6", "fail", 8, 41),
    case("core antibody alone", WOMAN.lab("hbc", text="Positive"), "IM19 E6", "pass", 8),
    case("HCV antibody alone", WOMAN.lab("hcv", text="Positive"), "IM19 E6", "unknown", 8),
    case("HCV antibody, RNA not detected", WOMAN.lab("hcv", text="Positive").lab("hcvrna", "Not detected"), "IM19 E6", "pass", 8),
    case("HCV RNA detected", WOMAN.lab("hcv", text="Positive").lab("hcvrna", 800), "IM19 E6", "fail", 8, 41),
    case("IgA 9.9", WOMAN.lab("iga", 9.9), "IM19 E6", "fail", 8),
    case("SARS-CoV-2 positive 13 days ago", WOMAN.lab("cov", text="Detected", on=ago(13)), "IM19 E6", "fail until ?", 8),
    case("SARS-CoV-2 positive 15 days ago", WOMAN.lab("cov", text="Detected", on=ago(15)), "IM19 E6", "pass", 50),
    case("a positive of over a year ago, not cleared", WOMAN.lab("hiv", text="Positive", on=ago(400)), "IM19 E6", "unknown stale", 41),
    case("a positive of over a year ago, negative since", WOMAN.lab("hiv", text="Positive", on=ago(400), id="hiv-old"), "IM19 E6", "pass", 41),
    # E7
    *[case(f"active {word}", WOMAN.condition(word, "2026-10-01"), "IM19 E7", "fail", 47) for word in ("TB", "pneumococcal pneumonia", "bacterial disease")],
    *[case(f"active {word}", WOMAN.condition(word, "2026-10-01"), "IM19 E7", "unknown judgement", 25, 47) for word in ("pneumonia", "UTI", "sepsis")],
    *[case(f"{word} is no active bacterial infection", WOMAN.condition(word, "2015-01-01"), "IM19 E7", "pass", 25)
      for word in ("latent TB", "HIV", "hepatitis B chronic", "lupus pneumonitis")],
    # E8, E9
    case("infarction six months ago to the day", WOMAN.condition("MI", "2026-05-01", **PAST), "IM19 E8", "pass", 35),
    case("infarction a day later", WOMAN.condition("MI", "2026-05-02", **PAST), "IM19 E8", "fail until 2026-11-02", 35),
    case("a stent within six months", WOMAN.procedure("coronary stent", "2026-06-01"), "IM19 E8", "fail until 2026-12-01", 18),
    case("unstable angina that ended within six months", WOMAN.condition("unstable angina", "2026-06-01", ended="2026-06-10", **PAST), "IM19 E8",
         "fail until 2026-12-10", 18),
    case("active atrial fibrillation", WOMAN.condition("atrial fibrillation", "2015-01-01"), "IM19 E8", "fail"),
    *[case(f"active {word}", WOMAN.condition(word, "2015-01-01"), "IM19 E8", "unknown judgement", 25, 47)
      for word in ("heart failure", "cardiomyopathy", "myocarditis", "conduction finding")],
    case("an infarction long ago, still called active", WOMAN.condition("MI", "2020-01-01"), "IM19 E8", "unknown judgement", 35),
    case("an old infarction recorded long ago", WOMAN.condition("old MI", recorded="2020-01-01"), "IM19 E8", "pass", 35),
    case("an old infarction recorded in the window", WOMAN.condition("old MI", recorded="2026-08-01"), "IM19 E8", "unknown imprecise", 35),
    *[case(f"{word} six months ago to the day", WOMAN.condition(word, "2026-05-01", **PAST), "IM19 E9", "pass", 35) for word in ("DVT", "PE")],
    *[case(f"{word} a day later, resolved or not", WOMAN.condition(word, "2026-05-02", **PAST), "IM19 E9", "fail until 2026-11-02", 35) for word in ("DVT", "PE")],
    case("an active thrombosis inside the window counts from its onset", WOMAN.condition("DVT", "2026-06-01"), "IM19 E9", "fail until 2026-12-01", 35),
    case("a thrombosis long ago, still called active", WOMAN.condition("DVT", "2020-01-01"), "IM19 E9", "unknown judgement", 35),
    case("a history recorded before the window", WOMAN.condition("DVT history", recorded="2020-01-01"), "IM19 E9", "pass", 35),
    case("a history recorded in the window", WOMAN.condition("DVT history", recorded="2026-08-01"), "IM19 E9", "unknown imprecise", 35),
    # E10, E11
    case("enzymes below three times", WOMAN.lab("alt", 119).lab("ast", 119).lab("alp", 359), "IM19 E10a", "pass recorded"),
    *[case(f"{name} at three times", WOMAN.lab(name, value), "IM19 E10a", "fail") for name, value in {"alt": 120, "ast": 120, "alp": 360}.items()],
    case("an excess with lupus hepatitis", WOMAN.lab("alt", 130).condition("lupus hepatitis", "2025-01-01"), "IM19 E10a", "unknown judgement"),
    case("phosphatase never measured", WOMAN.without("alp"), "IM19 E10a", "unknown no-data"),
    case("bilirubin at 1.5 times", WOMAN.lab("tbil", 1.8), "IM19 E10b", "pass recorded"),
    case("bilirubin over 1.5 times", WOMAN.lab("tbil", 1.81), "IM19 E10b", "fail"),
    case("bilirubin over with lupus hepatitis", WOMAN.lab("tbil", 2).condition("lupus hepatitis", "2025-01-01"), "IM19 E10b", "unknown judgement"),
    case("bilirubin never measured", WOMAN.without("tbil"), "IM19 E10b", "unknown no-data"),
    case("reported filtration 30", WOMAN.lab("egfr", 30), "IM19 E11", "pass recorded"),
    case("reported filtration 29", WOMAN.lab("egfr", 29), "IM19 E11", "fail"),
    case("creatinine 2.2 without a report", WOMAN.without("egfr").lab("cr", 2.2), "IM19 E11", "fail", 7),
    case("creatinine 2.1 without a report", WOMAN.without("egfr").lab("cr", 2.1), "IM19 E11", "pass computed", 7),
    case("a newer creatinine outdates an older report", WOMAN.lab("egfr", 60, on="2026-09-20").lab("cr", 2.2), "IM19 E11", "fail", 7),
    case("more than 60", WOMAN.lab("egfr", 60, comparator=">"), "IM19 E11", "pass", 1),
    *[case(f"{word} recorded", WOMAN.condition(word, "2020-01-01"), "IM19 E11", "fail") for word in ("CKD 4", "CKD 5")],
    case("neither measured", WOMAN.without("egfr", "cr"), "IM19 E11", "unknown no-data"),
    # E12, E13
    case("counts at the limit", WOMAN.lab("hb", 7).lab("cd4", 200).lab("neu", 0.5), "IM19 E12a,E12b,E12c", "pass recorded"),
    case("counts below", WOMAN.lab("hb", 6.9).lab("cd4", 199).lab("neu", 0.49), "IM19 E12a,E12b,E12c", "fail"),
    case("never counted", WOMAN.without("hb", "cd4", "neu"), "IM19 E12a,E12b,E12c,E12d", "unknown no-data"),
    case("both low", WOMAN.lab("cd4", 499).lab("neu", 0.99), "IM19 E12d", "fail"),
    case("only CD4 low", WOMAN.lab("cd4", 499).lab("neu", 1), "IM19 E12d", "pass"),
    case("neutrophils low, CD4 unknown", WOMAN.without("cd4").lab("neu", 0.9), "IM19 E12d", "unknown no-data"),
    case("neutrophils good, CD4 unknown", WOMAN.without("cd4"), "IM19 E12d", "pass"),
    case("a transfusion does not spoil counts here", WOMAN.procedure("platelet transfusion", "2026-10-18"), "IM19 E12e", "pass recorded"),
    case("rituximab six months ago to the day", WOMAN.given("rituximab", "2026-05-01"), "IM19 E13", "pass", 18),
    case("rituximab a day later", WOMAN.given("rituximab", "2026-05-02"), "IM19 E13", "fail until 2026-11-02", 18),
    case("obinutuzumab", WOMAN.given("obinutuzumab", "2026-08-31"), "IM19 E13", "fail until 2027-02-28"),
    case("rituximab going on", WOMAN.takes("rituximab", None, "2026-01-01", route="intravenous"), "IM19 E13", "fail until 2027-05-01 assumes stopped"),
    case("mosunetuzumab", WOMAN.given("mosunetuzumab", "2026-08-31"), "IM19 E13", "unknown judgement", 39),
    case("rituximab in an unknown day of May", WOMAN.given("rituximab", "2026-05"), "IM19 E13", "unknown imprecise"),
    case("rituximab in an unknown day of June", WOMAN.given("rituximab", "2026-06"), "IM19 E13", "fail until 2026-12-30"),
    case("a child", GIRL, "IM19 I2; CT1195 I2", "fail until 2032-05-20", 29),
)


@pytest.mark.parametrize("one", CASES, ids=lambda c: c.id)
def test_nct06513429_answers_as_the_contract_says(one: Case, evaluate) -> None:
    assert problems(one, evaluate(one.chart, one.as_of)) == []
