"""Instants as the store writes them: UTC, one length, ordered as text."""

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC without saying so: what is written has its `Z` put after it


def instant(moment: datetime) -> str:
    """`2026-11-24T09:30:00.000000Z`. `moment` must know its zone."""
    return _written(moment.astimezone(UTC).replace(tzinfo=None))


def now() -> str:
    """This instant, by the clock of the machine (never by `CDS_AS_OF`, which pins clinical time only)."""
    return _written(_EPOCH + timedelta(microseconds=time.time_ns() // 1000))  # a zone would cost more than all of it


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds") + "Z"
