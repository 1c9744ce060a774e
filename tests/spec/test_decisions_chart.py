"""The decisions on the chart itself: the diagnosis, its age, completeness, silence, codes of every edition, and verdicts.

Source: criteria.md sections 1 and 2, decisions 12, 13, 19, 29, 34, 42 to 44, 48, 49, 51, 52.
"""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .bases import GIRL, NO_DRUGS, WOMAN, YOUNG_CHART
from .cases import Case, case, collect, problems
from .parts import coding

ALL = "META;KIDS;IM19;RELMA;CT1195"
NO_SLE = WOMAN.without("sle")
PAST = {"active": False}
YOUNG_GIRL = (GIRL.without("enc-2016-05-01", "enc-2023-05-15", "weight-2024", "chronicity").edit("sle", recordedDate=None)
              .edit("nephritis", recordedDate=None))
"""A girl's chart that begins with her heart scan of 2026-10-05 (27 days before `AS_OF`)."""
REPORTED = {"reportedBoolean": True, "intent": "plan"}


def coded(*words: str, text: str | None = None):
    code = {"coding": [coding(w) for w in words]} | ({"text": text} if text else {})
    return NO_SLE.put({"resourceType": "Condition", "id": "sle", "code": code, "onsetDateTime": "2017-09-03",
                       "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}})


def finding(word: str, base=WOMAN):
    return base.put({"resourceType": "Condition", "id": "f", "code": {"coding": [coding(word)]}, "onsetDateTime": "2026-09-01",
                     "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}})


CASES = collect(
    # 12: the diagnosis
    case("no SLE on the chart", NO_SLE, ALL, "not-applicable None", 12, 13),
    *[case(f"SLE as {word}", coded(word), "META I3; KIDS I2a; IM19 I1; RELMA I3; CT1195 I6a", "pass recorded", 12)
      for word in ("sct 55464009", "cm M32.9", "cm M32.10", "icd M32.9", "sct 68815009", "sct 95408003")],
    *[case(f"{word} is not SLE", coded(word), ALL, "not-applicable None", 12)
      for word in ("sct 200936003", "sct 200938002", "cm L93.0", "sct 80258006", "cm M32.0", "sct 201436003")],
    case("Libman-Sacks endocarditis alone is not SLE", coded("sct 54072008"), "META", "not-applicable None", 34),
    *[case(f"{status} SLE does not count", WOMAN.condition("sle", "2017-09-03", verified=status, id="sle"), ALL, "not-applicable None", 12)
      for status in ("unconfirmed", "provisional", "differential", "refuted")],
    case("SLE entered in error does not count", WOMAN.condition("sle", "2017-09-03", verified="entered-in-error", id="sle"), "META", "not-applicable None"),
    *[case(f"{status} SLE counts", WOMAN.condition("sle", "2017-09-03", clinical=status, id="sle"), "META I3; CT1195 I6a", "pass", 12) for status in ("resolved", "inactive")],
    case("a deceased patient", WOMAN.patient(deceasedBoolean=True), ALL, "not-applicable None"),
    case("a patient with a day of death", WOMAN.patient(deceasedDateTime="2026-01-01"), "META", "not-applicable None"),
    case("said to be alive", WOMAN.patient(deceasedBoolean=False), "META", "likely None"),
    # 52: systems and editions
    *[case(f"SLE under {system}", coded(f"{system} {code}"), "META I3", "pass", 52)
      for system, code in {"urn:oid:2.16.840.1.113883.6.96": "55464009", "urn:oid:2.16.840.1.113883.6.90": "M32.9", "urn:oid:2.16.840.1.113883.6.3": "M32.9"}.items()],
    case("dot and case do not matter", coded("cm m329"), "META I3", "pass", 52),
    case("the Chinese edition under the WHO's name", coded("icd M32.900"), "META I3", "pass", 52),
    case("a Chinese nephritis code is nephritis", finding("icd M32.101+N08.5*", WOMAN.lab("prot", 0.1).lab("upcr", 100)), "CT1195 I10", "pass", 52),
    case("a Chinese encephalopathy code is a lupus crisis", finding("icd M32.114+G94.8*"), "META E2", "fail", 52),
    case("a Chinese myopathy code is no endocarditis and no crisis", finding("icd M32.110+G73.7*"), "META E2", "pass", 52),
    case("ICD codes match by prefix", finding("cm I21.4"), "IM19 E8", "fail until 2027-03-01"),
    # 13, 49, 51: completeness
    case("a page that is missing: absence is not known", WOMAN.next_page(), "META E2,E3,E5,E1c; RELMA E5; IM19 E3,E9,E13; CT1195 I3", "unknown unavailable", 13, 51),
    case("a page that is missing: what was found stands", WOMAN.condition("stroke", "2010-01-01").procedure("kidney transplantation", "2001-01-01").next_page(),
         "META E3,E5", "fail", 51),
    case("a page that is missing: the diagnosis stands", WOMAN.next_page(), "META I3; IM19 I1", "pass recorded", 51),
    case("a page that is missing: an exposure stands", WOMAN.next_page(), "IM19 I4", "pass", 51),
    case("a page that is missing: age is decided", WOMAN.next_page(), "META I2; IM19 I2; CT1195 I2", "pass recorded", 51),
    case("a page that is missing and no diagnosis seen", NO_SLE.next_page(), "META I3; KIDS I2a; IM19 I1; RELMA I3; CT1195 I6a", "unknown unavailable", 44, 51),
    case("an error among the entries", WOMAN.outcome("error"), "META E5; IM19 E3", "unknown unavailable", 49, 13),
    case("a fatal error among the entries", WOMAN.outcome("fatal"), "META E5", "unknown unavailable", 49),
    case("a note among the entries", WOMAN.outcome("information", "informational"), "META E5; IM19 E3", "pass not-recorded", 49),
    case("a warning among the entries", WOMAN.outcome("warning"), "META E5", "pass not-recorded", 49),
    *[case(f"a warning that says {code}", WOMAN.outcome("warning", code), "META E5", "unknown unavailable", 49)
      for code in ("incomplete", "suppressed", "throttled", "too-costly", "timeout")],
    case("an error and no diagnosis seen", NO_SLE.outcome("error"), "META I3", "unknown unavailable", 44),
    case("a kind that is not in the file is looked for, none", WOMAN, "KIDS E10b", "pass not-recorded", 13),
    # 19, 44: the age of the chart
    case("a young chart of a girl proves no absence", YOUNG_GIRL, "KIDS E2a,E3a,E8a,E10a", "unknown not-observable", 19),
    case("a young chart that reaches the window does", YOUNG_GIRL, "KIDS E7,E8b", "pass not-recorded", 19),
    case("a missing page of a girl's chart", GIRL.next_page(), "KIDS E10b,E3a,E8a,E10c,E1", "unknown unavailable", 51),
    case("a statement's start is no sign of age", YOUNG_CHART, "IM19 E9", "unknown not-observable", 19),
    case("an onset is no sign of age", YOUNG_CHART.condition("Gilbert", "2000-01-01"), "IM19 E9", "unknown not-observable", 19),
    case("a recorded date is", YOUNG_CHART.condition("Gilbert", "2000-01-01", recorded="2020-01-01"), "IM19 E9", "pass not-recorded", 19),
    case("an old result is", YOUNG_CHART.lab("wbc", 5, on="2020-01-01", id="old"), "IM19 E9", "pass not-recorded", 19),
    case("an order's date is", YOUNG_CHART.ordered("ibuprofen", 400, "2020-01-01", status="completed"), "IM19 E9", "pass not-recorded", 19),
    case("a reported order's date is not", YOUNG_CHART.ordered("ibuprofen", 400, "2020-01-01", status="completed", **REPORTED), "IM19 E9", "unknown not-observable", 44),
    case("an immunisation is", YOUNG_CHART.vaccine("140", "2020-01-01"), "IM19 E9", "pass not-recorded", 19),
    case("a reported immunisation is not", YOUNG_CHART.vaccine("140", "2020-01-01", primarySource=False), "IM19 E9", "unknown not-observable", 44),
    case("a procedure is", YOUNG_CHART.procedure("kidney biopsy", "2020-01-01"), "IM19 E9", "pass not-recorded", 19),
    case("an ignored record is not", YOUNG_CHART.procedure("kidney biopsy", "2020-01-01", status="entered-in-error"), "IM19 E9", "unknown not-observable", 19),
    case("what is found is found in a young chart too", YOUNG_CHART.condition("PE", "2026-09-20"), "IM19 E9", "fail until 2027-03-20", 19),
    case("six months reach to the day after the day six months ago", YOUNG_CHART.encounter("2026-05-02"), "IM19 E9", "pass not-recorded", 50),
    case("a day less does not", YOUNG_CHART.encounter("2026-05-03"), "IM19 E9", "unknown not-observable", 50),
    # 34: words and wide codes
    case("a word of a finding in the text of a procedure", WOMAN.procedure("", "2001-01-01", text="Kidney transplantation", id="k"), "META E5; RELMA E5", "never pass", 34),
    case("an inclusion is not passed by an unconfirmed finding",
         WOMAN.score("SLEDAI-2K", 5, id="s2k").score("SELENA-SLEDAI", 5, id="selena").condition("class IV nephritis", "2026-01-01", verified="unconfirmed"),
         "CT1195 I9", "never pass", 34),
    # 18: windows
    case("an ended illness without a day of its end counts from its onset", WOMAN.condition("alcohol abuse", "2020-01-01", **PAST), "IM19 E2", "pass", 18),
    case("a clinical status missing and no end: active", WOMAN.condition("RA", "2020-01-01", active=None), "IM19 E5", "unknown judgement"),
    case("a clinical status missing and an end: not active", WOMAN.condition("RA", "2010-01-01", active=None, ended="2012-01-01"), "IM19 E5", "pass"),
    *[case(f"{status} is active", WOMAN.condition("RA", "2010-01-01", clinical=status), "IM19 E5", "unknown judgement") for status in ("recurrence", "relapse")],
    case("remission is not", WOMAN.condition("RA", "2010-01-01", clinical="remission"), "IM19 E5", "pass"),
    # 29 and verdicts
    case("one failure for ever", WOMAN.lab("plt", 10), "META;IM19", "ineligible None", 29),
    case("one failure for ever, the other trials stay open", WOMAN.lab("plt", 10), "RELMA;CT1195", "likely None"),
    case("failures that time lifts: the latest day", WOMAN.given("rituximab", "2026-06-01").condition("DVT", "2026-07-15", **PAST), "IM19", "not-yet 2027-01-15", 29),
    case("a failure that time lifts wins over an unknown", WOMAN.given("rituximab", "2026-06-01").without("cd4"), "IM19", "not-yet 2026-12-01", 29),
    case("an unknown and no failure", WOMAN.without("cd4"), "IM19", "possible None", 29),
    case("a failure for ever beside one that time lifts", WOMAN.given("rituximab", "2026-06-01").lab("hb", 5), "IM19", "ineligible None", 29),
    case("only the child's trial is for a child", GIRL, "META;IM19;RELMA;CT1195", "not-yet 2032-05-20", 29),
    case("a woman of 34 is no child", WOMAN, "KIDS", "ineligible None", 29),
    # 42, 48
    case("bridging treatment is noted, not computed", WOMAN.lab("lym", 0.4), "META I9a", "fail", 48),
    case("nothing current: the steroid's part passes, the treatment's part does not", NO_DRUGS, "IM19 I5a", "unknown no-data", 42, 16),
    case("creatinine passes as recorded before clearance as computed", WOMAN, "META I9d", "pass recorded", 42),
    case("a recorded pregnancy without a test", GIRL.without("hcg", "hcgu").condition("pregnant", "2026-10-01", recorded="2026-10-01"), "KIDS I6a", "never pass", 43),
)


@pytest.mark.parametrize("one", CASES, ids=lambda c: c.id)
def test_the_chart_is_read_as_the_contract_says(one: Case, evaluate) -> None:
    assert problems(one, evaluate(one.chart, one.as_of)) == []
