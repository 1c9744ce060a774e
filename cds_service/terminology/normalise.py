"""Spellings: texts, units, ICD codes, and the check digits of LOINC and SNOMED CT. Standard library only."""

import re
import unicodedata

_ZERO_WIDTH = dict.fromkeys((0x200B, 0x200C, 0x200D, 0xFEFF))
_MICRO = {0x00B5: "u", 0x03BC: "u"}
_CHINESE_SHAPE = re.compile(r"[A-Z]\d\d(\d{3}|X\d\d)(X\d{3})?")
_MORPHOLOGY = re.compile(r"M\d{4,5}[X\d]*/\d")
_SPACES = re.compile(r"\s+")


def plain(text: str) -> str:
    """A text for comparison: NFKC, no zero-width characters, lower case, single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_ZERO_WIDTH))
    return _SPACES.sub(" ", text).strip().lower()


def stripped_unit(raw: str) -> str:
    """A unit without spaces and zero-width characters (units.md section 1 rule 4)."""
    return "".join(raw.translate(_ZERO_WIDTH).split())


def plain_unit(raw: str) -> str:
    """A unit after NFKC with both micro signs as `u`; case is kept, for MG, Mg and mg differ."""
    return unicodedata.normalize("NFKC", stripped_unit(raw).translate(_MICRO)).translate(_MICRO)


def icd(code: str) -> str:
    """An ICD code without dot and marks, in capitals: dot and case do not matter (conditions.md)."""
    return code.strip().upper().replace(".", "").rstrip("*†+!")


def icd_parts(code: str) -> list[str]:
    """The normalised halves of a dagger/asterisk pair such as `M32.101+N08.5*`; one item where it is no pair."""
    return [icd(part) for part in re.split(r"[+†]", code) if part.strip(" *")]


def is_chinese(part: str) -> bool:
    """Whether a normalised ICD code has the shape of the Chinese insurance edition (conditions.md, trap 1)."""
    return _CHINESE_SHAPE.fullmatch(part) is not None


def is_morphology(code: str) -> bool:
    """Whether a code is a tumour morphology such as M80000/3, which is not chapter M."""
    return _MORPHOLOGY.fullmatch(code.strip().upper()) is not None


def loinc_ok(code: str) -> bool:
    """Whether the mod-10 check digit of a LOINC code is right."""
    body, dash, check = code.partition("-")
    if not (dash and body.isdigit() and check.isdigit() and len(check) == 1):
        return False
    odd, even = body[::-1][::2], body[::-1][1::2]
    doubled = str(int(odd) * 2) + even
    return (10 - sum(map(int, doubled)) % 10) % 10 == int(check)


_D = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7], [4, 0, 1, 2, 3, 9, 5, 6, 7, 8], [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3], [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
]  # fmt: skip
_P = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
for _ in range(6):
    _P.append([_P[-1][_P[1][n]] for n in range(10)])


def snomed_ok(code: str) -> bool:
    """Whether the Verhoeff check digit of a SNOMED CT id is right (a right digit alone proves nothing)."""
    if not code.isdigit() or not 6 <= len(code) <= 18:
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = _D[check][_P[place % 8][int(digit)]]
    return check == 0
