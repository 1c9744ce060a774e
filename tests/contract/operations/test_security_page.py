"""SECURITY.md: every property has its number and its tests, and every test that it names exists."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from cds_service.kernel.errors import CdsError
from cds_service.settings import Settings
from cds_service.web.app import create_app
from cds_service.web.transport import check_transport

from ...unit.web.making import ADDRESS, call, client, shared_store
from ..security.signing import clients_file, ehr

TESTS = Path(__file__).parents[2]
PAGE = TESTS.parent / "SECURITY.md"
ROWS = {
    number: (words, re.findall(r"`([^`]+::[^`]+)`", named))
    for number, words, named in re.findall(
        r"^\| (S-\d+) \| (.+?) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
}


def test_the_properties_are_numbered_from_one_without_a_gap_and_none_is_without_a_test() -> None:
    assert list(ROWS) == [f"S-{n + 1}" for n in range(len(ROWS))]
    assert len(ROWS) >= 20
    assert [number for number, (_, tests) in ROWS.items() if not tests] == []


@pytest.mark.parametrize("number", ROWS)
def test_every_test_that_a_property_names_exists(number: str) -> None:
    for name in ROWS[number][1]:
        file, _, test = name.partition("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, name


def test_no_property_leaves_a_path_that_is_no_test() -> None:
    for _, tests in ROWS.values():
        assert all(re.fullmatch(r"(unit|contract)/[a-z_/]+\.py::test_\w+", name) for name in tests)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "cds.example.org"])
def test_open_mode_listens_on_this_machine_alone(host: str) -> None:
    with pytest.raises(CdsError, match="loopback only"):
        check_transport(Settings(base_url="https://cds.example.org"), host)
    for here in ("127.0.0.1", "::1", "localhost"):
        check_transport(Settings(), here)


def guarded(folder: Path, **more: Any) -> Any:
    file = clients_file(folder, ehr())
    settings = Settings(auth="jwt", clients=file, hash_key="k" * 32, hash_key_id="k1", **more)
    return create_app(settings, store=shared_store()).test_client()


def test_with_tokens_on_nobody_reads_the_metrics_unless_a_token_is_set_for_them(tmp_path: Path) -> None:
    answer = guarded(tmp_path).get("/metrics", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.mimetype) == (404, "application/fhir+json")
    app = guarded(tmp_path, metrics_token="a-token-of-some-length")
    assert app.get("/metrics").status_code == 401
    assert app.get("/metrics", headers={"Authorization": "Bearer a-token-of-some-length"}).status_code == 200


def test_every_answer_forbids_guessing_its_type_and_keeping_a_copy() -> None:
    app = client()
    answers = [app.get(path) for path in ("/", "/cds-services", "/health", "/ready", "/metrics", "/nowhere")]
    for answer in [*answers, app.post(ADDRESS, json=call()), app.post(ADDRESS, data=b"{"), app.put("/health")]:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
