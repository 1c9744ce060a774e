"""The 412 that teaches: each prefetch key that was not sent, its template, and the criteria that wait for it.

Source: interface.md "HTTP", shared/cds_hooks/checklist.md PFD-2, HTTP-1, section 4 point 8. It holds nothing of the
caller's: keys, templates and criterion ids are published anyhow.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from ..criteria.rule import Reads
from ..fhir.templates import FIRST, observation_tokens
from ..terminology import Terminology, load
from ..trials import load_trials

_OLDEST = "_sort=date&_count=1"


def issues(
    summary: str, required: Collection[str], sent: Collection[str], templates: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The issues of the OperationOutcome.

    `summary`: the sentence that stands first. `required`: the keys for want of which nothing can be said; the others
    that are not in `sent` follow as information, for what they leave open where the call does go through.
    """
    found = [_issue("error", "required", summary, summary)]
    for key in required:
        found.append(_issue("error", "required", f"prefetch key '{key}' is missing; nothing is evaluated without it",
                            _teaching(key, templates)))  # fmt: skip
    for key in templates:
        if key not in sent and key not in required:
            found.append(_issue("information", "informational", f"prefetch key '{key}' was not sent either",
                                _teaching(key, templates)))  # fmt: skip
    return found


def blocked(template: str) -> Mapping[str, tuple[str, ...]]:
    """Trial id → ids of the criteria that read what a template asks for."""
    return _blocked(template, load())


def _issue(severity: str, code: str, text: str, diagnostics: str) -> dict[str, Any]:
    return {"severity": severity, "code": code, "details": {"text": text}, "diagnostics": diagnostics}


def _teaching(key: str, templates: Mapping[str, str]) -> str:
    template = templates.get(key)
    if template is None:
        return f"prefetch key '{key}'"
    what = f"prefetch key '{key}', template {template}"
    if _OLDEST in template:
        return f"{what} – tells how far back the record reaches; without it silence in a record is never a 'none'."
    who = "; ".join(f"{trial}: {', '.join(ids)}" for trial, ids in blocked(template).items())
    more = " Every other criterion waits for it too." if key in FIRST else ""
    return f"{what} – criteria that read it: {who or 'none'}.{more}"


@lru_cache(maxsize=64)
def _blocked(template: str, terminology: Terminology) -> Mapping[str, tuple[str, ...]]:
    kind, _, query = template.replace("/", "?", 1).partition("?")
    concepts = _concepts(query, terminology) if kind == "Observation" and "code=" in query else None
    found = {
        trial.id: tuple(c.id for c in trial.criteria if _waits(c.rule.reads(), kind, concepts))
        for trial in load_trials()
    }
    return MappingProxyType({trial: ids for trial, ids in found.items() if ids})


def _waits(reads: Reads, kind: str, concepts: frozenset[str] | None) -> bool:
    if kind not in reads.kinds:
        return False
    return concepts is None or not reads.concepts.isdisjoint(concepts)


def _concepts(query: str, terminology: Terminology) -> frozenset[str]:
    """The concepts that the codes of a search stand for."""
    codes = next(p.removeprefix("code=") for p in query.split("&") if p.startswith("code="))
    wanted = {unquote(token) for token in codes.split(",")}
    tokens = {unquote(token) for token in observation_tokens(terminology)} & wanted
    found = set()
    for system, code in terminology.codes:
        entry = terminology.lab(system, code)
        uri = terminology.uri(system)
        if entry is not None and (f"{uri}|{code}" if uri else code) in tokens:
            found.add(entry.concept)
    return frozenset(found)
