"""SEC, COR: the rows on tokens and browsers, each once. The kinds of bad tokens are held by tests/contract/security."""

import base64
import json
import logging
import time
from pathlib import Path
from typing import Any

import pytest

from cds_service.store import Store
from cds_service.store.tables import audit
from cds_service.web.seen import SeenInMemory

from ...unit.store.making import rows
from ...unit.web.making import ADDRESS, call, client
from ..security.signing import (
    BASE,
    DISCOVERY,
    ISSUER,
    KID,
    SERVICE,
    claims,
    ec_key,
    ehr,
    jwk,
    rsa_key,
    service,
    token,
)
from .asking import row

FEEDBACK = f"{SERVICE}/feedback"
ORIGIN = {"Origin": "https://ehr.example"}


def bearer(made: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {made}"}


@pytest.fixture
def app(tmp_path: Path) -> Any:
    return service(tmp_path)


def status(app: Any, made: str) -> int:
    found: int = app.post(ADDRESS, json=call(), headers=bearer(made)).status_code
    return found


@row("SEC-1", "SEC-2", "FBK-9")
def test_without_a_token_nothing_of_ours_answers_and_with_one_everything_does(app: Any) -> None:
    calls = ((app.get, "/cds-services", DISCOVERY, None), (app.post, ADDRESS, SERVICE, call()),
             (app.post, f"{ADDRESS}/feedback", FEEDBACK, {"feedback": []}))  # fmt: skip
    for ask, path, address, body in calls:
        for headers in ({}, {"Authorization": ""}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}):
            assert ask(path, json=body, headers=headers).status_code == 401, path
        assert ask(path, json=body, headers=bearer(token(claims(address)))).status_code != 401, path
        lower = {"Authorization": f"bearer {token(claims(address))}"}
        assert ask(path, json=body, headers=lower).status_code != 401, path


@row("FBK-9", "SEC-7")
def test_feedback_takes_the_address_of_its_service_too_and_a_call_does_not_take_that_of_feedback(app: Any) -> None:
    body = {"feedback": []}
    assert app.post(f"{ADDRESS}/feedback", json=body, headers=bearer(token(claims(SERVICE)))).status_code != 401
    assert status(app, token(claims(FEEDBACK))) == 401


@row("SEC-3")
def test_the_header_of_a_token_must_say_what_the_standard_asks_and_nothing_that_we_do_not_do(app: Any) -> None:
    assert status(app, token(kid=KID, typ="jwt")) == 200
    for wrong in ({"kid": ...}, {"typ": ...}, {"typ": "JWE"}, {"alg": ...}, {"crit": ["exp"]}, {"b64": False}):
        assert status(app, token(**wrong)) == 401, wrong


@row("SEC-4")
def test_unsigned_tokens_and_shared_secrets_are_refused(app: Any) -> None:
    public = json.dumps(jwk(ec_key())).encode()
    for alg in ("none", "None", "nOnE", "HS256", "HS384"):
        assert status(app, token(alg=alg, signature=b"")) == 401
        assert status(app, token(alg=alg, key=public)) == 401


@row("SEC-5")
def test_only_listed_algorithms_with_keys_that_fit_are_taken(tmp_path: Path) -> None:
    keys = {"keys": [jwk(ec_key()), jwk(ec_key("P-256"), "p256"), jwk(rsa_key(), "rsa"), jwk(rsa_key(1024), "weak")]}
    app = service(tmp_path, ehr(jwks=keys))
    assert status(app, token()) == 200
    assert status(app, token(key=rsa_key(), algorithm="RS384", kid="rsa")) == 200
    assert status(app, token(key=rsa_key(), algorithm="RS256", kid="rsa")) == 401
    assert status(app, token(key=rsa_key(1024), algorithm="RS384", kid="weak")) == 401
    assert status(app, token(key=ec_key("P-256"), algorithm="ES384", kid="p256")) == 401


@row("SEC-6")
@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "iat", "jti"])
def test_a_token_without_a_claim_that_the_standard_asks_is_refused(claim: str, app: Any) -> None:
    assert status(app, token(claims(**{claim: ...}))) == 401
    assert status(app, token(claims(**{claim: None}))) == 401


@row("SEC-7")
def test_the_audience_is_the_configured_address_whatever_the_host_header_says(app: Any) -> None:
    assert status(app, token(claims([SERVICE, "https://other.example"]))) == 200
    for aud in (BASE, DISCOVERY, f"{SERVICE}x", "https://evil.example" + ADDRESS, [], "sand_man"):
        assert status(app, token(claims(aud))) == 401
    headers = bearer(token(claims(f"https://evil.example{ADDRESS}"))) | {"Host": "evil.example"}
    assert app.post(ADDRESS, json=call(), headers=headers).status_code == 401


@row("SEC-8")
def test_an_unknown_issuer_or_another_address_of_keys_is_refused(app: Any) -> None:
    assert status(app, token(claims(iss="https://evil.example"))) == 401
    assert status(app, token(jku="https://evil.example/jwks.json")) == 401


@row("SEC-9")
def test_keys_agreed_beforehand_are_found_by_their_name_whatever_else_stands_beside_them(tmp_path: Path) -> None:
    keys = {"keys": [jwk(ec_key(), use="sig", key_ops=["verify"], alg="ES384"), {"kty": "OKP", "kid": "x"}]}
    app = service(tmp_path, ehr(jwks=keys))
    assert status(app, token()) == 200
    assert status(app, token(kid="unheard-of")) == 401


