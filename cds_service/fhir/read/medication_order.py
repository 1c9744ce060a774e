"""MedicationStatement and MedicationRequest → Exposures (criteria.md "Drugs"; decisions 19, 20, 23, 38, 44, 52)."""

from typing import Any

import msgspec

from ...kernel.dates import DateSpan, parse_date
from ...kernel.errors import Unreadable
from ..context import Context, decode
from ..heads import Concept, Meta, Period, Reference, concept_of
from .dosage import read_dosage
from .drug import Named, drug_of
from .exposure import add, dates, day_of, ended, references, routes_in, since, unrecorded_end

KINDS = ("MedicationStatement", "MedicationRequest")
_STATES = {"active": "active", "completed": "ended", "stopped": "ended", "on-hold": "held"}
_COUNT = frozenset({"order", "plan", "original-order", "reflex-order", "filler-order", "instance-order"})
"""Intents that count (decision 52)."""


class StatementHead(msgspec.Struct, tag_field="resourceType", tag="MedicationStatement"):
    """What decides whether a MedicationStatement matters."""

    id: str | None = None
    status: str | None = None
    subject: Reference | None = None
    medicationCodeableConcept: Concept | None = None
    medicationReference: Reference | None = None
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    dateAsserted: str | None = None
    meta: Meta | None = None


class RequestHead(msgspec.Struct, tag_field="resourceType", tag="MedicationRequest"):
    """What decides whether a MedicationRequest matters."""

    id: str | None = None
    status: str | None = None
    intent: str | None = None
    subject: Reference | None = None
    doNotPerform: bool = False
    medicationCodeableConcept: Concept | None = None
    medicationReference: Reference | None = None
    authoredOn: str | None = None
    reportedBoolean: bool | None = None
    reportedReference: Reference | None = None
    meta: Meta | None = None


HEADS = (StatementHead, RequestHead)


def read(head: StatementHead | RequestHead, raw: msgspec.Raw, ctx: Context) -> None:
    """Put what the record says into the context; the whole of it is decoded only for drugs that matter."""
    if isinstance(head, StatementHead):
        _statement(head, raw, ctx)
    else:
        _request(head, raw, ctx)


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


def _named(head: Any, raw: msgspec.Raw, ctx: Context) -> tuple[Named, dict[str, Any] | None]:
    """The drug; the resource too where it had to be decoded for that."""
    resource = None
    reference = head.medicationReference
    if head.medicationCodeableConcept is None and reference is not None and (reference.reference or "").startswith("#"):
        resource = decode(raw)
    contained = resource.get("contained") if resource else None
    named = drug_of(
        head.medicationCodeableConcept, reference, contained if isinstance(contained, list) else [], ctx
    )
    if named.unnamed:
        ctx.unnamed_drugs.append(ctx.reference)
    return named, resource


def _quietly(text: str | None) -> DateSpan | None:
    """A date; None where there is none or it cannot be read (reported only for drugs that matter)."""
    try:
        return parse_date(text) if text else None
    except Unreadable:
        return None


def _updated(head: Any, ctx: Context) -> DateSpan | None:
    return day_of(head.meta.lastUpdated, ctx) if head.meta is not None and head.meta.lastUpdated else None


def _statement(head: StatementHead, raw: msgspec.Raw, ctx: Context) -> None:
    if head.status in ("not-taken", "intended"):
        return
    named, resource = _named(head, raw, ctx)
    if not named.ingredients:
        return
    resource = resource if resource is not None else decode(raw)
    period = head.effectivePeriod
    moment = day_of(head.effectiveDateTime, ctx)
    start = day_of(period.start, ctx) if period else moment
    end = day_of(period.end, ctx) if period else None
    if ctx.future(start):
        return
    state = _STATES.get(head.status or "", "unclear")
    # A single moment says that it was taken then: of what goes on, not when it began.
    known = None if moment is not None and state != "ended" else start
    begins = since(known, ctx, moment or day_of(head.dateAsserted, ctx))
    regimen = read_dosage(resource.get("dosage"), named.strength, start, ctx.terminology)
    stopped = False
    if state == "ended":
        end, stopped = ended(begins, end if period else moment, ctx, _updated(head, ctx))
    elif state == "unclear":
        end = end if end is not None and end.last <= ctx.as_of else unrecorded_end(begins, ctx)
    add(
        named, ctx, source="MedicationStatement", state=state, start=begins, end=end, stopped=stopped,
        dose=regimen.dose, steps=regimen.steps, routes=routes_in(resource.get("dosage")), resource=resource,
        written=dates(period.start, period.end) if period else dates(head.effectiveDateTime or head.dateAsserted),
        related=references(resource.get("basedOn")) | references(resource.get("derivedFrom")),
    )  # fmt: skip


def _request(head: RequestHead, raw: msgspec.Raw, ctx: Context) -> None:
    if head.status == "draft" or head.doNotPerform or (head.intent is not None and head.intent not in _COUNT):
        return
    authored = _quietly(head.authoredOn)
    if ctx.future(authored):
        return
    if not head.reportedBoolean and head.reportedReference is None:
        ctx.dated(authored)
    named, resource = _named(head, raw, ctx)
    if not named.ingredients:
        return
    resource = resource if resource is not None else decode(raw)
    if head.authoredOn and authored is None:
        day_of(head.authoredOn, ctx)  # reports the date that cannot be read
    dosages = resource.get("dosageInstruction")
    regimen = read_dosage(dosages, named.strength, authored, ctx.terminology)
    validity = _validity(resource)
    start = regimen.start or authored or day_of(validity.get("start"), ctx)
    if ctx.future(start):
        return
    updated = _updated(head, ctx)
    begins = since(start, ctx, updated)
    state = _STATES.get(head.status or "", "unclear")
    end = regimen.end
    stopped = False
    if state == "ended":
        end, _ = ended(begins, end or day_of(validity.get("end"), ctx), ctx, updated, _encounter_end(resource, ctx))
        stopped = head.status == "stopped"
    elif state == "unclear":
        end = end if end is not None and end.last <= ctx.as_of else unrecorded_end(begins, ctx)
    add(
        named, ctx, source="MedicationRequest", state=state, start=begins, end=end, stopped=stopped,
        dose=regimen.dose, steps=regimen.steps, routes=routes_in(dosages), resource=resource,
        written=dates(head.authoredOn, validity.get("end") if state == "ended" else None),
        related=references(resource.get("basedOn")),
        doubt=None if head.intent is not None else "the record does not say whether it is an order",
    )  # fmt: skip


def _validity(resource: dict[str, Any]) -> dict[str, Any]:
    dispense = resource.get("dispenseRequest")
    period = dispense.get("validityPeriod") if isinstance(dispense, dict) else None
    return period if isinstance(period, dict) else {}


def _encounter_end(resource: dict[str, Any], ctx: Context) -> DateSpan | None:
    """The end of the stay for which an inpatient order was written."""
    categories = [concept_of(c) for c in resource.get("category") or () if isinstance(c, dict)]
    if not any(c.code == "inpatient" for concept in categories for c in concept.coding):
        return None
    encounter = resource.get("encounter")
    target = encounter.get("reference") if isinstance(encounter, dict) else None
    found = ctx.find(target) if isinstance(target, str) else None
    period = found.get("period") if found else None
    return day_of(period.get("end"), ctx) if isinstance(period, dict) and period.get("end") else None
