"""The store as a whole: opened once by `serve`, before the workers are made."""

import secrets

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from .audit import AuditLog
from .database import Database, address, plainly
from .migrate import migrate
from .pseudonyms import Pseudonyms
from .reports import Reports
from .seen_tokens import SeenTokens
from .tables import local_keys

LOCAL = "local"
"""Id of the key that the store makes for itself."""


class Store:
    """Audit, feedback, snoozes and seen tokens in one database."""

    def __init__(self, database: Database, pseudonyms: Pseudonyms) -> None:
        self.database = database
        self.pseudonyms = pseudonyms
        self.audit = AuditLog(database)
        self.reports = Reports(database)
        self.seen_tokens = SeenTokens(database)

    @classmethod
    def open(cls, url: str, hash_key: str | None = None, hash_key_id: str | None = None) -> "Store":
        """Create or upgrade the database and open it.

        `url`, `hash_key`, `hash_key_id`: as in `CDS_DATABASE_URL`, `CDS_HASH_KEY`, `CDS_HASH_KEY_ID`. Without a key the
        store makes one and keeps it beside the hashes, which protects them from nobody who can read the store: for
        `CDS_AUTH=open` only. Raises StoreError.
        """
        database = Database(address(url))
        migrate(database)
        with plainly():
            key = hash_key.encode() if hash_key else _local_key(database)
        return cls(database, Pseudonyms(key, hash_key_id or ("unnamed" if hash_key else LOCAL)))

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def _local_key(database: Database) -> bytes:
    dialect = sqlite if database.is_sqlite else postgresql
    with database.engine.connect() as connection, connection.begin():
        connection.execute(
            dialect.insert(local_keys).values(id=LOCAL, key=secrets.token_bytes(32)).on_conflict_do_nothing()
        )
        return bytes(connection.execute(select(local_keys.c.key).where(local_keys.c.id == LOCAL)).scalar_one())
