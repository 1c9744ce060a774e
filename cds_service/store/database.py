"""Where the store lies: SQLite (one file, WAL) or PostgreSQL.

Two ways in. `engine`: SQLAlchemy, for all that is acknowledged; a commit is on the disk before it returns. `quick`:
one bare connection a thread with prepared statements, for what every hook call writes. There a commit survives the end
of this process (also by kill -9); it may be lost when the machine itself loses power, never when a later feedback was
acknowledged, since that flushes all before it.
"""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.sql import ClauseElement

from .errors import StoreError, StoreUnavailable

# At debug level SQLAlchemy logs each row that it reads, the key of the hashes among them; `hide_parameters` hides only
# what is written.
logging.getLogger("sqlalchemy.engine.Engine").addFilter(lambda record: record.levelno > logging.DEBUG)

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds that an acknowledged write waits for the lock of another."""
HASTE = 1.0
"""Seconds that a hook call waits for it."""
REST = 5.0
"""Seconds for which hook calls leave a store alone that has just failed: they must not queue up behind it."""

READING = "cds_reading"
"""Execution option of a transaction that only reads: on SQLite it holds up nobody."""

_POSTGRESQL = ("postgres", "postgresql", "postgresql+psycopg")


def address(text: str) -> URL:
    """The URL of a store. Raises StoreError, which repeats nothing of it (it may hold a password)."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise StoreError("CDS_DATABASE_URL is not an address such as sqlite:///cds_service.db") from None
    if url.drivername in _POSTGRESQL:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise StoreError("CDS_DATABASE_URL must begin with sqlite:/// or postgresql://")
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise StoreError("CDS_DATABASE_URL must name a file (sqlite:///…): the workers share it")
    return url


class Statement:
    """SQL made once for one database, with the order of its parameters."""

    __slots__ = ("order", "positional", "sql")

    def __init__(self, element: ClauseElement, engine: Engine) -> None:
        compiled = element.compile(engine)
        self.sql = str(compiled)
        order: list[str] | None = getattr(compiled, "positiontup", None)
        self.positional = order is not None
        self.order = tuple(order or ())

    def parameters(self, values: dict[str, Any]) -> Any:
        """The values as the driver wants them."""
        return [values[name] for name in self.order] if self.positional else values


class Database:
    """One store that can be reached."""

    def __init__(self, url: URL, *, must_exist: bool = False) -> None:
        """Raises StoreError where the driver is missing or, with `must_exist`, where there is no such SQLite file."""
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            _prepare_file(Path(str(url.database)), must_exist)
        self.engine = _engine(url, self.is_sqlite, PATIENCE, pooled=not self.is_sqlite)
        self._quick_engine = _engine(url, self.is_sqlite, HASTE, pooled=False)
        self._local = threading.local()
        self._rest_until = 0.0
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        # What the parent holds is its own: kept here unused, since to close it would end the parent's session too.
        self._parents = self._local
        self._local = threading.local()
        self.engine.dispose(close=False)

    def quick(self) -> Any:
        """This thread's bare connection, in autocommit. Raises StoreUnavailable, at once after a recent failure."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            return connection
        if time.monotonic() < self._rest_until:
            raise StoreUnavailable("the store failed a moment ago")
        try:
            fairy = self._quick_engine.raw_connection()
        except (DBAPIError, OSError) as error:
            self.failed()
            raise StoreUnavailable(f"the store cannot be reached ({type(error).__name__})") from None
        connection = fairy.driver_connection
        assert connection is not None
        if self.is_sqlite:
            connection.isolation_level = None
            connection.execute("PRAGMA synchronous = NORMAL")
        else:
            connection.rollback()
            connection.autocommit = True
            connection.execute("SET synchronous_commit = off")
        self._local.fairy = fairy  # whoever holds the connection must hold what would give it back
        self._local.connection = connection
        return connection

    def failed(self) -> None:
        """A quick access failed: take a new connection next time, and not at once."""
        self._rest_until = time.monotonic() + REST
        self._local = threading.local()

    def hurried(self, work: Callable[[Any], T]) -> T:
        """What `work` makes of the quick connection; every fault of the database is StoreUnavailable."""
        connection = self.quick()
        try:
            return work(connection)
        except Exception as error:
            # sqlite3 and psycopg have no common base; the text of either may quote what was written.
            if not isinstance(error, sqlite3.Error) and not type(error).__module__.startswith("psycopg"):
                raise
            if _lasts(error, connection):
                self.failed()
            raise StoreUnavailable(f"the store failed ({type(error).__name__})") from None

    def reading(self) -> Connection:
        """A connection to read with."""
        return self.engine.connect().execution_options(**{READING: True})

    def close(self) -> None:
        """Give back what this thread holds, and the pool."""
        fairy = getattr(self._local, "fairy", None)
        self._local = threading.local()
        if fairy is not None:
            fairy.close()
        self.engine.dispose()


def _lasts(error: Exception, connection: Any) -> bool:
    """Whether the next access would fail too. A lock held for long or a row that is there already do not say so."""
    if isinstance(error, sqlite3.Error):
        return not isinstance(error, sqlite3.IntegrityError) and "locked" not in str(error)
    return bool(connection.closed)


@contextmanager
def plainly() -> Iterator[None]:
    """Turn SQLAlchemy's errors, whose texts quote statements and values, into StoreUnavailable."""
    try:
        yield
    except DBAPIError as error:
        raise StoreUnavailable(f"the store failed ({type(error.orig).__name__})") from None


def _engine(url: URL, sqlite: bool, patience: float, *, pooled: bool) -> Engine:
    arguments: dict[str, Any] = {"timeout": patience} if sqlite else {"connect_timeout": max(2, int(patience))}
    try:
        engine = create_engine(
            url, connect_args=arguments, hide_parameters=True, poolclass=None if pooled else NullPool
        )
    except NoSuchModuleError:
        raise StoreError("CDS_DATABASE_URL must begin with sqlite:/// or postgresql://") from None
    except ModuleNotFoundError:
        raise StoreError("PostgreSQL needs its driver: pip install 'cds-service[postgresql]'") from None
    event.listen(engine, "connect", _sqlite_connect if sqlite else _postgresql_connect(patience))
    if sqlite:
        event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_begin(connection: Connection) -> None:
    """Take the lock at once, since a transaction that reads first could not get it later; but not to read alone."""
    reading = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # begin and commit are ours (above)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _postgresql_connect(patience: float) -> Any:
    def connect(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {int(patience * 1000)}")
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'on', false) "
                "WHERE current_setting('synchronous_commit') = 'off'"
            )
        connection.commit()

    return connect


def _prepare_file(path: Path, must_exist: bool) -> None:
    """The file is its owner's alone: what clinicians write in comments is in it."""
    if path.is_file():
        return
    if must_exist:
        raise StoreError("there is no store yet at CDS_DATABASE_URL; cds-service serve makes it")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(
            f"the store cannot be made at CDS_DATABASE_URL ({error.strerror or 'no such place'})"
        ) from None
