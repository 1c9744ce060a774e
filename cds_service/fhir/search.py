"""One search with all its pages, over the wire.

`next` is used verbatim and below the base only; a page that has expired (410) starts the search once again
(hapi.md points 9-14). Reads of single resources are here too.
"""

from urllib.parse import urljoin

from .client import FhirClient
from .faults import FetchError
from .pages import Answer, decode_page, without_subsetted

_SPARED: tuple[tuple[str, ...], ...] = ((), ("_total",), ("_total", "_sort", "_include"))
"""Parameters left out at the second and third attempt where a server answers 400 to a search."""
_accepted: dict[tuple[str, str], int] = {}
"""Server and type → the attempt that it accepted, so that it is asked that way at once."""


def run_search(client: FhirClient, query: str, answer: Answer, *, single: bool = False) -> Answer:
    """Search by a query relative to the base and follow the pages. Never raises: `answer.problem` says what failed.

    `single`: the first page is all that is wanted. Where the server does not accept `_sort`, `_total` or `_include`
    (400), the search is asked again without them.
    """
    server = (client.access.base, answer.kind)
    for level in (-1,) if single else range(_accepted.get(server, 0), len(_SPARED)):
        asked = query if single else without(query + "&_total=accurate", _SPARED[level])
        answer.problem = None
        try:
            _follow(client, client.access.address(asked), answer, single)
            if level > 0:
                _accepted[server] = level
            break
        except FetchError as error:
            answer.problem = error
            if error.reason != "bad-request" or answer.pages:
                break
    answer.finished = True
    return answer


def forget() -> None:
    """Forget which attempts servers accepted."""
    _accepted.clear()


def run_read(client: FhirClient, query: str, answer: Answer) -> Answer:
    """Read one resource, e.g. `Patient/1`, into `answer.pages`. Never raises."""
    try:
        answer.pages.append(client.get(client.access.address(query)))
    except FetchError as error:
        answer.problem = error
    answer.finished = True
    return answer


def run_pages(client: FhirClient, url: str, answer: Answer) -> Answer:
    """Follow the `next` link of a Bundle that came in the prefetch. Never raises."""
    try:
        start = _next_url(client, client.access.base, url)
        _follow(client, start, answer, single=False)
    except FetchError as error:
        answer.problem = error
    answer.finished = True
    return answer


def _follow(client: FhirClient, first: str, answer: Answer, single: bool) -> None:
    url, seen, restarted = first, {first}, False
    while True:
        try:
            body = client.get(url)
        except FetchError as error:
            if error.reason == "gone" and url != first and not restarted:
                answer.restart()
                url, seen, restarted = first, {first}, True
                continue
            raise
        whole, dropped = without_subsetted(body)
        page = decode_page(whole)
        answer.take(page, bytes(whole))
        answer.dropped += dropped
        link = page.next
        if single or link is None:
            return
        url = _next_url(client, url, link)
        if url in seen:
            raise FetchError("endless")
        seen.add(url)
        if len(seen) > client.limits.pages:
            raise FetchError("too-many-pages")
        if answer.size > client.limits.search_bytes:
            raise FetchError("too-large")


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
