"""Drugs as they are really taken: held, restarted, tapered, taken as needed, infused, switched, and known by half."""
# ruff: noqa: E501 (cases of one line each: broken over lines, what differs is hard to see)

from __future__ import annotations

from datetime import date

import pytest

from ..second_opinion.shapes import (
    IV,
    RXNORM,
    SCT,
    cc,
    cond,
    dose,
    hcq,
    imm,
    ma,
    md,
    mmf,
    mr,
    ms,
    obs,
    patient,
    pred,
    q,
    tab,
    tm,
)
from .owed import Case, Table

RTX, BEL, MTX, AZA, MPRED, DEXA, DEFLA, MPA, CYC, TAC = "121191", "1092437", "6851", "1256", "6902", "3264", "22396", "7145", "3002", "42316"
cases = Table()

# --- a dose and its stability -------------------------------------------------------------------------------------
cases("15 mg became 10 mg ten days ago: stable for 7 days, not for 14", [pred(15, status="completed", end="2026-11-14"), pred(10, start="2026-11-14")], {"M.I4c": "pass", "M.I4d": "fail 2026-11-29", "L.I4d": "fail 2026-11-29", "P.I5b": "pass recorded", "W.I7a": "fail 2026-11-28"})
cases("the same change on the day 14 days ago: > 2 weeks is met tomorrow, >= 2 weeks is met", [pred(15, status="completed", end="2026-11-10"), pred(10, start="2026-11-10"), ms(MTX, [dose(15, timing=tm(1, 1, "wk"))])], {"M.I4d": "fail 2026-11-25", "W.I7a": "pass"})
cases("the same change 15 days ago: > 2 weeks is met", [pred(15, status="completed", end="2026-11-09"), pred(10, start="2026-11-09")], {"M.I4d": "pass", "L.I4d": "pass"})
cases("the change 7 days ago: >= 7 days is met on the day", [pred(15, status="completed", end="2026-11-17"), pred(10, start="2026-11-17")], {"P.I5b": "pass"})
cases("the change 6 days ago", [pred(15, status="completed", end="2026-11-18"), pred(10, start="2026-11-18")], {"P.I5b": "fail 2026-11-25"})
cases("steady 10 mg, and 5 mg as needed ordered four days ago: the dose is 10 to 15, its stability unknown (decision 21)", [mr("8640", [dose(10)]), mr("8640", [dose(5, prn=True)], authored="2026-11-20")], {"M.I4c": "pass", "P.I5b": "unknown no-dose", "M.I4d": "unknown no-dose"})
cases("only as needed, 10 mg up to three times, at most 15 mg a day: 0 to 15 (decision 21, D24)", [mr("8640", [dose(10, timing=tm(3, 1), prn=True, mx=15)])], {"M.I4c": "unknown imprecise", "L.I4c": "unknown imprecise", "P.I5b": "unknown no-dose"})
cases("the same beside mycophenolate: no minimum, and 15 is below both maxima", [mr("8640", [dose(10, timing=tm(3, 1), prn=True, mx=15)]), mmf()], {"M.I4c": "pass", "L.I4c": "pass"})
cases("as needed up to 40 mg by the sum and 20 mg by the maximum: the smaller holds", [mr("8640", [dose(20, timing=tm(2, 1), prn=True, mx=20)]), mmf()], {"L.I4c": "pass"})
cases("as needed up to 40 mg and no maximum: 0 to 40 straddles 30", [mr("8640", [dose(20, timing=tm(2, 1), prn=True)]), mmf()], {"L.I4c": "unknown imprecise", "M.I4c": "pass"})
cases("a taper in steps with bounds: 20 mg to 15 Nov, 15 mg since the 16th", [mr("8640", [dose(20, timing=tm(1, 1, bounds=("2026-09-01", "2026-11-15")), sequence=1), dose(15, timing=tm(1, 1, bounds=("2026-11-16", None)), sequence=2)], authored="2026-09-01")], {"M.I4c": "pass", "M.I4d": "fail 2026-12-01", "P.I5b": "pass"})
cases("the same taper written the other way round: the steps are found by their bounds", [mr("8640", [dose(15, timing=tm(1, 1, bounds=("2026-11-16", None)), sequence=2), dose(20, timing=tm(1, 1, bounds=("2026-09-01", "2026-11-15")), sequence=1)], authored="2026-09-01")], {"M.I4d": "fail 2026-12-01", "P.I5b": "pass"})
cases("a taper in steps without bounds: which step is today is not known (dosing.md 2)", [mr("8640", [dose(20, sequence=1), dose(15, sequence=2)])], {"M.I4c": "unknown no-dose", "P.I5b": "unknown no-dose", "M.I4d": "unknown no-dose"})
cases("two dosages with the same sequence are concurrent and add: 10 in the morning and 5 in the evening", [mr("8640", [dose(10, sequence=1), dose(5, sequence=1)])], {"M.I4c": "pass", "P.I5b": "pass"})
cases("20 and 15 mg with the same sequence: 35 in all, above 30", [mr("8640", [dose(20), dose(15)])], {"P.I5b": "fail None", "L.I4c": "fail None", "M.I4c": "pass"})
cases("methylprednisolone 24 mg is 30 mg exactly: at most 30 is met, and it is computed (decision 50)", [ms(MPRED, [dose(24)])], {"P.I5b": "pass computed", "L.I4c": "pass computed"})
cases("methylprednisolone 24.4 mg is 30.5", [ms(MPRED, [dose(24.4)])], {"P.I5b": "fail None", "L.I4c": "fail None", "M.I4c": "pass computed"})
cases("methylprednisolone 6 mg is 7.5 mg exactly: the minimum is met", [ms(MPRED, [dose(6)])], {"M.I4c": "pass computed", "L.I4c": "pass computed", "W.I7b": "pass computed"})
cases("dexamethasone 4.5 mg is 28 to 34 mg (decision 21)", [ms(DEXA, [dose(4.5)])], {"P.I5b": "unknown imprecise", "L.I4c": "unknown imprecise", "M.I4c": "pass computed"})
cases("dexamethasone 4 mg is 25 to 30 mg: all of it is at most 30", [ms(DEXA, [dose(4)])], {"P.I5b": "pass computed", "L.I4c": "pass computed"})
cases("dexamethasone 1 mg is 6.25 to 7.5 mg: the minimum is not certain", [ms(DEXA, [dose(1)])], {"M.I4c": "unknown imprecise", "W.I7b": "unknown imprecise"})
cases("deflazacort 11.25 mg is 7.5 to 9.4 mg: all of it reaches the minimum", [ms(DEFLA, [dose(11.25)])], {"M.I4c": "pass computed", "W.I7b": "pass computed"})
cases("deflazacort 9 mg is 6 to 7.5 mg", [ms(DEFLA, [dose(9)])], {"M.I4c": "unknown imprecise"})
cases("0.01 g of prednisone is 10 mg", [ms("8640", [dose(0.01, "g", "g")])], {"M.I4c": "pass recorded", "P.I5b": "pass recorded"})
cases("7500 ug of prednisone is 7.5 mg", [ms("8640", [dose(7500, "ug", "ug")])], {"M.I4c": "pass recorded"})
cases("15 mg on alternate days is 7.5 mg a day", [ms("8640", [dose(15, timing=tm(1, 2))])], {"M.I4c": "pass", "W.I7b": "pass"})
cases("10 mg on five days of the week is 7.1 mg a day", [ms("8640", [dose(10, timing=tm(1, 1, "wk", dayOfWeek=["mon", "tue", "wed", "thu", "fri"]))])], {"M.I4c": "fail None", "W.I7b": "fail None"})
cases("one to two tablets of 5 mg: 5 to 10 mg a day", [ms("312617", [dose(rng=(1, 2), u="{tbl}", code="{tbl}")])], {"M.I4c": "unknown imprecise", "P.I5b": "pass"})
cases("a dose every 8 to 12 hours: two to three times", [ms("8640", [dose(5, timing=tm(1, 8, "h", periodMax=12))])], {"M.I4c": "pass", "P.I5b": "pass"})
cases("two tablets of 2.5 mg by a code that says 20 mg a tablet, in a display that says 5: which is it", [ms(cc((RXNORM, "312615", "prednisone 5 MG Oral Tablet")), [tab(2)])], {"M.I4c": "pass | unknown", "P.I5b": "not pass"})
cases("prednisone by its ingredient and two tablets: no strength, no dose", [ms("8640", [tab(2)])], {"M.I4c": "unknown no-dose", "P.I5b": "unknown no-dose", "W.I7b": "unknown no-dose"})
cases("two tablets without a unit", [ms("312617", [dose(2, None, None)])], {"M.I4c": "unknown no-dose"})
cases("prednisone, dose in words only", [mr("8640", [{"text": "Take 10 mg every morning"}])], {"M.I4c": "unknown no-dose", "P.I5b": "unknown no-dose"})
cases("BID as code and once a day as repeat: the order disagrees with itself", [ms("8640", [dose(10, timing=tm(1, 1, code="BID"))])], {"M.I4c": "unknown no-dose"})
cases("BID as code only", [ms("8640", [dose(5, timing=tm(code="BID"))])], {"M.I4c": "pass recorded"})
cases("two doses that are alternatives and repeat one another are one", [ms("312617", [dose(multi=[{"doseQuantity": q(10, "mg", "mg")}, {"doseQuantity": q(2, "{tbl}", "{tbl}")}])])], {"M.I4c": "pass"})
cases("two doses of one dosage that disagree", [ms("312617", [dose(multi=[{"doseQuantity": q(10, "mg", "mg")}, {"doseQuantity": q(1, "{tbl}", "{tbl}")}])])], {"M.I4c": "unknown no-dose"})
cases("prednisone 10 mg by eye drops and by mouth 10 mg: only the mouth counts", [ms("8640", [dose(10)]), ms("8638", [dose(1, "mg", "mg", route=cc(text="Ophthalmic"))])], {"M.I4c": "pass", "P.I5b": "pass"})
cases("only an inhaled steroid: no current systemic glucocorticoid, pass", [ms("19831", [dose(1, route=cc(text="Inhalation"))])], {"M.I4c": "pass not-recorded", "P.I5b": "pass not-recorded", "W.I7b": "pass not-recorded"})
cases("fludrocortisone alone is no glucocorticoid of the sum", [ms("4452", [dose(0.1)])], {"M.I4c": "pass not-recorded", "P.I5b": "pass not-recorded"})
cases("vamorolone has no accepted equivalence", [ms("2669799", [dose(200)])], {"M.I4c": "unknown no-dose", "P.I5b": "unknown no-dose"})
cases("triamcinolone into the muscle two weeks ago (decision 40)", [ma("1085754", "2026-11-10", dosage={"route": cc((SCT, "78421000"), text="Intramuscular"), "dose": q(40, "mg", "mg")})], {"P.I5b": "unknown no-dose"})
cases("triamcinolone into the knee two weeks ago does not count", [ma("1085754", "2026-11-10", dosage={"route": cc(text="Intra-articular"), "dose": q(40, "mg", "mg")})], {"P.I5b": "pass"})
cases("triamcinolone into the muscle 29 days ago is over", [ma("1085754", "2026-10-26", dosage={"route": cc(text="Intramuscular"), "dose": q(40, "mg", "mg")})], {"P.I5b": "pass"})

