"""/metrics: what is counted, how little it costs, and that no caller's word becomes a label."""

import os
import re
import time
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cds_service.fhir.faults import WORDS, FetchError
from cds_service.override_reasons import BY_CODE, SYSTEM
from cds_service.store.errors import StoreUnavailable
from cds_service.trials import load_trials
from cds_service.web import callers, counts, keeping
from cds_service.web import services as registry
from cds_service.web.causes import Cause
from cds_service.web.exposition import written
from cds_service.web.metrics import BUCKETS, ROUTES, Metrics
from cds_service.web.services import Reply

from .making import ADDRESS, FAILED, call, client, post, prefetch

NAME = "sle-cart-trials"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str | None = None) -> Samples:
    """Every number of the page, by name and labels."""
    found = client().get("/metrics").get_data(as_text=True) if text is None else text
    return {
        (s.name, frozenset(s.labels.items())): s.value
        for family in text_string_to_metric_families(found)
        for s in family.samples
    }


class Growth:
    """What grew while a block ran."""

    def __enter__(self) -> "Growth":
        self.before = samples()
        return self

    def __exit__(self, *_: object) -> None:
        self.after = samples()

    def __call__(self, name: str, **labels: str) -> float:
        key = (name, frozenset(labels.items()))
        return self.after[key] - self.before[key]

    def labels(self, name: str) -> list[dict[str, str]]:
        return [dict(ls) for (n, ls), v in self.after.items() if n == name and v > self.before[n, ls]]


def test_a_card_is_counted_with_its_call_its_verdicts_and_its_unknowns() -> None:
    with Growth() as grown:
        (card,) = post().get_json()["cards"]
    told = card["extension"]["org.sle-trials.screening"]["trials"]
    labels = {"service": NAME, "hook": "patient-view", "outcome": "cards", "status": "2xx"}
    assert grown("cds_hook_calls_total", **labels) == 1
    assert grown("cds_cards_total", service=NAME, fate="shown") == 1
    assert grown("cds_hook_call_seconds_count", service=NAME) == 1
    assert grown("cds_hook_call_seconds_sum", service=NAME) > 0
    reasons = 0
    for trial in told:
        assert grown("cds_verdicts_total", trial=trial["id"], verdict=trial["verdict"]) == 1
        for criterion in trial["criteria"]:
            expected = criterion["status"] == "unknown"
            assert grown("cds_criteria_unknown_total", trial=trial["id"], criterion=criterion["id"]) == expected
            reasons += expected
    assert sum(grown("cds_unknown_reasons_total", **ls) for ls in grown.labels("cds_unknown_reasons_total")) == reasons
    assert reasons > 50


@pytest.mark.parametrize(
    ("body", "status", "outcome"),
    [
        (b"{", "4xx", "invalid"),
        (call(prefetch={}), "4xx", "missing-data"),
        (call(prefetch=prefetch(conditions=None)), "2xx", "none"),
        (call(prefetch=prefetch(conditions=FAILED)), "2xx", "unread"),
    ],
)
def test_every_call_is_counted_once_by_what_came_of_it(body: Any, status: str, outcome: str) -> None:
    with Growth() as grown:
        app = client()
        if isinstance(body, bytes):
            app.post(ADDRESS, data=body, content_type="application/json")
        else:
            app.post(ADDRESS, json=body)
    assert grown.labels("cds_hook_calls_total") == [
        {"service": NAME, "hook": "patient-view", "outcome": outcome, "status": status}
    ]


def test_a_body_that_is_too_large_or_no_json_is_counted_too() -> None:
    with Growth() as grown:
        app = client(max_body_mb=1)
        app.post(ADDRESS, data=b"[" * (1 << 20) + b"]", content_type="application/json")
        app.post(ADDRESS, data=b"x", content_type="text/plain")
    assert {ls["outcome"] for ls in grown.labels("cds_hook_calls_total")} == {"too-large", "media-type"}


