"""What a search brought so far: pages, how many matches, in which order. No HTTP library is needed for it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from .bundle import all_matched, matched
from .faults import FetchError
from .kinds import readers
from .read.observed import ObservationHead


class _Named(msgspec.Struct):
    resourceType: Any = None
    id: Any = None
    effectiveDateTime: Any = None
    effectiveInstant: Any = None
    issued: Any = None


class _Search(msgspec.Struct):
    mode: Any = None


class _Entry(msgspec.Struct):
    resource: _Named | None = None
    search: _Search | None = None


class _Link(msgspec.Struct):
    relation: Any = None
    url: Any = None


class _Frame(msgspec.Struct):
    """The frame of one page, leniently: no element of a resource can make it unreadable."""

    resourceType: Any = None
    total: Any = None
    link: list[_Link] | None = None
    entry: list[_Entry] | None = None


class Page(NamedTuple):
    """One page, decoded once for the search that follows it and for the reader."""

    body: "bytes | msgspec.Raw"
    bundle: Any
    """What `kinds.readers().bundles` makes of it; None where not all of its entries are as they should be."""
    entry: list[Any]
    next: str | None
    """The address of the next page as the server gave it."""
    total: int | None


_frames = msgspec.json.Decoder(_Frame)


@dataclass(slots=True)
class Answer:
    """What a search brought. Filled page by page by the thread that reads; may be looked at while it grows."""

    kind: str
    """The resource type that was asked for."""
    pages: list[Page] = field(default_factory=list)
    """All that arrived, in order; those of an attempt that was given up (`restart`) too."""
    dates: list[str] = field(default_factory=list)
    """Dates of the matches in the order of their arrival, as written."""
    total: int | None = None
    """The first `total` that the server named."""
    problem: FetchError | None = None
    finished: bool = False
    dropped: int = 0
    """Entries that were not used because the server left elements out of them."""
    found: set[object] = field(default_factory=set)
    """Ids of the matches."""
    _bytes: int = 0

    arrived: Callable[[], None] | None = None
    """Called after each page."""

    def take(self, page: Page) -> None:
        """Add a page."""
        if page.bundle is None or not self._take_observations(page.entry):
            self._take_entries(page.entry)
        if self.total is None:
            self.total = page.total
        self._bytes += memoryview(page.body).nbytes
        self.pages.append(page)
        if self.arrived is not None:
            self.arrived()

    def _take_observations(self, entries: list[Any]) -> bool:
        """Count a page of nothing but the Observations that were asked for; False where it is not one."""
        heads = [entry.resource for entry in entries]
        if self.kind != "Observation" or set(map(type, heads)) != {ObservationHead}:
            return False
        ids = [head.id for head in heads]
        if None in ids or not all_matched([entry.search for entry in entries]):
            return False
        self.found.update(ids)
        dates = [head.effectiveDateTime or head.effectiveInstant or head.issued for head in heads]
        self.dates.extend(date for date in dates if date)
        return True

    def _take_entries(self, entries: list[Any]) -> None:
        for entry in entries:
            resource = entry.resource
            if resource is None or _type_of(resource) != self.kind or not _asked_for(entry.search):
                continue
            # Pages may repeat an entry; one without an id counts each time.
            self.found.add(resource.id if isinstance(resource.id, str) else (len(self.pages), id(entry)))
            if self.kind == "Observation":
                written = resource.effectiveDateTime or resource.effectiveInstant or resource.issued
                if isinstance(written, str):
                    self.dates.append(written)

    @property
    def received(self) -> int:
        """Matches that arrived, each once."""
        return len(self.found)

    @property
    def size(self) -> int:
        """Bytes of all pages."""
        return self._bytes

    def newest_first(self) -> bool:
        """Whether the entries came in descending order, which an answer that ignores `_sort` does not promise."""
        pairs = zip(self.dates, self.dates[1:], strict=False)
        return all(later[:n] >= earlier[:n] for later, earlier in pairs for n in (min(len(later), len(earlier), 10),))

    def restart(self) -> None:
        """Count anew: the search begins again. What arrived is as true as before."""
        self.dates.clear()
        self.found.clear()
        self.total, self._bytes, self.dropped = None, 0, 0


SUBSETTED = b'"SUBSETTED"'


class _Tag(msgspec.Struct):
    code: Any = None


class _Meta(msgspec.Struct):
    tag: list[_Tag] | None = None


class _Tagged(msgspec.Struct):
    meta: _Meta | None = None


def subsetted(resource: "bytes | msgspec.Raw") -> bool:
    """Whether the server left elements out of a resource (hapi.md point 15): what is missing there is not absent."""
    if SUBSETTED not in bytes(resource):
        return False
    try:
        meta = msgspec.json.decode(resource, type=_Tagged).meta
    except (msgspec.MsgspecError, RecursionError):
        return False  # it will be skipped and named by its reader
    return any(tag.code == "SUBSETTED" for tag in (meta.tag if meta else None) or [])


def without_subsetted(body: "bytes | msgspec.Raw") -> tuple["bytes | msgspec.Raw", int]:
    """A Bundle without the entries that are not whole, and how many these were. Costs a scan where there are none."""
    if SUBSETTED not in bytes(body):
        return body, 0
    try:
        frame = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        entries = msgspec.json.decode(frame.get("entry", b"[]"), type=list[dict[str, msgspec.Raw]])
    except (msgspec.MsgspecError, RecursionError):
        return body, 0
    kept = [e for e in entries if not subsetted(e.get("resource", b""))]
    return msgspec.json.encode({**frame, "entry": kept}), len(entries) - len(kept)


def decode_page(body: "bytes | msgspec.Raw", kind: str = "") -> Page:
    """Decode one page of an answer; `kind`: the type that was asked for. Raises FetchError for what is no Bundle."""
    known = readers()
    for decode in (known.observed, known.bundles) if kind == "Observation" else (known.bundles,):
        try:
            bundle = decode(body)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            continue
        return Page(body, bundle, bundle.entry, next_of(bundle.link), bundle.total)
    return _leniently(body)


def _leniently(body: "bytes | msgspec.Raw") -> Page:
    try:
        frame = _frames.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise FetchError("not-fhir") from None
    if frame.resourceType == "OperationOutcome":
        raise FetchError("outcome")
    if frame.resourceType != "Bundle":
        raise FetchError("not-fhir")
    total = frame.total if isinstance(frame.total, int) else None
    return Page(body, None, frame.entry or [], next_of(frame.link or []), total)


def next_of(links: Iterable[Any]) -> str | None:
    """The address of the next page among the links of a Bundle; "" where there is one and its address is not said."""
    return next((x.url if isinstance(x.url, str) else "" for x in links if x.relation == "next"), None)


def _type_of(resource: Any) -> Any:
    return resource.resourceType if resource.__class__ is _Named else resource.__struct_config__.tag


def _asked_for(search: Any) -> bool:
    if search.__class__ is msgspec.Raw:
        return matched(search)
    return search is None or search.mode not in ("include", "outcome")
