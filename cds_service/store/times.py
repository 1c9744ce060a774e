"""Instants as the store writes them: UTC, one length, ordered as text."""

from datetime import UTC, datetime


def instant(moment: datetime) -> str:
    """`2026-11-24T09:30:00.000000Z`. `moment` must know its zone."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def now() -> str:
    """This instant, by the clock of the machine (never by `CDS_AS_OF`, which pins clinical time only)."""
    return instant(datetime.now(UTC))
