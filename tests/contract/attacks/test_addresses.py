"""FHR-8, PFD-6: addresses that were made to lead elsewhere. What is not the listed base to the letter is not called."""

import random
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from cds_service.fhir.access import FhirAccess, access_for
from cds_service.fhir.addresses import callable_address
from cds_service.fhir.client import FhirClient, close
from cds_service.fhir.faults import FetchError

from ...unit.fhir_wire.conftest import Server, serve, server
from ...unit.web import making
from ..security.calling import ADDRESS, granted, hook

__all__ = ["serve", "server"]
LISTED = "https://ehr.example.org/fhir/r4"

VARIANTS = [
    # userinfo, ports, schemes
    "https://user@ehr.example.org/fhir/r4", "https://ehr.example.org@evil.example/fhir/r4",
    "https://ehr.example.org:443@evil.example/fhir/r4", "https://:@ehr.example.org/fhir/r4",
    "https://ehr.example.org:443/fhir/r4", "https://ehr.example.org:0443/fhir/r4", "https://ehr.example.org:/fhir/r4",
    "https://ehr.example.org:80/fhir/r4", "https://ehr.example.org:99999/fhir/r4", "http://ehr.example.org/fhir/r4",
    "HTTPS://ehr.example.org/fhir/r4", "https:ehr.example.org/fhir/r4", "//ehr.example.org/fhir/r4",
    "https:///ehr.example.org/fhir/r4", "https:/\\ehr.example.org/fhir/r4", "file:///etc/passwd", "gopher://x/",
    "ftp://ehr.example.org/fhir/r4", "jar:https://ehr.example.org/fhir/r4", "data:,x", "unix:///run/x.sock",
    # hosts that are or look like the one
    "https://EHR.example.org/fhir/r4", "https://ehr.example.org./fhir/r4", "https://ehr%2eexample.org/fhir/r4",
    "https://ehr。example。org/fhir/r4", "https://ｅhr.example.org/fhir/r4", "https://ehr.еxample.org/fhir/r4",
    "https://ehr.example.org\u200b/fhir/r4", "https://ehr.example.org\t/fhir/r4", "https://ehr.exam\nple.org/fhir/r4",
    "https://ehr.example.org\u0000.evil.example/fhir/r4", "https://ehr.example.org.evil.example/fhir/r4",
    "https://evil.example/ehr.example.org/fhir/r4", "https://evil.example#ehr.example.org/fhir/r4",
    "https://evil.example\\@ehr.example.org/fhir/r4", "https://ehr.example.org\\.evil.example/fhir/r4",
    # addresses of machines
    "https://127.0.0.1/fhir/r4", "https://2130706433/fhir/r4", "https://0x7f000001/fhir/r4", "https://0177.0.0.1/x",
    "https://127.1/fhir/r4", "https://[::1]/fhir/r4", "https://[::ffff:127.0.0.1]/fhir/r4", "https://0/fhir/r4",
    "https://[::ffff:7f00:1]/fhir/r4", "https://[0:0:0:0:0:ffff:169.254.169.254]/x", "https://①②⑦.⓪.⓪.①/fhir/r4",
    "https://169.254.169.254/latest/meta-data", "https://2852039166/latest", "https://[fe80::1%25eth0]/fhir/r4",
    "https://metadata.google.internal/", "https://localhost/fhir/r4", "https://localtest.me/fhir/r4",
    # paths
    "https://ehr.example.org/fhir", "https://ehr.example.org/fhir/r4/..", "https://ehr.example.org/fhir/../fhir/r4",
    "https://ehr.example.org/fhir/r4%2f..", "https://ehr.example.org/fhir/r4/..%2f..%2fadmin",
    "https://ehr.example.org/fhir//r4", "https://ehr.example.org//fhir/r4", "https://ehr.example.org/FHIR/r4",
    "https://ehr.example.org/fhir/r4?x=", "https://ehr.example.org/fhir/r4#", "https://ehr.example.org/fhir/r4;x",
    "https://ehr.example.org/fhir/r4/Patient", "https://ehr.example.org/fhir/%724", "https://ehr.example.org/fhir/r4 ",
    " https://ehr.example.org/fhir/r4", "https://ehr.example.org/fhir/r4\r\nX-Injected: 1", "", "/", "https://",
    "x" * 9999,
]  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: ascii(v)[:60])
def test_fhr8_what_only_looks_like_the_listed_base_is_no_access(variant: str) -> None:
    assert access_for(variant, granted(), [LISTED]) is None
    assert access_for(LISTED, granted(), [LISTED]) is not None


