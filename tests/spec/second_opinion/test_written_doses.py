"""How often, how much and by which route, as people write it in English and Chinese (decision 40; dosing.md section 2)."""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

import pytest

from .shapes import Case, Table, cc, dose, ma, mr, pred, q, tm

case = Table()


def d(ct, v=5):
    return [mr("8640", [dose(v, "mg", None, timing=tm(ctext=ct))])]


# 15 mg/d or so must be between 7.5 and 30
for ct, v in (
    ("tid", 5),
    ("TID", 5),
    ("bid", 5),
    ("BID", 10),
    ("q12h", 10),
    ("Q8H", 5),
    ("qid", 5),
    ("qod", 20),
    ("QOD", 20),
    ("QD", 10),
    ("qd", 10),
    ("q.d.", 10),
    ("b.i.d.", 5),
    ("daily", 10),
    ("Daily", 10),
    ("once daily", 10),
    ("twice daily", 5),
    ("every day", 10),
    ("every morning", 10),
    ("qam", 10),
    ("qhs", 10),
    ("qn", 10),
    ("每日一次", 10),
    ("每日1次", 10),
    ("每天一次", 10),
    ("每天1次", 10),
    ("一日一次", 10),
    ("一日1次", 10),
    ("每日两次", 5),
    ("每日二次", 5),
    ("每日2次", 5),
    ("一日三次", 5),
    ("每日3次", 5),
    ("隔日一次", 20),
    ("每晚一次", 10),
    ("每晨一次", 10),
    ("1次/日", 10),
    ("2次/日", 5),
    ("每12小时一次", 5),
    ("每8小时一次", 5),
    ("every 12 hours", 5),
    ("every 12 (twelve) hours", 5),
    ("every other day", 20),
    ("3 times daily", 5),
    ("three times a day", 5),
    ("1x/day", 10),
):
    case(f"timing {ct}", d(ct, v), {"L.I4c": "pass"})
for u in ("mg", "毫克", "MG", "mgs", "milligram", "milligrams", "Mg"):
    case(f"unit {u}", [mr("8640", [dose(10, u, None)])], {"L.I4c": "pass"})
for u in ("片", "tablet", "tablets", "tab", "tabs", "Tab", "TAB", "tablet(s)", "粒"):
    case(f"unit {u} of a known tablet", [mr("312617", [dose(2, u, None)])], {"L.I4c": "pass"})
for u in ("g", "克"):
    case(f"unit {u}", [mr("8640", [dose(0.01, u, None)])], {"L.I4c": "pass"})
for u in ("ug", "mcg", "µg", "μg", "微克"):
    case(f"unit {u}", [mr("8640", [dose(10000, u, None)])], {"L.I4c": "pass"})
for r in ("口服", "PO", "po", "Oral", "by mouth", "Per os", "Oral route", "p.o."):
    case(f"route {r}", [mr("8640", [dose(10, route=cc(text=r))])], {"L.I4c": "pass recorded"})
for r in ("外用", "滴眼", "雾化吸入", "Topical", "Ophthalmic", "Inhalation", "Nasal", "Rectal", "皮肤外用", "Both eyes", "Left eye", "INH", "鼻喷", "关节腔注射", "Intravitreal", "Apply externally", "灌肠", "滴耳", "Otic"):
    case(f"route {r}", [mr("3264", [dose(10, route=cc(text=r))])], {"M.I4c": "pass not-recorded"})
for r in ("静脉滴注", "IV", "Intravenous", "静滴", "静脉注射", "ivgtt", "iv drip"):
    case(f"route {r}", [ma("6902", "2026-11-20", dosage={"route": cc(text=r), "dose": q(40, "mg", "mg")}), pred(10)], {"L.I4c": "pass recorded"})


@pytest.mark.parametrize("one", case, ids=str)
def test_a_written_dose_is_read_where_it_is_on_a_closed_list(one: Case) -> None:
    assert one.problems() == []
