"""MedicationStatement and MedicationRequest → Exposures (criteria.md "Drugs"; decisions 19, 20, 23, 38, 44, 52)."""

from typing import Any

import msgspec

from ...kernel.dates import DateSpan
from ..bundle import Place
from ..context import Context
from ..heads import Period, Reference, concept_of
from .dosage import dosed
from .drug import by_bytes, unasked
from .drug_record import CODE, DrugHead, matters, named_in, quietly, updated
from .exposure import add, dates, day_of, ended, references, since, unrecorded_end
from .pieces import NONE, objects, one

__all__ = ["CODE", "HEADS", "glance", "matters", "unasked"]

_STATES = {"active": "active", "completed": "ended", "stopped": "ended", "on-hold": "held"}
_COUNT = frozenset({None, "order", "plan", "original-order", "reflex-order", "filler-order", "instance-order"})
"""Intents that count, or none (decision 52)."""


class StatementHead(DrugHead, tag_field="resourceType", tag="MedicationStatement"):
    """What decides whether a MedicationStatement matters."""

    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    dateAsserted: str | None = None
    dosage: msgspec.Raw = NONE
    reasonCode: msgspec.Raw = NONE
    reasonReference: msgspec.Raw = NONE
    basedOn: msgspec.Raw = NONE
    derivedFrom: msgspec.Raw = NONE


class RequestHead(DrugHead, tag_field="resourceType", tag="MedicationRequest"):
    """What decides whether a MedicationRequest matters."""

    intent: str | None = None
    doNotPerform: bool = False
    authoredOn: str | None = None
    reportedBoolean: bool | None = None
    reportedReference: Reference | None = None
    category: msgspec.Raw = NONE
    encounter: Reference | None = None
    dosageInstruction: msgspec.Raw = NONE
    dispenseRequest: msgspec.Raw = NONE
    reasonCode: msgspec.Raw = NONE
    reasonReference: msgspec.Raw = NONE
    basedOn: msgspec.Raw = NONE


def glance(heads: list[Any], ctx: Context) -> list[str | None]:
    """The dates of orders for drugs that nobody asks for, as `Known.glance`; a statement says nothing."""
    if not isinstance(heads[0], RequestHead):
        return [""] * len(heads)
    return [
        head.authoredOn or ""
        if (head.intent == "order" or head.intent in _COUNT)
        and head.status != "draft"
        and not (head.doNotPerform or head.reportedBoolean)
        and head.reportedReference is None
        else ""
        for head in heads
    ]  # `_ordered` and not `_reported`, of two thirds of all drug records: without calls


def _statement(head: StatementHead, place: Place, ctx: Context) -> None:
    """Put what a statement says into the context; its raw pieces are decoded only for drugs that matter."""
    named = by_bytes(head.medicationCodeableConcept, ctx.terminology)
    if head.status in ("not-taken", "intended"):
        return
    if named is None or not named.ingredients:
        named = named_in(head, named, ctx)
        if not named.ingredients:
            return
    period = head.effectivePeriod
    moment = None if head.effectiveDateTime is None else day_of(head.effectiveDateTime, ctx)
    start, end = (day_of(period.start, ctx), day_of(period.end, ctx)) if period else (moment, None)
    if start is not None and start.first > ctx.as_of:
        return
    state = _STATES.get(head.status or "", "unclear")
    # A single moment says that it was taken then: of what goes on, not when it began.
    recorded = None if moment is not None and state != "ended" else start
    begins = since(recorded, ctx, moment or day_of(head.dateAsserted, ctx))
    dose, steps, _, _, route = dosed(head.dosage, named.strength, start, ctx.terminology)
    stopped = False
    if state == "ended":
        end, stopped = ended(begins, end if period else moment, ctx, updated(head, ctx))
    elif state == "unclear":
        end = end if end is not None and end.last <= ctx.as_of else unrecorded_end(begins, ctx)
    add(
        named, ctx, source="MedicationStatement", state=state, start=begins, end=end, stopped=stopped,
        dose=dose, steps=steps, route=route, reasons=(head.reasonCode, head.reasonReference),
        written=dates(period.start, period.end) if period else dates(head.effectiveDateTime or head.dateAsserted),
        related=references(head.basedOn, head.derivedFrom),
    )  # fmt: skip


def _ordered(head: RequestHead) -> bool:
    return head.status != "draft" and not head.doNotPerform and head.intent in _COUNT


def _reported(head: RequestHead) -> bool:
    return bool(head.reportedBoolean) or head.reportedReference is not None


def _request(head: RequestHead, place: Place, ctx: Context) -> None:
    """As `_statement`, of an order."""
    named = by_bytes(head.medicationCodeableConcept, ctx.terminology)
    if not _ordered(head):
        return
    authored = quietly(head.authoredOn)
    if authored is not None and authored.first > ctx.as_of:
        return
    if not _reported(head):
        ctx.dated(authored)
    if named is None or not named.ingredients:
        named = named_in(head, named, ctx)
        if not named.ingredients:
            return
    if head.authoredOn and authored is None:
        day_of(head.authoredOn, ctx)  # reports the date that cannot be read
    dose, steps, first, end, route = dosed(head.dosageInstruction, named.strength, authored, ctx.terminology)
    validity = _validity(head) if head.dispenseRequest else _NO_PERIOD
    start = first or authored or day_of(validity.get("start"), ctx)
    if start is not None and start.first > ctx.as_of:
        return
    saved = updated(head, ctx)
    begins = since(start, ctx, saved)
    state = _STATES.get(head.status or "", "unclear")
    stopped = False
    if state == "ended":
        end, _ = ended(begins, end or day_of(validity.get("end"), ctx), ctx, saved, _encounter_end(head, ctx))
        stopped = head.status == "stopped"
    elif state == "unclear":
        end = end if end is not None and end.last <= ctx.as_of else unrecorded_end(begins, ctx)
    add(
        named, ctx, source="MedicationRequest", state=state, start=begins, end=end, stopped=stopped,
        dose=dose, steps=steps, route=route, reasons=(head.reasonCode, head.reasonReference),
        written=dates(head.authoredOn, validity.get("end") if state == "ended" else None),
        related=references(head.basedOn),
        doubt=None if head.intent is not None else "the record does not say whether it is an order",
    )  # fmt: skip


_NO_PERIOD: dict[str, Any] = {}


def _validity(head: RequestHead) -> dict[str, Any]:
    period = one(head.dispenseRequest).get("validityPeriod")
    return period if isinstance(period, dict) else {}


def _encounter_end(head: RequestHead, ctx: Context) -> DateSpan | None:
    """The end of the stay for which an inpatient order was written."""
    categories = [concept_of(c) for c in objects(head.category)]
    if head.encounter is None or not any(c.code == "inpatient" for concept in categories for c in concept.coding):
        return None
    found = ctx.find(head.encounter.reference) if head.encounter.reference else None
    period = found.get("period") if found else None
    return day_of(period.get("end"), ctx) if isinstance(period, dict) and period.get("end") else None


HEADS = {StatementHead: _statement, RequestHead: _request}
