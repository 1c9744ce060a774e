"""Bodies that were made to break the reader: a clear answer, in bounded time and memory, and no guess."""

import json
import resource
import threading
import time
from functools import cache
from typing import Any

import pytest

from cds_service.terminology import load

from ...unit.web import making
from ...unit.web.making import ADDRESS, bundle, call, client, condition, prefetch

_HERE = "@@"


@cache
def creatinine() -> dict[str, Any]:
    """The code of a laboratory value that criteria ask for."""
    terminology = load()
    system, code = next(key for key, entry in terminology.codes.items()
                        if getattr(entry, "concept", "").startswith("creatinine"))  # fmt: skip
    return {"coding": [{"system": terminology.uri(system), "code": code}]}


def observation(i: int = 0, value: str = "1", more: str = "") -> bytes:
    """An entry with a creatinine; `value` and `more` as they are to be written."""
    written = json.dumps({
        "resourceType": "Observation", "id": f"o{i}", "status": "final", "subject": {"reference": "Patient/p1"},
        "code": creatinine(), "effectiveDateTime": "2026-10-01",
    })  # fmt: skip
    return f'{{"resource":{written[:-1]}{more},"valueQuantity":{{"value":{value},"unit":"mg/dL"}}}}}}'.encode()


def with_entries(*entries: bytes, key: str = "observations1") -> bytes:
    """A call with these entries under a key, byte for byte."""
    whole = json.dumps(call(prefetch=prefetch(**{key: _HERE}))).encode()
    page = b'{"resourceType":"Bundle","type":"searchset","entry":[' + b",".join(entries) + b"]}"
    return whole.replace(json.dumps(_HERE).encode(), page)


def post(body: bytes, to: str = ADDRESS) -> tuple[int, Any, float]:
    """Status, body, seconds of CPU."""
    app = client()
    before = time.thread_time()
    answer = app.post(to, data=body, content_type="application/json")
    return answer.status_code, json.loads(answer.data), time.thread_time() - before


NUMBERS = ["1e999999", "-1e999999", "1e-999999", "0e999999", "1E+2147483648", "1e99999999999999999999", "9" * 100_000,
           "0." + "1" * 100_000, "1" + "0" * 4400, "-0", "-0.0", "0.1e1", "1e400"]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS, ids=lambda n: n[:24])
def test_a_number_beyond_all_measure_is_no_value_and_costs_nothing(number: str) -> None:
    status, body, seconds = post(with_entries(observation(value=number)))
    assert status == 200
    assert len(json.dumps(body)) < 60_000
    assert seconds < 2


NO_NUMBERS = ["NaN", "Infinity", "-Infinity", "0x10", "01", "1.", ".5", "+1", "1_000", "1e", "'1'"]


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_number_of_json_is_no_json(value: str) -> None:
    assert post(with_entries(observation(value=value)))[0] in (200, 400)
    whole = json.dumps(call(x=_HERE)).encode().replace(json.dumps(_HERE).encode(), value.encode())
    assert post(whole)[0] == 400


@pytest.mark.parametrize("depth", [100, 900, 1100, 50_000, 1_000_000])
@pytest.mark.parametrize("pair", ["[]", "{}"])
def test_depth_is_answered_and_never_a_crash(depth: int, pair: str) -> None:
    nested = "[" * depth + "]" * depth if pair == "[]" else '{"a":' * depth + "1" + "}" * depth
    for body in (
        json.dumps(call(x=_HERE)).replace(json.dumps(_HERE), nested).encode(),
        with_entries(observation(more=f',"extension":{nested}')),
        with_entries(observation(more=f',"component":{nested}')),
        nested.encode(),
    ):
        status, _, seconds = post(body)
        assert status in (200, 400)
        assert seconds < 5


@pytest.mark.parametrize("place", ["hookInstance", "fhirServer", "prefetch key", "text", "date", "name", "reference"])
def test_half_a_surrogate_is_no_json_wherever_it_stands(place: str) -> None:
    sick, half = condition(), "\ud800"
    sick["code"]["text"] = half if place == "text" else "lupus"
    sick["onsetDateTime"] = f"2015{half}" if place == "date" else "2015"
    sick["encounter"] = {"reference": half if place == "reference" else "Encounter/1"}
    sent = prefetch(conditions=bundle(sick))
    if place == "prefetch key":
        sent[half] = None
    if place == "name":
        sent["patient"] = making.PATIENT | {"name": [{"text": half}]}
    more = {place: half} if place in ("hookInstance", "fhirServer") else {}
    status, body, _ = post(json.dumps(call(prefetch=sent, **more)).encode())
    assert (status, body["issue"][0]["details"]["text"]) == (400, "the body is not JSON")