# --- held, stopped, restarted ----------------------------------------------------------------------------------------
cases("an order on hold and a new active one of twelve days: nobody may call it stable", [mr("8640", [dose(10)], status="on-hold"), mr("8640", [dose(10)], authored="2026-11-12")], {"M.I4d": "not pass", "M.I4c": "pass", "W.I7a": "not pass"})
cases("prednisone on hold alone: exposure, not current; there is no current dose to be out of range", [mr("8640", [dose(80)], status="on-hold"), mmf()], {"P.I4": "unknown no-data", "W.I7a": "not pass", "M.I4b": "not pass"})
cases("hydroxychloroquine on hold: I5a judgement (decision 16), I5c judgement (decision 50)", [mr("5521", [dose(400)], status="on-hold")], {"P.I5a": "unknown judgement", "P.I5c": "unknown judgement"})
cases("azathioprine on hold beside 5 mg of prednisone: it waives no minimum", [pred(5), mr(AZA, [dose(100)], status="on-hold")], {"M.I4c": "fail None | unknown", "L.I4c": "fail None | unknown"})
cases("azathioprine current beside 5 mg waives it", [pred(5), ms(AZA, [dose(100)])], {"M.I4c": "pass", "L.I4c": "pass"})
cases("hydroxychloroquine is no immunosuppressant: 5 mg is too little", [pred(5), hcq()], {"M.I4c": "fail None", "L.I4c": "fail None", "W.I7b": "fail None"})
cases("belimumab beside 5 mg: NCT07339332 asks no minimum, the others do", [pred(5), ms(BEL, [dose(200, timing=tm(1, 1, "wk"), route=cc(text="Subcutaneous"))])], {"W.I7b": "pass", "M.I4c": "fail None", "L.I4c": "fail None"})
cases("an order of status unknown is no order that is known to be over: rituximab of August", [mr(RTX, [], status="unknown", authored="2026-08-01")], {"P.E13": "not pass"})
cases("prednisone whose status is unknown: no one can say the dose is in range or absent", [mr("8640", [dose(50)], status="unknown")], {"P.I5b": "not pass"})
cases("a statement of status unknown: rituximab", [ms(RTX, status="unknown", start="2026-08-01")], {"P.E13": "not pass"})
cases("stopped azathioprine leaves I5c to hydroxychloroquine, which is old", [hcq(), ms(AZA, [dose(100)], status="stopped", end="2026-11-03")], {"P.I5c": "pass"})
cases("everything stopped: I5a judgement (decision 16)", [ms("8640", [dose(10)], status="stopped", end="2026-10-01"), ms("5521", [dose(400)], status="stopped", end="2026-10-01")], {"P.I5a": "unknown judgement", "P.I5b": "pass", "P.I5c": "pass"})
cases("a gap of five days between two statements joins them (decision 20)", [pred(10, status="completed", start="2026-01-10", end="2026-11-10"), pred(10, start="2026-11-15")], {"M.I4b": "unknown no-data", "M.I4d": "not fail"})
cases("a gap of 40 days: the new start is a change", [pred(10, status="stopped", start="2026-01-10", end="2026-10-01"), pred(10, start="2026-11-12")], {"M.I4d": "fail", "P.I5b": "pass"})
cases("mycophenolate became mycophenolic acid four weeks ago: begun is one drug, the dose of each is new", [ms("68149", [dose(1000, timing=tm(2, 1))], status="completed", end="2026-10-27"), ms(MPA, [dose(720, timing=tm(2, 1))], start="2026-10-27")], {"P.I5c": "not pass"})

