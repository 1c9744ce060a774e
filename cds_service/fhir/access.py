"""Leave to call a FHIR server: which base, with which token (interface.md `CDS_FHIR_SERVERS`, CDS Hooks "FHIR access").

A base that is not listed is never called, as if the request had no FHIR access. Neither is one whose token came but
cannot be used: it would be asked as nobody. A token lives for one call.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from .scopes import Grants, grants

LONGEST = 86_400.0
"""Seconds for which a token is believed to last at most: longer than any call, and a number that can be added to."""
EARLY = 1.0
"""Seconds before its end from which a token is no longer used: it must still be valid when it arrives."""
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class FhirAccess:
    """A FHIR base that may be called, and the bearer token to call it with (never shown in a repr)."""

    base: str
    """Without a trailing slash."""
    token: str | None = field(default=None, repr=False)
    until: float | None = None
    """The instant of time.monotonic() from which the token is no longer used."""
    granted: Grants | None = None
    """What the token allows; None where there is no token, or it does not say."""

    def address(self, query: str) -> str:
        """The address of a read or search relative to the base, e.g. `Patient/1`."""
        return f"{self.base}/{query}"

    def same_origin(self, url: str) -> bool:
        """Whether an address given by the server lies on the very scheme, host and port of the base.

        What requests and urllib3, which both take part in connecting, would read as two hosts is no address.
        """
        ours, theirs = _origin(self.base), _origin(url)
        return ours is not None and ours == theirs

    def below(self, url: str) -> bool:
        """Whether an address given by the server lies below the base: one host may hold several servers (PFD-6)."""
        if not self.same_origin(url):
            return False
        base, path = parse_url(self.base).path or "", parse_url(url).path or ""
        inside = path == base or path.startswith(base.rstrip("/") + "/")
        return inside and not _climbs(path)

    def may_search(self, kind: str) -> bool:
        """Whether the token allows a search for a type."""
        return self.granted is None or self.granted.may_search(kind)

    def may_read(self, kind: str) -> bool:
        """Whether the token allows to read a resource of a type by its id."""
        return self.granted is None or self.granted.may_read(kind)

    def in_part(self, kind: str) -> bool:
        """Whether the token allows only some records of a type."""
        return self.granted is not None and self.granted.in_part(kind)


def access_for(server: object, authorization: object = None, allowed: Iterable[str] = ()) -> FhirAccess | None:
    """`fhirServer` and `fhirAuthorization` of a hook request as access, or None where there is none to be had.

    None for: no server, one that is not listed in `allowed` (a trailing slash is ignored), a token of a type other
    than Bearer, one that cannot stand in a header, or one that has run out (`expires_in`, seconds). A `scope` that is
    given bounds what is asked. Never raises.
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
    lasts, scope = authorization.get("expires_in"), authorization.get("scope")
    until = None
    if isinstance(lasts, int | float):
        if not lasts > EARLY:
            return None
        until = time.monotonic() + min(lasts, LONGEST) - EARLY
    return FhirAccess(base, token, until, grants(scope) if isinstance(scope, str) else None)


def _climbs(path: str) -> bool:
    """Whether a server may read `.` or `..` in a path: encoded once or twice, behind `%2f` or `\\`, before `;…`."""
    plain = unquote(unquote(path)).replace("\\", "/")
    return any(part.partition(";")[0].strip() in (".", "..") for part in plain.split("/"))


def _origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None for what is no plain http(s) address (user info and stray characters included)."""
    if any(c.isspace() or c == "\\" or not c.isprintable() for c in url):
        return None
    try:
        parts: Url = parse_url(url)
        authority = urlsplit(url).netloc
    except (LocationParseError, ValueError):
        return None
    # urllib3 reads `%2e` in a host as a point, requests does not.
    if parts.auth or not parts.host or parts.scheme not in _PORTS or "%" in authority or "@" in authority:
        return None
    return parts.scheme, parts.host, parts.port or _PORTS[parts.scheme]
