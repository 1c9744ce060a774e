"""Patients and users as keyed hashes: HMAC-SHA-256, with the id of the key beside each (issue 4, item 4)."""

import hashlib
import hmac


class Pseudonyms:
    """Makes the hashes of one key.

    A FHIR id names a patient only within one server of one client, so both go into the hash: the same id elsewhere is
    another person.
    """

    __slots__ = ("_key", "key_id")

    def __init__(self, key: bytes, key_id: str) -> None:
        self._key = key
        self.key_id = key_id

    def __repr__(self) -> str:
        return f"Pseudonyms(key_id={self.key_id!r})"

    def of(self, kind: str, client: str, base: str, id_: str) -> str:
        """The hash (64 hexadecimal digits) of `kind` (`patient`, `user`) with this id at a FHIR base of a client."""
        return hmac.digest(self._key, f"{kind}\0{client}\0{base}\0{id_}".encode(), hashlib.sha256).hex()
