"""Leave to call a FHIR server: which base, with which token (interface.md `CDS_FHIR_SERVERS`, CDS Hooks "FHIR access").

A base that is not listed is never called, as if the request had no FHIR access.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class FhirAccess:
    """A FHIR base that may be called, and the bearer token to call it with (never shown in a repr)."""

    base: str
    """Without a trailing slash."""
    token: str | None = field(default=None, repr=False)

    def address(self, query: str) -> str:
        """The address of a read or search relative to the base, e.g. `Patient/1`."""
        return f"{self.base}/{query}"

    def same_origin(self, url: str) -> bool:
        """Whether an address given by the server lies on the very scheme, host and port of the base.

        Parsed by the parser that connects, so that no two readings of one address can differ.
        """
        ours, theirs = _origin(self.base), _origin(url)
        return ours is not None and ours == theirs


def access_for(server: object, authorization: object = None, allowed: Iterable[str] = ()) -> FhirAccess | None:
    """`fhirServer` and `fhirAuthorization` of a hook request as access, or None where there is none to be had.

    None for: no server, one that is not listed in `allowed` (a trailing slash is ignored), a token of a type other
    than Bearer or one that cannot stand in a header. Never raises.
    """
    if not isinstance(server, str):
        return None
    base = server.rstrip("/")
    if base not in {a.rstrip("/") for a in allowed} or _origin(base) is None:
        return None
    if authorization is None:
        return FhirAccess(base)
    if not isinstance(authorization, dict):
        return None
    token, kind = authorization.get("access_token"), authorization.get("token_type", "Bearer")
    if not isinstance(token, str) or not isinstance(kind, str) or kind.lower() != "bearer":
        return None
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        return None
    return FhirAccess(base, token)


def _origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None for what is no plain http(s) address (user info and stray characters included)."""
    if any(c.isspace() or c == "\\" or not c.isprintable() for c in url):
        return None
    try:
        parts: Url = parse_url(url)
    except LocationParseError:
        return None
    if parts.auth or not parts.host or parts.scheme not in _PORTS:
        return None
    return parts.scheme, parts.host, parts.port or _PORTS[parts.scheme]
