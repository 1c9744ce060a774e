"""What the service keeps: an append-only audit, feedback, dismissals that last a while, tokens that were used.

SQLAlchemy Core; SQLite by default, PostgreSQL by URL. `serve` opens the store; `evaluate` and `simulate` never do.
SQLAlchemy is imported only when a store is opened.
"""

from typing import TYPE_CHECKING, Any

from .errors import StoreError, StoreUnavailable

if TYPE_CHECKING:
    from .store import Store


def __getattr__(name: str) -> Any:
    if name == "Store":
        from .store import Store

        return Store
    raise AttributeError(name)


__all__ = ["Store", "StoreError", "StoreUnavailable"]
