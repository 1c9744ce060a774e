"""Observation → results. The head decides by code (else by a text that names a score or grade); values stay raw.

criteria.md section 2 "Observation values", decisions 1, 6, 10, 19, 33, 36.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

import msgspec

from ...chart.facts import Result
from ...kernel.dates import DateSpan, parse_date, parse_moment
from ...kernel.errors import Unreadable
from ...terminology import Terminology
from ..context import Context
from ..heads import Concept, Period, concept_of
from .values import component_reading, observation_reading

KIND = "Observation"

_FINAL = {"final", "amended", "corrected"}
_PRELIMINARY = {"preliminary", "registered"}


_NONE = msgspec.Raw(b"null")


class Part(msgspec.Struct):
    """Observation.component, as far as relevance needs it."""

    code: msgspec.Raw = _NONE


class Head(msgspec.Struct, tag_field="resourceType", tag="Observation"):
    """What decides whether an Observation matters, and when it was made.

    Code and subject stay raw: the same bytes come again and again, so that what they mean is looked up by them.
    """

    id: str | None = None
    status: str | None = None
    subject: msgspec.Raw = _NONE
    code: msgspec.Raw = _NONE
    effectiveDateTime: str | None = None
    effectiveInstant: str | None = None
    effectivePeriod: Period | None = None
    issued: str | None = None
    component: msgspec.Raw = _NONE


_parts = msgspec.json.Decoder(list[Part] | None)
_concepts = msgspec.json.Decoder(Concept | None)


def glance(head: Head, ctx: Context) -> bool:
    """Deal with an Observation that nobody asks for (known code bytes that mean nothing, no components): its date."""
    memory = _memory
    if memory is None or memory[0] is not ctx.terminology or head.component is not _NONE:
        return False
    if memory[1].get(bytes(head.code), head) is not None:
        return False
    ctx.mark(head.effectiveDateTime or _written(head))
    return True


def read(head: Head, raw: msgspec.Raw, ctx: Context) -> None:
    """Put the results of one Observation into the context: one for its code, one for each component that is known.

    Raises Unreadable for an Observation that matters and has no date, or codes that name different tests.
    """
    known = meaning(head.code, ctx.terminology)
    when = head.effectiveDateTime or _written(head)
    parts: list[tuple[int, Known]] = []
    if head.component is not _NONE:
        parts = [
            (index, found)
            for index, part in enumerate(_parts.decode(head.component) or ())
            if (found := meaning(part.code, ctx.terminology)) is not None
        ]
    if known is None and not parts:
        ctx.mark(when)
        return
    if not when:
        raise Unreadable("a result that is asked for has no date: it cannot be placed in time")
    day = parse_date(when)
    ctx.dated(day)
    if day.first > ctx.as_of:
        return
    preliminary = head.status not in _FINAL
    if preliminary and head.status not in _PRELIMINARY:
        raise Unreadable("a result that is asked for has a status that is neither final nor preliminary")
    moment = parse_moment(when)
    if known is not None:
        _add(ctx, known, raw, None, day, moment, when, preliminary)
    for index, found in parts:
        _add(ctx, found, raw, index, day, moment, when, preliminary)


def matters(resource: dict[str, Any], ctx: Context) -> bool:
    """Whether an Observation whose head cannot be read is of a code that is asked for."""
    parts = resource.get("component")
    codes = [resource.get("code"), *(p.get("code") for p in parts if isinstance(p, dict))] if isinstance(
        parts, list
    ) else [resource.get("code")]
    for code in codes:
        try:
            if recognise(concept_of(code), ctx.terminology) is not None:
                return True
        except Unreadable:
            return True
    return False


class Known(msgspec.Struct, frozen=True):
    """What an Observation's code says."""

    concept: str
    method: str | None
    code: str
    name: str = ""
    """What a person reads."""


_UNSEEN = object()
_MOST = 20_000
_memory: tuple[Terminology, dict[bytes, "Known | str | None"]] | None = None


def _codes(terminology: Terminology) -> "dict[bytes, Known | str | None]":
    global _memory  # emptied when the mappings change
    if _memory is None or _memory[0] is not terminology:
        _memory = (terminology, {})
    return _memory[1]


def meaning(code: msgspec.Raw, terminology: Terminology) -> Known | None:
    """What a raw code means; the same bytes are understood once (bounded; codes hold no patient data).

    Raises Unreadable on a contradiction and for a code that is no CodeableConcept.
    """
    key = bytes(code)
    codes = _codes(terminology)
    found = codes.get(key, _UNSEEN)
    if found is _UNSEEN:
        if len(codes) > _MOST:
            codes.clear()
        found = codes[key] = _understood(key, terminology)
    if isinstance(found, str):
        raise Unreadable(found)
    return found  # type: ignore[return-value]


