"""A request body of known length, taken from the socket in one piece.

gunicorn's own reader puts what arrives through three buffers and werkzeug's through two more, 64 KiB at a time: at
1.6 MB that was a fifth of the whole call. The kernel can wait for all of it and hand it over once.
"""

import socket
from typing import Any

from gunicorn.http.body import Body, LengthReader


class SizedBody(Body):  # type: ignore[misc]
    """gunicorn's body that reads all that is left in one go where it is asked for no less."""

    def read(self, size: int | None = None) -> bytes:
        """The next `size` bytes, fewer only where the sender stopped. Raises OSError as the socket does."""
        reader = self.reader
        if not reader.length and not self.buf.tell():
            return b""  # gunicorn asks twice, before and after the next request, whether anything is left
        if size is None or size < reader.length or self.buf.tell() or type(reader.unreader.sock) is not socket.socket:
            return super().read(size)  # type: ignore[no-any-return]
        try:
            return self._rest(reader)
        except Exception:
            self.failed = True  # where the next request begins is unknown: gunicorn closes the connection
            raise

    @staticmethod
    def _rest(reader: LengthReader) -> bytes:
        early = reader.unreader.take_buffered()  # what came in with the header; it may hold the next request too
        if len(early) > reader.length:
            reader.unreader.unread(early[reader.length :])
            early = early[: reader.length]
        reader.length -= len(early)
        pieces = [early] if early else []
        while reader.length:
            # MSG_WAITALL: the kernel comes back with all of it, or with what there is when the sender has closed, a
            # signal came, or the worker has given up waiting (worker.murder_pending).
            piece = reader.unreader.sock.recv(reader.length, socket.MSG_WAITALL)
            if not piece:
                break
            reader.length -= len(piece)
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def in_one_piece(request: Any) -> None:
    """Let a request of gunicorn's with a Content-Length read its body so."""
    body = request.body
    if type(body) is Body and type(body.reader) is LengthReader:
        request.body = SizedBody(body.reader)
