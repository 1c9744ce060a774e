"""SEC-2 to SEC-11: bad tokens beside those of `contract/security/test_tokens.py`, and what python-jose lets pass."""

import base64
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384
from flask.testing import FlaskClient

from cds_service.store import Store

from ..security import test_tokens as known
from ..security.signing import (
    DISCOVERY,
    ISSUER,
    KID,
    b64,
    claims,
    ec_key,
    ehr,
    jwk,
    rsa_key,
    service,
    sign,
    token,
)
from ..security.test_tokens import _now, at_discovery, cause_of, discover, guarded, opens

__all__ = ["_now", "guarded"]
NOW = known.NOW
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
"""Order of the group of P-384 (FIPS 186-4, D.1.2.4)."""


def written(header: str, body: str, key: Any = None) -> str:
    """A token of these very texts, honestly signed."""
    signed = f"{b64(header.encode())}.{b64(body.encode())}"
    return f"{signed}.{b64(sign(signed.encode(), 'ES384', key or ec_key()))}"


HEAD = json.dumps({"alg": "ES384", "kid": KID, "typ": "JWT"})


def body(**raw: str) -> str:
    """Claims with some members as they are written here."""
    good = {name: json.dumps(value) for name, value in at_discovery().items()} | raw
    return "{" + ",".join(f'"{name}":{value}' for name, value in good.items()) + "}"


def lasting(**changes: Any) -> dict[str, Any]:
    """Claims for an hour: the store forgets by the real clock, and a long run of tests outlives five minutes."""
    return at_discovery(exp=NOW + 3600, **changes)


def mirrored(made: str) -> str:
    """The other signature that fits: (r, n - s) in place of (r, s)."""
    head, _, last = made.rpartition(".")
    pair = base64.urlsafe_b64decode(last + "==")
    return f"{head}.{b64(pair[:48] + (ORDER - int.from_bytes(pair[48:])).to_bytes(48))}"


