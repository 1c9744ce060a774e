"""Rows and reports made by hand."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import Table, select

from cds_service.store import Store
from cds_service.store.audit import Shown
from cds_service.store.reports import Report

TODAY = date(2026, 11, 24)
SERVICE = "sle-cart-trials"


def shown(store: Store, patient: str = "p1", user: str = "Practitioner/a", **changes: Any) -> Shown:
    """A row of the audit for a card that was shown."""
    of = store.pseudonyms.of
    row = Shown(
        at="2026-11-24T09:30:00.000000Z", client="default", service=SERVICE, hook_instance=None, key_id="test-key",
        patient=of("patient", "default", "", patient), user=of("user", "default", "", user),
        user_class=user.partition("/")[0], as_of=TODAY.isoformat(), software="0.1.0", rules="r", mappings="m",
        outcome="shown", verdicts='{"NCT06513429":"possible"}', card=str(uuid.uuid4()), trials="NCT06513429",
        fingerprint="f" * 64,
    )  # fmt: skip
    return row._replace(**changes)


def record(store: Store, *rows: Shown) -> None:
    store.audit.record(list(rows))


def overridden(card: str | None, reason: str | None = None, at: str = "2026-11-24T10:00:00.000000Z") -> Report:
    return Report(card or "", "overridden", at, reason_code=reason)


def accepted(card: str | None, at: str = "2026-11-24T10:00:00.000000Z") -> Report:
    return Report(card or "", "accepted", at, suggestions=("s1",))


def take(store: Store, *reports: Report, days: int = 90, whole_team: bool = False, **changes: Any) -> None:
    given: dict[str, Any] = {"client": "default", "service": SERVICE, "today": TODAY} | changes
    store.reports.take(reports, days=lambda code, system: (days, whole_team), **given)


def rows(store: Store, table: Table) -> list[Any]:
    with store.database.reading() as connection:
        return list(connection.execute(select(table)))


def snoozed(store: Store, row: Shown, today: str = "2026-11-25", **changes: str) -> bool:
    """Whether the card of a row stays away from its reader."""
    of = store.pseudonyms.of
    if "user" in changes:
        changes["user"] = of("user", "default", "", changes["user"])
    if "patient" in changes:
        changes["patient"] = of("patient", "default", "", changes["patient"])
    asked = {"client": row.client, "patient": row.patient, "user_class": row.user_class, "user": row.user} | changes
    return row.fingerprint in store.audit.snoozed(**asked, today=today)
