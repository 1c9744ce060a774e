"""What a server says that it offers, and how long that is believed."""

import json
import time
from typing import Any

import pytest

from cds_service.fhir import capability
from cds_service.fhir.client import FhirClient

from .conftest import Server


def said(server: Server, body: Any, status: int = 200) -> frozenset[str] | None:
    """What is kept after the server answered `/metadata` with this body."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    server.fault = lambda path: (status, {}, raw)
    capability.ask(FhirClient(server.access, time.monotonic() + 5))
    return capability.offered(server.access.base)


def statement(*resources: dict[str, Any], mode: str = "server") -> dict[str, Any]:
    return {"resourceType": "CapabilityStatement", "rest": [{"mode": mode, "resource": list(resources)}]}


def test_types_that_can_be_searched_are_offered(server: Server) -> None:
    searchable = {"type": "Observation", "interaction": [{"code": "read"}, {"code": "search-type"}]}
    readable = {"type": "Medication", "interaction": [{"code": "read"}]}
    assert said(server, statement(searchable, readable)) == {"Observation"}


def test_a_type_without_interactions_counts_as_offered(server: Server) -> None:
    assert said(server, statement({"type": "Condition"})) == {"Condition"}


@pytest.mark.parametrize("body", [
    b"<html>", b"[]", {"resourceType": "Patient"}, {"resourceType": "CapabilityStatement"}, statement(),
    statement({"type": "Condition"}, mode="client"), statement({"type": 7}),
])
def test_a_statement_that_says_nothing_of_types_leaves_everything_to_be_asked(server: Server, body: Any) -> None:
    assert said(server, body) is None


def test_a_statement_that_cannot_be_had_leaves_everything_to_be_asked(server: Server) -> None:
    assert said(server, b"", 500) is None


def test_a_server_that_was_not_asked_is_unknown(server: Server) -> None:
    with pytest.raises(capability.Unknown):
        capability.offered(server.access.base)


def test_a_statement_is_believed_for_an_hour_and_its_absence_for_a_minute(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    said(server, statement({"type": "Condition"}))
    monkeypatch.setattr(capability.time, "monotonic", lambda: now + 3500)
    assert capability.offered(server.access.base) == {"Condition"}
    monkeypatch.setattr(capability.time, "monotonic", lambda: now + 3700)
    with pytest.raises(capability.Unknown):
        capability.offered(server.access.base)
    monkeypatch.undo()
    said(server, b"", 500)
    monkeypatch.setattr(capability.time, "monotonic", lambda: now + 120)
    with pytest.raises(capability.Unknown):
        capability.offered(server.access.base)