# --- begun, and for how long ---------------------------------------------------------------------------------------
cases("hydroxychloroquine begun 84 days ago: 12 weeks, on the day", [ms("5521", [dose(400)], start="2026-09-01")], {"P.I5c": "pass"})
cases("hydroxychloroquine begun 83 days ago", [ms("5521", [dose(400)], start="2026-09-02")], {"P.I5c": "fail 2026-11-25"})
cases("old hydroxychloroquine halved 56 days ago: 8 weeks, on the day", [ms("5521", [dose(400)], status="completed", end="2026-09-29"), ms("5521", [dose(200)], start="2026-09-29")], {"P.I5c": "pass"})
cases("old hydroxychloroquine halved 55 days ago", [ms("5521", [dose(400)], status="completed", end="2026-09-30"), ms("5521", [dose(200)], start="2026-09-30")], {"P.I5c": "fail 2026-11-25"})
cases("two faults in I5c: hydroxychloroquine young until Dec 20, azathioprine changed until Jan 9: the later", [ms("5521", [dose(400)], start="2026-09-27"), ms(AZA, [dose(50)], status="completed", end="2026-11-14"), ms(AZA, [dose(100)], start="2026-11-14")], {"P.I5c": "fail 2027-01-09"})
cases("methotrexate begun exactly three months ago beside old prednisone", [pred(10), ms(MTX, [dose(15, timing=tm(1, 1, "wk"))], start="2026-08-24")], {"W.I7a": "pass"})
cases("methotrexate begun a day short of three months", [pred(10), ms(MTX, [dose(15, timing=tm(1, 1, "wk"))], start="2026-08-25")], {"W.I7a": "fail 2026-11-25"})
cases("methotrexate begun in August, the day is not known: 1 to 31 August straddles the 24th", [pred(10), ms(MTX, [dose(15, timing=tm(1, 1, "wk"))], start="2026-08")], {"W.I7a": "unknown imprecise"})
cases("methotrexate begun in July, the day is not known: any day is enough", [pred(10), ms(MTX, [dose(15, timing=tm(1, 1, "wk"))], start="2026-07")], {"W.I7a": "pass"})
cases("methotrexate begun in September, the day is not known: certain on 30 December", [pred(10), ms(MTX, [dose(15, timing=tm(1, 1, "wk"))], start="2026-09")], {"W.I7a": "fail 2026-12-30"})
cases("begun on 30 November: three months are full on 28 February", [pred(10), ms(MTX, [dose(15, timing=tm(1, 1, "wk"))], start="2026-11-30")], {"W.I7a": "pass"}, as_of=date(2027, 2, 28))
cases("begun on 1 December: not on 28 February, but on 1 March", [pred(10), ms(MTX, [dose(15, timing=tm(1, 1, "wk"))], start="2026-12-01")], {"W.I7a": "fail 2027-03-01"}, as_of=date(2027, 2, 28))
cases("mycophenolate changed ten days ago beside old prednisone", [pred(10), ms("68149", [dose(1000, timing=tm(2, 1))], status="completed", end="2026-11-14"), ms("68149", [dose(750, timing=tm(2, 1))], start="2026-11-14")], {"W.I7a": "fail 2026-11-28"})
cases("the same beside steady methotrexate: one good partner, the other is not stable: judgement (decision 50)", [pred(10), ms(MTX, [dose(15, timing=tm(1, 1, "wk"))]), ms("68149", [dose(1000, timing=tm(2, 1))], status="completed", end="2026-11-14"), ms("68149", [dose(750, timing=tm(2, 1))], start="2026-11-14")], {"W.I7a": "unknown judgement"})
cases("prednisone and azathioprine, which the source does not list: judgement (decision 27)", [pred(10), ms(AZA, [dose(100)])], {"W.I7a": "unknown judgement"})
cases("mycophenolate without a glucocorticoid: a part is not recorded", [mmf()], {"W.I7a": "unknown no-data", "M.I4b": "unknown no-data"})
cases("prednisone old, mycophenolate of four months: I4b until the sixth month; the hydroxychloroquine is older and suffices (decision 27)", [pred(10), ms("68149", [dose(1000, timing=tm(2, 1))], start="2026-07-24"), hcq()], {"M.I4b": "pass"})
cases("prednisone old, mycophenolate of four months alone", [pred(10), ms("68149", [dose(1000, timing=tm(2, 1))], start="2026-07-24")], {"M.I4b": "fail 2027-01-24", "L.I4b": "pass"})
cases("prednisone of five months and mycophenolate of four: the later of the two (decision 42)", [pred(10, start="2026-06-24"), ms("68149", [dose(1000, timing=tm(2, 1))], start="2026-07-24")], {"M.I4b": "fail 2027-01-24"})
cases("prednisone six months ago on the day, raised since: begun is the begin, whatever the dose (decision 20)", [pred(5, status="completed", start="2026-05-24", end="2026-10-01"), pred(10, start="2026-10-01"), hcq()], {"M.I4b": "pass", "M.I4d": "pass"})
cases("begun on 31 August: six months are full on 28 February", [pred(10, start="2026-08-31"), hcq(start="2026-08-31")], {"M.I4b": "pass"}, as_of=date(2027, 2, 28))
cases("an NSAID begun two months ago is a standard drug of NCT05765006", [ms("5640", [dose(400, timing=tm(3, 1))], start="2026-09-24")], {"L.I4b": "pass", "M.I4b": "unknown no-data"})
cases("an NSAID begun a day short of two months", [ms("5640", [dose(400, timing=tm(3, 1))], start="2026-09-25")], {"L.I4b": "fail 2026-11-25"})
cases("aspirin 100 mg is no standard drug", [ms("1191", [dose(100)])], {"L.I4b": "not pass"})
cases("ibuprofen gel is no standard drug", [ms("5640", [dose(1, "g", "g", route=cc(text="Topical"))], start="2026-01-24")], {"L.I4b": "unknown no-data"})
cases("tacrolimus ointment is no immunosuppressant: 5 mg of prednisone stays too little", [pred(5), ms(TAC, [dose(1, "mg", "mg", route=cc(text="Topical"))])], {"M.I4c": "fail None", "W.I7a": "unknown"})

