"""The keys of one client: written down in `CDS_CLIENTS`, or fetched from its `jwks_url` and kept.

A fetched set is used for an hour; an unknown kid fetches it anew, at most once a minute, failures included. A set
that cannot be renewed serves a day longer, then nobody of that client is let in. The address is the one of the
settings: `jku` of a token is compared with it and never fetched.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from ..clients import Client, SettingsError, read_key_file
from .signatures import PublicKey, public_keys

log = logging.getLogger("cds_service.web")

RENEWED_AFTER = 3600.0
"""Seconds that a fetched set is used before it is fetched again: how long a withdrawn key still opens."""
REFRESH = 60.0
"""Seconds between two fetches, at least."""
LONGEST_USE = 86400.0
"""Seconds after which a set that could not be renewed is no longer believed."""
FETCH_SECONDS = 3.0
FETCH_BYTES = 256 << 10

Found = dict[tuple[str, str], tuple[PublicKey, ...]]


class KeySet(Protocol):
    """Where the keys of a client are looked up."""

    def find(self, kid: str, algorithm: str) -> tuple[PublicKey, ...]:
        """The keys of that name that may verify the algorithm; none where there is none. Never raises."""


class WrittenKeys:
    """Keys out of the clients' file or a file beside it."""

    def __init__(self, found: Found) -> None:
        self._found = found

    def find(self, kid: str, algorithm: str) -> tuple[PublicKey, ...]:
        """See KeySet."""
        return self._found.get((kid, algorithm), ())


class FetchedKeys:
    """Keys from a client's `jwks_url`. Safe to use from several threads."""

    def __init__(self, client: Client, fetch: Callable[[str], bytes] | None = None) -> None:
        assert client.jwks_url is not None
        self._name, self._url, self._algorithms = client.name, client.jwks_url, client.algorithms
        self._fetch = fetch or fetch_set
        self._lock = threading.Lock()
        self._found: Found = {}
        self._read_at: float | None = None
        self._asked_at: float | None = None

    def find(self, kid: str, algorithm: str) -> tuple[PublicKey, ...]:
        """See KeySet. May fetch the set."""
        if not self._wanting(kid, algorithm):
            return self._kept(kid, algorithm)
        with self._lock:  # who comes while a fetch runs waits for what it brings
            due = self._asked_at is None or time.monotonic() - self._asked_at >= REFRESH
            if due and self._wanting(kid, algorithm):
                self._renew()
        return self._kept(kid, algorithm)

    def _wanting(self, kid: str, algorithm: str) -> bool:
        return self._old(RENEWED_AFTER) or not self._kept(kid, algorithm)

    def _kept(self, kid: str, algorithm: str) -> tuple[PublicKey, ...]:
        return () if self._old(LONGEST_USE) else self._found.get((kid, algorithm), ())

    def _old(self, seconds: float) -> bool:
        return self._read_at is None or time.monotonic() - self._read_at >= seconds

    def _renew(self) -> None:
        from ..fhir.faults import FetchError

        self._asked_at = time.monotonic()
        try:
            entries = _entries(self._fetch(self._url))
        except FetchError as error:
            log.warning("the keys of the client %s could not be fetched: %s", self._name, error.reason)
            return
        self._found = public_keys(entries, self._algorithms)
        self._read_at = time.monotonic()
        if not self._found:
            log.warning("the key set of the client %s holds no key that can be used", self._name)


def keys_of(client: Client) -> KeySet:
    """The keys of a client. Raises SettingsError where a set that was written down holds none that can be used."""
    if client.jwks_url is not None:
        return FetchedKeys(client)
    written = client.jwks if client.jwks is not None else read_key_file(client, client.name)
    found = public_keys(written["keys"], client.algorithms)
    if not found:
        wanted = " or ".join(client.algorithms)
        raise SettingsError(f"CDS_CLIENTS: no key of '{client.name}' can be used for {wanted} (kid, kind, use, length)")
    return WrittenKeys(found)


def fetch_set(url: str) -> bytes:
    """GET of a key set: no redirect, no proxy, no token, within caps. Raises FetchError."""
    from ..fhir.access import FhirAccess
    from ..fhir.client import FhirClient, Limits

    limits = Limits(answer_bytes=FETCH_BYTES)
    client = FhirClient(FhirAccess(url), time.monotonic() + FETCH_SECONDS, limits, accept="application/json")
    return client.get_once(url)


def _entries(body: bytes) -> list[Any]:
    from ..fhir.faults import FetchError

    try:
        keys = msgspec.json.decode(body)["keys"]
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, TypeError, KeyError, IndexError):
        raise FetchError("not-keys") from None
    if not isinstance(keys, list):
        raise FetchError("not-keys")
    return keys
