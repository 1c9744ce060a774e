"""PFT: the templates of discovery, linted."""

import json
import re
from typing import Any

import pytest

from cds_service.web import services as registry

from ...unit.web.making import client
from .asking import row

TOKEN = re.compile(r"\{\{(.*?)\}\}")
USERS = {"userPractitionerId", "userPractitionerRoleId", "userPatientId", "userRelatedPersonId"}
RELEASED = {
    "patient-view": {"context.userId", "context.patientId", "context.encounterId"},
    "order-select": {"context.userId", "context.patientId", "context.encounterId"},
    "order-sign": {"context.userId", "context.patientId", "context.encounterId"},
    "encounter-start": {"context.userId", "context.patientId", "context.encounterId"},
}
SEARCHED = {"patient", "code", "category", "intent", "_sort", "_count", "_include"}


def published(**settings: Any) -> list[tuple[str, str, str]]:
    """(hook, key, template)."""
    services = client(**settings).get("/cds-services").get_json()["services"]
    return [(s["hook"], key, t) for s in services for key, t in s["prefetch"].items()]


def parameters(template: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in template.partition("?")[2].split("&") if part)
    return [(name, value) for name, _, value in pairs]


@row("PFT-1")
def test_every_template_is_a_read_or_a_search_relative_to_the_base() -> None:
    for _, key, template in published():
        assert re.fullmatch(r"[A-Z][A-Za-z]+(/\{\{[^}]+\}\}|\?[^?]+)", template), key


@row("PFT-2", "PFT-3", "PFT-4", "PFT-5")
@pytest.mark.parametrize("profile", ["2.0", "3.0"])
def test_every_token_is_a_field_that_the_hook_releases(profile: str) -> None:
    for hook, key, template in published(profile=profile):
        tokens = TOKEN.findall(template)
        assert tokens, key
        assert set(tokens) <= RELEASED[hook] | USERS, key
        assert "{" not in TOKEN.sub("", template) and "}" not in TOKEN.sub("", template), key


@row("PFT-6")
def test_templates_keep_to_the_portable_subset_and_include_can_be_turned_off(tmp_path: Any) -> None:
    for _, key, template in published():
        for name, value in parameters(template):
            assert name in SEARCHED, key
            assert not value.startswith(("ne", "sa", "eb", "ap")) or name in ("code", "intent"), key
    file = tmp_path / "clients.yaml"
    file.write_text("clients:\n  - name: default\n    medication_include: false\n")
    assert not [t for _, _, t in published(clients=file) if "_include" in t]


@row("PFT-7")
@pytest.mark.parametrize("profile", ["2.0", "3.0"])
def test_relative_dates_and_references_to_other_keys_are_not_offered(profile: str) -> None:
    text = json.dumps(published(profile=profile))
    assert "today()" not in text
    assert "{{%" not in text


@row("PFT-9")
def test_every_template_serves_a_criterion_or_says_how_old_the_chart_is() -> None:
    from cds_service.web.missing import blocked

    for _, key, template in published():
        if key not in ("oldestObservation", "oldestEncounter"):
            assert blocked(template), key


@row("PFT-9")
def test_observations_are_asked_by_code_but_for_the_scores_and_the_oldest() -> None:
    codeless = [key for _, key, t in published() if t.startswith("Observation?") and "code=" not in t]
    assert codeless == ["surveys", "oldestObservation"]


@row("PFT-10")
def test_sorting_is_written_as_r4_has_it() -> None:
    for _, key, template in published():
        assert "sort:" not in template, key
        assert all(value in ("date", "-date") for name, value in parameters(template) if name == "_sort"), key


@row("PFT-11")
def test_no_parameter_stands_twice_and_no_question_mark_follows_the_first() -> None:
    for _, key, template in published():
        names = [name for name, _ in parameters(template)]
        assert len(names) == len(set(names)), key
        assert template.count("?") <= 1, key


@row("PFT-3", "DIS-8")
def test_every_hook_of_ours_is_one_whose_tokens_are_known() -> None:
    assert {m.HOOK for m in registry.services().values()} <= set(RELEASED)