# --- infusions and washouts ---------------------------------------------------------------------------------------------
cases("three infusions of belimumab, the last 27 days ago, under an order that still runs (decision 38)", [mr(BEL, [dose(600, route=IV, timing=tm(1, 4, "wk"))]), ma(BEL, "2026-09-01"), ma(BEL, "2026-09-30"), ma(BEL, "2026-10-28")], {"P.I5d": "fail 2026-11-25 stopped"})
cases("the same with a stopped order: nothing is assumed", [mr(BEL, [dose(600, route=IV, timing=tm(1, 4, "wk"))], status="stopped"), ma(BEL, "2026-09-01"), ma(BEL, "2026-10-28")], {"P.I5d": "fail 2026-11-25"})
cases("the last infusion 28 days ago and the course is stopped: four weeks are over", [mr(BEL, [], status="stopped", authored="2026-09-01"), ma(BEL, "2026-09-01"), ma(BEL, "2026-10-27")], {"P.I5d": "pass recorded"})
cases("an infusion that was not done does not start the washout again (decision 38)", [ma(BEL, "2026-09-01"), ma(BEL, "2026-11-20", status="not-done")], {"P.I5d": "pass recorded"})
cases("belimumab by the patient, ongoing and without infusions: as if stopped today", [ms(BEL, [dose(200, timing=tm(1, 1, "wk"), route=cc(text="Subcutaneous"))])], {"P.I5d": "fail 2026-12-22 stopped"})
cases("belimumab handed over on 20 October for 28 days: the last day is 17 November", [md(BEL, "2026-10-20", 28)], {"P.I5d": "fail 2026-12-15"})
cases("telitacicept only by its Chinese name", [ms(cc(text="注射用泰它西普 160mg"), status="completed", start="2026-09-01", end="2026-11-10")], {"P.I5d": "not pass"})
cases("rituximab in May, the day is not known: 1 to 31 May straddles the 24th", [ma(RTX, "2026-02-10"), ma(RTX, "2026-05")], {"P.E13": "unknown imprecise"})
cases("rituximab in June, the day is not known: certain on 30 December", [ma(RTX, "2026-06")], {"P.E13": "fail 2026-12-30"})
cases("rituximab in April, the day is not known: any day is long enough ago", [ma(RTX, "2026-04")], {"P.E13": "pass recorded"})
cases("rituximab this year, no more is known", [ma(RTX, "2026")], {"P.E13": "unknown imprecise"})
cases("rituximab exactly six months ago", [ma(RTX, "2026-05-24")], {"P.E13": "pass recorded"})
cases("rituximab a day short of six months", [ma(RTX, "2026-05-25")], {"P.E13": "fail 2026-11-25"})
cases("two infusions two weeks apart: the last one counts", [ma(RTX, "2026-06-01"), ma(RTX, "2026-06-15")], {"P.E13": "fail 2026-12-15"})
cases("31 August and six months: the day before the end of February", [ma(RTX, "2026-08-31")], {"P.E13": "fail 2027-02-28"}, as_of=date(2027, 2, 27))
cases("31 August and six months: the end of February", [ma(RTX, "2026-08-31")], {"P.E13": "pass recorded"}, as_of=date(2027, 2, 28))
cases("31 August and six months before a leap day", [ma(RTX, "2027-08-31")], {"P.E13": "fail 2028-02-29"}, as_of=date(2028, 2, 28))
cases("31 August and six months on the leap day", [ma(RTX, "2027-08-31")], {"P.E13": "pass recorded"}, as_of=date(2028, 2, 29))
cases("rituximab ordered and never seen given: from the order, ongoing", [mr(RTX, [dose(1000, route=IV)])], {"P.E13": "fail 2027-05-24 stopped"})
cases("rituximab ordered in August and stopped, no end is written: somewhere since, certain six months from today", [mr(RTX, [], status="stopped", authored="2026-08-01")], {"P.E13": "fail 2027-05-24"})
cases("a completed order with bounds ends with them", [mr(RTX, [dose(1000, route=IV, timing=tm(1, 2, "wk", bounds=("2026-02-01", "2026-02-15")))], status="completed", authored="2026-02-01")], {"P.E13": "pass recorded"})
cases("rituximab on hold since nobody knows when", [mr(RTX, [], status="on-hold", authored="2026-01-10")], {"P.E13": "not pass"})
cases("a plan with status active is a home medication (section 2)", [mr(RTX, [], intent="plan", authored="2026-08-01")], {"P.E13": "fail 2027-05-24 stopped"})
cases("a proposal is nothing", [mr(RTX, [], intent="proposal")], {"P.E13": "pass not-recorded"})
cases("an option is nothing", [mr(RTX, [], intent="option")], {"P.E13": "pass not-recorded"})
cases("a draft is nothing", [mr(RTX, [], status="draft")], {"P.E13": "pass not-recorded"})
cases("a cancelled order is nothing", [mr(RTX, [], status="cancelled")], {"P.E13": "pass not-recorded"})
cases("an order not to give it is nothing", [mr(RTX, [], doNotPerform=True)], {"P.E13": "pass not-recorded"})
cases("a statement not taken is nothing", [ms(RTX, status="not-taken", start="2026-09-01")], {"P.E13": "pass not-recorded"})
cases("a statement of what is intended is nothing", [ms(RTX, status="intended", start="2026-09-01")], {"P.E13": "pass not-recorded"})
cases("entered in error is nothing, the corrected record holds", [ma(RTX, "2026-10-01", status="entered-in-error"), ma(RTX, "2025-10-01")], {"P.E13": "pass recorded"})
cases("an infusion of tomorrow has not happened", [ma(RTX, "2026-11-25")], {"P.E13": "pass not-recorded"})
cases("an instance order counts as an order", [mr(RTX, [], intent="instance-order", status="completed", authored="2026-11-01")], {"P.E13": "fail 2027-05-24"})
cases("mosunetuzumab is CD20xCD3: judgement (decision 39)", [ma("2625122", "2026-10-01")], {"P.E13": "unknown judgement"})
cases("ofatumumab by its pen counts as an anti-CD20 antibody", [md("712566", "2026-10-01", 28)], {"P.E13": "fail 2027-04-29"})

