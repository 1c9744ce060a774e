"""Who calls: with `CDS_AUTH=jwt` every call but those of operations bears a token; else the caller is `default`.

What is refused gets one constant 401 (checklist SEC-11, HTTP-3), is counted and logged by its cause alone.
In `open` mode nothing of cryptography is imported.
"""

import logging
import re
import time
from collections import Counter
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import msgspec
from flask import Flask, Response, g, request

from ..settings import Client, Settings
from .metrics import metrics

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


def register(
    app: Flask, settings: Settings, clients: Mapping[str, Client], seen: "SeenTokens | None" = None
) -> None:
    """Ask every call of `app` for its token. Raises SettingsError where the keys of a client cannot be used.

    `clients`: by name, with a `default` for `open` mode. `seen`: the memory of used tokens, shared by the workers
    (default: that of this process alone).
    """
    if settings.auth == "open":
        default = clients["default"]

        @app.before_request
        def let_in() -> None:
            g.client = default

        return
    from .seen import SeenInMemory
    from .tokens import Doorkeeper, Refused

    keeper = Doorkeeper(clients.values(), seen or SeenInMemory())
    base = (settings.base_url or DEFAULT_BASE).rstrip("/")

    @app.before_request
    def admit() -> Response | None:
        path = request.path
        # All that is not known to be open is closed, so that a new address asks from its first day.
        if request.method == "OPTIONS" or path in OPEN or path.startswith(OPEN_BELOW):
            return None
        try:
            addresses = audiences(base, request.environ["PATH_INFO"])  # as called: request.path has lost double slashes
            g.client = keeper.admit(request.headers.get("Authorization"), addresses, time.time())
        except Refused as refused:
            return _unauthorized(refused.cause.value)
        except Exception as error:  # noqa: BLE001 - whatever the store of used tokens raises, nobody is let in
            log.error("whether a token was used before cannot be said: %s", type(error).__name__)
            return _unauthorized("store")
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


def _unauthorized(cause: str) -> Response:
    refusals[cause] += 1
    metrics().refused(cause)
    log.info("a call was refused: %s", cause)
    answer = Response(_BODY, 401, mimetype="application/fhir+json")
    answer.headers["WWW-Authenticate"] = "Bearer"
    answer.headers["Cache-Control"] = "no-store"
    return answer
