"""The Flask application: `create_app(settings)`."""

import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec
from flask import Flask, Response, request
from werkzeug.exceptions import NotFound
from werkzeug.middleware.proxy_fix import ProxyFix

from ..fhir.access import FhirAccess, access_for
from ..kernel.errors import CdsError, InputError
from ..settings import Settings
from ..terminology import load
from ..trials import load_trials
from . import cors, demo, outcomes
from .envelope import Envelope, read_envelope
from .services import Call, discovery, services


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the command line says about the place where the service runs."""

    fhir_server: str | None = None
    """The base that is used where a request names none; it may be called."""
    demo: str | None = None
    """Base of the demo FHIR server, where one runs."""
    demo_seen_at: tuple[str, ...] = ()
    """The addresses at which clients see it: calls to these go to it directly and not through this service."""

    def access(self, envelope: Envelope, settings: Settings) -> FhirAccess | None:
        """The FHIR access of a call; None where the base is not one that may be called."""
        allowed = {*settings.fhir_servers, *self.demo_seen_at, *([self.fhir_server] if self.fhir_server else [])}
        access = access_for(envelope.fhirServer or self.fhir_server, envelope.authorization(), allowed)
        if access is not None and self.demo and access.base in self.demo_seen_at:
            return FhirAccess(self.demo, access.token)
        return access


def create_app(settings: Settings | None = None, deployment: Deployment | None = None) -> Flask:
    """Build the application. Raises SettingsError or DataError: a service with faulty data does not start."""
    settings = settings or Settings.read()
    deployment = deployment or Deployment()
    client = settings.default_client()
    load_trials()
    by_id = services()
    app = Flask("cds_service", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_mb * 1024 * 1024
    app.url_map.strict_slashes = False
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n, x_prefix=n)  # type: ignore[method-assign]
    outcomes.register(app)
    cors.register(app, settings.origins)
    if deployment.demo:
        demo.register(app, deployment.demo)
    described = msgspec.json.encode(discovery(settings, client))

    @app.get("/cds-services")
    def discover() -> Response:
        return _json(described)

    @app.post("/cds-services/<service_id>")
    def call(service_id: str) -> Response:
        deadline = time.monotonic() + settings.deadline_seconds
        service = by_id.get(service_id)
        if service is None:
            raise NotFound
        refused = _refuse_media()
        if refused is not None:
            return refused
        envelope = read_envelope(request.get_data(cache=False))
        if envelope.hook != service.HOOK:
            raise InputError(f"this service answers the hook '{service.HOOK}'")
        cards = service.answer(
            Call(
                patient_id=envelope.context.patientId,
                user_id=envelope.context.userId,
                prefetch=envelope.prefetch or {},
                access=deployment.access(envelope, settings),
                as_of=settings.today(),
                deadline=deadline,
                settings=settings,
                client=client,
            )
        )
        return _json(msgspec.json.encode({"cards": cards}))

    @app.post("/cds-services/<service_id>/feedback")
    def feedback(service_id: str) -> Response:
        if service_id not in by_id:
            raise NotFound
        refused = _refuse_media()
        if refused is not None:
            return refused
        try:
            body = msgspec.json.decode(request.get_data(cache=False), type=dict[str, msgspec.Raw])
            msgspec.json.decode(body["feedback"], type=list[dict[str, msgspec.Raw]])
        except (msgspec.MsgspecError, KeyError, RecursionError):
            raise InputError("a feedback body is an object with an array 'feedback'") from None
        return _json(b'{"status":"received"}')

    @app.get("/health")
    def health() -> Response:
        return _json(b'{"status":"ok"}')

    @app.get("/ready")
    def ready() -> Response:
        try:
            body = {"status": "ready", "trials": [t.id for t in load_trials()], "mappings": load().version}
        except CdsError:
            return outcomes.outcome(503, "the trials or mappings cannot be read")
        return _json(msgspec.json.encode(body))

    return app


def seen_at(host: str, port: int, base_url: str | None) -> tuple[str, ...]:
    """The addresses of this service's own `/fhir`."""
    bases = [f"http://{name}:{port}" for name in dict.fromkeys((host, "127.0.0.1", "localhost"))]
    if base_url and urlsplit(base_url).netloc:
        bases.append(base_url.rstrip("/"))
    return tuple(f"{base}/fhir" for base in bases)


def _refuse_media() -> Response | None:
    """Only JSON, not compressed, is read. A client that does not say what it sends is taken at its word."""
    kind = request.mimetype
    if kind and kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        return outcomes.outcome(415, "the body must be JSON (Content-Type: application/json)")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        return outcomes.outcome(415, "the body must not be compressed")
    return None


def _json(body: bytes) -> Response:
    return Response(body, mimetype="application/json")
