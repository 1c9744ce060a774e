"""The requests of one call, side by side in one pool of threads per process, within one deadline."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from queue import Empty, SimpleQueue

import msgspec

from . import capability
from .access import FhirAccess
from .beside import beside
from .client import CONNECTIONS, FhirClient, Limits
from .faults import FetchError
from .pages import Answer, Page
from .reader import BundleFacts
from .search import run_pages, run_read, run_search, without
from .templates import PAGE, Template

MEDICATIONS = 1000
"""Medications that are read one by one in one call, at most."""
ENCOUNTERS = 100
"""Encounters likewise."""
OPTIONAL = ("MedicationStatement", "MedicationAdministration", "MedicationDispense")
"""Types that many servers do not have: held back until the server has said what it offers."""


@dataclass(slots=True)
class Done:
    """One search (or read of what a drug record points to) that ended, by itself or by the deadline."""

    template: Template | None
    """None: a Medication or an Encounter that was read by itself."""
    answer: Answer
    sent: BundleFacts | None = None
    """What the first page said, where it came in the prefetch."""
    received: int = 0
    """Matches that were taken by the reader. This and the next: for whoever takes the pages as they come."""
    outcome: bool = False
    """Whether an OperationOutcome said that something is missing."""
    seen: int = 0
    """Pages that were given out."""

    @property
    def reads_patient(self) -> bool:
        """Whether it is the read of the Patient."""
        return self.template is not None and self.template.type == "Patient"


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
        self._pending: dict[int, Done | None] = {}
        """What has not ended; None: the CapabilityStatement."""
        self._futures: list[Future[None]] = []
        self._news: SimpleQueue[int] = SimpleQueue()
        """Numbers of those of which a page arrived or which ended."""
        self._held: list[Template] = []
        self._patience = 0.0
        self._read_already: set[str] = set()
        """Medications and Encounters that came or were asked for."""
        self._reads: Counter[str] = Counter()

    def ask(self, template: Template) -> None:
        """Send one search or read."""
        query = template.filled(self._patient_id)
        if not self.client.access.may_read("Medication"):
            query = without(query, ("_include",))
        if self._page_size:
            query = query.replace(f"_count={PAGE}", f"_count={self._page_size}")
        done = Done(template, Answer(template.type))
        if template.type == "Patient":
            self._send(done, lambda: run_read(self.client, query, done.answer))
        else:
            self._send(done, lambda: run_search(self.client, query, done.answer, single=template.single))

    def ask_offered(self, templates: Iterable[Template]) -> None:
        """Send the searches for what the server offers, and learn what it offers where that is not known yet."""
        templates = list(templates)
        try:
            self.types = capability.offered(self.client.access.base)
        except capability.Unknown:
            if templates:
                self._send(None, self._ask_statement)
                self._held = [t for t in templates if t.type in OPTIONAL]
                now = time.monotonic()
                self._patience = now + (self.client.deadline - now) / 4
            templates = [t for t in templates if t not in self._held]
        self._ask_known(templates)

    def follow(self, template: Template, url: str, sent: BundleFacts) -> None:
        """Follow the `next` link of a Bundle that came in the prefetch."""
        done = Done(template, Answer(template.type), sent)
        self._send(done, lambda: run_pages(self.client, url, done.answer))

    def referred(self, pages: "Iterable[bytes | msgspec.Raw]") -> None:
        """Read, one by one, what drug records point to and what did not come with them.

        Medications, without which an order has no name; and the Encounters of inpatient orders that are over, which
        bound an end that was not recorded (criteria.md decision 38). What the token does not allow is not read: an
        order then stays without a name (unknown, decision 34) or its end open, which is the safe reading.
        """
        for found in map(beside, pages):
            self._read_already |= found.here
            self._read_each("Medication", found.medications, MEDICATIONS)
            if found.encounters and self.client.access.may_read("Encounter"):
                self._read_each("Encounter", found.encounters, ENCOUNTERS)

    def _read_each(self, kind: str, references: Iterable[object], most: int) -> None:
        wanted = [found for r in references if (found := self._relative(kind, r)) and found not in self._read_already]
        if wanted and not self.client.access.may_read(kind):
            self._send(Done(None, Answer(kind, problem=FetchError("not-granted"))), None)
            return
        for reference in dict.fromkeys(wanted):
            if self._reads[kind] >= most:
                self._send(Done(None, Answer(kind, problem=FetchError("too-many-reads"))), None)
                return
            self._reads[kind] += 1
            self._read_already.add(reference)
            self._read(Done(None, Answer(kind)), reference)

    def arrivals(self) -> Iterator[tuple[Done, Page | None]]:
        """The pages as they arrive, and None as each search ends; at the deadline all end with what they brought."""
        while self._pending:
            until = min(self.client.deadline, self._patience) if self._held else self.client.deadline
            try:
                number = self._news.get(timeout=max(until - time.monotonic(), 0))
            except Empty:
                if not self._held:
                    break
                self._release()
                continue
            if number not in self._pending:
                continue  # news of a page of a search whose end was seen first
            done = self._pending[number]
            if done is None:
                del self._pending[number]
                self._release()
                continue
            ended = done.answer.finished  # before the pages are looked at: after it there come no more
            yield from self._new_pages(done)
            if ended:
                del self._pending[number]
                yield done, None
        yield from self._late()

    def _new_pages(self, done: Done) -> Iterator[tuple[Done, Page | None]]:
        pages = done.answer.pages
        while done.seen < len(pages):
            page = pages[done.seen]
            pages[done.seen] = page._replace(bundle=None, entry=[])  # the reader keeps what it needs
            done.seen += 1
            if done.template is not None and done.template.drug:
                self.referred((page.body,))
            yield done, page

    def _late(self) -> Iterator[tuple[Done, Page | None]]:
        for future in self._futures:
            future.cancel()
        for done in self._pending.values():
            if done is not None:
                answer = done.answer
                so_far = Answer(
                    answer.kind, list(answer.pages), list(answer.dates), answer.total,
                    answer.problem or FetchError("timeout"), dropped=answer.dropped, found=set(answer.found),
                )
                late = replace(done, answer=so_far)
                yield from self._new_pages(late)
                yield late, None
        self._pending.clear()

    def _send(self, done: Done | None, run: Callable[[], object] | None) -> None:
        """Run something in the pool, and put its number among the news as its pages arrive and when it ends."""
        number, news = len(self._futures), self._news
        self._pending[number] = done
        if done is not None:
            done.answer.arrived = lambda: news.put(number)

        def work() -> None:
            whole = False
            try:
                if run is not None:
                    run()
                whole = True
            finally:
                if done is not None:
                    if not whole and done.answer.problem is None:
                        done.answer.problem = FetchError("connection")  # a fault of ours must not look like "none"
                    done.answer.finished = True
                news.put(number)

        self._futures.append(_pool().submit(work))

    def _read(self, done: Done, reference: str) -> None:
        self._send(done, lambda: run_read(self.client, reference, done.answer))

    def _ask_statement(self) -> None:
        self.types = capability.ask(self.client)

    def _release(self) -> None:
        held, self._held = self._held, []
        self._ask_known(held)

    def _ask_known(self, templates: Iterable[Template]) -> None:
        for template in templates:
            if self.types is None or template.type in self.types:
                self.ask(template)
            else:
                self.not_offered.append(template)

    def _relative(self, kind: str, reference: object) -> str:
        """`Type/id` of a reference to this server, else an empty string (contained, urn, another server)."""
        if not isinstance(reference, str):
            return ""
        plain = reference.removeprefix(self.client.access.base + "/").split("/_history/")[0]
        said, _, identifier = plain.partition("/")
        valid = said == kind and identifier.replace("-", "").replace(".", "").isalnum()
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
