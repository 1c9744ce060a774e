"""The body of a request, read up to the limit and no further."""

from collections.abc import Callable
from typing import Protocol

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from ..kernel.errors import InputError

DENSEST = 32
"""Bytes of the size limit for each object that a body may hold. FHIR has one in about 70; ten million empty entries
would keep a worker busy for a quarter of a minute."""


class Readable(Protocol):
    """`wsgi.input`."""

    def read(self, size: int, /) -> bytes:
        """The next `size` bytes, fewer only where the sender stopped."""


def read_body() -> bytes:
    """The whole body of the current request. Raises RequestEntityTooLarge (413: too long, or too many
    objects) and InputError (400: it cannot be read).

    A chunked body does not say how long it is, and werkzeug hands over its beginning as if it were all of it: at the
    limit there may be more, so it is refused too.
    """
    length, limit = request.content_length, request.max_content_length
    if length is not None:
        return sized_body(request.environ["wsgi.input"], length, limit)
    body = _read(lambda: request.get_data(cache=False))
    if limit is not None and len(body) >= limit:
        raise RequestEntityTooLarge
    return _not_too_dense(body, limit)


def sized_body(source: Readable, length: int, limit: int | None) -> bytes:
    """A body of known length, straight from the server: werkzeug would read it in pieces of 64 KiB and copy each twice.

    Raises as `read_body`. One that is longer than the limit is refused unread.
    """
    if limit is not None and length > limit:
        raise RequestEntityTooLarge
    body = _read(lambda: source.read(length))
    if len(body) < length:
        raise InputError("the body is shorter than its Content-Length")  # half a call must not pass for a whole one
    return _not_too_dense(body, limit)


def _read(read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except OSError:
        raise InputError("the body ends early: the connection was lost") from None
    except Exception as error:
        # gunicorn reads a chunked body while we do, and says so when its framing is broken.
        if not type(error).__module__.startswith("gunicorn."):
            raise
        raise InputError("the body ends early or its chunks cannot be read") from None


def _not_too_dense(body: bytes, limit: int | None) -> bytes:
    if limit is not None and len(body) > limit // DENSEST and body.count(b"{") > limit // DENSEST:
        raise RequestEntityTooLarge
    return body
