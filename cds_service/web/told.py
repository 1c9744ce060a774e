"""What is answered, before it is HTTP: the Flask application and the short road for hook calls send the same."""

from typing import NamedTuple

from flask import Response

JSON, FHIR = "application/json", "application/fhir+json"


class Told(NamedTuple):
    """An answer: its status, its bytes, their media type and what headers it has besides those of every answer."""

    status: int
    body: bytes
    media: str = JSON
    headers: tuple[tuple[str, str], ...] = ()

    def response(self) -> Response:
        """The answer as Flask takes it."""
        return Response(self.body, self.status, self.headers, mimetype=self.media)
