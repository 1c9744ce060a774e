"""Bring a database to the newest form (alembic; the migrations travel with the package)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from .database import Database
from .errors import StoreError

_LOCK = 4_817_230_119
"""An arbitrary number of our own: two services that start at once migrate one after the other."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def newest() -> str:
    """The revision that this version of the service works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def migrate(database: Database) -> None:
    """Create or upgrade the tables. Raises StoreError: not to be reached, not ours, or of a newer version."""
    try:
        with database.engine.connect() as connection, connection.begin():
            if not database.is_sqlite:  # SQLite: BEGIN IMMEDIATE holds the others off
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            if current(connection) == newest():
                return
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError:
        raise StoreError("the store at CDS_DATABASE_URL was made by a newer version of this service") from None
    except DBAPIError as error:
        raise StoreError(f"the store at CDS_DATABASE_URL cannot be opened ({type(error.orig).__name__})") from None


def check(database: Database) -> None:
    """Raise StoreError unless the database has the form that this version works with. Changes nothing."""
    try:
        with database.reading() as connection:
            if current(connection) != newest():
                raise StoreError("the store at CDS_DATABASE_URL has another form; start cds-service serve once")
    except DBAPIError as error:
        raise StoreError(f"the store at CDS_DATABASE_URL cannot be opened ({type(error.orig).__name__})") from None


def current(connection: Connection) -> str | None:
    """The revision of a database; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()
