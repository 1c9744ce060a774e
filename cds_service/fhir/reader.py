"""Reads charts in two phases: heads of all entries, then whole resources of those that can matter (design.md).

A body is never turned into dicts. One bad entry is one named skip. The same reader serves prefetch, fetched pages,
Bundle files and NDJSON.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from ..chart.chart import Chart, Kind
from ..chart.facts import Patient, Result
from ..kernel.errors import InputError, Unreadable
from ..terminology import Terminology
from .bundle import AS_ASKED, decode_bundle, gap, matched, type_of
from .context import Context, decode
from .heads import Reference
from .kinds import FOUND_BY_REFERENCE, Known, kinds_read, readers
from .read.patient import read_patient

__all__ = ["BundleFacts", "ChartReader", "kinds_read"]

_by_reference = attrgetter("reference")
_references = msgspec.json.Decoder(Reference | None)
_IGNORED = {"entered-in-error", "cancelled"}
_BUNDLE = re.compile(rb'\s*\{\s*"resourceType"\s*:\s*"Bundle"')


class BundleFacts(NamedTuple):
    """What the frame of one answer said."""

    next: str | None = None
    total: int | None = None
    received: int = 0
    """Matches, without included resources and outcomes."""
    outcome: str | None = None
    """`unavailable`, `note`, or None (decision 49)."""
    others: int = 0
    """Entries of another patient."""


class _Pending(NamedTuple):
    known: Known
    head: Any
    """None where it did not decode."""
    raw: msgspec.Raw
    reference: str


class ChartReader:
    """One chart, fed piece by piece. A bad resource never breaks it: it is skipped and named."""

    def __init__(self, terminology: Terminology, as_of: date, patient_id: str | None = None) -> None:
        self._terminology = terminology
        self._as_of = as_of
        self._patient_id = patient_id
        self._context: Context | None = None
        self._self: set[str] = set()
        self._ours: dict[bytes, bool] = {}
        """Raw subject → whether it is this patient."""
        self._pending: list[_Pending] = []
        self._seen: set[str] = set()
        self._referred: dict[str, msgspec.Raw] = {}
        self._kinds: dict[str, Kind] = {}
        self._notes: list[str] = []
        self._counter = 0
        _, self._by_head, decoder = readers()
        self._heads = decoder.decode

    def patient(self, raw: "bytes | msgspec.Raw", full_url: str | None = None) -> None:
        """Take the Patient. Raises InputError if it is none, or another one than expected."""
        try:
            resource = decode(raw)
        except (msgspec.MsgspecError, RecursionError):
            raise InputError("the Patient cannot be read as JSON") from None
        if resource.get("resourceType") != "Patient":
            raise InputError("a Patient resource is expected; another resource type was sent")
        identifier = resource.get("id")
        if not isinstance(identifier, str):
            identifier = None
        if self._patient_id and identifier and identifier != self._patient_id:
            raise InputError("the Patient that was sent is not the patient of this request")
        identifier = identifier or self._patient_id
        self._patient_id = identifier
        reference = f"Patient/{identifier}" if identifier else (full_url or "Patient")
        self._self = {reference, *([full_url] if full_url else [])}
        self._context = Context(
            self._terminology, self._as_of, read_patient(resource, reference), find=partial(_find, self._referred)
        )
        self._ours = {}

    @property
    def who(self) -> Patient | None:
        """The Patient, once taken."""
        return self._context.patient if self._context else None

    def state(self, kind: str, state: Kind) -> None:
        """Say how far a kind was read; a worse state that was said before stays."""
        rank = (Kind.NOT_OFFERED, Kind.READ, Kind.NEWEST, Kind.PART, Kind.UNAVAILABLE)
        before = self._kinds.get(kind)
        if before is None or rank.index(state) > rank.index(before):
            if before in (Kind.READ, Kind.NEWEST, Kind.PART) and state is Kind.UNAVAILABLE:
                state = Kind.PART  # one of several searches for this kind failed: what arrived still counts
            self._kinds[kind] = state
        elif before is Kind.UNAVAILABLE and state not in (Kind.NOT_OFFERED, Kind.UNAVAILABLE):
            self._kinds[kind] = Kind.PART

    def bundle(
        self, raw: "bytes | msgspec.Raw", *, kinds: Iterable[str] = (), complete: bool = True, cut: str | None = None
    ) -> BundleFacts:
        """Take an answer: a Bundle, a single resource, `null` (looked, none) or an OperationOutcome.

        `kinds`: the resource types that this answer speaks for. With `complete=False` more was there than arrived;
        `cut="newest"` says that what is missing can only be older. Raises InputError for what is not FHIR.
        """
        if memoryview(raw).nbytes < 16 and bytes(raw).strip() == b"null":
            facts = BundleFacts()
        else:
            resource_type = "Bundle" if _BUNDLE.match(raw) else type_of(raw)
            if resource_type == "Bundle":
                facts = self._take_bundle(raw)
            elif resource_type == "OperationOutcome":
                facts = BundleFacts(outcome="unavailable")
            elif resource_type is None:
                raise InputError("this is not a FHIR resource: it has no resourceType")
            else:
                self._take(raw, None)
                facts = BundleFacts(received=1)
        if facts.outcome == "unavailable":
            state = Kind.PART if facts.received else Kind.UNAVAILABLE
        elif not complete:
            state = Kind.NEWEST if cut == "newest" else Kind.PART
        else:
            state = Kind.READ
        for kind in kinds:
            self.state(kind, state)
        return facts

    def missing_medications(self) -> list[str]:
        """References to Medications that did not come with their orders (known after `chart()`)."""
        return list(dict.fromkeys(self._context.missing_medications)) if self._context else []

    def chart(self) -> Chart:
        """What has been read so far. May be called again after more was taken."""
        context = self._context
        if context is None:
            raise InputError("there is no Patient")
        self._read_pending(context)
        for results in context.results.values():
            results.sort(key=_by_reference)
            results.sort(key=_newest_first, reverse=True)
        # By reference and not by arrival: servers, files and pages have each their own order, a chart has one.
        return Chart(
            context.as_of,
            context.patient,
            context.terminology,
            results=context.results,
            diagnoses=tuple(sorted(context.diagnoses, key=_by_reference)),
            exposures=tuple(sorted(context.exposures, key=_by_reference)),
            procedures=tuple(sorted(context.procedures, key=_by_reference)),
            immunisations=tuple(sorted(context.immunisations, key=_by_reference)),
            allergies=tuple(sorted(context.allergies, key=_by_reference)),
            unnamed_drugs=tuple(sorted(context.unnamed_drugs)),
            kinds=dict(self._kinds),
            reach=context.reach,
            skipped=tuple(sorted(context.skipped)),
            notes=tuple(sorted({*self._notes, *context.notes})),
        )

    # --- phase one -----------------------------------------------------------------------------------------------

    def _take_bundle(self, raw: "bytes | msgspec.Raw") -> BundleFacts:
        bundle = decode_bundle(raw)
        outcome, besides = None, 0
        decode_head, by_head, ours, context = self._heads, self._by_head, self._ours, self._context
        for counter, entry in enumerate(bundle.entry, self._counter):
            resource = entry.resource
            try:
                head = decode_head(resource)
            except (msgspec.MsgspecError, RecursionError):
                besides += not resource
                if resource and self._take_other(resource, entry.fullUrl, f"entry[{counter}]") == "OperationOutcome":
                    besides += 1
                    if gap(resource):
                        outcome = "unavailable"
                    else:
                        outcome = outcome or "note"
                        self._notes.append("the server added a remark to its answer")
                continue
            known = by_head[head.__class__]
            if (
                known.glance is None
                or context is None
                or head.status in _IGNORED
                or not (ours.get(bytes(head.subject)) or self._surely_ours(head))
                or not known.glance(head, context)
            ):
                self._take_head(head, known, resource, entry.fullUrl, counter)
            if entry.search is not AS_ASKED and not matched(entry.search):
                besides += 1
        self._counter += len(bundle.entry)
        return BundleFacts(bundle.next, bundle.total, len(bundle.entry) - besides, outcome)

    def _take(self, raw: msgspec.Raw | bytes, full_url: str | None) -> None:
        """Take one resource."""
        counter = self._counter
        self._counter = counter + 1
        if raw.__class__ is not msgspec.Raw:
            raw = msgspec.Raw(raw)
        try:
            head = self._heads(raw)
        except (msgspec.MsgspecError, RecursionError):
            self._take_other(raw, full_url, f"entry[{counter}]")
        else:
            self._take_head(head, self._by_head[head.__class__], raw, full_url, counter)

    def _take_head(self, head: Any, known: Known, raw: msgspec.Raw, full_url: str | None, counter: int) -> None:
        """Read one resource whose head was decoded, or queue it."""
        context = self._context
        if head.id:
            reference = f"{known.kind}/{head.id}"
            if reference in self._seen:
                return
            self._seen.add(reference)
        else:
            reference = f"entry[{counter}]"
        if known.indexed:
            self._index(raw, reference, full_url)
        if context is None or known.waits:
            self._pending.append(_Pending(known, head, raw, reference))
        else:
            self._read(known, head, raw, reference, context)

    def _take_other(self, raw: msgspec.Raw, full_url: str | None, place: str) -> str | None:
        """Queue or index a resource whose head did not decode; returns its type."""
        by_kind = readers()[0]
        kind = type_of(raw)
        if kind in by_kind:
            self._pending.append(_Pending(by_kind[kind], None, raw, place))
        elif kind in FOUND_BY_REFERENCE:
            try:
                identifier = decode(raw).get("id")
            except (msgspec.MsgspecError, RecursionError):
                return kind
            self._index(raw, f"{kind}/{identifier}" if identifier else "", full_url)
        return kind

    def _index(self, raw: msgspec.Raw, reference: str, full_url: str | None) -> None:
        if reference:
            self._referred.setdefault(reference, raw)
        if full_url:
            self._referred.setdefault(full_url, raw)

    # --- phase two -----------------------------------------------------------------------------------------------

    def _read_pending(self, context: Context) -> None:
        pending, self._pending = self._pending, []
        for last in (False, True):
            for known, head, raw, reference in pending:
                if known.waits is last:
                    self._read(known, head, raw, reference, context)

    def _read(self, known: Known, head: Any, raw: msgspec.Raw, reference: str, context: Context) -> None:
        """Read one resource into facts; whatever is wrong with it makes it one named skip."""
        context.reference = reference
        try:
            try:
                if head is None:
                    self._skip_unreadable(known, raw, context)
                elif getattr(head, "status", None) in _IGNORED:
                    return
                elif not self._is_ours(head):
                    context.skip(reference, "it is about another patient")
                else:
                    known.read(head, raw, context)
            except msgspec.ValidationError:  # of an element that the head left raw
                self._skip_unreadable(known, raw, context)
        except Unreadable as error:
            context.skip(reference, str(error))
        except (msgspec.MsgspecError, RecursionError, ValueError, TypeError, AttributeError, ArithmeticError,
                LookupError):
            context.skip(reference, "it is not a resource that can be read")

    def _skip_unreadable(self, known: Known, raw: msgspec.Raw, context: Context) -> None:
        resource = decode(raw)
        if resource.get("status") in _IGNORED:
            return
        identifier = resource.get("id")
        if isinstance(identifier, str):
            context.reference = f"{resource.get('resourceType')}/{identifier}"
        subject = resource.get("subject") or resource.get("patient")
        reference = subject.get("reference") if isinstance(subject, dict) else None
        if isinstance(reference, str) and not self._names_us(reference):
            context.skip(context.reference, "it is about another patient")
        elif known.module.matters(resource, context):
            context.skip(context.reference, "its elements are not of the types that FHIR R4 gives them")

    def _is_ours(self, head: Any) -> bool:
        """Whether a resource is about this patient, or does not say whom it is about."""
        subject = getattr(head, "subject", None) or getattr(head, "patient", None)
        if subject is None:
            return True
        if subject.__class__ is msgspec.Raw:
            key = bytes(subject)
            ours = self._ours.get(key)
            if ours is None:
                said = _references.decode(key)
                ours = self._ours[key] = said is None or said.reference is None or self._names_us(said.reference)
            return ours
        return subject.reference is None or self._names_us(subject.reference)

    def _surely_ours(self, head: Any) -> bool:
        try:
            return self._is_ours(head)
        except (msgspec.MsgspecError, RecursionError):
            return False  # no Reference at all: it will be read whole, and skipped by name

    def _names_us(self, reference: str) -> bool:
        if reference in self._self:
            return True
        plain = reference.split("/_history/")[0].split("?")[0]
        if self._patient_id and plain.rsplit("/", 2)[-2:] == ["Patient", self._patient_id]:
            self._self.add(reference)
            return True
        # A contained or logical reference does not say that it is somebody else.
        return reference.startswith("#") or plain == "Patient"


def _find(referred: dict[str, msgspec.Raw], reference: str) -> dict[str, Any] | None:
    """The resource behind a reference, whole; None where it did not come."""
    raw = referred.get(reference)
    if raw is None and "/" in reference:
        parts = reference.split("/_history/")[0].rsplit("/", 2)
        raw = referred.get("/".join(parts[-2:]))
    if raw is None:
        return None
    try:
        return decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        return None


def _newest_first(result: Result) -> tuple[date, float, date]:
    moment = result.moment.timestamp() if result.moment else float("-inf")
    return (result.day.last, moment, result.day.first)
