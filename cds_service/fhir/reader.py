"""Reads charts in two phases: heads of all entries, then whole resources of those that can matter (design.md).

A body is never turned into dicts. One bad entry is one named skip. The same reader serves prefetch, fetched pages,
Bundle files and NDJSON.
"""

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from operator import attrgetter
from typing import Any

import msgspec

from ..chart.chart import Chart, Kind
from ..chart.facts import Patient, Result
from ..kernel.errors import InputError
from ..terminology import Terminology
from .bundle import Whole, type_of
from .context import Context, decode
from .entries import BundleFacts, Entries
from .kinds import kinds_read
from .pages import without_subsetted
from .read.patient import read_patient
from .whose import Whose

__all__ = ["BundleFacts", "ChartReader", "kinds_read"]

_by_reference = attrgetter("reference")
_RANK = {k: n for n, k in enumerate((Kind.NOT_OFFERED, Kind.READ, Kind.NEWEST, Kind.PART, Kind.UNAVAILABLE))}
_BUNDLE = re.compile(rb'\s*\{\s*"resourceType"\s*:\s*"Bundle"')


class ChartReader:
    """One chart, fed piece by piece. A bad resource never breaks it: it is skipped and named."""

    def __init__(self, terminology: Terminology, as_of: date, patient_id: str | None = None) -> None:
        self._terminology = terminology
        self._as_of = as_of
        self._patient_id = patient_id
        self._entries = Entries()
        self._kinds: dict[str, Kind] = {}

    def patient(self, raw: "bytes | msgspec.Raw", full_url: str | None = None) -> None:
        """Take the Patient. Raises InputError if it is none, or another one than expected."""
        try:
            resource = decode(raw)
        except (msgspec.MsgspecError, RecursionError):
            raise InputError("the Patient cannot be read as JSON") from None
        if resource.get("resourceType") != "Patient":
            raise InputError("a Patient resource is expected; another resource type was sent")
        identifier = resource.get("id")
        if not isinstance(identifier, str):
            identifier = None
        if self._patient_id and identifier and identifier != self._patient_id:
            raise InputError("the Patient that was sent is not the patient of this request")
        identifier = identifier or self._patient_id
        self._patient_id = identifier
        reference = f"Patient/{identifier}" if identifier else (full_url or "Patient")
        names = [f"urn:uuid:{identifier}"] if identifier else []  # how exporters refer to a Patient whose id is a UUID
        self._entries.whose = Whose(identifier, reference, *names, *([full_url] if full_url else []))
        self._entries.context = Context(
            self._terminology, self._as_of, read_patient(resource, reference), self._entries.referred.find
        )

    @property
    def who(self) -> Patient | None:
        """The Patient, once taken."""
        return self._entries.context.patient if self._entries.context else None

    def state(self, kind: str, state: Kind) -> None:
        """Say how far a kind was read; a worse state that was said before stays."""
        before = self._kinds.get(kind)
        if before is None:
            self._kinds[kind] = state
        elif _RANK[state] > _RANK[before]:
            if before in (Kind.READ, Kind.NEWEST, Kind.PART) and state is Kind.UNAVAILABLE:
                state = Kind.PART  # one of several searches for this kind failed: what arrived still counts
            self._kinds[kind] = state
        elif before is Kind.UNAVAILABLE and state not in (Kind.NOT_OFFERED, Kind.UNAVAILABLE):
            self._kinds[kind] = Kind.PART

    def bundle(
        self, raw: "bytes | msgspec.Raw", *, kinds: Iterable[str] = (), complete: bool = True, cut: str | None = None,
        whole_only: bool = False, decoded: Any | None = None,
    ) -> BundleFacts:
        """Take an answer: a Bundle, a single resource, `null` (looked, none) or an OperationOutcome.

        `kinds`: the resource types that this answer speaks for. With `complete=False` more was there than arrived;
        `cut="newest"` says that what is missing can only be older. `whole_only` leaves out what the server marked as
        SUBSETTED. `decoded`: the same, decoded before (`pages.Page.bundle`). Raises InputError for what is not FHIR.
        """
        if memoryview(raw).nbytes < 16 and bytes(raw).strip() == b"null":
            facts = BundleFacts()
        elif (quickly := self._entries.take_quickly(raw, whole_only, decoded)) is not None:
            facts = quickly
        else:
            raw, dropped = without_subsetted(raw) if whole_only else (raw, 0)
            resource_type = "Bundle" if _BUNDLE.match(raw) else type_of(raw)
            if resource_type == "Bundle":
                facts = self._entries.take_bundle(raw)._replace(dropped=dropped)
            elif resource_type == "OperationOutcome":
                facts = BundleFacts(outcome="unavailable")
            elif resource_type is None:
                raise InputError("this is not a FHIR resource: it has no resourceType")
            else:
                self._entries.take(raw)
                facts = BundleFacts(received=1)
        if facts.torn:
            state = Kind.PART if facts.received else Kind.UNAVAILABLE
        elif not complete:
            state = Kind.NEWEST if cut == "newest" else Kind.PART
        else:
            state = Kind.READ
        for kind in kinds:
            self.state(kind, state)
        return facts

    def decoded(self, bundle: Any, whole: Whole) -> BundleFacts | None:
        """Take a Bundle that was decoded (`sent.Sent`); None, and nothing taken, where an entry may not be whole."""
        return self._entries.take_decoded(bundle, whole, True)

    def missing_medications(self) -> list[str]:
        """References to Medications that did not come with their orders (known after `chart()`)."""
        return list(dict.fromkeys(self._entries.context.missing_medications)) if self._entries.context else []

    def chart(self) -> Chart:
        """What has been read so far. May be called again after more was taken."""
        context = self._entries.context
        if context is None:
            raise InputError("there is no Patient")
        self._entries.read_pending(context)
        for results in context.results.values():
            if len(results) > 1 and not all(a.day.first > b.day.last for a, b in pairwise(results)):
                results.sort(key=_by_reference)
                results.sort(key=_newest_first, reverse=True)
        # By reference and not by arrival: servers, files and pages have each their own order, a chart has one.
        return Chart(
            context.as_of,
            context.patient,
            context.terminology,
            results=context.results,
            diagnoses=tuple(sorted(context.diagnoses, key=_by_reference)),
            exposures=tuple(sorted(context.exposures, key=_by_reference)),
            procedures=tuple(sorted(context.procedures, key=_by_reference)),
            immunisations=tuple(sorted(context.immunisations, key=_by_reference)),
            allergies=tuple(sorted(context.allergies, key=_by_reference)),
            unnamed_drugs=tuple(sorted(context.unnamed_drugs)),
            kinds=dict(self._kinds),
            reach=context.reach,
            skipped=tuple(sorted(context.skipped)),
            notes=tuple(sorted({*self._entries.notes, *context.notes})),
        )


def _newest_first(result: Result) -> tuple[date, float, date]:
    moment = result.moment.timestamp() if result.moment else float("-inf")
    return (result.day.last, moment, result.day.first)
