"""MedicationAdministration and MedicationDispense → Exposures (criteria.md section 2 "Drugs"; decisions 19, 20, 38)."""

from datetime import timedelta
from typing import Any

import msgspec

from ...chart.facts import Dose
from ...kernel.answers import new
from ...kernel.dates import DateSpan
from ...kernel.numbers import Interval
from ...terminology import Terminology
from ..bundle import Place
from ..context import Context
from ..heads import Period
from .amounts import Amount, Strength, quantity
from .dosage import dosed
from .drug import by_bytes, unasked
from .drug_record import CODE, DrugHead, matters, named_in, quietly, updated
from .exposure import add, dates, day_of, ended, references, since, unrecorded_end
from .pieces import NONE, one
from .routes import route_of, routes_in
from .timing import number

__all__ = ["CODE", "HEADS", "glance", "matters", "unasked"]


class AdministrationHead(DrugHead, tag_field="resourceType", tag="MedicationAdministration"):
    """What decides whether a MedicationAdministration matters."""

    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    dosage: msgspec.Raw = NONE
    reasonCode: msgspec.Raw = NONE
    reasonReference: msgspec.Raw = NONE
    request: msgspec.Raw = NONE


class DispenseHead(DrugHead, tag_field="resourceType", tag="MedicationDispense"):
    """What decides whether a MedicationDispense matters."""

    whenPrepared: str | None = None
    whenHandedOver: str | None = None
    daysSupply: msgspec.Raw = NONE
    dosageInstruction: msgspec.Raw = NONE
    authorizingPrescription: msgspec.Raw = NONE


_STATES = {"in-progress": "active", "on-hold": "held"}


def glance(heads: list[Any], ctx: Context) -> list[str | None]:
    """The dates of records of drugs that nobody asks for, as `Known.glance`."""
    return [_glanced(head) for head in heads]


def _glanced(head: AdministrationHead | DispenseHead) -> str | None:
    if isinstance(head, AdministrationHead):
        return (_begun(head) or "") if head.status != "not-done" else ""
    if head.status == "declined":
        return ""
    if head.whenHandedOver:
        return head.whenHandedOver if quietly(head.whenHandedOver) else None
    return (head.whenPrepared or "") if head.status == "completed" else ""


def _begun(head: AdministrationHead) -> str | None:
    return head.effectivePeriod.start if head.effectivePeriod else head.effectiveDateTime


def _administration(head: AdministrationHead, place: Place, ctx: Context) -> None:
    """Put what was given into the context; its raw pieces are decoded only for drugs that matter."""
    named = by_bytes(head.medicationCodeableConcept, ctx.terminology)
    if head.status == "not-done":
        return
    period = head.effectivePeriod
    begun = period.start if period else head.effectiveDateTime
    start = quietly(begun)
    if start is not None:
        if start.first > ctx.as_of:
            return
        ctx.dated(start)
    if named is None or not named.ingredients:
        named = named_in(head, named, ctx)
        if not named.ingredients:
            return
    if begun and start is None:
        day_of(begun, ctx)  # reports the date that cannot be read
    saved = updated(head, ctx)
    begins = since(start, ctx, saved)
    end: DateSpan | None = day_of(period.end, ctx) if period else start
    state = _STATES.get(head.status or "", "ended")
    if state == "ended":
        end, _ = ended(begins, end, ctx, saved)
    elif not period:
        end = None
    mg, problem, text, route, infused = _given(head.dosage, named.strength, ctx.terminology)
    daily = mg if begins == end and begins.first == begins.last else None  # of one day
    dose = new(Dose, (daily, problem, text, False, None, mg))
    add(
        named, ctx, source="MedicationAdministration", state=state, start=begins, end=end, stopped=False, dose=dose,
        steps=(), route=route, reasons=(head.reasonCode, head.reasonReference),
        written=dates(period.start, period.end) if period else dates(head.effectiveDateTime),
        related=references(head.request),
        doubt="the record does not say whether it was given" if head.status in (None, "unknown") else None,
        infused=infused,
    )  # fmt: skip


_MOST = 1024
_Given = tuple[Interval | None, str | None, str | None, bool]
_memory: tuple[Terminology | None, dict[tuple[int, Strength], _Given]] = (None, {})


def _given(
    raw: msgspec.Raw, strength: Strength, terminology: Terminology
) -> tuple[Interval | None, str | None, str, str | None, bool]:
    """mg (or why they are not known), text, route of an administration, and whether it says that it is an infusion.

    The same few come again and again: they are remembered by their hash, without their words.
    """
    global _memory
    said = bytes(raw)
    key = (hash(said), strength)
    meant_by, known = _memory  # in one step: another thread may put another in its place
    found = known.get(key) if meant_by is terminology else None
    if found is None:
        if meant_by is not terminology or len(known) > _MOST:
            _memory = (terminology, known := {})
        dosage = one(raw)
        dose = dosage.get("dose")
        once = quantity(dose, strength) if isinstance(dose, dict) else Amount(problem="no amount is recorded")
        infused = b"infus" in said.lower() or "rateRatio" in dosage or "rateQuantity" in dosage  # a word, a rate
        found = known[key] = (once.mg, once.problem, route_of(routes_in(dosage), terminology), infused)
    mg, problem, route, infused = found
    text = _texts.decode(said).text if b'"text"' in said else None
    return mg, problem, text if isinstance(text, str) else "", route, infused


class _Words(msgspec.Struct, gc=False):
    text: Any = None


_texts = msgspec.json.Decoder(_Words)


def _dispense(head: DispenseHead, place: Place, ctx: Context) -> None:
    """As `_administration`, of what was handed over."""
    named = by_bytes(head.medicationCodeableConcept, ctx.terminology)
    if head.status == "declined":
        return
    handed = quietly(head.whenHandedOver)
    start = handed or (quietly(head.whenPrepared) if head.status == "completed" else None)
    if head.status != "completed" and head.whenHandedOver is None:
        return  # nothing has reached the patient yet
    if ctx.future(start):
        return
    ctx.dated(start)
    named = named_in(head, named, ctx)
    if not named.ingredients:
        return
    if start is None:
        day_of(head.whenHandedOver, ctx)  # reports a date that cannot be read
    begins = since(start, ctx)
    dose, steps, _, _, route = dosed(head.dosageInstruction, named.strength, start, ctx.terminology)
    days = number(one(head.daysSupply).get("value"))
    if start is not None and days is not None and days >= 0:
        length = timedelta(min(int(days), 3660))
        end, state = DateSpan(start.first + length, start.last + length), "active"
    else:
        end, state = unrecorded_end(begins, ctx), "unclear"
    add(
        named, ctx, source="MedicationDispense", state=state, start=begins, end=end, stopped=False,
        dose=dose, steps=steps, route=route,
        written=dates(head.whenHandedOver or head.whenPrepared),
        related=references(head.authorizingPrescription),
    )  # fmt: skip


HEADS = {AdministrationHead: _administration, DispenseHead: _dispense}
