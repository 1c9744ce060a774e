"""Tokens that were used: each opens once (issue 4; checklist SEC-10)."""

import threading
from datetime import UTC, datetime
from typing import Protocol


class SeenTokens(Protocol):
    """What remembers tokens; with several workers it must be shared by them."""

    def first_time(self, issuer: str, jti: str, until: datetime) -> bool:
        """Note a token, and say whether it had not been noted before; one true answer per (issuer, jti), ever.

        `until`: the UTC instant from which the token is refused for its age, so that it may be forgotten. Raises
        whatever its store raises: then nobody is let in.
        """


class SeenInMemory:
    """The memory of one process: for tests, and for a service with one worker."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], datetime] = {}
        self._lock = threading.Lock()
        self._tidy_at = 1000

    def first_time(self, issuer: str, jti: str, until: datetime) -> bool:
        """See SeenTokens."""
        with self._lock:
            if (issuer, jti) in self._seen:
                return False
            self._seen[issuer, jti] = until
            if len(self._seen) >= self._tidy_at:
                now = datetime.now(UTC)
                self._seen = {key: end for key, end in self._seen.items() if end > now}
                self._tidy_at = max(1000, 2 * len(self._seen))
            return True
