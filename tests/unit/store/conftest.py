"""One store on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cds_service.store import Store

from .databases import KINDS, empty_database


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as address:
        yield address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url, "a key of the tests", "test-key")
    yield opened
    opened.close()
