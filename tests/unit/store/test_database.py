"""The database itself: made, upgraded, refused, protected."""

import os
import stat
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from cds_service.store import Store, StoreError, StoreUnavailable
from cds_service.store.database import Database, address
from cds_service.store.migrate import check, migrate, newest
from cds_service.store.tables import APPEND_ONLY, audit, feedback, metadata

from .making import accepted, record, rows, shown, take


def test_the_migrations_make_exactly_the_tables_that_the_code_works_with(store: Store) -> None:
    with store.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_opening_a_store_again_changes_nothing(store: Store, url: str) -> None:
    record(store, shown(store))
    again = Store.open(url, "a key of the tests", "test-key")
    assert len(rows(again, audit)) == 1
    again.close()


def test_several_services_that_start_at_once_make_one_store(url: str) -> None:
    faults: list[Exception] = []

    def start() -> None:
        try:
            Store.open(url).close()
        except Exception as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    check(Database(address(url)))


def test_a_store_of_a_newer_version_is_refused(store: Store, url: str) -> None:
    with store.database.engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version"):
        migrate(Database(address(url)))
    with pytest.raises(StoreError, match="another form"):
        check(Database(address(url)))
    assert newest() != "9999"


@pytest.mark.parametrize("verb", ["UPDATE {0} SET client = 'x'", "DELETE FROM {0}"])
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_written_to_the_audit_and_to_feedback_cannot_be_changed(store: Store, table: str, verb: str) -> None:
    row = shown(store)
    record(store, row)
    take(store, accepted(row.card))
    before = rows(store, audit), rows(store, feedback)
    with (
        pytest.raises(Exception, match="append-only"),
        store.database.engine.connect() as connection,
        connection.begin(),
    ):
        connection.execute(text(verb.format(table)))
    assert (rows(store, audit), rows(store, feedback)) == before


def test_the_file_of_a_store_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "own.db"
    store = Store.open(f"sqlite:///{file}")
    record(store, shown(store))
    for part in tmp_path.iterdir():
        assert stat.S_IMODE(part.stat().st_mode) & 0o077 == 0, part.name
    store.close()


@pytest.mark.parametrize(
    "url",
    ["mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:", "nonsense secret", "sqlite:///secret/no/such/folder/x.db",
     "postgresql://u:secret@127.0.0.1:1/d"],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_one_line_that_repeats_nothing_of_it(url: str) -> None:
    with pytest.raises(StoreError) as stopped:
        Store.open(url)
    assert "secret" not in str(stopped.value)
    assert "\n" not in str(stopped.value)


def test_a_store_that_is_only_looked_at_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store yet"):
        Database(address(f"sqlite:///{tmp_path / 'none.db'}"), must_exist=True)
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_fails_is_left_alone_for_a_moment_and_then_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 's.db'}")
    record(store, shown(store))
    with pytest.raises(StoreUnavailable):
        store.database.hurried(lambda connection: connection.execute("SELECT * FROM nothing"))
    with pytest.raises(StoreUnavailable, match="a moment ago"):
        record(store, shown(store))
    monkeypatch.setattr(store.database, "_rest_until", 0.0)
    record(store, shown(store))
    assert len(rows(store, audit)) == 2
    store.close()


def test_a_fork_takes_a_connection_of_its_own(store: Store) -> None:
    record(store, shown(store))
    before = store.database.quick()
    pid = os.fork()
    if pid == 0:
        try:
            fine = store.database.quick() is not before
            record(store, shown(store))
            os._exit(0 if fine else 1)
        except BaseException:  # noqa: BLE001
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    record(store, shown(store))
    assert len(rows(store, audit)) == 3
