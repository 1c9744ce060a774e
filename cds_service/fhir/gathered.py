"""What came of gathering one patient's data, and what is raised where nothing can be said."""

from typing import NamedTuple

from ..chart.chart import Chart
from ..kernel.errors import InputError


class MissingData(InputError):
    """The Patient or the Conditions were neither sent nor are they to be had (HTTP 412)."""

    def __init__(self, keys: tuple[str, ...], words: str | None = None) -> None:
        self.keys = keys
        super().__init__(
            words
            or f"needed and neither sent nor to be had from a FHIR server: {', '.join(keys)}; send these prefetch keys"
        )


class Gathered(NamedTuple):
    """A chart and how it was come by."""

    chart: Chart | None
    """None only where the Patient was asked for, or sent as an OperationOutcome, and failed."""
    unreadable: tuple[str, ...] = ()
    """Of `patient`, `conditions`: asked for and failed (HTTP 200 with the honest sentence)."""
    problems: tuple[tuple[str, str], ...] = ()
    """(prefetch key, plain words without patient data), for the log and the card."""
    requests: int = 0
    """HTTP requests made."""
    strangers: int = 0
    """Entries of other patients that were dropped."""
