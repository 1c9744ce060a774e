"""The entries of Bundles, taken one by one or, where all are as they should be, at once (the first phase), and read.

A bad entry is one named skip and does not touch the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from operator import not_
from types import NoneType
from typing import Any, NamedTuple

import msgspec

from ..kernel.answers import new
from ..kernel.errors import Unreadable
from .bundle import Entry, Frame, Place, Whole, all_matched, decode_bundle, each_of, gap, matched, type_of
from .context import Context, decode
from .heads import Meta
from .kinds import FOUND_BY_REFERENCE, Known, readers
from .pages import SUBSETTED
from .read.observation import read_all
from .read.observed import ObservationHead
from .referred import Referred
from .whose import Whose

_IGNORED = {"entered-in-error", "cancelled"}


class BundleFacts(NamedTuple):
    """What the frame of one answer said."""

    next: str | None = None
    total: int | None = None
    received: int = 0
    """Matches, without included resources and outcomes."""
    outcome: str | None = None
    """`unavailable`, `note`, or None (decision 49); `nested` where an answer inside the answer was not read."""
    dropped: int = 0
    """Entries that were not used because the server left elements out of them."""

    @property
    def torn(self) -> bool:
        """Whether something is missing by what the answer itself says or is."""
        return self.outcome in ("unavailable", "nested")


class _Heads(NamedTuple):
    """Resources of one type and Bundle, to be read one after the other."""

    known: Known
    sure: bool
    """They are known to be about this patient and not in error; else that is looked at when they are read."""
    each: Sequence[tuple[Any, Place, str]]
    """Head (None where it did not decode), place and reference."""


class Entries:
    """What came, sorted: read, queued, to be found by reference, or left."""

    def __init__(self) -> None:
        self.context: Context | None = None
        """None until the Patient is known: what comes before is queued."""
        self.whose = Whose(None)
        self.notes: list[str] = []
        self._pending: list[_Heads] = []
        self._seen: set[str] = set()
        self.referred = Referred()
        self._counter = 0
        self._readers = readers()

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
        return self.take_decoded(bundle, Whole(raw), whole_only)

    def take_decoded(self, bundle: Any, whole: Whole, whole_only: bool) -> BundleFacts | None:
        """As `take_quickly`, of a Bundle that was decoded."""
        heads = [entry.resource for entry in bundle.entry]
        if whole_only and _in_part(heads):
            return None
        kinds: set[type] = set(map(type, heads))
        groups = {kinds.pop(): range(len(heads))} if len(kinds) == 1 else _by_class(heads)
        return self._take_groups(groups, heads, bundle.entry, whole, bundle, 0)

    def take_bundle(self, raw: "bytes | msgspec.Raw") -> BundleFacts:
        """Take a Bundle entry by entry: what is wrong with one does not touch the others."""
        bundle = decode_bundle(raw)
        heads: list[Any] = []
        whole, left, nested = Whole(raw, bundle.entry), 0, False
        for number, entry in enumerate(bundle.entry, self._counter):
            head = None
            if not entry.resource:
                left += 1
            else:
                try:
                    head = self._readers.heads(entry.resource)
                except (msgspec.MsgspecError, RecursionError):
                    kind = self._take_other(Place(whole, len(heads)), entry.fullUrl, f"entry[{number}]")
                    nested = nested or kind == "Bundle"
                    left += kind is not None and (kind == "Bundle" or not matched(entry.search))
            heads.append(head)
        groups = _by_class(heads)
        groups.pop(NoneType, None)
        facts = self._take_groups(groups, heads, bundle.entry, whole, bundle, left)
        return facts._replace(outcome="nested") if nested else facts

    def take(self, raw: msgspec.Raw | bytes) -> None:
        """Take one resource."""
        if not isinstance(raw, msgspec.Raw):
            raw = msgspec.Raw(raw)
        entry = Entry(resource=raw)
        whole = Whole(raw, [entry])
        try:
            head = self._readers.heads(raw)
        except (msgspec.MsgspecError, RecursionError):
            self._take_other(Place(whole, 0), None, f"entry[{self._counter}]")
            self._counter += 1
        else:
            self._take_groups({head.__class__: (0,)}, [head], [entry], whole, Frame(), 0)

    def _take_groups(
        self, groups: Mapping[type, Sequence[int]], heads: list[Any], entries: list[Any], whole: Whole, frame: Frame,
        left: int,
    ) -> BundleFacts:
        """Take the entries of one Bundle whose heads were decoded, class by class. `left`: others that are no match."""
        first = self._counter
        self._counter = first + len(entries)
        outcome: str | None = None
        remarks: Sequence[int] = ()
        for kind, numbers in groups.items():
            known = self._readers.by_head.get(kind)
            if known is None:
                tag = kind.__struct_config__.tag  # type: ignore[attr-defined]
                if tag == "OperationOutcome":
                    remarks = numbers
                    left += len(numbers)
                    for number in numbers:
                        outcome = self._remark(gap(b'{"issue":%b}' % bytes(heads[number].issue)), outcome)
                if tag in FOUND_BY_REFERENCE:
                    self.referred.add_all(tag, numbers, heads, entries, whole)
                continue
            if known.indexed:
                self.referred.add_all(known.kind, numbers, heads, entries, whole)
            chosen = heads if len(numbers) == len(heads) else [heads[n] for n in numbers]
            if self.context is None or (known.unasked is None and kind is not ObservationHead):
                self._take_heads(known, chosen, numbers, whole, first)
            elif known.unasked is not None:
                self._take_glanced(known, chosen, numbers, whole, first)
            else:
                self._take_observations(known, chosen, numbers, whole, first)
        searches = [entry.search for entry in entries]
        if not all_matched(searches):
            left += sum(not matched(searches[n]) for ns in groups.values() if ns is not remarks for n in ns)
        return new(BundleFacts, (frame.next if frame.link else None, frame.total, len(entries) - left, outcome, 0))

    def _take_observations(
        self, known: Known, heads: list[Any], numbers: Sequence[int], whole: Whole, first: int
    ) -> None:
        assert self.context is not None

        def otherwise(head: ObservationHead, number: int) -> None:
            self._take_heads(known, (head,), (number,), whole, first)

        ours = None if self.whose.all_surely([head.subject for head in heads]) else self.whose.is_surely_about
        read_all(heads, numbers, whole, self.context, ours=ours, seen=self._seen, otherwise=otherwise)

    def _take_glanced(
        self, known: Known, heads: list[Any], numbers: Sequence[int], whole: Whole, first: int
    ) -> None:
        """Take resources of one type; those that nobody asks for are dealt with at a glance."""
        context = self.context
        assert context is not None and known.code and known.unasked and known.glance
        ours = self.whose.all_surely([head.subject for head in heads])
        # What is asked of those that nobody asks for is asked of all of them in one call.
        codes = each_of(list(map(known.code, heads)))
        easy = list(map(known.unasked(context.terminology).__contains__, map(hash, codes)))
        sure = ours and _IGNORED.isdisjoint([head.status for head in heads])
        if not sure:
            easy = [
                glanced and head.status not in _IGNORED and (ours or self.whose.is_surely_about(head))
                for head, glanced in zip(heads, easy, strict=True)
            ]
        dates: Sequence[str | None] = ()
        if True in easy:
            dates = known.glance(list(compress(heads, easy)), context)
            if None in dates:  # more than a glance is needed after all
                answers = iter(dates)
                easy = [glanced and next(answers) is not None for glanced in easy]
        if False in easy:
            rest = list(map(not_, easy))
            self._take_heads(known, compress(heads, rest), compress(numbers, rest), whole, first, sure)
        context.mark_all(list(filter(None, dates)))

    def _remark(self, missing: bool, before: str | None) -> str:
        """What an OperationOutcome among entries makes of the answer (decision 49)."""
        if missing:
            return "unavailable"
        self.notes.append("the server added a remark to its answer")
        return before or "note"

    def _take_heads(
        self, known: Known, heads: Iterable[Any], numbers: Iterable[int], whole: Whole, first: int, sure: bool = False
    ) -> None:
        """Read resources whose heads were decoded, or queue them; of several with one id the first."""
        kind, seen = known.kind, self._seen
        each: list[tuple[Any, Place, str]] = []
        for head, number in zip(heads, numbers, strict=True):
            if head.id:
                reference = f"{kind}/{head.id}"
                if reference in seen:
                    continue
                seen.add(reference)
            else:
                reference = f"entry[{first + number}]"
            each.append((head, new(Place, (whole, number)), reference))
        taken = new(_Heads, (known, sure, each))
        if self.context is None or known.waits:
            self._pending.append(taken)
        else:
            self._read(taken, self.context)

    def _take_other(self, place: Place, full_url: str | None, name: str) -> str | None:
        """Queue or index a resource whose head did not decode; returns its type."""
        raw = place.raw()
        kind = type_of(raw)
        if kind in self._readers.by_kind:
            self._pending.append(_Heads(self._readers.by_kind[kind], False, [(None, place, name)]))
        elif kind in FOUND_BY_REFERENCE:
            try:
                identifier = decode(raw).get("id")
            except (msgspec.MsgspecError, RecursionError):
                return kind
            self.referred.add(place, f"{kind}/{identifier}" if identifier else "", full_url)
        return kind

    def read_pending(self, context: Context) -> None:
        pending, self._pending = self._pending, []
        for last in (False, True):
            for taken in pending:
                if taken.known.waits is last:
                    self._read(taken, context)

    def _read(self, taken: _Heads, context: Context) -> None:
        """Read resources into facts, one by one; whatever is wrong with one makes it one named skip."""
        known, sure, each = taken
        read, is_about = known.read, self.whose.is_about
        for head, place, reference in each:
            context.reference = reference
            try:
                try:
                    if sure:
                        read(head, place, context)
                    elif head is None:
                        self._skip_unreadable(known, place, context)
                    elif head.status in _IGNORED:
                        continue
                    elif is_about(head):
                        read(head, place, context)
                    else:
                        context.skip(reference, "it is about another patient")
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


def _in_part(heads: list[Any]) -> bool:
    """Whether the server may have left elements out of one of these."""
    metas = [head.meta for head in heads]
    if metas and metas[0].__class__ is not Meta and metas.count(metas[0]) == len(metas):  # most often none has any
        return metas[0] is not None and SUBSETTED in bytes(metas[0])
    raw = [meta for meta in metas if meta.__class__ is msgspec.Raw]
    tags = [meta.tag for meta in metas if meta.__class__ is Meta and meta.tag]  # of drug records, which are decoded
    return any(tag.code == "SUBSETTED" for each in tags for tag in each) or SUBSETTED in b"".join(raw)


def _by_class(heads: list[Any]) -> dict[type, Sequence[int]]:
    """The numbers of heads by their class."""
    groups: dict[type, list[int]] = {}
    for number, head in enumerate(heads):
        groups.setdefault(head.__class__, []).append(number)
    return dict(groups)
