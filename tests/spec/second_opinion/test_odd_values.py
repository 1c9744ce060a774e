"""Interpretations and values as servers really write them (decisions 2, 41, 50; docs/decisions/0008)."""
# ruff: noqa: E501, E731 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .shapes import CM, SCT, UCUM, Case, Table, cc, cond, obs, q, rr

case = Table()


def interpreted(o, c):
    return {**o, "interpretation": c if isinstance(c, list) else [c]}


alt = lambda: obs("1742-6", qty=q(96, "U/L", "U/L"))
ana = lambda: obs("8061-4")
for name, c in (
    ("v2 0078", cc(("http://hl7.org/fhir/v2/0078", "N"))),
    ("v2-0078 thо", cc(("http://terminology.hl7.org/CodeSystem/v2-0078", "N"))),
    ("no system", {"coding": [{"code": "N"}]}),
    ("text Normal", {"text": "Normal"}),
    ("oid", cc(("urn:oid:2.16.840.1.113883.5.83", "N"))),
    ("display only", {"coding": [{"display": "Normal"}]}),
    ("epic text", {"coding": [{"system": "urn:oid:1.2.840.114350", "code": "0"}], "text": "Normal"}),
    ("legacy v3", cc(("http://hl7.org/fhir/v3/ObservationInterpretation", "N"))),
):
    case("interp " + name, [interpreted(alt(), c)], {"W.I11d": "pass recorded"})
for name, c in (
    ("POS v2", cc(("http://hl7.org/fhir/v2/0078", "POS"))),
    ("text", {"text": "Positive"}),
    ("text zh", {"text": "阳性"}),
    ("no system", {"coding": [{"code": "POS"}]}),
    ("display", {"coding": [{"display": "Positive"}]}),
    ("A", cc(("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "A"))),
    ("snomed", cc((SCT, "10828004"))),
):
    case("ANA interp " + name, [interpreted(ana(), c)], {"M.I5": "pass recorded"})
case("interp single object", [{**alt(), "interpretation": cc(("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "N"))}], {"W.I11d": "pass recorded"})
# dataAbsentReason together with value: value? "dataAbsentReason is no value"
case("dataAbsent and interpretation", [obs("718-7", absent="unknown", interp="N")], {"M.I9c": "unknown no-data"})
case("value code coding variants: local text only", [obs("8061-4", ccv={"text": "Positive"})], {"M.I5": "pass recorded"})
case("value concept local code with display", [obs("8061-4", ccv={"coding": [{"system": "urn:oid:9", "code": "P", "display": "POSITIVE"}]})], {"M.I5": "pass recorded"})
case("numeric string with unit", [obs("718-7", s="12.3 g/dL")], {"M.I9c": "pass recorded"})
case("numeric string with comma", [obs("718-7", s="12,3 g/dL")], {"M.I9c": "unknown incomparable"})
case("numeric string H flag", [obs("1742-6", s="120 H U/L", refs=[rr(0, 40, "U/L")])], {"M.I9e": "unknown incomparable"})
case("value in note only", [obs("718-7", note=[{"text": "12 g/dL"}])], {"M.I9c": "unknown no-data"})
case("valueInteger with no unit for a count", [obs("777-3", i=180)], {"M.I9b": "unknown incomparable"})
case("SampledData", [{**obs("59408-5", cat="vital-signs"), "valueSampledData": {"origin": {"value": 0}, "period": 1, "dimensions": 1, "data": "97 98"}}], {"M.I9o": "unknown"})
case("negative platelets", [obs("777-3", qty=q(-5, "10*9/L", "10*9/L"))], {"M.I9b": "unknown incomparable"})
case("platelets zero", [obs("777-3", qty=q(0, "10*9/L", "10*9/L"))], {"M.I9b": "fail None"})
case("SpO2 120 %", [obs("59408-5", qty=q(120, "%", "%"), cat="vital-signs")], {"M.I9o": "unknown incomparable"})
case("LVEF 0.6", [obs("10230-1", qty=q(0.6, "%", "%"))], {"M.I10": "fail None"})
case("weight 60000 g", [obs("29463-7", qty=q(60000, "g", "g"), cat="vital-signs")], {"P.I3": "pass recorded"})
case("weight 39.9 kg", [obs("29463-7", qty=q(39.9, "kg", "kg"), cat="vital-signs")], {"P.I3": "fail None"})
case("weight 90 lbs", [obs("29463-7", qty=q(90, "lbs"), cat="vital-signs")], {"P.I3": "pass recorded"})
case("weight text", [obs("29463-7", s="62kg", cat="vital-signs")], {"P.I3": "pass recorded"})
case("SpO2 text 98%", [obs("59408-5", s="98%", cat="vital-signs")], {"M.I9o": "pass recorded"})
case("SpO2 text 98% on room air", [obs("59408-5", s="98% on room air", cat="vital-signs")], {"M.I9o": "unknown incomparable"})
case("SpO2 text on 2L", [obs("59408-5", s="98% on 2L NC", cat="vital-signs")], {"M.I9o": "unknown incomparable"})
case("SpO2 separate flow at same time", [obs("59408-5", "2026-11-20T10:00:00Z", qty=q(98, "%", "%"), cat="vital-signs"), obs("3151-8", "2026-11-20T10:00:00Z", qty=q(2, "L/min", "L/min"), cat="vital-signs")], {"M.I9o": "unknown incomparable"})
case("SpO2 separate flow other day", [obs("59408-5", "2026-11-20T10:00:00Z", qty=q(98, "%", "%"), cat="vital-signs"), obs("3151-8", "2026-11-19T10:00:00Z", qty=q(2, "L/min", "L/min"), cat="vital-signs")], {"M.I9o": "pass recorded"})
case("clinicalStatus absent, abatement absent: active", [cond((CM, "I50.9"), clin=None, rec="2026-01-01")], {"P.E8": "unknown judgement"})
case("clinicalStatus unknown code", [cond((CM, "I50.9"), clin="unknown", rec="2026-01-01")], {"P.E8": "unknown judgement"})
case("creatinine 0.8 without unit but range with unit", [obs("2160-0", qty=q(0.8), refs=[rr(0.5, 1.1, "mg/dL")])], {"M.E1b": "unknown incomparable"})
case("creatinine unit code mg/dL, unit text umol/L", [obs("2160-0", qty={"value": 0.8, "unit": "umol/L", "system": UCUM, "code": "mg/dL"})], {"M.E1b": "pass recorded"})
case("creatinine 80 umol/L with mass LOINC", [obs("2160-0", qty=q(80, "umol/L", "umol/L"))], {"M.E1b": "pass recorded"})
case("urine creatinine is not serum", [obs("2161-8", qty=q(120, "mg/dL", "mg/dL"))], {"M.E1b": "unknown no-data"})
case("24h protein in mg/dL cannot be read", [obs("2889-4", qty=q(700, "mg/dL", "mg/dL"))], {"M.E1a": "unknown incomparable"})
case("UPCR mg/mmol", [obs("2890-2", qty=q(60, "mg/mmol", "mg/mmol"))], {"W.I10": "pass recorded"})
case("UPCR g/g", [obs("2890-2", qty=q(0.6, "g/g", "g/g"))], {"W.I10": "pass recorded"})
case("UPCR no unit", [obs("2890-2", qty=q(0.6))], {"W.I10": "unknown"})


@pytest.mark.parametrize("one", case, ids=str)
def test_an_odd_value_is_read_or_is_incomparable(one: Case) -> None:
    assert one.problems() == []
