"""Where the service may listen: beyond this machine only with tokens and behind https (checklist GEN-2)."""

import ipaddress

from ..kernel.errors import CdsError
from ..settings import Settings


def check_transport(settings: Settings, host: str) -> None:
    """Raise CdsError where patient data would travel in the clear, or to anybody who asks.

    gunicorn speaks plain HTTP here; TLS ends at the proxy in front, and `CDS_BASE_URL` with https says that there is
    one.
    """
    if _loopback(host):
        return
    if settings.auth == "open":
        raise CdsError(f"CDS_AUTH=open binds to loopback only; '{host}' is not 127.0.0.1, ::1 or localhost")
    if not (settings.base_url or "").lower().startswith("https://"):
        raise CdsError(
            "beyond this machine patient data needs https: put a proxy with TLS in front, and its address into "
            "CDS_BASE_URL (https://…)"
        )


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
