"""SEC-12: nothing of a caller's token, and nothing of what its key server says, stands in any output."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cds_service.store import Store

from ...unit.fhir_wire.conftest import Server
from ..security.signing import BASE, claims, ec_key, ehr, jwk, service, token
from ..security.test_tokens import HEADERS, NOW, TOKENS, _now
from . import plants
from .faults import FAULTS, Rude
from .outputs import Outputs
from .plants import CLAIMS, HEADER, mark
from .sent import ADDRESS, ALLOWED, OPERATIONS

__all__ = ["_now"]
"""One clock for signer and service, which stands still."""
AT = f"{BASE}/cds-services/sle-cart-trials"
LOGGED = ("log messages", "log arguments", "log tracebacks", "stdout", "stderr", "store files", "answer headers")


def _planted(**changes: Any) -> dict[str, Any]:
    # For an hour: the store forgets by the real clock, and a long run of tests outlives five minutes.
    return claims(**({"aud": AT, "exp": NOW + 3600, "jti": mark("jti") + str(time.monotonic_ns())} | CLAIMS | changes))


def _bad(name: str) -> str:
    """The bad token of that kind with marks beside what is wrong in it."""
    return f"Bearer {TOKENS[name][1]()}"


MADE: dict[str, tuple[int, Callable[[], str]]] = {
    "a good token": (200, lambda: f"Bearer {token(_planted(), **HEADER)}"),
    "a scheme of its own": (401, lambda: f"{mark('scheme')} {mark('credential')}"),
    "a text as token": (401, lambda: f"Bearer {mark('a text as token')}"),
    "an unknown issuer": (401, lambda: f"Bearer {token(_planted(iss=mark('issuer')))}"),
    "another audience": (401, lambda: f"Bearer {token(_planted(aud=mark('audience')))}"),
    "another algorithm": (401, lambda: f"Bearer {token(_planted(), alg=mark('algorithm'))}"),
    "another kid": (401, lambda: f"Bearer {token(_planted(), kid=mark('kid'))}"),
    "another typ": (401, lambda: f"Bearer {token(_planted(), typ=mark('typ'))}"),
    "a jku": (401, lambda: f"Bearer {token(_planted(), jku='https://x.org/' + mark('jku'))}"),
    "a crit": (401, lambda: f"Bearer {token(_planted(), crit=[mark('crit')])}"),
    "times that are texts": (401, lambda: f"Bearer {token(_planted(exp=mark('exp'), iat=mark('iat')))}"),
    "an old token": (401, lambda: f"Bearer {token(_planted(iat=1000, exp=1300))}"),
    "a foreign key": (401, lambda: f"Bearer {token(_planted(), key=ec_key('P-384', 9))}"),
    **{f"the header of {name}": (401, lambda name=name: HEADERS[name][1]() or "") for name in HEADERS},
    **{f"the token of {name}": (401, lambda name=name: _bad(name)) for name in TOKENS},
}


@pytest.mark.parametrize("what", MADE)
def test_sec12_nothing_leaks_from(
    what: str, store: Store, tmp_path: Path, gathered: Callable[[], Outputs], out: Outputs
) -> None:
    right, make = MADE[what]
    client, bearer = service(tmp_path, seen=store.seen_tokens), make()
    for _ in range(2):  # the second time is a replay
        head = plants.HEADERS | {"Authorization": bearer}
        at_discovery = what.startswith("the ")  # these kinds are made for it
        answer = client.get("/cds-services", headers=head) if at_discovery else client.post(
            ADDRESS, json=plants.call(), headers=head)  # fmt: skip
        out.answer(answer)
        assert answer.status_code == right
        right = 401
    for path in OPERATIONS:
        out.answer(client.get(path), path)
    found = gathered()
    assert found.found(f"token: {what}", ALLOWED) == []
    parts = [part.lower() for part in bearer.removeprefix("Bearer ").split(".") if len(part) > 12]
    assert [p for p in parts for name in LOGGED if p in found.written.get(name, "").lower()] == []


# --- the server of its keys ------------------------------------------------------------------------------------------


def _asked(client: Any, out: Outputs) -> None:
    for _ in range(2):
        head = plants.HEADERS | {"Authorization": f"Bearer {token(_planted(), **HEADER)}"}
        answer = client.post(ADDRESS, json=plants.call(), headers=head)
        out.answer(answer)
        assert answer.status_code == 401
    for path in OPERATIONS:
        out.answer(client.get(path), path)


@pytest.mark.parametrize("what", [w for w in FAULTS if not w.startswith(("refuses the", "fails at", "says 400", "has a",
                                                                         "answers with another patient"))])  # fmt: skip
def test_sec12_nothing_leaks_where_the_server_of_the_keys(
    what: str, serve: Callable[..., Server], store: Store, tmp_path: Path, gathered: Callable[[], Outputs], out: Outputs
) -> None:
    server = serve(plants.chart())
    server.fault = FAULTS[what]
    client = service(tmp_path, ehr(jwks=..., jwks_url=f"{server.base}/jwks.json"), seen=store.seen_tokens)
    _asked(client, out)
    assert server.seen != []
    assert gathered().found(f"a key server {what}", ALLOWED) == []


@pytest.mark.parametrize("listens", [True, False])
def test_sec12_nothing_leaks_where_no_server_of_the_keys_answers(
    listens: bool, store: Store, tmp_path: Path, gathered: Callable[[], Outputs], out: Outputs
) -> None:
    rude = Rude(b"SSH-2.0-" + mark("other protocol").encode() + b"\r\n")
    if not listens:
        rude.close()
    client = service(tmp_path, ehr(jwks=..., jwks_url=f"http://localhost:{rude.port}/x"), seen=store.seen_tokens)
    _asked(client, out)
    rude.close()
    assert gathered().found(f"no key server, listening: {listens}", ALLOWED) == []


def test_sec12_nothing_leaks_from_a_key_set(
    serve: Callable[..., Server], store: Store, tmp_path: Path, gathered: Callable[[], Outputs], out: Outputs
) -> None:
    import json

    keys = [jwk(ec_key(), mark("kid of a set"), x5u=mark("x5u of a set")), {"kty": mark("kty"), "kid": mark("kid 2")}]
    server = serve(plants.chart())
    server.fault = lambda path: (200, {}, json.dumps({"keys": keys, mark("set key"): 1}).encode())
    _asked(service(tmp_path, ehr(jwks=..., jwks_url=f"{server.base}/jwks.json"), seen=store.seen_tokens), out)
    assert gathered().found("a key set", ALLOWED) == []
