# ruff: noqa: E501 - one vector, one line
"""The dose, washout and stability vectors of the dosing page, each checked by hand and run through the whole path."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cds_service.clinical.steroids import current_dose
from cds_service.clinical.washout import washed_out
from cds_service.kernel.dates import day, parse_window

from .making import chart, drug, given, mg, request, rule

GTS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
ONE_A_DAY = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}


def amount(value: float, unit: str | None = "mg", code: str | None = None) -> dict[str, Any]:
    """doseQuantity as an entry of doseAndRate."""
    quantity: dict[str, Any] = {"value": value}
    if unit:
        quantity["unit"] = unit
        quantity["code"] = code or unit
    return {"doseQuantity": quantity}


def said(*entries: dict[str, Any], timing: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """One oral dosage."""
    return {"doseAndRate": list(entries), "timing": timing or ONE_A_DAY, "route": {"text": "Oral"}} | more


def code(abbreviation: str) -> dict[str, Any]:
    """A timing that is only a code."""
    return {"code": {"coding": [{"system": GTS, "code": abbreviation}]}}


def every(period: int, unit: str, frequency: int = 1, **more: Any) -> dict[str, Any]:
    """A structured timing."""
    return {"repeat": {"frequency": frequency, "period": period, "periodUnit": unit} | more}


TABLET = ("tablet", "{tbl}")
# id, product or ingredient, dosages, mg of prednisone from/to (None: no dose), fits 60/7.5, fits 30, fits 30/7.5, fits 7.5
DOSES: list[tuple[str, str, list[dict[str, Any]], tuple[str, str] | None, str]] = [
    ("D01 three agreeing entries of one dose", "198145", [said(amount(20), amount(2, *TABLET), amount(20))], ("20", "20"), "TTTT"),
    ("D02 one tab with a code only", "312617", [said(amount(1, "tab"), timing=code("QD"))], ("5", "5"), "FTFF"),
    ("D03 a time of day only", "312615",
     [said(amount(1, *TABLET), timing={"repeat": {"timeOfDay": ["09:00:00"], "count": 365}})], ("20", "20"), "TTTT"),
    ("D04 two methylprednisolone 4 mg BID", "259966", [said(amount(2, *TABLET), timing=code("BID"))], ("20", "20"), "TTTT"),
    ("D05 alternate days are a mean", "312615", [said(amount(20), timing=every(2, "d"))], ("10", "10"), "TTTT"),
    ("D06 QOD beside once a day", "312615", [said(amount(20), timing=ONE_A_DAY | code("QOD"))], None, "????"),
    ("D07 as needed up to twice", "312617", [said(amount(5), timing=every(1, "d", 2), asNeededBoolean=True)], ("0", "10"), "?T??"),
    ("D08 a dose range", "312617",
     [said({"doseRange": {"low": {"value": 5, "unit": "mg", "code": "mg"}, "high": {"value": 10, "unit": "mg", "code": "mg"}}})],
     ("5", "10"), "?T??"),
    ("D09 a sentence", "198145", [{"text": "Take as directed per taper", "route": {"text": "Oral"}}], None, "????"),
    ("D10 tablets of an ingredient", "8640", [said(amount(1, *TABLET))], None, "????"),
    ("D11 no unit", "312617", [said(amount(1, None))], None, "????"),
    ("D12 5 mL of 3 mg/mL", "283077", [said(amount(5, "mL"))], ("15", "15"), "TTTT"),
    ("D13 dexamethasone is a range", "3264", [said(amount(4))], ("25", "30"), "TTTT"),
    ("D14 deflazacort is a range", "22396", [said(amount(12))], ("8", "10"), "TTTT"),
    ("D15 morning and evening are added", "5492", [said(amount(10), timing=code("AM")), said(amount(5), timing=code("PM"))],
     ("3.75", "3.75"), "FTFF"),
    ("D16 every 12 hours", "6902", [said(amount(8), timing=every(12, "h"))], ("20", "20"), "TTTT"),
    ("D17 Monday, Wednesday, Friday", "198145", [said(amount(10), timing=every(1, "d", dayOfWeek=["mon", "wed", "fri"]))],
     ("4.286", "4.286"), "FTFF"),
    ("D18 20 mg and a tablet of 5", "312617", [said(amount(20), amount(1, *TABLET))], None, "????"),
    ("D19 by weight, without a weight", "8640", [said(amount(1, "mg/kg"))], None, "????"),
    ("D20 a rate", "6902", [said(amount(125) | {"rateQuantity": {"value": 125, "unit": "mg/h"}})], None, "????"),
    ("D21 once a month", "10759", [said(amount(40), timing=code("MO"))], None, "????"),
    ("D22 half a tablet twice", "312615", [said(amount(0.5, *TABLET), timing=every(1, "d", 2))], ("20", "20"), "TTTT"),
    ("D23 micrograms", "8640", [said(amount(5000, "mcg", "ug"))], ("5", "5"), "FTFF"),
    ("D24 as needed with a maximum", "8640",
     [said(amount(5), timing=every(1, "d", 3), asNeededBoolean=True,
           maxDosePerPeriod={"numerator": {"value": 5, "code": "mg"}, "denominator": {"value": 1, "code": "d"}})],
     ("0", "5"), "FTFF"),
]  # fmt: skip
LIMITS = (
    {"at_most": "60 mg/day", "at_least": "7.5 mg/day"},
    {"at_most": "30 mg/day"},
    {"at_most": "30 mg/day", "at_least": "7.5 mg/day"},
    {"at_least": "7.5 mg/day"},
)
LETTER = {"pass": "T", "fail": "F", "unknown": "?"}


@pytest.mark.parametrize(("name", "product", "dosages", "expected", "fits"), DOSES, ids=[d[0] for d in DOSES])
def test_a_dose_vector_gives_its_prednisone_equivalent_and_its_four_answers(
    name: str, product: str, dosages: list[dict[str, Any]], expected: tuple[str, str] | None, fits: str
) -> None:
    made = chart(request(drug(product), "2025-01-01", *dosages))
    dose = current_dose(made, "oral")
    if expected is None:
        assert dose.total.high is None and dose.reason is not None
    else:
        assert tuple(round(x, 3) for x in dose.total[:2] if x is not None) == tuple(map(Decimal, expected))
    answers = [rule(steroid_dose="oral", **limits).answer(made) for limits in LIMITS]
    assert "".join(LETTER[a.status.value] for a in answers) == fits
    if expected is None:
        assert {a.reason.value for a in answers if a.reason} == {"no-dose"}


WASHOUTS = [
    ("W01", "2026-05-22", "6 months", "2026-11-22", True),
    ("W02", "2026-08-31", "6 months", "2027-02-28", False),
    ("W03", "2026-10-25", "4 weeks", "2026-11-22", True),
    ("W04", "2026-10-26", "4 weeks", "2026-11-23", False),
    ("W05", "2026-11-17", "8 days", "2026-11-25", False),
    ("W06", "2026-08-31", "12 weeks", "2026-11-23", False),
]


@pytest.mark.parametrize(("name", "last", "window", "until", "over"), WASHOUTS, ids=[w[0] for w in WASHOUTS])
def test_a_washout_vector_is_over_on_its_day(name: str, last: str, window: str, until: str, over: bool) -> None:
    found = washed_out(day(date.fromisoformat(last)), parse_window(window), date(2026, 11, 22))
    assert (found.over, found.until.isoformat()) == (over, until)


STABLE = [
    ("S01 more than two weeks, on the 14th day", "198145", "2026-11-08", {"stable_more_than": "2 weeks"}, "2026-11-23"),
    ("S02 two weeks, on the 14th day", "198145", "2026-11-08", {"stable_for": "2 weeks"}, None),
    ("S03 seven days, on the 6th", "198145", "2026-11-16", {"stable_for": "7 days"}, "2026-11-23"),
    ("S04 eight weeks, on the day", "200060", "2026-09-27", {"stable_for": "8 weeks"}, None),
]


@pytest.mark.parametrize(("name", "product", "since", "term", "until"), STABLE, ids=[s[0] for s in STABLE])
def test_a_stability_vector_passes_or_says_from_when(
    name: str, product: str, since: str, term: dict[str, str], until: str | None
) -> None:
    before = request(drug(product), "2020-01-01", mg(30), id="a", status="stopped")
    before["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"] = {"end": day_before(since)}
    found = rule(each_treatment=["glucocorticoid", "conventional_immunosuppressant"], **term).answer(
        chart(before, request(drug(product), since, mg(20), id="b"))
    )
    assert found.status.value == ("pass" if until is None else "fail")
    assert (found.until.isoformat() if found.until else None) == until


def day_before(text: str) -> str:
    """The day before."""
    when = date.fromisoformat(text)
    return when.fromordinal(when.toordinal() - 1).isoformat()


def test_our_vectors_say_what_the_dosing_page_says() -> None:
    page = Path(__file__).parents[3].parent / "shared" / "terminology" / "dosing_vectors.json"
    if not page.is_file():
        pytest.skip("the dosing page is not beside the project; our own copy of its vectors was run")
    vectors = json.loads(page.read_text())
    ours = {name.split()[0]: (expected, fits) for name, _, _, expected, fits in DOSES}
    assert len(vectors["dose"]) == len(ours)
    for vector in vectors["dose"]:
        expected, fits = ours[vector["id"]]
        theirs = vector["expect"]["prednisone_eq"]
        assert (theirs is None) == (expected is None), vector["id"]
        if theirs is not None and expected is not None:
            assert [Decimal(str(x)) for x in theirs] == [Decimal(x) for x in expected], vector["id"]
        letters = {True: "T", False: "F", None: "?"}
        assert "".join(letters[vector["expect"]["in_range"][k]] for k in ("000", "002", "003", "004")) == fits
    for vector, (_, last, _, until, over) in zip(vectors["washout"], WASHOUTS, strict=True):
        assert (vector["last_exposure"], vector["eligible_from"], vector["met"]) == (last, until, over)
    assert [v["stable_since"] for v in vectors["stable"]] == [s[2] for s in STABLE]


def test_a_pulse_of_three_days_is_not_fourteen() -> None:
    pulses = [given(drug("6902"), f"2026-10-0{n}", 1000) for n in (1, 2, 3)]
    found = rule(steroid_days=14, at_least="100 mg/day", within="8 weeks").answer(chart(*pulses))
    assert found.status.value == "pass"
