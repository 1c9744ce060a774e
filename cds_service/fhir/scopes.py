"""SMART scopes of an access token, versions 1 and 2: which types may be searched, which read, and which only in part.

What is not granted is not asked (issue 4 item 3; checklist FHR-6). What a scope grants only in part
(`…rs?category=…`) is asked, and what arrives counts, but it is never the whole: silence in it means nothing.
Sources: SMART App Launch 1.0.0 and 2.x, "Scopes for requesting FHIR Resources".
"""

import re
from dataclasses import dataclass

_SCOPE = re.compile(
    r"(?:patient|user|system|\*)/(?P<type>\*|[A-Z][A-Za-z]*)\."
    r"(?:(?P<v1>read|write|\*)|(?P<v2>c?r?u?d?s?))(?P<part>\?.*)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Grants:
    """What one token allows. `*` stands for every type."""

    search: frozenset[str]
    read: frozenset[str]
    search_part: frozenset[str]
    """Types of which only some records may be searched."""

    def may_search(self, kind: str) -> bool:
        """Whether a type may be searched, at least in part."""
        return not self.search.isdisjoint((kind, "*")) or self.in_part(kind)

    def may_read(self, kind: str) -> bool:
        """Whether a resource of a type may be read by its id."""
        return not self.read.isdisjoint((kind, "*"))

    def in_part(self, kind: str) -> bool:
        """Whether a search can only bring a part."""
        return self.search.isdisjoint((kind, "*")) and not self.search_part.isdisjoint((kind, "*"))


def grants(scope: str) -> Grants:
    """The grants of a scope string. What is no scope of FHIR data, or not well formed, grants nothing."""
    search, read, part = set(), set(), set()
    for word in scope.split():
        found = _SCOPE.fullmatch(word)
        if found is None:
            continue
        kind, actions = found["type"], "rs" if found["v1"] in ("read", "*") else found["v2"] or ""
        if found["part"]:
            if not found["v1"] and "s" in actions:
                part.add(kind)
            continue
        if "s" in actions:
            search.add(kind)
        if "r" in actions:
            read.add(kind)
    return Grants(frozenset(search), frozenset(read), frozenset(part))
