"""Encounter: only how far back the chart reaches (decision 19).

The end of an inpatient order is asked for by reference.
"""

from typing import Any

import msgspec

from ..bundle import Place
from ..context import Context
from ..heads import Period, Reference
from .condition import date_of
from .pieces import NULL

KIND = "Encounter"


class Head(msgspec.Struct, tag_field="resourceType", tag="Encounter", gc=False):
    """The elements of an Encounter that are read."""

    id: str | None = None
    meta: msgspec.Raw = NULL
    subject: Reference | None = None
    status: str | None = None
    period: Period | None = None


def read(head: Head, place: Place, ctx: Context) -> None:
    """Let the begin of the encounter say how far back the chart reaches; one that was only planned says nothing."""
    if head.period is not None and head.status != "planned":
        ctx.dated(date_of(head.period.start, ctx, report=False))


def matters(resource: dict[str, Any], ctx: Context) -> bool:
    """An Encounter that cannot be read decides nothing."""
    return False
