"""A patient's chart as of a date: every fact that a criterion may ask for, and what was not to be had."""

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from ..kernel.dates import DateSpan
from ..kernel.enums import quick
from ..terminology import Terminology
from .facts import Diagnosis, Exposure, Immunisation, Intolerance, Patient, Procedure, Result

T = TypeVar("T")


@quick
class Kind(Enum):
    """How far a kind of resource was read (criteria.md "Completeness", decisions 38, 49, 51)."""

    READ = "read"
    """Looked, and all of it arrived (perhaps nothing: known-empty)."""
    NEWEST = "newest"
    """Cut at the end of a newest-first answer: what is missing can only be older."""
    PART = "part"
    """Some of it arrived; anything may be missing."""
    UNAVAILABLE = "unavailable"
    """Not served, refused, not asked: nothing is known."""
    NOT_OFFERED = "not-offered"
    """The server does not have that kind at all (only drug kinds: decision 38)."""

    @property
    def complete(self) -> bool:
        """Whether silence of this kind means "none"."""
        return self is _READ or self is _NOT_OFFERED


_READ, _NOT_OFFERED = Kind.READ, Kind.NOT_OFFERED  # by name: looked up on the class they cost ten times as much

_UNMADE: Any = object()
DRUG_KINDS = ("MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense")


def _drugs(kinds: Mapping[str, Kind]) -> Kind:
    """Drug records as one: complete when statements or requests are, and no offered kind failed (decision 38)."""
    states = list(map(kinds.get, DRUG_KINDS, _ALL_READ))
    if states == _ALL_READ:
        return Kind.READ
    if all(s.complete for s in states) and Kind.READ in states[:2]:
        return Kind.READ
    if all(s in (Kind.UNAVAILABLE, Kind.NOT_OFFERED) for s in states):
        return Kind.UNAVAILABLE
    return Kind.PART


_ALL_READ = [Kind.READ] * len(DRUG_KINDS)


class Chart:
    """All facts of one patient as of one date. Read-only; `memo` keeps what several criteria compute alike."""

    __slots__ = ("allergies", "as_of", "diagnoses", "drugs", "drugs_complete", "exposures", "immunisations", "kinds",
                 "memo", "notes", "patient", "procedures", "reach", "results", "shelf", "skipped", "terminology",
                 "unnamed_drugs", "why")

    results: dict[str, list[Result]]
    """Concept → results, newest first (by day, then moment); only those dated on or before as_of."""
    unnamed_drugs: tuple[str, ...]
    """References of drug records with neither known code nor text (decision 34)."""
    drugs: Kind
    """Drug records as one (decision 38)."""
    drugs_complete: bool
    """Whether all drug records were read: only then does silence mean that a drug was not taken."""
    reach: DateSpan | None
    """The earliest dated record (decision 19): how far back silence can mean absence. None: no dated record."""
    skipped: tuple[tuple[str, str], ...]
    """(reference, problem) of what could not be used and might have mattered."""
    notes: tuple[str, ...]
    """What is to be said of the chart as a whole (OperationOutcome notes ...)."""
    why: Mapping[str, str]
    """Kind → why it was not read whole, in words without patient data, where that is known."""
    memo: dict[Hashable, Any]
    shelf: Any
    """Kept by cds_service.clinical.exposures: the drug records in order, once they were sorted."""

    def __init__(
        self,
        as_of: date,
        patient: Patient,
        terminology: Terminology,
        *,
        results: dict[str, list[Result]] | None = None,
        diagnoses: tuple[Diagnosis, ...] = (),
        exposures: tuple[Exposure, ...] = (),
        procedures: tuple[Procedure, ...] = (),
        immunisations: tuple[Immunisation, ...] = (),
        allergies: tuple[Intolerance, ...] = (),
        unnamed_drugs: tuple[str, ...] = (),
        kinds: dict[str, Kind] | None = None,
        reach: DateSpan | None = None,
        skipped: tuple[tuple[str, str], ...] = (),
        notes: tuple[str, ...] = (),
    ) -> None:
        self.as_of = as_of
        self.patient = patient
        self.terminology = terminology
        self.results = results or {}
        self.diagnoses = diagnoses
        self.exposures = exposures
        self.procedures = procedures
        self.immunisations = immunisations
        self.allergies = allergies
        self.unnamed_drugs = unnamed_drugs
        self.kinds = kinds or {}
        self.drugs = drugs = _drugs(self.kinds)
        self.drugs_complete = drugs is _READ
        self.reach = reach
        self.skipped = skipped
        self.notes = notes
        self.why = {}
        self.memo = {}
        self.shelf = None

    def kind(self, name: str) -> Kind:
        """How far resources of this type were read; a Bundle that does not speak of a kind holds none of it."""
        return self.kinds.get(name, _READ)

    def reaches(self, window_start: date) -> bool:
        """Whether the chart is old enough for silence since `window_start` to mean absence (decision 19)."""
        return self.reach is not None and self.reach.last <= window_start

    def once(self, key: Hashable, compute: Callable[["Chart"], T]) -> T:
        """Compute something once for this chart."""
        value: T = self.memo.get(key, _UNMADE)
        if value is _UNMADE:
            value = self.memo[key] = compute(self)
        return value
