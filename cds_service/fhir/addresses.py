"""Connections to the very address that was judged: a name is resolved once, and what it gave is connected to.

A base that is called is a listed one (`access.py`), and a listed base is leave for private addresses too
(interface.md `CDS_FHIR_SERVERS`). What no EHR lives at is refused all the same where a *name* leads there: link-local
addresses (the metadata services of clouds among them), multicast and reserved ones. Host header, SNI and the name in
the certificate stay those of the base. Source: issue 4 item 3, checklist FHR-8.
"""

import ipaddress
import socket
import sys

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.poolmanager import PoolManager
from urllib3.util.connection import create_connection

_METADATA = frozenset(
    ipaddress.ip_address(address)
    for address in ("169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")
)
"""Where clouds give out keys; not all of these are link-local."""
_EMBEDDED = ("ipv4_mapped", "sixtofour")


class AddressRefused(NewConnectionError):
    """A name led to an address that is not called."""


def callable_address(address: str) -> bool:
    """Whether a name may lead to an address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    for inside in _EMBEDDED:
        embedded = getattr(ip, inside, None)
        if embedded is not None and not callable_address(str(embedded)):
            return False
    if getattr(ip, "teredo", None) or ip in _METADATA or ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return False
    return ip.is_loopback or not ip.is_reserved


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order to try them; none where one of them is not called. Raises OSError."""
    literal = host.strip("[]")
    try:
        ipaddress.ip_address(literal.partition("%")[0])
    except ValueError:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        # One bad address spoils the name: honest names do not lead to a metadata service among others.
        return list(dict.fromkeys(found)) if all(map(callable_address, found)) else []
    return [literal]  # written as an address by whoever listed the base


def _connect(connection: HTTPConnection) -> socket.socket:
    host, port = connection._dns_host, connection.port or connection.default_port
    try:
        addresses = resolve(host, port)
    except OSError:
        raise NameResolutionError(connection.host, connection, socket.gaierror()) from None
    if not addresses:
        raise AddressRefused(connection, "the address may not be called")
    failure: OSError = OSError()
    for address in addresses:
        try:
            opened = create_connection(
                (address, port), connection.timeout, source_address=connection.source_address,
                socket_options=connection.socket_options,
            )  # fmt: skip
        except OSError as error:
            failure = error
            continue
        sys.audit("http.client.connect", connection, host, port)
        return opened
    if isinstance(failure, TimeoutError):
        raise ConnectTimeoutError(connection, "the connection timed out")
    raise NewConnectionError(connection, "the connection failed")


class _Http(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _Https(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


def use(manager: PoolManager) -> None:
    """Let a pool manager make such connections only."""
    manager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
