"""Which test, vital sign or score the code of an Observation names (criteria.md decisions 6, 33, 36)."""

import re
from collections.abc import Sequence

import msgspec

from ...kernel.errors import Unreadable
from ...terminology import Terminology
from ..heads import Concept

_concepts = msgspec.json.Decoder(Concept | None)


class Known(msgspec.Struct, frozen=True, gc=False):
    """What an Observation's code says."""

    concept: str
    method: str | None
    code: str


class Named(msgspec.Struct, frozen=True, gc=False):
    """What a code says that only a text names: as `Known`, with the place of the text among its texts."""

    concept: str
    method: str | None
    number: int


_MOST = 20_000
UNSEEN = object()
Memory = dict[int, "Known | Named | str | None"]
_memory: tuple[Terminology | None, Memory] = (None, {})


def memory(terminology: Terminology) -> Memory:
    """Hash of the raw code → what it means, None where it means nothing, or (as str) why it cannot be trusted.

    What only a text names is remembered without the text (`Named`).

    The hash and not the bytes, for a code may hold free text, which must not outlive its call. Python's hash is keyed
    and has 64 bits: that two codes share one is not to be expected (docs/decisions/0006). Emptied when the mappings
    change.
    """
    global _memory
    meant_by, known = _memory  # in one step: another thread may put another in its place
    if meant_by is not terminology:
        _memory = (terminology, known := {})
    return known


def meaning(code: msgspec.Raw | bytes, terminology: Terminology) -> Known | None:
    """What a raw code means; the same bytes are understood once.

    Raises Unreadable on a contradiction and for a code that is no CodeableConcept.
    """
    key = bytes(code)
    found = memory(terminology).get(hash(key), UNSEEN)
    if found is UNSEEN:
        found = learn(key, terminology)
    if isinstance(found, str):
        raise Unreadable(found)
    if isinstance(found, Named):
        return spelled(found, key)
    return found  # type: ignore[return-value]


def spelled(named: Named, code: msgspec.Raw | bytes) -> Known:
    """What a code says that only a text names, with the text."""
    concept = _concepts.decode(code)
    return Known(named.concept, named.method, concept.texts()[named.number] if concept else "")


def meanings(codes: Sequence[bytes], terminology: Terminology) -> "list[Known | Named | str | None]":
    """What many raw codes mean, as `memory` says it."""
    known, keys = memory(terminology), list(map(hash, codes))
    try:
        return list(map(known.__getitem__, keys))
    except KeyError:  # the first time
        found = zip(codes, (known.get(key, UNSEEN) for key in keys), strict=True)
        return [learn(code, terminology) if each is UNSEEN else each for code, each in found]  # type: ignore[misc]


def learn(key: bytes, terminology: Terminology) -> "Known | Named | str | None":
    """Understand a code, and remember what it means."""
    found: Known | Named | str | None = None
    try:
        code = _concepts.decode(key)
        if code is not None:
            found = recognise(code, terminology)
    except msgspec.MsgspecError:
        found = "its code cannot be read"
    except Unreadable as error:
        found = str(error)
    known = memory(terminology)
    if len(known) > _MOST:
        known.clear()
    known[hash(key)] = found
    return found


def name_of(code: msgspec.Raw) -> str:
    """What a person reads of a raw code."""
    concept = _concepts.decode(code)
    return concept.said() if concept is not None else ""


def recognise(code: Concept, terminology: Terminology) -> "Known | Named | None":
    """The concept that a code names; by text only where no coding is known. Raises Unreadable on a contradiction."""
    return _coded(code, terminology) or _named(code, terminology)


def _coded(code: Concept, terminology: Terminology) -> Known | None:
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
    return found


def _named(code: Concept, terminology: Terminology) -> Named | None:
    for number, text in enumerate(code.texts()):
        named = named_by_text(text, terminology)
        if named is not None:
            return Named(named[0], named[1], number)
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