def stray_bits(made: str, part: int) -> str:
    """The same bytes in another writing: a bit that base64 leaves over is set in the last character of a part."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    parts = made.split(".")
    assert len(parts[part]) % 4 in (2, 3)
    parts[part] = parts[part][:-1] + alphabet[alphabet.index(parts[part][-1]) | 1]
    return ".".join(parts)


def uneven(part: int) -> str:
    """A good token one of whose parts leaves bits over."""
    for length in range(3):
        made = written(HEAD + " " * length, body(x=json.dumps("x" * length)))
        if len(made.split(".")[part]) % 4 in (2, 3):
            return made
    raise AssertionError


def der() -> str:
    signed = token(at_discovery()).rpartition(".")[0]
    return f"{signed}.{b64(ec_key().sign(signed.encode(), ec.ECDSA(SHA384())))}"


def own_key(**header: Any) -> str:
    mine = ec_key("P-384", 9)
    return token(at_discovery(), key=mine, **header)


DUPLICATES = {
    "alg none, then ES384": (f'{{"alg":"none","alg":"ES384","kid":"{KID}","typ":"JWT"}}', None),
    "alg ES384, then none": (f'{{"alg":"ES384","alg":"none","kid":"{KID}","typ":"JWT"}}', None),
    "two kids": (f'{{"alg":"ES384","kid":"other","kid":"{KID}","typ":"JWT"}}', None),
    "two issuers": (HEAD, lambda: '{"iss":"https://evil.example.org",' + body()[1:]),
    "two audiences": (HEAD, lambda: body()[:-1] + f',"aud":"{DISCOVERY}"}}'),
    "two ends": (HEAD, lambda: f'{{"exp":{NOW + 9},' + body()[1:]),
    "two jti": (HEAD, lambda: '{"jti":"a",' + body()[1:]),
    "two names within a claim": (HEAD, lambda: body(tenant='{"a":1,"a":2}')),
    "one name in two writings": (HEAD, lambda: '{"\\u0069ss":"https://evil.example.org",' + body()[1:]),
}

KINDS: dict[str, tuple[str, Callable[[], str]]] = {
    # keys that come with the token: never looked at, so the signature fits none of ours
    "x5c of its own": ("signature", lambda: own_key(x5c=["MIIB"], x5t="x")),
    "x5u of its own": ("signature", lambda: own_key(x5u="https://evil.example.org/cert.pem")),
    "jwk of its own under our kid": ("signature", lambda: own_key(jwk=jwk(ec_key("P-384", 9)))),
    "jwk of its own under its kid": ("key", lambda: own_key(jwk=jwk(ec_key("P-384", 9), "mine"), kid="mine")),
    "jku of its own": ("jku", lambda: own_key(jku="https://evil.example.org/jwks.json")),
    "a kid that is a path": ("key", lambda: own_key(kid="../../../../dev/null")),
    "a kid that is SQL": ("key", lambda: own_key(kid="x' UNION SELECT 'k' --")),
    "a kid with a NUL": ("key", lambda: own_key(kid=KID + "\0")),
    # what the header asks for and is not done
    "encryption (JWE header)": ("header", lambda: token(at_discovery(), enc="A256GCM")),
    "packing (zip)": ("header", lambda: token(at_discovery(), zip="DEF")),
    "b64 true": ("header", lambda: token(at_discovery(), b64=True)),
    "a token in a token (cty)": ("header", lambda: token(at_discovery(), cty="JWT")),
    "a token in a token": ("malformed", lambda: written(HEAD, json.dumps(token(at_discovery())))),
    "the five parts of a JWE": ("malformed", lambda: ".".join([b64(HEAD.encode()), *["AAAA"] * 4])),
    "no signature at all": ("malformed", lambda: token(at_discovery()).rpartition(".")[0] + "."),
    # one token, one writing
    "stray bits in the header": ("malformed", lambda: stray_bits(uneven(0), 0)),
    "stray bits in the claims": ("malformed", lambda: stray_bits(uneven(1), 1)),
    "padding": ("malformed", lambda: token(at_discovery()) + "=="),
    "the other alphabet": ("malformed", lambda: token(at_discovery()).replace("_", "/").replace("-", "+") + "/"),
    "a blank in a part": ("malformed", lambda: token(at_discovery()).replace(".", ". ", 1)),
    "a byte order mark before the claims": ("malformed", lambda: written(HEAD, "\ufeff" + body())),
    "claims in UTF-16": ("malformed", lambda: f"{b64(HEAD.encode())}.{b64(body().encode('utf-16'))}.AAAA"),
    "half a surrogate in a claim": ("malformed", lambda: written(HEAD, body(x='"\\ud800"'))),
    "something behind the claims": ("malformed", lambda: written(HEAD, body() + "{}")),
    **{f"duplicates: {name}": ("malformed", lambda head=head, make=make: written(head, make() if make else body()))
       for name, (head, make) in DUPLICATES.items()},
    # signatures
    "a signature in DER": ("signature", der),
    "a signature with a byte more": ("signature", lambda: longer(token(at_discovery()))),
    "r and s exchanged": ("signature", lambda: exchanged(token(at_discovery()))),
    "a signature of the order of the group": (
        "signature", lambda: token(at_discovery(), signature=ORDER.to_bytes(48) * 2)),
    "an RSA signature with a zero before": (
        "signature", lambda: zero_before(token(at_discovery(), key=rsa_key(), algorithm="RS384", kid="rsa-1"))),
    "an RSA signature of zeros": (
        "signature", lambda: token(at_discovery(), algorithm="RS384", kid="rsa-1", signature=bytes(256))),
    # numbers
    **{f"{name} {value}": (cause, lambda name=name, value=value: written(HEAD, body(**{name: value})))
       for name in ("exp", "iat", "nbf") for value, cause in (
           ("NaN", "malformed"), ("Infinity", "malformed"), ("-Infinity", "malformed"), ("1e400", "malformed"),
           ("1e99", "claim"), ("-1", "claim"), ("-0.5", "claim"), ("false", "claim"), ("true", "claim"),
           ('"1e9"', "claim"), ("[1]", "claim"), ("{}", "claim"), ("9" * 4000, "claim"), ("0x10", "malformed"),
           ("01", "malformed"))},
    "exp in milliseconds": ("claim", lambda: token(at_discovery(exp=(NOW + 300) * 1000))),
    # texts
    "a jti of blanks that nobody sees": ("claim", lambda: token(at_discovery(jti="\u200b"))),
    "an iss with a NUL": ("issuer", lambda: token(at_discovery(iss=ISSUER + "\0"))),
    "an iss in letters that look alike": ("issuer", lambda: token(at_discovery(iss=ISSUER.replace("e", "е")))),
    "an aud in a list of a thousand": ("malformed", lambda: token(at_discovery(aud=[DISCOVERY] * 1000))),
    "an aud with a dot segment": ("audience", lambda: token(claims(f"{DISCOVERY}/../cds-services"))),
    "an aud with an encoded letter": ("audience", lambda: token(claims(DISCOVERY.replace("cds", "%63ds")))),
    "an aud with a port": ("audience", lambda: token(claims(DISCOVERY.replace(".org", ".org:443")))),
}  # fmt: skip


def longer(made: str) -> str:
    head, _, last = made.rpartition(".")
    return f"{head}.{last}AAAA"


def exchanged(made: str) -> str:
    head, _, last = made.rpartition(".")
    return f"{head}.{last[64:]}{last[:64]}"


def zero_before(made: str) -> str:
    head, _, last = made.rpartition(".")
    return f"{head}.{b64(bytes(1) + base64.urlsafe_b64decode(last + '=='))}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_is_refused_for(kind: str, guarded: FlaskClient) -> None:
    cause, made = KINDS[kind]
    assert cause_of(guarded, f"Bearer {made()}") == cause


def test_the_honest_writing_of_these_tokens_opens(guarded: FlaskClient) -> None:
    assert opens(guarded, written(HEAD, body()))
    for part in (0, 1):
        assert opens(guarded, uneven(part))


def test_sec11_these_refusals_are_the_same_to_the_last_byte_too(guarded: FlaskClient) -> None:
    answers = [discover(guarded, f"Bearer {made()}") for _, made in KINDS.values()]
    assert len({(answer.status_code, answer.data, tuple(sorted(answer.headers.items()))) for answer in answers}) == 1


def test_sec10_the_mirrored_signature_of_a_used_token_opens_nothing(guarded: FlaskClient) -> None:
    fresh, used = token(at_discovery()), token(at_discovery())
    assert opens(guarded, mirrored(fresh))  # it fits: only the jti tells that it is the same token
    assert opens(guarded, used)
    assert cause_of(guarded, f"Bearer {mirrored(used)}") == "replayed"


def test_sec10_a_token_that_was_used_opens_nothing_after_a_restart(tmp_path: Path) -> None:
    made, address = f"Bearer {token(lasting())}", f"sqlite:///{tmp_path}/seen.db"
    first = Store.open(address)
    assert discover(service(tmp_path, seen=first.seen_tokens), made).status_code == 200
    first.close()
    second = Store.open(address)
    assert cause_of(service(tmp_path, seen=second.seen_tokens), made) == "replayed"
    second.close()


@pytest.mark.parametrize("where", ["query", "form", "cookie", "another header", "twice", "with a tab", "in lower case"])
def test_sec2_a_good_token_in_another_place_opens_nothing(where: str, guarded: FlaskClient) -> None:
    made, more = token(at_discovery()), token(at_discovery())
    answer = {
        "query": lambda: guarded.get(f"/cds-services?access_token={made}&Authorization=Bearer%20{made}"),
        "form": lambda: guarded.open("/cds-services", method="GET", data={"access_token": made}),
        "cookie": lambda: guarded.get("/cds-services", headers={"Cookie": f"Authorization=Bearer {made}"}),
        "another header": lambda: guarded.get("/cds-services", headers={"X-Authorization": f"Bearer {made}"}),
        "twice": lambda: guarded.get(
            "/cds-services", headers=[("Authorization", f"Bearer {made}"), ("Authorization", f"Bearer {more}")]),
        "with a tab": lambda: guarded.get("/cds-services", headers={"Authorization": f"Bearer\t{made}"}),
        "in lower case": lambda: guarded.get("/cds-services", headers={"Authorization": f"Bearer {made.lower()}"}),
    }[where]()  # fmt: skip
    assert answer.status_code == 401


def test_sec8_one_kid_at_two_clients_opens_for_each_with_its_own_key_alone(tmp_path: Path) -> None:
    theirs = ec_key("P-384", 5)
    client = service(tmp_path, ehr(), ehr(name="other", issuer="https://o.org", jwks={"keys": [jwk(theirs)]}))
    assert opens(client, token(at_discovery()))
    assert opens(client, token(at_discovery(iss="https://o.org"), key=theirs))
    assert cause_of(client, f"Bearer {token(at_discovery(iss='https://o.org'))}") == "signature"


def test_sec4_an_algorithm_that_is_symmetric_cannot_be_configured(tmp_path: Path) -> None:
    from cds_service.clients import SettingsError

    for name in ("HS256", "HS384", "HS512", "none", "PS384", "EdDSA"):
        with pytest.raises(SettingsError):
            service(tmp_path, ehr(algorithms=[name]))


HOLES = {
    "a missing aud": "no aud", "a missing exp": "no exp", "a missing iat": "no iat", "a missing jti": "no jti",
    "a future iat": "an iat more than half a minute ahead", "an unknown crit": "crit",
    "a wrong curve": "the right key on another curve",
}  # fmt: skip
"""What python-jose's defaults let pass (measured; design.md "Libraries") → the bad token that holds the hole closed."""


@pytest.mark.parametrize("hole", HOLES)
def test_what_jose_lets_pass_is_refused_here(hole: str, guarded: FlaskClient) -> None:
    cause, made = known.TOKENS[HOLES[hole]]
    assert cause_of(guarded, f"Bearer {made()}") == cause


def test_two_thousand_bad_tokens_leave_no_more_behind_than_a_thousand(guarded: FlaskClient) -> None:
    import gc
    import tracemalloc

    bad = [f"Bearer {make()}" for _, make in KINDS.values()]
    size = []
    tracemalloc.start()
    for rounds in (8, 16):
        for _ in range(rounds):
            for bearer in bad:
                discover(guarded, bearer)
        gc.collect()
        size.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert size[1] - size[0] < 200_000, size


def test_sec10_jti_of_all_lengths_and_letters_are_told_apart(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/seen.db")
    client, stem = service(tmp_path, seen=store.seen_tokens), str(uuid.uuid4())
    names = [stem, stem.upper(), stem + "a", stem + "%", stem + "_", stem + "'", stem + "é", "a" * 255]
    assert [opens(client, token(lasting(jti=name))) for name in names] == [True] * len(names)
    assert [opens(client, token(lasting(jti=name))) for name in names] == [False] * len(names)
    store.close()
