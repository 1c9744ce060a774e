"""What a search brought so far: pages, how many matches, in which order. No HTTP library is needed for it."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from .faults import FetchError


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


class Page(msgspec.Struct):
    """The frame of one page, leniently: no element of a resource can make it unreadable."""

    resourceType: Any = None
    total: Any = None
    link: list[_Link] | None = None
    entry: list[_Entry] | None = None

    @property
    def next(self) -> str | None:
        """The address of the next page as the server gave it."""
        urls = (link.url for link in self.link or [] if link.relation == "next")
        return next((url for url in urls if isinstance(url, str) and url), None)


_pages = msgspec.json.Decoder(Page)


@dataclass(slots=True)
class Answer:
    """What a search brought. Filled page by page by the thread that reads; may be looked at while it grows."""

    kind: str
    """The resource type that was asked for."""
    pages: list[bytes] = field(default_factory=list)
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

    def take(self, page: Page, body: bytes) -> None:
        """Add a page."""
        for entry in page.entry or []:
            resource = entry.resource
            if resource is None or resource.resourceType != self.kind:
                continue
            if entry.search is not None and entry.search.mode in ("include", "outcome"):
                continue
            # Pages may repeat an entry; one without an id counts each time.
            self.found.add(resource.id if isinstance(resource.id, str) else (len(self.pages), id(entry)))
            written = resource.effectiveDateTime or resource.effectiveInstant or resource.issued
            if isinstance(written, str):
                self.dates.append(written)
        if self.total is None and isinstance(page.total, int):
            self.total = page.total
        self._bytes += len(body)
        self.pages.append(body)

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
        """Forget everything that arrived."""
        self.pages.clear()
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


def decode_page(body: "bytes | msgspec.Raw") -> Page:
    """Decode the frame of one page. Raises FetchError for what is no Bundle."""
    try:
        page = _pages.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise FetchError("not-fhir") from None
    if page.resourceType == "OperationOutcome":
        raise FetchError("outcome")
    if page.resourceType != "Bundle":
        raise FetchError("not-fhir")
    return page
