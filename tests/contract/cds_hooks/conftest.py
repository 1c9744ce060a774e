"""A FHIR server on a real socket, as the tests of the wire have it."""

from ...unit.fhir_wire.conftest import serve, server

__all__ = ["serve", "server"]
