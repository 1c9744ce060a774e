"""What the tests of the rows share: the name of a row, an EHR's calls, the schemas, the look into a body."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from cds_service.cli.ehr import patient_id, prefetch_of
from cds_service.kernel.paths import data_dir

from ...unit.web.making import ADDRESS, call, client

SHARED = Path(__file__).parents[3].parent / "shared" / "cds_hooks"
TOKEN = {"access_token": "canary-token", "token_type": "Bearer", "expires_in": 300,
         "scope": "patient/*.read", "subject": "cds"}  # fmt: skip
T = TypeVar("T", bound=Callable[..., Any])


def row(*ids: str) -> Callable[[T], T]:
    """Name the rows of the checklist that a test holds."""
    return lambda test: test


def schema(name: str) -> Any:
    path = SHARED / "schemas" / f"cds-hooks-{name}.schema.json"
    if not path.is_file():
        pytest.skip("the schemas of CDS Hooks are not beside the project")
    return json.loads(path.read_text(encoding="utf-8"))


def fixture_call(name: str = "gita-38", **changes: Any) -> dict[str, Any]:
    """The call of an EHR that holds a fixture patient and sends everything along."""
    bundle = (data_dir("fixtures") / "patients" / f"{name}.json").read_bytes()
    who = patient_id(bundle)
    templates = client().get("/cds-services").get_json()["services"][0]["prefetch"]
    return call(**{"context": {"userId": "Practitioner/p", "patientId": who},
                   "prefetch": prefetch_of(bundle, templates, who)} | changes)  # fmt: skip


def cards_of(body: dict[str, Any], **settings: Any) -> list[dict[str, Any]]:
    answer = client(**settings).post(ADDRESS, json=body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()["cards"]
    return found


def without_uuids(value: Any) -> Any:
    return json.loads(re.sub(r'"uuid": ?"[^"]*"', '"uuid": ""', json.dumps(value)))


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every value of a body with its path, containers too."""
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{index}]")


def empties(body: object) -> list[str]:
    """Paths of what is null or empty, but for the lists that may be."""
    return [p for p, v in leaves(body) if (v is None or v in ("", [], {})) and p not in (".cards", ".services")]


def keys_in(body: object) -> set[str]:
    return {path.rpartition(".")[2] for path, _ in leaves(body)}