@row("SEC-10")
def test_a_token_out_of_its_time_or_used_before_is_refused_by_every_worker(tmp_path: Path) -> None:
    seen, now = SeenInMemory(), int(time.time())
    one, other = (service(tmp_path, seen=seen) for _ in range(2))
    good = token()
    assert [status(one, good), status(one, good), status(other, good)] == [200, 401, 401]
    for wrong in ({"iat": now - 900, "exp": now - 300}, {"exp": now + 7200}, {"iat": now + 600, "exp": now + 900},
                  {"nbf": now + 600}):  # fmt: skip
        assert status(one, token(claims(**wrong))) == 401, wrong
    assert status(one, token(claims(nbf=now - 5, sub="x"))) == 200


@row("SEC-11", "HTTP-2", "HTTP-3")
def test_every_refusal_looks_the_same(app: Any) -> None:
    made = [token(claims(aud="x")), token(kid="x"), token(signature=b"x"), token(claims(exp=1)), "x.y.z", ""]
    answers = [app.post(ADDRESS, json=call(), headers=bearer(one)) for one in made]
    assert {a.status_code for a in answers} == {401}
    assert len({a.data for a in answers}) == 1
    assert len({json.dumps(sorted(a.headers.items())) for a in answers}) == 1
    assert answers[0].headers["WWW-Authenticate"] == "Bearer"


@row("SEC-12")
def test_neither_a_good_nor_a_bad_token_is_logged(app: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for made in (token(), token(claims(aud="x"))):
            status(app, made)
            assert made not in caplog.text
            assert made.split(".")[1] not in caplog.text


@row("SEC-13")
@pytest.mark.parametrize("header", ["X-SSL-Client-Verify", "X-Client-Cert", "X-Forwarded-Client-Cert", "Client-Cert"])
def test_no_header_that_speaks_of_a_certificate_lets_anybody_in(header: str, app: Any) -> None:
    value = base64.b64encode(ISSUER.encode()).decode()
    assert app.post(ADDRESS, json=call(), headers={header: value}).status_code == 401


@row("SEC-14")
def test_what_was_shown_is_written_down_without_the_id_of_patient_or_user(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}", "a key of the tests", "k1")
    try:
        (card,) = client(store=store).post(ADDRESS, json=call()).get_json()["cards"]
        (written,) = rows(store, audit)
        assert card["uuid"] in map(str, written)
        assert not {"p1", "Patient/p1", "p", "Practitioner/p"} & set(map(str, written))
    finally:
        store.close()


@row("COR-1")
@pytest.mark.parametrize("path", ["/cds-services", "//cds-services", ADDRESS, "/" + ADDRESS, f"{ADDRESS}/feedback",
                                  f"{ADDRESS}//feedback", "/nowhere", "/"])  # fmt: skip
def test_a_browser_may_ask_first_on_every_path_without_a_token(path: str, tmp_path: Path) -> None:
    asks = ORIGIN | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    for app in (client(), service(tmp_path, cors_origins=("https://ehr.example",))):
        answer = app.options("/", headers=asks, environ_overrides={"PATH_INFO": path})
        assert answer.status_code == 204
        assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://ehr.example")
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS"
        assert answer.headers["Access-Control-Allow-Headers"] == "authorization, content-type"
        assert "Origin" in answer.headers["Vary"]


@row("COR-1", "HTTP-3")
def test_a_browser_may_read_errors_of_every_status(tmp_path: Path) -> None:
    with_tokens = service(tmp_path, cors_origins=("https://ehr.example",))
    answers = [
        client().post(ADDRESS, data=b"{", content_type="application/json", headers=ORIGIN),
        client().post(ADDRESS, json=call(prefetch=None), headers=ORIGIN),
        client().get("/nowhere", headers=ORIGIN), client().get(ADDRESS, headers=ORIGIN),
        client().post(ADDRESS, data="x", content_type="text/plain", headers=ORIGIN),
        client(max_body_mb=1).post(ADDRESS, data=b" " * (2 << 20), content_type="application/json", headers=ORIGIN),
        with_tokens.post(ADDRESS, json=call(), headers=ORIGIN),
    ]  # fmt: skip
    assert [a.status_code for a in answers] == [400, 412, 404, 405, 415, 413, 401]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://ehr.example")
        assert "Origin" in answer.headers["Vary"]


@row("COR-1")
def test_a_browser_may_read_that_the_service_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    from cds_service.web import services as registry

    app = client()
    monkeypatch.setattr(registry.services()["sle-cart-trials"], "answer", lambda call: 1 / 0)
    answer = app.post(ADDRESS, json=call(), headers=ORIGIN)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (500, "*")


@row("COR-2")
def test_another_origin_is_not_allowed_and_credentials_never_are(tmp_path: Path) -> None:
    for app in (client(cors_origins=("https://ehr.example",)), service(tmp_path), client()):
        for origin in ("https://evil.example", "https://ehr.example.evil.example", "null", "https://ehr.example"):
            asks = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            for answer in (app.options(ADDRESS, headers=asks), app.post(ADDRESS, json=call(), headers=asks)):
                assert "Access-Control-Allow-Credentials" not in answer.headers
                allowed = answer.headers.get("Access-Control-Allow-Origin")
                assert allowed in (None, "*") or allowed == origin == "https://ehr.example"
    assert "Access-Control-Allow-Origin" not in service(tmp_path).options(ADDRESS, headers=asks).headers


