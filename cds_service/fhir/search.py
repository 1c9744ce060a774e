"""One search with all its pages, over the wire.

`next` is used verbatim and below the base only; a page that has expired (410) starts the search once again
(hapi.md points 6, 9-14). Reads of single resources are here too.
"""

from urllib.parse import urljoin

from .client import FhirClient
from .faults import FetchError
from .pages import Answer, Page, decode_page, without_subsetted

_SPARED: tuple[tuple[str, ...], ...] = (
    (), ("_total",), ("_total", "_sort", "_include"), ("_total", "_sort", "_include", "_count"),
)  # fmt: skip
"""Parameters left out, attempt by attempt, where a server answers 400 to a search."""
LONG = 2000
"""Characters of an address from which a 400 may mean that it is too long (Tomcat and proxies say nothing else)."""
_accepted: dict[tuple[str, str], int] = {}
"""Server and type → the attempt that it accepted, so that it is asked that way at once."""
_posted: set[str] = set()
"""Servers that do not take long addresses: their long searches are sent as `POST _search`."""


def run_search(client: FhirClient, query: str, answer: Answer, *, single: bool = False) -> Answer:
    """Search by a query relative to the base and follow the pages. Never raises: `answer.problem` says what failed.

    `single`: the first page is all that is wanted. Where the server does not accept `_total`, `_sort`, `_include` or
    `_count` (400), the search is asked again without them; where it does not take the address (414, 431, or 400 to a
    long one), as `POST _search` (hapi.md point 6).
    """
    base, long = client.access.base, len(query) > LONG
    server = (base, answer.kind)
    first = 0 if single else _accepted.get(server, 0)
    attempts = [(level, False) for level in range(first, 1 if single else len(_SPARED))]
    if long:
        attempts = [(first, True)] if base in _posted else [*attempts, (first, True)]
    refused: FetchError | None = None
    while attempts:
        level, post = attempts.pop(0)
        asked = query if single else without(query + "&_total=accurate", _SPARED[level])
        answer.problem = None
        try:
            _follow(client, asked, answer, single, post)
        except FetchError as error:
            answer.problem = error
            if post and refused is not None and error.reason in ("not-found", "not-offered"):
                answer.problem = refused  # it is the way of asking that the server does not have, not the type
            refused = error
            if error.reason == "too-long":
                attempts = [(first, True)] if long and not post else []
            elif error.reason != "bad-request" or answer.pages:
                break
            continue
        if post:
            _posted.add(base)
        elif level > 0:
            _accepted[server] = level
        break
    return answer


def forget() -> None:
    """Forget which attempts servers accepted."""
    _accepted.clear()
    _posted.clear()


def run_read(client: FhirClient, query: str, answer: Answer) -> Answer:
    """Read one resource, e.g. `Patient/1`, into `answer.pages`. Never raises."""
    try:
        answer.take(Page(client.get(client.access.address(query)), None, [], None, None))
    except FetchError as error:
        answer.problem = error
    return answer


def run_pages(client: FhirClient, url: str, answer: Answer) -> Answer:
    """Follow the `next` link of a Bundle that came in the prefetch. Never raises."""
    try:
        _pages(client, _next_url(client, client.access.base, url), answer)
    except FetchError as error:
        answer.problem = error
    return answer


def _follow(client: FhirClient, query: str, answer: Answer, single: bool, post: bool) -> None:
    """The first page and those that follow; once more from the start where a page has expired."""
    for last in (False, True):
        if post:
            path, _, form = query.partition("?")
            first = client.get(client.access.address(f"{path}/_search"), form.encode())
        else:
            first = client.get(client.access.address(query))
        link = _take(first, answer)
        if single or link is None:
            return
        try:
            return _pages(client, _next_url(client, client.access.address(query), link), answer)
        except FetchError as error:
            if error.reason != "gone" or last:
                raise
            answer.restart()


def _pages(client: FhirClient, url: str, answer: Answer) -> None:
    seen: set[str] = set()
    while True:
        if url in seen:
            raise FetchError("endless")
        seen.add(url)
        if len(seen) >= client.limits.pages:
            raise FetchError("too-many-pages")
        if answer.size > client.limits.search_bytes:
            raise FetchError("too-large")
        link = _take(client.get(url), answer)
        if link is None:
            return
        url = _next_url(client, url, link)


def _take(body: bytes, answer: Answer) -> str | None:
    """Add one page; where the next one is."""
    whole, dropped = without_subsetted(body)
    page = decode_page(whole, answer.kind)
    answer.dropped += dropped
    answer.take(page)
    if page.next == "":
        raise FetchError("not-followed")
    return page.next


def _next_url(client: FhirClient, current: str, link: str) -> str:
    url = link if link.startswith(("http://", "https://")) else urljoin(current, link)
    if not client.access.below(url):
        raise FetchError("elsewhere")
    return url


def without(query: str, names: tuple[str, ...]) -> str:
    """A query without some of its parameters."""
    path, _, parameters = query.partition("?")
    kept = [p for p in parameters.split("&") if p.partition("=")[0] not in names]
    return f"{path}?{'&'.join(kept)}"