# --- how the drug is named -----------------------------------------------------------------------------------------------
MED = {"resourceType": "Medication", "id": "m1", "code": cc((RXNORM, RTX))}
cases("a contained Medication", [mr(None, [], contained=[MED], medicationReference={"reference": "#m1"})], {"P.E13": "fail 2027-05-24 stopped"})
cases("a Medication of the Bundle by relative reference", [MED | {"id": "m9"}, mr(None, [], medicationReference={"reference": "Medication/m9"})], {"P.E13": "fail 2027-05-24 stopped"})
cases("a Medication of the Bundle by absolute reference", [{"fullUrl": "https://ehr.example.org/fhir/Medication/m9", "resource": MED | {"id": "m9"}}, mr(None, [], medicationReference={"reference": "https://ehr.example.org/fhir/Medication/m9"})], {"P.E13": "fail 2027-05-24 stopped"})
cases("a Medication of the Bundle by urn:uuid", [{"fullUrl": "urn:uuid:5b2c9c7e-6f0e-4b5c-9d7e-2f6f8c2a1b11", "resource": MED | {"id": "m9"}}, mr(None, [], medicationReference={"reference": "urn:uuid:5b2c9c7e-6f0e-4b5c-9d7e-2f6f8c2a1b11"})], {"P.E13": "fail 2027-05-24 stopped"})
cases("a Medication that is nowhere: a drug record with neither code nor text (decision 34)", [mr(None, [], medicationReference={"reference": "Medication/gone"})], {"P.E13": "unknown incomparable", "P.I5d": "unknown incomparable"})
cases("a Medication that is nowhere, whose reference says what it is", [mr(None, [], medicationReference={"reference": "Medication/gone", "display": "riTUXimab 500 mg in 50 mL"})], {"P.E13": "not pass"})
cases("a Medication known by its ingredient alone", [mr(None, [], contained=[{"resourceType": "Medication", "id": "m1", "ingredient": [{"itemCodeableConcept": cc((RXNORM, RTX))}]}], medicationReference={"reference": "#m1"})], {"P.E13": "fail 2027-05-24 stopped"})
cases("two codes of one drug record that name two drugs", [mr(cc((RXNORM, RTX), (RXNORM, BEL)), [])], {"P.E13": "not pass", "P.I5d": "not pass"})
cases("a local code and the drug's name as text", [ma(cc(("urn:oid:1.2.3", "4711"), text="Rituximab (MabThera) 1000 mg i.v."), "2026-10-01")], {"P.E13": "not pass"})
cases("a code of nobody's and no text: drug exclusions cannot be told", [ma(cc(("urn:oid:1.2.3", "4711")), "2026-10-01")], {"P.E13": "unknown incomparable"})
cases("a local code and the name of another drug: no rituximab", [ms(cc(("urn:oid:1.2.3", "4711"), text="Paracetamol 500 mg"))], {"P.E13": "pass not-recorded"})
cases("rituximab by the ATC code of 2021", [ma(cc(("http://www.whocc.no/atc", "L01XC02")), "2026-10-01")], {"P.E13": "fail 2027-04-01"})
cases("a biosimilar by its precise ingredient", [ma("2105824", "2026-10-01")], {"P.E13": "fail 2027-04-01"})
cases("RxNorm by its OID", [ma(cc(("urn:oid:2.16.840.1.113883.6.88", RTX)), "2026-10-01")], {"P.E13": "fail 2027-04-01"})
cases("meloxicam is not mycophenolate: an NSAID, standard in NCT05765006, and no immunosuppressant", [pred(5), ms("41493", [dose(15)])], {"L.I4b": "pass", "M.I4c": "fail None"})

