"""NCT06222853, the trial for children: every criterion at its boundary, beyond it, and unknown.

Source: criteria.md section 4 and the decisions that each case names.
"""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .bases import GIRL
from .builder import PATIENT
from .cases import Case, case, collect, problems
from .parts import ago

SEVERE = "24484000"
NO_NEPHRITIS = GIRL.without("nephritis", "chronicity")
PAST = {"active": False}
UNTESTED = GIRL.without("hcg", "hcgu")
OTHER_REASON = {"reasonCode": [{"coding": [{"system": "http://snomed.info/sct", "code": "69896004"}]}]}
LUPUS_REASON = {"reasonCode": [{"coding": [{"system": "http://snomed.info/sct", "code": "55464009"}]}]}


def allergy(rxnorm: str):
    return GIRL.put({"resourceType": "AllergyIntolerance", "id": "allergy", "patient": {"reference": f"Patient/{PATIENT}"},
                     "code": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": rxnorm}]},
                     "recordedDate": "2024-01-01"})


CASES = collect(
    case("the whole girl of 12 fits", GIRL, "KIDS", "likely None"),
    case("what a person decides", GIRL, "KIDS I4f,I5,I6b,I7,E3c,E12,E13", "review"),
    # I1
    case("5 today", GIRL.patient(birthDate="2021-11-01"), "KIDS I1", "pass recorded"),
    case("5 tomorrow", GIRL.patient(birthDate="2021-11-02"), "KIDS I1", "fail until 2026-11-02", 29),
    case("the last day of being 18", GIRL.patient(birthDate="2007-11-02"), "KIDS I1", "pass"),
    case("19 today", GIRL.patient(birthDate="2007-11-01"), "KIDS I1", "fail", 29),
    case("birth date missing", GIRL.patient(birthDate=None), "KIDS I1", "unknown no-data"),
    # I2
    case("SLE recorded", GIRL, "KIDS I2a", "pass recorded"),
    case("SLEDAI-2K 8", GIRL.score("SLEDAI-2K", 8, id="s2k"), "KIDS I2b", "pass recorded"),
    case("SLEDAI-2K 7", GIRL.score("SLEDAI-2K", 7, id="s2k"), "KIDS I2b", "fail"),
    case("a SELENA-SLEDAI stands in", GIRL.without("s2k").score("SELENA-SLEDAI", 9, id="selena"), "KIDS I2b", "pass", 6),
    case("no score, low complement, raised anti-dsDNA and protein",
         GIRL.without("s2k").lab("c3", 60).lab("dsdna", 90).lab("prot", 0.6), "KIDS I2b", "pass computed", 36),
    case("no score, low complement only", GIRL.without("s2k").lab("c3", 60), "KIDS I2b", "unknown imprecise", 6),
    case("prior treatment complete", GIRL, "KIDS I2c", "pass", 15),
    case("1 mg/kg exactly", GIRL.takes("prednisone 10", 36, "2024-01-01", "2024-08-31", id="pred-high"), "KIDS I2c", "pass", 15),
    case("below 1 mg/kg", GIRL.takes("prednisone 10", 35, "2024-01-01", "2024-08-31", id="pred-high"), "KIDS I2c", "unknown", 15),
    case("the weight of the time, not today's", GIRL.takes("prednisone 10", 40, "2024-01-01", "2024-08-31", id="pred-high"), "KIDS I2c", "pass", 15),
    case("today's weight where none is near", GIRL.without("weight-2024").takes("prednisone 10", 40, "2024-01-01", "2024-08-31", id="pred-high"),
         "KIDS I2c", "unknown", 15),
    case("no antimalarial", GIRL.without("hcq"), "KIDS I2c", "unknown no-data", 16),
    case("intolerance of the antimalarial stands in for it", allergy("5521").without("hcq"), "KIDS I2c", "pass", 28, 46),
    case("intolerance of the antimalarial does not stand in for the rest", allergy("5521").without("hcq", "cyc"), "KIDS I2c", "unknown", 46),
    case("one listed drug only", GIRL.without("cyc"), "KIDS I2c", "unknown no-data"),
    case("the second listed drug for three months only", GIRL.takes("cyclophosphamide", None, "2023-09-01", "2023-11-30", id="cyc", route="intravenous"),
         "KIDS I2c", "unknown"),
    # I3
    *[case(f"{word} is enough", NO_NEPHRITIS.condition(word, "2024-01-01"), "KIDS I3", "pass recorded", 28)
      for word in ("class III nephritis", "class IV nephritis", "class V nephritis")],
    case("class II, half a milligram per kilogram", NO_NEPHRITIS.condition("class II nephritis", "2024-01-01"), "KIDS I3", "unknown judgement", 5),
    case("class II, a low dose", NO_NEPHRITIS.condition("class II nephritis", "2024-01-01").takes("prednisone 5", 10, "2025-01-01", id="pred"), "KIDS I3",
         "unknown no-data", 5),
    case("no organ, a low dose", NO_NEPHRITIS.takes("prednisone 5", 10, "2025-01-01", id="pred"), "KIDS I3", "unknown no-data", 5),
    case("no organ, 0.5 mg/kg exactly", NO_NEPHRITIS.takes("prednisone 5", 21, "2025-01-01", id="pred"), "KIDS I3", "unknown judgement"),
    case("a class in the text", NO_NEPHRITIS.condition("lupus nephritis", "2024-01-01", text="Lupus nephritis, ISN/RPS class IV"), "KIDS I3", "pass", 28, 33),
    case("active lupus of the nervous system", NO_NEPHRITIS.condition("neuropsychiatric lupus", "2025-01-01"), "KIDS I3", "pass"),
    case("an immune cytopenia is for a clinician", NO_NEPHRITIS.condition("ITP", "2025-01-01").takes("prednisone 5", 10, "2025-01-01", id="pred"),
         "KIDS I3", "unknown judgement", 46),
    case("nephritis that ended does not prove it", NO_NEPHRITIS.condition("class IV nephritis", "2024-01-01", ended="2025-01-01", **PAST), "KIDS I3",
         "never pass", 46),
    # I4
    case("ejection fraction 55 %", GIRL.lab("lvef", 55), "KIDS I4a", "pass recorded"),
    case("ejection fraction 54 %", GIRL.lab("lvef", 54), "KIDS I4a", "fail"),
    case("ejection fraction never measured", GIRL.without("lvef"), "KIDS I4a", "unknown no-data"),
    case("filtration 30.07", GIRL.lab("cr", 2.06), "KIDS I4b", "pass computed", 7),
    case("filtration 29.93", GIRL.lab("cr", 2.07), "KIDS I4b", "fail", 7),
    case("no height", GIRL.without("ht"), "KIDS I4b", "unknown no-data", 7),
    case("height of 91 days ago", GIRL.lab("ht", 150, on=ago(91)), "KIDS I4b", "unknown stale", 7),
    case("height of 90 days ago", GIRL.lab("ht", 150, on=ago(90)), "KIDS I4b", "pass computed", 7),
    case("an adult formula's report does not count", GIRL.lab("egfr", 20), "KIDS I4b", "pass computed", 7),
    case("no creatinine", GIRL.without("cr"), "KIDS I4b", "unknown no-data"),
    case("enzymes at three times", GIRL.lab("alt", 120).lab("ast", 120), "KIDS I4c", "pass recorded"),
    case("ALT over three times", GIRL.lab("alt", 121), "KIDS I4c", "fail"),
    case("AST over three times", GIRL.lab("ast", 121), "KIDS I4c", "fail"),
    case("AST never measured", GIRL.without("ast"), "KIDS I4c", "unknown no-data"),
    case("no default limits for a child", GIRL.lab("alt", 20, no_range=True), "KIDS I4c", "unknown no-reference-range", 32),
    case("N says at or below the limit, for a child too", GIRL.lab("alt", 20, no_range=True, interp="N"), "KIDS I4c", "pass", 32),
    case("bilirubin at twice", GIRL.lab("tbil", 2.4), "KIDS I4d", "pass recorded"),
    case("bilirubin over twice", GIRL.lab("tbil", 2.5), "KIDS I4d", "fail"),
    case("bilirubin never measured", GIRL.without("tbil"), "KIDS I4d", "unknown no-data"),
    case("saturation 92 %", GIRL.lab("spo2", 92), "KIDS I4e,E5b", "pass recorded"),
    case("saturation 91 %", GIRL.lab("spo2", 91), "KIDS I4e,E5b", "fail"),
    case("saturation never measured", GIRL.without("spo2"), "KIDS I4e,E5b", "unknown no-data"),
    # I6a, E11
    case("a positive urine test", GIRL.lab("hcgu", text="Positive"), "KIDS I6a", "fail"),
    case("blood alone is enough for the inclusion", GIRL.without("hcgu"), "KIDS I6a", "pass recorded", 43),
    case("urine alone is enough for the inclusion", GIRL.without("hcg"), "KIDS I6a", "pass recorded", 43),
    case("urine alone does not decide the exclusion", GIRL.without("hcg"), "KIDS E11", "unknown no-data", 2),
    case("a positive blood test", GIRL.lab("hcg", text="Positive"), "KIDS E11", "fail"),
    case("no test", UNTESTED, "KIDS I6a,E11", "unknown no-data"),
    case("tests of 29 days ago", GIRL.lab("hcg", text="Negative", on=ago(29)).lab("hcgu", text="Negative", on=ago(29)), "KIDS I6a,E11", "unknown stale"),
    case("tests of 28 days ago", GIRL.lab("hcg", text="Negative", on=ago(28)).lab("hcgu", text="Negative", on=ago(28)), "KIDS I6a,E11", "pass"),
    case("11 years old", UNTESTED.patient(birthDate="2014-11-02"), "KIDS I6a,E11", "pass", 11, 28),
    case("12 today", UNTESTED.patient(birthDate="2014-11-01"), "KIDS I6a,E11", "unknown no-data", 11),
    case("a boy", UNTESTED.patient(gender="male"), "KIDS I6a,E11", "pass", 11, 28),
    case("gender other", UNTESTED.patient(gender="other"), "KIDS I6a,E11", "unknown no-data", 11),
    case("gender missing", UNTESTED.patient(gender=None), "KIDS I6a,E11", "unknown no-data", 11),
    case("pregnancy recorded after the test", GIRL.condition("pregnant", "2026-10-25", recorded="2026-10-25"), "KIDS I6a", "fail until ?", 43),
    # E1, E2
    case("no cell therapy", GIRL, "KIDS E1", "pass not-recorded"),
    case("a history of CAR-T", GIRL.condition("car-t history", recorded="2025-01-01"), "KIDS E1", "fail"),
    case("tisagenlecleucel given", GIRL.given("tisagenlecleucel", "2020-01-01"), "KIDS E1", "fail"),
    case("CAR-T as a word", GIRL.procedure("", "2024-01-01", text="CAR-T infusion", id="c"), "KIDS E1", "unknown judgement", 34),
    case("active lupus of the nervous system", GIRL.condition("neuropsychiatric lupus", "2025-01-01"), "KIDS E2a", "fail", 18),
    case("it ended 59 days ago", GIRL.condition("neuropsychiatric lupus", "2025-01-01", ended=ago(59), **PAST), "KIDS E2a", "fail until 2026-11-02", 18),
    case("it ended 60 days ago", GIRL.condition("neuropsychiatric lupus", "2025-01-01", ended=ago(60), **PAST), "KIDS E2a", "pass", 18),
    case("a new seizure of unknown cause", GIRL.condition("seizure", ago(30)), "KIDS E2a", "unknown judgement", 46),
    case("a new stroke of unknown cause", GIRL.condition("stroke", ago(30)), "KIDS E2a", "unknown judgement", 46),
    case("a stroke at any time", GIRL.condition("stroke", "2018-01-01", ended="2018-02-01", **PAST), "KIDS E2b", "fail", 46),
    case("an intracranial haemorrhage", GIRL.condition("intracerebral haemorrhage", "2018-01-01"), "KIDS E2b", "fail", 46),
    *[case(f"{word} is for a clinician", GIRL.condition(word, "2018-01-01"), "KIDS E2b", "unknown judgement", 46)
      for word in ("epilepsy", "seizure", "brain injury", "aneurysm")],
    case("nothing recorded", GIRL, "KIDS E2a,E2b,E3a,E4,E5a,E7,E8a,E8b,E10a,E10b,E10c", "pass not-recorded"),
    # E3
    case("dialysis three months ago to the day", GIRL.procedure("haemodialysis", "2026-08-01"), "KIDS E3a", "pass", 18),
    case("dialysis a day later", GIRL.procedure("haemodialysis", "2026-08-02"), "KIDS E3a", "fail until 2026-11-02", 18),
    case("chronicity index 6", GIRL.score("Chronicity index", 6, on="2026-09-01", id="chronicity"), "KIDS E3b", "pass", 33),
    case("chronicity index 7", GIRL.score("Chronicity index", 7, on="2026-09-01", id="chronicity"), "KIDS E3b", "fail", 33),
    case("chronicity index of 7 from three years ago has no look-back", GIRL.score("Chronicity index", 7, on="2023-09-01", id="chronicity"), "KIDS E3b", "fail", 33),
    case("nephritis without an index", GIRL.without("chronicity"), "KIDS E3b", "unknown no-data", 28),
    case("no nephritis", NO_NEPHRITIS, "KIDS E3b", "pass not-recorded"),
    # E4
    case("congenital heart disease", GIRL.condition("congenital heart", "2014-06-01"), "KIDS E4", "unknown judgement"),
    case("infarction six months ago to the day", GIRL.condition("MI", "2026-05-01", **PAST), "KIDS E4", "pass", 35),
    case("infarction a day later", GIRL.condition("MI", "2026-05-02", **PAST), "KIDS E4", "fail until 2026-11-02", 35),
    *[case(f"active {word}", GIRL.condition(word, "2026-09-01"), "KIDS E4", "fail", 46) for word in ("ventricular tachycardia", "complete block", "tamponade")],
    *[case(f"active {word} of unknown weight", GIRL.condition(word, "2026-09-01"), "KIDS E4", "unknown judgement", 46)
      for word in ("atrial fibrillation", "pericardial effusion")],
    *[case(f"severe {word}", GIRL.condition(word, "2026-09-01", severity=SEVERE), "KIDS E4", "fail", 46)
      for word in ("atrial fibrillation", "pericardial effusion", "myocarditis")],
    case("noradrenaline running", GIRL.takes("norepinephrine", None, "2026-10-31", route="intravenous"), "KIDS E4", "fail", 46),
    case("noradrenaline stopped", GIRL.takes("norepinephrine", None, "2026-03-01", "2026-03-02", route="intravenous"), "KIDS E4", "pass", 46),
    case("dobutamine is no vasopressor", GIRL.takes("dobutamine", None, "2026-10-31", route="intravenous"), "KIDS E4", "pass", 39),
    # E5, E6
    *[case(f"{word} of unknown severity", GIRL.condition(word, "2024-01-01"), "KIDS E5a", "unknown judgement") for word in ("ILD", "bronchiectasis")],
    case("severe interstitial disease", GIRL.condition("ILD", "2024-01-01", severity=SEVERE), "KIDS E5a", "fail"),
    case("a drug for another disease", GIRL.edit("mmf", **OTHER_REASON), "KIDS E6", "unknown judgement"),
    case("a drug for lupus", GIRL.edit("mmf", **LUPUS_REASON), "KIDS E6", "pass"),
    case("no reason recorded", GIRL, "KIDS E6", "pass"),
    # E7, E8
    case("an active pneumonia", GIRL.condition("pneumonia", "2026-10-25"), "KIDS E7; CT1195 I3", "fail", 18),
    case("an infection that ended six days ago", GIRL.condition("pneumonia", "2026-09-20", ended=ago(6), **PAST), "KIDS E7", "fail until 2026-11-02", 18),
    case("an infection that ended seven days ago", GIRL.condition("pneumonia", "2026-09-20", ended=ago(7), **PAST), "KIDS E7", "pass", 18),
    case("a local infection", GIRL.condition("nail mycosis wide", "2026-10-01"), "KIDS E7; CT1195 I3", "unknown judgement", 47),
    case("latent tuberculosis", GIRL.condition("latent TB", "2020-01-01"), "KIDS E7", "pass"),
    case("an acute infection still active after 90 days", GIRL.condition("pneumonia", "2026-03-01"), "KIDS E7", "unknown judgement", 35),
    case("transplant three months ago to the day", GIRL.procedure("kidney transplantation", "2026-08-01"), "KIDS E8a", "pass", 18),
    case("transplant a day later", GIRL.procedure("kidney transplantation", "2026-08-02"), "KIDS E8a", "fail until 2026-11-02", 18),
    case("graft-versus-host disease without a grade", GIRL.condition("GVHD", "2026-10-20"), "KIDS E8b", "unknown", 28),
    case("graft-versus-host disease of grade 2", GIRL.condition("GVHD", "2026-10-20", text="Acute GVHD grade 2"), "KIDS E8b", "fail", 33),
    case("graft-versus-host disease of grade 1", GIRL.condition("GVHD", "2026-10-20", text="Acute GVHD grade 1"), "KIDS E8b", "pass", 33),
    # E9
    case("HBsAg positive, DNA detected", GIRL.lab("hbsag", text="Positive").lab("hbvdna", 1500), "KIDS E9a", "fail", 41),
    case("HBsAg positive, DNA not measured", GIRL.lab("hbsag", text="Positive"), "KIDS E9a", "unknown no-data"),
    case("core antibody positive, DNA not detected", GIRL.lab("hbc", text="Positive").lab("hbvdna", "Not detected"), "KIDS E9a", "pass recorded", 2),
    case("core antibody positive, DNA below the limit of detection", GIRL.lab("hbc", text="Positive").lab("hbvdna", 20, comparator="<"), "KIDS E9a",
         "unknown imprecise", 2),
    case("HCV antibody positive, RNA detected", GIRL.lab("hcv", text="Positive").lab("hcvrna", 900), "KIDS E9b", "fail", 41),
    case("HCV antibody positive, RNA not detected", GIRL.lab("hcv", text="Positive").lab("hcvrna", "Not detected"), "KIDS E9b", "pass recorded"),
    case("HCV antibody positive, RNA not measured", GIRL.lab("hcv", text="Positive"), "KIDS E9b", "unknown no-data"),
    case("all negative", GIRL, "KIDS E9a,E9b,E9c,E9d,E9e", "pass recorded"),
    case("HIV, syphilis positive, CMV detected", GIRL.lab("hiv", text="Positive").lab("syph", text="Positive").lab("cmv", 200), "KIDS E9c,E9d,E9e", "fail", 41),
    case("never tested", GIRL.without("hbsag", "hbc", "hcv", "hiv", "syph", "cmv"), "KIDS E9a,E9b,E9c,E9d,E9e", "unknown no-data"),
    case("serology of over a year ago", GIRL.lab("hiv", text="Negative", on=ago(366)).lab("syph", text="Negative", on=ago(366)), "KIDS E9c,E9d", "unknown stale"),
    case("one method positive, another negative", GIRL.lab("rpr", text="Positive", on=ago(30)), "KIDS E9d", "fail", 41),
    # E10
    case("macrophage activation that ended a month ago to the day", GIRL.condition("MAS", "2026-08-20", ended="2026-10-01", **PAST), "KIDS E10a", "pass", 18),
    case("macrophage activation that ended a day later", GIRL.condition("MAS", "2026-08-20", ended="2026-10-02", **PAST), "KIDS E10a", "fail until 2026-11-02", 18),
    case("active macrophage activation", GIRL.condition("MAS", "2026-10-10"), "KIDS E10a", "fail", 18),
    case("macrophage activation still active after 90 days", GIRL.condition("MAS", "2026-06-01"), "KIDS E10a", "unknown judgement", 35),
    case("a live vaccine 27 days ago", GIRL.vaccine("21", ago(27)), "KIDS E10b", "fail until 2026-11-02", 18),
    case("a live vaccine 28 days ago", GIRL.vaccine("21", ago(28)), "KIDS E10b", "pass", 18),
    case("an inactivated vaccine", GIRL.vaccine("140", ago(5)), "KIDS E10b", "pass"),
    case("a live vaccine that was not given", GIRL.vaccine("21", ago(5), status="not-done"), "KIDS E10b", "pass", 23),
    case("malignancy", GIRL.condition("cancer", "2020-01-01"), "KIDS E10c", "fail"),
    case("a skin cancer that may be none", GIRL.condition("skin cancer wide", "2020-01-01"), "KIDS E10c", "unknown judgement", 34),
    case("other severe disease is noted, not computed", GIRL.condition("heart failure", "2020-01-01"), "KIDS E10c", "pass not-recorded", 48),
)


@pytest.mark.parametrize("one", CASES, ids=lambda c: c.id)
def test_nct06222853_answers_as_the_contract_says(one: Case, evaluate) -> None:
    assert problems(one, evaluate(one.chart, one.as_of)) == []
