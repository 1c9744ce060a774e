"""Small charts for the specification: a whole chart, plus the one change that a case is about.

A `Chart` is immutable; every method returns a new one, so bases are shared without copies. Dates are ISO text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .codes import LABS, LOINC, WORDS
from .parts import RECENT, Json, coding, dosage, drug_code, quantity, status_of

PATIENT = "p1"


class Chart:
    """A patient's resources by id, in order."""

    def __init__(self, resources: Mapping[str, Json]) -> None:
        self._resources = dict(resources)
        self._extras: list[Json] = []
        self._type = "collection"
        self._links: list[Json] = []

    def _copy(self) -> Chart:
        out = Chart(self._resources)
        out._extras, out._type, out._links = list(self._extras), self._type, list(self._links)
        return out

    def resources(self) -> list[Json]:
        return list(self._resources.values())

    def put(self, resource: Json) -> Chart:
        """Adds a resource, or replaces the one with its id; the subject is filled in."""
        new = dict(resource)
        subject = "patient" if new["resourceType"] in {"Immunization", "AllergyIntolerance"} else "subject"
        if new["resourceType"] not in {"Patient", "Medication", "OperationOutcome"}:
            new.setdefault(subject, {"reference": f"Patient/{PATIENT}"})
        out = self._copy()
        out._resources[new["id"]] = new
        return out

    def without(self, *ids: str) -> Chart:
        """Drops resources; a name that is not there is a mistake in the case."""
        out = self._copy()
        for name in ids:
            del out._resources[name if name in out._resources else f"obs-{name}"]
        return out

    def without_kind(self, *kinds: str) -> Chart:
        out = self._copy()
        out._resources = {k: r for k, r in self._resources.items() if r["resourceType"] not in kinds}
        return out

    def edit(self, name: str, **changes: Any) -> Chart:
        """Changes fields of a resource; None removes one."""
        key = name if name in self._resources else f"obs-{name}"
        new = {k: v for k, v in (self._resources[key] | changes).items() if v is not None}
        out = self._copy()
        out._resources[key] = new
        return out

    def patient(self, **changes: Any) -> Chart:
        return self.edit(PATIENT, **changes)

    def lab(
        self,
        name: str,
        value: object = None,
        unit: str | None = "=",
        *,
        on: str = RECENT,
        id: str | None = None,
        low: object = "=",
        high: object = "=",
        text: str | None = None,
        interp: str | None = None,
        comparator: str | None = None,
        range_text: str | None = None,
        no_range: bool = False,
        **more: Any,
    ) -> Chart:
        """A result: `value` a number (with the usual unit and range unless said otherwise) or a word."""
        code, usual, usual_low, usual_high = LABS[name]
        unit = usual if unit == "=" else unit
        out: Json = {
            "resourceType": "Observation",
            "id": id or f"obs-{name}",
            "status": "final",
            "code": {"coding": [{"system": LOINC, "code": code}]},
            "effectiveDateTime": on,
        }
        if isinstance(value, str):
            out["valueString"] = value
        elif isinstance(value, dict):
            out |= value
        elif value is not None:
            out["valueQuantity"] = quantity(value, unit, comparator)
            low, high = (usual_low if low == "=" else low), (usual_high if high == "=" else high)
            limits = {k: quantity(v, unit) for k, v in (("low", low), ("high", high)) if v is not None}
            if range_text:
                out["referenceRange"] = [{"text": range_text}]
            elif limits and not no_range:
                out["referenceRange"] = [limits]
        if text:
            out["valueCodeableConcept"] = {"text": text}
        if interp:
            system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
            out["interpretation"] = [{"coding": [{"system": system, "code": interp}]}]
        return self.put(out | more)

    def score(self, name: str, value: object, on: str = RECENT, id: str | None = None, **more: Any) -> Chart:
        """A recorded score or a fact that only a text names."""
        out: Json = {
            "resourceType": "Observation",
            "id": id or f"obs-{name}",
            "status": "final",
            "code": {"text": name},
            "category": [
                {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}]}
            ],
            "effectiveDateTime": on,
        }
        out["valueInteger" if isinstance(value, int) else "valueString"] = value
        return self.put(out | more)

    def condition(
        self,
        word: str,
        onset: str | None = None,
        *,
        active: bool | None = True,
        ended: str | None = None,
        recorded: str | None = None,
        severity: str | None = None,
        verified: str | None = "confirmed",
        id: str | None = None,
        text: str | None = None,
        clinical: str | None = None,
        **more: Any,
    ) -> Chart:
        """A Condition by a word of `codes.WORDS`, or by text alone (`word` empty)."""
        out: Json = {"resourceType": "Condition", "id": id or f"cond-{word or text}".replace(" ", "-"), "code": {}}
        if word:
            out["code"]["coding"] = [coding(c) for c in WORDS[word]]
        if text:
            out["code"]["text"] = text
        if clinical or active is not None:
            out["clinicalStatus"] = status_of("clinical", clinical or ("active" if active else "resolved"))
        if verified:
            out["verificationStatus"] = status_of("ver-status", verified)
        if severity:
            out["severity"] = {"coding": [coding(f"sct {severity}")]}
        for key, value in (("onsetDateTime", onset), ("abatementDateTime", ended), ("recordedDate", recorded)):
            if value:
                out[key] = value
        return self.put(out | more)

    def procedure(
        self,
        word: str,
        on: str | None = RECENT,
        *,
        status: str = "completed",
        text: str | None = None,
        id: str | None = None,
        **more: Any,
    ) -> Chart:
        code: Json = {"coding": [coding(c) for c in WORDS[word]]} if word else {}
        if text:
            code["text"] = text
        out: Json = {
            "resourceType": "Procedure",
            "id": id or f"proc-{word or text}".replace(" ", "-"),
            "status": status,
            "code": code,
        }
        if on:
            out["performedDateTime"] = on
        return self.put(out | more)

    def takes(
        self,
        name: str,
        mg: object | None = None,
        start: str | None = None,
        end: str | None = None,
        *,
        times: int = 1,
        status: str | None = None,
        id: str | None = None,
        route: str | None = "oral",
        doses: list[Json] | None = None,
        **more: Any,
    ) -> Chart:
        """A MedicationStatement."""
        out: Json = {
            "resourceType": "MedicationStatement",
            "id": id or f"ms-{name}".replace(" ", "-"),
            "status": status or ("completed" if end else "active"),
            "medicationCodeableConcept": drug_code(name),
        }
        period = {k: v for k, v in (("start", start), ("end", end)) if v}
        if period:
            out["effectivePeriod"] = period
        out["dosage"] = doses if doses is not None else [dosage(mg, times, route=route)]
        return self.put(out | more)

    def ordered(
        self,
        name: str,
        mg: object | None = None,
        on: str = "2024-01-01",
        *,
        times: int = 1,
        status: str = "active",
        intent: str = "order",
        id: str | None = None,
        route: str | None = "oral",
        doses: list[Json] | None = None,
        **more: Any,
    ) -> Chart:
        """A MedicationRequest."""
        return self.put(
            {
                "resourceType": "MedicationRequest",
                "id": id or f"mr-{name}".replace(" ", "-"),
                "status": status,
                "intent": intent,
                "medicationCodeableConcept": drug_code(name),
                "authoredOn": on,
                "dosageInstruction": doses if doses is not None else [dosage(mg, times, route=route)],
            }
            | more
        )

    def given(
        self,
        name: str,
        on: str,
        mg: object | None = None,
        *,
        status: str = "completed",
        id: str | None = None,
        route: str = "intravenous",
        **more: Any,
    ) -> Chart:
        """A MedicationAdministration."""
        dose: Json = {"route": {"text": route}}
        if mg is not None:
            dose["dose"] = quantity(mg, "mg")
        return self.put(
            {
                "resourceType": "MedicationAdministration",
                "id": id or f"ma-{name}-{on}".replace(" ", "-"),
                "status": status,
                "medicationCodeableConcept": drug_code(name),
                "effectiveDateTime": on,
                "dosage": dose,
            }
            | more
        )

    def vaccine(self, cvx: str, on: str, *, status: str = "completed", id: str = "imm-1", **more: Any) -> Chart:
        return self.put(
            {
                "resourceType": "Immunization",
                "id": id,
                "status": status,
                "vaccineCode": {"coding": [coding(f"cvx {cvx}")]},
                "occurrenceDateTime": on,
            }
            | more
        )

    def encounter(self, on: str) -> Chart:
        act = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
        return self.put(
            {
                "resourceType": "Encounter",
                "id": f"enc-{on}",
                "status": "finished",
                "class": act,
                "period": {"start": on, "end": on},
            }
        )

    def outcome(self, severity: str, code: str = "processing") -> Chart:
        """An OperationOutcome among the entries."""
        out = self._copy()
        issue = {"severity": severity, "code": code}
        out._extras.append(
            {"resource": {"resourceType": "OperationOutcome", "issue": [issue]}, "search": {"mode": "outcome"}}
        )
        return out

    def next_page(self) -> Chart:
        """A searchset that says that there is more."""
        out = self._copy()
        out._type = "searchset"
        out._links = [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]
        return out

    def bundle(self, kind: str | None = None, *, reverse: bool = False) -> Json:
        entries: list[Json] = [{"resource": r} for r in self._resources.values()] + self._extras
        out: Json = {
            "resourceType": "Bundle",
            "type": kind or self._type,
            "entry": entries[::-1] if reverse else entries,
        }
        return out | ({"link": self._links} if self._links else {})
