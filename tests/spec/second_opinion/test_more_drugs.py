"""More drug records: bounds, dates, statuses, several codings (decisions 16, 20, 38, 52, 53)."""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .shapes import LOINC, RXNORM, Case, Table, cc, dose, enc, hcq, ma, mmf, mr, ms, obs, pred, q, tm

case = Table()

case("an order whose bounds begin next month is not yet taken", [mr("5521", [dose(400, timing=tm(1, 1, bounds=("2026-12-01", None)))], authored="2026-11-20")], {"P.I5a": "unknown"})
case("an end in the future is ongoing", [ms("5521", [dose(400)], end="2027-01-01")], {"P.I5a": "pass recorded"})
case("a completed order is over though its bounds go on", [mr("8640", [dose(10, timing=tm(1, 1, bounds=("2026-01-01", "2027-01-01")))], status="completed")], {"M.I4c": "pass", "P.I5a": "unknown"})
case("bounds end an active order: washout from there", [mr("1092437", [dose(200, "mg", "mg", timing=tm(1, 1, "wk", bounds=("2026-01-01", "2026-10-01")), route=cc(text="Subcutaneous"))])], {"P.I5d": "pass recorded"})
case("stopped order counts until its last update", [mr("1092437", status="stopped", authored="2026-01-01", meta={"lastUpdated": "2026-11-10T08:00:00Z"})], {"P.I5d": "unknown imprecise"})
case("stopped order updated long ago", [mr("1092437", status="stopped", authored="2026-01-01", meta={"lastUpdated": "2026-03-10T08:00:00Z"})], {"P.I5d": "pass recorded"})
case(
    "inpatient order ends with its encounter",
    [{**enc("2026-01-10"), "id": "e1", "class": {"code": "IMP"}}, mr("121191", status="completed", authored="2026-01-10", encounter={"reference": "Encounter/e1"}, category=[cc(("http://terminology.hl7.org/CodeSystem/medicationrequest-category", "inpatient"))])],
    {"P.E13": "pass recorded"},
)
case("a statement of one day", [{**ms("121191", status="completed", start=None), "effectiveDateTime": "2026-07-01"}], {"P.E13": "fail 2027-01-01"})
case("a statement without dates", [ms("121191", status="completed", start=None)], {"P.E13": "unknown imprecise"})
case("dateAsserted is no date of taking", [ms("121191", status="completed", start=None, dateAsserted="2020-01-01")], {"P.E13": "unknown"})
case("no authoredOn on an active order", [mr("5521", [dose(400)], authored=None)], {"P.I5a": "pass", "P.I5c": "unknown"})
case("impossible authoredOn", [mr("121191", authored="2026-02-31", status="completed")], {"P.E13": "unknown"})
case("year-only authoredOn", [mr("121191", authored="2025", status="completed", meta={"lastUpdated": "2026-01-05T00:00:00Z"})], {"P.E13": "pass recorded"})
case("substitution and priorPrescription do not matter", [mr("8640", [dose(10)], substitution={"allowedBoolean": True}, priorPrescription={"reference": "MedicationRequest/x"})], {"L.I4c": "pass recorded"})
case("status unknown", [mr("8640", [dose(10)], status="unknown")], {"M.I4c": "unknown"})
case("on-hold order", [mr("8640", [dose(10)], status="on-hold")], {"P.I5b": "unknown"})
case("methotrexate weekly is current", [ms("6851", [dose(15, timing=tm(1, 1, "wk"))]), pred(5)], {"M.I4c": "pass recorded", "W.I7a": "pass recorded"})
case("methotrexate weekly by day", [ms("6851", [dose(15, timing={"repeat": {"dayOfWeek": ["mon"]}})]), pred(5)], {"M.I4c": "pass recorded"})
case("two immunosuppressants, one young: begun still old", [pred(10), mmf(), ms("6851", [dose(15, timing=tm(1, 1, "wk"))], start="2026-10-01")], {"W.I7a": "pass", "M.I4b": "pass recorded"})
case("P I5c: one of two young", [hcq(), ms("6851", [dose(15, timing=tm(1, 1, "wk"))], start="2026-10-01")], {"P.I5c": "fail 2026-12-24"})
case("P I5c with unreadable dose of HCQ", [ms("5521", [{"text": "as directed"}])], {"P.I5c": "unknown no-dose"})
case("P I5c hcq without any dosage", [ms("5521")], {"P.I5c": "unknown no-dose"})
case("MMF then mycophenolic acid is one drug for begun", [mmf(status="completed", end="2026-11-01"), ms("7145", [dose(720, timing=tm(2, 1))], start="2026-11-02")], {"P.I5c": "fail"})
case("PRN NSAID counts as standard drug", [ms("5640", [dose(400, prn=True)], start="2026-01-01")], {"L.I4b": "pass recorded"})
case("topical NSAID does not", [ms(cc(text="diclofenac gel"), start="2026-01-01")], {"L.I4b": "unknown no-data"})
case("telitacicept weekly administrations, last 20 days ago", [ma(cc(text="泰它西普"), d, dosage={"route": cc(text="皮下注射"), "dose": q(160, "mg", "mg")}) for d in ("2026-10-21", "2026-10-28", "2026-11-04")], {"P.I5d": "fail 2026-12-02"})
case("denosumab is no biologic of the list", [ms(cc(text="denosumab"))], {"P.I5d": "pass not-recorded"})
case("rituximab biosimilar product", [ma("2105826", "2026-07-01")], {"P.E13": "fail 2027-01-01"})
case(
    "Epic: several codings of one drug",
    [
        mr(
            {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.253", "code": "58466"}, {"system": "urn:oid:2.16.840.1.113883.6.88", "code": "121191"}, {"system": RXNORM, "code": "1657862"}], "text": "riTUXimab 10 mg/mL injection"},
            status="completed",
            authored="2026-03-01",
            meta={"lastUpdated": "2026-03-02T00:00:00Z"},
        )
    ],
    {"P.E13": "pass recorded"},
)
case("status draft of a statement does not exist: unknown status is in doubt", [ms("8640", [dose(10)], status="unknown")], {"M.I4c": "unknown"})
case("a result of unknown status is skipped", [obs("718-7", qty=q(6, "g/dL", "g/dL"), status="unknown")], {"M.I9c": "unknown no-data"})
case("value and component", [obs("59408-5", qty=q(97, "%", "%"), cat="vital-signs", comps=[{"code": cc((LOINC, "3151-8")), "dataAbsentReason": cc(text="unknown")}])], {"M.I9o": "pass recorded"})


@pytest.mark.parametrize("one", case, ids=str)
def test_a_drug_record_says_no_more_than_it_says(one: Case) -> None:
    assert one.problems() == []
