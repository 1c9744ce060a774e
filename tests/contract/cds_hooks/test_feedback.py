"""FBK: what feedback must be and what is taken. What is kept of it is held by tests/contract/feedback."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cds_service.store import Store
from cds_service.store.tables import feedback
from cds_service.web.feedback_body import MOST_ENTRIES, read_feedback

from ...unit.store.making import rows
from ...unit.web.making import ADDRESS, call, client, post, refused
from .asking import row

TO = f"{ADDRESS}/feedback"
CARD = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
ENTRY = {"card": CARD, "outcome": "overridden", "outcomeTimestamp": "2026-11-01T10:05:31Z"}


def entry(**changes: Any) -> dict[str, Any]:
    return {k: v for k, v in (ENTRY | changes).items() if v is not ...}


def kept(tmp_path: Path, *bodies: dict[str, Any]) -> list[dict[str, Any]]:
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}", "a key of the tests", "k1")
    try:
        app = client(store=store)
        for body in bodies:
            assert app.post(TO, json=body).status_code == 200
        return [one._asdict() for one in rows(store, feedback)]
    finally:
        store.close()


@row("FBK-1", "REQ-1")
def test_feedback_is_taken_by_post_at_a_known_service() -> None:
    assert post({"feedback": [ENTRY]}, TO).status_code == 200
    refused(client().get(TO), 405)
    refused(post({"feedback": [ENTRY]}, "/cds-services/unheard-of/feedback"), 404)
    refused(client().post(TO, data="x", content_type="text/plain"), 415)


@row("FBK-2")
@pytest.mark.parametrize("body", [{}, [], 7, None, {"feedback": None}, {"feedback": {}}, {"feedback": "x"}, [ENTRY]])
def test_a_body_without_a_list_of_feedback_is_400(body: Any) -> None:
    refused(client().post(TO, data=json.dumps(body), content_type="application/json"), 400)


@row("FBK-2")
def test_an_empty_list_of_feedback_is_fine_and_an_endless_one_is_not() -> None:
    assert post({"feedback": []}, TO).status_code == 200
    refused(post({"feedback": [ENTRY] * (MOST_ENTRIES + 1)}, TO), 400)


@row("FBK-3")
@pytest.mark.parametrize("wrong", [
    {"card": ...}, {"card": None}, {"card": 7}, {"card": ""}, {"card": "x" * 256}, {"outcome": ...},
    {"outcome": "ignored"}, {"outcome": "Accepted"}, {"outcome": None}, {"outcomeTimestamp": ...},
    {"outcomeTimestamp": "yesterday"}, {"outcomeTimestamp": "2026-11-01"}, {"outcomeTimestamp": "2026-11-01T10:05:31"},
    {"outcomeTimestamp": "2026-13-01T10:05:31Z"}, {"outcomeTimestamp": "2026-11-01T25:05:31Z"},
    {"outcomeTimestamp": 1700000000}, {"outcomeTimestamp": "0001-01-01T00:00:00+23:00"},
])  # fmt: skip
def test_a_bad_entry_is_400_and_named_by_its_place(wrong: dict[str, Any]) -> None:
    text = refused(post({"feedback": [ENTRY, entry(**wrong)]}, TO), 400)
    assert "feedback[1]" in text
    assert "ignored" not in text and "yesterday" not in text


@row("FBK-3")
@pytest.mark.parametrize(("written", "instant"), [
    ("2026-11-01t10:05:31z", (10, 5, 31, 0)), ("2026-11-01T10:05:31.123456789Z", (10, 5, 31, 123456)),
    ("2026-11-01T12:05:31.5+02:00", (10, 5, 31, 500000)), ("2026-11-01T10:05:60Z", (10, 5, 59, 0)),
])  # fmt: skip
def test_every_form_of_an_rfc_3339_instant_is_understood(written: str, instant: tuple[int, int, int, int]) -> None:
    (found,) = read_feedback(json.dumps({"feedback": [entry(outcomeTimestamp=written)]}).encode())
    assert found.at == datetime(2026, 11, 1, *instant, tzinfo=UTC)


@row("FBK-4")
@pytest.mark.parametrize("suggestions", [..., None, [], [{}], [{"id": 7}], "x", ["x"]])
def test_accepted_without_a_suggestion_is_400(suggestions: Any) -> None:
    refused(post({"feedback": [entry(outcome="accepted", acceptedSuggestions=suggestions)]}, TO), 400)


@row("FBK-4")
def test_accepted_with_a_suggestion_is_taken() -> None:
    accepted = entry(outcome="accepted", acceptedSuggestions=[{"id": "s1", "x": 1}])
    assert post({"feedback": [accepted]}, TO).status_code == 200


@row("FBK-5")
@pytest.mark.parametrize("reason", [
    ..., None, {}, {"userComment": "no"}, {"reason": {"code": "x", "system": "https://site.example"}},
    {"reason": {"code": "patient-refuses", "system": "s", "display": "d"}, "userComment": ""},
    {"reason": {"code": "x"}},
    {"reason": None, "userComment": None, "unheard": []},
])  # fmt: skip
def test_dismissed_for_any_reason_or_for_none_is_taken(reason: Any) -> None:
    assert post({"feedback": [entry(overrideReason=reason)]}, TO).status_code == 200


@row("FBK-6")
def test_several_cards_and_repeats_are_taken_and_a_repeat_is_kept_once(tmp_path: Path) -> None:
    body = {"feedback": [ENTRY, entry(card="b" * 36)]}
    assert len(kept(tmp_path, body, body)) == 2


@row("FBK-7")
def test_of_a_card_without_feedback_nothing_is_kept_as_feedback(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}", "a key of the tests", "k1")
    try:
        assert client(store=store).post(ADDRESS, json=call()).get_json()["cards"]
        assert list(rows(store, feedback)) == []
    finally:
        store.close()


@row("FBK-8")
def test_feedback_on_an_unknown_card_is_200_and_kept_as_unmatched(tmp_path: Path) -> None:
    (one,) = kept(tmp_path, {"feedback": [ENTRY]})
    assert not one["matched"]


@row("FBK-10")
def test_a_comment_is_capped_and_neither_answered_nor_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    said = {"overrideReason": {"userComment": "canary " * 1000}}
    with caplog.at_level(logging.DEBUG):
        (one,) = kept(tmp_path, {"feedback": [entry(**said)]})
        bad = post({"feedback": [entry(card=7, **said)]}, TO)
    assert "canary" not in bad.get_data(as_text=True) + caplog.text
    assert len(one["comment"]) <= 2000
    assert "canary" not in repr(read_feedback(json.dumps({"feedback": [entry(**said)]}).encode()))
