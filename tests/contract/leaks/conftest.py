"""What the canaries need: FHIR servers on sockets, a store of one's own, and everything that is written."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cds_service.store import Store

from ...unit.fhir_wire.conftest import serve, server
from .outputs import Outputs, listening

__all__ = ["serve", "server"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'store.db'}", "a key of the tests", "test-key")
    yield opened
    opened.close()


@pytest.fixture
def out(tmp_path: Path, store: Store, capfd: pytest.CaptureFixture[str]) -> Iterator[Outputs]:
    """Everything that is written from here on."""
    with listening(found := Outputs()):
        yield found


@pytest.fixture
def gathered(out: Outputs, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[[], Outputs]:
    """Call it at the end: stdout, stderr and the store are added to the rest."""

    def gather() -> Outputs:
        said = capfd.readouterr()
        out.add("stdout", said.out)
        out.add("stderr", said.err)
        out.store(tmp_path / "store.db")
        return out

    return gather
