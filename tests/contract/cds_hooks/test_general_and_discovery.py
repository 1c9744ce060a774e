"""GEN, DIS: JSON and nothing else; what discovery says."""

import json
import re
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client as Wsgi

from cds_service.cli.common import fixture_names
from cds_service.kernel.errors import CdsError
from cds_service.web import services as registry
from cds_service.web.services import discovery

from ...unit.web.making import ADDRESS, FAILED, bundle, call, client, condition, post, prefetch
from .asking import empties, fixture_call, keys_in, row, schema

PATHS = ("/cds-services", "/cds-services/nothing", ADDRESS, f"{ADDRESS}/feedback", "/nowhere", "/", "/health", "/ready")


def strict(body: bytes) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    return json.loads(body.decode("utf-8"), parse_constant=refuse)


@row("GEN-1", "HTTP-2")
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"])
def test_whatever_is_asked_is_answered_in_json_or_without_a_body(method: str) -> None:
    for path in PATHS:
        for body in (b"", b"{", json.dumps(call()).encode()):
            answer = client().open(path, method=method, data=body, content_type="application/json")
            assert answer.status_code in (200, 204, 400, 404, 405), (path, answer.status_code)
            if answer.data:
                assert answer.mimetype in ("application/json", "application/fhir+json"), path
                strict(answer.data)
            else:
                assert "html" not in (answer.content_type or ""), path


@row("GEN-1")
@pytest.mark.parametrize("tail", [b",}", b"} // a comment", b', "a": NaN}', b', "a": Infinity}', b"} {}",
                                  b', "a": 01}'])  # fmt: skip
def test_what_is_almost_json_is_refused(tail: bytes) -> None:
    body = json.dumps(call()).encode()[:-1] + tail
    assert client().post(ADDRESS, data=body, content_type="application/json").status_code == 400


@row("GEN-1")
def test_a_byte_order_mark_before_the_json_is_overlooked() -> None:
    body = b"\xef\xbb\xbf" + json.dumps(call()).encode()
    assert client().post(ADDRESS, data=body, content_type="application/json").status_code == 200


@row("GEN-2")
def test_where_the_public_address_is_https_browsers_are_told_to_stay_there() -> None:
    secure = client(base_url="https://cds.example.org").get("/cds-services")
    assert "max-age" in secure.headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in client().get("/cds-services").headers


@row("GEN-2")
def test_beyond_this_machine_a_token_is_not_enough_without_https() -> None:
    from cds_service.settings import Settings
    from cds_service.web.transport import check_transport

    open_mode = Settings(auth="open")
    for address in ("0.0.0.0", "192.0.2.1", "ehr.example.org"):
        with pytest.raises(CdsError, match="loopback"):
            check_transport(open_mode, address)
        for base in (None, "http://cds.example.org"):
            with pytest.raises(CdsError, match="https"):
                check_transport(Settings(auth="jwt", base_url=base), address)
        check_transport(Settings(auth="jwt", base_url="https://cds.example.org"), address)
    for address in ("127.0.0.1", "::1", "localhost"):
        check_transport(open_mode, address)
        check_transport(Settings(auth="jwt"), address)


@row("GEN-2")
def test_a_forwarded_scheme_or_prefix_is_believed_only_behind_a_proxy_that_is_configured() -> None:
    for hops in (0, 1):
        app = client(trusted_proxies=hops).application
        seen: list[str] = []
        app.before_request(lambda seen=seen: seen.append(__import__("flask").request.url))
        app.test_client().get("/health", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"})
        assert seen[0].startswith("https://evil.example") is bool(hops)


@row("GEN-3", "GEN-4")
@pytest.mark.parametrize("name", fixture_names())
def test_no_answer_for_a_fixture_holds_anything_null_or_empty(name: str) -> None:
    body = post(fixture_call(name)).get_json()
    assert empties(body) == []


@row("GEN-3")
def test_nothing_is_null_or_empty_in_discovery_and_in_errors() -> None:
    for profile in ("2.0", "3.0"):
        assert empties(client(profile=profile).get("/cds-services").get_json()) == []
    for body in ({}, call(prefetch=None), call(hook="other")):
        assert empties(post(body).get_json()) == []


@row("GEN-3", "GEN-4")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(
    st.sampled_from(sorted(set(prefetch()) - {"patient", "conditions"})),
    st.sampled_from([None, {}, "", [], FAILED, bundle(), {"resourceType": "Bundle", "entry": None}]),
), st.sampled_from(["one-card", "per-trial"]))
def test_however_little_was_sent_nothing_comes_out_null_or_empty(sent: dict[str, Any], layout: str) -> None:
    body = post(call(prefetch=prefetch(**sent))).get_json()
    assert empties(body) == []
    assert not {"suggestions", "systemActions", "selectionBehavior"} & keys_in(body)


