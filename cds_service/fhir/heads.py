"""The few elements that decide whether a resource matters, as msgspec Structs (the first phase of reading).

A head is decoded from the raw bytes of every entry; the rest of the resource only where the head says that it can
matter. A head that does not fit its Struct makes the resource unreadable: it is skipped and named.
"""

from typing import Any

import msgspec


class Coding(msgspec.Struct, gc=False):
    """FHIR Coding."""

    system: str | None = None
    code: str | None = None
    display: str | None = None


class Concept(msgspec.Struct, gc=False):
    """FHIR CodeableConcept."""

    coding: list[Coding] = []
    text: str | None = None

    def said(self) -> str:
        """What a person reads: the text, else the first display, else the first code."""
        if self.text:
            return self.text
        for coding in self.coding:
            if coding.display:
                return coding.display
        return next((c.code for c in self.coding if c.code), "")

    def texts(self) -> list[str]:
        """Text and displays."""
        found = [c.display for c in self.coding if c.display]
        return [self.text, *found] if self.text else found


class _Words(msgspec.Struct, gc=False):
    text: str | None = None


_words = msgspec.json.Decoder(_Words)
_concepts = msgspec.json.Decoder(Concept)


def said_by(raw: "bytes | msgspec.Raw") -> str:
    """`Concept.said` of a raw CodeableConcept that can be decoded: of most only the text is."""
    return _words.decode(raw).text or _concepts.decode(raw).said()


class Reference(msgspec.Struct, gc=False):
    """FHIR Reference."""

    reference: str | None = None
    display: str | None = None


class Period(msgspec.Struct, gc=False):
    """FHIR Period."""

    start: str | None = None
    end: str | None = None


class Meta(msgspec.Struct, gc=False):
    """FHIR Meta, as far as it is read."""

    lastUpdated: str | None = None
    tag: list[Coding] = []


def concept_of(value: Any) -> Concept:
    """A CodeableConcept of a decoded resource, leniently: what does not fit is left out."""
    if not isinstance(value, dict):
        return Concept()
    codings = [
        Coding(*(c[k] if isinstance(c.get(k), str) else None for k in ("system", "code", "display")))
        for c in value.get("coding") or []
        if isinstance(c, dict)
    ] if isinstance(value.get("coding"), list) else []
    text = value.get("text")
    return Concept(codings, text if isinstance(text, str) else None)
