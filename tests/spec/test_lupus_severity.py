"""What NCT06711146 and NCT05765006 ask of scores and exclude together: I6 and E1 to E6.

Source: criteria.md sections 2 and 3, decisions 6, 22, 24, 26, 34, 36, 45.
"""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .bases import NO_DRUGS, WOMAN, YOUNG_CHART
from .cases import Case, case, collect, problems
from .parts import ago, coding

SEVERE, MODERATE, MILD = "24484000", "6736007", "255604002"
NORMAL = WOMAN.lab("c3", 120).lab("c4", 20).lab("dsdna", 10)
UNSCORED = WOMAN.without("s2k", "selena")
WITH_EPILEPSY_OF_LUPUS = WOMAN.put({
    "resourceType": "Condition", "id": "c", "onsetDateTime": "2025-01-01",
    "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
    "code": {"coding": [coding("sct 84757009"), coding("sct 95644001")]}})
PAST = {"active": False, "ended": "2020-02-01"}


def both(ids: str) -> str:
    return f"META {ids}; RELMA {ids}"


def pulse(mg: object, start: str, end: str | None, name: str = "prednisone 20"):
    return WOMAN.without("pred").takes(name, mg, start, end, id="high")


CASES = collect(
    # I6
    case("14 less 4 for serology is 10", WOMAN, both("I6"), "pass computed", 6, 50),
    case("10 less 4 is 6", WOMAN.score("SELENA-SLEDAI", 10, id="selena"), both("I6"), "pass computed", 6),
    case("9 less 4 is 5", WOMAN.score("SELENA-SLEDAI", 9, id="selena"), both("I6"), "fail", 6),
    case("8 with only complement low is 6", WOMAN.lab("dsdna", 10).score("SELENA-SLEDAI", 8, id="selena"), both("I6"), "pass computed", 6),
    case("8 with normal serology", NORMAL.lab("ch50", 60).score("SELENA-SLEDAI", 8, id="selena"), both("I6"), "pass recorded", 6, 50),
    case("7 with normal serology", NORMAL.lab("ch50", 60).score("SELENA-SLEDAI", 7, id="selena"), both("I6"), "fail", 6),
    case("8, anti-dsDNA raised, complement not measured", WOMAN.without("c3", "c4").score("SELENA-SLEDAI", 8, id="selena"), both("I6"),
         "unknown imprecise", 6),
    case("8 less 2 for CH50 alone and 2 for anti-dsDNA", NORMAL.lab("ch50", 20).lab("dsdna", 88).score("SELENA-SLEDAI", 8, id="selena"),
         both("I6"), "fail", 6),
    case("serology of two months ago is not deducted for certain",
         WOMAN.lab("c3", 62, on=ago(60)).lab("c4", 7, on=ago(60)).lab("dsdna", 88, on=ago(60)).score("SELENA-SLEDAI", 9, id="selena"),
         both("I6"), "unknown imprecise", 36),
    case("a SLEDAI-2K stands in", WOMAN.without("selena"), both("I6"), "pass", 6),
    case("a score of 91 days ago is stale", WOMAN.score("SELENA-SLEDAI", 14, on=ago(91), id="selena").without("s2k", "prot", "upcr"), both("I6"),
         "unknown stale", 6),
    case("no score, some labs", UNSCORED.without("prot", "upcr").lab("c3", 60, on=ago(4)), both("I6"), "unknown imprecise", 6),
    case("no score, no lab of a score", UNSCORED.without("prot", "upcr", "c3", "c4", "dsdna", "plt", "wbc"), both("I6"), "unknown no-data", 6),
    case("casts, new proteinuria and serology add up",
         UNSCORED.lab("casts", 3, on=ago(4)).lab("prot", 0.2, on="2026-03-01", id="prot-before").lab("prot", 1.2, on=ago(4))
         .lab("c3", 60, on=ago(4)).lab("dsdna", 90, on=ago(4)), both("I6"), "pass computed", 36),
    case("old proteinuria is not SELENA's",
         UNSCORED.lab("casts", 3, on=ago(4)).lab("prot", 1.2, on="2026-03-01", id="prot-before").lab("prot", 1.2, on=ago(4))
         .without("upcr").lab("c3", 60, on=ago(4)).lab("dsdna", 90, on=ago(4)), both("I6"), "unknown imprecise", 36),
    # E1
    case("6 g of protein", WOMAN.lab("prot", 6), both("E1a"), "pass recorded"),
    case("more than 6 g", WOMAN.lab("prot", 6.1), both("E1a"), "fail"),
    case("a ratio never decides", WOMAN.without("prot").lab("upcr", 7000), both("E1a"), "unknown no-data", 7),
    case("6001 mg", WOMAN.lab("prot", 6001, "mg/(24.h)"), both("E1a"), "fail"),
    case("creatinine 2.5", WOMAN.lab("cr", 2.5), both("E1b"), "pass"),
    case("creatinine 2.51", WOMAN.lab("cr", 2.51), both("E1b"), "fail"),
    case("creatinine 221 µmol/L", WOMAN.without("cr").lab("cr-molar", 221), both("E1b"), "pass"),
    case("creatinine 222 µmol/L", WOMAN.without("cr").lab("cr-molar", 222), both("E1b"), "fail"),
    case("never measured", WOMAN.without("prot", "cr"), both("E1a,E1b"), "unknown no-data"),
    case("haemodialysis 55 days ago", WOMAN.procedure("haemodialysis", ago(55)), both("E1c"), "fail until 2026-11-02", 18),
    case("haemodialysis 56 days ago", WOMAN.procedure("haemodialysis", ago(56)), both("E1c"), "pass", 18),
    case("peritoneal dialysis", WOMAN.procedure("peritoneal dialysis", ago(10)), both("E1c"), "unknown judgement", 45),
    case("haemodialysis that was not done", WOMAN.procedure("haemodialysis", ago(10), status="not-done"), both("E1c"), "pass not-recorded", 23),
    case("a chart of 47 days cannot show eight weeks", YOUNG_CHART, both("E1c"), "unknown not-observable", 19),
    case("a chart that begins on the window's first day", YOUNG_CHART.encounter(ago(55)), both("E1c"), "pass", 50),
    case("a chart that begins a day later", YOUNG_CHART.encounter(ago(54)), both("E1c"), "unknown not-observable", 50),
    case("100 mg for 14 days", pulse(100, "2026-09-20", "2026-10-03"), both("E1d"), "fail until 2026-11-15", 22, 40),
    case("100 mg for 13 days", pulse(100, "2026-09-20", "2026-10-02"), both("E1d"), "pass", 22),
    case("99 mg for 14 days", pulse(99, "2026-09-20", "2026-10-03"), both("E1d"), "pass", 22),
    case("100 mg, of which 13 days lie inside", pulse(100, "2026-08-01", "2026-09-19"), both("E1d"), "pass", 40),
    case("100 mg, of which 14 days lie inside", pulse(100, "2026-08-01", "2026-09-20"), both("E1d"), "fail until 2026-11-02", 40),
    case("three days of a pulse", WOMAN.given("methylprednisolone", "2026-10-01", 1000).given("methylprednisolone", "2026-10-02", 1000)
         .given("methylprednisolone", "2026-10-03", 1000), both("E1d"), "pass", 22),
    case("100 mg still going on", pulse(100, "2026-10-10", None), both("E1d"), "fail until ? assumes stopped", 50),
    case("an equivalence that straddles 100", pulse(15, "2026-09-20", "2026-10-10", "dexamethasone 1"), both("E1d"), "unknown imprecise", 22),
    case("a course without a dose", pulse(None, "2026-09-20", "2026-10-10"), both("E1d"), "unknown no-dose", 22),
    case("two courses add up",
         pulse(100, "2026-09-10", "2026-09-16").takes("prednisone 20", 120, "2026-10-01", "2026-10-07", id="high-2"), both("E1d"),
         "fail until 2026-11-05", 22),
    case("no steroid at all", NO_DRUGS, both("E1d"), "pass"),
    # E2
    *[case(f"active {word} excludes", WOMAN.condition(word, "2026-09-01"), both("E2"), "fail", 45)
      for word in ("neuropsychiatric lupus", "TTP", "myocarditis", "lupus pneumonitis", "agranulocytosis")],
    *[case(f"{word} that ended does not", WOMAN.condition(word, "2020-01-01", **PAST), both("E2"), "pass")
      for word in ("neuropsychiatric lupus", "TTP", "AIHA")],
    *[case(f"severe {word} excludes", WOMAN.condition(word, "2026-09-01", severity=SEVERE), both("E2"), "fail")
      for word in ("AIHA", "ITP", "lupus hepatitis", "cerebral vasculitis")],
    *[case(f"{word} of unknown severity", WOMAN.condition(word, "2026-09-01"), both("E2"), "unknown judgement")
      for word in ("AIHA", "ITP", "lupus hepatitis", "cerebral vasculitis")],
    *[case(f"{word}, mild", WOMAN.condition(word, "2026-09-01", severity=MILD), both("E2"), "pass") for word in ("AIHA", "ITP")],
    case("AIHA, moderate", WOMAN.condition("AIHA", "2026-09-01", severity=MODERATE), both("E2"), "pass"),
    *[case(f"{word}, mild, is for a clinician", WOMAN.condition(word, "2026-09-01", severity=MILD), both("E2"), "unknown judgement", 45)
      for word in ("myocarditis", "lupus pneumonitis", "agranulocytosis")],
    *[case(f"{word} may hold the finding", WOMAN.condition(word, "2026-09-01"), both("E2"), "unknown judgement", 34)
      for word in ("lupus organ unspecified", "haemoptysis wide", "cardiomyopathy", "TMA wide", "thrombocytopenia wide")],
    case("D70 of the American edition is neutropenia", WOMAN.condition("D70 CM", "2026-09-01"), both("E2"), "unknown judgement", 26),
    case("D70 of the WHO edition is agranulocytosis", WOMAN.condition("D70 ICD", "2026-09-01"), both("E2"), "fail", 26),
    case("provisional neuropsychiatric lupus", WOMAN.condition("neuropsychiatric lupus", "2026-09-01", verified="provisional"), both("E2"),
         "unknown judgement", 34),
    case("refuted neuropsychiatric lupus", WOMAN.condition("neuropsychiatric lupus", "2026-09-01", verified="refuted"), both("E2"),
         "pass not-recorded"),
    case("a word of the finding without a code", WOMAN.condition("", "2026-09-01", text="Systemic lupus erythematosus encephalitis", id="c"), both("E2"),
         "unknown judgement", 34, 52),
    case("nothing recorded", WOMAN, both("E2,E3,E4,E5"), "pass not-recorded", 3),
    # E3
    *[case(f"{word} ever", WOMAN.condition(word, "2010-01-01", **PAST), both("E3"), "fail", 45)
      for word in ("stroke", "aneurysm", "epilepsy", "seizure", "aphasia", "dementia", "parkinson", "cerebellar", "psychosis", "organic brain")],
    case("a transient ischaemic attack", WOMAN.condition("TIA", "2010-01-01", **PAST), both("E3"), "pass", 26),
    case("a history of stroke or TIA", WOMAN.condition("stroke history CM", recorded="2020-01-01"), both("E3"), "unknown judgement", 26),
    case("a severe brain injury", WOMAN.condition("brain injury", "2010-01-01", severity=SEVERE), both("E3"), "fail", 45),
    case("a mild brain injury", WOMAN.condition("brain injury", "2010-01-01", severity=MILD), both("E3"), "pass", 45),
    case("a brain injury of unknown severity", WOMAN.condition("brain injury", "2010-01-01"), both("E3"), "unknown judgement", 45),
    case("a febrile convulsion", WOMAN.condition("febrile convulsion wide", "1995-01-01", **PAST), both("E3"), "unknown judgement", 34),
    case("delirium", WOMAN.condition("delirium wide", "2010-01-01", **PAST), both("E3"), "unknown judgement", 34),
    case("epilepsy that its own codes blame on lupus", WITH_EPILEPSY_OF_LUPUS, both("E3"), "pass", 45),
    case("the same is a lupus crisis", WITH_EPILEPSY_OF_LUPUS, both("E2"), "fail", 45),
    case("epilepsy beside a separate lupus encephalitis", WOMAN.condition("epilepsy", "2010-01-01").condition("neuropsychiatric lupus", "2026-01-01"),
         both("E3"), "fail", 45),
    case("epilepsy not confirmed", WOMAN.condition("epilepsy", "2010-01-01", verified="unconfirmed"), both("E3"), "unknown judgement", 34),
    # E4 to E6
    *[case(f"active {word}", WOMAN.condition(word, "2019-01-01"), both("E4"), "unknown judgement", *more)
      for word, more in {"RA": (), "psoriasis": (), "sjogren": (), "MCTD": (24,), "primary APS": (24,), "catastrophic APS": (50,),
                         "systemic sclerosis": ()}.items()],
    case("rheumatoid arthritis that ended", WOMAN.condition("RA", "2010-01-01", **PAST), both("E4"), "pass"),
    case("antiphospholipid syndrome secondary to lupus", WOMAN.condition("secondary APS", "2019-01-01"), both("E4"), "pass", 24),
    case("what E2 lists is no other disease", WOMAN.condition("AIHA", "2026-01-01"), both("E4"), "pass", 24),
    case("lupus hepatitis is no other disease", WOMAN.condition("lupus hepatitis", "2026-01-01"), both("E4"), "pass", 24),
    *[case(f"{word} ever", WOMAN.condition(word, "2001-01-01"), both("E5"), "fail")
      for word in ("kidney transplant status", "liver transplant complication")],
    case("a kidney transplanted", WOMAN.procedure("kidney transplantation", "2001-01-01"), both("E5"), "fail"),
    case("stem cells transplanted", WOMAN.procedure("stem cell transplantation", "2001-01-01"), both("E5"), "fail"),
    case("a blood transfusion is no transplant", WOMAN.procedure("red cell transfusion", "2001-01-01"), both("E5"), "pass"),
    case("IgA 10 mg/dL", WOMAN.lab("iga", 10), both("E6"), "pass recorded"),
    case("IgA below 10 mg/dL", WOMAN.lab("iga", 9.9), both("E6"), "fail"),
    case("IgA 0.1 g/L", WOMAN.lab("iga", 0.1, "g/L", low=0.7, high=4), both("E6"), "pass"),
    case("IgA 0.09 g/L", WOMAN.lab("iga", 0.09, "g/L", low=0.7, high=4), both("E6"), "fail"),
    case("IgA below a detection limit of 7", WOMAN.lab("iga", 7, comparator="<"), both("E6"), "fail"),
    case("IgA below a detection limit of 15", WOMAN.lab("iga", 15, comparator="<"), both("E6"), "unknown imprecise"),
    case("no IgA, deficiency recorded", WOMAN.without("iga").condition("selective IgA deficiency", "2015-01-01"), both("E6"), "fail"),
    case("no IgA", WOMAN.without("iga"), both("E6"), "unknown no-data"),
    case("IgA of over a year ago", WOMAN.lab("iga", 190, on=ago(366)), both("E6"), "unknown stale"),
)


@pytest.mark.parametrize("one", CASES, ids=lambda c: c.id)
def test_scores_and_severe_lupus_are_answered_as_the_contract_says(one: Case, evaluate) -> None:
    assert problems(one, evaluate(one.chart, one.as_of)) == []
