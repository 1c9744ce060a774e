"""What the code of a Condition says: which findings, how surely, and whether it only speaks of the past.

Decisions 34 to 36, 45. The same bytes are understood once.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from ...terminology import Terminology
from ..heads import Concept

_ICD = frozenset(("icd10cm", "icd10", "icd10cn"))
_NO_CODE = Concept()
_concepts = msgspec.json.Decoder(Concept | None)


class Meaning(NamedTuple):
    """What a code says."""

    matches: tuple[Any, ...]
    codes: tuple[tuple[str, str], ...]
    """Codings with a known system."""
    findings: dict[str, str]
    past: frozenset[str]
    blames_lupus: bool
    spelled: tuple[str, ...]
    """The codes as `system|code`."""

    def with_more(self, more: list[Any]) -> "Meaning":
        """The same with the findings of coded stages."""
        return _meant((*self.matches, *more), self.codes) if more else self


def _meant(matches: Sequence[Any], codes: Sequence[tuple[str, str]], words: Sequence[str] = ()) -> Meaning:
    """`words`: the findings that only words name, where nothing matches."""
    findings, past = _graded(matches, codes) if matches else (dict.fromkeys(words, "word"), frozenset[str]())
    blames_lupus = any(match.blames_lupus for match in matches)
    spelled = tuple(f"{system}|{value}" for system, value in codes)
    return Meaning(tuple(matches), tuple(codes), findings, past, blames_lupus, spelled)


_MOST = 20_000
_LONGEST = 40
"""Characters of a code that is kept: longer ones are no codes."""
_memory: tuple[Terminology | None, dict[int, Meaning], set[int]] = (None, {}, set())


def unasked(terminology: Terminology) -> set[int]:
    """Hashes of the raw codes that were seen and name no finding."""
    return _remembered(terminology)[1]


def _remembered(terminology: Terminology) -> tuple[dict[int, Meaning], set[int]]:
    """What is remembered of raw codes: those that name a finding, and those that name none."""
    global _memory
    meant_by, known, nothing = _memory  # in one step: another thread may put another in its place
    if meant_by is not terminology or len(known) + len(nothing) > _MOST:
        known, nothing = {}, set()
        _memory = (terminology, known, nothing)
    return known, nothing


_NOTHING = _meant((), ())


def meaning_of(raw: bytes, terminology: Terminology) -> Meaning:
    """What a raw code says; the same bytes are understood once. Raises msgspec.MsgspecError for what is no concept.

    They are remembered by their hash, for a code may hold free text (see `measurand.memory`).
    """
    key = hash(raw)
    meant_by, known, _ = _memory
    found = known.get(key) if meant_by is terminology else None
    if found is None:
        known, nothing = _remembered(terminology)
        if key in nothing:
            return _NOTHING
        code = _concepts.decode(raw) or _NO_CODE
        matches, codes, has_icd = matches_of(code, terminology)
        found = _meant(matches, codes, () if matches else words_of(code, has_icd, terminology))
        if not found.findings:
            nothing.add(key)
        elif all(len(value) < _LONGEST for _, value in codes):
            known[key] = found
    return found


def matches_of(code: Concept, terminology: Terminology) -> tuple[list[Any], list[tuple[str, str]], bool]:
    """Finding matches of all codings; the codings with a known system; whether one is an ICD code."""
    matches: list[Any] = []
    codes: list[tuple[str, str]] = []
    has_icd = False
    for coding in code.coding:
        if coding.code and coding.system:
            system = terminology.system(coding.system)
            if system:
                codes.append((system, coding.code))
                has_icd = has_icd or system in _ICD
                matches.extend(terminology.findings(system, coding.code))
    return matches, codes, has_icd


def words_of(code: Concept, has_icd: bool, terminology: Terminology) -> tuple[str, ...]:
    """Findings named in text or display, for a Condition that has no ICD code and no known one (decision 34)."""
    if has_icd:
        return ()
    text = " ; ".join(code.texts())
    return terminology.findings_named(text) if text else ()


def _graded(matches: Sequence[Any], codes: Sequence[tuple[str, str]]) -> tuple[dict[str, str], frozenset[str]]:
    """Finding → grade over all codes (a code that names it wins), and the findings given by "history of" codes only."""
    findings: dict[str, str] = {}
    present: set[str] = set()
    for match in matches:
        grade = match.grade
        if grade == "wide" and match.names_beside and _beside(match.names_beside, codes):
            grade = "names"
        if findings.get(match.finding) != "names":
            findings[match.finding] = grade
        if not match.history:
            present.add(match.finding)
    return findings, frozenset(f for f in findings if f not in present)


def _beside(prefix: str, codes: Sequence[tuple[str, str]]) -> bool:
    """Whether the dagger code that makes an asterisk code name its finding stands beside it."""
    bare = prefix.replace(".", "")
    return any(system in _ICD and code.replace(".", "").upper().startswith(bare) for system, code in codes)
