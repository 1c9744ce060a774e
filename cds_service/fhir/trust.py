"""Certificate authorities that are believed besides the public ones: a hospital's own (`CDS_CA_FILE`).

Nothing of the environment is believed (`trust_env` is off), so `REQUESTS_CA_BUNDLE` and the like do not do it.
"""

import os
import ssl
from pathlib import Path

from urllib3.poolmanager import PoolManager
from urllib3.util.ssl_ import create_urllib3_context

from ..kernel.errors import CdsError

_UNREADABLE = "CDS_CA_FILE: the file must hold certificates of authorities in PEM form"
_context: ssl.SSLContext | None = None


def besides(file: Path | None) -> None:
    """Believe the authorities of a PEM file too, in every connection opened from now on; None: the public ones alone.

    Raises CdsError where the file holds none.
    """
    global _context
    _context = None if file is None else _with(file)


def use(manager: PoolManager) -> None:
    """Let a pool manager believe them."""
    if _context is not None:
        manager.connection_pool_kw["ssl_context"] = _context


def _with(file: Path) -> ssl.SSLContext:
    context = create_urllib3_context()
    try:
        context.load_verify_locations(cafile=os.fspath(file))
    except FileNotFoundError:
        raise CdsError(f"CDS_CA_FILE: there is no file '{file.name}'") from None
    except (OSError, ssl.SSLError):
        raise CdsError(_UNREADABLE) from None
    if not context.get_ca_certs():
        raise CdsError(_UNREADABLE)
    return context
