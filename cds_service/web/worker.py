"""gunicorn's threaded worker, whose own refusals look like ours: an OperationOutcome, and no word of the request.

What is no HTTP request never reaches the application; gunicorn answers it by itself, in HTML that quotes what was
sent, and logs the address that was called. Here it gets a sentence of ours (checklist GEN-1, HTTP-3).
"""

import contextlib
import logging
import select
import socket
import threading
import time
from http import HTTPStatus
from typing import Any

from gunicorn.http import errors
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import _DEFER, ThreadWorker

from . import outcomes, wire
from .metrics import metrics
from .parting import Parting
from .plain import PlainRoad
from .sized_body import in_one_piece

log = logging.getLogger("cds_service.web")

LINGER = 5
"""Milliseconds for which a thread that has answered waits for the next request of the same client: gateways send one
after the other on few connections, and to give a connection back to the main thread and take it again means two
changes of thread, a twentieth of a call."""
FIRST_BYTE = 5.0
"""Seconds that a new connection has for its first byte beyond those that a kept one has for its next."""
LONGEST_READ = 30.0
"""Seconds from the first byte of a request after which no more of it is read. Who has not taken the answer in the
time that a stop gives to calls after that is not written to any longer either."""

_STATUSES = (
    (errors.InvalidResponseHeader, 500), (errors.InvalidResponseHeaderName, 500), (errors.ConfigurationProblem, 500),
    (errors.LimitRequestLine, 414), (errors.LimitRequestHeaders, 431), (errors.ExpectationFailed, 417),
    (errors.UnsupportedTransferCoding, 501), (errors.ForbiddenProxyRequest, 403), (errors.ParseException, 400),
)  # fmt: skip
_SENTENCES = {
    400: "this is no HTTP request that can be read",
    403: "this address may not call through a proxy",
    414: "the address is too long",
    417: "what is asked of the service in 'Expect' is not done",
    431: "the header is too large, or of too many fields",
    500: "the service failed",
    501: "this transfer coding is not understood",
}


def answer_to(error: BaseException) -> bytes:
    """The whole HTTP answer to what could not be read, or not be answered."""
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    metrics().answered("other", status)
    body = outcomes.told(status, _SENTENCES[status]).body
    head = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Connection: close",
        "Content-Type: application/fhir+json",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


class Worker(ThreadWorker):  # type: ignore[misc]
    """See the module. Whoever sends, reads or closes slowly is not waited for: each call has one of a few threads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._since: dict[Any, float] = {}
        self._free = threading.Semaphore(max(self.cfg.threads - 1, 0))
        """How many more threads may wait for a next request: one is always left for who comes anew."""

    def run(self) -> None:
        """What the main thread does: connections that come, rest and end."""
        self._parting = Parting(self.poller, self._gone)
        super().run()

    def finish_request(self, conn: Any, fs: Any) -> None:
        """In the main thread, after the last request for now: the connection rests, or ends."""
        if not fs.cancelled() and fs.exception() is None and not fs.result():
            self._parting.add(conn)
            return
        super().finish_request(conn, fs)
        if self.pending_conns and self.pending_conns[-1] is conn:
            conn.timeout += FIRST_BYTE

    def _gone(self) -> None:
        self.nr_conns -= 1

    def handle(self, conn: Any) -> Any:
        """The requests of a connection that follow each other at once; how long each has taken is watched.

        Whoever connects and says nothing is waited for by the selector: gunicorn lets a thread wait five seconds.
        """
        if not conn.initialized and not conn.wait_for_data(LINGER / 1000):
            return _DEFER
        while True:
            self._since[conn] = time.monotonic()
            try:
                kept = super().handle(conn)
            finally:
                self._since.pop(conn, None)
            if _given_up(conn):
                return False  # what of the request comes in after all would be read as the next one
            if kept is not True or not self._next(conn):
                return kept

    def _next(self, conn: Any) -> bool:
        """Whether the client sends its next request while nobody else waits for this thread."""
        if not self.alive or self.tpool._work_queue.qsize() or conn.parser.unreader.buf.getvalue():
            return False
        if not self._free.acquire(blocking=False):
            return False
        try:
            waiting = select.poll()
            waiting.register(conn.sock, select.POLLIN)
            return bool(waiting.poll(LINGER)) and self.alive
        finally:
            self._free.release()

    def handle_request(self, req: Any, conn: Any) -> Any:
        """One request for the application; a plain hook call is written by ourselves."""
        in_one_piece(req)
        road: object = getattr(self.wsgi, "wsgi_app", None)
        environ = wire.plain_environ(req)
        answer = road.take(environ) if isinstance(road, PlainRoad) and environ is not None else None
        if answer is None:
            return super().handle_request(req, conn)
        room = len(self.keepalived_conns) < self.max_keepalived
        keep = self.alive and room and not req.should_close() and not _given_up(conn)
        conn.sock.sendall(wire.written(answer, req.version, keep))
        return keep

    def murder_pending(self) -> None:
        """Once a second: read no further from who has not sent a request in time. An answer can still be written, but
        not for ever: a client that reads nothing would keep the thread that writes to it."""
        super().murder_pending()
        self._parting.close_late()
        late = time.monotonic() - LONGEST_READ
        for conn, since in list(self._since.items()):
            if since < late:
                unread = since < late - self.cfg.graceful_timeout
                conn.given_up = True
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR if unread else socket.SHUT_RD)

    def handle_error(self, _request: Any, client: Any, _address: Any, error: BaseException) -> None:
        """Answer what gunicorn could not hand over to the application."""
        answer = answer_to(error)
        if b" 500 " in answer[:16]:
            log.error("a request failed outside the application: %s", type(error).__name__)
        with contextlib.suppress(Exception):  # whoever has gone gets no answer
            write_nonblock(client, answer)


def _given_up(conn: Any) -> bool:
    """Whether a request of this connection was not read to its end, and is not going to be (`murder_pending`)."""
    return getattr(conn, "given_up", False)
