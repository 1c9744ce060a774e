"""The body of a request, read up to the limit and no further."""

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from ..kernel.errors import InputError

DENSEST = 32
"""Bytes of the size limit for each object that a body may hold. FHIR has one in about 70; ten million empty entries
would keep a worker busy for a quarter of a minute."""


def read_body() -> bytes:
    """The whole body of the current request. Raises RequestEntityTooLarge (413: too long, or too many
    objects) and InputError (400: it cannot be read).

    One with a Content-Length beyond the limit is refused unread. A chunked body does not say how long it is, and
    werkzeug hands over its beginning as if it were all of it: at the limit there may be more, so it is refused too.
    """
    length, limit = request.content_length, request.max_content_length
    try:
        if length is None:
            body = request.get_data(cache=False)
        elif limit is not None and length > limit:
            raise RequestEntityTooLarge
        else:  # straight from the server: werkzeug would read it in pieces of 64 KiB and copy each twice
            body = request.environ["wsgi.input"].read(length)
    except OSError:
        raise InputError("the body ends early: the connection was lost") from None
    except Exception as error:
        # gunicorn reads a chunked body while we do, and says so when its framing is broken.
        if not type(error).__module__.startswith("gunicorn."):
            raise
        raise InputError("the body ends early or its chunks cannot be read") from None
    if len(body) < (length or 0):
        raise InputError("the body is shorter than its Content-Length")  # half a call must not pass for a whole one
    if length is None and limit is not None and len(body) >= limit:
        raise RequestEntityTooLarge
    if limit is not None and len(body) > limit // DENSEST and body.count(b"{") > limit // DENSEST:
        raise RequestEntityTooLarge
    return body
