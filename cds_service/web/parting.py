"""The end of a connection: answered for the last time, it waits for the client to close its side.

Closed at once while the client still sends, it is reset, and the end of the answer may be lost (RFC 9112, 9.6).
gunicorn waits in the worker's main thread, two seconds for each: forty clients that close nothing kept a worker from
everything for a minute, and after half of one the arbiter killed it, with all calls in it. Here the selector waits.
"""

import contextlib
import selectors
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Any

LONGEST = 2.0
"""Seconds for which a client is waited for."""
MOST = 65_536
"""Bytes of what it still sends that are thrown away before it is closed all the same."""


class Parting:
    """The connections of a worker that wait for their clients. Used by its main thread alone."""

    def __init__(self, poller: selectors.BaseSelector, gone: Callable[[], None]) -> None:
        """`poller`: the worker's selector, which calls what is registered; `gone`: called for each that was closed."""
        self._poller = poller
        self._gone = gone
        self._until: dict[Any, float] = {}
        self._left: dict[Any, int] = {}

    def add(self, conn: Any) -> None:
        """Tell the client of a connection of gunicorn's that this was all, and wait for the same of it."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self._poller.register(conn.sock, selectors.EVENT_READ, partial(self._read, conn))
        except (OSError, ValueError):  # it is gone already
            self._close(conn)
            return
        self._until[conn] = time.monotonic() + LONGEST
        self._left[conn] = MOST

    def close_late(self) -> None:
        """Close those that were waited for long enough."""
        now = time.monotonic()
        for conn in [conn for conn, until in self._until.items() if until <= now]:
            self._end(conn)

    def _read(self, conn: Any, _sock: Any) -> None:
        try:
            said = len(conn.sock.recv(4096))
        except BlockingIOError:
            return
        except OSError:
            said = 0
        self._left[conn] -= said
        if not said or self._left[conn] <= 0:
            self._end(conn)

    def _end(self, conn: Any) -> None:
        del self._until[conn], self._left[conn]
        with contextlib.suppress(OSError, KeyError, ValueError):
            self._poller.unregister(conn.sock)
        self._close(conn)

    def _close(self, conn: Any) -> None:
        conn.close()
        self._gone()