def test_of_two_equal_names_the_last_one_counts_and_the_call_is_about_one_patient() -> None:
    whole = json.dumps(call()).encode()
    status, _, _ = post(whole[:-1] + b',"context":{"patientId":"p2","userId":"Practitioner/p"}}')
    assert status == 400  # the prefetched Patient is p1
    status, body, _ = post(b'{"context":{"patientId":"p2","userId":"Practitioner/p"},' + whole[1:])
    assert status == 200
    assert "Patient/p2" not in json.dumps(body)
    stranger = json.dumps(making.PATIENT | {"id": "p2"}).encode()
    status, _, _ = post(whole.replace(b'"patient": {', b'"patient": ' + stranger + b', "patient": {', 1))
    assert status == 200


def test_a_hundred_components_are_read_and_more_are_named_as_not_read_in_time() -> None:
    part = json.dumps({"code": creatinine(), "valueQuantity": {"value": 1, "unit": "mg/dL"}})
    cards = []
    for parts in (100, 101, 20_000):
        more = f',"component":[{",".join([part] * parts)}]'
        status, body, seconds = post(with_entries(observation(more=more)))
        assert status == 200
        assert seconds < 3
        cards.append(body["cards"][0]["detail"])
    assert "could not be read" not in cards[0]
    assert "1 record could not be read" in cards[1]
    assert cards[1] == cards[2]


@pytest.mark.parametrize("text", [
    "1 tablet every morning ", "lupus nephritis class III, ", "0-1 ", "< ", "(((", "1/2 ", "mg mg/d ", "a" * 30 + "! ",
    "5 mg twice a day for 3 days then ", "\u0000 ", "ı̇", "1:",
], ids=ascii)  # fmt: skip
def test_a_long_text_is_read_in_time(text: str) -> None:
    long = json.dumps(text * (300_000 // len(text)))
    order = {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order",
             "subject": {"reference": "Patient/p1"}, "authoredOn": "2026-10-01",
             "medicationCodeableConcept": {"text": _HERE}, "dosageInstruction": [{"text": _HERE}]}  # fmt: skip
    entry = b'{"resource":' + json.dumps(order).replace(json.dumps(_HERE), long).encode() + b"}"
    bodies = [
        with_entries(entry, key="medicationRequests"),
        with_entries(observation(more=f',"referenceRange":[{{"text":{long}}}]')),
        with_entries(observation(more=f',"method":{{"text":{long}}},"interpretation":[{{"text":{long}}}]')),
        with_entries(json.dumps({"resource": condition() | {"code": {"text": _HERE}}}).replace(
            json.dumps(_HERE), long).encode(), key="conditions"),
        with_entries(observation().replace(b'"valueQuantity":{"value":1,"unit":"mg/dL"}',
                                           f'"valueString":{long}'.encode())),
    ]  # fmt: skip
    for number, body in enumerate(bodies):
        status, _, seconds = post(body)
        assert status == 200
        assert seconds < 5, number


def test_results_cost_time_in_proportion_and_leave_no_thread_and_little_memory_behind() -> None:
    few, many = (with_entries(*(observation(i, f"1.{i}") for i in range(n))) for n in (1_500, 12_000))
    post(few)
    _, _, short = post(few)
    threads, before = threading.active_count(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status, _, long = post(many)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert status == 200
    assert long < 30 * short + 1  # eight times the entries; a square would be 64 times the time
    assert threading.active_count() <= threads
    assert grown < 60 * len(many)


def test_fifty_thousand_entries_that_nobody_asks_for_are_passed_over_in_time() -> None:
    other = json.dumps(creatinine()["coding"][0]["code"]).encode()
    entries = (observation(i).replace(other, b'"no-code-%d"' % i) for i in range(50_000))
    status, _, seconds = post(with_entries(*entries))
    assert status == 200
    assert seconds < 5


def test_two_million_empty_entries_are_refused_at_once() -> None:
    status, _, seconds = post(with_entries(*[b"{}"] * 2_000_000))
    assert status == 413
    assert seconds < 2
