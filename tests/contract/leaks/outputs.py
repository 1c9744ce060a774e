"""Everything that leaves a process of the service while a call is answered, as texts to search."""

import hashlib
import logging
import re
import threading
import traceback
import warnings
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from . import plants

LOGGERS = (
    "", "cds_service", "cds_service.web", "cds_service.fhir", "cds_service.store", "requests", "urllib3",
    "urllib3.connection", "urllib3.connectionpool", "urllib3.poolmanager", "urllib3.response", "urllib3.util.retry",
    "werkzeug", "flask", "gunicorn", "gunicorn.error", "gunicorn.access", "sqlalchemy", "sqlalchemy.engine",
    "sqlalchemy.engine.Engine", "sqlalchemy.pool", "sqlalchemy.orm", "alembic", "asyncio", "concurrent.futures",
    "jose", "charset_normalizer", "py.warnings",
)  # fmt: skip
"""Set to debug, each by itself: whoever looks for a fault does so."""

tally: Counter[tuple[str, str]] = Counter()
"""(what happened, output) → marks that were looked for in it: the coverage."""


class Outputs:
    """Name of an output → what was written to it."""

    def __init__(self) -> None:
        self.written: dict[str, str] = {}

    def add(self, name: str, *said: object) -> None:
        for one in said:
            text = one.decode("latin-1") if isinstance(one, bytes) else str(one)
            self.written[name] = f"{self.written.get(name, '')}\n{text}"

    def answer(self, answer: Any, name: str = "answer") -> None:
        """An HTTP answer of Flask's test client or of requests: headers and body, cards apart from all others."""
        status, body = answer.status_code, getattr(answer, "data", None) or getattr(answer, "content", b"")
        shown = name == "answer" and status == 200 and b'"cards"' in body
        self.add(f"{name} headers", status, *(f"{k}: {v}" for k, v in answer.headers.items()))
        self.add("cards" if shown else f"{name} body", body)

    def store(self, file: Path) -> None:
        """A SQLite store with its write-ahead log."""
        kept = sorted(file.parent.glob(f"{file.name}*"))
        assert kept
        self.add("store files", *(path.read_bytes() for path in kept))

    def found(self, happened: str, allowed: dict[str, Collection[str]] | None = None) -> list[str]:
        """`place in output` for each mark that stands where it must not; counts what was looked for.

        In the clear, or as a hash without key, which whoever knows the ids can make himself.
        """
        leaks = []
        for name, text in self.written.items():
            low = text.lower()
            hashes = " ".join(_HEX.findall(low))
            tally[happened, name] += len(plants.places())
            clear = "cnry" in low  # a look that spares most of the search
            for mark, place in plants.places().items():
                stands = (clear or not mark.startswith("cnry")) and mark in low
                stands = stands or (hashes != "" and any(digest in hashes for digest in _digests(mark)))
                if stands and place not in (allowed or {}).get(name, ()):
                    leaks.append(f"{place} in {name}")
        return sorted(set(leaks))


_HEX = re.compile("[0-9a-f]{32,}")


@cache
def _digests(mark: str) -> tuple[str, ...]:
    return tuple(hashlib.new(kind, mark.encode()).hexdigest() for kind in ("md5", "sha1", "sha256"))


class _Listener(logging.Handler):
    def __init__(self, into: Outputs) -> None:
        super().__init__(logging.NOTSET)
        self.into = into

    def emit(self, record: logging.LogRecord) -> None:
        self.into.add("log messages", record.name, record.getMessage())
        self.into.add("log arguments", repr({k: v for k, v in record.__dict__.items() if k != "exc_info"}))
        if record.exc_info and record.exc_info[1] is not None:
            self.into.add("log tracebacks", *traceback.format_exception(record.exc_info[1]))
        self.into.add("log tracebacks", record.exc_text or "", record.stack_info or "")


@contextmanager
def listening(into: Outputs) -> Iterator[None]:
    """All loggers at debug level, warnings, faults of threads."""
    listener, before = _Listener(into), {}
    for name in LOGGERS:
        logger = logging.getLogger(name)
        before[name] = (logger.level, logger.propagate, logger.disabled)
        logger.setLevel(logging.DEBUG)
        logger.disabled = False
        if not name or not logger.propagate:
            logger.addHandler(listener)
    hook = threading.excepthook
    threading.excepthook = lambda fault: into.add("faults of threads", *traceback.format_exception(fault.exc_value))
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            yield
        into.add("warnings", *(warning.message for warning in said))
    finally:
        threading.excepthook = hook
        for name, (level, propagate, disabled) in before.items():
            logger = logging.getLogger(name)
            logger.removeHandler(listener)
            logger.level, logger.propagate, logger.disabled = level, propagate, disabled
            logging.getLogger(name).setLevel(level)
