"""Patients and users as keyed hashes: HMAC-SHA-256, with the id of the key beside each (issue 4, item 4)."""

import hashlib

_BLOCK = 64
"""Bytes that SHA-256 takes at once."""


class Pseudonyms:
    """Makes the hashes of one key.

    A FHIR id names a patient only within one server of one client, so both go into the hash: the same id elsewhere is
    another person.
    """

    __slots__ = ("_inner", "_outer", "key_id")

    def __init__(self, key: bytes, key_id: str) -> None:
        # HMAC begins with the key (RFC 2104); what SHA-256 makes of it is worked out once and copied for each hash.
        # OpenSSL's HMAC in one step looks for its functions anew each time, which costs more than the hash.
        block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes([byte ^ 0x36 for byte in block]))
        self._outer = hashlib.sha256(bytes([byte ^ 0x5C for byte in block]))
        self.key_id = key_id

    def __repr__(self) -> str:
        return f"Pseudonyms(key_id={self.key_id!r})"

    def of(self, kind: str, client: str, base: str, id_: str) -> str:
        """The hash (64 hexadecimal digits) of `kind` (`patient`, `user`) with this id at a FHIR base of a client."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(f"{kind}\0{client}\0{base}\0{id_}".encode())
        outer.update(inner.digest())
        return outer.hexdigest()
