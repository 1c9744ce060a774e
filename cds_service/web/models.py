"""What the service sends, as types: `/openapi.json` is made of them, and a test decodes every kind of answer by them.

They are closed: a key that stands in no model here fails a test. `Ready` and `Health` are what is encoded; discovery
and cards are written as plain dictionaries where they are made (services.py, cards/build.py) and the extension as JSON
(cards/extension.py), for speed.
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from ..cards.build import EXTENSION
from ..kernel.answers import Basis, Reason, Status

Text = Annotated[str, Meta(min_length=1)]
Address = Annotated[str, Meta(pattern="^https?://")]
TrialId = Annotated[str, Meta(pattern="^NCT[0-9]{8}$")]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Version = Annotated[str, Meta(pattern="^[0-9a-f]{12}$")]
Verdict = Literal["not-applicable", "ineligible", "not-yet", "possible", "likely"]
Recruitment = Literal["recruiting", "not-yet-recruiting", "enrolling-by-invitation", "active-not-recruiting",
                      "completed", "suspended", "terminated", "withdrawn", "unknown"]  # fmt: skip


class _Closed(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    pass


class Service(_Closed):
    """One CDS service."""

    hook: Text
    title: Text
    description: Text
    id: Text
    prefetch: dict[str, Text]
    usageRequirements: Text
    version: Text | UnsetType = UNSET
    """In the 3.0 profile alone."""
    hookVersion: Text | UnsetType = UNSET


class Discovery(_Closed):
    """What `GET /cds-services` answers."""

    services: list[Service]


class Coding(_Closed):
    """A code, its system and what a person reads."""

    code: Text
    system: Text
    display: Text


class Source(_Closed):
    """Where what a card says comes from."""

    label: Text
    url: Address
    topic: Coding


class Link(_Closed):
    """A page that a card leads to."""

    label: Text
    url: Address
    type: Literal["absolute"]


class Reference(_Closed):
    """A record that was held against a criterion; without its value."""

    reference: Text


class Skipped(_Closed):
    """A record that could not be used and might have mattered."""

    problem: Text
    reference: Text | UnsetType = UNSET


class CriterionAnswer(_Closed):
    """The answer to one criterion."""

    id: Text
    status: Status
    basis: Basis | UnsetType = UNSET
    until: date | UnsetType = UNSET
    assumes: Text | UnsetType = UNSET
    reason: Reason | UnsetType = UNSET
    missing: list[Text] | UnsetType = UNSET
    evidence: list[Reference] | UnsetType = UNSET


class TrialAnswer(_Closed):
    """One trial, held against one chart."""

    id: TrialId
    status: Recruitment
    status_as_of: date
    verdict: Verdict
    eligible_from: date | UnsetType = UNSET
    notes: list[Text] | UnsetType = UNSET
    criteria: list[CriterionAnswer] | UnsetType = UNSET


class Screening(_Closed):
    """The object of `evaluate --json` without evidence values; keys without a value are left out."""

    patient: Text
    as_of: date
    trials: list[TrialAnswer]
    skipped: list[Skipped] | UnsetType = UNSET


class Extension(_Closed):
    """The extension of a card."""

    screening: Screening = field(name=EXTENSION)


class Card(_Closed):
    """One card."""

    uuid: UUID
    summary: Annotated[str, Meta(min_length=1, max_length=139)]
    detail: Annotated[str, Meta(min_length=1, max_length=1999)]
    indicator: Literal["info", "warning", "critical"]
    source: Source
    overrideReasons: list[Coding] | UnsetType = UNSET
    links: list[Link] | UnsetType = UNSET
    extension: Extension | UnsetType = UNSET


class Cards(_Closed):
    """What a hook call is answered; an empty list says that no trial fits."""

    cards: list[Card]


class Received(_Closed):
    """Feedback is on the disk."""

    status: Literal["received"]


class Health(_Closed):
    """The process answers."""

    status: Literal["ok"]


class TrialFile(_Closed):
    """One trial as it was loaded."""

    id: TrialId
    file: Text
    sha256: Hash
    rules: Version
    """Changes with a criterion, and not when the registry is read again."""
    status: Recruitment
    status_as_of: date
    criteria: int


class Mappings(_Closed):
    """The code tables as they were loaded."""

    version: Version
    files: dict[str, Hash]


class Ready(_Closed):
    """What answers here, by version and hash: `version`, `rules` and `mappings.version` stand in the audit too."""

    status: Literal["ready"]
    version: Text
    profile: Literal["2.0", "3.0"]
    rules: Version
    trials: list[TrialFile]
    shared: dict[str, Hash]
    mappings: Mappings
    store: Literal["ok", "failed", "none"]


class Details(_Closed):
    """A sentence for a person."""

    text: Text


class Issue(_Closed):
    """One thing that went wrong."""

    severity: Literal["fatal", "error", "warning", "information"]
    code: Text
    details: Details
    diagnostics: Text


class OperationOutcome(_Closed):
    """Every answer that is not 2xx (FHIR R4)."""

    resourceType: Literal["OperationOutcome"]
    issue: Annotated[list[Issue], Meta(min_length=1)]


class About(_Closed):
    """What this address is, for a machine that asks the root."""

    title: Text
    discovery: Text
    documentation: Text
