"""A FHIR server at an address, as the tests use it; and the same chart from a file."""

import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests

from cds_service.fhir.access import FhirAccess
from cds_service.fhir.client import FhirClient, Limits
from cds_service.fhir.gather import Gathered, gather_patient
from cds_service.fhir.load import Loaded, load
from cds_service.screening import as_json, read_bundle, screen
from cds_service.terminology import load as terminology

Json = dict[str, Any]
DAY = date(2026, 11, 1)


class Hapi:
    """A HAPI server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update({"Accept": "application/fhir+json", "Cache-Control": "no-cache",
                                     "Content-Type": "application/fhir+json"})

    def load(self, *resources: Json, only_needed: bool = False) -> Loaded:
        """Put resources there as `cds-service load` does."""
        return load([("chart", bundle(*resources))], self.url, only_needed=only_needed)[0]

    def load_files(self, files: list[Path]) -> None:
        """Put Bundle files there."""
        load([(f.stem, f.read_bytes()) for f in files], self.url)

    def get(self, query: str) -> Any:
        """The JSON of a read or search."""
        answer = self.session.get(f"{self.url}/{query}", timeout=60)
        return answer.json()

    def status(self, query: str) -> int:
        """The HTTP status of a read or search."""
        return self.session.get(f"{self.url}/{query}", timeout=60).status_code

    def delete(self, reference: str) -> None:
        """Delete one resource."""
        assert self.session.delete(f"{self.url}/{reference}", timeout=60).status_code == 200

    def empty(self) -> None:
        """Forget everything, searches too."""
        everything = {"resourceType": "Parameters", "parameter": [{"name": "expungeEverything", "valueBoolean": True}]}
        assert self.session.post(f"{self.url}/$expunge", json=everything, timeout=120).status_code == 200

    def gather(self, patient: str, page_size: int | None = None) -> Gathered:
        """A chart from this server."""
        return gather_patient(patient, FhirAccess(self.url), terminology=terminology(), as_of=DAY,
                              deadline=time.monotonic() + 120, page_size=page_size, limits=Limits(pages=5000))

    def answer(self, patient: str, page_size: int | None = None) -> str:
        """The object of `evaluate --json` over the wire, as text; everything must have arrived whole."""
        gathered = self.gather(patient, page_size)
        assert gathered.problems == ()
        assert gathered.chart is not None
        return json.dumps(as_json(screen(gathered.chart)), indent=1)


def bundle(*resources: Json) -> bytes:
    """A Bundle file."""
    entries = [{"resource": r} for r in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def file_answer(*resources: Json) -> str:
    """The object of `evaluate --json` from a Bundle file, as text."""
    return json.dumps(as_json(screen(read_bundle(bundle(*resources), DAY))), indent=1)


def watch(monkeypatch: pytest.MonkeyPatch, after: Callable[[str, int], None] = lambda url, number: None) -> list[str]:
    """Every address that the service asks from now on; `after(address, how many so far)` runs after each answer."""
    seen: list[str] = []
    get = FhirClient.get

    def watched(self: FhirClient, url: str, form: bytes | None = None) -> bytes:
        seen.append(url)
        body = get(self, url, form)
        after(url, len(seen))
        return body

    monkeypatch.setattr(FhirClient, "get", watched)
    return seen
