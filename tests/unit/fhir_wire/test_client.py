"""One request: what is sent, what a bad server can do to it, and what its errors say."""

import gzip
import time
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from cds_service.fhir import client as client_module
from cds_service.fhir.client import FhirClient, Limits
from cds_service.fhir.faults import FetchError

from .conftest import Server


def client(server: Server, seconds: float = 5, **limits: int) -> FhirClient:
    return FhirClient(server.access, time.monotonic() + seconds, Limits(**limits))


def get(server: Server, seconds: float = 5, **limits: int) -> bytes:
    return client(server, seconds, **limits).get(f"{server.base}/Patient/p1")


def reason(server: Server, seconds: float = 5, **limits: int) -> str:
    with pytest.raises(FetchError) as caught:
        get(server, seconds, **limits)
    assert "p1" not in str(caught.value), "no patient id in the words of an error"
    assert "127.0.0.1" not in str(caught.value), "no address in the words of an error"
    assert caught.value.__cause__ is None, "the library's exception, which holds the address, is not chained"
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value.reason


def test_a_request_asks_for_fhir_json_uncached_with_the_token(server: Server) -> None:
    get(server)
    headers = server.headers[0]
    assert headers["Accept"] == "application/fhir+json"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Authorization"] == "Bearer s3cret-token"
    assert "Cookie" not in headers


def test_cookies_of_a_server_are_not_kept_for_the_next_call(server: Server) -> None:
    server.fault = lambda path: (200, {"Set-Cookie": "a=b; Path=/"}, b"{}")
    get(server)
    get(server)
    assert "Cookie" not in server.headers[1]


def test_the_token_is_not_in_the_repr_of_an_access(server: Server) -> None:
    assert "s3cret" not in repr(server.access)


@pytest.mark.parametrize(("status", "expected"), [
    (301, "redirect"), (307, "redirect"), (400, "bad-request"), (401, "refused"), (403, "refused"),
    (404, "not-found"), (410, "gone"), (500, "server-error"), (204, "not-fhir"), (405, "not-offered"),
])
def test_a_status_other_than_200_is_a_typed_error_without_a_second_try(
    server: Server, status: int, expected: str
) -> None:
    server.fault = lambda path: (status, {"Location": "http://127.0.0.1:1/x"}, b"")
    assert reason(server) == expected
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_once_more(server: Server, status: int) -> None:
    server.fault = lambda path: (status, {"Retry-After": "0"}, b"") if len(server.seen) == 1 else None
    assert b'"Patient"' in get(server)
    assert len(server.seen) == 2


def test_a_server_that_stays_busy_is_asked_twice_and_no_more(server: Server) -> None:
    server.fault = lambda path: (503, {}, b"")
    assert reason(server) == "busy"
    assert len(server.seen) == 2


def test_a_long_retry_after_is_not_waited_for(server: Server) -> None:
    server.fault = lambda path: (429, {"Retry-After": "3600"}, b"")
    start = time.monotonic()
    assert reason(server) == "busy"
    assert (len(server.seen), time.monotonic() - start < 1) == (1, True)


def test_a_retry_that_would_end_after_the_deadline_is_not_made(server: Server) -> None:
    server.fault = lambda path: (503, {"Retry-After": "1"}, b"")
    assert reason(server, 0.5) == "busy"
    assert len(server.seen) == 1


def test_a_server_that_drips_a_byte_at_a_time_ends_at_the_deadline(server: Server) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(30):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    server.fault = lambda path: drip
    start = time.monotonic()
    assert reason(server, 0.5) == "timeout"
    assert time.monotonic() - start < 0.8


def test_a_server_that_never_answers_ends_at_the_deadline(server: Server) -> None:
    server.fault = lambda path: lambda handler: time.sleep(1.5)
    start = time.monotonic()
    assert reason(server, 0.3) == "timeout"
    assert time.monotonic() - start < 0.6


def test_the_second_try_after_a_dropped_connection_uses_none_of_the_kept_open_ones(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    get(server)
    kept, sent = client_module._session().get_adapter(server.base), []
    send = HTTPAdapter.send

    def dead(adapter: HTTPAdapter, *args: Any, **options: Any) -> Any:
        """Every connection that was kept open has died."""
        sent.append(adapter)
        if adapter is kept:
            raise requests.ConnectionError
        return send(adapter, *args, **options)

    monkeypatch.setattr(HTTPAdapter, "send", dead)
    assert get(server)
    assert sent[0] is kept
    assert sent[1] is not kept
    assert len(sent) == 2


def test_a_connection_dropped_before_an_answer_is_tried_once_more(server: Server) -> None:
    server.fault = lambda path: (lambda handler: handler.connection.close()) if len(server.seen) == 1 else None
    assert b'"Patient"' in get(server)


def test_a_body_cut_in_the_middle_is_a_failed_connection(server: Server) -> None:
    server.fault = lambda path: lambda h: h.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"res") and None
    assert reason(server) == "connection"


def test_a_gzip_body_cut_in_the_middle_is_a_failed_connection(server: Server) -> None:
    body = gzip.compress(b"{}" * 5000)[:20]
    server.fault = lambda path: (200, {"Content-Encoding": "gzip"}, body)
    assert reason(server) == "connection"


def test_a_gzip_bomb_ends_at_the_cap(server: Server) -> None:
    server.fault = lambda path: (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 50_000_000))
    assert reason(server, answer_bytes=1_000_000) == "too-large"


def test_a_plain_body_over_the_cap_is_refused(server: Server) -> None:
    server.fault = lambda path: (200, {}, b" " * 2000)
    assert reason(server, answer_bytes=1000) == "too-large"


def test_a_body_of_exactly_the_cap_is_taken(server: Server) -> None:
    server.fault = lambda path: (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 1000))
    assert len(get(server, answer_bytes=1000)) == 1000


def test_an_unknown_content_encoding_is_not_read(server: Server) -> None:
    server.fault = lambda path: (200, {"Content-Encoding": "br"}, b"x")
    assert reason(server) == "not-fhir"


def test_a_server_that_is_not_there_is_a_failed_connection(server: Server) -> None:
    server.http.shutdown()
    server.http.server_close()
    assert reason(server) == "connection"


def test_an_address_is_sent_as_it_was_given(server: Server) -> None:
    server.fault = lambda path: (200, {}, b"{}")
    client(server).get(f"{server.base}?_page=%7Ea%7Cb%2F&x=%41&&y")
    assert server.seen == ["/fhir?_page=%7Ea%7Cb%2F&x=%41&&y"], "requests alone would undo %7E and %41"


def test_a_retry_after_that_is_a_date_is_no_reason_to_give_up(server: Server) -> None:
    late = {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}
    server.fault = lambda path: (503, late, b"") if len(server.seen) == 1 else None
    assert b'"Patient"' in get(server)