def test_fhr8_slashes_at_the_end_are_all_that_may_differ() -> None:
    for written in (LISTED, LISTED + "/", LISTED + "//"):
        access = access_for(written, None, [LISTED + "/"])
        assert access is not None
        assert access.base == LISTED


@pytest.mark.parametrize("variant", [v for v in VARIANTS if not v.startswith(LISTED + "/Patient")][:60:7])
def test_fhr8_a_call_with_such_an_address_is_answered_as_one_without_access(variant: str) -> None:
    answer = making.post(hook(variant or "/"), fhir_servers=(LISTED,))
    assert answer.status_code == 412
    assert variant.strip() == "" or variant.encode() not in answer.data


def test_an_access_of_a_token_without_end_is_bounded_and_never_a_fault() -> None:
    for lasts in (10**400, 10**30, 2**63, float("inf"), 1e308):
        access = access_for(LISTED, granted(expires_in=lasts), [LISTED])
        assert access is not None
        assert access.until is not None
        assert access.until < time.monotonic() + 86_400
    for lasts in (float("nan"), float("-inf"), -(10**400), 0):
        assert access_for(LISTED, granted(expires_in=lasts), [LISTED]) is None


def test_a_call_whose_token_never_ends_is_answered(server: Server) -> None:
    body = hook(server.base, fhirAuthorization=granted(expires_in=10**400))
    assert making.post(body, fhir_servers=(server.base,)).status_code == 200


# --- the next page ---------------------------------------------------------------------------------------------------


BASE = "https://ehr.example.org:8443/fhir/r4"
LEADS_AWAY = [
    "https://ehr.example.org/fhir/r4?_page=2", "https://ehr.example.org:8444/fhir/r4?_page=2",
    "https://ehr%2eexample.org:8443/fhir/r4?_page=2", "https://ehr.example.org%3a8443/fhir/r4?_page=2",
    "https://ehr.example.org:8443@evil.example/fhir/r4?_page=2", "https://x@ehr.example.org:8443/fhir/r4?_page=2",
    "https://@ehr.example.org:8443/fhir/r4?_page=2", "https://ehr.example.org:8443.evil.example/fhir/r4",
    "https://ehr.example.org.:8443/fhir/r4?_page=2", "http://ehr.example.org:8443/fhir/r4?_page=2",
    "https://ehr.example.org:8443\\@evil.example/fhir/r4", "https://evil.example#@ehr.example.org:8443/fhir/r4",
    "https://evil.example?@ehr.example.org:8443/fhir/r4", "https://[ehr.example.org]:8443/fhir/r4",
    f"{BASE}/../../admin", f"{BASE}/..", f"{BASE}/%2e%2e/admin", f"{BASE}/%2E./admin", f"{BASE}/.%2e/x",
    f"{BASE}/..%2fadmin", f"{BASE}/x%2f..%2f..%2fadmin", f"{BASE}/%252e%252e/admin", f"{BASE}/..%252fadmin",
    f"{BASE}/..;/admin", f"{BASE}/..;a=b/admin", f"{BASE}/%2e%2e;/admin", f"{BASE}/..%3b/admin", f"{BASE}/x/..%5cadmin",
    f"{BASE}/..%20/admin", f"{BASE}%2f..%2fadmin", f"{BASE}x?_page=2", f"{BASE}.evil?_page=2", f"{BASE}\t/x",
    f"{BASE}\n",
    f"{BASE}/\u200b", "https://ehr.example.org:8443/FHIR/r4?_page=2", "https://ehr.example.org:8443//fhir/r4?_page=2",
    "https://ehr.example.org:8443", "javascript:alert(1)", "",
]  # fmt: skip
STAYS = [
    BASE, f"{BASE}?_page=2", f"{BASE}/?_page=2", f"{BASE}/Observation?_getpages=a-b&x=%2e%2e%2f", f"{BASE}/a..b/c",
    f"{BASE}/Observation?next=https://evil.example/..", "HTTPS://EHR.example.org:8443/fhir/r4?_page=2", f"{BASE}#x",
]


