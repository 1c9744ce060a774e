"""The data of one call as a chart: what the prefetch brought, and what a FHIR server adds (else no HTTP is imported).

Patient and Conditions first; without SLE nothing else is read or fetched. The rest side by side within one deadline.
A kind that did not arrive whole is never "none" (criteria.md "Completeness", decisions 38, 49, 51).
"""

import logging
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from ..chart.chart import Chart, Kind
from ..clinical.lupus import sle
from ..kernel.dates import checked_clock
from ..kernel.errors import InputError
from ..terminology import Terminology
from .beside import points
from .bundle import begins_as_bundle, type_of
from .completeness import cut, reach, together
from .faults import WORDS, FetchError
from .gathered import Gathered, MissingData
from .pages import Answer, Page, decode_page, subsetted
from .reader import BundleFacts, ChartReader
from .sent import TAKEN, Sent, is_null
from .templates import FIRST, Template, templates

if TYPE_CHECKING:
    from .access import FhirAccess
    from .client import Limits
    from .fetch import Done, Fetch

__all__ = ["Gathered", "MissingData", "gather", "gather_patient", "shutdown"]

log = logging.getLogger("cds_service.fhir")
Raw = msgspec.Raw | bytes
_STRANGER = "it is about another patient"


def gather_patient(
    patient_id: str, access: "FhirAccess", *, terminology: Terminology, as_of: date, deadline: float,
    limits: "Limits | None" = None, page_size: int | None = None,
) -> Gathered:
    """One patient's chart over the wire, nothing sent beforehand."""
    return gather(patient_id, {}, access, terminology=terminology, as_of=as_of, deadline=deadline, limits=limits,
                  page_size=page_size)


def gather(
    patient_id: str,
    prefetch: Mapping[str, Raw | None],
    access: "FhirAccess | None",
    *,
    terminology: Terminology,
    as_of: date,
    deadline: float,
    medication_include: bool = True,
    limits: "Limits | None" = None,
    page_size: int | None = None,
) -> Gathered:
    """Gather one patient's chart as of a date.

    `prefetch`: raw JSON by key; `null` means "looked, none", a missing key is fetched. `deadline`: an instant of
    time.monotonic(). `page_size` replaces `_count`. Raises MissingData (412) and InputError (400: the Patient that
    was sent is another one, or none; an impossible clock). Whatever else goes wrong stands in the chart's kinds.
    """
    return _Gathering(patient_id, prefetch, access, terminology, checked_clock(as_of), deadline, medication_include,
                      limits, page_size).run()


def shutdown() -> None:
    """End threads and close connections (tests, end of the process)."""
    from .client import close
    from .fetch import stop

    stop()
    close()


