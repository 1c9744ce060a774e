"""What the worker does with clients that send, read or close slowly: none of them keeps it from the others."""

import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.workers.gthread import TConn, ThreadWorker

from cds_service.web import parting
from cds_service.web.parting import Parting
from cds_service.web.worker import LONGEST_READ, Worker

GRACE = 15


class _Recorded:
    """A socket that notes how it was shut down."""

    def __init__(self) -> None:
        self.shut: list[int] = []

    def shutdown(self, how: int) -> None:
        self.shut.append(how)


class _Conn:
    """A connection as gunicorn has one."""

    def __init__(self, sock: Any) -> None:
        self.sock = sock
        self.initialized = True
        self.closed = False

    def close(self) -> None:
        self.closed = True
        self.sock.close()


def worker(**more: Any) -> Any:
    """A worker without processes, threads and sockets of its own."""
    made = Worker.__new__(Worker)
    vars(made).update({"_since": {}, "pending_conns": deque(), "cfg": SimpleNamespace(graceful_timeout=GRACE),
                       "_parting": SimpleNamespace(close_late=lambda: None), "nr_conns": 1} | more)  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("seconds", "shut"),
    [(1, []), (LONGEST_READ - 5, []), (LONGEST_READ + 5, [socket.SHUT_RD]),
     (LONGEST_READ + GRACE + 5, [socket.SHUT_RDWR])],
)  # fmt: skip
def test_a_request_is_read_for_a_while_and_an_answer_written_for_a_longer_one(seconds: float, shut: list[int]) -> None:
    sock = _Recorded()
    worker(_since={_Conn(sock): time.monotonic() - seconds}).murder_pending()
    assert sock.shut == shut


def test_a_connection_whose_request_was_given_up_takes_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    conn, made = _Conn(_Recorded()), worker()

    def late(self: Any, conn: Any) -> bool:
        self._since[conn] -= LONGEST_READ + 1
        self.murder_pending()
        return True

    monkeypatch.setattr(ThreadWorker, "handle", late)
    monkeypatch.setattr(Worker, "_next", lambda *_: pytest.fail("the next request was waited for"))
    assert made.handle(conn) is False


@pytest.mark.parametrize(("result", "ends"), [(True, False), (False, True), (None, True)])
def test_a_connection_that_takes_no_more_requests_is_not_closed_by_the_main_thread_but_by_the_selector(
    result: Any, ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[Any] = []
    added: list[Any] = []
    monkeypatch.setattr(ThreadWorker, "finish_request", lambda _self, conn, _fs: rests.append(conn))
    done: Future[Any] = Future()
    done.set_result(result)
    worker(_parting=SimpleNamespace(add=added.append)).finish_request("conn", done)
    assert (added, rests) == ((["conn"], []) if ends else ([], ["conn"]))


def test_a_connection_that_says_nothing_is_given_back_to_the_selector_and_kept_for_a_while() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, selectors.DefaultSelector() as poller:
        conn = TConn(Config(), ours, ("127.0.0.1", 1), ("127.0.0.1", 2))
        made = worker(poller=poller, alive=True, cfg=conn.cfg)
        done: Future[Any] = Future()
        done.set_result(made.handle(conn))
        made.finish_request(conn, done)
        assert list(made.pending_conns) == [conn]
        assert conn.timeout > time.monotonic() + conn.cfg.keepalive
        assert made._since == {}


class Ending:
    """A connection that ends, its client, and the selector between them."""

    def __init__(self) -> None:
        self.poller = selectors.DefaultSelector()
        self.gone = 0
        self.parting = Parting(self.poller, self._gone)
        ours, self.client = socket.socketpair()
        self.conn = _Conn(ours)

    def _gone(self) -> None:
        self.gone += 1

    def turn(self) -> None:
        """One turn of the worker's main thread."""
        for key, _ in self.poller.select(0):
            key.data(key.fileobj)


@pytest.fixture
def ending() -> Iterator[Ending]:
    made = Ending()
    yield made
    made.client.close()
    made.conn.sock.close()
    made.poller.close()


def test_a_client_reads_the_end_at_once_and_is_closed_when_it_closes(ending: Ending) -> None:
    ending.parting.add(ending.conn)
    assert ending.client.recv(1) == b""
    ending.turn()
    assert not ending.conn.closed
    ending.client.close()
    ending.turn()
    assert (ending.conn.closed, ending.gone, len(ending.poller.get_map())) == (True, 1, 0)


def test_what_a_client_still_sends_is_thrown_away_up_to_a_bound(ending: Ending) -> None:
    ending.parting.add(ending.conn)
    ending.client.sendall(b"x" * 5000)
    for _ in range(4):
        ending.turn()
    assert not ending.conn.closed
    ending.client.sendall(b"x" * parting.MOST)
    for _ in range(parting.MOST // 4096 + 1):
        ending.turn()
    assert (ending.conn.closed, ending.gone) == (True, 1)


def test_a_client_that_closes_nothing_is_closed_after_a_while(ending: Ending, monkeypatch: pytest.MonkeyPatch) -> None:
    ending.parting.add(ending.conn)
    ending.parting.close_late()
    assert not ending.conn.closed
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + parting.LONGEST + 1)
    ending.parting.close_late()
    ending.parting.close_late()
    assert (ending.conn.closed, ending.gone, len(ending.poller.get_map())) == (True, 1, 0)


def test_a_client_that_is_gone_is_closed_at_once(ending: Ending) -> None:
    ending.conn.sock.close()
    ending.parting.add(ending.conn)
    assert (ending.conn.closed, ending.gone) == (True, 1)
