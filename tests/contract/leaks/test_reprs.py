"""What shows objects (debuggers, tools that record the locals of a fault) shows no secret and nobody's id."""

import json
import traceback
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from cds_service.clients import Client
from cds_service.fhir.access import FhirAccess, access_for
from cds_service.settings import Settings
from cds_service.store.pseudonyms import Pseudonyms
from cds_service.web.envelope import read_envelope
from cds_service.web.feedback_body import read_feedback
from cds_service.web.services import Call
from cds_service.web.tokens import Cause, Refused

from ..security.signing import ec_key, jwk
from . import plants
from .outputs import Outputs
from .plants import PATIENT, mark

BASE = "https://ehr.example.org/fhir"


def _envelope() -> Any:
    return read_envelope(json.dumps(plants.call(BASE, prefetch=plants.prefetch())).encode())


def _access() -> FhirAccess:
    access = access_for(BASE, plants.authorization(), [BASE])
    assert access is not None
    return access


def _settings() -> Settings:
    return Settings(database_url=f"postgresql://u:{mark('database password')}@h/x", hash_key=mark("key of the hashes"))


def _call() -> Call:
    return Call(
        patient_id=PATIENT, user_id=f"Practitioner/{mark('user id')}", prefetch={}, access=_access(),
        as_of=date(2026, 11, 1), deadline=0, settings=_settings(), client=Client(),
        hook_instance=mark("hook instance"), fhir_base=mark("base"),
    )  # fmt: skip


OBJECTS: dict[str, Callable[[], Any]] = {
    "the envelope": _envelope,
    "the context": lambda: _envelope().context,
    "the authorization": lambda: _envelope().fhirAuthorization,
    "the access": _access,
    "a report": lambda: read_feedback(json.dumps(plants.feedback("c")).encode())[0].overrideReason,
    "the settings": _settings,
    "a client": lambda: Client(name="a", issuer="i", jwks={"keys": [jwk(ec_key(), mark("kid in a file"))]}),
    "the pseudonyms": lambda: Pseudonyms(mark("key of the hashes").encode(), "k1"),
    "a refusal": lambda: Refused(Cause.SIGNATURE),
    "the call": _call,
}  # fmt: skip


@pytest.mark.parametrize("what", OBJECTS)
def test_sec12_no_mark_stands_in_the_repr_of(what: str) -> None:
    made = OBJECTS[what]()
    out = Outputs()
    out.add("repr", repr(made), str(made), f"{made}")
    assert out.found(f"a repr of {what}") == []


def test_sec12_the_locals_of_a_fault_show_neither_token_nor_key() -> None:
    def fail(envelope: Any, access: Any, settings: Any) -> None:
        raise ValueError

    try:
        fail(_envelope(), _access(), _settings())
    except ValueError as error:
        told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "access = FhirAccess" in told
    out = Outputs()
    out.add("locals", told)
    assert out.found("the locals of a fault") == []
