"""What is common is told by a short way: plain records, one that goes on, infusions of whole days, an unchanged dose.

Each rule is asked twice of the same chart: as the service does, and with the short ways taken from it.
"""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from cds_service.chart.chart import Chart
from cds_service.clinical import courses, exposures, regimen, steadiness, steroids, treatment
from cds_service.clinical.exposures import Cover
from cds_service.criteria import exposed_to, on_treatment
from cds_service.kernel.answers import Answer, Basis, passed
from cds_service.kernel.dates import DateSpan, Window
from cds_service.kernel.logic import all_of

from .making import (
    AZATHIOPRINE,
    BELIMUMAB,
    HYDROXYCHLOROQUINE,
    METHYLPREDNISOLONE,
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
    rule(exposed_to=ASKED, in_all="10 months"),
    rule(exposed_to=ASKED, in_all="8 weeks", drugs=2, or_intolerant=True),
    rule(exposed_to=ASKED),
    rule(exposed_to="glucocorticoid", in_all="8 weeks", once_at_least="1 mg/kg/day"),
    rule(each_treatment="glucocorticoid", route="oral", begun="8 weeks", stable_more_than="2 weeks"),
    rule(on_treatment="glucocorticoid", route="oral", begun="3 months", judged="neither_judgement"),
    rule(steroid_dose="oral", at_most="30 mg/day", at_least="7.5 mg/day", unless_on="conventional_immunosuppressant"),
    rule(steroid_dose="systemic", at_most="9 mg/day"),
    rule(steroid_days=14, at_least="10 mg/day", within="8 weeks"),
    rule(steroid_days=1, at_least="12 mg/day", within="1 day"),
    rule(steroid_dependence="0.1 mg/kg/day"),
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
DRUGS = [HYDROXYCHLOROQUINE, PREDNISONE, RITUXIMAB, drug("1191"), drug("8640", "azathioprine")]


def told_at_length(drug: treatment.Treatment, of_today: Chart, asked: steadiness.Asked) -> Answer:
    """What `steadiness.told` says, put together of its parts."""
    parts = []
    if asked.begun is not None:
        parts.append(steadiness.begun_long_ago(drug, of_today, asked))
    if asked.stable is not None:
        parts.append(steadiness.stable(drug, of_today, asked))
    shown = exposures.each_evidence(drug.now, asked.rule)
    return all_of(parts) if parts else passed(Basis.RECORDED, shown)


def both_ways(monkeypatch: pytest.MonkeyPatch, *records: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """The answers of all rules as the service gives them, and as they are the long way."""
    short = [answer(made, *records) for made in RULES]
    with monkeypatch.context() as patched:
        for module in (steroids, treatment):
            patched.setattr(module, "plain", lambda records, as_of: None)
        patched.setattr(treatment, "_alone", lambda records: None)
        patched.setattr(courses, "_at_once", lambda made, window, as_of: False)
        patched.setattr(exposed_to, "infusions_enough", lambda records, window, threshold, chart: None)
        patched.setattr(on_treatment, "told", told_at_length)
        for module in (regimen, steadiness):
            patched.setattr(module, "steady_from", lambda made, as_of: date.max)
        long = [answer(made, *records) for made in RULES]
    return short, long


@pytest.mark.parametrize("status", ["active", "on-hold", "unknown", "completed"])
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


WEIGHED = {
    "resourceType": "Observation", "id": "weight", "status": "final", "effectiveDateTime": "2026-11-01",
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "valueQuantity": {"value": 60, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
}  # fmt: skip
TAKEN = [
    ("2015-03-01", None), ("2026-05-22", None), ("2026", None), ("2026-09-27", None), ("2026-11-09", None),
    ("2025-01-01", "2026-05-21"), ("2026-01-01", "2026-09-26"), ("2026-01-01", "2026-09-27"), ("2026-01-01", "2026-11"),
    ("2026-02-01", "2026-11-21"), ("2026-02-01", "2026-11-22"), ("2026-02-01", "2026-12-24"), ("2026-12-01", None),
]  # fmt: skip


@pytest.mark.parametrize("first", TAKEN)
@pytest.mark.parametrize("concept", [PREDNISONE, AZATHIOPRINE])
def test_a_dose_that_never_changed_is_stable_by_both_ways(
    monkeypatch: pytest.MonkeyPatch, concept: dict[str, Any], first: tuple[str, str | None]
) -> None:
    for second, dosage in product(TAKEN, (mg(10), mg(5), DOSAGES[3], DOSAGES[6])):
        records = [statement(concept, *first, mg(10)), statement(concept, *second, *([dosage] if dosage else []))]
        for others in ([], [request(concept, "2026-05-22", mg(10))], [statement(concept, "2020-01-01", "2025-12-27")]):
            short, long = both_ways(monkeypatch, *records, *others)
            assert short == long, (second, dosage, others)


STEROIDS = [
    statement(PREDNISONE, "2026-02-01", None, mg(10)),
    request(PREDNISONE, "2026-02-01", mg(10)),
    request(PREDNISONE, "2026-02-08", mg(10)),
    request(PREDNISONE, "2026-02-08", mg(5)),
    statement(METHYLPREDNISOLONE, "2026-02-01", None, mg(8)),
    statement(METHYLPREDNISOLONE, "2026-02-01", "2026-11-21", mg(16)),
    statement(PREDNISONE, "2025-01-01", "2026-01-24", mg(60)),
    statement(PREDNISONE, "2025-01-01", "2026-01-25", mg(60)),
    statement(PREDNISONE, "2026-11-01", "2026-11-22", mg(20)),
    statement(PREDNISONE, "2026-02-01", None, mg(1000, route="intravenous")),
    statement(drug(text="vamorolone"), "2026-02-01", None, mg(100)),
    given(METHYLPREDNISOLONE, "2026-11-10", 500),
    given(METHYLPREDNISOLONE, "2026-11-10", 80, route="intramuscular"),
]


@pytest.mark.parametrize("weight", [[], [WEIGHED]])
@pytest.mark.parametrize("first", STEROIDS)
def test_two_glucocorticoids_come_to_the_same_by_both_ways(
    monkeypatch: pytest.MonkeyPatch, first: dict[str, Any], weight: list[dict[str, Any]]
) -> None:
    for second, third in product(STEROIDS, (STEROIDS[0], STEROIDS[5], STEROIDS[7])):
        records = [dict(each, id=f"d{i}") for i, each in enumerate((first, second, third))]
        short, long = both_ways(monkeypatch, *records, *weight)
        assert short == long, (second, third)


def test_records_of_the_common_kind_are_told_by_the_short_way() -> None:
    of_today = chart(STEROIDS[0], dict(STEROIDS[6], id="b"), dict(STEROIDS[1], id="c"))
    (prednisone,) = treatment.treatments(of_today, frozenset(("glucocorticoid",)))
    assert prednisone.plain is not None
    course = prednisone.plain.course
    assert course is not None
    assert (course.begun, course.since) == (DateSpan(date(2026, 2, 1), date(2026, 2, 1)), date(2026, 2, 1))
    assert steroids.steroids(of_today, "oral").laid is None


@pytest.mark.parametrize("apart", [1, 28, 31, 90, 91, 92, 97, 98, 99, 100, 120, 200])
@pytest.mark.parametrize("last", ["2026-11-22", "2026-11-01", "2026-08-22", "2026-02-28", "2020-02-29", "2026-11-25"])
def test_infusions_were_long_enough_by_both_ways(monkeypatch: pytest.MonkeyPatch, apart: int, last: str) -> None:
    days = [date.fromisoformat(last) - timedelta(apart * n) for n in range(6)]
    for number in range(1, 7):
        records = [given(RITUXIMAB, day.isoformat(), 1000) for day in days[:number]]
        for others in ([], [given(RITUXIMAB, "2026-01", 1000)], [request(RITUXIMAB, "2026-01-05")], records[:1]):
            short, long = both_ways(monkeypatch, *records, *[dict(other, id="other") for other in others])
            assert short == long, (number, others)


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


MIXED = [
    statement(PREDNISONE, "2025", None, mg(5)),
    statement(HYDROXYCHLOROQUINE, "2025", None, mg(200)),
    statement(METHYLPREDNISOLONE, "2024", "2025", mg(4)),
    statement(AZATHIOPRINE, "2024", None, mg(50)),
    statement(PREDNISONE, "2023", "2024", mg(20)),
    statement(MYCOPHENOLATE, "2023", "2024", mg(1000)),
    statement(drug(text="mycophenolic acid"), "2022", "2023", mg(720)),
    statement(drug(text="tisagenlecleucel"), "2021", "2021"),
    statement(drug(text="CAR-T cells"), "2021", "2021"),
    statement(AZATHIOPRINE, "2020", "2021", mg(100)),
]


@pytest.mark.parametrize("records", [MIXED, MIXED[::-1], MIXED[1:4], MIXED[:1], []])
def test_drugs_are_found_by_any_of_their_names_in_the_order_in_which_they_were_recorded(records) -> None:
    of_today = chart(*records)
    names = {name for e in of_today.exposures for name in (*e.groups, e.ingredient, e.drug)}
    assert exposures.shelf(of_today).names == names
    for name in names:
        recorded = [e for e in of_today.exposures if name in (*e.groups, e.ingredient, e.drug)]
        assert exposures.exposures(of_today, (name,)) == recorded
    grouped = [(t.drug, t.records) for t in treatment.treatments(of_today, frozenset(names))]
    assert grouped == list(exposures.by_drug(of_today.exposures).items())
