"""Who calls: with `CDS_AUTH=jwt` every call but those of operations bears a token; else the caller is `default`.

What is refused gets one constant 401 (checklist SEC-11, HTTP-3), is counted and logged by its cause alone.
In `open` mode nothing of cryptography is imported.
"""

import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

import msgspec
from flask import Flask, Response, g, request

from ..settings import Client, Settings
from .metrics import metrics
from .told import FHIR, Told

if TYPE_CHECKING:
    from .seen import SeenTokens

log = logging.getLogger("cds_service.web")

OPEN = ("/", "/health", "/ready", "/metrics", "/openapi.json", "/trials", "/sandbox")
"""Addresses that take no token: nothing there is about a patient."""
OPEN_BELOW = ("/trials/", "/sandbox/", "/smart/")
"""As `OPEN`, with all that lies below; the SMART app signs its users in by itself."""
DEFAULT_BASE = "http://127.0.0.1:8000"
_SLASHES = re.compile("//+")

_BODY = msgspec.json.encode({
    "resourceType": "OperationOutcome",
    "issue": [{
        "severity": "error",
        "code": "login",
        "details": {"text": "this call needs a valid token"},
        "diagnostics": "this call needs a valid token",
    }],
})  # fmt: skip

refusals: Counter[str] = Counter()
"""Cause (`causes.Cause`, or `store` where it could not be said) → calls refused by this process."""


class NotAdmitted(Exception):
    """A call that is not let in; what it says is the cause, a word of ours."""


class Door:
    """Lets a call in, or not."""

    def __init__(self, settings: Settings, clients: Mapping[str, Client], seen: "SeenTokens | None" = None) -> None:
        """Raises SettingsError where the keys of a client cannot be used.

        `clients`: by name, with a `default` for `open` mode. `seen`: the memory of used tokens, shared by the workers
        (default: that of this process alone).
        """
        self._default = clients["default"]
        self._admit: Callable[[str | None, Collection[str], float], Client] | None = None
        if settings.auth == "open":
            return
        from .seen import SeenInMemory
        from .tokens import Doorkeeper, Refused

        self._admit = Doorkeeper(clients.values(), seen or SeenInMemory()).admit
        self._refused = Refused
        self._base = (settings.base_url or DEFAULT_BASE).rstrip("/")

    def client_of(self, path: str, authorization: str | None) -> Client:
        """The client of a call. `path`: the address as called; `authorization`: the header. Raises NotAdmitted."""
        if self._admit is None:
            return self._default
        try:
            return self._admit(authorization, audiences(self._base, path), time.time())
        except self._refused as refused:
            raise NotAdmitted(refused.cause.value) from None
        except Exception as error:  # noqa: BLE001 - whatever the store of used tokens raises, nobody is let in
            log.error("whether a token was used before cannot be said: %s", type(error).__name__)
            raise NotAdmitted("store") from None

    @property
    def is_open(self) -> bool:
        """Whether everybody is let in."""
        return self._admit is None


def register(app: Flask, door: Door) -> None:
    """Ask every call of `app` for its token."""

    @app.before_request
    def admit() -> Response | None:
        path = request.path
        # All that is not known to be open is closed, so that a new address asks from its first day.
        if not door.is_open and (request.method == "OPTIONS" or path in OPEN or path.startswith(OPEN_BELOW)):
            return None
        try:
            # The path as called: request.path has lost double slashes.
            g.client = door.client_of(request.environ["PATH_INFO"], request.headers.get("Authorization"))
        except NotAdmitted as refused:
            return unauthorized(refused).response()
        return None


def current() -> Client:
    """The client of the call that runs."""
    client: Client = g.client
    return client


def audiences(base: str, path: str) -> Collection[str]:
    """What `aud` may be for a call of this path: its address; feedback also takes its service's (interface.md)."""
    plain = _SLASHES.sub("/", path).rstrip("/")
    found = {base + path, base + plain}
    if plain.startswith("/cds-services/") and plain.endswith("/feedback"):
        found.add(base + plain.removesuffix("/feedback"))
    return found


def unauthorized(refused: NotAdmitted) -> Told:
    """The answer to a call that is not let in, which is counted and logged."""
    cause = str(refused)
    refusals[cause] += 1
    metrics().refused(cause)
    log.info("a call was refused: %s", cause)
    return Told(401, _BODY, FHIR, (("WWW-Authenticate", "Bearer"),))
