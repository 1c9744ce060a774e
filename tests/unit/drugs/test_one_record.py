"""What one record that goes on comes to is told without laying records on each other: the same either way.

Each rule is asked twice of the same chart: as the service does, and with the short way taken from it.
"""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from cds_service.clinical import courses, exposures, treatment
from cds_service.clinical.exposures import Cover
from cds_service.kernel.dates import DateSpan, Window

from .making import (
    AZATHIOPRINE,
    BELIMUMAB,
    HYDROXYCHLOROQUINE,
    MYCOPHENOLATE,
    PREDNISONE,
    RITUXIMAB,
    TODAY,
    answer,
    chart,
    drug,
    given,
    mg,
    request,
    rule,
    statement,
)  # fmt: skip

ASKED = ["glucocorticoid", "antimalarial", "conventional_immunosuppressant", "biologic", "nsaid"]
RULES = [
    rule(on_treatment=ASKED, begun="6 months"),
    rule(on_treatment=ASKED, begun="3 months", stable_for="2 weeks", others_stable=True),
    rule(each_treatment=ASKED, begun="12 weeks", stable_for="8 weeks"),
    rule(each_treatment=ASKED, stable_more_than="2 weeks"),
    rule(exposed_to=ASKED, in_all="6 months"),
    rule(exposed_to=ASKED, in_all="8 weeks", drugs=2, or_intolerant=True),
    rule(exposed_to=ASKED),
]
STARTS = [
    None, "2015-03-01", "2025", "2026", "2026-05", "2026-05-22", "2026-05-23", "2026-08-22", "2026-08-23", "2026-08-30",
    "2026-08-31", "2026-09-27", "2026-09-28", "2026-11", "2026-11-07", "2026-11-08", "2026-11-09", "2026-11-22",
]  # fmt: skip
DOSAGES: list[dict[str, Any] | None] = [
    mg(10), None, {"text": "as directed"}, mg(10) | {"asNeededBoolean": True}, mg(1000, route="intravenous"),
    mg(100, route="subcutaneous"),
    {"doseAndRate": [{"doseQuantity": {"value": 1, "unit": "mg/kg", "code": "mg/kg"}}],
     "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}},
]  # fmt: skip
DRUGS = [
    HYDROXYCHLOROQUINE, PREDNISONE, MYCOPHENOLATE, BELIMUMAB, RITUXIMAB, drug("1191"), drug("8640", "azathioprine"),
]  # fmt: skip


def both_ways(monkeypatch: pytest.MonkeyPatch, *records: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """The answers of all rules as the service gives them, and as they are the long way."""
    short = [answer(made, *records) for made in RULES]
    with monkeypatch.context() as patched:
        patched.setattr(treatment, "_alone", lambda records: None)
        patched.setattr(courses, "_at_once", lambda made, window, as_of: False)
        long = [answer(made, *records) for made in RULES]
    return short, long


@pytest.mark.parametrize("status", ["active", "on-hold", "unknown", "completed", "stopped"])
@pytest.mark.parametrize("start", STARTS)
def test_a_statement_comes_to_the_same_alone_as_laid_on_others(
    monkeypatch: pytest.MonkeyPatch, start: str | None, status: str
) -> None:
    for concept, dosage in product(DRUGS, DOSAGES):
        record = statement(concept, start, None, *([dosage] if dosage else []), status=status)
        short, long = both_ways(monkeypatch, record)
        assert short == long, (concept, dosage)


@pytest.mark.parametrize("start", [s for s in STARTS if s])
def test_an_order_comes_to_the_same_alone_as_laid_on_others(monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    for concept, dosage in product(DRUGS, DOSAGES):
        short, long = both_ways(monkeypatch, request(concept, start, *([dosage] if dosage else [])))
        assert short == long, (concept, dosage)


@pytest.mark.parametrize("start", STARTS)
def test_beside_other_drugs_one_record_comes_to_the_same(monkeypatch: pytest.MonkeyPatch, start: str | None) -> None:
    others = [
        statement(AZATHIOPRINE, "2026-01-01", "2026-10-01", mg(100)),
        statement(AZATHIOPRINE, "2026-10-02", None, mg(50)),
        given(RITUXIMAB, "2026-09-01", 1000),
        given(RITUXIMAB, "2026-09-15", 1000),
        request(PREDNISONE, "2026-02", mg(5)),
    ]
    for dosage in DOSAGES:
        record = statement(HYDROXYCHLOROQUINE, start, None, *([dosage] if dosage else []))
        short, long = both_ways(monkeypatch, record, *others)
        assert short == long, dosage


def test_one_course_is_enough_at_once_only_where_the_calendar_says_so_too() -> None:
    (record,) = chart(statement(HYDROXYCHLOROQUINE, "2020", None, mg(200))).exposures
    for window, days, begun in product(
        (Window(0, 6), Window(56), Window(0, 1), Window(3, 2)),
        (-3, 0, 27, 28, 31, 55, 56, 57, 62, 65, 66, 180, 181, 184, 185, 186, 187),
        (date(2025, 2, 1), date(2025, 8, 31), date(2024, 2, 29), date(2026, 5, 1)),
    ):
        last = begun + timedelta(days)
        made = [Cover(DateSpan(begun, begun), DateSpan(last, last), record)]
        if courses._at_once(made, window, TODAY):
            assert courses._length([(begun, min(last, TODAY))], window)


@pytest.mark.parametrize("ended", [f"2026-08-{day:02}" for day in range(18, 25)] + ["2026-08", "2026-07"])
@pytest.mark.parametrize("status", ["active", "unknown", "completed", "on-hold"])
def test_what_ended_more_than_three_months_ago_is_current_by_no_way_of_giving(ended: str, status: str) -> None:
    records = [
        statement(BELIMUMAB, "2025", ended, mg(200, route="subcutaneous"), status=status),
        given(RITUXIMAB, ended, 1000), given(RITUXIMAB, ended, 1000, route="injection"), given(BELIMUMAB, ended, 10),
    ]  # fmt: skip
    of_today = chart(*records)
    for exposure in of_today.exposures:
        end = exposure.end
        if end is not None and end.last < TODAY - exposures.INFUSION_DAYS:
            assert exposures.is_current(exposure, TODAY) is False
            assert not exposures.held(exposure, TODAY)
