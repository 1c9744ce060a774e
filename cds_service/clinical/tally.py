"""What the records of an exclusion within a window come to (criteria.md section 2 "Absence"; decisions 18, 19)."""

from datetime import date

from ..chart.chart import Chart
from ..kernel.answers import REASON_RANK, Answer, Basis, Evidence, Reason, failed, passed, unknown
from ..kernel.dates import Window
from .findings import absent, silence_fails, since


class Tally:
    """Records that fail, leave it open or do no harm, in the order in which they were weighed."""

    __slots__ = ("_failing", "_harmless", "_open", "_reasons", "_untils")

    def __init__(self) -> None:
        self._failing: list[Evidence] = []
        self._untils: list[date | None] = []
        self._open: list[Evidence] = []
        self._reasons: list[Reason] = []
        self._harmless: list[Evidence] = []

    def fails(self, evidence: Evidence, until: date | None) -> None:
        """A record that excludes; `until`: the first day on which it does not, None where no day lifts it."""
        self._failing.append(evidence)
        self._untils.append(until)

    def leaves_open(self, evidence: Evidence, reason: Reason) -> None:
        """A record that may exclude."""
        self._open.append(evidence)
        self._reasons.append(reason)

    def passes(self, evidence: Evidence) -> None:
        """A record that does not exclude."""
        self._harmless.append(evidence)

    def answer(
        self, chart: Chart, kinds: tuple[str, ...], missing: tuple[str, ...], window: Window, shown: int | None = None
    ) -> Answer:
        """By the worst record; silence of `kinds` behind its guards. `shown`: so many harmless ones are evidence."""
        if self._failing:
            dates = [day for day in self._untils if day is not None]
            until = max(dates) if len(dates) == len(self._untils) else None
            return failed(Basis.RECORDED, tuple(self._failing), until)
        if not self._open and not self._harmless:
            return absent(chart, kinds, missing, window)
        guard = silence_fails(chart, kinds, window)
        if guard is not None:  # what did not arrive, or lies before the chart, could still exclude
            self.leaves_open(since(chart), guard)
        if self._reasons:
            return unknown(min(self._reasons, key=REASON_RANK.__getitem__), missing, tuple(self._open))
        return passed(Basis.RECORDED, tuple(self._harmless[:shown]))
