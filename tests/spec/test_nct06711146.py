"""NCT06711146 (and what NCT05765006 shares with it): every criterion at its boundary, beyond it, and unknown.

Source: criteria.md section 3 and the decisions that each case names.
"""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .bases import MAN, NO_DRUGS, ON_PREDNISONE, WOMAN, YOUNG_CHART
from .cases import Case, case, collect, problems
from .parts import ago

SEVERE, MODERATE, MILD = "24484000", "6736007", "255604002"
NORMAL_SEROLOGY = WOMAN.lab("c3", 120).lab("c4", 20).lab("dsdna", 10)
BOTH = "META {0}; RELMA {0}"


def both(ids: str) -> str:
    return BOTH.format(ids)


LOW_KIDNEY = WOMAN.without("egfr")
GILBERT = WOMAN.condition("Gilbert", "2015-01-01")
METASTASIS = WOMAN.condition("bone metastasis", "2026-01-01")

CASES = collect(
    case("the whole woman of 34 fits", WOMAN, "META;IM19;RELMA;CT1195", "likely None", 29),
    case("consent, contraception and discretion are a person's", WOMAN, "META I1,I7,E1e,E7; RELMA I1,E1e", "review"),
    # I2
    case("18 today", WOMAN.patient(birthDate="2008-11-01"), both("I2"), "pass recorded"),
    case("18 tomorrow", WOMAN.patient(birthDate="2008-11-02"), both("I2"), "fail until 2026-11-02", 29),
    case("born in the month that decides", WOMAN.patient(birthDate="2008-11"), "META I2", "unknown imprecise"),
    case("born in a year that does not decide", WOMAN.patient(birthDate="2008"), "META I2", "unknown imprecise"),
    case("born in a year that decides", WOMAN.patient(birthDate="1992"), "META I2", "pass recorded"),
    case("birth date missing", WOMAN.patient(birthDate=None), "META I2", "unknown no-data"),
    case("over the upper limit of others", WOMAN.patient(birthDate="1940-01-01"), "META I2", "pass recorded"),
    # I3, I4a
    case("SLE recorded", WOMAN, both("I3"), "pass recorded", 12),
    case("SLE for six months to the day", WOMAN.edit("sle", onsetDateTime="2026-05-01", recordedDate="2026-05-01"), both("I4a"), "pass recorded"),
    case("SLE for a day less than six months", WOMAN.edit("sle", onsetDateTime="2026-05-02", recordedDate="2026-05-02"), both("I4a"),
         "fail until 2026-11-02"),
    case("onset in the deciding month", WOMAN.edit("sle", onsetDateTime="2026-05", recordedDate="2026-05-20"), "META I4a", "unknown imprecise"),
    case("onset in a month too late", WOMAN.edit("sle", onsetDateTime="2026-06", recordedDate="2026-06-30"), "META I4a", "fail until 2026-12-30"),
    case("recorded seven months ago without an onset", WOMAN.edit("sle", onsetDateTime=None, recordedDate="2026-04-01"), "META I4a",
         "pass recorded"),
    case("recorded two months ago without an onset", WOMAN.edit("sle", onsetDateTime=None, recordedDate="2026-09-01"), both("I4a"),
         "unknown imprecise", 30),
    case("no date at all", WOMAN.edit("sle", onsetDateTime=None, recordedDate=None), "META I4a", "unknown"),
    case("recorded long before a late onset", WOMAN.edit("sle", onsetDateTime="2026-08-01", recordedDate="2025-01-01"), "META I4a", "pass"),
    case("the earliest of two SLE records counts", WOMAN.condition("sle", "2026-09-01", id="sle-2"), "META I4a", "pass"),
    # I4b
    case("steroid and immunomodulator for years", WOMAN, "META I4b", "pass recorded"),
    case("steroid begun six months ago to the day", WOMAN.takes("prednisone 5", 10, "2026-05-01", id="pred"), "META I4b", "pass"),
    case("steroid begun a day later", WOMAN.takes("prednisone 5", 10, "2026-05-02", id="pred"), "META I4b", "fail until 2026-11-02"),
    case("one old immunomodulator beside a new one", WOMAN.takes("mycophenolate", 1000, "2026-10-01", times=2, id="mmf"), "META I4b", "pass", 27),
    case("an antimalarial is an immunomodulator", WOMAN.without("mmf"), "META I4b", "pass"),
    case("two new immunomodulators: the earlier decides the day",
         WOMAN.without("cyc", "bel").takes("mycophenolate", 1000, "2026-07-01", times=2, id="mmf")
         .takes("hydroxychloroquine", 200, "2026-06-01", id="hcq"), "META I4b", "fail until 2026-12-01", 27, 42),
    case("nothing recorded", NO_DRUGS, "META I4b", "unknown no-data", 16),
    case("steroid only, nothing else ever", WOMAN.without("hcq", "mmf", "cyc", "bel"), "META I4b", "unknown no-data", 16),
    case("immunomodulators stopped, none current", ON_PREDNISONE, "META I4b", "unknown judgement", 16),
    case("steroid stopped", WOMAN.takes("prednisone 5", 10, "2020-01-01", "2026-06-01", id="pred"), "META I4b", "unknown judgement", 16),
    case("steroid on hold is not current", WOMAN.edit("pred", status="on-hold"), "META I4b", "unknown judgement", 16),
    case("a JAK inhibitor as the only partner", ON_PREDNISONE.without("cyc", "bel").takes("baricitinib", 4, "2025-01-01"), "META I4b",
         "unknown judgement", 39),
    case("a dose change does not begin a drug anew",
         WOMAN.takes("prednisone 5", 20, "2024-02-01", "2026-08-31", id="pred").takes("prednisone 5", 10, "2026-09-01", id="pred-2"),
         "META I4b", "pass", 20),
    case("a gap of four days joins",
         WOMAN.takes("prednisone 5", 10, "2024-02-01", "2026-06-30", id="pred").takes("prednisone 5", 10, "2026-07-05", id="pred-2"),
         "META I4b", "pass", 20),
    case("a stop of three weeks begins anew",
         WOMAN.takes("prednisone 5", 10, "2024-02-01", "2026-06-30", id="pred").takes("prednisone 5", 10, "2026-07-20", id="pred-2"),
         "META I4b", "fail until 2027-01-20", 20, 53),
    case("skin cream is no systemic steroid", WOMAN.without("pred").takes("hydrocortisone cream", None, "2020-01-01", route="topical"),
         "META I4b", "unknown no-data", 21),
    # I4d
    case("steroid taken eight weeks to the day", WOMAN.takes("prednisone 5", 10, ago(56), id="pred"), both("I4d"), "pass"),
    case("steroid taken a day less", WOMAN.takes("prednisone 5", 10, ago(55), id="pred"), both("I4d"), "fail until 2026-11-02"),
    case("dose stable for 15 days",
         WOMAN.takes("prednisone 5", 20, "2024-02-01", ago(16), id="pred").takes("prednisone 5", 10, ago(15), id="pred-2"), both("I4d"), "pass"),
    case("dose stable for 14 days is not more than two weeks",
         WOMAN.takes("prednisone 5", 20, "2024-02-01", ago(15), id="pred").takes("prednisone 5", 10, ago(14), id="pred-2"), both("I4d"),
         "fail until 2026-11-02"),
    case("no steroid: the same rule", NO_DRUGS, both("I4d"), "pass"),
    case("a switch of steroid at the same equivalent is no change",
         WOMAN.takes("prednisone 20", 20, "2024-02-01", ago(13), id="pred").takes("methylprednisolone 16", 16, ago(12), id="mp"), both("I4d"),
         "pass", 39),
    case("as needed cannot be stable", WOMAN.takes("prednisone 5", id="pred", start="2024-02-01", doses=[
        {"asNeededBoolean": True, "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
         "doseAndRate": [{"doseQuantity": {"value": 10, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}]}]),
         both("I4d"), "unknown no-dose", 21),
    # I5
    case("three negative antibodies", WOMAN.lab("ana", text="Negative").lab("dsdna", 10), "META I5; RELMA I5; CT1195 I8", "fail"),
    case("only anti-Sm positive", WOMAN.lab("ana", text="Negative").lab("dsdna", 10).lab("sm", text="Positive"), "META I5; CT1195 I8", "pass recorded"),
    case("two negative, one never measured", WOMAN.lab("ana", text="Negative").lab("dsdna", 10).without("sm"), "META I5; RELMA I5; CT1195 I8",
         "unknown no-data"),
    case("positives older than a year", WOMAN.lab("ana", text="Positive", on=ago(366)).lab("dsdna", 88, on=ago(366)).lab("sm", text="Negative"),
         "META I5; CT1195 I8", "unknown stale"),
    case("a positive exactly a year old", WOMAN.lab("ana", text="Positive", on=ago(365)).lab("dsdna", 10), "META I5", "pass", 1),
    # I8
    case("B cells present", WOMAN.lab("cd19", 1), "META I8", "pass recorded"),
    case("no B cells", WOMAN.lab("cd19", 0), "META I8", "fail"),
    case("percent counts too", WOMAN.without("cd19").lab("cd19pct", 0.5), "META I8", "pass"),
    case("never counted", WOMAN.without("cd19"), "META I8", "unknown no-data"),
    case("counted 181 days ago", WOMAN.lab("cd19", 100, on=ago(181)), "META I8", "unknown stale"),
    case("counted 180 days ago", WOMAN.lab("cd19", 100, on=ago(180)), "META I8", "pass", 1),
    case("below the detection limit", WOMAN.lab("cd19", 1, comparator="<"), "META I8", "unknown imprecise"),
    case("rituximab after the count", WOMAN.given("rituximab", "2026-10-25"), "META I8", "unknown invalidated", 37),
    case("rituximab before the count", WOMAN.given("rituximab", "2026-10-01"), "META I8", "pass", 37),
    case("an anti-CD19 antibody after the count", WOMAN.given("inebilizumab", "2026-10-25"), "META I8", "unknown invalidated", 37),
    # I9a-c
    case("lymphocytes at the limit", WOMAN.lab("lym", 0.5), "META I9a", "pass recorded"),
    case("lymphocytes below", WOMAN.lab("lym", 0.49), "META I9a", "fail"),
    case("lymphocytes never counted", WOMAN.without("lym"), "META I9a", "unknown no-data"),
    case("lymphocytes 91 days old", WOMAN.lab("lym", 1.2, on=ago(91)), "META I9a", "unknown stale"),
    case("lymphocytes 90 days old", WOMAN.lab("lym", 1.2, on=ago(90)), "META I9a", "pass", 1),
    case("platelets at the limit", WOMAN.lab("plt", 25), "META I9b; IM19 E12e", "pass recorded"),
    case("platelets below", WOMAN.lab("plt", 24), "META I9b; IM19 E12e", "fail"),
    case("platelets never counted", WOMAN.without("plt"), "META I9b; IM19 E12e", "unknown no-data"),
    case("haemoglobin at the limit", WOMAN.lab("hb", 7), "META I9c", "pass recorded"),
    case("haemoglobin below", WOMAN.lab("hb", 6.9), "META I9c", "fail"),
    case("haemoglobin never measured", WOMAN.without("hb"), "META I9c; CT1195 I11c", "unknown no-data"),
    # I9d
    case("creatinine at 1.5 times its limit", WOMAN.lab("cr", 1.65), "META I9d", "pass"),
    case("creatinine over, clearance 45", LOW_KIDNEY.lab("cr", 1.66), "META I9d", "pass computed", 42),
    case("creatinine over, clearance 40.2", LOW_KIDNEY.lab("cr", 1.87), "META I9d", "pass computed", 7),
    case("creatinine over, clearance 39.5", LOW_KIDNEY.lab("cr", 1.9), "META I9d", "fail", 7),
    case("a measured clearance is accepted and wins", LOW_KIDNEY.lab("cr", 3).lab("crcl-measured", 45), "META I9d", "pass", 7),
    case("creatinine over, no weight", LOW_KIDNEY.lab("cr", 1.9).without("wt"), "META I9d", "unknown no-data", 7),
    case("creatinine over, weight of seven months ago", LOW_KIDNEY.lab("cr", 1.9).lab("wt", 60, on=ago(181)), "META I9d", "unknown stale", 7),
    case("no range of its own: below both default limits", WOMAN.lab("cr", 1.2, no_range=True), "META I9d", "pass", 32),
    case("no creatinine", WOMAN.without("cr"), "META I9d", "unknown no-data"),
    # I9e-j
    case("liver enzymes at 2.5 times", WOMAN.lab("alt", 100).lab("ast", 100), "META I9e,I9f", "pass recorded"),
    case("liver enzymes over 2.5 times", WOMAN.lab("alt", 101).lab("ast", 101), "META I9e,I9f", "fail"),
    case("liver enzymes never measured", WOMAN.without("alt", "ast"), "META I9e,I9f", "unknown no-data"),
    case("with bone metastasis up to five times", METASTASIS.lab("alt", 200).lab("ast", 200).lab("alp", 600), "META I9e,I9f,I9j", "pass"),
    case("with bone metastasis over five times", METASTASIS.lab("alt", 201).lab("ast", 201).lab("alp", 601), "META I9e,I9f,I9j", "fail"),
    case("bilirubin at twice", WOMAN.lab("tbil", 2.4), "META I9g", "pass"),
    case("bilirubin over twice", WOMAN.lab("tbil", 2.5), "META I9g", "fail"),
    case("Gilbert: below three times with direct below 1.5 times", GILBERT.lab("tbil", 3.5).lab("dbil", 0.44), "META I9g", "pass"),
    case("Gilbert: three times is too much", GILBERT.lab("tbil", 3.6).lab("dbil", 0.2), "META I9g", "fail"),
    case("Gilbert: direct at 1.5 times is too much", GILBERT.lab("tbil", 3).lab("dbil", 0.45), "META I9g", "fail"),
    case("Gilbert without a direct bilirubin", GILBERT.lab("tbil", 3).without("dbil"), "META I9g", "unknown no-data"),
    case("bilirubin never measured", WOMAN.without("tbil", "dbil"), "META I9g", "unknown no-data"),
    case("lipase, amylase, phosphatase at the limit", WOMAN.lab("lip", 90).lab("amy", 150).lab("alp", 300), "META I9h,I9i,I9j", "pass recorded"),
    case("lipase, amylase, phosphatase over", WOMAN.lab("lip", 91).lab("amy", 151).lab("alp", 301), "META I9h,I9i,I9j", "fail"),
    case("lipase, amylase, phosphatase never measured", WOMAN.without("lip", "amy", "alp"), "META I9h,I9i,I9j", "unknown no-data"),
    # I9k-o, I10
    case("prothrombin time four seconds over", WOMAN.lab("pt", 17.5), "META I9k", "pass recorded"),
    case("prothrombin time more than four seconds over", WOMAN.lab("pt", 17.6), "META I9k", "fail"),
    case("prothrombin time without a range, below both", WOMAN.lab("pt", 15, no_range=True), "META I9k", "pass", 32),
    case("prothrombin time without a range, between", WOMAN.lab("pt", 16.5, no_range=True), "META I9k", "unknown imprecise", 32),
    case("prothrombin time without a range, above both", WOMAN.lab("pt", 18.5, no_range=True), "META I9k", "fail", 32),
    case("over the control time but not over the limit", WOMAN.lab("pt", 16.5).lab("pt-control", 12), "META I9k", "unknown judgement", 32),
    case("fibrinogen and aPTT at the limit", WOMAN.lab("fib", 1).lab("aptt", 54), "META I9l,I9m", "pass recorded"),
    case("fibrinogen and aPTT beyond", WOMAN.lab("fib", 0.99).lab("aptt", 54.1), "META I9l,I9m", "fail"),
    case("coagulation never measured", WOMAN.without("pt", "fib", "aptt"), "META I9k,I9l,I9m", "unknown no-data"),
    case("no dyspnoea recorded", WOMAN, "META I9n", "pass not-recorded"),
    case("active dyspnoea without a grade", WOMAN.condition("dyspnoea", "2026-09-01"), "META I9n", "unknown judgement"),
    case("dyspnoea that ended", WOMAN.condition("dyspnoea", "2020-01-01", active=False, ended="2020-02-01"), "META I9n", "pass"),
    case("dyspnoea of grade 1", WOMAN.condition("dyspnoea", "2026-09-01", text="Dyspnea, CTCAE grade 1"), "META I9n", "pass", 33),
    case("dyspnoea of grade 2", WOMAN.condition("dyspnoea", "2026-09-01", text="Dyspnea, CTCAE grade 2"), "META I9n", "fail", 33),
    case("saturation 92 %", WOMAN.lab("spo2", 92), "META I9o", "pass recorded"),
    case("saturation 91 %", WOMAN.lab("spo2", 91), "META I9o", "fail"),
    case("saturation never measured", WOMAN.without("spo2"), "META I9o; CT1195 I11h", "unknown no-data"),
    case("ejection fraction 45 %", WOMAN.lab("lvef", 45), "META I10", "pass recorded"),
    case("ejection fraction 44 %", WOMAN.lab("lvef", 44), "META I10", "fail"),
    case("ejection fraction of a year ago", WOMAN.lab("lvef", 60, on=ago(365)), "META I10", "pass"),
    case("ejection fraction of over a year ago", WOMAN.lab("lvef", 60, on=ago(366)), "META I10", "unknown stale"),
    case("radionuclide angiography is accepted", WOMAN.without("lvef").lab("lvef-muga", 60), "META I10", "pass", 10),
    case("ejection fraction never measured", WOMAN.without("lvef"), "META I10; CT1195 I11i", "unknown no-data"),
    # a man and the default limits
    case("a man without a range between the limits", MAN.lab("alt", 110, no_range=True), "META I9e", "unknown imprecise", 32),
    case("a man without a range over both limits", MAN.lab("alt", 130, no_range=True), "META I9e", "fail", 32),
    case("a woman without a range below her one limit", WOMAN.lab("alt", 96, no_range=True), "META I9e", "pass", 32),
    # the age of the chart
    case("no window, no need of an old chart", YOUNG_CHART, both("E3,E5"), "pass not-recorded", 19),
)


@pytest.mark.parametrize("one", CASES, ids=lambda c: c.id)
def test_nct06711146_answers_as_the_contract_says(one: Case, evaluate) -> None:
    assert problems(one, evaluate(one.chart, one.as_of)) == []
