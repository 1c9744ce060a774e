"""What the four kinds of drug records have in common: the drug, the patient, and when the record was saved."""

from typing import Any

import msgspec

from ...kernel.dates import DateSpan, parse_date
from ...kernel.errors import Unreadable
from ..context import Context
from ..heads import Meta, Reference, concept_of
from .drug import Named, drug_of
from .exposure import day_of
from .pieces import NONE, NULL, objects

CODE = "medicationCodeableConcept"


class DrugHead(msgspec.Struct, gc=False):
    """The elements that all four have.

    Drug and subject stay raw: the same bytes come again and again, so that what they mean is looked up by them.
    """

    id: str | None = None
    meta: Meta | None = None
    contained: msgspec.Raw = NONE
    status: str | None = None
    medicationCodeableConcept: msgspec.Raw = NONE
    medicationReference: Reference | None = None
    subject: msgspec.Raw = NULL


def matters(resource: dict[str, Any], ctx: Context) -> bool:
    """Whether a record whose head cannot be read might have mattered: a drug of interest, or none that can be told."""
    concept = resource.get("medicationCodeableConcept")
    reference = resource.get("medicationReference")
    named = drug_of(
        concept_of(concept) if isinstance(concept, dict) else None,
        Reference(*(reference.get(k) if isinstance(reference.get(k), str) else None for k in ("reference", "display")))
        if isinstance(reference, dict)
        else None,
        [],
        ctx,
    )
    return bool(named.ingredients) or named.unnamed


def named_in(head: Any, known: Named | None, ctx: Context) -> Named:
    """The drug of a record; one that is not named at all is noted (decision 34). `known`: what its codes say."""
    named = known
    if named is None:
        named = drug_of(None, head.medicationReference, objects(head.contained), ctx)
    if named.unnamed:
        ctx.unnamed_drugs.append(ctx.reference)
    return named


def quietly(text: str | None) -> DateSpan | None:
    """A date; None where there is none or it cannot be read (reported only for drugs that matter)."""
    try:
        return parse_date(text) if text else None
    except Unreadable:
        return None


def updated(head: Any, ctx: Context) -> DateSpan | None:
    return day_of(head.meta.lastUpdated, ctx) if head.meta is not None and head.meta.lastUpdated else None
