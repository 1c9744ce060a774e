"""What the canaries need: FHIR servers on sockets, a store of one's own, and everything that is written."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cds_service.store import Store

from ...unit.fhir_wire.conftest import serve, server
from .outputs import Outputs, listening, tally

__all__ = ["serve", "server"]


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


@pytest.fixture(scope="session", autouse=True)
def matrix() -> Iterator[None]:
    """`CANARY_MATRIX=FILE`: what was searched, kind of failure × output, in marks that were looked for."""
    yield
    file = os.environ.get("CANARY_MATRIX")
    if file:
        kinds: Counter[tuple[str, str]] = Counter()
        events: dict[str, set[str]] = {}
        for (happened, output), marks in tally.items():
            kind = happened.partition(":")[0] if ":" in happened else " ".join(happened.split()[:3])
            kinds[kind, output] += marks
            events.setdefault(kind, set()).add(happened)
        lines = [f"{kind} ({len(events[kind])} of it) x {output}: {marks}" for (kind, output), marks in kinds.items()]
        Path(file).write_text("\n".join([*sorted(lines), f"all: {tally.total()}"]) + "\n", encoding="utf-8")
