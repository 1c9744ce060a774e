"""Whose a resource is: whether its subject is the patient of the chart."""

from typing import Any

import msgspec

from .heads import Reference

_references = msgspec.json.Decoder(Reference | None)


class Whose:
    """The names of one patient. The same raw subject is understood once a chart."""

    __slots__ = ("_names", "_patient_id", "_seen")

    def __init__(self, patient_id: str | None, *names: str) -> None:
        self._patient_id = patient_id
        self._names = set(names)
        self._seen: dict[bytes, bool] = {}
        """Raw subject → whether it is this patient."""

    def is_about(self, head: Any) -> bool:
        """Whether a resource is about this patient, or does not say whom it is about.

        Raises msgspec.MsgspecError for a subject that is no Reference.
        """
        subject = getattr(head, "subject", None) or getattr(head, "patient", None)
        if subject is None:
            return True
        if subject.__class__ is msgspec.Raw:
            return self.is_subject(subject)
        return subject.reference is None or self.is_named(subject.reference)

    def is_subject(self, raw: msgspec.Raw) -> bool:
        """As `is_about`, of a raw subject."""
        key = bytes(raw)
        ours = self._seen.get(key)
        if ours is None:
            said = _references.decode(key)
            ours = self._seen[key] = said is None or said.reference is None or self.is_named(said.reference)
        return ours

    def is_surely_about(self, head: Any) -> bool:
        """As `is_about`, and False for a subject that is no Reference: it will be read whole, and skipped by name."""
        try:
            return self.is_about(head)
        except (msgspec.MsgspecError, RecursionError):
            return False

    def all_surely(self, subjects: list[msgspec.Raw]) -> bool:
        """Whether all of these raw subjects say the same, and that it is this patient."""
        if not subjects:
            return False
        if subjects.count(subjects[0]) != len(subjects):
            return False
        ours = self._seen.get(bytes(subjects[0]))
        if ours is None:
            try:
                return self.is_subject(subjects[0])
            except (msgspec.MsgspecError, RecursionError):
                return False
        return ours

    def is_named(self, reference: str) -> bool:
        """Whether a reference names this patient."""
        if reference in self._names:
            return True
        plain = reference.split("/_history/")[0].split("?")[0]
        if self._patient_id and plain.rsplit("/", 2)[-2:] == ["Patient", self._patient_id]:
            self._names.add(reference)
            return True
        # A contained or logical reference does not say that it is somebody else.
        return reference.startswith("#") or plain == "Patient"
