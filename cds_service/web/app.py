"""The Flask application: `create_app(settings)`."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Flask, Request, Response, request
from flask.sessions import NullSession, SessionInterface
from werkzeug.exceptions import NotFound
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import MapAdapter

from ..settings import Client, Settings
from ..trials import load_trials
from . import callers, cors, demo, exposition, headers, metering, openapi, outcomes, page, readiness
from .body import read_body
from .deployment import Deployment
from .feedback import take
from .hook import HookCalls
from .keeping import Keeper
from .metrics import metrics
from .plain import PlainRoad
from .services import discovery, services
from .told import Told

if TYPE_CHECKING:
    from ..store import Store
    from .seen import SeenTokens

_SLASHES = re.compile("//+")


class _NoSessions(SessionInterface):
    """No answer of ours knows a session: no cookie is looked for, and nothing is made for a request."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        """The same nothing for every request; it refuses to be written to."""
        return self._none


class _App(Flask):
    """Flask that takes `//cds-services` for `/cds-services`: base addresses are written down with and without a slash.

    A redirect is no answer to that: browsers follow none after a preflight. `request.path` stays as it was called
    (a token's `aud` is held against it).
    """

    session_interface = _NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: none of ours is async, and Flask would look at each anew for every request."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        adapter = super().create_url_adapter(request)
        if adapter is not None and "//" in adapter.path_info:
            adapter.path_info = _SLASHES.sub("/", adapter.path_info)
        return adapter


def create_app(
    settings: Settings | None = None,
    deployment: Deployment | None = None,
    seen: "SeenTokens | None" = None,
    store: "Store | None" = None,
) -> Flask:
    """Build the application. Raises SettingsError or DataError: a service with faulty data does not start.

    `seen`: the memory of used tokens, shared by all workers (default: the store's, else that of this process alone).
    `store`: what is kept (cds_service/store); without one nothing is written, and feedback is not acknowledged (503).
    """
    settings = settings or Settings.read()
    deployment = deployment or Deployment()
    clients = {"default": Client()} | settings.all_clients()
    if settings.ca_file:
        from ..fhir import trust  # late: a process that calls no server loads nothing of HTTP

        trust.besides(settings.ca_file)
    load_trials()
    by_id = services()
    app = _App("cds_service", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_mb * 1024 * 1024
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # it would redirect; see _App
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n, x_prefix=n)  # type: ignore[method-assign]
    metering.register(app, metrics())
    outcomes.register(app)
    cors.register(app, settings.origins)
    headers.register(app, settings.base_url)
    door = callers.Door(settings, clients, seen or (store.seen_tokens if store else None))
    callers.register(app, door)
    calls = HookCalls(settings, deployment, Keeper(store) if store else None)
    if deployment.demo:
        demo.register(app, deployment.demo)
    described = {name: msgspec.json.encode(discovery(settings, client)) for name, client in clients.items()}

    @app.get("/cds-services")
    def discover() -> Response:
        return _json(described[callers.current().name])

    @app.post("/cds-services/<service_id>")
    def call(service_id: str) -> Response:
        if service_id not in by_id:
            raise NotFound
        metered = metering.begin(service_id)
        refused = _refuse_media()
        if refused is not None:
            return refused
        return calls.answer(metered, callers.current(), read_body()).response()

    @app.post("/cds-services/<service_id>/feedback")
    def feedback(service_id: str) -> Response:
        if service_id not in by_id:
            raise NotFound
        refused = _refuse_media()
        if refused is not None:
            return refused
        take(store, read_body(), service=service_id, client=callers.current(), settings=settings)
        return _json(b'{"status":"received"}')

    exposition.register(app, settings, metrics())
    readiness.register(app, settings, store)
    openapi.register(app, settings)
    page.register(app, settings, demo=bool(deployment.demo))

    @app.get("/health")
    def health() -> Response:
        return _json(b'{"status":"ok"}')

    app.wsgi_app = PlainRoad(app.wsgi_app, calls, door, settings)  # type: ignore[method-assign]
    return app


def _refuse_media() -> Response | None:
    """Only JSON, not compressed, is read. A client that does not say what it sends is taken at its word."""
    kind = request.mimetype
    if kind and kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        return outcomes.outcome(415, "the body must be JSON (Content-Type: application/json)")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        return outcomes.outcome(415, "the body must not be compressed")
    return None


def _json(body: bytes) -> Response:
    return Told(200, body).response()