@row("DIS-1", "DIS-13")
def test_discovery_answers_at_the_root_below_a_path_and_with_slashes_more_or_less() -> None:
    app = client().application
    below = Wsgi(app).get("/cds-services", base_url="https://cds.example.org/lupus/v1")
    assert below.status_code == 200
    for path in ("/cds-services", "/cds-services/", "//cds-services", "///cds-services//"):
        answer = app.test_client().get("/", environ_overrides={"PATH_INFO": path})
        assert answer.status_code == 200, path
    assert app.test_client().head("/cds-services").status_code == 200
    refused = app.test_client().post("/cds-services", json={})
    assert (refused.status_code, "GET" in refused.headers["Allow"]) == (405, True)


@row("DIS-2", "DIS-4", "DIS-6", "DIS-7", "PFT-2")
@pytest.mark.parametrize("profile", ["2.0", "3.0"])
def test_discovery_keeps_to_the_schema(profile: str) -> None:
    jsonschema.validate(client(profile=profile).get("/cds-services").get_json(), schema("discovery"))


@row("DIS-3")
def test_without_services_discovery_is_an_empty_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds_service.web.services.services", dict)
    monkeypatch.setattr("cds_service.web.app.services", dict)
    answer = client().get("/cds-services")
    assert (answer.status_code, answer.get_json()) == (200, {"services": []})


@row("DIS-4", "DIS-5", "DIS-6", "DIS-9")
def test_every_service_says_its_hook_title_description_and_needs() -> None:
    for service in client().get("/cds-services").get_json()["services"]:
        assert service["hook"] in {m.HOOK for m in registry.services().values()}
        assert service["title"] and service["description"]
        assert "does not establish eligibility" in service["usageRequirements"]
        assert "FHIR R4" in service["usageRequirements"]


@row("DIS-7", "REQ-1")
def test_every_service_is_where_its_id_says() -> None:
    app = client()
    for service in app.get("/cds-services").get_json()["services"]:
        assert re.fullmatch(r"[A-Za-z0-9._~-]+", service["id"])
        assert app.post(f"/cds-services/{service['id']}", json={}).status_code == 400


@row("DIS-8", "PFT-9")
def test_what_is_published_is_what_is_fetched_by() -> None:
    from cds_service.fhir.templates import templates
    from cds_service.terminology import load

    published = client().get("/cds-services").get_json()["services"][0]["prefetch"]
    assert published == {t.key: t.query for t in templates(load())}


@row("DIS-10", "DIS-11", "VER-1")
def test_the_versions_are_said_in_the_profile_3_0_alone() -> None:
    (old,) = client(profile="2.0").get("/cds-services").get_json()["services"]
    (new,) = client(profile="3.0").get("/cds-services").get_json()["services"]
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?", new.pop("version"))
    assert new.pop("hookVersion") == "1.0"
    assert new == old


@row("DIS-12", "STL-1")
def test_no_id_is_used_for_two_hooks() -> None:
    ids = [s["id"] for s in client().get("/cds-services").get_json()["services"]]
    assert len(ids) == len(set(ids))


@row("DIS-14")
def test_the_page_of_what_is_supported_names_every_service_and_key_of_discovery() -> None:
    from .test_table import PAGE

    text = PAGE.read_text(encoding="utf-8")
    for service in client().get("/cds-services").get_json()["services"]:
        for word in (service["id"], service["hook"], *service["prefetch"]):
            assert f"`{word}`" in text


@row("PFT-8")
def test_the_order_of_keys_and_services_is_kept() -> None:
    published = json.loads(client().get("/cds-services").data)["services"][0]["prefetch"]
    from cds_service.settings import Client, Settings

    assert list(published) == list(discovery(Settings(), Client())["services"][0]["prefetch"])
    assert list(published)[:2] == ["patient", "conditions"]
    assert list(published) != sorted(published)


@row("EXT-1", "EXT-2")
def test_extensions_are_objects_under_reversed_domain_names() -> None:
    body = post(call(prefetch=prefetch(conditions=bundle(condition())))).get_json()
    extensions = [card["extension"] for card in body["cards"]]
    assert extensions
    for extension in extensions:
        assert all(re.fullmatch(r"[a-z]+(\.[a-z0-9-]+)+", name) for name in extension)
        assert all(isinstance(value, dict) for value in extension.values())
