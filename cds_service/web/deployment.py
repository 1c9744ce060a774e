"""Where the service runs, and which FHIR servers a call may make it ask."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from ..fhir.access import FhirAccess, access_for
from ..settings import Client, Settings
from .envelope import Envelope


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the command line says about the place where the service runs."""

    fhir_server: str | None = None
    """The base that is used where a request names none; it may be called."""
    demo: str | None = None
    """Base of the demo FHIR server, where one runs."""
    demo_seen_at: tuple[str, ...] = ()
    """The addresses at which clients see it: calls to these go to it directly and not through this service."""

    def access(self, envelope: Envelope, settings: Settings, client: Client) -> FhirAccess | None:
        """The FHIR access of a call; None where the base is not one that may be called.

        A client's own bases count; those of `CDS_FHIR_SERVERS` in `open` mode only.
        """
        listed = settings.fhir_servers if settings.auth == "open" else ()
        own = (self.fhir_server,) if self.fhir_server else ()
        allowed = {*listed, *client.fhir_servers, *self.demo_seen_at, *own}
        access = access_for(envelope.fhirServer or self.fhir_server, envelope.authorization(), allowed)
        if access is not None and self.demo and access.base in self.demo_seen_at:
            return replace(access, base=self.demo)
        return access


def seen_at(host: str, port: int, base_url: str | None) -> tuple[str, ...]:
    """The addresses of this service's own `/fhir`."""
    bases = [f"http://{name}:{port}" for name in dict.fromkeys((host, "127.0.0.1", "localhost"))]
    if base_url and urlsplit(base_url).netloc:
        bases.append(base_url.rstrip("/"))
    return tuple(f"{base}/fhir" for base in bases)
