"""What the readers of the resource types share: terminology, date, the patient, and where facts are put."""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from ..chart.facts import Diagnosis, Exposure, Immunisation, Intolerance, Patient, Procedure, Result
from ..kernel.dates import DateSpan, parse_date
from ..kernel.errors import Unreadable
from ..kernel.numbers import json_number
from ..terminology import Terminology

_decoder = msgspec.json.Decoder(float_hook=json_number)


def decode(raw: "msgspec.Raw | bytes") -> dict[str, Any]:
    """The second phase: one resource whole, numbers with a point as Decimal (ints stay int)."""
    value = _decoder.decode(raw)
    return value if isinstance(value, dict) else {}


class Context:
    """One reading of one chart."""

    __slots__ = ("_earliest", "allergies", "as_of", "diagnoses", "exposures", "find", "immunisations",
                 "missing_medications", "notes", "patient", "procedures", "reach", "reference", "results", "skipped",
                 "terminology", "today", "unnamed_drugs")

    reference: str
    """Reference of the resource that is being read."""
    find: Callable[[str], dict[str, Any] | None]
    """A resource of the same bundles by its reference (`Medication/x`, `urn:uuid:...`), decoded; None if not there."""
    reach: DateSpan | None
    missing_medications: list[str]
    """References of Medications that were not included: the client may read them one by one."""
    today: str
    """`as_of` as a chart writes it."""
    _earliest: str
    """The earliest date so far as text, later than any date at first."""

    def __init__(
        self, terminology: Terminology, as_of: date, patient: Patient, find: Callable[[str], dict[str, Any] | None]
    ) -> None:
        self.terminology, self.as_of, self.patient, self.find = terminology, as_of, patient, find
        self.reference, self.today, self._earliest, self.reach = "", as_of.isoformat(), "~", None
        self.results: dict[str, list[Result]] = {}
        self.diagnoses: list[Diagnosis] = []
        self.exposures: list[Exposure] = []
        self.procedures: list[Procedure] = []
        self.immunisations: list[Immunisation] = []
        self.allergies: list[Intolerance] = []
        self.unnamed_drugs: list[str] = []
        self.skipped: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self.missing_medications = []

    def mark(self, written: str | None) -> None:
        """As `dated`, for a date as recorded: parsed only where it may be earlier than all before."""
        if written is None:
            return
        text = written[:10]
        if text < self._earliest:
            try:
                when = parse_date(text)
            except Unreadable:
                return
            if when.first <= self.as_of:
                self.dated(when)
                self._earliest = text if len(text) == 10 else when.last.isoformat()

    def mark_all(self, written: list[str]) -> None:
        """As `mark`, for many: the earliest that is a date counts, and those after it need not be looked at."""
        if written:
            first = min(written)
            self.mark(first)
            if self._earliest > first:  # no date, or only part of one
                for text in sorted(set(written)):
                    if text >= self._earliest:
                        break
                    self.mark(text)

    def dated(self, when: DateSpan | None) -> None:
        """A record that says how far back the chart reaches for certain (decision 19); the future does not count."""
        reach = self.reach
        if when is None or (reach is not None and reach.last <= when.last):
            return  # as nearly all
        if when.first <= self.as_of:
            self.reach = when

    def skip(self, reference: str, problem: str) -> None:
        """Report what could not be used and might have mattered."""
        self.skipped.append((reference, problem))

    def future(self, when: DateSpan | None) -> bool:
        """Whether something is dated after as_of for certain (then it is ignored)."""
        return when is not None and when.first > self.as_of
