"""Scores, silence, completeness, verdicts (decisions 4, 6, 13, 19, 36, 48, 49, 51)."""
# ruff: noqa: E501, E731 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .shapes import CM, KID, SCT, Case, Table, cond, dose, enc, ma, mr, obs, pred, q, rr, sle

case = Table()

sc = lambda txt, v, when="2026-11-20", **k: obs(None, when, text=txt, cat="survey", **({"i": v} if isinstance(v, int) else {"qty": q(v, "{score}", "{score}")} if isinstance(v, float) else {"s": v}), **k)
c3 = lambda v, when="2026-11-20", **k: obs("4485-9", when, qty=q(v, "mg/dL", "mg/dL"), refs=[rr(90, 180, "mg/dL")], **k)
c4 = lambda v, when="2026-11-20", **k: obs("4498-2", when, qty=q(v, "mg/dL", "mg/dL"), refs=[rr(10, 40, "mg/dL")], **k)
dna = lambda v, when="2026-11-20", **k: obs("5130-0", when, qty=q(v, "[IU]/mL", "[IU]/mL"), refs=[rr(0, 30, "[IU]/mL")], **k)
upcr = lambda v, when="2026-11-20": obs("2890-2", when, qty=q(v, "mg/g", "mg/g"))
prot = lambda v, when="2026-11-20": obs("2889-4", when, qty=q(v, "g/(24.h)", "g/(24.h)"))
casts = lambda when="2026-11-20", **k: obs("5807-3", when, **(k or {"s": "2-5 /LPF"}))
case("2K 12", [sc("SLEDAI-2K score", 12)], {"P.I6": "pass recorded", "W.I9": "pass recorded"})
case("2K 12 kid", [sc("SLEDAI-2K", 12)], {"K.I2b": "pass recorded"}, pat=KID)
case("2K 9", [sc("SLEDAI 2K total", 9)], {"P.I6": "fail None", "W.I9": "pass recorded"})
case("2K 6 in W: any with silence is unknown", [sc("SLEDAI-2000", 6)], {"W.I9": "unknown no-data"})
case("SELENA 8 stands in", [sc("SELENA-SLEDAI", 10)], {"P.I6": "pass recorded"})
case("plain SLEDAI with a note", [sc("SLEDAI", 10)], {"P.I6": "pass recorded"})
case("SLEDAI 评分", [sc("SLEDAI-2K评分", 10)], {"P.I6": "pass recorded"})
case("as display of a local code", [{**sc("x", 10), "code": {"coding": [{"system": "urn:oid:9", "code": "S1", "display": "SLEDAI-2K Total Score"}]}}], {"P.I6": "pass recorded"})
case("flare index is none", [sc("SELENA-SLEDAI flare index", 2)], {"M.I6": "unknown no-data", "P.I6": "unknown no-data"})
case("PGA is none", [sc("SELENA-SLEDAI physician global assessment", 2)], {"M.I6": "unknown no-data"})
case("SLEDAI responder index", [sc("SLE responder index (SRI-4) SLEDAI", 4)], {"M.I6": "unknown no-data"})
case("single item", [sc("SLEDAI-2K arthritis", 4)], {"P.I6": "unknown no-data"})
case("score 120", [sc("SLEDAI-2K", 120)], {"P.I6": "unknown incomparable"})
case("score as text", [sc("SLEDAI-2K", "12")], {"P.I6": "pass recorded"})
case("score as text 12 points", [sc("SLEDAI-2K", "12分")], {"P.I6": "pass recorded"})
case("score 90 days", [sc("SLEDAI-2K", 12, "2026-08-26")], {"P.I6": "pass recorded"})
case("score 91 days", [sc("SLEDAI-2K", 12, "2026-08-25")], {"P.I6": "unknown stale"})
case("stale total, bound passes", [sc("SLEDAI-2K", 2, "2026-08-25"), casts(), prot(1.2), c3(60), dna(90)], {"P.I6": "pass computed"})
# M.I6
case("9 with both serologies", [sc("SELENA-SLEDAI", 9), c3(60), dna(90)], {"M.I6": "fail None", "L.I6": "fail None"})
case("10 with both serologies", [sc("SELENA-SLEDAI", 10), c3(60), dna(90)], {"M.I6": "pass computed"})
case("8 without serologies", [sc("SELENA-SLEDAI", 8), c3(100), c4(20), dna(10)], {"M.I6": "pass recorded"})
case("8 C3 low, dsDNA unmeasured", [sc("SELENA-SLEDAI", 8), c3(60)], {"M.I6": "unknown imprecise"})
case("8 nothing measured", [sc("SELENA-SLEDAI", 8)], {"M.I6": "unknown imprecise"})
case("10 nothing measured", [sc("SELENA-SLEDAI", 10)], {"M.I6": "pass"})
case("7", [sc("SELENA-SLEDAI", 7)], {"M.I6": "fail None"})
case("C3 normal C4 low counts once", [sc("SELENA-SLEDAI", 8), c3(100), c4(5), dna(10)], {"M.I6": "pass computed"})
case("serology 31 days from the score", [sc("SELENA-SLEDAI", 9), c3(60, "2026-10-20"), dna(90, "2026-10-20")], {"M.I6": "unknown imprecise"})
case("serology 30 days from the score", [sc("SELENA-SLEDAI", 9), c3(60, "2026-10-21"), dna(90, "2026-10-21")], {"M.I6": "fail None"})
# computed
case("12 strict", [casts(), prot(1.2), c3(60), dna(90)], {"P.I6": "pass computed", "K.I2b": "pass computed", "W.I9": "pass computed"}, pat=KID)
case("UPCR 800", [upcr(800)], {"P.I6": "unknown imprecise"})
case("UPCR 500 not more", [upcr(500), casts(), c3(60)], {"W.I9": "unknown", "P.I6": "unknown imprecise"})
case("UPCR 501+casts", [upcr(501), casts()], {"W.I9": "pass computed"})
case("casts negative", [casts(s="None seen"), prot(1.2), c3(60), dna(90)], {"P.I6": "unknown imprecise", "W.I9": "pass computed"})
case("casts zero quantity", [obs("5807-3", qty=q(0, "/[LPF]", "/[LPF]")), prot(1.2), c3(60)], {"W.I9": "unknown"})
case("old complement 31 d", [casts(), prot(1.2), c3(60, "2026-10-24")], {"P.I6": "unknown imprecise"})
case("lupus arthritis begun in window", [prot(1.2), cond((SCT, "1144970000"), onset="2026-11-10"), c3(60)], {"P.I6": "pass computed"})
case("haematuria only widens", [obs("13945-1", qty=q(30, "/[HPF]", "/[HPF]")), prot(1.2), c3(60)], {"P.I6": "unknown imprecise", "W.I9": "unknown"})
case("nothing", [], {"P.I6": "unknown no-data", "M.I6": "unknown no-data"})
case("C3 interpretation L only", [casts(), prot(1.2), dna(90), obs("4485-9", qty=q(60, "mg/dL", "mg/dL"), interp="L")], {"P.I6": "pass computed"})
case("C3 without range", [casts(), prot(1.2), obs("4485-9", qty=q(20, "mg/dL", "mg/dL"))], {"P.I6": "unknown imprecise"})
# I10
case("I10 UPCR", [upcr(501)], {"W.I10": "pass recorded"})
case("I10 UPCR 500", [upcr(500)], {"W.I10": "unknown no-data"})
case("I10 platelets 99", [obs("777-3", qty=q(99, "10*9/L", "10*9/L"))], {"W.I10": "pass recorded"})
case("I10 haemolysis", [obs("1007-4", s="Positive"), obs("2532-0", qty=q(400, "U/L", "U/L"), refs=[rr(100, 250, "U/L")])], {"W.I10": "pass"})
case("I10 Coombs alone", [obs("1007-4", s="Positive")], {"W.I10": "unknown no-data"})
case("I10 pericarditis lupus", [cond((SCT, "25380002"), rec="2026-01-01")], {"W.I10": "pass recorded"})
case("I10 pericarditis resolved", [cond((SCT, "25380002"), clin="resolved", rec="2026-01-01")], {"W.I10": "unknown"})
case("I10 skin only", [cond((CM, "L93.0"), rec="2026-01-01")], {"W.I10": "unknown no-data"})
# completeness
nxt = {"link": [{"relation": "next", "url": "http://x/next"}]}
case("torn bundle: absence unavailable", [], {"P.E9": "unknown unavailable", "K.E1": "unknown unavailable", "M.I9a": "unknown unavailable", "M.I2": "pass recorded"}, extra=nxt, typ="searchset")
case("torn bundle: found stays", [cond((CM, "Z94.0"), rec="2010-01-01"), ma("121191", "2026-09-01")], {"M.E5": "fail None", "P.E13": "fail 2027-03-01"}, extra=nxt, typ="searchset")
oo = lambda sev, code: {"resourceType": "OperationOutcome", "issue": [{"severity": sev, "code": code}]}
case("warning is a note", [oo("warning", "informational")], {"P.E9": "pass not-recorded"}, typ="searchset")
case("warning incomplete", [oo("warning", "incomplete")], {"P.E9": "unknown unavailable"}, typ="searchset")
case("error", [oo("error", "processing")], {"P.E9": "unknown unavailable"}, typ="searchset")
case("suppressed information", [oo("information", "suppressed")], {"P.E9": "unknown unavailable"}, typ="searchset")
# observability
case("young chart", [enc("2026-09-01"), sle(onset="2015-01-01")], {"P.E13": "unknown not-observable", "P.E9": "unknown not-observable", "P.E4": "unknown not-observable", "K.E1": "pass not-recorded", "P.E3": "pass not-recorded", "M.E1c": "pass not-recorded"}, base=False)
case("chart a day too young for 8 weeks", [enc("2026-10-01"), sle(onset="2015-01-01")], {"M.E1c": "unknown not-observable"}, base=False)
case("chart just old enough for 8 weeks", [enc("2026-09-30"), sle(onset="2015-01-01")], {"M.E1c": "pass not-recorded"}, base=False)
case("statement's start and onset do not make a chart old", [enc("2026-10-20"), sle(onset="2015-01-01"), pred(10, start="2010-01-01")], {"P.E9": "unknown not-observable"}, base=False)
case("authoredOn makes it old", [sle(onset="2015-01-01"), mr("5521", [dose(400)], authored="2015-01-10")], {"P.E9": "pass not-recorded"}, base=False)
case("reported request does not", [enc("2026-10-20"), sle(onset="2015-01-01"), mr("5521", [dose(400)], authored="2015-01-10", reportedBoolean=True)], {"P.E9": "unknown not-observable"}, base=False)
case("no dated record at all", [sle(onset="2015-01-01")], {"P.E9": "unknown not-observable", "P.E3": "pass not-recorded"}, base=False)
case("ignored records do not age the chart", [sle(onset="2015-01-01"), enc("2026-10-20"), obs("718-7", "2010-01-01", qty=q(12, "g/dL", "g/dL"), status="entered-in-error")], {"P.E9": "unknown not-observable"}, base=False)
case("uncoded observation ages it", [sle(onset="2015-01-01"), enc("2026-10-20"), obs("8867-4", "2012-01-01", qty=q(70, "/min", "/min"))], {"P.E9": "pass not-recorded"}, base=False)
# verdicts
case("not-yet wins over possible", [ma("121191", "2026-09-01")], {"P.verdict": "not-yet", "P.from": "2027-03-01"})
case("ineligible", [cond((CM, "C50.911"), rec="2020-01-01"), ma("121191", "2026-09-01")], {"P.verdict": "ineligible", "P.from": "None"})
case("possible", [], {"M.verdict": "possible", "M.from": "None"})


@pytest.mark.parametrize("one", case, ids=str)
def test_a_score_and_a_silence_prove_only_what_they_prove(one: Case) -> None:
    assert one.problems() == []
