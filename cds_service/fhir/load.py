"""Puts Bundles on a FHIR server for testing: one idempotent transaction each, with the client's own ids.

Loaded twice, nothing changes. Source: hapi.md points 18-21.
"""

import random
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import requests
import urllib3

from ..kernel.errors import CdsError, InputError
from .faults import WORDS
from .load_fault import NOT_ITS_ENTRIES, Refusal, as_object, culprit, refusal
from .load_plan import plan, transaction
from .resources import Resource

__all__ = ["LoadError", "Loaded", "load", "plan", "transaction"]

TIMEOUT = (5.0, 600.0)
"""Seconds to connect and to answer: a large transaction takes a small server many seconds."""
WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts while somebody else is writing (409) or the server is overloaded (429, 503)."""
_AGAIN = (409, 429, 503)


class LoadError(CdsError):
    """A Bundle that the server refused, and the entry that is at fault where it can be told."""


class Loaded(NamedTuple):
    """What became of one Bundle."""

    name: str
    sent: int
    created: int
    """Of the resources sent; the rest were there already."""
    patient: str | None
    """Id under which its Patient stands on the server."""


def load(
    bundles: Iterable[tuple[str, bytes]],
    base: str,
    *,
    token: str | None = None,
    only_needed: bool = False,
    progress: Callable[[str], object] = lambda line: None,
) -> list[Loaded]:
    """Put (name, Bundle) pairs on a server, one after another, telling `progress` a line about each.

    `only_needed` sends just the kinds that the service reads. All Bundles are read before the first is sent. Raises
    LoadError naming the Bundle, and the entry at fault where it can be told.
    """
    planned = []
    for name, body in bundles:
        try:
            planned.append((name, plan(body, only_needed=only_needed)))
        except InputError as error:
            raise LoadError(f"{name}: {error}") from None
    done = []
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update({"Accept": "application/fhir+json", "Content-Type": "application/fhir+json"})
        if token:
            session.headers["Authorization"] = f"Bearer {token}"
        for name, resources in planned:
            try:
                loaded = _load_one(_Server(session, base.rstrip("/")), name, resources, progress)
            except LoadError as error:
                raise LoadError(f"{name}: {error}") from None
            progress(f"{name}: {loaded.sent} resources, {loaded.created} of them new")
            done.append(loaded)
    return done


class _Server(NamedTuple):
    session: requests.Session
    base: str

    def send(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of a transaction; a conflict is tried again. Raises LoadError where there is no answer."""
        for wait in (*WAITS, None):
            try:
                answer = self.session.post(self.base, data=body, timeout=TIMEOUT, allow_redirects=False)
            except requests.Timeout:
                raise LoadError(WORDS["timeout"]) from None
            except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema,
                    requests.exceptions.MissingSchema):  # fmt: skip
                raise LoadError("the address of the FHIR server is not one (http:// or https://)") from None
            except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError):
                raise LoadError(WORDS["connection"]) from None
            if answer.status_code not in _AGAIN or wait is None:
                break
            # Two loads that met must not meet again.
            time.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
        return answer.status_code, answer.content

    def attempt(self, body: bytes) -> Refusal | None:
        """None: the server took it."""
        status, said = self.send(body)
        return None if 200 <= status < 300 else refusal(status, said)


def _load_one(
    server: _Server, name: str, resources: list[Resource], progress: Callable[[str], object]
) -> Loaded:
    # Patients and what many refer to come first, so that a beginning of the Bundle stands for itself.
    resources = sorted(resources, key=lambda r: _ORDER.index(r.type) if r.type in _ORDER else len(_ORDER))
    status, body = server.send(transaction(resources))
    if not 200 <= status < 300:
        progress(f"{name}: refused ({status}); looking for the reason")
        raise LoadError(_refused(server, resources, refusal(status, body)))
    answer = as_object(body)
    entries = answer.get("entry")
    if answer.get("resourceType") != "Bundle" or not isinstance(entries, list) or len(entries) < len(resources):
        raise LoadError("the answer is not that of a FHIR server to a transaction; is this its base address?")
    created = sum(_status(entry).startswith("201") for entry in entries)
    patient = next((r.id for r in resources if r.type == "Patient"), None)
    return Loaded(name, len(resources), created, patient)


_ORDER = ("Patient", "Organization", "Practitioner", "Medication", "Encounter", "Condition")


def _status(entry: object) -> str:
    response = entry.get("response") if isinstance(entry, dict) else None
    return str(response.get("status", "")) if isinstance(response, dict) else ""


def _refused(server: _Server, resources: list[Resource], refused: Refusal) -> str:
    if 300 <= refused.status < 400:
        return WORDS["redirect"]
    if not refused.said.strip() and refused.status in (404, 405):
        return f"no FHIR server takes transactions at this address ({refused.status})"
    if refused.status == 405:
        return "the server takes no transactions (405): it can only be read, or they are turned off"
    found = culprit(refused, resources, server.attempt)
    if found:
        return f"the server refused {found}; nothing of it was written"
    if refused.status in NOT_ITS_ENTRIES:
        return f"the server refused the Bundle as a whole ({refused.status})"
    return f"the server refused the Bundle as a whole ({refused.status}), and which entry is at fault cannot be told"
