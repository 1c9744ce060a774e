"""A real HAPI server, and one with narrow limits; collected by `make test-live` only (TEST_LIVE=1)."""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cds_service.fhir import capability, search
from cds_service.fhir.gather import shutdown

from .server import Hapi

collect_ignore_glob = [] if os.environ.get("TEST_LIVE") else ["test_*.py"]
ROOT = Path(__file__).parents[2]
CAP, INCLUDES = 100, 5
"""Of the narrow server: a search ends silently after so many matches; a page includes so many resources at most."""


def _script() -> Any:
    spec = importlib.util.spec_from_file_location("hapi_script", ROOT / "dev" / "hapi" / "hapi.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _served(folder: Path, **settings: object) -> Iterator[Hapi]:
    script = _script()
    server = script.launch(settings={f"hapi.{k}": v for k, v in settings.items()}, log=folder / "hapi.log", quiet=True)
    try:
        yield Hapi(server.url)
    finally:
        script.end(server.pid)


@pytest.fixture(scope="session")
def hapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hapi]:
    """HAPI as it comes, with all fixture patients."""
    for server in _served(tmp_path_factory.mktemp("hapi")):
        server.load_files(sorted((ROOT / "fixtures" / "patients").glob("*.json")))
        yield server


@pytest.fixture(scope="session")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hapi]:
    """HAPI that ends searches early and includes little; empty."""
    yield from _served(tmp_path_factory.mktemp("narrow"), searchThreshold=CAP, maxIncludes=INCLUDES)


@pytest.fixture(autouse=True)
def _forget(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No test knows what another learned of a server, or the settings of who runs it."""
    monkeypatch.chdir(tmp_path)
    for name in [n for n in os.environ if n.startswith("CDS_")]:
        monkeypatch.delenv(name)
    capability.forget()
    search.forget()
    yield
    shutdown()
