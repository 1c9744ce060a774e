"""The audit: who asked, which client, which trials, which card, by which rules and mappings. Rows are only added.

Written on every hook call, so with a prepared statement on the thread's own connection.
"""

from typing import Any, NamedTuple

from sqlalchemy import insert, select

from .database import Database, Statement
from .tables import audit, snoozes

_NONE: frozenset[str] = frozenset()


class Shown(NamedTuple):
    """One row of the audit, in the order of its columns. No name, id or value of a patient stands in it."""

    at: str
    client: str
    service: str
    hook_instance: str | None
    key_id: str
    patient: str
    user: str
    user_class: str
    as_of: str
    software: str
    rules: str
    mappings: str
    outcome: str
    """`shown`, `held-back` (dismissed before), `unread` (the card that says so), `none` (nothing fits)."""
    verdicts: str | None
    """JSON, trial id → verdict; None where the patient was not screened."""
    card: str | None
    trials: str
    """Ids of the trials that the card speaks for, comma between them."""
    fingerprint: str | None


class AuditLog:
    """Writes the audit, and looks up what was dismissed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = Statement(insert(audit).values(dict.fromkeys(Shown._fields)), database.engine)
        looked_for = select(snoozes.c.fingerprint, snoozes.c.user).where(
            snoozes.c.patient == "", snoozes.c.client == "", snoozes.c.user_class == "", snoozes.c.until > ""
        )
        self._snoozed = Statement(looked_for, database.engine)

    def record(self, rows: list[Shown]) -> None:
        """Add rows, all or none. Raises StoreUnavailable."""
        sql = self._insert.sql
        # A row has the order of its columns, which is that of the parameters (a test holds it).
        parameters: list[Any] = list(rows) if self._insert.positional else [row._asdict() for row in rows]

        def write(connection: Any) -> None:
            if len(parameters) == 1:
                connection.execute(sql, parameters[0])
                return
            connection.execute("BEGIN")
            try:
                for values in parameters:
                    connection.execute(sql, values)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

        self._database.hurried(write)

    def snoozed(self, client: str, patient: str, user_class: str, user: str, today: str) -> frozenset[str]:
        """Fingerprints of the cards that this reader has dismissed, or a colleague for a reason of the patient's.

        `today`: YYYY-MM-DD, the clinical date. Raises StoreUnavailable.
        """
        values = {"patient_1": patient, "client_1": client, "user_class_1": user_class, "until_1": today}
        parameters = self._snoozed.parameters(values)
        found = self._database.hurried(lambda c: c.execute(self._snoozed.sql, parameters).fetchall())
        return frozenset([row[0] for row in found if row[1] is None or row[1] == user]) if found else _NONE
