"""The embedded read-only FHIR R4 server on the fixtures: reads and the searches of our own prefetch templates.

It proves the road (HTTP, paging, includes, errors) and lets `make run` work without a network. It is no general
server: a parameter that it does not know is refused, never ignored.
"""

from .app import create_app

__all__ = ["create_app"]
