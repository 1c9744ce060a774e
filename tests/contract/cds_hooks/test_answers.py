"""RSP, HTTP, CARD, SRC, COD, LNK: what is answered, and what never is."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from fhir.resources.operationoutcome import OperationOutcome
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.cards.text import escape
from cds_service.cli.common import fixture_names
from cds_service.web import services as registry

from ...unit.web.making import ADDRESS, NONE, PATIENT, bundle, call, client, condition, post, prefetch
from .asking import TOKEN, cards_of, fixture_call, keys_in, row, schema, without_uuids

EVIL = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) ![y](https://evil.example/p) https://evil.example **b**"


def all_cards() -> list[dict[str, Any]]:
    return [card for name in fixture_names() for layout in (False, True) for card in of_fixture(name, layout)]


_made: dict[tuple[str, bool], list[dict[str, Any]]] = {}


def of_fixture(name: str, per_trial: bool) -> list[dict[str, Any]]:
    if (name, per_trial) not in _made:
        from pathlib import Path
        from tempfile import mkdtemp

        file = Path(mkdtemp()) / "clients.yaml"
        layout = "per-trial" if per_trial else "one-card"
        file.write_text(f"clients:\n  - name: default\n    layout: {layout}\n    near_misses: true\n")
        _made[name, per_trial] = cards_of(fixture_call(name), clients=file)
    return _made[name, per_trial]


@row("RSP-1", "RSP-4", "CARD-4", "CARD-8", "COD-1", "LNK-1", "SRC-1")
@pytest.mark.parametrize("name", fixture_names())
def test_the_answer_for_a_fixture_keeps_to_the_schema(name: str) -> None:
    for per_trial in (False, True):
        jsonschema.validate({"cards": of_fixture(name, per_trial)}, schema("response"))


@row("RSP-1", "RSP-4")
def test_success_is_200_with_cards_and_nothing_beside_them() -> None:
    answer = post()
    assert (answer.status_code, list(answer.get_json())) == (200, ["cards"])
    assert answer.content_type == "application/json"


@row("RSP-3")
def test_nothing_to_say_is_exactly_an_empty_list() -> None:
    for value in (None, NONE):
        assert post(call(prefetch=prefetch(conditions=value))).data == b'{"cards":[]}'


def faults() -> dict[str, Any]:
    app = client()
    return {
        "400 no call": app.post(ADDRESS, json={}),
        "400 wrong patient": app.post(ADDRESS, json=call(prefetch=prefetch(patient=PATIENT | {"id": "canary-id"}))),
        "400 token": app.post(ADDRESS, json=call(fhirAuthorization=TOKEN)),
        "400 feedback": app.post(f"{ADDRESS}/feedback", json={"feedback": [{"card": "canary-id"}]}),
        "404": app.post("/cds-services/canary-id", json=call()),
        "405": app.get(ADDRESS),
        "412": app.post(ADDRESS, json=call(prefetch={"unheard": "canary-id"})),
        "413": client(max_body_mb=1).post(ADDRESS, data=b" " * (2 << 20), content_type="application/json"),
        "415": app.post(ADDRESS, data="canary-id", content_type="text/plain"),
    }


@row("HTTP-2", "HTTP-3")
def test_every_fault_has_its_status_and_a_valid_outcome_that_quotes_nothing() -> None:
    for name, answer in faults().items():
        assert answer.status_code == int(name[:3]), name
        assert answer.content_type == "application/fhir+json", name
        OperationOutcome.model_validate_json(answer.data)
        for secret in ("canary", "Traceback", "Error", ".py", "somebody"):
            assert secret not in answer.get_data(as_text=True), (name, secret)


@row("HTTP-2", "HTTP-3", "RSP-1")
def test_a_fault_of_a_service_is_500_with_an_outcome_and_never_an_empty_list(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Any) -> Any:
        raise ValueError("canary-id")

    app = client()
    monkeypatch.setattr(registry.services()["sle-cart-trials"], "answer", broken)
    answer = app.post(ADDRESS, json=call())
    assert answer.status_code == 500
    OperationOutcome.model_validate_json(answer.data)
    assert "canary-id" not in answer.get_data(as_text=True)
    assert "cards" not in answer.get_json()


@row("CARD-1", "REQ-4")
def test_every_card_has_a_uuid_of_its_own_in_every_call() -> None:
    made = [card["uuid"] for _ in range(3) for card in cards_of(call())]
    assert len(made) == len(set(made)) == 3
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", u) for u in made)


@row("CARD-2")
def test_every_summary_is_one_line_of_fewer_than_140_characters_without_markup() -> None:
    for card in all_cards():
        assert 0 < len(card["summary"]) < 140
        assert card["summary"].isprintable()
        assert not re.search(r"[*_`\[\]<>|]", card["summary"])


@row("CARD-3")
def test_no_detail_holds_raw_html_an_image_or_a_link_that_is_not_ours() -> None:
    for card in all_cards():
        assert not re.search(r"<[a-zA-Z/!?]", card["detail"])
        assert "![" not in card["detail"]
        for url in re.findall(r"(?:https?:)?//[^\s)]+", card["detail"]):
            assert urlsplit(url).hostname == "clinicaltrials.gov"


@row("CARD-3")
def test_text_of_the_chart_never_becomes_markup_or_a_link() -> None:
    sick = condition() | {"code": condition()["code"] | {"text": EVIL}}
    named = PATIENT | {"name": [{"family": EVIL}]}
    body = json.dumps(cards_of(call(prefetch=prefetch(patient=named, conditions=bundle(sick)))))
    for mark in ("<img", "](javascript", "![y", "https://evil"):
        assert mark not in body


@row("CARD-3")
@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>[]()!*_`#|~&@:/.\\ \nwhtps\u202e"), max_size=60))
def test_no_text_survives_escaping_as_markup(text: str) -> None:
    made = escape(text)
    assert "<" not in made and ">" not in made
    assert "://" not in made and "\n" not in made
    assert not re.search(r"(?<!\\)[*_`\[\]#|~]", made.replace("\\\\", ""))


@row("CARD-4")
def test_every_card_is_info() -> None:
    assert {card["indicator"] for card in all_cards()} == {"info"}


@row("CARD-5", "SRC-1", "SRC-2", "SRC-4", "COD-1")
def test_the_source_is_the_registry_the_same_for_every_patient_with_its_topic() -> None:
    for card in all_cards():
        source = card["source"]
        assert source["label"].startswith("ClinicalTrials.gov")
        assert re.fullmatch(r"https://clinicaltrials\.gov/(study/NCT\d{8})?", source["url"])
        assert source["topic"]["code"] and source["topic"]["system"]


@row("CARD-7", "COD-1")
def test_override_reasons_are_codings_with_a_display_each_once_and_the_same_in_every_call() -> None:
    seen = {json.dumps(card["overrideReasons"]) for card in all_cards() if "overrideReasons" in card}
    assert len(seen) == 1
    reasons = json.loads(seen.pop())
    assert all(r["code"] and r["system"] and r["display"] for r in reasons)
    assert len({(r["system"], r["code"]) for r in reasons}) == len(reasons)


@row("CARD-8", "LNK-1", "LNK-2")
def test_every_link_is_absolute_and_leads_to_the_registry() -> None:
    for card in all_cards():
        for link in card.get("links", []):
            assert link["label"]
            assert link["type"] == "absolute"
            assert re.fullmatch(r"https://clinicaltrials\.gov/study/NCT\d{8}", link["url"])


@row("STL-3")
def test_a_card_says_how_far_its_data_reach_and_its_extension_on_which_day_it_was_made() -> None:
    (card,) = cards_of(fixture_call(), as_of="2026-11-01")
    assert card["extension"]["org.sle-trials.screening"]["as_of"] == "2026-11-01"
    assert re.search(r"\d{1,2} [A-Z][a-z]{2} \d{4}", card["detail"])


@row("STL-2")
def test_no_card_warns_so_that_a_call_that_does_not_come_costs_advice_alone() -> None:
    assert not {"warning", "critical"} & {card["indicator"] for card in all_cards()}


@row("RSP-2", "CARD-6", "SUG-1", "SUG-2", "SUG-3", "SUG-4", "ACT-1", "ACT-2", "ACT-3", "ACT-4", "ACT-5", "SYS-1")
def test_suggestions_and_actions_are_never_sent() -> None:
    for name in fixture_names():
        for per_trial in (False, True):
            found = keys_in(of_fixture(name, per_trial))
            assert not found & {"suggestions", "selectionBehavior", "actions", "isRecommended"}
            assert not found & {"resource", "resourceId"}
    assert "systemActions" not in post().get_json()


@row("LNK-3", "LNK-4", "DIS-15", "SRC-3", "STL-1")
@pytest.mark.parametrize("profile", ["2.0", "3.0"])
def test_what_belongs_to_smart_links_icons_and_newer_clients_is_never_sent(profile: str) -> None:
    body = {"cards": [cards_of(fixture_call(name), profile=profile) for name in fixture_names()[:6]],
            "discovery": client(profile=profile).get("/cds-services").get_json()}  # fmt: skip
    assert not keys_in(body) & {"appContext", "autolaunchable", "actionSelectionBehavior", "icon"}
    assert '"smart"' not in json.dumps(body)


@row("CTX-2", "CTX-3", "CTX-4", "CTX-5")
def test_order_and_encounter_hooks_are_not_offered() -> None:
    app = client()
    hooks = {s["hook"] for s in app.get("/cds-services").get_json()["services"]}
    assert not hooks & {"encounter-start", "order-select", "order-sign", "order-dispatch"}
    for id_ in ("sle-cart-order-select", "sle-cart-order-sign"):
        assert app.post(f"/cds-services/{id_}", json=call()).status_code == 404


@row("VER-1")
def test_the_profile_changes_no_card() -> None:
    old, new = (cards_of(fixture_call(), profile=p) for p in ("2.0", "3.0"))
    assert without_uuids(old) == without_uuids(new)
