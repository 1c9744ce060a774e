"""SEC-1 to SEC-12: each kind of bad token is refused, all with the same answer, and what is good opens once."""

import json
import logging
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cds_service.web import callers
from cds_service.web.seen import SeenInMemory

from ...unit.web import making
from . import signing
from .signing import BASE, DISCOVERY, ISSUER, SERVICE, b64, claims, ec_key, ehr, jwk, rsa_key, service, token

NOW = int(time.time())


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signer and service look at one clock, which stands still: limits are held to the second."""
    for module in (callers, signing):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: NOW))


@pytest.fixture
def guarded(tmp_path: Path) -> FlaskClient:
    return service(tmp_path)


def discover(client: FlaskClient, bearer: str | None) -> TestResponse:
    return client.get("/cds-services", headers={} if bearer is None else {"Authorization": bearer})


def opens(client: FlaskClient, made: str) -> bool:
    answer = discover(client, f"Bearer {made}")
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


def at_discovery(**changes: Any) -> dict[str, Any]:
    return claims(**{"aud": DISCOVERY} | changes)


def cause_of(client: FlaskClient, bearer: str | None) -> str:
    """The cause under which the refusal of this header is counted."""
    before = callers.refusals.copy()
    assert discover(client, bearer).status_code == 401
    grown = callers.refusals - before
    assert sum(grown.values()) == 1
    return next(iter(grown))


# --- what opens ------------------------------------------------------------------------------------------------------


def test_sec5_a_token_signed_es384_opens_discovery_service_and_feedback(guarded: FlaskClient) -> None:
    assert opens(guarded, token(at_discovery()))
    head = {"Authorization": f"Bearer {token(claims(SERVICE))}"}
    assert guarded.post("/cds-services/sle-cart-trials", json=making.call(), headers=head).status_code == 200
    for aud in (SERVICE, f"{SERVICE}/feedback"):
        head = {"Authorization": f"Bearer {token(claims(aud))}"}
        answer = guarded.post("/cds-services/sle-cart-trials/feedback", json={"feedback": []}, headers=head)
        assert answer.status_code != 401


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512"])
def test_sec5_each_algorithm_that_a_client_lists_opens_and_only_those(algorithm: str, tmp_path: Path) -> None:
    curve = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}.get(algorithm)
    key = ec_key(curve) if curve else rsa_key()
    listing = service(tmp_path, ehr(algorithms=[algorithm], jwks={"keys": [jwk(key)]}))
    assert opens(listing, token(at_discovery(), key=key, algorithm=algorithm))
    others = ["ES384" if algorithm == "RS384" else "RS384"]
    keys = {"keys": [jwk(key), jwk(ec_key(), "e"), jwk(rsa_key(), "r")]}
    other = service(tmp_path, ehr(algorithms=others, jwks=keys))
    assert not opens(other, token(at_discovery(), key=key, algorithm=algorithm))


@pytest.mark.parametrize("changes", [
    {"aud": [DISCOVERY]},
    {"aud": ["https://other.example.org", DISCOVERY]},
    {"nbf": NOW - 5},
    {"nbf": NOW + 30},
    {"iat": NOW - 300, "exp": NOW - 29},
    {"iat": NOW + 30},
    {"iat": NOW, "exp": NOW + 3600},
    {"iat": NOW + 0.5, "exp": NOW + 300.25},
    {"sub": "ehr", "tenant": "t1"},
], ids=str)  # fmt: skip
def test_sec6_these_claims_are_good(changes: dict[str, Any], guarded: FlaskClient) -> None:
    assert opens(guarded, token(at_discovery(**changes)))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_sec2_the_scheme_is_read_without_regard_to_case(scheme: str, guarded: FlaskClient) -> None:
    assert discover(guarded, f"{scheme} {token(at_discovery())}").status_code == 200


def test_sec3_typ_is_read_without_regard_to_case(guarded: FlaskClient) -> None:
    assert opens(guarded, token(at_discovery(), typ="jwt"))


def test_sec7_a_clients_own_audience_is_accepted_and_is_its_own_alone(tmp_path: Path) -> None:
    mine = ehr(audience="sand_man")
    theirs = ehr(name="other", issuer="https://other.example.org")
    client = service(tmp_path, mine, theirs)
    assert opens(client, token(claims("sand_man")))
    assert opens(client, token(at_discovery()))
    assert not opens(client, token(claims("sand_man", iss="https://other.example.org")))


def test_sec10_the_clinical_date_does_not_move_the_clock_of_tokens(tmp_path: Path) -> None:
    client = service(tmp_path, as_of="2001-01-01")
    assert opens(client, token(at_discovery()))
    then = 978_307_200  # 2001-01-01
    assert not opens(client, token(at_discovery(iat=then, exp=then + 300)))


# --- what does not open ----------------------------------------------------------------------------------------------

HEADERS: dict[str, tuple[str, Callable[[], str | None]]] = {
    "no header": ("no-token", lambda: None),
    "an empty header": ("no-token", lambda: ""),
    "a length that base64 cannot have": ("malformed", lambda: f"Bearer {b64(b'{}')}.{b64(b'{}')}.A"),
    "another scheme": ("no-token", lambda: "Basic dXNlcjpwdw=="),
    "a token without scheme": ("no-token", lambda: token(at_discovery())),
    "a scheme without token": ("malformed", lambda: "Bearer "),
    "two tokens": ("malformed", lambda: f"Bearer {token(at_discovery())},Bearer {token(at_discovery())}"),
    "a fourth part": ("malformed", lambda: f"Bearer {token(at_discovery())}.AAAA"),
    "two parts": ("malformed", lambda: "Bearer " + token(at_discovery()).rpartition(".")[0]),
    "a character outside base64url": ("malformed", lambda: f"Bearer {token(at_discovery())}="),
    "a header that is no JSON": ("malformed", lambda: f"Bearer {b64(b'{')}.{b64(b'{}')}.AAAA"),
    "a header that is a list": ("malformed", lambda: f"Bearer {b64(b'[]')}.{b64(b'{}')}.AAAA"),
    "claims that are a text": ("malformed", lambda: f"Bearer {b64(b'{}')}.{b64(b'1')}.AAAA"),
    "claims nested without end": ("malformed", lambda: f"Bearer {b64(b'{}')}.{b64(b'[' * 3000)}.AAAA"),
    "claims that are no UTF-8": ("malformed", lambda: f"Bearer {b64(b'{}')}.{b64(bytes([123, 34, 255, 34]))}.AAAA"),
    "more than 8 KiB": ("malformed", lambda: "Bearer " + token(at_discovery(more="x" * 9000))),
}


@pytest.mark.parametrize("kind", HEADERS)
def test_sec2_a_call_is_refused_for(kind: str, guarded: FlaskClient) -> None:
    cause, made = HEADERS[kind]
    assert cause_of(guarded, made()) == cause


def pem(key: Any) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


TOKENS: dict[str, tuple[str, Callable[[], str]]] = {
    # SEC-4: no symmetric algorithm and no `none`, however it is written
    "alg none": ("algorithm", lambda: token(at_discovery(), algorithm="none", signature=b"x")),
    "alg None": ("algorithm", lambda: token(at_discovery(), algorithm="None", signature=b"x")),
    "alg nOnE": ("algorithm", lambda: token(at_discovery(), algorithm="nOnE", signature=b"x")),
    "HS256 with the PEM of the RSA key": (
        "algorithm", lambda: token(at_discovery(), algorithm="HS256", key=pem(rsa_key()), kid="rsa-1")),
    "HS384 with the entry of the key set": (
        "algorithm", lambda: token(at_discovery(), algorithm="HS384", key=json.dumps(jwk(ec_key())).encode())),
    "no alg": ("algorithm", lambda: token(at_discovery(), alg=...)),
    "an alg that is no text": ("algorithm", lambda: token(at_discovery(), alg=["ES384"])),
    "an alg in lower case": ("algorithm", lambda: token(at_discovery(), alg="es384")),
    "PS384": ("algorithm", lambda: token(at_discovery(), algorithm="PS384", signature=b"x" * 256, kid="rsa-1")),
    "ES256 where it is not listed": ("algorithm", lambda: token(at_discovery(), algorithm="ES256")),
    # SEC-3: the header
    "no kid": ("key", lambda: token(at_discovery(), kid=...)),
    "an empty kid": ("key", lambda: token(at_discovery(), kid="")),
    "a kid that is no text": ("key", lambda: token(at_discovery(), kid=1)),
    "a kid that is null": ("key", lambda: token(at_discovery(), kid=None)),
    "an unknown kid": ("key", lambda: token(at_discovery(), kid="another")),
    "the kid of a key of another kind": ("key", lambda: token(at_discovery(), kid="rsa-1")),
    "no typ": ("header", lambda: token(at_discovery(), typ=...)),
    "another typ": ("header", lambda: token(at_discovery(), typ="at+jwt")),
    "crit": ("header", lambda: token(at_discovery(), crit=["exp"], exp=NOW + 300)),
    "an empty crit": ("header", lambda: token(at_discovery(), crit=[])),
    "b64": ("header", lambda: token(at_discovery(), b64=False)),
    "jku where none is configured": ("jku", lambda: token(at_discovery(), jku=f"{ISSUER}/jwks.json")),
    # SEC-10: the signature
    "a key of its own in the header": (
        "signature", lambda: token(at_discovery(), key=ec_key("P-384", 9), jwk=jwk(ec_key("P-384", 9)))),
    "a foreign key": ("signature", lambda: token(at_discovery(), key=ec_key("P-384", 9))),
    "a foreign RSA key": (
        "signature", lambda: token(at_discovery(), key=rsa_key(2048, 9), algorithm="RS384", kid="rsa-1")),
    "the right key on another curve": ("signature", lambda: token(at_discovery(), key=ec_key("P-256"))),
    "a signature of zeros": ("signature", lambda: token(at_discovery(), signature=bytes(96))),
    "a short signature": ("signature", lambda: token(at_discovery(), signature=b"x")),
    "claims changed after signing": ("signature", lambda: changed(at_discovery())),
    # SEC-6, SEC-8: iss
    "no iss": ("issuer", lambda: token(at_discovery(iss=...))),
    "another iss": ("issuer", lambda: token(at_discovery(iss="https://evil.example.org"))),
    "an iss with a slash more": ("issuer", lambda: token(at_discovery(iss=ISSUER + "/"))),
    "an iss in another case": ("issuer", lambda: token(at_discovery(iss=ISSUER.upper()))),
    "an iss that is a list": ("issuer", lambda: token(at_discovery(iss=[ISSUER]))),
    "an iss that is null": ("issuer", lambda: token(at_discovery(iss=None))),
    # SEC-7: aud
    "no aud": ("audience", lambda: token(at_discovery(aud=...))),
    "an aud that is null": ("audience", lambda: token(claims(None))),
    "an empty list as aud": ("audience", lambda: token(claims([]))),
    "an aud that is a number": ("audience", lambda: token(claims(1))),
    "an aud that is an object": ("audience", lambda: token(claims({DISCOVERY: 1}))),
    "a list with a number as aud": ("audience", lambda: token(claims([DISCOVERY, 1]))),
    "a list in a list as aud": ("audience", lambda: token(claims([[DISCOVERY]]))),
    "an aud with a slash more": ("audience", lambda: token(claims(DISCOVERY + "/"))),
    "an aud with a query": ("audience", lambda: token(claims(DISCOVERY + "?a=1"))),
    "an aud in another case": ("audience", lambda: token(claims(DISCOVERY.upper()))),
    "an aud that only begins so": ("audience", lambda: token(claims(DISCOVERY + "-of-others"))),
    "the public address alone as aud": ("audience", lambda: token(claims(BASE))),
    "the address of the request's Host as aud": ("audience", lambda: token(claims("http://localhost/cds-services"))),
    "the aud of another service": ("audience", lambda: token(claims(f"{BASE}/cds-services/another"))),
    "the aud of the service at discovery": ("audience", lambda: token(claims(SERVICE))),
    # SEC-6, SEC-10: the times
    "no exp": ("claim", lambda: token(at_discovery(exp=...))),
    "an exp in quotes": ("claim", lambda: token(at_discovery(exp=str(NOW + 300)))),
    "an exp that is true": ("claim", lambda: token(at_discovery(exp=True))),
    "an exp that is null": ("claim", lambda: token(at_discovery(exp=None))),
    "an exp that is a list": ("claim", lambda: token(at_discovery(exp=[NOW + 300]))),
    "an exp beyond all clocks": ("claim", lambda: token(at_discovery(exp=10**30))),
    "an exp below zero": ("claim", lambda: token(at_discovery(exp=-1))),
    "an exp half a minute ago": ("expired", lambda: token(at_discovery(iat=NOW - 300, exp=NOW - 30))),
    "no iat": ("claim", lambda: token(at_discovery(iat=...))),
    "an iat in quotes": ("claim", lambda: token(at_discovery(iat=str(NOW)))),
    "an iat that is false": ("claim", lambda: token(at_discovery(iat=False))),
    "an iat more than half a minute ahead": ("not-yet", lambda: token(at_discovery(iat=NOW + 31))),
    "an iat in a year": ("not-yet", lambda: token(at_discovery(iat=NOW + 31_536_000, exp=NOW + 31_536_300))),
    "an nbf more than half a minute ahead": ("not-yet", lambda: token(at_discovery(nbf=NOW + 31))),
    "an nbf in quotes": ("claim", lambda: token(at_discovery(nbf=str(NOW)))),
    "an nbf that is null": ("claim", lambda: token(at_discovery(nbf=None))),
    "a life of more than an hour": ("lifetime", lambda: token(at_discovery(iat=NOW, exp=NOW + 3601))),
    "a life of a year": ("lifetime", lambda: token(at_discovery(iat=NOW, exp=NOW + 31_536_000))),
    "an iat of long ago and an exp to come": ("lifetime", lambda: token(at_discovery(iat=NOW - 86_400, exp=NOW + 60))),
    "an exp before its iat": ("lifetime", lambda: token(at_discovery(iat=NOW + 20, exp=NOW + 10))),
    # SEC-6, SEC-10: jti
    "no jti": ("claim", lambda: token(at_discovery(jti=...))),
    "an empty jti": ("claim", lambda: token(at_discovery(jti=""))),
    "a blank jti": ("claim", lambda: token(at_discovery(jti=" "))),
    "a jti that is a number": ("claim", lambda: token(at_discovery(jti=7))),
    "a jti that is a list": ("claim", lambda: token(at_discovery(jti=["a"]))),
    "a jti of 300 characters": ("claim", lambda: token(at_discovery(jti="a" * 300))),
    "a jti with a line break": ("claim", lambda: token(at_discovery(jti="a\nb"))),
}  # fmt: skip


def changed(body: dict[str, Any]) -> str:
    header, _, signature = token(body).split(".")
    return ".".join((header, b64(json.dumps(body | {"sub": "admin"}).encode()), signature))


@pytest.mark.parametrize("kind", TOKENS)
def test_a_token_is_refused_for(kind: str, guarded: FlaskClient) -> None:
    cause, made = TOKENS[kind]
    assert cause_of(guarded, f"Bearer {made()}") == cause


@pytest.mark.parametrize(("path", "aud"), [
    ("//cds-services", f"{BASE}//cds-services"), ("//cds-services", DISCOVERY), ("/cds-services/", f"{DISCOVERY}/"),
    ("/cds-services/", DISCOVERY),
])  # fmt: skip
def test_sec7_a_slash_more_in_the_address_may_stand_in_aud_too(path: str, aud: str, guarded: FlaskClient) -> None:
    head = {"Authorization": f"Bearer {token(claims(aud))}"}
    assert guarded.get("/", headers=head, environ_overrides={"PATH_INFO": path}).status_code == 200


def test_a_browser_may_ask_without_token_whether_it_may_call_but_learns_nothing_more(tmp_path: Path) -> None:
    client = service(tmp_path, cors_origins=("https://ehr.example.org",))
    ask = {"Origin": "https://ehr.example.org", "Access-Control-Request-Method": "GET"}
    answer = client.options("/cds-services", headers=ask)
    assert (answer.status_code, answer.data) == (204, b"")
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"]
    refused = client.get("/cds-services", headers={"Origin": "https://ehr.example.org"})
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, "https://ehr.example.org")


def test_sec7_a_token_for_the_service_opens_no_other_address(guarded: FlaskClient) -> None:
    for path in ("/cds-services", "/cds-services/another", "/cds-services/sle-cart-trials/feedback/more", "/anything"):
        assert guarded.get(path, headers={"Authorization": f"Bearer {token(claims(SERVICE))}"}).status_code == 401


def test_sec7_a_token_for_feedback_does_not_open_the_service(guarded: FlaskClient) -> None:
    head = {"Authorization": f"Bearer {token(claims(SERVICE + '/feedback'))}"}
    assert guarded.post("/cds-services/sle-cart-trials", json=making.call(), headers=head).status_code == 401


# --- keys that a set may hold and that open nothing ------------------------------------------------------------------


@pytest.mark.parametrize(("entry", "key", "algorithm"), [
    (lambda: jwk(ec_key("P-256")), lambda: ec_key("P-256"), "ES384"),
    (lambda: jwk(ec_key()) | {"crv": "P-256"}, ec_key, "ES384"),
    (lambda: jwk(ec_key(), use="enc"), ec_key, "ES384"),
    (lambda: jwk(ec_key(), key_ops=["encrypt"]), ec_key, "ES384"),
    (lambda: jwk(ec_key(), alg="ES256"), ec_key, "ES384"),
    (lambda: jwk(ec_key(), kid=None), ec_key, "ES384"),
    (lambda: jwk(ec_key()) | {"x": b64(bytes(48))}, ec_key, "ES384"),
    (lambda: jwk(rsa_key(1024)), lambda: rsa_key(1024), "RS384"),
    (lambda: jwk(rsa_key()) | {"e": b64(b"\1")}, rsa_key, "RS384"),
    (lambda: jwk(ec_key()) | {"x": b64(bytes(40))}, ec_key, "ES384"),
    (lambda: jwk(ec_key()) | {"x": "A"}, ec_key, "ES384"),
    (lambda: jwk(ec_key()) | {"x": 7}, ec_key, "ES384"),
    (lambda: jwk(ec_key()) | {"kty": "RSA"}, ec_key, "ES384"),
    (lambda: jwk(rsa_key()) | {"kty": "EC"}, rsa_key, "RS384"),
    (lambda: jwk(rsa_key()) | {"n": b64(b"\xff" * 2048)}, rsa_key, "RS384"),
    (lambda: jwk(rsa_key()) | {"e": "AQ="}, rsa_key, "RS384"),
    (lambda: jwk(rsa_key(), alg="RS256"), rsa_key, "RS384"),
], ids=["P-256 for ES384", "curve renamed", "use enc", "key_ops encrypt", "alg of the key", "no kid",
        "point off the curve", "RSA of 1024 bits", "RSA exponent 1", "x too short", "x no base64",
        "x a number", "EC key as RSA", "RSA key as EC", "RSA of 16384 bits", "padding",
        "alg of the RSA key"])  # fmt: skip
def test_sec5_a_key_that_does_not_fit_opens_nothing(
    entry: Callable[[], Any], key: Callable[[], Any], algorithm: str, tmp_path: Path
) -> None:
    keys = {"keys": [jwk(ec_key("P-384", 3), "good"), entry()]}
    client = service(tmp_path, ehr(jwks=keys))
    made = token(at_discovery(), key=key(), algorithm=algorithm)
    assert cause_of(client, f"Bearer {made}") == "key"
    assert opens(client, token(at_discovery(), key=ec_key("P-384", 3), kid="good"))


@pytest.mark.parametrize("more", [{"use": "sig"}, {"key_ops": ["verify"]}, {"alg": "ES384"}, {"x5t": "abc"}])
def test_sec9_a_key_with_these_members_is_taken(more: dict[str, Any], tmp_path: Path) -> None:
    assert opens(service(tmp_path, ehr(jwks={"keys": [jwk(ec_key(), **more)]})), token(at_discovery()))


def test_sec5_two_keys_of_one_name_are_told_apart_by_kind_and_curve(tmp_path: Path) -> None:
    client = service(tmp_path, ehr(jwks={"keys": [jwk(ec_key("P-256")), jwk(rsa_key()), jwk(ec_key())]}))
    assert opens(client, token(at_discovery()))
    assert opens(client, token(at_discovery(), key=rsa_key(), algorithm="RS384"))


def test_the_keys_of_one_client_do_not_open_in_the_name_of_another(tmp_path: Path) -> None:
    other = ehr(name="other", issuer="https://other.example.org", jwks={"keys": [jwk(ec_key("P-384", 5))]})
    client = service(tmp_path, ehr(), other)
    assert opens(client, token(at_discovery(iss="https://other.example.org"), key=ec_key("P-384", 5)))
    assert cause_of(client, f"Bearer {token(at_discovery(), key=ec_key('P-384', 5))}") == "signature"


# --- once ------------------------------------------------------------------------------------------------------------


def test_sec10_a_token_opens_once(guarded: FlaskClient) -> None:
    made = f"Bearer {token(at_discovery())}"
    assert discover(guarded, made).status_code == 200
    assert cause_of(guarded, made) == "replayed"


def test_sec10_a_jti_of_one_issuer_does_not_use_up_that_of_another(tmp_path: Path) -> None:
    other = ehr(name="other", issuer="https://other.example.org")
    client, jti = service(tmp_path, ehr(), other), str(uuid.uuid4())
    assert opens(client, token(at_discovery(jti=jti)))
    assert opens(client, token(at_discovery(jti=jti, iss="https://other.example.org")))
    assert not opens(client, token(at_discovery(jti=jti)))


def test_sec10_a_forged_token_does_not_use_up_the_jti_of_an_honest_one(guarded: FlaskClient) -> None:
    jti = str(uuid.uuid4())
    assert not opens(guarded, token(at_discovery(jti=jti), key=ec_key("P-384", 9)))
    assert not opens(guarded, token(claims(SERVICE, jti=jti)))
    assert opens(guarded, token(at_discovery(jti=jti)))


def test_sec10_a_jti_signed_anew_opens_nothing(guarded: FlaskClient) -> None:
    body = at_discovery()
    assert opens(guarded, token(body))
    assert not opens(guarded, token(body))  # another signature, the same jti


def test_the_memory_of_one_process_forgets_what_is_refused_for_its_age_and_nothing_else() -> None:
    memory, now = SeenInMemory(), datetime.now(UTC)
    assert memory.first_time(ISSUER, "kept", now + timedelta(hours=1))
    for number in range(1200):
        assert memory.first_time(ISSUER, str(number), now - timedelta(seconds=1))
    assert not memory.first_time(ISSUER, "kept", now + timedelta(hours=1))
    assert memory.first_time(ISSUER, "1", now)  # too old by now: `exp` refuses it


def test_sec10_where_the_memory_of_tokens_fails_nobody_is_let_in(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def first_time(self, issuer: str, jti: str, until: object) -> bool:
            raise OSError(jti)

    made, jti = at_discovery(jti="canary-jti"), "canary-jti"
    assert cause_of(service(tmp_path, seen=Broken()), f"Bearer {token(made)}") == "store"
    assert jti not in caplog.text


# --- what a refusal looks like ---------------------------------------------------------------------------------------


def test_sec11_every_refusal_is_the_same_to_the_last_byte(guarded: FlaskClient) -> None:
    made: list[str | None] = [bearer() for _, bearer in HEADERS.values()]
    made += [f"Bearer {one()}" for _, one in TOKENS.values()]
    answers = [discover(guarded, bearer) for bearer in made]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.data for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    assert answers[0].headers["WWW-Authenticate"] == "Bearer"
    text = making.refused(answers[0], 401)
    assert text == "this call needs a valid token"
    assert answers[0].get_json()["issue"][0]["code"] == "login"


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/cds-services"), ("HEAD", "/cds-services"), ("GET", "//cds-services"), ("GET", "/cds-services/"),
    ("POST", "/cds-services/sle-cart-trials"), ("POST", "/cds-services/sle-cart-trials/feedback"),
    ("POST", "/cds-services/no-such"), ("DELETE", "/cds-services"), ("GET", "/no-such"), ("GET", "/index.html"),
    ("GET", "/healthy"), ("GET", "/health/../cds-services"),
])  # fmt: skip
def test_sec1_without_a_token_every_address_is_closed_that_is_not_known_to_be_open(
    method: str, path: str, guarded: FlaskClient
) -> None:
    assert guarded.open("/", method=method, environ_overrides={"PATH_INFO": path}).status_code == 401


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_operations_take_no_token(path: str, guarded: FlaskClient) -> None:
    assert guarded.get(path).status_code == 200


def test_sec1_a_body_is_not_looked_at_before_the_token_is(guarded: FlaskClient) -> None:
    assert guarded.post("/cds-services/sle-cart-trials", data=b"{").status_code == 401


def test_sec12_nothing_of_a_token_is_logged_at_any_level(
    guarded: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("cds_service"), "propagate", True)
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "cds_service")
    made = [bearer() for _, bearer in HEADERS.values()] + [f"Bearer {one()}" for _, one in TOKENS.values()]
    made.append(f"Bearer {token(at_discovery(sub='canary-subject'))}")
    for bearer in made:
        discover(guarded, bearer)
    parts = {part for bearer in made if bearer for part in bearer.removeprefix("Bearer ").split(".") if len(part) > 12}
    said = caplog.text
    assert "a call was refused: signature" in said
    assert [part for part in parts if part in said] == []
    assert "canary" not in said


def test_in_open_mode_no_token_is_asked_and_nothing_of_cryptography_imported() -> None:
    import subprocess
    import sys

    code = (
        "import sys\nfrom cds_service.settings import Settings\nfrom cds_service.web.app import create_app\n"
        "client = create_app(Settings(auth='open')).test_client()\n"
        "assert client.get('/cds-services').status_code == 200\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('jose', 'cryptography', 'ecdsa', 'rsa')])"
    )
    root = str(Path(__file__).parents[3])
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert said.stdout.strip() == "[]"