# --- the same exposure twice ----------------------------------------------------------------------------------------------
cases("one dose in a request and a statement is one exposure (decision 14)", [mr("8640", [dose(20)]), ms("8640", [dose(20)])], {"P.I5b": "pass", "L.I4c": "pass"})
cases("one dose in two requests is 20 to 40", [mr("8640", [dose(20)]), mr("8640", [dose(20)])], {"P.I5b": "unknown imprecise", "L.I4c": "unknown imprecise", "M.I4c": "pass"})
cases("two doses in two kinds: 20 to 35", [mr("8640", [dose(20)]), ms("8640", [dose(15)])], {"P.I5b": "unknown imprecise"})
cases("5 in a request and 5 in a statement: 5 mg, below the minimum", [mr("8640", [dose(5)]), ms("8640", [dose(5)])], {"M.I4c": "fail None"})
cases("prednisone and methylprednisolone are added: 20 + 12.5", [ms("8640", [dose(20)]), ms(MPRED, [dose(10)])], {"P.I5b": "fail None", "M.I4c": "pass computed"})

# --- high doses --------------------------------------------------------------------------------------------------------------
cases("three pulses of 1 g are three days, not fourteen", [ma("6902", d, dosage={"route": IV, "dose": q(1000, "mg", "mg")}) for d in ("2026-11-02", "2026-11-03", "2026-11-04")], {"M.E1d": "pass", "L.E1d": "pass"})
cases("fourteen days of 100 mg, 20 Oct to 2 Nov: until fewer than fourteen lie in 56 days", [pred(100, status="completed", start="2026-10-20", end="2026-11-02")], {"M.E1d": "fail 2026-12-15", "L.E1d": "fail 2026-12-15"})
cases("thirteen days of 100 mg", [pred(100, status="completed", start="2026-10-20", end="2026-11-01")], {"M.E1d": "pass"})
cases("eleven days by mouth and three pulses before: fourteen in all, until the first pulse drops out", [pred(100, status="completed", start="2026-10-20", end="2026-10-30"), *(ma("6902", d, dosage={"route": IV, "dose": q(1000, "mg", "mg")}) for d in ("2026-10-05", "2026-10-06", "2026-10-07"))], {"M.E1d": "fail 2026-11-30"})
cases("100 mg goes on since 1 November: as if stopped today (decision 50)", [pred(100, start="2026-11-01")], {"M.E1d": "fail 2027-01-06 stopped"})
cases("99 mg goes on", [pred(99, start="2026-10-01")], {"M.E1d": "pass", "M.I4c": "fail None"})
cases("methylprednisolone 80 mg is 100 mg", [ms(MPRED, [dose(80)], status="completed", start="2026-10-20", end="2026-11-02")], {"M.E1d": "fail 2026-12-15"})
cases("dexamethasone 15 mg is 94 to 112 mg: its upper end alone reaches (decision 22)", [ms(DEXA, [dose(15)], status="completed", start="2026-10-20", end="2026-11-10")], {"M.E1d": "unknown imprecise"})
cases("prednisone of no known dose in the window", [ms("8640", [], status="completed", start="2026-10-10", end="2026-11-10")], {"M.E1d": "unknown no-dose"})
cases("fourteen days of 100 mg that ended 57 days ago are outside", [pred(100, status="completed", start="2026-09-01", end="2026-09-28")], {"M.E1d": "pass"})