@pytest.mark.parametrize("url", LEADS_AWAY, ids=lambda v: ascii(v)[:70])
def test_pfd6_a_page_that_leads_away_from_the_base_is_not_followed(url: str) -> None:
    assert not FhirAccess(BASE).below(url)


@pytest.mark.parametrize("url", STAYS)
def test_pfd6_a_page_below_the_base_is_followed(url: str) -> None:
    assert FhirAccess(BASE).below(url)


def test_fhr8_whoever_parses_an_address_that_is_followed_finds_the_host_of_the_base() -> None:
    """requests takes the host from urllib.parse, the check takes it from urllib3: they must never differ."""
    bits = ["@", "#", "?", "\\", "/", "//", ":", "%2f", "%2e", "..", ";", "[", "]", "%00", "\0", "\t", " ", "。", "．",
            "＠", "／", "ⓔ", "é", "%40", "0", "8443", "443", "evil.org", "ehr.example.org", "http://", "&", "%5c",
            "\u00ad", "\u200b"]  # fmt: skip
    chance, access, followed = random.Random(20261124), FhirAccess(BASE), 0
    for _ in range(20_000):
        url = f"{BASE}/Observation?_page=2"
        for _ in range(chance.randint(1, 4)):
            at = chance.randint(0, len(url))
            gone = chance.randint(1, 6) if chance.random() < 0.2 else 0
            url = url[:at] + chance.choice(bits) + url[at + gone:]  # fmt: skip
        if access.below(url):
            followed += 1
            parts = urlsplit(url)
            assert (parts.scheme, parts.hostname, parts.port) == ("https", "ehr.example.org", 8443), ascii(url)
    assert followed > 500


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [
    "2001:0:a9fe:a9fe::1", "64:ff9b::a9fe:a9fe", "::a9fe:a9fe", "::ffff:0:169.254.169.254", "2002:a9fe:a9fe::1",
    "0:0:0:0:0:ffff:a9fe:a9fe", "fe80::a9fe:a9fe%1", "192.0.0.192", "0.0.0.0", "255.255.255.255",
    "ff0e::1", "100::1", "fd00:ec2::254", "1", "0x7f.1", "127.0.0.1.", "",
])  # fmt: skip
def test_fhr8_no_disguise_of_a_metadata_address_is_called(address: str) -> None:
    assert not callable_address(address)


def test_fhr8_a_name_that_changes_between_two_calls_is_judged_each_time(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, answers = socket.getaddrinfo, ["127.0.0.1", "169.254.169.254"]

    def getaddrinfo(host: Any, port: Any, *args: Any, **more: Any) -> Any:
        if host != "rebinding.example.org":
            return real(host, port, *args, **more)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    base = f"http://rebinding.example.org:{server.http.server_port}/fhir"
    client = FhirClient(FhirAccess(base, "s3cret-canary"), time.monotonic() + 5)
    close()
    assert client.get_once(f"{base}/Patient/p1")
    close()  # the next call needs a connection of its own
    with pytest.raises(FetchError, match="may not be called"):
        client.get_once(f"{base}/Patient/p1")
    assert len(server.seen) == 1


def test_the_host_header_and_the_token_of_a_caller_choose_no_address(server: Server) -> None:
    app = making.client(fhir_servers=(server.base,))
    answer = app.post(ADDRESS, json=hook(server.base), headers={
        "Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"})  # fmt: skip
    assert answer.status_code == 200
    assert {head["Host"] for head in server.headers} == {f"127.0.0.1:{server.http.server_port}"}
