"""The entries of Bundles, taken one by one or, where all are as they should be, at once (the first phase), and read.

A bad entry is one named skip and does not touch the others.
"""

from collections.abc import Sequence
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from ..kernel.errors import Unreadable
from .bundle import Entry, Place, Whole, all_matched, decode_bundle, gap, matched, type_of
from .context import Context, decode
from .kinds import FOUND_BY_REFERENCE, Known, readers
from .pages import SUBSETTED
from .read.observation import read_all
from .read.observed import ObservationHead
from .whose import Whose

_IGNORED = {"entered-in-error", "cancelled"}
_OBSERVATIONS = {ObservationHead}
_resource, _search, _meta, _subject = map(attrgetter, ("resource", "search", "meta", "subject"))


class BundleFacts(NamedTuple):
    """What the frame of one answer said."""

    next: str | None = None
    total: int | None = None
    received: int = 0
    """Matches, without included resources and outcomes."""
    outcome: str | None = None
    """`unavailable`, `note`, or None (decision 49)."""
    dropped: int = 0
    """Entries that were not used because the server left elements out of them."""


class _Pending(NamedTuple):
    known: Known
    head: Any
    """None where it did not decode."""
    place: Place
    reference: str


class Entries:
    """What came, sorted: read, queued, to be found by reference, or left."""

    def __init__(self) -> None:
        self.context: Context | None = None
        """None until the Patient is known: what comes before is queued."""
        self.whose = Whose(None)
        self.notes: list[str] = []
        self._pending: list[_Pending] = []
        self._seen: set[str] = set()
        self._referred: dict[str, Place] = {}
        self._counter = 0
        self._readers = readers()

    def find(self) -> "partial[dict[str, Any] | None]":
        """A function that finds a resource by its reference; without a reference back to this object."""
        return partial(_find, self._referred)

    def take_quickly(
        self, raw: "bytes | msgspec.Raw", whole_only: bool, bundle: Any | None = None
    ) -> BundleFacts | None:
        """Take a Bundle whose entries all decode as they should, at once; None, and nothing taken, for any other.

        `bundle`: what `readers().bundles` makes of it, where it was decoded before.
        """
        try:
            bundle = bundle or self._readers.bundles(raw)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return None
        entries, context = bundle.entry, self.context
        heads = list(map(_resource, entries))
        rest: Sequence[int] = range(len(heads))
        alike = context is not None and set(map(type, heads)) == _OBSERVATIONS
        if whole_only and SUBSETTED in (b"".join(map(_meta, heads)) if alike else bytes(raw)):
            return None
        whole, first, outcome, outcomes = Whole(raw), self._counter, None, set()
        self._counter += len(entries)
        if context is not None:
            chosen = rest if alike else [i for i in rest if heads[i].__class__ is ObservationHead]
            if chosen:
                self._take_observations(heads, whole, entries, chosen, first, context)
                rest = () if alike else [i for i in rest if heads[i].__class__ is not ObservationHead]
        for index in rest:
            head, full_url = heads[index], entries[index].fullUrl
            known = self._readers.by_head.get(head.__class__)
            if known is not None:
                self._take_glanced(head, known, Place(whole, index), full_url, first + index)
            elif head.__struct_config__.tag == "OperationOutcome":
                outcomes.add(index)
                outcome = self._remark(gap(b'{"issue":%b}' % bytes(head.issue)), outcome)
            elif head.__struct_config__.tag in FOUND_BY_REFERENCE:
                reference = f"{head.__struct_config__.tag}/{head.id}" if head.id else ""
                self._index(Place(whole, index), reference, full_url)
        besides = len(outcomes)
        if not all_matched(map(_search, entries)):
            besides += sum(not matched(e.search) for i, e in enumerate(entries) if i not in outcomes)
        following = next((link.url for link in bundle.link if link.relation == "next" and link.url), None)
        return BundleFacts(following, bundle.total, len(entries) - besides, outcome)

    def _take_observations(
        self, heads: list[Any], whole: Whole, entries: list[Any], indexes: Sequence[int], first: int, context: Context
    ) -> None:
        def otherwise(head: ObservationHead, index: int) -> None:
            self._take_glanced(head, observation, Place(whole, index), entries[index].fullUrl, first + index)

        observation = self._readers.by_head[ObservationHead]
        chosen = heads if len(indexes) == len(heads) else [heads[i] for i in indexes]
        ours = None if self.whose.all_surely(list(map(_subject, chosen))) else self.whose.is_surely_about
        read_all(chosen, indexes, whole, context, ours=ours, seen=self._seen, otherwise=otherwise)

    def take_bundle(self, raw: "bytes | msgspec.Raw") -> BundleFacts:
        """Take a Bundle entry by entry: what is wrong with one does not touch the others."""
        bundle = decode_bundle(raw)
        whole = Whole(raw, bundle.entry)
        outcome, besides, first = None, 0, self._counter
        self._counter += len(bundle.entry)
        for index, entry in enumerate(bundle.entry):
            resource, place = entry.resource, Place(whole, index)
            try:
                head = self._readers.heads(resource)
            except (msgspec.MsgspecError, RecursionError):
                kind = self._take_other(place, entry.fullUrl, f"entry[{first + index}]") if resource else None
                if not resource or kind == "OperationOutcome":
                    besides += 1
                    outcome = self._remark(gap(resource), outcome) if resource else outcome
                    continue
            else:
                known = self._readers.by_head[head.__class__]
                self._take_glanced(head, known, place, entry.fullUrl, first + index)
            besides += not matched(entry.search)
        return BundleFacts(bundle.next, bundle.total, len(bundle.entry) - besides, outcome)

    def _remark(self, missing: bool, before: str | None) -> str:
        """What an OperationOutcome among entries makes of the answer (decision 49)."""
        if missing:
            return "unavailable"
        self.notes.append("the server added a remark to its answer")
        return before or "note"

    def take(self, raw: msgspec.Raw | bytes, full_url: str | None) -> None:
        """Take one resource."""
        counter = self._counter
        self._counter = counter + 1
        if not isinstance(raw, msgspec.Raw):
            raw = msgspec.Raw(raw)
        place = Place(Whole(raw, [Entry(resource=raw)]), 0)
        try:
            head = self._readers.heads(raw)
        except (msgspec.MsgspecError, RecursionError):
            self._take_other(place, full_url, f"entry[{counter}]")
        else:
            self._take_head(head, self._readers.by_head[head.__class__], place, full_url, counter)

    def _take_glanced(self, head: Any, known: Known, place: Place, full_url: str | None, counter: int) -> None:
        """Take one resource whose head was decoded; most that nobody asks for are dealt with at a glance."""
        context = self.context
        if (
            known.glance is None
            or context is None
            or head.status in _IGNORED
            or not self.whose.is_surely_about(head)
            or not known.glance(head, context)
        ):
            self._take_head(head, known, place, full_url, counter)
        elif known.indexed:
            self._index(place, f"{known.kind}/{head.id}" if head.id else "", full_url)

    def _take_head(self, head: Any, known: Known, place: Place, full_url: str | None, counter: int) -> None:
        """Read one resource whose head was decoded, or queue it."""
        context = self.context
        if head.id:
            reference = f"{known.kind}/{head.id}"
            if reference in self._seen:
                return
            self._seen.add(reference)
        else:
            reference = f"entry[{counter}]"
        if known.indexed:
            self._index(place, reference, full_url)
        if context is None or known.waits:
            self._pending.append(_Pending(known, head, place, reference))
        else:
            self._read(known, head, place, reference, context)

    def _take_other(self, place: Place, full_url: str | None, name: str) -> str | None:
        """Queue or index a resource whose head did not decode; returns its type."""
        raw = place.raw()
        kind = type_of(raw)
        if kind in self._readers.by_kind:
            self._pending.append(_Pending(self._readers.by_kind[kind], None, place, name))
        elif kind in FOUND_BY_REFERENCE:
            try:
                identifier = decode(raw).get("id")
            except (msgspec.MsgspecError, RecursionError):
                return kind
            self._index(place, f"{kind}/{identifier}" if identifier else "", full_url)
        return kind

    def _index(self, place: Place, reference: str, full_url: str | None) -> None:
        if reference:
            self._referred.setdefault(reference, place)
        if full_url:
            self._referred.setdefault(full_url, place)

    def read_pending(self, context: Context) -> None:
        pending, self._pending = self._pending, []
        for last in (False, True):
            for known, head, place, reference in pending:
                if known.waits is last:
                    self._read(known, head, place, reference, context)

    def _read(self, known: Known, head: Any, place: Place, reference: str, context: Context) -> None:
        """Read one resource into facts; whatever is wrong with it makes it one named skip."""
        context.reference = reference
        try:
            try:
                if head is None:
                    self._skip_unreadable(known, place, context)
                elif getattr(head, "status", None) in _IGNORED:
                    return
                elif not self.whose.is_about(head):
                    context.skip(reference, "it is about another patient")
                else:
                    known.read(head, place, context)
            except msgspec.ValidationError:  # of an element that the head left raw
                self._skip_unreadable(known, place, context)
        except Unreadable as error:
            context.skip(reference, str(error))
        except (msgspec.MsgspecError, RecursionError, ValueError, TypeError, AttributeError, ArithmeticError,
                LookupError):
            context.skip(reference, "it is not a resource that can be read")

    def _skip_unreadable(self, known: Known, place: Place, context: Context) -> None:
        resource = decode(place.raw())
        if resource.get("status") in _IGNORED:
            return
        identifier = resource.get("id")
        if isinstance(identifier, str):
            context.reference = f"{resource.get('resourceType')}/{identifier}"
        subject = resource.get("subject") or resource.get("patient")
        reference = subject.get("reference") if isinstance(subject, dict) else None
        if isinstance(reference, str) and not self.whose.is_named(reference):
            context.skip(context.reference, "it is about another patient")
        elif known.module.matters(resource, context):
            context.skip(context.reference, "its elements are not of the types that FHIR R4 gives them")


def _find(referred: dict[str, Place], reference: str) -> dict[str, Any] | None:
    """The resource behind a reference, whole; None where it did not come."""
    place = referred.get(reference)
    if place is None and "/" in reference:
        parts = reference.split("/_history/")[0].rsplit("/", 2)
        place = referred.get("/".join(parts[-2:]))
    if place is None:
        return None
    try:
        return decode(place.raw())
    except (msgspec.MsgspecError, RecursionError):
        return None
