"""The requests of one call, side by side in one pool of threads per process, within one deadline."""

import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from . import capability
from .access import FhirAccess
from .client import CONNECTIONS, FhirClient, Limits
from .faults import FetchError
from .pages import Answer
from .reader import BundleFacts
from .search import run_pages, run_read, run_search, without
from .templates import PAGE, Template

MEDICATIONS = 100
"""Medications that are read one by one in one call, at most."""
OPTIONAL = ("MedicationStatement", "MedicationAdministration", "MedicationDispense")
"""Types that many servers do not have: held back until the server has said what it offers."""


@dataclass(slots=True)
class Done:
    """One search (or read of a Medication) that ended, by itself or by the deadline."""

    template: Template | None
    """None: a Medication."""
    answer: Answer
    sent: BundleFacts | None = None
    """What the first page said, where it came in the prefetch."""


class _Ref(msgspec.Struct):
    reference: Any = None


class _Drug(msgspec.Struct):
    resourceType: Any = None
    id: Any = None
    medicationReference: _Ref | None = None


class _DrugEntry(msgspec.Struct):
    resource: _Drug | None = None


class _DrugPage(msgspec.Struct):
    entry: list[_DrugEntry] | None = None


_drug_pages = msgspec.json.Decoder(_DrugPage)


class Fetch:
    """The requests of one call to one server."""

    def __init__(
        self, access: FhirAccess, patient_id: str, deadline: float, limits: Limits | None, page_size: int | None
    ) -> None:
        self.client = FhirClient(access, deadline, limits)
        self.not_offered: list[Template] = []
        """What was not asked because the server says that it does not have it."""
        self.types: frozenset[str] | None = None
        """What the server says that it offers; None where it does not say."""
        self._patient_id = patient_id
        self._page_size = page_size
        self._pending: dict[Future[Any], Done | None] = {}
        self._held: list[Template] = []
        self._patience = 0.0
        self._medications: set[str] = set()

    def ask(self, template: Template) -> None:
        """Send one search or read."""
        query = template.filled(self._patient_id)
        if not self.client.access.may_read("Medication"):
            query = without(query, ("_include",))
        if self._page_size:
            query = query.replace(f"_count={PAGE}", f"_count={self._page_size}")
        answer = Answer(template.type)
        if template.type == "Patient":
            future = _pool().submit(run_read, self.client, query, answer)
        else:
            future = _pool().submit(run_search, self.client, query, answer, single=template.single)
        self._pending[future] = Done(template, answer)

    def ask_offered(self, templates: Iterable[Template]) -> None:
        """Send the searches for what the server offers, and learn what it offers where that is not known yet."""
        templates = list(templates)
        try:
            self.types = capability.offered(self.client.access.base)
        except capability.Unknown:
            if templates:
                self._pending[_pool().submit(capability.ask, self.client)] = None
                self._held = [t for t in templates if t.type in OPTIONAL]
                now = time.monotonic()
                self._patience = now + (self.client.deadline - now) / 4
            templates = [t for t in templates if t not in self._held]
        self._ask_known(templates)

    def follow(self, template: Template, url: str, sent: BundleFacts) -> None:
        """Follow the `next` link of a Bundle that came in the prefetch."""
        answer = Answer(template.type)
        self._pending[_pool().submit(run_pages, self.client, url, answer)] = Done(template, answer, sent)

    def medications(self, pages: "Iterable[bytes | msgspec.Raw]") -> None:
        """Read the Medications that these orders refer to and that did not come with them."""
        wanted: list[str] = []
        for page in pages:
            try:
                entries = _drug_pages.decode(page).entry or []
            except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
                continue
            for entry in entries:
                drug = entry.resource
                if drug is None:
                    continue
                if drug.resourceType == "Medication" and isinstance(drug.id, str):
                    self._medications.add(f"Medication/{drug.id}")
                elif drug.medicationReference is not None:
                    wanted.append(self._relative(drug.medicationReference.reference))
        if any(wanted) and not self.client.access.may_read("Medication"):
            refused: Future[Any] = Future()
            refused.set_result(None)
            self._pending[refused] = Done(None, Answer("Medication", problem=FetchError("not-granted"), finished=True))
            return
        for reference in dict.fromkeys(wanted):
            if reference and reference not in self._medications and len(self._medications) < 10 * MEDICATIONS:
                self._medications.add(reference)
                answer = Answer("Medication")
                self._pending[_pool().submit(run_read, self.client, reference, answer)] = Done(None, answer)

    def finished(self) -> Iterator[Done]:
        """What was sent, as it ends; at the deadline what has not ended comes with what it brought so far."""
        while self._pending:
            now = time.monotonic()
            until = min(self.client.deadline, self._patience) if self._held else self.client.deadline
            ended, _ = wait(self._pending, timeout=max(until - now, 0), return_when=FIRST_COMPLETED)
            if self._held and (not ended or any(self._pending[f] is None for f in ended)):
                self._release([f for f in ended if self._pending[f] is None])
            elif not ended:
                break
            for future in ended:
                done = self._pending.pop(future)
                if done is None:
                    self._learn(future)
                    continue
                if not done.answer.finished and done.answer.problem is None:
                    done.answer.problem = FetchError("connection")  # a fault of ours must not look like "none"
                if done.template is not None and done.template.drug:
                    self.medications(done.answer.pages)
                yield done
        yield from self._late()

    def _late(self) -> Iterator[Done]:
        for future, done in self._pending.items():
            future.cancel()
            if done is not None:
                answer = done.answer
                so_far = Answer(
                    answer.kind, list(answer.pages), list(answer.dates), answer.total,
                    answer.problem or FetchError("timeout"), dropped=answer.dropped, found=set(answer.found),
                )
                yield Done(done.template, so_far, done.sent)
        self._pending.clear()

    def _release(self, statements: "list[Future[Any]]") -> None:
        for future in statements:
            self._learn(future)
        held, self._held = self._held, []
        self._ask_known(held)

    def _learn(self, statement: "Future[Any]") -> None:
        if statement.exception() is None:
            self.types = statement.result()

    def _ask_known(self, templates: Iterable[Template]) -> None:
        for template in templates:
            if self.types is None or template.type in self.types:
                self.ask(template)
            else:
                self.not_offered.append(template)

    def _relative(self, reference: object) -> str:
        """`Medication/id` of a reference to this server, else an empty string (contained, urn, another server)."""
        if not isinstance(reference, str):
            return ""
        plain = reference.removeprefix(self.client.access.base + "/").split("/_history/")[0]
        kind, _, identifier = plain.partition("/")
        valid = kind == "Medication" and identifier.replace("-", "").replace(".", "").isalnum()
        return plain if valid and identifier.isascii() else ""


@cache
def _pool() -> ThreadPoolExecutor:
    """One pool a process, as wide as the pool of connections."""
    return ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="fhir")


def stop() -> None:
    """End the threads; the next call starts new ones."""
    if _pool.cache_info().currsize:
        _pool().shutdown(wait=False, cancel_futures=True)
    _pool.cache_clear()


os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not survive a fork
