"""FHIR servers on real sockets, as the tests of the wire have them."""

from ...unit.fhir_wire.conftest import serve, server

__all__ = ["serve", "server"]
