"""The short road of a hook call: plain WSGI in front of Flask for the one request that all the others are few beside.

Flask builds contexts, matches the address, and asks and tells a round of functions for each request; around a call
that takes two milliseconds that is a tenth of it (docs/decisions/0006-speed.md). A call with nothing unusual about
it needs none of this. All that is in any way unusual goes to Flask, and so does every other address. Both roads share
what they do and differ in nothing that is sent: a test holds one against the other.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from werkzeug.http import HTTP_STATUS_CODES

from ..settings import Settings
from . import cors, headers, outcomes
from .body import sized_body
from .callers import Door, NotAdmitted, unauthorized
from .hook import HookCalls
from .metrics import HookCall, metrics
from .services import services
from .told import JSON

Wsgi = Callable[[Any, Any], Iterable[bytes]]
ROUTE = "hook"
_MEDIA = frozenset((JSON, f"{JSON}; charset=utf-8", f"{JSON};charset=utf-8", f"{JSON};charset=UTF-8"))
_UNUSUAL = frozenset(("HTTP_ORIGIN", "HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING", "HTTP_UPGRADE"))
"""A browser's call gets headers of its own (CORS); a compressed body, or one of unknown length, is Flask's to read;
and who asks for a WebSocket is refused by it."""
_HOST = re.compile(r"[A-Za-z0-9\-]{1,63}(\.[A-Za-z0-9\-]{1,63})*(:[0-9]{1,5})?", re.ASCII).fullmatch
"""Flask refuses (400) a host with an empty part or a longer one."""
_SCHEMES = ("http", "https")
_LENGTH = re.compile("[0-9]{1,15}", re.ASCII).fullmatch
_STATUS = {status: f"{status} {phrase.upper()}" for status, phrase in HTTP_STATUS_CODES.items()}  # as Flask writes them


class Answer(NamedTuple):
    """What is sent: the status line without the protocol, all headers that are not the server's, the body."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class PlainRoad:
    """A WSGI application: answers plain hook calls, and hands over to `flask` whatever is not."""

    def __init__(self, flask: Wsgi, calls: HookCalls, door: Door, settings: Settings) -> None:
        self.flask = flask
        """The application behind, which takes every request."""
        self._calls = calls
        self._door = door
        self._limit = settings.max_body_mb * 1024 * 1024
        self._services = {f"/cds-services/{name}": name for name in services()}
        self._headers = [*headers.of_every_answer(settings.base_url), *cors.of_every_answer(settings.origins)]
        self._metrics = metrics()

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = self.take(environ)
        if answer is None:
            return self.flask(environ, start_response)
        start_response(answer.status, answer.headers)
        return (answer.body,)

    def take(self, environ: Mapping[str, Any]) -> Answer | None:
        """The answer to a plain hook call, None for what is none. Never raises.

        Of `environ` it reads method, address, the headers and the body (WSGI's names); nothing of a body is read where
        it says None.
        """
        service = self._services.get(environ["PATH_INFO"])
        if service is None or not _is_plain(environ):
            return None
        hook = None
        try:
            client = self._door.client_of(environ["PATH_INFO"], environ.get("HTTP_AUTHORIZATION"))
            hook = HookCall(service)
            body = sized_body(environ["wsgi.input"], int(environ["CONTENT_LENGTH"]), self._limit)
            told = self._calls.answer(hook, client, body)
        except NotAdmitted as refused:
            told = unauthorized(refused)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered with an OperationOutcome
            told = outcomes.of_error(error, ROUTE)
        status, text, media, more = told
        self._metrics.answered(ROUTE, status, hook)
        named = [("Content-Type", media), ("Content-Length", str(len(text))), *more, *self._headers]
        return Answer(_STATUS[status], named, text)


def _is_plain(environ: Mapping[str, Any]) -> bool:
    """Whether it is a POST of JSON of known length, to a host that can be one, from a program."""
    return (
        environ["REQUEST_METHOD"] == "POST"
        and environ.get("CONTENT_TYPE") in _MEDIA
        and _UNUSUAL.isdisjoint(environ)
        and _LENGTH(environ.get("CONTENT_LENGTH", "")) is not None
        and _HOST(environ.get("HTTP_HOST", "")) is not None
        # What a proxy says of these takes their place where it is believed (ProxyFix), and Flask refuses some of it.
        and _HOST(environ.get("HTTP_X_FORWARDED_HOST", "x")) is not None
        and environ.get("HTTP_X_FORWARDED_PROTO", "https") in _SCHEMES
    )
