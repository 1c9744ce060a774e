"""The short road of hook calls sends what Flask's road sends, counts it alike, and takes only what is plain."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from cds_service.web.plain import PlainRoad

from .making import ADDRESS, FAILED, PATIENT, bundle, call, client, prefetch
from .test_metrics import samples

_UUID = re.compile(rb'"uuid":"[0-9a-f-]{36}"')
_JSON = "application/json"
Sent = tuple[str, bytes, list[tuple[str, str]]]


def road(**settings: Any) -> PlainRoad:
    found = client(**settings).application.wsgi_app
    assert isinstance(found, PlainRoad)
    return found


def environ(body: bytes, path: str = ADDRESS, method: str = "POST", **more: str) -> dict[str, Any]:
    made = EnvironBuilder(path, method=method, data=body, content_type=_JSON).get_environ()
    return made | more


def sent(application: Callable[..., Any], asked: dict[str, Any]) -> Sent:
    parts, status, headers = run_wsgi_app(application, asked)
    return status, _UUID.sub(b"", b"".join(parts)), sorted(headers)


CALLS = {
    "a chart with lupus": call(),
    "a chart with more": call(prefetch=prefetch(procedures=bundle(), observations1=FAILED)),
    "a chart without lupus": call(prefetch=prefetch(conditions=bundle())),
    "a reader who is no clinician": call(context={"userId": "Patient/p1", "patientId": "p1"}),
    "another patient": call(prefetch=prefetch(patient=PATIENT | {"id": "p2"})),
    "no prefetch": call(prefetch=...),
    "a key that is missing": call(prefetch={k: v for k, v in prefetch().items() if k != "patient"}),
    "another hook": call(hook="order-sign"),
    "no context": call(context=...),
    "a server that may not be called": call(fhirServer="https://ehr.example.org/fhir"),
}
BODIES = {name: json.dumps(body).encode() for name, body in CALLS.items()} | {
    "nothing": b"", "no JSON": b"{", "a list": b"[]", "no text": b"\xff\xfe",
    "a long one": json.dumps(call()).encode() + b" " * (1 << 20),
    "one of many parts": b"[" + b"{}," * 40_000 + b"{}]",
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize(
    "settings",
    [{}, {"origins": ("https://ehr.example.org",), "base_url": "https://cds.example.org"}, {"auth": "jwt"}],
    ids=["as it comes", "with origins and https", "with tokens"],
)
def test_both_roads_send_the_same(name: str, settings: dict[str, Any]) -> None:
    plain = road(max_body_mb=1, **settings)
    assert sent(plain, environ(BODIES[name])) == sent(plain.flask, environ(BODIES[name]))


@pytest.mark.parametrize("name", ["a chart with lupus", "a chart without lupus", "another hook", "no prefetch"])
def test_both_roads_count_the_same(name: str) -> None:
    plain = road()
    grown = []
    for application in (plain, plain.flask):
        before = samples()
        sent(application, environ(BODIES[name]))
        after = samples()
        grown.append({key: n - before[key] for key, n in after.items() if n != before[key] and "seconds" not in key[0]})
    assert grown[0] == grown[1]
    assert grown[0]


def test_a_call_that_brings_something_short_is_refused_on_both_roads() -> None:
    plain, body = road(), BODIES["a chart with lupus"]
    short = environ(body, CONTENT_LENGTH=str(len(body) + 1))
    status, text, _ = sent(plain, short)
    assert status == "400 BAD REQUEST"
    assert b"shorter than its Content-Length" in text


class _Passed(Exception):
    """The application behind was asked."""


def _behind(*_: Any) -> Any:
    raise _Passed


@pytest.mark.parametrize(
    "change",
    [{"method": "GET"}, {"method": "OPTIONS"}, {"method": "PUT"}, {"path": ADDRESS + "/"}, {"path": "/" + ADDRESS},
     {"path": ADDRESS + "/feedback"}, {"path": "/cds-services/nothing"}, {"path": "/health"},
     {"CONTENT_TYPE": "text/plain"}, {"CONTENT_TYPE": "application/json; charset=latin-1"}, {"CONTENT_TYPE": ""},
     {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": "-1"}, {"CONTENT_LENGTH": "1_0"}, {"CONTENT_LENGTH": "٣"},
     {"HTTP_ORIGIN": "https://ehr.example.org"}, {"HTTP_CONTENT_ENCODING": "gzip"},
     {"HTTP_TRANSFER_ENCODING": "chunked"}, {"HTTP_HOST": "a b"}, {"HTTP_HOST": "a/../b"}, {"HTTP_HOST": "x:y"},
     {"HTTP_HOST": "a..b"}, {"HTTP_HOST": ".a"}, {"HTTP_HOST": "a" * 64}, {"HTTP_HOST": "x:123456"},
     {"HTTP_UPGRADE": "websocket"}, {"HTTP_X_FORWARDED_HOST": "a..b"}, {"HTTP_X_FORWARDED_PROTO": "ws"}],
    ids=str,
)  # fmt: skip
def test_what_is_not_plain_goes_to_flask(change: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    plain = road()
    monkeypatch.setattr(plain, "flask", _behind)
    with pytest.raises(_Passed):
        sent(plain, environ(BODIES["a chart with lupus"], **change))


_WEBSOCKET = {"HTTP_UPGRADE": "websocket", "HTTP_CONNECTION": "Upgrade"}


@pytest.mark.parametrize(
    ("around", "status"),
    [({"HTTP_HOST": "a..b"}, 400), ({"HTTP_HOST": "."}, 400), ({"HTTP_HOST": "a" * 64}, 400), (_WEBSOCKET, 400),
     ({"HTTP_X_FORWARDED_HOST": "a..b"}, 400), ({"HTTP_X_FORWARDED_PROTO": "wss"}, 400),
     ({"HTTP_HOST": "a" * 63 + ":8000"}, 200), ({"HTTP_HOST": "a."}, 200), ({"HTTP_HOST": "[::1]:8000"}, 200),
     ({"HTTP_X_FORWARDED_HOST": "cds.example.org"}, 200), ({"HTTP_X_FORWARDED_PREFIX": "/lupus"}, 200),
     ({"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "10.0.0.1"}, 200)],
    ids=str,
)  # fmt: skip
def test_what_flask_refuses_around_a_call_is_refused_on_both_roads(around: dict[str, str], status: int) -> None:
    plain = road(trusted_proxies=1)
    asked = [environ(BODIES["a chart with lupus"], **around) for _ in range(2)]
    found = sent(plain, asked[0])
    assert found == sent(plain.flask, asked[1])
    assert found[0].startswith(str(status))


def test_what_is_plain_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = road()
    monkeypatch.setattr(plain, "flask", _behind)
    for kind in ("application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8"):
        status, _, _ = sent(plain, environ(BODIES["a chart with lupus"], CONTENT_TYPE=kind))
        assert status == "200 OK"


def test_a_fault_on_the_short_road_is_500_without_a_word_of_the_chart(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise ValueError("Mrs Secret")

    plain = road()
    monkeypatch.setattr(plain._calls, "answer", fails)
    status, text, headers = sent(plain, environ(BODIES["a chart with lupus"]))
    assert status.startswith("500")
    assert b"Secret" not in text
    assert ("Content-Type", "application/fhir+json") in headers
