"""FHR-1 to FHR-8, PFD-6: which server is called, with which token, about whom, and how far its links are followed."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cds_service.fhir.access import access_for
from cds_service.fhir.client import FhirClient

from ...unit.fhir_wire.charts import bundle, condition, patient
from ...unit.fhir_wire.conftest import Server
from ...unit.web import making
from .calling import ADDRESS, granted, hook
from .signing import SERVICE, claims, ehr, service, token

# --- which base ------------------------------------------------------------------------------------------------------


def test_fhr8_a_base_that_the_client_does_not_list_is_never_called(server: Server, tmp_path: Path) -> None:
    head = {"Authorization": f"Bearer {token(claims(SERVICE))}"}
    client = service(tmp_path, ehr(fhir_servers=["https://ehr.example.org/fhir"]))
    assert client.post(ADDRESS, json=hook(server.base), headers=head).status_code == 412
    assert server.seen == []


def test_fhr8_what_one_client_lists_another_may_not_have_called(server: Server, tmp_path: Path) -> None:
    other = ehr(name="other", issuer="https://other.example.org", fhir_servers=[server.base])
    client = service(tmp_path, ehr(), other)
    first = {"Authorization": f"Bearer {token(claims(SERVICE))}"}
    assert client.post(ADDRESS, json=hook(server.base), headers=first).status_code == 412
    assert server.seen == []
    second = {"Authorization": f"Bearer {token(claims(SERVICE, iss='https://other.example.org'))}"}
    assert client.post(ADDRESS, json=hook(server.base), headers=second).status_code == 200
    assert server.seen != []


def test_fhr8_the_list_of_open_mode_does_not_count_with_tokens(server: Server, tmp_path: Path) -> None:
    head = {"Authorization": f"Bearer {token(claims(SERVICE))}"}
    client = service(tmp_path, fhir_servers=(server.base,))
    assert client.post(ADDRESS, json=hook(server.base), headers=head).status_code == 412
    assert server.seen == []


def test_what_is_listed_for_the_client_named_default_serves_open_mode(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "clients.yaml"
    file.write_text(json.dumps({"clients": [{"name": "default", "fhir_servers": [server.base]}]}))
    assert making.post(hook(server.base), clients=file).status_code == 200
    assert server.seen != []


def test_fhr2_every_request_bears_the_token_pages_too(server: Server) -> None:
    assert making.post(hook(server.base), fhir_servers=(server.base,)).status_code == 200
    assert len(server.headers) > 5
    assert {headers.get("Authorization") for headers in server.headers} == {"Bearer s3cret-canary"}


@pytest.mark.parametrize("change", [
    {"expires_in": 0}, {"expires_in": -5}, {"expires_in": 1}, {"token_type": "MAC"}, {"access_token": "a b"},
], ids=str)  # fmt: skip
def test_fhr5_with_a_token_that_cannot_be_used_nothing_is_called_and_not_without_it_either(
    change: dict[str, Any], server: Server
) -> None:
    answer = making.post(hook(server.base, fhirAuthorization=granted(**change)), fhir_servers=(server.base,))
    assert answer.status_code == 412
    assert server.seen == []


def test_fhr5_a_token_that_runs_out_within_the_call_ends_the_call_early() -> None:
    access = access_for("https://e.example/fhir", granted(expires_in=3), ["https://e.example/fhir"])
    assert access is not None
    assert FhirClient(access, time.monotonic() + 60).deadline < time.monotonic() + 3


# --- whose data ------------------------------------------------------------------------------------------------------


def test_fhr7_a_token_for_another_patient_is_refused_and_nothing_called(server: Server) -> None:
    body = hook(server.base, fhirAuthorization=granted(patient="p2"))
    making.refused(making.post(body, fhir_servers=(server.base,)), 400)
    assert server.seen == []


def test_the_prefetched_patient_must_be_that_of_the_context_or_nothing_is_called(server: Server) -> None:
    body = hook(server.base, prefetch={"patient": patient("p2")}, fhirAuthorization=granted(patient="p1"))
    making.refused(making.post(body, fhir_servers=(server.base,)), 400)
    assert server.seen == []


def test_a_server_that_answers_with_another_patient_is_not_believed(server: Server) -> None:
    server.fault = lambda path: (200, {}, json.dumps(patient("p2")).encode()) if "/Patient/" in path else None
    answer = making.post(hook(server.base), fhir_servers=(server.base,))
    assert answer.status_code == 200
    assert all("trials" not in json.dumps(card.get("extension", {})) for card in answer.get_json()["cards"])


# --- the next page ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("url", "followed"), [
    ("{base}?_page=2", True), ("{base}/?_page=2", True), ("{base}/Condition?_page=2", True),
    ("{base}-of-others?_page=2", False), ("{base}/../other?_page=2", False), ("{base}/%2e%2E/other?_page=2", False),
    ("{base}/..", False), ("{root}/other?_page=2", False), ("{root}?_page=2", False),
    ("http://localhost:{port}/fhir?_page=2", False), ("https://127.0.0.1:{port}/fhir?_page=2", False),
    ("http://127.0.0.1/fhir?_page=2", False), ("http://u@127.0.0.1:{port}/fhir?_page=2", False),
    ("file:///etc/passwd", False),
])  # fmt: skip
def test_pfd6_a_next_page_is_followed_below_the_base_alone(url: str, followed: bool, server: Server) -> None:
    port, root = server.http.server_port, server.base.removesuffix("/fhir")
    link = [{"relation": "next", "url": url.format(base=server.base, root=root, port=port)}]
    conditions = json.loads(bundle(condition(), link=link))
    body = hook(server.base, prefetch=making.prefetch(patient=patient(), conditions=conditions))
    assert making.post(body, fhir_servers=(server.base,)).status_code == 200
    assert any("_page=2" in path for path in server.seen) is followed


def test_fhr8_a_redirect_is_not_followed_and_the_token_goes_nowhere_else(
    server: Server, serve: Callable[..., Server]
) -> None:
    other = serve()
    server.fault = lambda path: (307, {"Location": f"{other.base}{path.removeprefix('/fhir')}"}, b"")
    assert making.post(hook(server.base), fhir_servers=(server.base,)).status_code == 200
    assert server.seen != []
    assert other.seen == []
