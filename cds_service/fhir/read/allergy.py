"""AllergyIntolerance → Intolerance, for the drugs that a trial lets an intolerance stand in for (decision 28)."""

from typing import Any, ClassVar

import msgspec

from ...chart.facts import Intolerance
from ...terminology import Terminology
from ..bundle import Place
from ..context import Context
from ..heads import Concept, Reference, concept_of
from .condition import date_of
from .pieces import NULL

KIND = "AllergyIntolerance"

_REFUSED = frozenset(("refuted", "entered-in-error"))
_NONE = Concept()


class _Reaction(msgspec.Struct, gc=False):
    substance: Concept | None = None


class Head(msgspec.Struct, tag_field="resourceType", tag="AllergyIntolerance", gc=False):
    """The elements of an AllergyIntolerance that are read."""

    status: ClassVar[None] = None
    id: str | None = None
    meta: msgspec.Raw = NULL
    patient: Reference | None = None
    code: Concept | None = None
    clinicalStatus: Concept | None = None
    verificationStatus: Concept | None = None
    recordedDate: str | None = None
    onsetDateTime: str | None = None
    reaction: list[_Reaction] = []


def read(head: Head, place: Place, ctx: Context) -> None:
    """Put an intolerance for a known ingredient into the context."""
    verification = _code(head.verificationStatus)
    if verification in _REFUSED:
        return
    recorded = date_of(head.recordedDate, ctx)
    onset = date_of(head.onsetDateTime, ctx)
    if ctx.future(onset or recorded):
        return
    ctx.dated(recorded)
    named = [head.code or _NONE, *(r.substance for r in head.reaction if r.substance)]
    found = tuple(dict.fromkeys(i for concept in named for i in _ingredients(concept, ctx.terminology)))
    if found:
        doubtful = verification == "unconfirmed" or _code(head.clinicalStatus) in ("inactive", "resolved")
        ctx.allergies.append(Intolerance(ctx.reference, found, onset or recorded, named[0].said(), doubtful))


def matters(resource: dict[str, Any], ctx: Context) -> bool:
    """Whether an AllergyIntolerance that could not be decoded is about an ingredient that is read."""
    return bool(_ingredients(concept_of(resource.get("code")), ctx.terminology))


def _ingredients(concept: Concept, terminology: Terminology) -> tuple[str, ...]:
    for coding in concept.coding:
        if coding.code and (found := terminology.drug_code(terminology.system(coding.system or ""), coding.code)):
            return tuple(found.ingredients)
    for text in concept.texts():
        if named := terminology.drugs_named(text):
            return named
    return ()


def _code(concept: Concept | None) -> str | None:
    return next((c.code for c in concept.coding if c.code), None) if concept else None
