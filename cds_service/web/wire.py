"""A plain hook call between gunicorn and the short road (`plain.py`): what of a request the road reads, and its answer
as bytes.

gunicorn makes some thirty variables for each request, tells the application of early hints and files, and sends head
and body apart; around a hook call that is a thirtieth of it. It reads and checks the request all the same, and
whatever is not plain goes its whole way.
"""

import time
from email.utils import formatdate
from functools import lru_cache
from typing import Any

from .plain import Answer

SERVER = "gunicorn"


def plain_environ(request: Any) -> dict[str, Any] | None:
    """Method, address, headers and body of a request by WSGI's names; None where there is anything more about it."""
    # Who waits for leave to send its body (Expect) is answered by gunicorn, which notes that in a field of its own.
    waits = getattr(request, "_expected_100_continue", True)
    if waits or request.proxy_protocol_info or request.method != "POST":
        return None
    named = {f"HTTP_{name.replace('-', '_')}": value for name, value in request.headers}
    if len(named) != len(request.headers):
        return None  # a field that comes twice is gunicorn's to join
    named["REQUEST_METHOD"] = request.method
    named["PATH_INFO"] = request.path
    named["CONTENT_TYPE"] = named.pop("HTTP_CONTENT_TYPE", "")
    named["CONTENT_LENGTH"] = named.pop("HTTP_CONTENT_LENGTH", "")
    named["wsgi.input"] = request.body
    return named


def written(answer: Answer, version: tuple[int, int], keep: bool) -> bytes:
    """The bytes of an answer. `version`: of the request's HTTP; `keep`: whether the connection stays open."""
    head = "".join([
        f"HTTP/{version[0]}.{version[1]} {answer.status}\r\nServer: {SERVER}\r\nDate: {_date(int(time.time()))}\r\n"
        f"Connection: {'keep-alive' if keep else 'close'}\r\n",
        *[f"{name}: {value}\r\n" for name, value in answer.headers],
        "\r\n",
    ])  # fmt: skip
    return head.encode("latin-1") + answer.body


@lru_cache(maxsize=4)
def _date(now: int) -> str:
    return formatdate(now, usegmt=True)
