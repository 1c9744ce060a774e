"""Procedure → Procedure (criteria.md decisions 19, 23, 25, 34)."""

from typing import Any, NamedTuple

import msgspec

from ...chart.facts import Dose, Procedure
from ...kernel.dates import DateSpan
from ...terminology import Terminology
from ..bundle import Place
from ..context import Context
from ..heads import Concept, Period, Reference, concept_of, said_by
from .condition import date_of
from .drug import Named, name_drug
from .exposure import add, ended, since
from .pieces import NULL

KIND = "Procedure"

_NOT_DONE = frozenset(("not-done", "preparation"))
_ONGOING = frozenset(("in-progress", "on-hold"))
_NO_SURGERY = frozenset(("dialysis", "pci_stent", "transfusion", "leukapheresis_procedure"))
_NONE = Concept()
_concepts = msgspec.json.Decoder(Concept | None)
_GIVEN = frozenset(("biologic", "conventional_immunosuppressant", "growth_factor", "glucocorticoid"))
_ONLY_NAMED = "only the text of a procedure names it"


class Head(msgspec.Struct, tag_field="resourceType", tag="Procedure", gc=False):
    """The elements of a Procedure that are read."""

    id: str | None = None
    meta: msgspec.Raw = NULL
    subject: Reference | None = None
    status: str | None = None
    code: msgspec.Raw = NULL
    category: msgspec.Raw = NULL
    performedDateTime: str | None = None
    performedPeriod: Period | None = None


def read(head: Head, place: Place, ctx: Context) -> None:
    """Put a Procedure that was done (or goes on) into the context where a criterion may ask for it."""
    if head.status in _NOT_DONE:
        return
    code = bytes(head.code)
    findings, kind, surgical, codes, words = _remembered(code, bytes(head.category), ctx.terminology)
    performed = date_of(head.performedDateTime, ctx)
    finished = None
    if performed is None and head.performedPeriod is not None:
        performed, finished = date_of(head.performedPeriod.start, ctx), date_of(head.performedPeriod.end, ctx)
        performed = performed or finished
    if ctx.future(performed):
        return
    ctx.dated(performed)
    ongoing = head.status in _ONGOING or (finished is not None and finished.first > ctx.as_of)
    if words:
        _drug(_concepts.decode(code) or _NONE, performed, None if ongoing else _later(performed, finished), ctx)
    if not findings and not surgical:
        return
    ctx.procedures.append(
        Procedure(
            reference=ctx.reference,
            findings=findings.copy(),
            kind=kind,
            surgical=surgical,
            performed=performed,
            ended=None if ongoing else _later(performed, finished),
            ongoing=ongoing,
            text="" if code == b"null" else said_by(code),
            codes=codes,
        )
    )


def _drug(code: Concept, performed: DateSpan | None, finished: DateSpan | None, ctx: Context) -> None:
    """An infusion recorded as a procedure in words ("Rituximab infusion"): the drug was given, perhaps.

    dosing.md section 4 counts procedures for infusions; a name in a text is never trusted (docs/decisions/0008).
    """
    named = _named_drug(code, ctx.terminology)
    if named is None:
        return
    start = since(performed, ctx)
    end, _ = ended(start, finished, ctx)
    add(
        named, ctx, source=KIND, state="ended", start=start, end=end, stopped=False,
        dose=Dose(problem="a procedure says no amount"), steps=(), route=None, written=str(performed or ""),
        doubt=_ONLY_NAMED,
    )  # fmt: skip


class _Said(NamedTuple):
    """What code and category of a Procedure say."""

    findings: dict[str, str]
    kind: str | None
    surgical: bool
    codes: tuple[str, ...]
    words: bool
    """Whether its text may name a drug that was given."""


_MOST = 4096
_LONGEST = 40
"""Characters of a code that is kept: longer ones are no codes."""
_memory: tuple[Terminology | None, dict[tuple[int, int], _Said]] = (None, {})


def _remembered(code: bytes, category: bytes, terminology: Terminology) -> _Said:
    """What a raw code and category say; the same bytes are understood once, and remembered by their hash.

    Raises msgspec.MsgspecError for what is no CodeableConcept.
    """
    global _memory
    meant_by, known = _memory  # in one step: another thread may put another in its place
    if meant_by is not terminology or len(known) > _MOST:
        _memory = (terminology, known := {})
    key = (hash(code), hash(category))
    found = known.get(key)
    if found is None:
        concept = _concepts.decode(code) or _NONE
        understood = _understood(concept, _concepts.decode(category), terminology)
        by_word = not understood[0] or "word" in understood[0].values()
        found = _Said(*understood, by_word and _named_drug(concept, terminology) is not None)
        if all(len(said.partition("|")[2]) < _LONGEST for said in found.codes):
            known[key] = found
    return found


def _named_drug(code: Concept, terminology: Terminology) -> Named | None:
    """The drug that only the text of a procedure names, where criteria ask for infusions of its kind."""
    named = name_drug([code], terminology)
    if named.by != "text" or terminology.looks_for(code.said()):
        return None
    groups = {g for i in named.ingredients if (known := terminology.ingredients.get(i)) for g in known.groups}
    return None if groups.isdisjoint(_GIVEN) else named


def matters(resource: dict[str, Any], ctx: Context) -> bool:
    """Whether a Procedure that could not be decoded is one that is read."""
    if resource.get("status") in _NOT_DONE:
        return False
    findings, _, surgical, _ = _understood(
        concept_of(resource.get("code")), concept_of(resource.get("category")), ctx.terminology
    )
    return bool(findings) or surgical


def _later(performed: DateSpan | None, ended: DateSpan | None) -> DateSpan | None:
    """The end of what took a while; where none is recorded, the day on which it was performed."""
    if performed is None or ended is None:
        return performed or ended
    return ended if ended.last >= performed.last else performed


def _understood(
    code: Concept, category: Concept | None, terminology: Terminology
) -> tuple[dict[str, str], str | None, bool, tuple[str, ...]]:
    """Findings, kind of surgery, whether it is surgery by code set or category, and the codes."""
    findings: dict[str, str] = {}
    kind: str | None = None
    surgical = False
    codes: list[str] = []
    for coding in code.coding:
        if not coding.code or not coding.system:
            continue
        system = terminology.system(coding.system)
        if not system:
            continue
        codes.append(f"{system}|{coding.code}")
        # The first section of ICD-10-PCS is "Medical and Surgical": surgery, though perhaps of no named kind.
        surgical = surgical or (system == "icd10pcs" and coding.code.startswith("0"))
        for match in terminology.procedures(system, coding.code):
            findings[match.finding] = "names" if findings.get(match.finding) == "names" else match.grade
            if match.finding == "major_surgery" and (kind is None or kind == "other_surgery"):
                kind = match.kind or "other_surgery"
    if not findings and (text := " ; ".join(code.texts())):
        findings = dict.fromkeys(terminology.procedures_named(text), "word")
    if "major_surgery" in findings or (category is not None and _surgical(category, terminology)):
        surgical = True
    if surgical and "major_surgery" not in findings and not _NO_SURGERY.isdisjoint(findings):
        surgical = False
    return findings, kind, surgical, tuple(codes)


def _surgical(category: Concept, terminology: Terminology) -> bool:
    for coding in category.coding:
        if coding.code and any(
            match.finding == "major_surgery"
            for match in terminology.procedures(terminology.system(coding.system or ""), coding.code)
        ):
            return True
    return any("surgical" in text.lower() or "surgery" in text.lower() or "手术" in text for text in category.texts())
