"""/openapi.json: valid, whole, and what it says of the answers is true."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from cds_service.cli.common import fixture_names
from cds_service.settings import Settings
from cds_service.web import models
from cds_service.web.openapi import document

from ...contract.cds_hooks.asking import TOKEN, fixture_call
from .making import ADDRESS, FAILED, call, client, post, prefetch, refused

JWT: dict[str, Any] = {"auth": "jwt", "base_url": "https://cds.example.org/x/", "metrics_token": "t" * 20}


@pytest.mark.parametrize("settings", [{}, {"profile": "3.0"}, JWT])
def test_the_document_is_valid_open_api_3_1(settings: dict[str, Any]) -> None:
    found = document(Settings(**settings))
    assert found["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(found).iter_errors()) == []


def test_every_address_of_the_service_stands_in_it_with_its_methods() -> None:
    app = client().application
    found = json.loads(client().get("/openapi.json").data)["paths"]
    documented = {(path, method.upper()) for path, item in found.items() for method in item}
    name = ADDRESS.rpartition("/")[2]
    served = {
        (rule.rule.replace("<service_id>", name), method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert documented == served


def test_with_tokens_the_calls_say_that_they_need_one_and_operations_that_they_do_not() -> None:
    paths = document(Settings(**JWT))["paths"]
    assert paths[ADDRESS]["post"]["security"] == [{"client": []}]
    assert "401" in paths["/cds-services"]["get"]["responses"]
    assert paths["/health"]["get"]["security"] == []
    assert paths["/metrics"]["get"]["security"] == [{"metrics": []}]
    assert document(Settings())["paths"][ADDRESS]["post"]["security"] == []


def validator(name: str) -> Any:
    found = document(Settings())
    schema = {"$ref": f"#/components/schemas/{name}", "components": found["components"]}
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("layout", ["one-card", "per-trial"])
def test_every_answer_for_a_fixture_is_what_the_document_says(layout: str, tmp_path: Path) -> None:
    clients = tmp_path / "clients.yaml"
    clients.write_text(f"clients:\n  - name: default\n    layout: {layout}\n    near_misses: true\n")
    app, cards, check = client(clients=clients), 0, validator("Cards")
    for name in fixture_names():
        answer = app.post(ADDRESS, json=fixture_call(name))
        found = msgspec.json.decode(answer.data, type=models.Cards)
        check.validate(answer.get_json())
        cards += len(found.cards)
    assert cards >= 10


def test_the_card_that_nothing_could_be_read_discovery_and_errors_are_what_it_says() -> None:
    unread = msgspec.json.decode(post(call(prefetch=prefetch(conditions=FAILED))).data, type=models.Cards)
    assert [card.extension for card in unread.cards] == [msgspec.UNSET]
    for profile in ("2.0", "3.0"):
        msgspec.json.decode(client(profile=profile).get("/cds-services").data, type=models.Discovery)
    for body in (call(prefetch={}), [], call(hook="x")):
        answer = post(body)
        assert msgspec.json.decode(answer.data, type=models.OperationOutcome).issue
    msgspec.json.decode(client().get("/health").data, type=models.Health)
    received = client().post(f"{ADDRESS}/feedback", json={"feedback": []})
    msgspec.json.decode(received.data, type=models.Received)


@pytest.mark.parametrize(
    "change",
    [
        {"hook": "order-sign"},
        {"hook": 5},
        {"context": {"userId": "Practitioner/p", "patientId": "a b"}},
        {"context": {"userId": "Nurse/p", "patientId": "p1"}},
        {"context": ...},
        {"prefetch": []},
        {"fhirAuthorization": TOKEN},
    ],
)
def test_what_the_document_forbids_is_refused(change: dict[str, Any]) -> None:
    body = call(**change)
    schema = document(Settings())["paths"][ADDRESS]["post"]["requestBody"]["content"]["application/json"]["schema"]
    whole = schema | {"components": document(Settings())["components"]}
    assert jsonschema.Draft202012Validator(whole).is_valid(call())
    assert not jsonschema.Draft202012Validator(whole).is_valid(body)
    refused(post(body), 400)


def test_nothing_in_the_document_is_of_this_machine() -> None:
    text = client().get("/openapi.json").get_data(as_text=True)
    assert str(Path(__file__).parents[3]) not in text
    assert "Raw" not in text