def test_the_prefetch_keys_that_were_not_sent_are_counted_and_null_is_sent() -> None:
    sent = {k: v for k, v in prefetch().items() if k != "procedures"}
    with Growth() as grown:
        post(call(prefetch=sent))
    assert grown.labels("cds_prefetch_missing_total") == [{"service": NAME, "key": "procedures"}]


def test_a_fault_of_a_handler_is_500_counted_and_never_an_empty_list(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Any) -> Reply:
        raise RuntimeError("Patient p1 has cancer")

    app = client()
    monkeypatch.setattr(registry.services()[NAME], "answer", broken)
    with Growth() as grown:
        assert app.post(ADDRESS, json=call()).status_code == 500
    assert grown("cds_faults_total", route="hook") == 1
    assert [ls["outcome"] for ls in grown.labels("cds_hook_calls_total")] == ["fault"]


def test_a_fault_elsewhere_is_counted_by_its_route(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds_service.web.app.take", lambda *_, **__: 1 / 0)
    with Growth() as grown:
        assert client().post(f"{ADDRESS}/feedback", json={"feedback": []}).status_code == 500
    assert grown.labels("cds_faults_total") == [{"route": "feedback"}]


def test_feedback_is_counted_by_its_reason_and_a_foreign_reason_is_other() -> None:
    def entry(reason: dict[str, Any] | None, outcome: str = "overridden") -> dict[str, Any]:
        said = {"overrideReason": {"reason": reason}} if reason else {}
        more = {"acceptedSuggestions": [{"id": "s"}]} if outcome == "accepted" else {}
        return {"card": "4d0b6ab1-6c4e-4f5a-9b0a-2d8f8c4a0b11", "outcome": outcome,
                "outcomeTimestamp": "2026-11-24T10:00:00Z"} | said | more  # fmt: skip

    code = next(iter(BY_CODE))
    with Growth() as grown:
        entries = [
            entry({"code": code, "system": SYSTEM}),
            entry({"code": code, "system": "https://ehr.example.org/reasons"}),
            entry({"code": "MRN-4711"}),
            entry(None),
            entry(None, "accepted"),
        ]
        assert client().post(f"{ADDRESS}/feedback", json={"feedback": entries}).status_code == 200
    assert grown("cds_feedback_total", outcome="overridden", reason=code) == 1
    assert grown("cds_feedback_total", outcome="overridden", reason="other") == 2
    assert grown("cds_feedback_total", outcome="overridden", reason="none") == 1
    assert grown("cds_feedback_total", outcome="accepted", reason="none") == 1


def test_failures_of_fhir_servers_of_the_store_and_of_tokens_are_counted_by_their_cause() -> None:
    with Growth() as grown:
        FetchError("timeout")
        keeping.Keeper._failed(_Quiet(), "write", StoreUnavailable("x"))  # type: ignore[arg-type]
        with client().application.test_request_context():
            callers.unauthorized(callers.NotAdmitted("replayed"))
    assert grown("cds_fhir_failures_total", reason="timeout") == 1
    assert grown("cds_store_failures_total", action="write") == 1
    assert grown("cds_refused_tokens_total", cause="replayed") == 1


class _Quiet:
    def __init__(self) -> None:
        import threading

        self._lock, self._said = threading.Lock(), time.monotonic()


def test_every_word_that_can_be_counted_has_a_series_from_the_start() -> None:
    found = samples()
    for name, label, words in (
        ("cds_fhir_failures_total", "reason", WORDS),
        ("cds_refused_tokens_total", "cause", [*map(str, Cause), "store"]),
        ("cds_faults_total", "route", ROUTES),
        ("cds_store_failures_total", "action", ["read", "write"]),
    ):
        assert {dict(ls)[label] for n, ls in found if n == name} == set(words)
    criteria = {tuple(sorted(dict(ls).values())) for n, ls in found if n == "cds_criteria_unknown_total"}
    assert criteria == {tuple(sorted((t.id, c.id))) for t in load_trials() for c in t.criteria}


def test_no_word_of_a_caller_becomes_a_label() -> None:
    app, before = client(), set(samples())
    app.get("/canary-7f3a")
    app.post("/cds-services/canary-7f3a", json=call())
    app.post("/cds-services/canary-7f3a/feedback", json={"feedback": []})
    app.post(ADDRESS, json=call(hook="canary-7f3a", prefetch={"canary-7f3a": None}))
    app.open("/health", method="CANARY7F3A")
    entry = {"card": "canary-7f3a", "outcome": "overridden", "outcomeTimestamp": "2026-11-24T10:00:00Z",
             "overrideReason": {"reason": {"code": "canary-7f3a", "system": "canary-7f3a"}}}  # fmt: skip
    assert app.post(f"{ADDRESS}/feedback", json={"feedback": [entry]}).status_code == 200
    text = app.get("/metrics").get_data(as_text=True)
    assert "canary" not in text.lower()
    assert set(samples(text)) == before


def test_the_buckets_of_the_histogram_are_cumulative_and_end_with_all_of_them() -> None:
    post()
    found = {dict(ls)["le"]: v for (n, ls), v in samples().items() if n == "cds_hook_call_seconds_bucket"}
    assert list(found) == [*map(str, BUCKETS), "+Inf"]
    assert list(found.values()) == sorted(found.values())
    (count,) = (v for (n, _), v in samples().items() if n == "cds_hook_call_seconds_count")
    assert found["+Inf"] == count


def test_a_scraper_that_asks_for_open_metrics_gets_it() -> None:
    answer = client().get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.content_type.startswith("application/openmetrics-text")
    assert answer.get_data(as_text=True).endswith("# EOF\n")


def test_with_a_token_set_only_its_bearer_reads_the_page() -> None:
    app = client(metrics_token="a-token-of-some-length")
    assert app.get("/metrics").status_code == 401
    assert app.get("/metrics", headers={"Authorization": "Bearer another-token-of-it"}).status_code == 401
    assert app.get("/metrics", headers={"Authorization": "Bearer ä"}).status_code == 401
    good = app.get("/metrics", headers={"Authorization": "bearer a-token-of-some-length"})
    assert good.status_code == 200


def test_what_a_worker_counted_is_there_for_all_and_stays_when_it_is_killed() -> None:
    shared = counts.SharedCounts(3)
    for number in (shared.take(), shared.take()):
        child = os.fork()
        if child == 0:
            shared.use(number)
            shared.row[2] += 5
            os.kill(os.getpid(), 9)
        os.waitpid(child, 0)
        shared.give_back(number)
    assert shared.totals()[1:] == [0, 10, 0]


def test_a_worker_that_takes_the_row_of_a_dead_one_counts_on() -> None:
    shared = counts.SharedCounts(1)
    first = shared.take()
    shared.use(first)
    shared.row[1] += 1
    shared.give_back(first)
    shared.use(shared.take())
    shared.row[1] += 1
    assert shared.totals()[1:] == [2]


def test_more_processes_than_rows_share_the_last_one_and_do_not_fail() -> None:
    shared = counts.SharedCounts(1)
    taken = [shared.take() for _ in range(counts.ROWS + 3)]
    assert taken[:3] == [1, 2, 3]
    assert taken[-1] == counts.ROWS - 1


def test_threads_that_count_at_once_lose_nothing() -> None:
    import threading

    made = Metrics({}, {}, load_trials())
    threads = [threading.Thread(target=lambda: [made.refused("replayed") for _ in range(2000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert samples(written(made)[0].decode())["cds_refused_tokens_total", frozenset({("cause", "replayed")})] == 8000


def test_the_page_holds_what_prometheus_calls_valid_names() -> None:
    text = client().get("/metrics").get_data(as_text=True)
    assert re.search(r'^cds_service_info\{mappings="[0-9a-f]{12}",version="\d', text, re.MULTILINE)
    for name, _ in samples(text):
        assert re.fullmatch(r"cds_[a-z_]+", name)
