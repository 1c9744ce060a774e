"""Whether a bearer token says who calls (CDS Hooks "Trusting CDS Clients"; checklist SEC-2 to SEC-11).

Time here is the machine's, never `CDS_AS_OF`. A refusal has a cause out of a closed list, for the count; the caller is
told none (SEC-11).
"""

import base64
import binascii
import json
import math
import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from ..clients import Client
from .causes import Cause as Cause
from .keys import KeySet, keys_of
from .seen import SeenTokens

SKEW = 30
"""Seconds that the two clocks may differ."""
LONGEST_LIFE = 3600
"""Seconds from `iat` to `exp` at most (best practices: an hour)."""
LONGEST_TOKEN = 8192
_NOT_DONE = ("crit", "b64", "enc", "zip")
"""Header members that ask for what is not done here: extensions, unencoded content, encryption, packing."""
_BEARER = re.compile(r"bearer +([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)", re.ASCII | re.IGNORECASE)


class Refused(Exception):
    """A token that opens nothing; holds its cause and nothing of the token."""

    def __init__(self, cause: Cause) -> None:
        self.cause = cause
        super().__init__(cause.value)


class Doorkeeper:
    """Holds tokens against the clients of `CDS_CLIENTS`. Safe to use from several threads."""

    def __init__(self, clients: Iterable[Client], seen: SeenTokens) -> None:
        """Raises SettingsError where the keys that a client wrote down cannot be used."""
        self._by_issuer: dict[str, tuple[Client, KeySet]] = {
            client.issuer: (client, keys_of(client)) for client in clients if client.issuer is not None
        }
        self._seen = seen

    def admit(self, authorization: str | None, addresses: Collection[str], now: float) -> Client:
        """The client that a token speaks for. Raises Refused.

        `authorization`: the header's value. `addresses`: what `aud` may be for this call, beside the client's own
        literal. `now`: seconds since 1970. The token is used up by it.
        """
        header, claims, signed, signature = _opened(authorization)
        algorithm, kid = _header(header)
        issuer = claims.get("iss")
        client, keys = self._by_issuer.get(issuer, (None, None)) if isinstance(issuer, str) else (None, None)
        if client is None or keys is None or not isinstance(issuer, str):
            raise Refused(Cause.ISSUER)
        if algorithm not in client.algorithms:
            raise Refused(Cause.ALGORITHM)
        if "jku" in header and (client.jwks_url is None or header["jku"] != client.jwks_url):
            raise Refused(Cause.JKU)
        _audience(claims.get("aud"), addresses, client.audience)
        jti = _text(claims.get("jti"))
        until = _times(claims, now)
        candidates = keys.find(kid, algorithm)
        if not candidates:
            raise Refused(Cause.KEY)
        if not any(key.signed(signed, signature) for key in candidates):
            raise Refused(Cause.SIGNATURE)
        # Last of all: a token that fails before does not use up the jti of an honest one.
        if not self._seen.first_time(issuer, jti, datetime.fromtimestamp(until + SKEW, UTC)):
            raise Refused(Cause.REPLAYED)
        return client


def _opened(authorization: str | None) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Header, claims, what was signed, the signature; nothing of it is believed yet."""
    if not authorization:
        raise Refused(Cause.NO_TOKEN)
    if len(authorization) > LONGEST_TOKEN:
        raise Refused(Cause.MALFORMED)
    parts = _BEARER.fullmatch(authorization.strip(" "))
    if parts is None:
        raise Refused(Cause.MALFORMED if authorization.lower().startswith("bearer") else Cause.NO_TOKEN)
    header, claims, signature = parts.groups()
    return _object(header), _object(claims), f"{header}.{claims}".encode(), _decoded(signature)


def _decoded(text: str) -> bytes:
    """Base64url as it must be written: a last character with stray bits would be another writing of one token."""
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise Refused(Cause.MALFORMED) from None
    if base64.urlsafe_b64encode(found).rstrip(b"=") != text.encode():
        raise Refused(Cause.MALFORMED)
    return found


def _object(text: str) -> dict[str, Any]:
    written = _decoded(text)
    try:
        found = msgspec.json.decode(written)
        # Who stands in front of us may read the first of two equal names, we the last: neither is believed.
        json.loads(written, object_pairs_hook=_once)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, ValueError):
        raise Refused(Cause.MALFORMED) from None
    if not isinstance(found, dict):
        raise Refused(Cause.MALFORMED)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _header(header: dict[str, Any]) -> tuple[str, str]:
    """Algorithm and kid. Keys in a header and addresses of keys other than `jku` are not looked at."""
    kind, algorithm, kid = header.get("typ"), header.get("alg"), header.get("kid")
    if not isinstance(kind, str) or kind.lower() != "jwt" or any(name in header for name in _NOT_DONE):
        raise Refused(Cause.HEADER)
    if str(header.get("cty", "")).lower() == "jwt":
        raise Refused(Cause.HEADER)  # it says that the claims are a token themselves
    if not isinstance(algorithm, str):
        raise Refused(Cause.ALGORITHM)
    if not isinstance(kid, str) or not kid:
        raise Refused(Cause.KEY)
    return algorithm, kid


def _audience(value: object, addresses: Collection[str], literal: str | None) -> None:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in values):
        raise Refused(Cause.AUDIENCE)
    if not any(one in addresses or one == literal for one in values):
        raise Refused(Cause.AUDIENCE)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 255 or not value.isprintable():
        raise Refused(Cause.CLAIM)
    return value


def _times(claims: dict[str, Any], now: float) -> float:
    """`exp`, once exp, iat and nbf hold. nbf is no claim of CDS Hooks: where it is sent it counts."""
    expires, issued = _instant(claims.get("exp")), _instant(claims.get("iat"))
    begins = _instant(claims["nbf"]) if "nbf" in claims else issued
    if expires + SKEW <= now:
        raise Refused(Cause.EXPIRED)
    if issued > now + SKEW or begins > now + SKEW:
        raise Refused(Cause.NOT_YET)
    if not 0 < expires - issued <= LONGEST_LIFE:
        raise Refused(Cause.LIFETIME)
    return expires


def _instant(value: object) -> float:
    """Seconds since 1970. A true is no number here, and a number in quotes is none either."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1 << 40:
        raise Refused(Cause.CLAIM)
    if not math.isfinite(value):
        raise Refused(Cause.CLAIM)
    return float(value)
