"""A token opens once, for all threads and processes."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from cds_service.store import Store, StoreUnavailable
from cds_service.store.tables import seen_tokens

from .making import rows

SOON = datetime.now(UTC) + timedelta(hours=2)  # made when the tests are collected: the suite takes minutes


def test_a_token_is_new_once(store: Store) -> None:
    assert [store.seen_tokens.first_time("iss", "jti", SOON) for _ in range(3)] == [True, False, False]


def test_the_same_jti_of_another_issuer_is_another_token(store: Store) -> None:
    assert store.seen_tokens.first_time("a", "bc", SOON)
    assert store.seen_tokens.first_time("ab", "c", SOON)
    assert store.seen_tokens.first_time("b", "bc", SOON)


def test_another_service_on_the_same_store_knows_the_token(store: Store, url: str) -> None:
    store.seen_tokens.first_time("iss", "jti", SOON)
    other = Store.open(url)
    assert not other.seen_tokens.first_time("iss", "jti", SOON)
    other.close()


def test_one_of_many_who_bring_the_same_token_at_once_is_let_in(store: Store) -> None:
    let_in: list[bool] = []
    threads = [
        threading.Thread(target=lambda: let_in.append(store.seen_tokens.first_time("iss", "jti", SOON)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(let_in) == [False] * 7 + [True]


def test_neither_issuer_nor_jti_stands_in_the_store(store: Store) -> None:
    store.seen_tokens.first_time("https://ehr.example.org", "a-jti", SOON)
    assert "ehr.example.org" not in str(rows(store, seen_tokens))
    assert "a-jti" not in str(rows(store, seen_tokens))


def test_tokens_that_are_too_old_to_be_accepted_are_forgotten(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.seen_tokens.first_time("iss", "old", datetime.now(UTC) - timedelta(seconds=1))
    monkeypatch.setattr(store.seen_tokens, "_tidied", 0.0)
    store.seen_tokens.first_time("iss", "new", SOON)
    assert len(rows(store, seen_tokens)) == 1


def test_a_store_that_fails_lets_nobody_in(store: Store) -> None:
    store.database.failed()
    with pytest.raises(StoreUnavailable):
        store.seen_tokens.first_time("iss", "jti", SOON)
