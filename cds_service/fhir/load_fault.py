"""Which entry a server refused a transaction for, found without writing anything.

A transaction fails whole, and the message often names no entry (hapi.md point 20). So parts of it are sent, with what
they refer to and one entry more that no server can accept; when the server complains of that one, the part is good.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from .load_plan import REFERENCE, transaction, without_references
from .resources import Resource

_NOBODY = "cds-service-no-such-patient"
_PROBE = Resource("Basic", "cds-service-probe", msgspec.json.encode({
    "resourceType": "Basic", "id": "cds-service-probe", "code": {"text": "probe"},
    "subject": {"reference": f"Patient/{_NOBODY}"},
}), "probe")  # fmt: skip
"""Its subject does not exist: refused at the very end, when all other entries were taken."""
_ENTRY = re.compile(r"[Ee]ntry\[(\d+)\]")
_ELEMENT = re.compile(r"element=\"(\w+)\"|path:?\[? ?'?[A-Z]\w+\.([\w.]+)")
_TYPE = re.compile(r"\b([A-Z][A-Za-z]+)\.[a-z]")
_ROUNDS = 4
"""From what is refused to what it refers to, and on: a fault may lie in a target."""
NOT_ITS_ENTRIES = (401, 403, 405, 406, 408, 409, 413, 415, 429)
"""Statuses that say nothing of an entry."""


class Refusal(NamedTuple):
    """What a server said instead of taking a Bundle."""

    status: int
    said: str
    """Its diagnostics; may hold patient data and is never shown."""


Try = Callable[[bytes], Refusal | None]
"""Sends a transaction; None: the server took it."""


def refusal(status: int, body: bytes) -> Refusal:
    """A refused transaction as the server explained it."""
    issues = as_object(body).get("issue")
    found = [i for i in issues if isinstance(i, dict)] if isinstance(issues, list) else []
    words = [str(i.get(k, "")) for i in found for k in ("diagnostics", "expression", "details")]
    return Refusal(status, " ".join(words))


def culprit(refused: Refusal, resources: Sequence[Resource], attempt: Try) -> str | None:
    """The entry at fault in words without patient data, or None where it cannot be told."""
    if not 400 <= refused.status < 500 or refused.status in NOT_ITS_ENTRIES or not refused.said.strip():
        return None
    match = _ENTRY.search(refused.said)
    if match and int(match.group(1)) < len(resources):
        return _words(resources[int(match.group(1))], refused, resources)
    if not _complains(attempt(transaction([_PROBE]))):
        return None  # it took the probe, or does not say what it minds: nothing can be told apart there
    suspects = _suspects(refused.said, resources)
    for _ in range(_ROUNDS):
        found = _search(suspects, resources, attempt)
        if found is None and len(suspects) < len(resources):
            suspects = list(resources)
            continue
        if found is None:
            return None
        targets = _targets([found[0]], resources)
        if not targets or _complains(attempt(transaction([*targets, _PROBE]))):
            return _words(*found, resources)
        suspects = [r for r in resources if r.reference in {t.reference for t in targets}]
    return None


def _suspects(said: str, resources: Sequence[Resource]) -> list[Resource]:
    """Where to look first: those with the missing reference, or of the type, that the message names."""
    here = {r.reference for r in resources}
    named = set(_TYPE.findall(said))
    lost = [r for r in resources if any(ref in said for ref in _references(r) - here)]
    return lost or [r for r in resources if r.type in named] or list(resources)


def _search(
    suspects: Sequence[Resource], resources: Sequence[Resource], attempt: Try
) -> tuple[Resource, Refusal] | None:
    """The first of the suspects that is refused, by halving; None where none is, or the server does not say."""
    group = suspects
    while True:
        half = group[: max(len(group) // 2, 1)]
        answer = attempt(transaction([*_targets(half, resources), *half, _PROBE]))
        if answer is None or answer.status in NOT_ITS_ENTRIES or answer.status >= 500:
            return None
        if not _complains(answer) and len(half) == 1:
            return half[0], answer
        group = group[len(half) :] if _complains(answer) else half
        if not group:
            return None


def _targets(group: Sequence[Resource], resources: Sequence[Resource]) -> list[Resource]:
    """What a group refers to within the Bundle, without references of their own."""
    wanted = {ref for r in group for ref in _references(r)} - {r.reference for r in group}
    return [without_references(r) for r in resources if r.reference in wanted]


def _references(resource: Resource) -> set[str]:
    return {r.decode(errors="replace") for r in REFERENCE.findall(resource.raw)}


def _complains(answer: Refusal | None) -> bool:
    """Whether the server minds the probe and nothing before it."""
    return answer is not None and _NOBODY in answer.said


def _words(resource: Resource, refused: Refusal, resources: Sequence[Resource]) -> str:
    """`entry[3], Observation, element encounter (400): it refers to …`; a path is no patient data, a value may be."""
    element = _ELEMENT.search(refused.said)
    path = next((g for g in element.groups() if g), None) if element else None
    where = f"{resource.place}, {resource.type}{f', element {path}' if path else ''} ({refused.status})"
    here = {r.reference for r in resources}
    missing = sorted(r for r in _references(resource) - here if r in refused.said)
    if not missing:
        return where
    kind = re.match(r"[A-Za-z]+(?=[/?])", missing[0])
    name = kind.group(0) if kind else "resource"
    article = "an" if name[0] in "AEIOU" else "a"
    return f"{where}: it refers to {article} {name} that is neither in the Bundle nor on the server"


def as_object(body: bytes) -> dict[str, Any]:
    """A JSON object, or nothing."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return {}
    return value if isinstance(value, dict) else {}
