"""What the hooks leave behind: the audit of each answer, and dismissed cards that stay away for a while.

A store that cannot be read or written never costs a clinician the card: the card is shown, the failure is counted and
logged without a word of the call (docs/decisions/0021-what-we-keep.md).
"""

import logging
import re
import threading
import time
from collections import Counter
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec

from ..cards import Card
from ..settings import Client, Settings
from ..store.errors import StoreUnavailable
from ..terminology import load
from ..trials import load_trials
from .metrics import metrics
from .services import Call, Reply

if TYPE_CHECKING:
    from ..store import Store

log = logging.getLogger("cds_service.web")

_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII).fullmatch
_encode = msgspec.json.Encoder().encode
_QUIET = 60.0
_NOTHING = [("none", None, "", None)]

failures: Counter[str] = Counter()
"""`read`, `write` → hook calls of this process that the store did not serve."""


def snooze_default(client: Client, settings: Settings) -> int:
    """Days for which a dismissed card stays away where its reason has no days of its own."""
    return settings.snooze_days if client.snooze_days is None else client.snooze_days


class Keeper:
    """Writes down what was answered, and holds back what was dismissed."""

    def __init__(self, store: "Store") -> None:
        from ..store.audit import Shown
        from ..store.fingerprint import fingerprint, rules_of, rules_together
        from ..store.times import now

        self._store = store
        self._now = now
        self._fingerprint = fingerprint
        self._row = Shown
        self._rules = {trial.id: rules_of(trial) for trial in load_trials()}
        self._versions = (version("cds-service"), rules_together(tuple(self._rules.values())), load().version)
        self._lock = threading.Lock()
        self._said = float("-inf")

    def keep(self, call: Call, service: str, reply: Reply) -> list[Card]:
        """The cards of a reply that are to be shown, after it was written down."""
        client, of, base, user_id = call.client.name, self._store.pseudonyms.of, call.fhir_base, call.user_id
        patient, user = of("patient", client, base, call.patient_id), of("user", client, base, user_id)
        user_class, today = user_id.partition("/")[0], call.as_of.isoformat()
        prints = [self._print(call, service, card, reply) for card in reply.cards]
        dismissed: frozenset[str] = frozenset()
        if any(prints) and snooze_default(call.client, call.settings) > 0:
            try:
                dismissed = self._store.audit.snoozed(client, patient, user_class, user, today)
            except StoreUnavailable as error:
                self._failed("read", error)
        shown: list[Card] = []
        fates: list[tuple[str, str | None, str, str | None]] = []
        for card, mark in zip(reply.cards, prints, strict=True):
            if mark is None:
                fates.append(("unread", card["uuid"], "", None))
            elif mark in dismissed:
                fates.append(("held-back", None, ",".join(card.trials), mark))
                continue
            else:
                fates.append(("shown", card["uuid"], ",".join(card.trials), mark))
            shown.append(card)
        verdicts = {a.trial.id: a.verdict for a in reply.assessments}
        who = (self._now(), client, service, call.hook_instance if _UUID(call.hook_instance) else None,
               self._store.pseudonyms.key_id, patient, user, user_class, today, *self._versions)  # fmt: skip
        told = _encode(verdicts).decode() if verdicts else None
        try:
            self._store.audit.record(
                [self._row(*who, fate, told, card, trials, mark) for fate, card, trials, mark in fates or _NOTHING]
            )
        except StoreUnavailable as error:
            self._failed("write", error)
        return shown

    def _print(self, call: Call, service: str, card: Card, reply: Reply) -> str | None:
        if not card.trials:
            return None
        spoken_for = [a for a in reply.assessments if a.trial.id in card.trials]
        return self._fingerprint(service, f"Patient/{call.patient_id}", spoken_for, self._rules)

    def _failed(self, what: str, error: Exception) -> None:
        with self._lock:
            failures[what] += 1
            metrics().store_failed(what)
            if time.monotonic() - self._said < _QUIET:
                return
            self._said = time.monotonic()
        log.error("the store did not serve a hook call (%s): %s; %d so far", what, error, failures.total())
