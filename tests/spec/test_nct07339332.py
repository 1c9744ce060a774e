"""NCT07339332 (CT1195E): every criterion at its boundary, beyond it, and unknown.

Source: criteria.md section 7 and the decisions that each case names.
"""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .bases import NO_DRUGS, ON_PREDNISONE, WOMAN
from .cases import Case, case, collect, problems
from .parts import ago

SEVERE = "24484000"
PAST = {"active": False}
QUIET = WOMAN.score("SLEDAI-2K", 6, id="s2k").score("SELENA-SLEDAI", 6, id="selena")
NO_ORGAN = WOMAN.lab("prot", 0.1).lab("upcr", 100)
LOW_KIDNEY = WOMAN.without("egfr")


def with_partner(name: str, mg: object, start: str, **more):
    return NO_DRUGS.takes("prednisone 5", 10, "2024-01-01", id="pred").takes(name, mg, start, **more)


CASES = collect(
    case("what a person decides", WOMAN, "CT1195 I1,I4", "review"),
    case("18 tomorrow", WOMAN.patient(birthDate="2008-11-02"), "CT1195 I2", "fail until 2026-11-02", 29),
    case("birth date missing", WOMAN.patient(birthDate=None), "CT1195 I2; IM19 I2", "unknown no-data"),
    # I3
    case("no infection recorded", WOMAN, "CT1195 I3", "pass not-recorded", 3),
    case("an infection that ended two weeks ago to the day", WOMAN.condition("pneumonia", "2026-10-01", ended=ago(14), **PAST), "CT1195 I3", "pass", 18),
    case("an infection that ended a day later", WOMAN.condition("pneumonia", "2026-10-01", ended=ago(13), **PAST), "CT1195 I3", "fail until 2026-11-02", 18),
    case("active tuberculosis", WOMAN.condition("TB", "2026-09-01"), "CT1195 I3", "fail"),
    case("a young SARS-CoV-2 positive", WOMAN.lab("cov", text="Detected", on=ago(5)), "CT1195 I3", "unknown judgement", 50),
    *[case(f"{word} is no systemic active infection", WOMAN.condition(word, "2015-01-01"), "CT1195 I3", "pass", 25)
      for word in ("HIV", "hepatitis B chronic", "lupus pneumonitis", "latent TB")],
    # I6
    case("SLE recorded", WOMAN, "CT1195 I6a,I6b", "pass recorded"),
    case("SLE for a day less than six months", WOMAN.edit("sle", onsetDateTime="2026-05-02", recordedDate="2026-05-02"), "CT1195 I6b", "fail until 2026-11-02"),
    case("SLE of unknown age", WOMAN.edit("sle", onsetDateTime=None, recordedDate="2026-09-01"), "CT1195 I6b", "unknown imprecise", 30),
    # I7a
    case("steroid and partner for three months to the day", with_partner("mycophenolate", 1000, "2026-08-01", times=2), "CT1195 I7a", "pass recorded", 27),
    case("the partner a day less", with_partner("mycophenolate", 1000, "2026-08-02", times=2), "CT1195 I7a", "fail until 2026-11-02", 27),
    *[case(f"{name} is a listed partner", with_partner(name, mg, "2025-01-01"), "CT1195 I7a", "pass")
      for name, mg in {"tacrolimus": 3, "leflunomide": 20}.items()],
    case("a biologic is a partner", with_partner("belimumab", 200, "2025-01-01", route="subcutaneous"), "CT1195 I7a", "pass"),
    case("azathioprine is not listed", with_partner("azathioprine", 50, "2025-01-01"), "CT1195 I7a", "unknown judgement", 27),
    case("an antimalarial is no partner", with_partner("hydroxychloroquine", 200, "2025-01-01"), "CT1195 I7a", "unknown no-data", 5),
    case("partners stopped, none current", ON_PREDNISONE, "CT1195 I7a", "unknown judgement", 16),
    case("nothing recorded", NO_DRUGS, "CT1195 I7a", "unknown no-data", 16),
    case("steroid changed two weeks ago to the day",
         WOMAN.takes("prednisone 5", 20, "2024-02-01", ago(15), id="pred").takes("prednisone 5", 10, ago(14), id="p2"), "CT1195 I7a", "pass"),
    case("steroid changed a day later",
         WOMAN.takes("prednisone 5", 20, "2024-02-01", ago(14), id="pred").takes("prednisone 5", 10, ago(13), id="p2"), "CT1195 I7a", "fail until 2026-11-02"),
    case("a good partner beside one just begun", WOMAN.takes("methotrexate", 15, ago(5), doses=[
        {"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}, "route": {"text": "oral"},
         "doseAndRate": [{"doseQuantity": {"value": 15, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}]}]),
         "CT1195 I7a", "unknown judgement", 50),
    case("a good partner beside one that cannot be read", WOMAN.takes("tacrolimus", start="2020-01-01", doses=[{"text": "per level"}]), "CT1195 I7a",
         "unknown no-dose", 50),
    case("steroid fails, partner unknown: the failure decides", with_partner("azathioprine", 50, "2025-01-01").takes("prednisone 5", 10, "2026-09-01", id="pred"),
         "CT1195 I7a", "fail until 2026-12-01", 27, 42),
    # I9
    case("SLEDAI-2K 7", WOMAN.score("SLEDAI-2K", 7, id="s2k"), "CT1195 I9", "pass recorded"),
    case("SLEDAI-2K 6 and nothing else: silence disproves nothing", QUIET, "CT1195 I9", "unknown no-data", 5),
    case("SLEDAI-2K 6, severe immune thrombocytopenia", QUIET.condition("ITP", "2026-09-01", severity=SEVERE), "CT1195 I9", "pass"),
    *[case(f"SLEDAI-2K 6, active {word}", QUIET.condition(word, "2025-01-01"), "CT1195 I9", "pass recorded", 28) for word in ("class III nephritis", "class IV nephritis")],
    case("SLEDAI-2K 6, pure class V", QUIET.condition("class V nephritis", "2025-01-01"), "CT1195 I9", "never pass"),
    case("SLEDAI-2K 6, class IV that ended", QUIET.condition("class IV nephritis", "2020-01-01", ended="2024-01-01", **PAST), "CT1195 I9", "never pass", 47),
    # I10
    case("protein over 0.5 g", NO_ORGAN.lab("prot", 0.51), "CT1195 I10", "pass recorded"),
    case("ratio over 500", NO_ORGAN.lab("upcr", 501), "CT1195 I10", "pass recorded"),
    case("both at the limit", NO_ORGAN.lab("prot", 0.5).lab("upcr", 500), "CT1195 I10", "unknown no-data"),
    case("platelets 99", NO_ORGAN.lab("plt", 99), "CT1195 I10", "pass"),
    case("platelets 100", NO_ORGAN.lab("plt", 100), "CT1195 I10", "unknown no-data"),
    case("Coombs positive with LDH above", NO_ORGAN.lab("coombs", text="Positive").lab("ldh", 400), "CT1195 I10", "pass", 47),
    case("Coombs positive with haptoglobin below", NO_ORGAN.lab("coombs", text="Positive").lab("hapto", 10), "CT1195 I10", "pass", 47),
    case("Coombs positive alone", NO_ORGAN.lab("coombs", text="Positive").lab("ldh", 200), "CT1195 I10", "never pass", 47),
    *[case(f"active {word}", NO_ORGAN.condition(word, "2026-09-01"), "CT1195 I10", "pass recorded", 47)
      for word in ("lupus nephritis", "lupus arthritis", "lupus pericarditis", "neuropsychiatric lupus", "AIHA")],
    case("skin alone", NO_ORGAN.condition("discoid lupus", "2026-09-01"), "CT1195 I10", "unknown no-data"),
    case("an arthritis that lupus may not have caused", NO_ORGAN.condition("arthritis wide", "2026-09-01"), "CT1195 I10", "never pass", 34),
    case("an organ that is not named", NO_ORGAN.condition("lupus organ unspecified", "2026-09-01"), "CT1195 I10", "never pass", 34),
    # I11a-c
    case("clearance 50.06", LOW_KIDNEY.lab("cr", 1.5), "CT1195 I11a", "pass computed", 7),
    case("clearance 49.7", LOW_KIDNEY.lab("cr", 1.51), "CT1195 I11a", "fail", 7),
    case("a measured clearance does not count", WOMAN.lab("crcl-measured", 30), "CT1195 I11a", "pass computed", 7),
    case("a newer recorded Cockcroft-Gault value wins", WOMAN.lab("crcl-cg", 45, on="2026-10-25"), "CT1195 I11a", "fail", 7),
    case("an older recorded Cockcroft-Gault value does not", WOMAN.lab("crcl-cg", 45, on="2026-09-01"), "CT1195 I11a", "pass computed", 7),
    case("no weight", WOMAN.without("wt"), "CT1195 I11a", "unknown no-data", 7),
    case("weight of 181 days ago", WOMAN.lab("wt", 60, on=ago(181)), "CT1195 I11a", "unknown stale", 7),
    case("no creatinine", WOMAN.without("cr"), "CT1195 I11a", "unknown no-data"),
    case("under 18 the formula is not used", WOMAN.patient(birthDate="2009-06-15"), "CT1195 I11a", "unknown", 7),
    case("neutrophils and haemoglobin at the limit", WOMAN.lab("neu", 1).lab("hb", 6), "CT1195 I11b,I11c", "pass recorded"),
    case("neutrophils and haemoglobin below", WOMAN.lab("neu", 0.99).lab("hb", 5.9), "CT1195 I11b,I11c", "fail"),
    case("neutrophils never counted", WOMAN.without("neu"), "CT1195 I11b", "unknown no-data"),
    # I11d-i
    case("liver at twice", WOMAN.lab("alt", 80).lab("ast", 80).lab("tbil", 2.4), "CT1195 I11d,I11e,I11f", "pass recorded"),
    case("liver over twice", WOMAN.lab("alt", 81).lab("ast", 81).lab("tbil", 2.5), "CT1195 I11d,I11e,I11f", "fail"),
    case("liver never measured", WOMAN.without("alt", "ast", "tbil"), "CT1195 I11d,I11e,I11f", "unknown no-data"),
    case("AST without a range between the default limits", WOMAN.lab("ast", 72, no_range=True), "CT1195 I11e", "unknown imprecise", 32),
    case("only the INR fits", WOMAN.lab("inr", 1.8).lab("aptt", 60), "CT1195 I11g", "pass"),
    case("only the aPTT fits", WOMAN.lab("inr", 2).lab("aptt", 54), "CT1195 I11g", "pass"),
    case("neither fits", WOMAN.lab("inr", 1.81).lab("aptt", 54.1), "CT1195 I11g", "fail"),
    case("one fails, one was not measured", WOMAN.lab("inr", 2).without("aptt"), "CT1195 I11g", "unknown no-data"),
    case("one fits, one was not measured", WOMAN.without("aptt"), "CT1195 I11g", "pass"),
    case("one published limit only: over it", WOMAN.lab("inr", 1.5, no_range=True).without("aptt"), "CT1195 I11g", "unknown no-reference-range", 32),
    case("one published limit only: below it", WOMAN.lab("inr", 1.15, no_range=True).without("aptt"), "CT1195 I11g", "pass", 32),
    case("saturation 92 %", WOMAN.lab("spo2", 92), "CT1195 I11h", "pass recorded"),
    case("saturation 91.9 %", WOMAN.lab("spo2", 91.9), "CT1195 I11h", "fail"),
    case("ejection fraction 50 %", WOMAN.lab("lvef", 50), "CT1195 I11i", "pass recorded"),
    case("ejection fraction 49 %", WOMAN.lab("lvef", 49), "CT1195 I11i", "fail"),
    case("echocardiography eight weeks ago to the day", WOMAN.lab("lvef", 60, on=ago(56)), "CT1195 I11i", "pass", 1),
    case("echocardiography a day earlier", WOMAN.lab("lvef", 60, on=ago(57)), "CT1195 I11i", "unknown stale"),
    case("radionuclide angiography is not what it asks for", WOMAN.without("lvef").lab("lvef-muga", 60), "CT1195 I11i", "unknown", 10),
    case("magnetic resonance is not what it asks for", WOMAN.without("lvef").lab("lvef-mr", 30), "CT1195 I11i", "unknown", 10),
)


@pytest.mark.parametrize("one", CASES, ids=lambda c: c.id)
def test_nct07339332_answers_as_the_contract_says(one: Case, evaluate) -> None:
    assert problems(one, evaluate(one.chart, one.as_of)) == []
