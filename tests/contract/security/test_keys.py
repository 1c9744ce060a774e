"""SEC-8, SEC-9: where keys come from, how often they are fetched, and what is never fetched."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from cds_service.fhir.client import close
from cds_service.web import keys

from .signing import DISCOVERY, KID, claims, ec_key, ehr, jwk, service, token

Reply = tuple[int, dict[str, str], bytes]


class Listener:
    """A server that counts what is asked of it."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.reply: Callable[[], Reply] = lambda: (200, {}, key_set(jwk(ec_key())))
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                listener.seen.append((self.path, dict(self.headers.items())))
                status, headers, body = listener.reply()
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args: Any) -> None:
                """Who hangs up may hang up."""

        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/jwks.json"
        Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


def key_set(*entries: Any) -> bytes:
    return json.dumps({"keys": list(entries)}).encode()


@pytest.fixture
def listener() -> Iterator[Listener]:
    started = Listener()
    yield started
    close()
    started.http.shutdown()
    started.http.server_close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds to add to the clock of the keys."""
    ahead = [0.0]

    class Clock:
        @staticmethod
        def monotonic() -> float:
            return time.monotonic() + ahead[0]

    monkeypatch.setattr(keys, "time", Clock)
    return ahead


def remote(folder: Path, listener: Listener, **more: Any) -> Callable[..., bool]:
    """Whether a token opens a service that fetches its keys from the listener."""
    client = service(folder, ehr(jwks=..., jwks_url=listener.url, **more))

    def opens(**header: Any) -> bool:
        made = token(claims(DISCOVERY), **header)
        return client.get("/cds-services", headers={"Authorization": f"Bearer {made}"}).status_code == 200

    return opens


def test_keys_are_fetched_once_and_kept(tmp_path: Path, listener: Listener) -> None:
    opens = remote(tmp_path, listener)
    assert listener.seen == []
    assert [opens(), opens(), opens()] == [True] * 3
    assert len(listener.seen) == 1


def test_sec9_an_unknown_kid_fetches_the_set_anew_at_most_once_a_minute(
    tmp_path: Path, listener: Listener, clock: list[float]
) -> None:
    opens = remote(tmp_path, listener)
    assert opens()
    assert [opens(kid=f"unknown-{n}") for n in range(20)] == [False] * 20
    assert len(listener.seen) == 1
    clock[0] = 59
    assert not opens(kid="unknown")
    assert len(listener.seen) == 1
    clock[0] = 61
    assert [opens(kid=f"unknown-{n}") for n in range(20)] == [False] * 20
    assert len(listener.seen) == 2


def test_sec9_a_new_key_opens_once_the_set_was_fetched_anew(
    tmp_path: Path, listener: Listener, clock: list[float]
) -> None:
    opens, new = remote(tmp_path, listener), ec_key("P-384", 7)
    assert opens()
    listener.reply = lambda: (200, {}, key_set(jwk(new, "new")))
    clock[0] = 61
    assert opens(key=new, kid="new")
    assert not opens()  # the old key went with the old set


def test_a_withdrawn_key_opens_nothing_after_an_hour(tmp_path: Path, listener: Listener, clock: list[float]) -> None:
    opens = remote(tmp_path, listener)
    assert opens()
    listener.reply = lambda: (200, {}, key_set(jwk(ec_key("P-384", 7), "new")))
    clock[0] = 3500
    assert opens()
    clock[0] = 3700
    assert not opens()


def test_a_set_that_cannot_be_renewed_serves_a_day_longer(
    tmp_path: Path, listener: Listener, clock: list[float]
) -> None:
    opens = remote(tmp_path, listener)
    assert opens()
    listener.reply = lambda: (500, {}, b"")
    clock[0] = 4000
    assert [opens(), opens()] == [True, True]
    assert len(listener.seen) == 2
    clock[0] = 90_000
    assert not opens()


def test_a_failed_fetch_is_not_repeated_within_the_minute(
    tmp_path: Path, listener: Listener, clock: list[float], caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging.getLogger("cds_service"), "propagate", True)
    listener.reply = lambda: (503, {}, b"")
    opens = remote(tmp_path, listener)
    assert [opens() for _ in range(5)] == [False] * 5
    assert len(listener.seen) == 1
    assert "the keys of the client ehr could not be fetched: busy" in caplog.text
    assert "127.0.0.1" not in caplog.text
    listener.reply = lambda: (200, {}, key_set(jwk(ec_key())))
    clock[0] = 61
    assert opens()


def test_callers_that_come_while_keys_are_fetched_wait_for_them(tmp_path: Path, listener: Listener) -> None:
    def slow() -> Reply:
        time.sleep(0.2)
        return 200, {}, key_set(jwk(ec_key()))

    listener.reply = slow
    opens = remote(tmp_path, listener)
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: opens(), range(8)))
    assert len(listener.seen) == 1


@pytest.mark.parametrize("body", [
    b"", b"<html>", b"[]", b"{}", b'{"keys": {}}', b'{"keys": null}', b'{"keys": [1, null, "a", {}]}', b"[" * 5000,
])  # fmt: skip
def test_a_set_that_is_none_opens_nothing(body: bytes, tmp_path: Path, listener: Listener) -> None:
    listener.reply = lambda: (200, {}, body)
    assert not remote(tmp_path, listener)()


def test_what_cannot_be_used_in_a_set_does_not_hide_what_can(tmp_path: Path, listener: Listener) -> None:
    odd = [None, 7, {"kty": "oct", "k": "AAAA", "kid": KID}, {"kty": "EC", "kid": KID}, {"kty": ["RSA"], "kid": KID}]
    listener.reply = lambda: (200, {}, key_set(*odd, jwk(ec_key(), x5c=["AAAA"])))
    assert remote(tmp_path, listener)()


def test_a_set_is_read_up_to_a_quarter_of_a_mebibyte_and_a_hundred_keys(tmp_path: Path, listener: Listener) -> None:
    listener.reply = lambda: (200, {}, b'{"pad": "' + b"x" * (260 << 10) + b'",' + key_set(jwk(ec_key()))[1:])
    assert not remote(tmp_path, listener)()
    listener.reply = lambda: (200, {}, key_set(*[{}] * 100, jwk(ec_key())))
    assert not remote(tmp_path, listener)()
    listener.reply = lambda: (200, {}, key_set(*[{}] * 99, jwk(ec_key())))
    assert remote(tmp_path, listener)()


def test_sec8_a_redirect_of_a_key_set_is_not_followed(tmp_path: Path, listener: Listener) -> None:
    other = Listener()
    listener.reply = lambda: (302, {"Location": other.url}, b"")
    assert not remote(tmp_path, listener)()
    assert other.seen == []
    other.http.shutdown()
    other.http.server_close()


def test_the_token_of_a_caller_is_not_sent_to_where_its_keys_are(tmp_path: Path, listener: Listener) -> None:
    assert remote(tmp_path, listener)()
    ((_, headers),) = listener.seen
    assert "Authorization" not in headers
    assert headers["Accept"] == "application/json"


def test_sec8_a_jku_opens_only_where_it_is_the_configured_one_to_the_letter(tmp_path: Path, listener: Listener) -> None:
    opens = remote(tmp_path, listener)
    assert opens(jku=listener.url)
    elsewhere = Listener()
    for jku in (elsewhere.url, listener.url + "/", listener.url.upper(), listener.url + "#a", None, "", [listener.url]):
        assert not opens(jku=jku)
    assert elsewhere.seen == []
    assert len(listener.seen) == 1
    elsewhere.http.shutdown()
    elsewhere.http.server_close()


def test_a_token_that_is_bad_in_other_ways_fetches_no_keys(tmp_path: Path, listener: Listener) -> None:
    client = service(tmp_path, ehr(jwks=..., jwks_url=listener.url))
    now = int(time.time())
    for body in (claims("elsewhere"), claims(DISCOVERY, iss="x"), claims(DISCOVERY, exp=now - 60, iat=now - 120)):
        assert client.get("/cds-services", headers={"Authorization": f"Bearer {token(body)}"}).status_code == 401
    assert listener.seen == []


def test_keys_may_stand_in_a_file_beside_the_clients(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(key_set(jwk(ec_key())))
    client = service(tmp_path, ehr(jwks=..., jwks_file="keys.json"))
    made = token(claims(DISCOVERY))
    assert client.get("/cds-services", headers={"Authorization": f"Bearer {made}"}).status_code == 200
