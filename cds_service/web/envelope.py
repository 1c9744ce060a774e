"""The body of a hook call. A body is never turned into dicts (design.md).

Of a prefetch that is all as it should be the heads of its resources are decoded with the call (`fhir.sent`); any other
stays raw JSON by key.
"""

import re
from collections.abc import Mapping
from functools import cache, partial
from typing import Any, TypeVar

import msgspec

from ..fhir.sent import Sent, answers_type
from ..kernel.errors import InputError
from ..terminology import load

_FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
MOST_KEYS = 1000
"""Prefetch keys of one call: many times what any service asks for."""
_USER = re.compile(r"(Practitioner|PractitionerRole|Patient|RelatedPerson)/[A-Za-z0-9\-.]{1,64}", re.ASCII)

T = TypeVar("T")


class Authorization(msgspec.Struct):
    """`fhirAuthorization`. Never logged, never kept after the call."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    subject: str
    patient: str | None = None

    def __repr__(self) -> str:
        return "Authorization(…)"


class Context(msgspec.Struct):
    """`context`, leniently: what every hook needs. What else a client puts there, draft orders too, is not looked at.

    `encounterId` is not read: nothing is asked about an encounter.
    """

    patientId: str
    userId: str

    def __repr__(self) -> str:
        return "Context(…)"


class Envelope(msgspec.Struct):
    """A hook call; unknown fields are ignored."""

    hook: str
    hookInstance: str
    context: Context
    fhirServer: str | None = None
    fhirAuthorization: Authorization | None = None
    prefetch: Mapping[str, msgspec.Raw] | None = None

    def __repr__(self) -> str:
        return "Envelope(…)"  # what shows the locals of a fault shows no patient

    def authorization(self) -> dict[str, Any] | None:
        """The authorization as `access_for` takes it, None where none was sent."""
        granted = self.fhirAuthorization
        if granted is None:
            return None
        return {"access_token": granted.access_token, "token_type": granted.token_type, "scope": granted.scope,
                "expires_in": granted.expires_in}  # fmt: skip


_BOM = b"\xef\xbb\xbf"
_decoder = msgspec.json.Decoder(Envelope)


@cache
def _at_once() -> "msgspec.json.Decoder[Any]":
    """Decodes a call and, where all of it is as it should be, its prefetch in one step."""
    fields: Any = [("prefetch", answers_type(load()) | None, None)]
    return msgspec.json.Decoder(msgspec.defstruct("Whole", fields, bases=(Envelope,)))


def _decoded(body: bytes) -> Envelope:
    try:
        envelope: Envelope = _at_once().decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _decoder.decode(body)  # a key of another service, a resource that does not fit, or an error to be named
    if envelope.prefetch is not None:
        envelope.prefetch = Sent(envelope.prefetch, partial(_cut, body))
    return envelope


def _cut(body: bytes) -> Mapping[str, msgspec.Raw]:
    return _decoder.decode(body).prefetch or {}


def read_envelope(body: bytes) -> Envelope:
    """Decode and check a body.

    Raises InputError with a sentence that names the element and never its content.
    """
    try:
        envelope = _decoded(body.removeprefix(_BOM))
    except msgspec.ValidationError as error:
        raise InputError(f"the request is not a CDS Hooks call: {_plain(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError("the body is not JSON") from None
    if envelope.prefetch and len(envelope.prefetch) > MOST_KEYS:
        raise InputError(f"the prefetch holds more than {MOST_KEYS} keys")
    if not _FHIR_ID.fullmatch(envelope.context.patientId):
        raise InputError("context.patientId is not a FHIR id (letters, digits, '-' and '.', at most 64)")
    if not _USER.fullmatch(envelope.context.userId):
        raise InputError("context.userId must be Practitioner/…, PractitionerRole/…, Patient/… or RelatedPerson/…")
    if envelope.fhirAuthorization is not None:
        if not envelope.fhirServer:
            raise InputError("fhirAuthorization was sent without fhirServer")
        if envelope.fhirAuthorization.patient not in (None, envelope.context.patientId):
            raise InputError("fhirAuthorization.patient is not the patient of context.patientId")
    return envelope


def _plain(error: msgspec.ValidationError) -> str:
    """msgspec names the path and the types; a key of the client (a prefetch key) is not repeated."""
    return re.sub(r"\[[^\]]*\]", "", str(error)).replace("`", "'")
