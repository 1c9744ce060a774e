"""The fixtures in memory, and the few search parameters that our templates use."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ...kernel.errors import InputError
from ...kernel.paths import data_dir
from ..resources import resources_of

DATES = {
    "Observation": ("effectiveDateTime", "effectivePeriod", "effectiveInstant"),
    "Encounter": ("period",),
    "Condition": ("recordedDate",),
    "MedicationRequest": ("authoredOn",),
    "MedicationStatement": ("effectiveDateTime", "effectivePeriod"),
    "MedicationAdministration": ("effectiveDateTime", "effectivePeriod"),
    "MedicationDispense": ("whenHandedOver",),
    "Procedure": ("performedDateTime", "performedPeriod"),
    "Immunization": ("occurrenceDateTime",),
    "AllergyIntolerance": ("recordedDate",),
    "Patient": ("birthDate",),
    "Medication": (),
}
"""Type → elements that its `date` search parameter looks at. Only these types are served."""
PATIENT_ELEMENT = {"Immunization": "patient", "AllergyIntolerance": "patient"}
INCLUDES = ("MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense")


class Stored(NamedTuple):
    """One resource, as written, with what the searches look at."""

    type: str
    id: str
    raw: bytes
    patient: str | None
    date: str
    codes: frozenset[tuple[str, str]]
    categories: frozenset[tuple[str, str]]
    intent: str
    medication: str | None


class Store:
    """Resources by type and id, and by type and patient."""

    def __init__(self, bundles: Iterable[bytes] = ()) -> None:
        self.by_id: dict[tuple[str, str], Stored] = {}
        self.by_patient: dict[tuple[str, str], list[Stored]] = {}
        for bundle in bundles:
            self.add(bundle)

    def add(self, bundle: bytes) -> None:
        """Add the resources of one Bundle. Raises InputError."""
        for resource in resources_of(bundle):
            if resource.type not in DATES or (resource.type, resource.id) in self.by_id:
                continue
            stored = _stored(resource.type, resource.id, resource.raw)
            self.by_id[stored.type, stored.id] = stored
            if stored.patient:
                self.by_patient.setdefault((stored.type, stored.patient), []).append(stored)

    def find(self, kind: str, patient: str, code: str | None, category: str | None, intent: str | None,
             sort: str | None) -> list[Stored]:
        """The matches of one search, in order."""
        found = self.by_patient.get((kind, patient), [])
        if code is not None:
            tokens = _tokens(code)
            found = [r for r in found if _matches(r.codes, tokens)]
        if category is not None:
            tokens = _tokens(category)
            found = [r for r in found if _matches(r.categories, tokens)]
        if intent is not None:
            wanted = set(intent.split(","))
            found = [r for r in found if r.intent in wanted]
        if sort:
            dated = sorted((r for r in found if r.date), key=lambda r: r.date, reverse=sort.startswith("-"))
            found = [*dated, *(r for r in found if not r.date)]
        return found

    def patients(self) -> list[Stored]:
        """All patients: what a sandbox lists for somebody to choose one."""
        return [r for (kind, _), found in self.by_patient.items() if kind == "Patient" for r in found]

    def included(self, matches: Iterable[Stored]) -> list[Stored]:
        """The Medications that these records refer to, each once."""
        names = dict.fromkeys(r.medication for r in matches if r.medication)
        found = (self.by_id.get(("Medication", name)) for name in names)
        return [r for r in found if r is not None]


def fixtures(folder: Path | None = None) -> Store:
    """The fixture patients. Raises InputError naming the file that cannot be read."""
    store = Store()
    for path in sorted((folder or data_dir("fixtures") / "patients").glob("*.json")):
        try:
            store.add(path.read_bytes())
        except InputError as error:
            raise InputError(f"{path.name}: {error}") from None
    return store


def _stored(kind: str, identifier: str, raw: bytes) -> Stored:
    try:
        resource = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        raise InputError(f"a {kind} cannot be read as JSON") from None
    subject = resource.get(PATIENT_ELEMENT.get(kind, "subject"))
    patient = identifier if kind == "Patient" else _tail(subject, "Patient")
    categories = resource.get("category") or []
    return Stored(
        kind, identifier, raw, patient, _date(kind, resource), _codings([resource.get("code")]),
        _codings(categories if isinstance(categories, list) else [categories]), str(resource.get("intent", "")),
        _tail(resource.get("medicationReference"), "Medication"),
    )


def _tail(element: Any, kind: str) -> str | None:
    reference = element.get("reference") if isinstance(element, dict) else None
    if not isinstance(reference, str):
        return None
    before, _, identifier = reference.rpartition("/")
    return identifier if before.endswith(kind) else None


def _date(kind: str, resource: dict[str, Any]) -> str:
    for name in DATES[kind]:
        value = resource.get(name)
        if isinstance(value, dict):
            value = value.get("start") or value.get("end")
        if isinstance(value, str):
            return value
    return ""


def _codings(concepts: list[Any]) -> frozenset[tuple[str, str]]:
    return frozenset(
        (str(c.get("system", "")), str(c.get("code", "")))
        for concept in concepts if isinstance(concept, dict)
        for c in _list(concept.get("coding")) if isinstance(c, dict)
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _tokens(value: str) -> list[tuple[str | None, str]]:
    """FHIR tokens: `system|code`, `|code` (no system) or `code` (any system)."""
    parts = [token.rpartition("|") for token in value.split(",")]
    return [(system if bar else None, code) for system, bar, code in parts]


def _matches(codings: frozenset[tuple[str, str]], tokens: list[tuple[str | None, str]]) -> bool:
    return any(
        (system, code) in codings if system is not None else any(c == code for _, c in codings)
        for system, code in tokens
    )