class _Gathering:
    """The state of one call."""

    def __init__(
        self, patient_id: str, prefetch: Mapping[str, Raw | None], access: "FhirAccess | None",
        terminology: Terminology, as_of: date, deadline: float, include: bool, limits: "Limits | None",
        page_size: int | None,
    ) -> None:
        self.sent = prefetch if isinstance(prefetch, Sent) else None
        self.prefetch: Mapping[str, Raw] = self.sent or {k: v for k, v in prefetch.items() if v is not None}
        self.here = frozenset(self.prefetch)
        self.pointless: set[str] = set()  # keys of drug records that were sent and point to nothing
        self.templates = templates(terminology, medication_include=include)
        self.reader = ChartReader(terminology, as_of, patient_id)
        self.access, self.settings = access, (patient_id, deadline, limits, page_size)
        self.states: dict[str, list[Kind]] = {}
        self.problems: list[tuple[str, str]] = []
        self.why: dict[str, str] = {}
        self.links: dict[str, tuple[Template, str, BundleFacts]] = {}
        """Prefetch key → where its Bundle goes on."""
        self.fetch: Fetch | None = None

    def run(self) -> Gathered:
        unreadable = self._patient_and_conditions()
        if "patient" in unreadable:
            return self._result(None, unreadable)
        self._settle()
        chart = self.reader.chart()
        found = sle(chart).value
        if chart.patient.deceased or found in ("none", "type-not-stated"):
            return self._result(chart, unreadable)
        wanted: list[Template] = []
        for template in self.templates[len(FIRST) :]:
            if template.key in self.here:
                self._take_sent(template)
            else:
                wanted.append(template)
        if self.access is not None and found == "sle":
            self._fetch_rest(wanted)
        else:
            words = "it was not sent" if self.access is None else "not asked for: the diagnosis is not known"
            for template in wanted:
                self._failed(template, words)
            if self.links:
                self._cut_links()
        self._settle()
        return self._result(self.reader.chart(), unreadable)

    # --- Patient and Conditions ----------------------------------------------------------------------------------

    def _patient_and_conditions(self) -> tuple[str, ...]:
        patient, conditions = self.templates[:2]
        missing: list[Template] = []
        failed: list[str] = []
        sent = self.prefetch.get(patient.key)
        if sent is None or is_null(sent):
            missing.append(patient)
        elif type_of(sent) == "OperationOutcome" or subsetted(sent):
            self.problems.append((patient.key, "what was sent in its place is an OperationOutcome or not whole"))
            failed.append(patient.key)
        else:
            self.reader.patient(sent)
        if conditions.key in self.here:
            self._take_sent(conditions)
        else:
            missing.append(conditions)
        if self.access is not None and (missing or self.links):
            if not all(map(self._granted, missing)):  # not to be had, as without access
                raise MissingData(tuple(t.key for t in missing if not self._granted(t)))
            failed += self._fetch_first(missing)
        elif missing:
            raise MissingData(tuple(t.key for t in missing))
        elif self.links:
            self._cut_links()
        if {*self.states["Condition"]} == {Kind.UNAVAILABLE}:
            failed.append(conditions.key)
        return tuple(failed)

    def _fetch_first(self, missing: list[Template]) -> list[str]:
        fetch = self._fetching()
        for template in missing:
            fetch.ask(template)
        self._follow_links(fetch)
        failed: list[str] = []
        # The Patient first, whichever came first: what is read later is read by the birth date.
        for done, page in sorted(fetch.arrivals(), key=lambda arrived: not arrived[0].reads_patient):
            if page is not None:
                if not done.reads_patient:
                    self._take_page(done, page)
                continue
            if not done.reads_patient:
                self._judge(done)
                continue
            problem = done.answer.problem
            if problem is not None and problem.reason in ("not-found", "gone"):
                raise MissingData(("patient",), "the FHIR server has no such patient")
            try:
                if problem is not None:
                    raise problem
                body = done.answer.pages[0].body
                if subsetted(body):
                    raise FetchError("subsetted")
                self.reader.patient(body)
            except (InputError, FetchError) as error:
                words = str(error) if isinstance(error, FetchError) else "the FHIR server sent no such Patient"
                self.problems.append(("patient", words))
                failed.append("patient")
        return failed

    # --- the rest ------------------------------------------------------------------------------------------------

    def _fetch_rest(self, wanted: list[Template]) -> None:
        orders = [
            raw for t in self.templates
            if t.drug and t.key not in self.pointless and (raw := self.prefetch.get(t.key)) is not None
            and (b"medicationReference" in bytes(raw) or b'"inpatient"' in bytes(raw))
        ]
        if not (wanted or orders or self.links):
            return
        fetch = self._fetching()
        fetch.referred(orders)
        fetch.ask_offered([t for t in wanted if self._granted(t)])
        self._follow_links(fetch)
        ended: list[Done] = []
        for done, page in fetch.arrivals():  # read while other answers are on their way
            if page is not None:
                self._take_page(done, page)
            else:
                ended.append(done)
        # Judged in the order of the templates and not of arrival: the same chart makes the same card (PFD-11).
        order = {template.key: n for n, template in enumerate(self.templates)}
        for done in sorted(ended, key=lambda d: order[d.template.key] if d.template else len(order)):
            self._judge(done)
        for template in fetch.not_offered:
            self._failed(template, WORDS["not-offered"], not_offered=True)
        for template in wanted:
            if not self._granted(template):
                self._failed(template, WORDS["not-granted"])

    def _fetching(self) -> "Fetch":
        if self.fetch is None:
            from .fetch import Fetch

            assert self.access is not None
            self.fetch = Fetch(self.access, *self.settings)
        return self.fetch

    def _granted(self, template: Template) -> bool:
        """Whether the token allows to ask: what it does not allow is not asked, and is unavailable (FHR-6)."""
        assert self.access is not None
        allowed = self.access.may_read if template.type == "Patient" else self.access.may_search
        return allowed(template.type)

    def _follow_links(self, fetch: "Fetch") -> None:
        for key, (template, url, facts) in list(self.links.items()):
            if self._granted(template):
                fetch.follow(template, url, facts)
                del self.links[key]
        self._cut_links()

    def _cut_links(self) -> None:
        """Pages that nobody can follow: what arrived is the beginning."""
        for template, _, _ in self.links.values():
            answer = Answer(template.type)
            try:
                answer.take(decode_page(self.prefetch[template.key], template.type))
            except FetchError:  # its frame is a Bundle's, an entry is not
                self._failed(template, WORDS["not-followed"], part=Kind.PART)
            else:
                self._failed(template, WORDS["not-followed"], part=cut(template, answer))
        self.links.clear()

    # --- what an answer means ------------------------------------------------------------------------------------

    def _take_sent(self, template: Template) -> None:
        sent, key = self.sent, template.key
        answer: Any = self.prefetch[key] if sent is None else sent.answers[key]
        if answer is None or (sent is None and is_null(answer)):
            return None if template.single else self._say(template, Kind.READ)
        if sent is not None:
            sent.answers[key] = TAKEN
            if self.access is not None and template.drug and not points(answer.entry):
                self.pointless.add(key)
            if (taken := self.reader.decoded(answer, sent.whole(key))) is not None:
                return self._say_sent(template, taken)
        raw = self.prefetch[key]
        if not begins_as_bundle(raw) and type_of(raw) not in ("Bundle", "OperationOutcome", template.type):
            return self._failed(template, "what was sent is not an answer to the search")
        try:
            facts = self.reader.bundle(raw, whole_only=True)
        except InputError:
            return self._failed(template, "what was sent is not FHIR")
        return self._say_sent(template, facts)

    def _say_sent(self, template: Template, facts: BundleFacts) -> None:
        """What a Bundle that was sent says of its kind."""
        if template.single:
            return None
        if facts.outcome is not None and facts.torn:
            words = WORDS["nested" if facts.outcome == "nested" else "outcome"]
            return self._failed(template, words, part=Kind.PART if facts.received else None)
        if facts.dropped:
            self._failed(template, WORDS["subsetted"], part=Kind.PART)
        if facts.next:
            self.links[template.key] = (template, facts.next, facts)
        elif facts.next is not None:
            self._failed(template, WORDS["not-followed"], part=Kind.PART)
        elif facts.total is not None and facts.received < facts.total and not facts.dropped:
            self._failed(template, WORDS["fewer"], part=Kind.PART)
        else:
            self._say(template, Kind.READ)
        return None

    def _take_page(self, done: "Done", page: Page) -> None:
        try:
            facts = self.reader.bundle(page.body, decoded=page.bundle)
        except InputError:
            done.answer.problem = done.answer.problem or FetchError("not-fhir")
            return
        done.received += facts.received
        done.outcome = done.outcome or facts.torn

    def _judge(self, done: "Done") -> None:
        """What an answer that ended, by itself or by the deadline, says of its kind."""
        answer, template = done.answer, done.template
        if template is None:
            if answer.problem is not None:
                self.problems.append((f"{answer.kind.lower()}s", str(answer.problem)))
            return
        in_part = self.access is not None and self.access.in_part(template.type)
        state, words = reach(template, answer, done.received, done.sent, outcome=done.outcome, in_part=in_part)
        if words is None:
            self._say(template, state)
        elif state is Kind.NOT_OFFERED:
            self._failed(template, words, not_offered=True)
        else:
            self._failed(template, words, part=state)

    def _failed(
        self, template: Template, words: str, *, part: Kind | None = None, not_offered: bool = False
    ) -> None:
        """Note what did not arrive whole. `part`: how far what arrived reaches."""
        if self.fetch is not None and self.fetch.types is not None and template.type not in self.fetch.types:
            not_offered = True
        if not_offered and template.drug:
            return self._say(template, Kind.NOT_OFFERED)  # no failure: decision 38
        self.problems.append((template.key, words))
        for kind in template.kinds:
            self.why.setdefault(kind, words)
        return self._say(template, part or Kind.UNAVAILABLE)

    def _say(self, template: Template, state: Kind) -> None:
        for kind in template.kinds:
            self.states.setdefault(kind, []).append(state)

    def _settle(self) -> None:
        """Tell the reader how far each kind was read, several searches for one kind taken together."""
        for kind, states in self.states.items():
            self.reader.state(kind, together(states))
        self.states.clear()

    def _result(self, chart: Chart | None, unreadable: tuple[str, ...]) -> Gathered:
        strangers = sum(problem == _STRANGER for _, problem in chart.skipped) if chart and chart.skipped else 0
        requests = self.fetch.client.requests if self.fetch else 0
        if chart is not None:
            chart.why = self.why
        if self.fetch is not None and self.problems:  # keys and words of ours: nothing of the patient, no address
            log.warning("fetched in part: %s", "; ".join(f"{key}: {words}" for key, words in self.problems))
        return Gathered(chart, unreadable, tuple(self.problems), requests, strangers)
