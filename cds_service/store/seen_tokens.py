"""Tokens that were used, shared by all workers: each opens once (checklist SEC-10)."""

import hashlib
import time
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from .database import Database, Statement
from .tables import seen_tokens
from .times import instant, now

_TIDY_EVERY = 60.0


class SeenTokens:
    """The memory that `CDS_AUTH=jwt` asks. What fails here raises StoreUnavailable, and nobody is let in."""

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = sqlite if database.is_sqlite else postgresql
        self._insert = Statement(
            dialect.insert(seen_tokens).values(token="", until="").on_conflict_do_nothing(), database.engine
        )
        self._tidy = Statement(delete(seen_tokens).where(seen_tokens.c.until < ""), database.engine)
        self._tidied = 0.0

    def first_time(self, issuer: str, jti: str, until: datetime) -> bool:
        """Note a token, and say whether it had not been noted before; one true answer for each (issuer, jti).

        `until`: the UTC instant from which the token is refused for its age, so that it may be forgotten.
        """
        token = hashlib.sha256(f"{len(issuer)}\0{issuer}\0{jti}".encode()).hexdigest()
        values = {"token": token, "until": instant(until)}

        def note(connection: Any) -> bool:
            new: bool = connection.execute(self._insert.sql, self._insert.parameters(values)).rowcount == 1
            if time.monotonic() - self._tidied > _TIDY_EVERY:
                self._tidied = time.monotonic()
                connection.execute(self._tidy.sql, self._tidy.parameters({"until_1": now()}))
            return new

        return self._database.hurried(note)
