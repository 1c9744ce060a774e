"""What the service keeps: an append-only audit, feedback, dismissals that last a while, tokens that were used.

SQLAlchemy Core; SQLite by default, PostgreSQL by URL. `serve` opens the store; `evaluate` and `simulate` never do.
SQLAlchemy is imported only when a store is opened.
"""

from .errors import StoreError, StoreUnavailable
from .store import Store

__all__ = ["Store", "StoreError", "StoreUnavailable"]
