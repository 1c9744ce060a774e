"""What is counted, under closed sets of labels: nothing that a caller or a chart says ever becomes a label.

Every series is there from the start, with the trials, criteria, services, reasons and causes that this process knows;
a word that is none of these counts as `other`, or not at all. One hook call is counted in one pass.
`exposition.py` writes the page.
"""

import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import compress, product
from operator import itemgetter
from typing import NamedTuple

from ..cards import Card
from ..eligibility import Assessment, together
from ..fhir import faults
from ..kernel.answers import Reason
from ..override_reasons import BY_CODE
from ..trials import Trial, load_trials
from .causes import STORE, Cause
from .counts import SharedCounts
from .services import Call, Reply, services

BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds."""
ROUTES = ("discovery", "hook", "feedback", "fhir", "trials", "sandbox", "smart", "health", "ready", "metrics",
          "openapi.json", "page", "other")  # fmt: skip
VERDICTS = ("not-applicable", "ineligible", "not-yet", "possible", "likely")
FATES = ("shown", "unread", "held-back")
_REFUSED = {400: "invalid", 412: "missing-data", 413: "too-large", 415: "media-type", 500: "fault"}
_OUTCOMES = (
    *((outcome, "2xx") for outcome in ("cards", "none", "unread", "held-back")),
    *((outcome, "5xx" if outcome == "fault" else "4xx") for outcome in _REFUSED.values()),
    ("other", "4xx"), ("other", "5xx"),
)  # fmt: skip
_CLASSES = ("2xx", "3xx", "4xx", "5xx")
_reason = itemgetter(2)
_MICRO = 1_000_000


class Family(NamedTuple):
    """One metric: its name without `_total`, what it says, its label names, and label values → place."""

    name: str
    help: str
    labels: tuple[str, ...]
    places: dict[tuple[str, ...], int]
    histogram: bool = False
    """Whether a place is the first of len(BUCKETS) + 1 counts, followed by the sum in microseconds."""


class HookCall:
    """One hook call while it runs."""

    __slots__ = ("begun", "call", "reply", "service", "shown")

    def __init__(self, service: str) -> None:
        self.service = service
        self.begun = time.monotonic()
        self.call: Call | None = None
        self.reply: Reply | None = None
        self.shown: Sequence[Card] = ()

    def outcome(self, status: int) -> tuple[str, str]:
        """The labels `outcome` and `status`."""
        if self.reply is None or status != 200:
            return _REFUSED.get(status, "other"), "5xx" if status >= 500 else "4xx"
        if self.shown:
            return ("cards" if any(card.trials for card in self.shown) else "unread"), "2xx"
        return ("held-back" if self.reply.cards else "none"), "2xx"


class Metrics:
    """The counts of this service. Safe to use from several threads and, once forked, several processes."""

    def __init__(self, keys: Mapping[str, Iterable[str]], hooks: Mapping[str, str], trials: Sequence[Trial]) -> None:
        """`keys`: service → its prefetch keys; `hooks`: service → its hook."""
        self.families: list[Family] = []
        self._hooks = dict(hooks)
        self._next = 1
        add = self._add
        self._routes = add("cds_http_requests", "Answers by route and class of status", ("route", "status"),
                           product(ROUTES, _CLASSES))  # fmt: skip
        self._calls = add("cds_hook_calls", "Hook calls by what came of them", ("service", "hook", "outcome", "status"),
                          ((s, hooks[s], *o) for s in hooks for o in _OUTCOMES))  # fmt: skip
        self._seconds = add("cds_hook_call_seconds", "How long a hook call took, fetching included", ("service",),
                            ((s,) for s in hooks), histogram=True)  # fmt: skip
        self._cards = add("cds_cards", "Cards: shown, shown to say that the chart could not be read, held back",
                          ("service", "fate"), product(hooks, FATES))  # fmt: skip
        missing = add("cds_prefetch_missing", "Hook calls that did not bring a prefetch key", ("service", "key"),
                      ((s, key) for s in keys for key in keys[s]))  # fmt: skip
        self._missing = {s: {key: missing[s, key] for key in keys[s]} for s in keys}
        verdicts = add("cds_verdicts", "Screenings by trial and verdict", ("trial", "verdict"),
                       product([t.id for t in trials], VERDICTS))  # fmt: skip
        unknown = add("cds_criteria_unknown", "Criteria that the chart could not decide", ("trial", "criterion"),
                      ((t.id, c.id) for t in trials for c in t.criteria))  # fmt: skip
        self._trials = {
            t.id: ({v: verdicts[t.id, v] for v in VERDICTS}, tuple([unknown[t.id, c.id] for c in t.criteria]))
            for t in trials
        }
        reasons = add("cds_unknown_reasons", "Why criteria could not be decided", ("reason",),
                      ((r.value,) for r in Reason))  # fmt: skip
        self._reasons = {r: reasons[r.value,] for r in Reason}
        self._fhir = add("cds_fhir_failures", "Requests to FHIR servers that brought nothing usable, retried ones too",
                         ("reason",), ((r,) for r in faults.WORDS))  # fmt: skip
        self._store = add("cds_store_failures", "Hook calls that the store did not serve", ("action",),
                          (("read",), ("write",)))  # fmt: skip
        self._refusals = add("cds_refused_tokens", "Calls refused for their token", ("cause",),
                             ((str(c),) for c in (*Cause, STORE)))  # fmt: skip
        self._faults = add("cds_faults", "Faults of the service itself, by route", ("route",), ((r,) for r in ROUTES))
        self._feedback = add("cds_feedback", "Reports on cards, by outcome and reason", ("outcome", "reason"), (
            ("accepted", "none"), *(("overridden", reason) for reason in (*BY_CODE, "other", "none")),
        ))  # fmt: skip
        self.counts = SharedCounts(self._next)

    def _add(
        self, name: str, help_: str, labels: tuple[str, ...], values: Iterable[tuple[str, ...]], histogram: bool = False
    ) -> dict[tuple[str, ...], int]:
        step = len(BUCKETS) + 2 if histogram else 1
        places = {}
        for value in values:
            places[value] = self._next
            self._next += step
        self.families.append(Family(name, help_, labels, places, histogram))
        return places

    def answered(self, route: str, status: int, hook: HookCall | None = None) -> None:
        """One request was answered; `hook`: what it was, where it was a hook call."""
        place = self._routes.get((route, f"{status // 100}xx"))
        counts = self.counts
        with counts.lock:
            row = counts.row
            if place is not None:
                row[place] += 1
            if hook is not None:
                self._hook(row, hook, status)

    def _hook(self, row: "memoryview[int]", hook: HookCall, status: int) -> None:
        service, call, reply = hook.service, hook.call, hook.reply
        row[self._calls[service, self._hooks[service], *hook.outcome(status)]] += 1
        seconds, first = time.monotonic() - hook.begun, self._seconds[service,]
        row[first + bisect_left(BUCKETS, seconds)] += 1
        row[first + len(BUCKETS) + 1] += int(seconds * _MICRO)
        if call is not None:
            missing = self._missing[service]
            for key in missing.keys() - set(call.prefetch):
                row[missing[key]] += 1
        if reply is None:
            return
        for card in hook.shown:
            row[self._cards[service, "shown" if card.trials else "unread"]] += 1
        row[self._cards[service, "held-back"]] += len(reply.cards) - len(hook.shown)
        if reply.assessments:
            self._assessed(row, reply.assessments)

    def _assessed(self, row: "memoryview[int]", assessments: Sequence[Assessment]) -> None:
        shared = together(assessments)
        # Only what is unknown has a reason (decision 29). What picks the answers of a trial gives its criteria in the
        # order of its file, as the places are.
        why = list(map(_reason, shared.answers))
        places: list[int] = []
        reasons: list[Reason] = []
        for assessment, own in zip(assessments, shared.own, strict=True):
            known = self._trials.get(assessment.trial.id)
            if known is None:
                continue
            verdicts, criteria = known
            unknown = own(why)
            places.append(verdicts[assessment.verdict])
            places.extend(compress(criteria, unknown))
            reasons.extend(filter(None, unknown))
        for place in places:
            row[place] += 1
        for reason, place in self._reasons.items():
            row[place] += reasons.count(reason)

    def fault(self, route: str) -> None:
        """The service failed."""
        self._one(self._faults.get((route,)))

    def fetch_failed(self, reason: str) -> None:
        """A request to a FHIR server brought nothing usable: a reason of `faults.WORDS`."""
        self._one(self._fhir.get((reason,)))

    def store_failed(self, action: str) -> None:
        """The store did not serve a hook call: `read` or `write`."""
        self._one(self._store.get((action,)))

    def refused(self, cause: str) -> None:
        """A call was refused for its token."""
        self._one(self._refusals.get((cause,)))

    def feedback(self, outcome: str, code: str | None) -> None:
        """A card was reported on. `code`: the reason's; one that is not of our cards counts as `other`."""
        reason = "none" if outcome == "accepted" or not code else code if code in BY_CODE else "other"
        self._one(self._feedback.get((outcome, reason)))

    def _one(self, place: int | None) -> None:
        if place is not None:
            with self.counts.lock:
                self.counts.row[place] += 1

    def series(self) -> Iterator[tuple[Family, dict[tuple[str, ...], list[int]]]]:
        """Each family with its numbers, summed over all processes."""
        totals = self.counts.totals()
        for family in self.families:
            width = len(BUCKETS) + 2 if family.histogram else 1
            yield family, {labels: totals[place : place + width] for labels, place in family.places.items()}


@cache
def metrics() -> Metrics:
    """Those of this process: made before the workers are forked, so that they share them."""
    from ..settings import Client

    found = services()
    keys = {name: tuple(module.prefetch(Client())) for name, module in found.items()}
    made = Metrics(keys, {name: module.HOOK for name, module in found.items()}, load_trials())
    faults.watchers.append(made.fetch_failed)
    return made
