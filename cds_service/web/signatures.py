"""Public keys and signatures: the one importer of python-jose, so that another JWT library costs one file (design.md).

jose is asked one thing only, whether a signature fits one key and one algorithm. What its decoders accept too easily
(measured, design.md "Libraries") never reaches it: claims are judged in `tokens.py`, and a key is taken only where its
kind, use, curve and length fit the algorithm.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from jose import jwk
from jose.exceptions import JOSEError

_EC = {"ES256": ("P-256", 32), "ES384": ("P-384", 48), "ES512": ("P-521", 66)}
"""Algorithm → its curve and the bytes of a coordinate (RFC 7518 sections 3.4, 6.2.1)."""
RSA_BITS = (2048, 8192)
"""Shortest and longest RSA modulus; longer ones only cost time."""
MOST_KEYS = 100
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


class UnusableKey(Exception):
    """A key that does not fit an algorithm."""


class PublicKey(NamedTuple):
    """One key, ready to verify one algorithm."""

    kid: str
    algorithm: str
    key: Any
    """A key of jose."""

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this key made the signature of the message. Never raises."""
        try:
            return self.key.verify(message, signature) is True
        except (JOSEError, ValueError, TypeError, OverflowError):
            return False


def public_key(entry: dict[str, Any], algorithm: str) -> PublicKey:
    """One entry of a key set, for one algorithm. Raises UnusableKey: another kind, use, curve, length, or no key."""
    kid = entry.get("kid")
    if not isinstance(kid, str) or not kid:
        raise UnusableKey("it has no kid")
    if entry.get("use", "sig") != "sig" or "verify" not in entry.get("key_ops", ["verify"]):
        raise UnusableKey("it is not for signatures")
    if entry.get("alg", algorithm) != algorithm:
        raise UnusableKey("it is for another algorithm")
    # Only the public members go on: what else a set holds (x5c, d, …) has no say.
    if algorithm in _EC:
        curve, length = _EC[algorithm]
        if entry.get("kty") != "EC" or entry.get("crv") != curve:
            raise UnusableKey("it is of another kind or curve")
        if any(len(_bytes(entry.get(name))) != length for name in ("x", "y")):
            raise UnusableKey("its coordinates have the wrong length")
        members = {"kty": "EC", "crv": curve, "x": entry["x"], "y": entry["y"]}
    else:
        if entry.get("kty") != "RSA":
            raise UnusableKey("it is of another kind")
        bits = int.from_bytes(_bytes(entry.get("n"))).bit_length()
        exponent = int.from_bytes(_bytes(entry.get("e")))
        if not RSA_BITS[0] <= bits <= RSA_BITS[1]:
            raise UnusableKey("its modulus is too short or too long")
        if exponent < 3 or exponent % 2 == 0 or exponent.bit_length() > 64:
            raise UnusableKey("its exponent is unsafe")
        members = {"kty": "RSA", "n": entry["n"], "e": entry["e"]}
    try:
        return PublicKey(kid, algorithm, jwk.construct(members, algorithm))
    except (JOSEError, ValueError, TypeError, KeyError):
        raise UnusableKey("it is no key") from None


def public_keys(
    entries: Iterable[Any], algorithms: Iterable[str]
) -> dict[tuple[str, str], tuple[PublicKey, ...]]:
    """(kid, algorithm) → the keys of a set that may verify it; what cannot be used is left out."""
    found: dict[tuple[str, str], tuple[PublicKey, ...]] = {}
    algorithms = tuple(algorithms)
    for number, entry in enumerate(entries):
        if number == MOST_KEYS:
            break
        for algorithm in algorithms if isinstance(entry, dict) else ():
            try:
                key = public_key(entry, algorithm)
            except UnusableKey:
                continue
            found[key.kid, algorithm] = (*found.get((key.kid, algorithm), ()), key)
    return found


def _bytes(text: object) -> bytes:
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        raise UnusableKey("a member is not base64url")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise UnusableKey("a member is not base64url") from None
