"""Cutting a text that is too long for a card: after a word, never inside a number, never between it and its unit."""

import re

_CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_SPACELESS = re.compile(f"[{_CJK}]")
_DIGIT = re.compile(r"\d")
_NUMBER = r"[<>≤≥~≈±+]?\d[\d.,:/*^×x–-]*"
_DANGLING = re.compile(
    rf"(?:(?:^|(?<=[\s({_CJK}])){_NUMBER}(?:\s*(?:x|×|\*|/|-|–|to|or|per|and|至|到)|\s*[{_CJK}]{{1,3}})?"
    rf"|\s(?:x|×|\*|/|per)|[\s,;:(–-])$"
)
"""A number at the end (what is cut off may be its unit), a half of a range or of a product, an opened bracket."""


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of a text, the last of them `…` where something was cut off.

    Words stay whole where the text has spaces. A number is never cut, nor parted from the word after it, which may be
    its unit: `2.5 mg in the morning` becomes `2.5 mg in the…`, `2.5 mg in…` or `…`, never `2.5…`. Where nothing can
    be kept so (one long word with a number in it), `…` alone stands.
    """
    if len(text) <= limit:
        return text
    end = limit - 1
    while end > 0 and not _parts(text[end - 1], text[end]):
        end -= 1
    if end < limit // 3 and not _DIGIT.search(text, end, limit):
        end = limit - 1  # one long word without a number: no place in it is better than another
    kept = text[:end].rstrip()
    while kept and (match := _DANGLING.search(kept)) is not None:
        kept = kept[: match.start()].rstrip()
    return f"{kept}…"


def _parts(before: str, after: str) -> bool:
    """Whether a text may be cut between two characters: at a space, or beside a character of a script without them."""
    if before.isspace() or after.isspace():
        return True
    if not _SPACELESS.match(before) and not _SPACELESS.match(after):
        return False
    return not (before.isdigit() or before in ".,:/<>≤≥")
