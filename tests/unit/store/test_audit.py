"""The audit holds no patient, and rows of one answer stand or fall together."""

import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from cds_service.store import Store, StoreUnavailable
from cds_service.store.audit import Shown
from cds_service.store.pseudonyms import Pseudonyms
from cds_service.store.tables import audit
from cds_service.store.times import instant, now

from .making import record, rows, shown


def test_a_row_is_kept_as_it_was_written(store: Store) -> None:
    row = shown(store, hook_instance="d1577c69-dfbe-44ad-ba6d-3e05e953b2ea")
    record(store, row)
    assert [tuple(found)[1:] for found in rows(store, audit)] == [tuple(row)]


def test_the_fields_of_a_row_are_the_columns_and_the_parameters_in_their_order(store: Store) -> None:
    assert ["id", *Shown._fields] == [c.name for c in audit.columns]
    assert store.audit._insert.order == (Shown._fields if store.database.is_sqlite else ())


def test_the_rows_of_one_answer_are_kept_all_or_none(store: Store) -> None:
    first = shown(store)
    record(store, first)
    with pytest.raises(StoreUnavailable):
        record(store, shown(store), first)  # the same card twice
    assert len(rows(store, audit)) == 1


def test_an_answer_without_a_card_is_kept_each_time(store: Store) -> None:
    for _ in range(2):
        record(store, shown(store, card=None, outcome="none", trials="", fingerprint=None))
    assert len(rows(store, audit)) == 2


def test_the_same_id_is_another_person_at_another_client_server_or_key() -> None:
    mine = Pseudonyms(b"k", "1")
    same = {mine.of("patient", "a", "https://x", "p1") for _ in range(2)}
    other = {
        mine.of("patient", "b", "https://x", "p1"),
        mine.of("patient", "a", "https://y", "p1"),
        mine.of("patient", "a", "https://x", "p2"),
        mine.of("user", "a", "https://x", "p1"),
        Pseudonyms(b"l", "1").of("patient", "a", "https://x", "p1"),
    }
    assert len(same) == 1
    assert len(same | other) == 6


@pytest.mark.parametrize("key", [b"k", b"k" * 63, b"k" * 64, b"k" * 65, bytes(range(256))], ids=len)
def test_a_pseudonym_is_the_hmac_of_kind_client_base_and_id(key: bytes) -> None:
    mine = Pseudonyms(key, "1")
    for id_ in ("p1", "é" * 100):
        said = f"patient\0a\0https://x\0{id_}".encode()
        assert mine.of("patient", "a", "https://x", id_) == hmac.new(key, said, hashlib.sha256).hexdigest()


def test_the_clock_of_the_rows_is_utc_to_the_microsecond() -> None:
    before, written, after = datetime.now(UTC), now(), datetime.now(UTC)
    assert instant(before) <= written <= instant(after)
    assert len(written) == len("2026-11-24T09:30:00.000000Z")


def test_a_key_is_not_shown() -> None:
    assert "hunter2" not in repr(Pseudonyms(b"hunter2", "1"))


def test_without_a_key_of_the_settings_the_store_keeps_one_of_its_own(url: str) -> None:
    hashes = set()
    for _ in range(2):
        store = Store.open(url)
        hashes.add((store.pseudonyms.key_id, store.pseudonyms.of("patient", "a", "", "p1")))
        store.close()
    ((key_id, _),) = hashes
    assert key_id == "local"


def test_a_key_of_the_settings_is_used_and_not_written_down(url: str) -> None:
    store = Store.open(url, "hunter2", "2026")
    assert store.pseudonyms.of("patient", "a", "", "p") == Pseudonyms(b"hunter2", "2026").of("patient", "a", "", "p")
    from cds_service.store.tables import local_keys

    assert rows(store, local_keys) == []
    store.close()
