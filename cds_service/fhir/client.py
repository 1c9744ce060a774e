"""One HTTP request to a FHIR server, within a deadline, a size and a single retry.

Errors are typed and never hold an address, an id or a token: the exceptions of requests and urllib3 do, so none of
them leaves this module. Source: hapi.md section 3.
"""

import io
import itertools
import logging
import os
import time
import zlib
from dataclasses import dataclass
from functools import cache
from http.cookiejar import DefaultCookiePolicy

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.structures import CaseInsensitiveDict

from . import addresses, trust
from .access import FhirAccess
from .faults import FetchError

# urllib3 writes addresses (with patient ids) and what a server said into its debug log, and into warnings too. A level
# could be set anew by whoever looks for a fault; a filter stays. Filters do not reach the loggers below: each has it.
for _name in ("", ".connection", ".connectionpool", ".poolmanager", ".response", ".util.retry"):
    logging.getLogger(f"urllib3{_name}").addFilter(lambda record: False)

CONNECTIONS = 32
RETRIED = (429, 502, 503, 504)
LONGEST_WAIT = 2.0
"""Seconds: a longer Retry-After is no reason to wait within a hook call."""
CHUNK = 1 << 18

@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on what a server may send."""

    answer_bytes: int = 32 << 20
    """Bytes of one answer, unpacked."""
    search_bytes: int = 64 << 20
    """Bytes of all pages of one search."""
    pages: int = 100
    connect_seconds: float = 3.0


class FhirClient:
    """Reads from one server for one hook call. Safe to use from several threads."""

    def __init__(
        self, access: FhirAccess, deadline: float, limits: Limits | None = None, accept: str = "application/fhir+json"
    ) -> None:
        self.access = access
        self.deadline = deadline if access.until is None else min(deadline, access.until)
        """An instant of time.monotonic(); never later than the end of the token (FHR-5)."""
        self.limits = limits or Limits()
        headers = {"Accept": accept, "Cache-Control": "no-cache", "Accept-Encoding": "gzip"}
        if access.token:
            headers["Authorization"] = f"Bearer {access.token}"
        self._headers = headers
        self._count = itertools.count()
        self.requests = 0
        """HTTP requests made so far."""

    def get(self, url: str, form: bytes | None = None) -> bytes:
        """The body of a GET of this very address, or of a POST of a form to it (`_search`). Raises FetchError.

        One retry on 429, 502, 503, 504 and on a connection that was dropped before any answer, if the deadline
        leaves the time that the server asks for. After a dropped connection the retry opens one of its own: kept-open
        ones grow old together, and the next of the pool may be as dead as the first.
        """
        try:
            return self.get_once(url, form)
        except FetchError as error:
            if error.again is None or time.monotonic() + error.again >= self.deadline:
                raise
            fresh = error.reason == "connection"
            time.sleep(error.again)
        return self.get_once(url, form, fresh=fresh)

    def get_once(self, url: str, form: bytes | None = None, *, fresh: bool = False) -> bytes:
        """As `get`, without the retry; `fresh`: by a connection that nobody used before."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise FetchError("timeout")
        self.requests = next(self._count) + 1
        try:
            adapter = _adapter(1) if fresh else _session().get_adapter(url)
            answer = _send(adapter, url, self._headers, form, (min(self.limits.connect_seconds, left), left))
        except requests.Timeout:
            raise FetchError("timeout") from None
        except requests.ConnectionError as error:
            if _forbidden(error):
                raise FetchError("forbidden") from None
            raise FetchError("connection", again=0.0) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError):
            raise FetchError("connection") from None
        try:
            if answer.status_code != 200:
                raise _refusal(answer)
            return self._body(answer)
        except (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
            raise FetchError("timeout") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError):
            raise FetchError("connection") from None
        finally:
            answer.close()  # a body read to its end has given its connection back already

    def _body(self, answer: requests.Response) -> bytes:
        """The body, unpacked here chunk by chunk so that a bomb or a drip ends at its cap."""
        encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("identity", "", "gzip", "x-gzip"):
            raise FetchError("not-fhir")
        unpack = zlib.decompressobj(31) if "gzip" in encoding else None
        cap, size, body = self.limits.answer_bytes, 0, io.BytesIO()
        connection = getattr(answer.raw, "connection", None)
        while True:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise FetchError("timeout")
            socket = getattr(connection, "sock", None)
            if socket is not None:
                socket.settimeout(left)  # else each drop of a dripping server starts the clock anew
            chunk = answer.raw.read1(CHUNK, decode_content=False)
            if not chunk:
                break
            if unpack is not None:
                try:
                    chunk = unpack.decompress(chunk, cap - size + 1)
                except zlib.error:
                    raise FetchError("not-fhir") from None
            size += len(chunk)
            if size > cap:
                raise FetchError("too-large")
            body.write(chunk)
        if unpack is not None and not unpack.eof:
            raise FetchError("connection")
        return body.getvalue()  # grown in place and not copied: pieces and their sum would be twice a page


def _send(
    adapter: BaseAdapter, url: str, headers: dict[str, str], form: bytes | None, timeout: tuple[float, float]
) -> requests.Response:
    """Send one request through the pool, without what `requests` does for redirects, cookies and quoting.

    The address goes out verbatim: requests would rewrite some quoting of a `next` link.
    """
    request = requests.PreparedRequest()
    request.method, request.url, request.headers = "GET", url, CaseInsensitiveDict(headers)
    if form is not None:
        request.method, request.body = "POST", form
        request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        request.headers["Content-Length"] = str(len(form))
    return adapter.send(request, stream=True, timeout=timeout)


def _forbidden(error: requests.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", cause), addresses.AddressRefused)


def _refusal(answer: requests.Response) -> FetchError:
    """What a status other than 200 means."""
    status = answer.status_code
    if status in RETRIED:
        reason = "busy" if status in (429, 503) else "server-error"
        return FetchError(reason, status, again=_wait(answer.headers.get("Retry-After")))
    if 300 <= status < 400:
        return FetchError("redirect", status)
    known = {400: "bad-request", 404: "not-found", 410: "gone", 405: "not-offered", 501: "not-offered",
             414: "too-long", 431: "too-long", 422: "bad-request"}
    if status in known:
        return FetchError(known[status], status)
    if 400 <= status < 500:
        return FetchError("refused", status)
    return FetchError("server-error" if status >= 500 else "not-fhir", status)


def _wait(retry_after: str | None) -> float | None:
    """Seconds to wait before the retry; None where the server asks for longer than a hook call can wait."""
    if retry_after is None:
        return 0.1
    try:
        seconds = float(retry_after)
    except ValueError:
        return LONGEST_WAIT  # a date: its clock is not ours
    return max(seconds, 0.0) if seconds <= LONGEST_WAIT else None


@cache
def _session() -> requests.Session:
    """One pooled session a process, without proxies, cookies, .netrc or retries of its own."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("http://", "https://"):
        session.mount(scheme, _adapter(8))
    return session


def _adapter(hosts: int) -> HTTPAdapter:
    """Connections to so many hosts, each to an address that may be called and by a certificate that is believed."""
    adapter = HTTPAdapter(pool_connections=hosts, pool_maxsize=CONNECTIONS, max_retries=0)
    addresses.use(adapter.poolmanager)
    trust.use(adapter.poolmanager)
    return adapter


def close() -> None:
    """Close all connections; the next request opens new ones."""
    if _session.cache_info().currsize:
        _session().close()
    _session.cache_clear()


os.register_at_fork(after_in_child=_session.cache_clear)  # a socket must not be shared by two workers
