"""The page for people, readiness with its hashes, and refusals of methods."""

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from flask import Flask
from sqlalchemy import text

from cds_service.kernel.paths import data_dir
from cds_service.settings import Settings
from cds_service.store import Store, StoreUnavailable
from cds_service.terminology import load
from cds_service.trials import load_trials
from cds_service.web import models, readiness
from cds_service.web.app import create_app
from cds_service.web.deployment import Deployment
from cds_service.web.services import services

from .making import ADDRESS, call, client, refused, shared_store

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_ready_says_version_and_hash_of_every_file_that_was_loaded() -> None:
    answer = client().get("/ready")
    found = msgspec.json.decode(answer.data, type=models.Ready)
    assert (found.status, found.store, found.mappings.version) == ("ready", "ok", load().version)
    assert [(t.id, t.criteria) for t in found.trials] == [(t.id, len(t.criteria)) for t in load_trials()]
    hashes = {t.file: t.sha256 for t in found.trials} | found.shared | found.mappings.files
    for folder, pattern in (("trials", "*.yaml"), ("mappings", "*.csv")):
        for path in data_dir(folder).glob(pattern):
            assert hashes.pop(path.name) == hashlib.sha256(path.read_bytes()).hexdigest(), path.name
    assert hashes == {}


def test_ready_names_the_versions_that_stand_in_the_audit(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    app = client(store=store)
    assert app.post(ADDRESS, json=call()).status_code == 200
    found = app.get("/ready").get_json()
    with store.database.engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM audit")).mappings().first()
    store.close()
    assert row is not None
    assert {found["version"], found["rules"], found["mappings"]["version"]} <= set(row.values())


def test_a_store_that_fails_is_said_and_with_tokens_the_service_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StoreUnavailable("the store cannot be reached")

    guarded = Flask("jwt")
    readiness.register(guarded, Settings(auth="jwt"), shared_store())
    assert guarded.test_client().get("/ready").status_code == 200
    monkeypatch.setattr("cds_service.store.database.Database.hurried", broken)
    assert client().get("/ready").get_json()["store"] == "failed"
    assert "nobody is let in" in refused(guarded.test_client().get("/ready"), 503)


def test_a_process_without_a_store_says_so() -> None:
    assert create_app(Settings()).test_client().get("/ready").get_json()["store"] == "none"


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta",):
            self.open.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), name
            if name in ("href", "src"):
                self.links.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(demo: bool = False) -> tuple[str, _Page]:
    answer = client(Deployment(demo="http://127.0.0.1:9/fhir") if demo else None).get("/", headers=BROWSER)
    assert answer.content_type == "text/html; charset=utf-8"
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    parsed = _Page()
    text = answer.get_data(as_text=True)
    parsed.feed(text)
    assert parsed.open == []
    return text, parsed


def test_a_browser_gets_one_plain_page_without_script_and_without_anything_from_elsewhere() -> None:
    text, parsed = page()
    assert {"script", "link", "img", "iframe", "form"}.isdisjoint(parsed.tags)
    assert "url(" not in text
    assert "does not establish eligibility" in text
    assert "/cds-services" in parsed.links
    for name in services():
        assert f"/cds-services/{name}" in text
    for trial in load_trials():
        assert trial.url in parsed.links


def test_every_link_of_the_page_on_this_service_leads_somewhere() -> None:
    app = client()
    for link in page()[1].links:
        if link.startswith("/"):
            assert app.get(link).status_code == 200, link
        else:
            assert re.fullmatch(r"https://clinicaltrials\.gov/study/NCT\d{8}", link)


def test_the_page_speaks_of_the_demo_only_where_there_is_one() -> None:
    assert "Demo" not in page()[0]
    assert "/fhir/metadata" in page(demo=True)[1].links


def test_a_machine_that_asks_the_root_is_told_where_discovery_is_in_json() -> None:
    for accept in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        answer = client().get("/", headers=accept)
        assert answer.content_type == "application/json"
        assert msgspec.json.decode(answer.data, type=models.About).discovery == "/cds-services"


@pytest.mark.parametrize(
    "path", ["/", "/cds-services", ADDRESS, f"{ADDRESS}/feedback", "/health", "/ready", "/metrics", "/openapi.json"]
)
def test_a_method_that_an_address_does_not_take_is_an_operation_outcome_that_names_those_it_takes(path: str) -> None:
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "BREW"):
        answer = client().open(path, method=method)
        refused(answer, 405)
        assert answer.headers["Allow"]
