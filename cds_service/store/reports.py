"""Feedback as it is reported: kept once, matched with the card that was shown, turned into a snooze.

A report is acknowledged only when it is on the disk. The same report sent again changes nothing; another one for the
same card is kept beside it, and the newest by the client's clock is the one that counts.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from .database import PATIENCE, Database, plainly
from .errors import StoreUnavailable
from .tables import audit, feedback, snoozes
from .times import now

PAUSE = 0.05
"""Seconds for which a report that had to wait leaves the store to the hook calls."""
_AT_ONCE = 500
"""Values in one statement."""
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
        self._turn = threading.Lock()
        dialect = sqlite if database.is_sqlite else postgresql
        self._insert = dialect.insert(feedback).on_conflict_do_nothing()

    def take(self, reports: Sequence[Report], *, client: str, service: str, today: date, days: Days) -> None:
        """Keep reports, all or none; when this returns they are on the disk.

        `today`: the clinical date from which a snooze counts. Raises StoreUnavailable: nothing was kept.
        """
        received = now()
        with self._in_turn(), plainly(), self._database.engine.connect() as connection, connection.begin():
            shown = _shown(connection, {report.card for report in reports}, client, service)
            # The rows of the audit are locked: of two deliveries of one report, the second sees the first.
            by_digest = {_digest(client, service, report): report for report in reports}
            place = {digest: n for n, digest in enumerate(by_digest)}
            new = {d: by_digest[d] for d in by_digest.keys() - _known(connection, by_digest.keys())}
            if not new:
                return
            connection.execute(
                self._insert,
                [
                    {
                        "received_at": received,
                        "client": client,
                        "service": service,
                        "card": report.card,
                        "matched": report.card in shown,
                        "outcome": report.outcome,
                        "outcome_at": min(report.outcome_at, received),  # no clock may speak from the future
                        "suggestions": json.dumps(report.suggestions) if report.suggestions else None,
                        "reason_system": report.reason_system,
                        "reason_code": report.reason_code,
                        "comment": report.comment,
                        "digest": digest,
                    }
                    for digest, report in sorted(new.items(), key=lambda item: (item[1].card, place[item[0]]))
                ],
            )
            for card in sorted({report.card for report in new.values()} & shown.keys()):
                if shown[card].fingerprint is not None:
                    _snooze(connection, card, client, shown[card], today, days)

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """One after another within a process, and with a pause where they queue: in it the hook calls write theirs.

        SQLite lets in whoever asks at the right moment; a flood of reports would keep the audit out.
        """
        if not self._turn.acquire(blocking=False):
            if not self._turn.acquire(timeout=PATIENCE):
                raise StoreUnavailable("too many reports at once")
            time.sleep(PAUSE)
        try:
            yield
        finally:
            self._turn.release()


def _shown(connection: Connection, cards: set[str], client: str, service: str) -> dict[str, Any]:
    """The rows of the audit for these cards, locked in one order for all: no two wait for each other."""
    found: dict[str, Any] = {}
    for some in _batched(sorted(cards)):
        rows = connection.execute(
            select(audit.c.card, audit.c.patient, audit.c.user_class, audit.c.user, audit.c.fingerprint)
            .where(audit.c.card.in_(some), audit.c.client == client, audit.c.service == service)
            .order_by(audit.c.card)
            .with_for_update()
        )
        found |= {row.card: row for row in rows}
    return found


def _known(connection: Connection, digests: Iterable[str]) -> set[str]:
    """Those of these digests that are kept already."""
    found: set[str] = set()
    for some in _batched(sorted(digests)):
        found |= set(connection.execute(select(feedback.c.digest).where(feedback.c.digest.in_(some))).scalars())
    return found


def _batched(values: list[str]) -> Iterator[list[str]]:
    """As many as one statement takes."""
    for begin in range(0, len(values), _AT_ONCE):
        yield values[begin : begin + _AT_ONCE]


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
