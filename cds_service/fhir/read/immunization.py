"""Immunization → Immunisation (NCT06222853 E10b; criteria.md decisions 19, 23, 44)."""

from typing import Any

import msgspec

from ...chart.facts import Immunisation
from ...terminology import Terminology
from ..bundle import Place
from ..context import Context
from ..heads import Concept, Reference, concept_of
from .condition import date_of
from .pieces import NULL

KIND = "Immunization"
_NONE = Concept()


class Head(msgspec.Struct, tag_field="resourceType", tag="Immunization", gc=False):
    """The elements of an Immunization that are read."""

    id: str | None = None
    meta: msgspec.Raw = NULL
    patient: Reference | None = None
    status: str | None = None
    vaccineCode: Concept | None = None
    occurrenceDateTime: str | None = None
    primarySource: bool | None = None


def read(head: Head, place: Place, ctx: Context) -> None:
    """Put a vaccination that was given into the context, unless it is known not to be a live vaccine."""
    if head.status == "not-done":
        return
    given = date_of(head.occurrenceDateTime, ctx)
    if ctx.future(given):
        return
    if head.primarySource is not False:
        ctx.dated(given)
    code = head.vaccineCode or _NONE
    live = _live(code, ctx.terminology)
    ctx.immunisations.append(Immunisation(ctx.reference, live, given, code.said(), head.primarySource))


def matters(resource: dict[str, Any], ctx: Context) -> bool:
    """Whether an Immunization that could not be decoded may be a live vaccine that was given."""
    return resource.get("status") != "not-done" and _live(
        concept_of(resource.get("vaccineCode")), ctx.terminology
    ) != "not-live"


def _live(code: Concept, terminology: Terminology) -> str:
    """`live`, `review`, `not-live`, or `unknown` where no code of a system that we know says what it was.

    The table of CVX lists every live vaccine: another CVX code is not live. Codings that disagree are for review.
    """
    said: set[str] = set()
    for coding in code.coding:
        if not coding.code:
            continue
        system = terminology.system(coding.system or "")
        found = terminology.vaccine(system, coding.code)
        if found is not None:
            said.add(found)
        elif system == "cvx":
            said.add("not-live")
    if not said:
        return "unknown"
    return said.pop() if len(said) == 1 else "review"
