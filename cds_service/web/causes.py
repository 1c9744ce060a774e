"""Why a token was refused. A module of its own, so that metrics can name the causes without loading cryptography."""

from enum import StrEnum


class Cause(StrEnum):
    """Why a token was refused: for logs and counts, never for the caller."""

    NO_TOKEN = "no-token"  # noqa: S105 - the name of a cause
    MALFORMED = "malformed"
    HEADER = "header"
    ALGORITHM = "algorithm"
    JKU = "jku"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    CLAIM = "claim"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    LIFETIME = "lifetime"
    KEY = "key"
    SIGNATURE = "signature"
    REPLAYED = "replayed"


STORE = "store"
"""In place of a cause: the store could not say whether the token had been used."""