# --- exposure ever -------------------------------------------------------------------------------------------------------------
cases("prednisone, cyclophosphamide years ago and belimumab once: I4 is shown", [pred(10), ma(CYC, "2019-03-01"), ma(BEL, "2021-03-01")], {"P.I4": "pass recorded", "P.I5d": "pass recorded"})
cases("two of the three: the third is not recorded", [pred(10), mmf()], {"P.I4": "unknown no-data"})
cases("rituximab serves I4 and closes E13", [pred(10), mmf(), ma(RTX, "2026-09-01")], {"P.I4": "pass recorded", "P.E13": "fail 2027-03-01"})
cases("a proposal is no exposure", [pred(10), mmf(), mr(BEL, [], intent="proposal")], {"P.I4": "unknown no-data"})
cases("mycophenolic acid is mycophenolate", [pred(10), ms(MPA, [dose(720, timing=tm(2, 1))]), ma(BEL, "2021-03-01")], {"P.I4": "pass recorded"})
cases("CAR-T once", [ma("1986438", "2024-03-01")], {"K.E1": "fail None"}, pat=patient("2014-01-01"))

# --- reasons and vaccines ---------------------------------------------------------------------------------------------------------
GIRL = patient("2014-01-01")
cases("prednisone for asthma: judgement (E6)", [ms("8640", [dose(10)], reasonCode=[cc((SCT, "195967001"), text="Asthma")])], {"K.E6": "unknown judgement"}, pat=GIRL)
cases("prednisone for lupus", [ms("8640", [dose(10)], reasonCode=[cc((SCT, "55464009"))])], {"K.E6": "pass"}, pat=GIRL)
cases("prednisone for no stated reason", [pred(10)], {"K.E6": "pass"}, pat=GIRL)
cases("prednisone for asthma that was stopped is not current", [ms("8640", [dose(10)], status="completed", end="2026-06-01", reasonCode=[cc(text="Asthma")])], {"K.E6": "pass"}, pat=GIRL)
ASTHMA = cond((SCT, "195967001"), text="Asthma", onset="2020-01-01")
cases("the reason is a Condition of the chart", [ASTHMA, ms("8640", [dose(10)], reasonReference=[{"reference": f"Condition/{ASTHMA['id']}"}])], {"K.E6": "unknown judgement"}, pat=GIRL)
cases("MMR four weeks ago, on the day", [imm("03", "2026-10-27")], {"K.E10b": "pass"}, pat=GIRL)
cases("MMR 27 days ago", [imm("03", "2026-10-28")], {"K.E10b": "fail 2026-11-25"}, pat=GIRL)
cases("MMR in October, the day is not known: 28 to 31 October are too near", [imm("03", "2026-10")], {"K.E10b": "unknown imprecise"}, pat=GIRL)
cases("MMR that was not done", [imm("03", "2026-11-20", status="not-done")], {"K.E10b": "pass not-recorded"}, pat=GIRL)
cases("nasal influenza vaccine is live", [imm("111", "2026-11-10")], {"K.E10b": "fail 2026-12-08"}, pat=GIRL)
cases("recombinant zoster and injected influenza vaccines are not", [imm("187", "2026-11-10"), imm("140", "2026-11-10")], {"K.E10b": "pass"}, pat=GIRL)
cases("zoster of no stated kind cannot be told", [imm("188", "2026-11-10")], {"K.E10b": "unknown"}, pat=GIRL)
cases("BCG last week", [imm("19", "2026-11-17")], {"K.E10b": "fail 2026-12-15"}, pat=GIRL)
cases("a vaccine by its name alone: no one may call it dead", [imm("03", "2026-11-17") | {"vaccineCode": {"text": "MMR II"}}], {"K.E10b": "not pass"}, pat=GIRL)
cases("a vaccine without code or text: no one may call it dead", [imm("03", "2026-11-17") | {"vaccineCode": {}}], {"K.E10b": "not pass"}, pat=GIRL)
cases("norepinephrine runs: a vasopressor, current and intravenous; hypotension active", [cond((SCT, "45007003"), onset="2026-11-23"), mr("7512", [dose(4, "ug/min", "ug/min", route=IV)], authored="2026-11-23", category=[cc(("http://terminology.hl7.org/CodeSystem/medicationrequest-category", "inpatient"))])], {"K.E4": "fail"}, pat=GIRL)
cases("midodrine: judgement", [cond((SCT, "45007003"), onset="2026-11-23"), ms("6963", [dose(5, timing=tm(3, 1))])], {"K.E4": "unknown judgement"}, pat=GIRL)
cases("an intolerance of mycophenolate stands for mycophenolate alone (decision 46): the rest is missing", [{"resourceType": "AllergyIntolerance", "id": "al1", "patient": {"reference": "Patient/p1"}, "code": cc((RXNORM, "68149")), "clinicalStatus": cc(("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active"))}], {"K.I2c": "unknown no-data"}, pat=GIRL)
FULL = [ms("8640", [dose(40)], status="completed", start="2024-01-01", end="2024-10-01"), ms("5521", [dose(200)], start="2023-01-01"), ms("68149", [dose(500, timing=tm(2, 1))], start="2024-01-01"), obs("29463-7", "2024-03-01", qty=q(38, "kg", "kg"), cat="vital-signs")]
cases("high dose for nine months, hydroxychloroquine, mycophenolate: a second drug is missing", FULL, {"K.I2c": "unknown no-data"}, pat=GIRL)
cases("the same and an intolerance of methotrexate in the place of the second drug", [*FULL, {"resourceType": "AllergyIntolerance", "id": "al1", "patient": {"reference": "Patient/p1"}, "code": cc((RXNORM, MTX)), "clinicalStatus": cc(("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active"))}], {"K.I2c": "pass"}, pat=GIRL)
cases("the same, and the intolerance was refuted", [*FULL, {"resourceType": "AllergyIntolerance", "id": "al1", "patient": {"reference": "Patient/p1"}, "code": cc((RXNORM, MTX)), "verificationStatus": cc(("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "refuted"))}], {"K.I2c": "unknown no-data"}, pat=GIRL)
cases("the same and azathioprine for six months to the day", [*FULL, ms(AZA, [dose(50)], start="2026-05-24")], {"K.I2c": "pass"}, pat=GIRL)


@pytest.mark.parametrize("case", cases, ids=str)
def test_drugs(case: Case) -> None:
    assert case.problems() == []
