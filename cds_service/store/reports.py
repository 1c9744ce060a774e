"""Feedback as it is reported: kept once, matched with the card that was shown, turned into a snooze.

A report is acknowledged only when it is on the disk. The same report sent again changes nothing; another one for the
same card is kept beside it, and the newest by the client's clock is the one that counts.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from .database import Database, plainly
from .tables import audit, feedback, snoozes
from .times import now

Days = Callable[[str | None, str | None], tuple[int, bool]]
"""(reason code, reason system) → (days that the card stays away, whether for the whole team)."""


class Report(NamedTuple):
    """One entry of a feedback call, checked and capped."""

    card: str
    outcome: str
    """`accepted` or `overridden`."""
    outcome_at: str
    """UTC, as times.instant writes it."""
    suggestions: tuple[str, ...] = ()
    reason_system: str | None = None
    reason_code: str | None = None
    comment: str | None = None


class Reports:
    """Takes feedback."""

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = sqlite if database.is_sqlite else postgresql
        self._insert = dialect.insert(feedback).on_conflict_do_nothing()

    def take(self, reports: Sequence[Report], *, client: str, service: str, today: date, days: Days) -> None:
        """Keep reports, all or none; when this returns they are on the disk.

        `today`: the clinical date from which a snooze counts. Raises StoreUnavailable: nothing was kept.
        """
        received = now()
        with plainly(), self._database.engine.connect() as connection, connection.begin():
            for report in sorted(reports, key=lambda r: r.card):  # one order for all: no two wait for each other
                self._take(connection, report, client, service, received, today, days)

    def _take(
        self, connection: Connection, report: Report, client: str, service: str, received: str, today: date, days: Days
    ) -> None:
        shown = connection.execute(
            select(audit.c.patient, audit.c.user_class, audit.c.user, audit.c.fingerprint)
            .where(audit.c.card == report.card, audit.c.client == client, audit.c.service == service)
            .with_for_update()
        ).first()
        digest = _digest(client, service, report)
        # The row of the audit is locked: of two deliveries of one report, the second sees the first.
        old = connection.execute(select(feedback.c.id).where(feedback.c.digest == digest)).first()
        if old is not None:
            return
        outcome_at = min(report.outcome_at, received)  # no clock may speak from the future
        connection.execute(
            self._insert,
            {
                "received_at": received,
                "client": client,
                "service": service,
                "card": report.card,
                "matched": shown is not None,
                "outcome": report.outcome,
                "outcome_at": outcome_at,
                "suggestions": json.dumps(report.suggestions) if report.suggestions else None,
                "reason_system": report.reason_system,
                "reason_code": report.reason_code,
                "comment": report.comment,
                "digest": digest,
            },
        )
        if shown is not None and shown.fingerprint is not None:
            _snooze(connection, report.card, client, shown, today, days)


def _snooze(connection: Connection, card: str, client: str, shown: Any, today: date, days: Days) -> None:
    """Let the newest report of a card decide whether, and for whom, it stays away."""
    connection.execute(delete(snoozes).where(snoozes.c.card == card))
    newest = connection.execute(
        select(feedback.c.outcome, feedback.c.reason_code, feedback.c.reason_system)
        .where(feedback.c.card == card, feedback.c.matched)
        .order_by(feedback.c.outcome_at.desc(), feedback.c.id.desc())
        .limit(1)
    ).one()
    if newest.outcome != "overridden":
        return
    length, whole_team = days(newest.reason_code, newest.reason_system)
    if length > 0:
        connection.execute(
            insert(snoozes).values(
                card=card,
                client=client,
                patient=shown.patient,
                user_class=shown.user_class,
                user=None if whole_team else shown.user,
                fingerprint=shown.fingerprint,
                until=(today + timedelta(days=length)).isoformat(),
            )
        )


def _digest(client: str, service: str, report: Report) -> str:
    return hashlib.sha256(json.dumps([client, service, *report]).encode()).hexdigest()
