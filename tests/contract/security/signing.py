"""An EHR that signs its calls: keys, key sets and tokens, made with `cryptography`, not with what is tested."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from flask.testing import FlaskClient

from cds_service.settings import Settings
from cds_service.web.app import create_app
from cds_service.web.seen import SeenTokens

BASE = "https://cds.example.org/lupus"
"""The configured public address, with a path of its own."""
DISCOVERY = f"{BASE}/cds-services"
SERVICE = f"{BASE}/cds-services/sle-cart-trials"
ISSUER = "https://ehr.example.org"
KID = "key/1+2="
"""Epic's key names are base64 with these characters (checklist SEC-3)."""

_CURVES = {"P-256": (ec.SECP256R1, 32), "P-384": (ec.SECP384R1, 48), "P-521": (ec.SECP521R1, 66)}
_HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@cache
def _key(kind: str | int, which: int) -> Any:
    if isinstance(kind, int):
        return rsa.generate_private_key(65537, kind)
    return ec.generate_private_key(_CURVES[kind][0]())


def ec_key(curve: str = "P-384", which: int = 0) -> Any:
    """The same key each time; `which` tells several of one curve apart."""
    return _key(curve, which)


def rsa_key(bits: int = 2048, which: int = 0) -> Any:
    """As `ec_key`."""
    return _key(bits, which)


def jwk(key: Any, kid: str | None = KID, **more: Any) -> dict[str, Any]:
    """The public half of a key as an entry of a key set."""
    numbers = key.public_key().public_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        found = {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
    else:
        crv, length = next((n, size) for n, (c, size) in _CURVES.items() if isinstance(numbers.curve, c))
        x, y = (b64(v.to_bytes(length)) for v in (numbers.x, numbers.y))
        found = {"kty": "EC", "crv": crv, "x": x, "y": y}
    return {k: v for k, v in (found | {"kid": kid} | more).items() if v is not None}


def _number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8))


def sign(message: bytes, algorithm: str, key: Any) -> bytes:
    if isinstance(key, bytes):
        return hmac.new(key, message, hashlib.sha256).digest()
    digest = _HASHES[algorithm[2:]]()
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), digest)
    length = (key.curve.key_size + 7) // 8
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(digest)))
    return r.to_bytes(length) + s.to_bytes(length)


def claims(aud: Any = SERVICE, **changes: Any) -> dict[str, Any]:
    """Good claims of a call of the service; `...` takes one away."""
    now = int(time.time())
    good = {"iss": ISSUER, "aud": aud, "iat": now, "exp": now + 300, "jti": str(uuid.uuid4())}
    return {k: v for k, v in (good | changes).items() if v is not ...}


def token(
    body: dict[str, Any] | None = None, *, key: Any = None, algorithm: str = "ES384", signature: bytes | None = None,
    **header: Any,
) -> str:
    """A token, good in all but what is given."""
    head = {k: v for k, v in ({"alg": algorithm, "kid": KID, "typ": "JWT"} | header).items() if v is not ...}
    signed = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims() if body is None else body).encode())}"
    made = sign(signed.encode(), algorithm, key or ec_key()) if signature is None else signature
    return f"{signed}.{b64(made)}"


def clients_file(folder: Path, *clients: dict[str, Any]) -> Path:
    """A clients' file; JSON is YAML. Without clients: one EHR whose keys stand in the file."""
    file = folder / "clients.yaml"
    file.write_text(json.dumps({"clients": list(clients) or [ehr()]}))
    return file


def ehr(**changes: Any) -> dict[str, Any]:
    good = {"name": "ehr", "issuer": ISSUER, "jwks": {"keys": [jwk(ec_key()), jwk(rsa_key(), "rsa-1")]}}
    return {k: v for k, v in (good | changes).items() if v is not ...}


def service(folder: Path, *clients: dict[str, Any], seen: SeenTokens | None = None, **settings: Any) -> FlaskClient:
    """The service as it runs with `CDS_AUTH=jwt`."""
    given = {"auth": "jwt", "base_url": BASE, "clients": clients_file(folder, *clients), "as_of": "2026-11-01",
             "hash_key": "k" * 32, "hash_key_id": "k1", "database_url": f"sqlite:///{folder}/store.db"}
    return create_app(Settings(**(given | settings)), seen=seen).test_client()
