"""What several of these tests begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cds_service.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'store.db'}", "a key of the tests", "test-key")
    yield opened
    opened.close()