def _understood(key: bytes, terminology: Terminology) -> "Known | str | None":
    try:
        code = _concepts.decode(key)
        known = recognise(code, terminology) if code is not None else None
    except msgspec.MsgspecError:
        return "its code cannot be read"
    except Unreadable as error:
        return str(error)
    return msgspec.structs.replace(known, name=code.said()) if known is not None and code is not None else None


def recognise(code: Concept, terminology: Terminology) -> Known | None:
    """The concept that a code names; by text only where no coding is known. Raises Unreadable on a contradiction."""
    found: Known | None = None
    for coding in code.coding:
        if coding.code is None or coding.system is None:
            continue
        lab = terminology.lab(terminology.system(coding.system), coding.code)
        if lab is None:
            continue
        if found is None:
            found = Known(lab.concept, lab.method or None, coding.code)
        elif found.concept != lab.concept:
            raise Unreadable("the codes of one result name different tests")
        elif found.method in (None, "unspecified") and lab.method:
            found = Known(found.concept, lab.method, found.code)
    if found is not None:
        return found
    return _by_text(terminology, code.text, *(c.display for c in code.coding if c.display))


def _by_text(terminology: Terminology, *texts: str | None) -> Known | None:
    for text in texts:
        if text:
            named = named_by_text(text, terminology)
            if named is not None:
                return Known(named[0], named[1], text)
    return None


_INTERESTING = re.compile(
    r"sledai|chronicity|慢性|ctcae|dyspn|呼吸困难|gvhd|graft|移植物|nephritis|狼疮|schwartz|p(?:a)?ediatric",
    re.IGNORECASE,
)
_CHRONICITY = re.compile(r"chronicity\s+index|慢性(?:化)?指数|慢性指标", re.IGNORECASE)
_CTCAE = re.compile(r"ctcae", re.IGNORECASE)
_DYSPNOEA = re.compile(r"dyspn(?:o)?ea|呼吸困难", re.IGNORECASE)
_GVHD = re.compile(r"gvhd|graft[- ]versus[- ]host|移植物抗宿主", re.IGNORECASE)
_GRADE = re.compile(r"grade|stage|分级|分度|级", re.IGNORECASE)
_CLASS = re.compile(r"class|分型|分级|病理类型", re.IGNORECASE)
_NEPHRITIS = re.compile(r"lupus\s+nephritis|狼疮(?:性)?肾炎|ISN/?RPS", re.IGNORECASE)
_CHILD = re.compile(r"schwartz|p(?:a)?ediatric", re.IGNORECASE)
_EGFR = re.compile(r"e\s?gfr|glomerular\s+filtration", re.IGNORECASE)


@lru_cache(maxsize=4096)
def named_by_text(text: str, terminology: Terminology) -> tuple[str, str | None] | None:
    """(concept, method) of a score or grade that has no code but is named by this text (decisions 6, 33, 36)."""
    if _INTERESTING.search(text) is None:
        return None
    score = terminology.score_name(text)
    if score is not None:
        return score, "text"
    if _CHRONICITY.search(text):
        return "chronicity_index", "text"
    if _DYSPNOEA.search(text):
        return ("dyspnea_grade", "text") if _CTCAE.search(text) else None
    if _GVHD.search(text):
        return ("gvhd_grade", "text") if _GRADE.search(text) else None
    if _NEPHRITIS.search(text):
        return ("lupus_nephritis_class", "text") if _CLASS.search(text) else None
    if _CHILD.search(text) and _EGFR.search(text):
        return "egfr", "paediatric"
    return None


def _add(
    ctx: Context,
    known: Known,
    raw: msgspec.Raw,
    component: int | None,
    day: DateSpan,
    moment: datetime | None,
    written: str,
    preliminary: bool,
) -> None:
    load = (
        partial(observation_reading, raw, known.concept, ctx.terminology, ctx.patient, ctx.as_of)
        if component is None
        else partial(component_reading, raw, component, known.concept, ctx.terminology, ctx.patient, ctx.as_of)
    )
    result = Result(
        ctx.reference, known.concept, known.code, known.method, day, moment, written, preliminary, load,
        known.name,
    )
    ctx.results.setdefault(known.concept, []).append(result)


def _written(head: Head) -> str | None:
    """The date as recorded: effective time, else issued; of a period its end, else its start."""
    period = head.effectivePeriod
    candidates: Iterable[str | None] = (
        head.effectiveDateTime,
        head.effectiveInstant,
        period.end if period else None,
        period.start if period else None,
        head.issued,
    )
    return next((c for c in candidates if c), None)
