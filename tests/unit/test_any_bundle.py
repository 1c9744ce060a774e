"""Whatever is broken in a Bundle: an answer or one InputError, no pass without basis, no unknown without reason."""

import copy
import json
import re
import time
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_service.cards import Layout, cards_for
from cds_service.kernel.errors import InputError
from cds_service.kernel.paths import data_dir
from cds_service.screening import as_json, evaluate_bundle, read_bundle, screen

AS_OF = date(2026, 11, 1)
LAYOUT = Layout(shown=("recruiting", "unknown"), per_trial=False, near_misses=True, say_unreadable=True)
RAW = ["1e999999", "1e9999999999999999999", "-1e400", "1e-999999", "9" * 400, "0e999999"]
"""Numbers that Python's json would not write: marked, and put in as they are."""
ODD: list[Any] = [
    None, True, 0, -1, 0.5, 10**18, 2**63, 10**30, "", "NaN", "Infinity", ">1e999999", "1:0", "0/0", "０", "²",
    "<" * 900, "1" * 5000, "0.5-", "0000", "0001-01-01", "9999-12-31", "9999", "2026-02-30", "2026-13",
    "2026-05-01T25:61:61Z",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "#", "#x", "Patient/", "Patient/other", "urn:uuid:1",
    "\u0000", "<script>alert(1)</script>", "[x](javascript:alert(1))", "**b**\n# h", [], {}, [[]], [{}], [None],
    {"a": {"b": []}}, {"value": 0}, {"value": "x"}, {"reference": "#x"}, {"reference": "Patient/other"},
    {"coding": None}, {"coding": {}}, {"coding": [{"system": 1, "code": 2}]}, {"start": "9999-12-31"},
    {"end": "0001-01-01"}, {"start": "2026-01-01", "end": "2020-01-01"}, *(f"RAW{n}" for n in RAW),
]  # fmt: skip
WAYS = ("set", "set", "set", "delete", "wrap", "in-object", "as-text", "first")


@cache
def charts() -> list[Any]:
    return [json.loads(p.read_bytes()) for p in sorted((data_dir("fixtures") / "patients").glob("*.json"))]


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def change(root: Any, path: tuple[Any, ...], way: str, odd: Any) -> None:
    for key in path[:-1]:
        root = root[key]
    key, value, odd = path[-1], root[path[-1]], copy.deepcopy(odd)  # a copy: the next change may go inside it
    if way == "delete":
        del root[key]
    else:
        first = value[0] if isinstance(value, list) and value else odd
        root[key] = {"set": odd, "wrap": [value], "in-object": {"x": value}, "as-text": str(value),
                     "first": first}[way]  # fmt: skip


def written(bundle: Any) -> bytes:
    return re.sub(r'"RAW([^"]*)"', r"\1", json.dumps(bundle)).encode()


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    bundle = copy.deepcopy(draw(st.sampled_from(charts())))
    for _ in range(draw(st.sampled_from([1, 1, 2, 4, 10]))):
        entry = draw(st.sampled_from(bundle["entry"]))
        where = [p for p in places(entry) if p[0] == "resource"]
        if where:
            change(entry, draw(st.sampled_from(where)), draw(st.sampled_from(WAYS)), draw(st.sampled_from(ODD)))
    return written(bundle)


def is_sound(answer: dict[str, Any]) -> None:
    for trial in answer["trials"]:
        assert (trial["eligible_from"] is not None) == (trial["verdict"] == "not-yet")
        for criterion in trial["criteria"]:
            basis, reason, status = criterion["basis"], criterion["reason"], criterion["status"]
            assert (basis in ("recorded", "computed", "not-recorded")) == (status in ("pass", "fail")), criterion
            assert (reason is not None) == (status == "unknown"), criterion
            if basis in ("recorded", "computed"):
                assert criterion["evidence"], criterion


@settings(derandomize=True, max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_any_mutation_of_a_chart_gives_a_sound_answer_or_one_input_error(raw):
    try:
        screening = screen(read_bundle(raw, AS_OF))
    except InputError as error:
        assert "\n" not in str(error)
        return
    is_sound(as_json(screening))
    for card in cards_for(screening, LAYOUT):
        assert len(card["summary"]) < 140
        assert "<script" not in card["detail"]
        assert "](javascript" not in card["detail"]


@pytest.mark.parametrize("subject", ["x", 5, True, [], [{"reference": "Patient/other"}], {"reference": 5}])
def test_a_subject_that_is_no_reference_costs_that_one_result_and_not_the_chart(subject):
    bundle = copy.deepcopy(charts()[0])
    result = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Observation")
    result["subject"] = subject
    answer = evaluate_bundle(bundle, AS_OF)
    assert [s["reference"] for s in answer["skipped"]] == [f"Observation/{result['id']}"]


def test_a_bundle_with_two_patients_is_refused_whole():
    bundle = copy.deepcopy(charts()[0])
    other = {"resourceType": "Patient", "id": "other"}
    bundle["entry"].append({"resource": other})
    with pytest.raises(InputError, match="2 Patients"):
        evaluate_bundle(bundle, AS_OF)


LONG = [" " * 50_000 + "x", "a" * 200_000, "III" + "+III" * 10_000, "1:" * 20_000, "<" * 50_000, "0." + "1" * 100_000]


@pytest.mark.parametrize("text", LONG, ids=["spaces", "word", "classes", "ratios", "signs", "digits"])
@pytest.mark.parametrize("kind", ["Observation", "Condition", "MedicationRequest"])
def test_a_text_without_end_is_read_within_two_seconds(kind, text):
    chart = next(c for c in charts() if any(e["resource"]["resourceType"] == kind for e in c["entry"]))
    bundle = copy.deepcopy(chart)
    resource = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind)
    named = {"text": f"lupus nephritis class {text}"}
    resource |= {"code": named, "stage": [{"summary": {"text": text}}], "dosageInstruction": [{"text": text}]}
    begun = time.process_time()
    is_sound(evaluate_bundle(bundle, AS_OF))
    assert time.process_time() - begun < 2
