"""What drug records point to and what did not come with them: Medications, and the Encounters of inpatient orders."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec


class _Ref(msgspec.Struct):
    reference: Any = None


class _Drug(msgspec.Struct):
    resourceType: Any = None
    id: Any = None
    status: Any = None
    medicationReference: _Ref | None = None
    encounter: _Ref | None = None
    category: msgspec.Raw = msgspec.Raw(b"")


class _Entry(msgspec.Struct):
    resource: _Drug | None = None


class _Page(msgspec.Struct):
    entry: list[_Entry] | None = None


class Beside(NamedTuple):
    """What one page of drug records holds and points to, as `Type/id` or as written."""

    here: frozenset[str]
    medications: tuple[object, ...]
    encounters: tuple[object, ...]
    """Of inpatient orders that are over: their end is no later than that of the stay (criteria.md decision 38)."""


_pages = msgspec.json.Decoder(_Page)
_OVER = ("completed", "stopped")


def points(entries: Iterable[Any]) -> bool:
    """Whether one of these entries of drug records (`kinds.readers().bundle`) may point to something."""
    return any(
        getattr(entry.resource, "medicationReference", None) is not None
        or b'"inpatient"' in bytes(getattr(entry.resource, "category", b""))
        for entry in entries
    )


def beside(page: "bytes | msgspec.Raw") -> Beside:
    """Look through one page; one that cannot be read points to nothing."""
    try:
        entries = _pages.decode(page).entry or []
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        entries = []
    here, medications, encounters = [], [], []
    for entry in entries:
        found = entry.resource
        if found is None:
            continue
        if found.resourceType in ("Medication", "Encounter"):
            here.append(f"{found.resourceType}/{found.id}")
            continue
        if found.medicationReference is not None:
            medications.append(found.medicationReference.reference)
        inpatient = found.resourceType == "MedicationRequest" and b'"inpatient"' in bytes(found.category)
        if inpatient and found.encounter is not None and found.status in _OVER:
            encounters.append(found.encounter.reference)
    return Beside(frozenset(here), tuple(medications), tuple(encounters))
