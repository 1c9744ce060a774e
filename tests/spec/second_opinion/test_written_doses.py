"""How often, how much and by which route, as people write it in English and Chinese (decision 40; dosing.md section 2)."""
# ruff: noqa: E501 (a case is one row of a table: broken over lines, what differs is hard to see)

from __future__ import annotations

from decimal import Decimal

import pytest

from .shapes import Case, Json, Table, cc, dose, ma, mr, pred, q, tm

case = Table()


TIMES = {
    Decimal("3"): (
        "tid",
        "TID",
        "Q8H",
        "一日三次",
        "每日3次",
        "每8小时一次",
        "3 times daily",
        "three times a day",
    ),
    Decimal("2"): (
        "bid",
        "BID",
        "q12h",
        "b.i.d.",
        "twice daily",
        "每日两次",
        "每日二次",
        "每日2次",
        "2次/日",
        "每12小时一次",
        "every 12 hours",
        "every 12 (twelve) hours",
    ),
    Decimal("4"): ("qid",),
    Decimal("0.5"): (
        "qod",
        "QOD",
        "隔日一次",
        "every other day",
    ),
    Decimal("1"): (
        "QD",
        "qd",
        "q.d.",
        "daily",
        "Daily",
        "once daily",
        "every day",
        "every morning",
        "qam",
        "qhs",
        "qn",
        "每日一次",
        "每日1次",
        "每天一次",
        "每天1次",
        "一日一次",
        "一日1次",
        "每晚一次",
        "每晨一次",
        "1次/日",
        "1x/day",
    ),
}
"""Times a day that a text says."""


def swallowed(mg: Decimal, text: str) -> list[Json]:
    return [mr("8640", [dose(float(mg), "mg", None, timing=tm(ctext=text))])]


for times, texts in TIMES.items():
    for text in texts:
        # NCT05765006 I4c takes 7.5 to 30 mg a day: a rate that is read wrongly breaks one of the four.
        case(f"30 mg a day, {text}", swallowed(30 / times, text), {"L.I4c": "pass recorded"})
        case(f"36 mg a day, {text}", swallowed(36 / times, text), {"L.I4c": "fail None"})
        case(f"7.5 mg a day, {text}", swallowed(Decimal("7.5") / times, text), {"L.I4c": "pass recorded"})
        case(f"6 mg a day, {text}", swallowed(6 / times, text), {"L.I4c": "fail None"})
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
