"""The embedded FHIR server refuses what it did not write itself, and is never broken by an odd resource."""

import base64
import json
import time

import pytest

from cds_service.fhir.demo import create_app
from cds_service.fhir.demo.store import Store
from cds_service.fhir.resources import resources_of
from cds_service.web.demo import register

from .charts import CHART, bundle, patient


def client(chart=CHART):
    return create_app(store=Store((chart,))).test_client()


@pytest.mark.parametrize(
    "token",
    [1, [], ["Observation", 5, 1], [["x"], {}, 1], ["Observation", {"patient": ["a"]}, 1],
     ["Observation", {"patient": "p1"}, "x"], ["Observation", {"patient": "p1"}, -5]],
)  # fmt: skip
def test_a_paging_token_that_is_not_ours_is_a_page_that_is_not_known(token):
    written = base64.urlsafe_b64encode(json.dumps(token).encode()).decode()
    answer = client().get("/fhir", query_string={"_page": written})
    assert answer.status_code == 410
    assert answer.get_json(force=True)["resourceType"] == "OperationOutcome"


def test_a_paging_token_nested_too_deeply_is_a_page_that_is_not_known():
    written = base64.urlsafe_b64encode(b"[" * 3000).decode()
    assert client().get("/fhir", query_string={"_page": written}).status_code == 410


def test_a_count_of_thousands_of_digits_is_the_largest_page():
    answer = client().get("/fhir/Observation", query_string={"patient": "p1", "_count": "9" * 5000})
    assert answer.status_code == 200


@pytest.mark.parametrize("odd", ["x", 5, [], [5], {"reference": 5}, {"coding": "x"}, {"coding": [5]}])
@pytest.mark.parametrize("element", ["subject", "code", "category", "medicationReference", "effectiveDateTime"])
def test_an_element_of_the_wrong_type_does_not_keep_the_other_resources_from_being_served(element, odd):
    served = client(bundle(patient(), {"resourceType": "Observation", "id": "o1", element: odd}))
    assert served.get("/fhir/Observation/o1").status_code == 200
    assert served.get("/fhir/Observation?patient=p1").status_code == 200


def test_ten_thousand_urn_references_are_resolved_in_less_than_two_seconds():
    entries = [
        {"fullUrl": f"urn:uuid:{n}", "resource": {"resourceType": "Basic", "id": f"b{n}"}} for n in range(10_000)
    ]
    body = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
    begun = time.process_time()
    found = resources_of(body)
    assert time.process_time() - begun < 2
    assert found[-1].reference == "Basic/b9999"


def test_a_control_character_in_the_path_is_nothing_at_this_address_and_no_fault_of_the_service():
    from flask import Flask

    app = Flask("front")
    register(app, "http://127.0.0.1:9/fhir")
    assert app.test_client().get("/fhir/Patient/%00").status_code in (404, 503)
