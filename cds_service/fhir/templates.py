"""The searches of the service: prefetch templates in discovery, and what is fetched when a key was not sent.

Searches carry no date limit (`stale` is not `no-data`), newest first where the date decides. One search is codeless
(`category=survey`, criteria.md decisions 6, 33, 36); the oldest Encounter and Observation tell how old the chart is
(decision 19). Source: interface.md "HTTP".
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from ..chart.chart import DRUG_KINDS
from ..terminology import Terminology

PATIENT = "{{context.patientId}}"
GROUP = 100
"""Codes in one search: a longer list does not fit the addresses that servers take (hapi.md point 6)."""
PAGE = 1000
INTENTS = "order,plan,original-order,reflex-order,filler-order,instance-order"
"""MedicationRequest intents that count (criteria.md decision 52)."""
FIRST = ("patient", "conditions")
"""The keys without which nothing can be said."""


class Template(NamedTuple):
    """One prefetch key."""

    key: str
    query: str
    """With the token `{{context.patientId}}`."""
    kinds: tuple[str, ...]
    """Resource types whose completeness this answer speaks for."""
    type: str
    """Resource type that is asked for."""
    newest_first: bool = False
    single: bool = False
    """A read, or the first entry of a search: what follows is not wanted."""

    def filled(self, patient_id: str) -> str:
        """The query for one patient, the id quoted."""
        return self.query.replace(PATIENT, quote(patient_id, safe=""))

    @property
    def drug(self) -> bool:
        """Whether it asks for drug records (decision 38)."""
        return self.type in DRUG_KINDS


@lru_cache(maxsize=8)
def templates(terminology: Terminology, *, medication_include: bool = True) -> tuple[Template, ...]:
    """Every search that the criteria need, Patient and Conditions first.

    `medication_include`: whether orders bring the Medication that they refer to; clients may turn it off.
    """
    return tuple(_templates(terminology, medication_include))


def prefetch_templates(terminology: Terminology, *, medication_include: bool = True) -> dict[str, str]:
    """Prefetch key → template, as published in discovery."""
    return {t.key: t.query for t in templates(terminology, medication_include=medication_include)}


def _templates(terminology: Terminology, include: bool) -> Iterator[Template]:
    yield Template("patient", f"Patient/{PATIENT}", (), "Patient", single=True)
    yield _search("conditions", "Condition")
    for number, codes in enumerate(_groups(_by_concept(terminology)), 1):
        yield _search(f"observations{number}", "Observation", f"&code={','.join(codes)}&_sort=-date", newest=True)
    yield _search("surveys", "Observation", "&category=survey&_sort=-date", newest=True)
    for key, kind in (("oldestObservation", "Observation"), ("oldestEncounter", "Encounter")):
        yield Template(key, f"{kind}?patient={PATIENT}&_sort=date&_count=1", (), kind, single=True)
    yield _search("medicationRequests", "MedicationRequest", f"&intent={INTENTS}", include)
    yield _search("medicationStatements", "MedicationStatement", "", include)
    yield _search("medicationAdministrations", "MedicationAdministration", "", include)
    yield _search("medicationDispenses", "MedicationDispense", "", include)
    yield _search("procedures", "Procedure")
    yield _search("immunizations", "Immunization")
    yield _search("allergies", "AllergyIntolerance")


def _search(key: str, kind: str, more: str = "", include: bool = False, newest: bool = False) -> Template:
    included = f"&_include={kind}:medication" if include else ""
    return Template(key, f"{kind}?patient={PATIENT}{more}{included}&_count={PAGE}", (kind,), kind, newest)


def observation_tokens(terminology: Terminology) -> list[str]:
    """`system|code` of every laboratory, vital-sign and score code that is read, quoted, sorted by concept."""
    return [token for tokens in _by_concept(terminology) for token in tokens]


def _by_concept(terminology: Terminology) -> list[list[str]]:
    """The tokens of each concept, concepts in order."""
    found: dict[str, set[str]] = {}
    for system, code in terminology.codes:
        entry = terminology.lab(system, code)
        if entry is not None:
            found.setdefault(entry.concept, set()).add(_token(terminology, system, code))
    return [sorted(found[concept]) for concept in sorted(found)]


def _token(terminology: Terminology, system: str, code: str) -> str:
    uri = terminology.uri(system)
    # A site code without an address: `code` alone matches it under any system (hapi.md point 6).
    return quote(f"{uri}|{code}" if uri else code, safe="/:")


def _groups(concepts: list[list[str]]) -> list[list[str]]:
    """Code lists of even size, each small enough for one address; an empty one is never sent (hapi.md point 2).

    The concepts are dealt out like cards: neighbours in the alphabet are often measured together, and one search that
    brings most of the results would need more pages, one after the other, than the others. The codes of one concept
    stay together, so that a result with two of them comes once; the longest lists first, which fills groups evenly.
    """
    number = -(-sum(map(len, concepts)) // GROUP)
    while True:
        groups: list[list[str]] = [[] for _ in range(number)]
        for tokens in sorted(concepts, key=len, reverse=True):
            min(groups, key=len).extend(tokens)
        if all(len(group) <= GROUP for group in groups) or any(len(tokens) > GROUP for tokens in concepts):
            return [group for group in groups if group]
        number += 1
