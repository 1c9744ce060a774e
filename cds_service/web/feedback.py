"""`POST /cds-services/{id}/feedback`: what became of cards is kept (checklist FBK-1 … FBK-10).

A body is taken whole or refused whole. What is acknowledged is on the disk. An unknown card is kept as unmatched and
answered like a known one.
"""

import re
from typing import TYPE_CHECKING

from ..override_reasons import SYSTEM, days_away
from ..settings import Client, Settings
from .feedback_body import Entry, Reason, read_feedback
from .keeping import snooze_default
from .metrics import metrics

if TYPE_CHECKING:
    from ..store import Store
    from ..store.pseudonyms import Pseudonyms
    from ..store.reports import Report

LONGEST_COMMENT = 2000
MOST_SUGGESTIONS = 20
OTHER = "other"
"""Kept in place of a code, system or id that has not the form of one: a client may have put a sentence there."""
_ID = re.compile(r"(?:urn:uuid:)?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)
"""What this service gives out as ids of cards. A record number would pass for anything wider."""
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-._:/#?=&%+~]{0,199}", re.ASCII)


def take(store: "Store | None", body: bytes, *, service: str, client: Client, settings: Settings) -> None:
    """Keep the reports of a body; when this returns they are on the disk.

    Raises InputError (400: nothing was kept) and StoreUnavailable (503: nothing was kept, send it again).
    """
    entries = read_feedback(body)
    from ..store.errors import StoreUnavailable  # late: SQLAlchemy is loaded only where there is a store

    if store is None:
        raise StoreUnavailable("this process keeps nothing")
    if not entries:
        return
    default, own = snooze_default(client, settings), client.snooze_reasons
    store.reports.take(
        [_report(entry, client.name, store.pseudonyms) for entry in entries],
        client=client.name,
        service=service,
        today=settings.today(),
        days=lambda code, system: days_away(code, system, default, own),
    )
    for entry in entries:
        metrics().feedback(entry.outcome, _our_code(entry))


def _report(entry: Entry, client: str, pseudonyms: "Pseudonyms") -> "Report":
    from ..store.reports import Report
    from ..store.times import instant

    known = _ID.fullmatch(entry.card) is not None
    said = entry.overrideReason if entry.outcome == "overridden" else None
    reason = said.reason if said else None
    accepted = entry.acceptedSuggestions if entry.outcome == "accepted" else None
    return Report(
        card=entry.card if known else f"hashed:{pseudonyms.of('card', client, '', entry.card)}",
        outcome=entry.outcome,
        outcome_at=instant(entry.at),
        suggestions=tuple(s.id if _ID.fullmatch(s.id) else OTHER for s in (accepted or ())[:MOST_SUGGESTIONS]),
        reason_system=_token(reason.system if reason else None),
        reason_code=_code(reason),
        comment=_comment(said.userComment if said else None),
    )


def _our_code(entry: Entry) -> str | None:
    """The reason's code for the count: one of another system is not ours, whatever it is called."""
    reason = entry.overrideReason.reason if entry.overrideReason else None
    return None if reason is None else reason.code if reason.system in (SYSTEM, None) else OTHER


def _code(reason: Reason | None) -> str | None:
    return _token(reason.code) if reason else None


def _token(text: str | None) -> str | None:
    return None if not text else text if _TOKEN.fullmatch(text) else OTHER


def _comment(text: str | None) -> str | None:
    """Free clinical text: kept short, in the store alone, never in an answer, a report or a log."""
    if not text:
        return None
    plain = text.replace("\0", "").strip()  # PostgreSQL takes no NUL
    return plain[:LONGEST_COMMENT] or None
