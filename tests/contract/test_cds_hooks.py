"""CDS Hooks: what we publish and what we answer, against the schemas written from the specification."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cds_service.cli.common import fixture_names
from cds_service.cli.ehr import patient_id, prefetch_of
from cds_service.kernel.paths import data_dir

from ..unit.web.making import ADDRESS, call, client

SCHEMAS = Path(__file__).parents[2].parent / "shared" / "cds_hooks" / "schemas"


@pytest.fixture(scope="module")
def app() -> Any:
    return client()


def schema(name: str) -> Any:
    path = SCHEMAS / f"cds-hooks-{name}.schema.json"
    if not path.is_file():
        pytest.skip(
            "the CDS Hooks schemas are not beside the project; the checks of this file that need none still run"
        )
    return json.loads(path.read_text(encoding="utf-8"))


def cards(app: Any, name: str) -> dict[str, Any]:
    bundle = (data_dir("fixtures") / "patients" / f"{name}.json").read_bytes()
    who = patient_id(bundle)
    templates = app.get("/cds-services").get_json()["services"][0]["prefetch"]
    sent = prefetch_of(bundle, templates, who)
    answer = app.post(ADDRESS, json=call(context={"userId": "Practitioner/p", "patientId": who}, prefetch=sent))
    assert answer.status_code == 200
    body: dict[str, Any] = answer.get_json()
    return body


def test_discovery_is_valid_in_both_profiles() -> None:
    for profile in ("2.0", "3.0"):
        jsonschema.validate(client(profile=profile).get("/cds-services").get_json(), schema("discovery"))


@pytest.mark.parametrize("name", fixture_names())
def test_the_answer_for_a_fixture_is_valid(name: str, app: Any) -> None:
    jsonschema.validate(cards(app, name), schema("response"))


@pytest.mark.parametrize("name", fixture_names())
def test_the_card_of_a_fixture_keeps_its_lengths_and_shows_no_raw_html(name: str, app: Any) -> None:
    for card in cards(app, name)["cards"]:
        assert len(card["summary"]) < 140
        assert len(card["detail"]) < 2000
        assert "<" not in card["detail"]
        assert "<" not in card["summary"]


@pytest.mark.parametrize("name", fixture_names())
def test_nothing_in_the_answer_for_a_fixture_is_null_or_empty_but_the_list_of_cards(name: str, app: Any) -> None:
    def walk(value: object, path: str) -> None:
        assert value not in (None, "", [], {}), path
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{path}.{key}")
        elif isinstance(value, list):
            for inner in value:
                walk(inner, f"{path}[]")

    for card in cards(app, name)["cards"]:
        walk(card, "card")


def test_the_example_requests_of_the_specification_never_break_the_service(app: Any) -> None:
    folder = SCHEMAS.parent / "examples"
    if not folder.is_dir():
        pytest.skip("the examples of the specification are not beside the project")
    requests = [json.loads(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*-request.json"))]
    assert requests
    for request in requests:
        assert app.post(ADDRESS, json=request).status_code in (200, 400, 412)


def test_the_request_fixtures_are_answered_as_their_kind_asks(app: Any) -> None:
    expected = {"wrong-patient": 400, "nothing-at-all": 412, "no-prefetch": 412}
    for path in sorted((data_dir("fixtures") / "requests").glob("*.json")):
        answer = app.post(ADDRESS, data=path.read_bytes(), content_type="application/json")
        assert answer.status_code == expected.get(path.stem, 200), path.stem
