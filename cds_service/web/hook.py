"""One hook call, from its body to what is answered. What HTTP has around it is the application's and `plain.py`'s."""

from types import ModuleType

import msgspec

from ..fhir.gather import MissingData
from ..kernel.errors import InputError
from ..settings import Client, Settings
from . import missing, outcomes
from .deployment import Deployment
from .envelope import read_envelope
from .keeping import Keeper
from .metrics import HookCall
from .services import Call, services
from .told import Told

_encode = msgspec.json.Encoder().encode


class HookCalls:
    """Answers the hook calls of a deployment."""

    def __init__(self, settings: Settings, deployment: Deployment, keeper: Keeper | None) -> None:
        """`keeper`: writes down what was answered and holds back what was dismissed; None: nothing is kept."""
        self._settings = settings
        self._deployment = deployment
        self._keeper = keeper
        self._services: dict[str, ModuleType] = services()

    def answer(self, hook: HookCall, client: Client, body: bytes) -> Told:
        """The cards of one call, or why there are none (412). `hook`: what is counted of it when it is answered.

        Raises InputError (400).
        """
        service, settings = self._services[hook.service], self._settings
        envelope = read_envelope(body)
        if envelope.hook != service.HOOK:
            raise InputError(f"this service answers the hook '{service.HOOK}'")
        hook.call = call = Call(
            envelope.context.patientId,
            envelope.context.userId,
            envelope.prefetch or {},
            self._deployment.access(envelope, settings, client),
            settings.today(),
            hook.begun + settings.deadline_seconds,
            settings,
            client,
            envelope.hookInstance,
            (envelope.fhirServer or "").rstrip("/"),
        )
        try:
            hook.reply = reply = service.answer(call)
        except MissingData as error:
            templates = service.prefetch(client)
            return outcomes.of_issues(412, missing.issues(str(error), error.keys, call.prefetch, templates))
        hook.shown = cards = self._keeper.keep(call, hook.service, reply) if self._keeper else reply.cards
        return Told(200, _encode({"cards": cards}))
