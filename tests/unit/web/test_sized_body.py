"""A body of known length is read in one piece, and is the same that gunicorn reads piece by piece."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from gunicorn.http.body import Body, ChunkedReader, LengthReader
from gunicorn.http.unreader import SocketUnreader

from cds_service.web.sized_body import SizedBody, in_one_piece

BODY = bytes(range(256)) * 1000
NEXT = b"GET /health HTTP/1.1\r\n\r\n"


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.settimeout(20)
    with ours, theirs:
        yield ours, theirs


def sized(sock: socket.socket, length: int, early: bytes = b"") -> SizedBody:
    unreader = SocketUnreader(sock)
    unreader.unread(early)
    return SizedBody(LengthReader(unreader, length))


@contextmanager
def sending(theirs: socket.socket, *pieces: bytes, close: bool = False) -> Iterator[None]:
    """While what stands below is done, another thread sends; it has ended when that is done."""

    def send() -> None:
        for piece in pieces:
            theirs.sendall(piece)
        if close:
            theirs.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    yield
    sender.join(20)


@pytest.mark.parametrize("early", [0, 1, 700, len(BODY)])
def test_what_came_in_with_the_header_and_what_came_after_are_one_body(
    ends: tuple[socket.socket, socket.socket], early: int
) -> None:
    body = sized(ends[0], len(BODY), BODY[:early])
    with sending(ends[1], BODY[early : early + 5000], BODY[early + 5000 :]):
        assert body.read(len(BODY)) == BODY
        assert body.read(1024) == b""


def test_a_request_that_follows_in_the_same_packet_is_left_for_its_turn(
    ends: tuple[socket.socket, socket.socket]
) -> None:
    body = sized(ends[0], len(BODY), BODY + NEXT)
    assert body.read(len(BODY)) == BODY
    assert body.reader.unreader.take_buffered() == NEXT


def test_a_request_that_follows_on_the_wire_is_not_read(ends: tuple[socket.socket, socket.socket]) -> None:
    body = sized(ends[0], len(BODY))
    with sending(ends[1], BODY + NEXT):
        assert body.read(len(BODY)) == BODY
        assert ends[0].recv(len(NEXT), socket.MSG_WAITALL) == NEXT


def test_a_sender_that_stops_early_leaves_a_short_body(ends: tuple[socket.socket, socket.socket]) -> None:
    body = sized(ends[0], len(BODY), BODY[:10])
    with sending(ends[1], BODY[10:900], close=True):
        assert body.read(len(BODY)) == BODY[:900]
    assert body.reader.length == len(BODY) - 900
    assert body.failed is False


def test_a_connection_that_breaks_marks_the_body_so_that_it_is_closed(
    ends: tuple[socket.socket, socket.socket]
) -> None:
    body = sized(ends[0], len(BODY))
    ends[0].settimeout(0.01)
    with pytest.raises(OSError):
        body.read(len(BODY))
    assert body.failed is True


def test_a_part_of_a_body_is_read_as_gunicorn_reads_it(ends: tuple[socket.socket, socket.socket]) -> None:
    body = sized(ends[0], len(BODY), BODY[:300])
    with sending(ends[1], BODY[300:]):
        assert body.read(100) == BODY[:100]
        assert body.read(len(BODY)) == BODY[100:]


def test_only_bodies_of_known_length_are_read_so(ends: tuple[socket.socket, socket.socket]) -> None:
    unreader = SocketUnreader(ends[0])
    known = SimpleNamespace(body=Body(LengthReader(unreader, 5)))
    chunked = SimpleNamespace(body=Body(ChunkedReader(SimpleNamespace(), unreader)))
    for request in (known, chunked):
        in_one_piece(request)
    assert type(known.body) is SizedBody
    assert type(chunked.body) is Body
