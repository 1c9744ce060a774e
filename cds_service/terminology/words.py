"""Finding words of a list in a text: longest word first, and a word that was found hides what lies inside it.

What a text says is remembered by the hash of the text and never by the text: a patient's words do not outlive the call.
"""

from collections.abc import Callable, Iterable

from .normalise import plain

_BOUNDED = 4
"""Latin words of up to so many letters must stand alone; longer ones may be the beginning of a word."""


def _stands(text: str, start: int, word: str, whole: bool) -> bool:
    if not word.isascii():
        return True
    if start and word[0].isalnum() and text[start - 1].isascii() and text[start - 1].isalnum():
        return False
    end = start + len(word)
    if (whole or len(word) <= _BOUNDED) and end < len(text) and word[-1].isalnum():
        return not (text[end].isascii() and text[end].isalnum())
    return True


class WordList:
    """Words with meanings. An empty meaning is a word that only hides shorter ones inside it (替西罗莫司)."""

    __slots__ = ("_cache", "_whole", "_words")

    def __init__(self, words: Iterable[tuple[str, str]], whole: bool) -> None:
        found: dict[str, list[str]] = {}
        for word, meaning in words:
            found.setdefault(plain(word), []).append(meaning)
        self._words = sorted(((w, tuple(dict.fromkeys(m))) for w, m in found.items()), key=lambda item: -len(item[0]))
        self._whole = whole
        self._cache: dict[int, tuple[str, ...]] = {}

    def find(self, text: str) -> tuple[str, ...]:
        """The meanings of the words in a text, in the order of the text, each once."""
        known = self._cache.get(hash(text))
        if known is None:
            if len(self._cache) > 4096:
                self._cache.clear()
            known = self._cache[hash(text)] = tuple(dict.fromkeys(m for _, m in sorted(self._hits(plain(text))) if m))
        return known

    def places(self, text: str) -> list[int]:
        """Where the words of the list begin in a text that `plain` made."""
        return sorted(start for start, _ in self._hits(text))

    def _hits(self, text: str) -> Iterable[tuple[int, str]]:
        for word, meanings in self._words:
            start = text.find(word) if word else -1
            while start >= 0:
                if _stands(text, start, word, self._whole):
                    for meaning in meanings:
                        yield start, meaning
                    text = text[:start] + "\0" * len(word) + text[start + len(word) :]
                start = text.find(word, start + len(word))


class FindingWords:
    """Word lists of decision 34, one a finding: the words of different findings do not hide one another."""

    __slots__ = ("_cache", "_not", "_words")

    def __init__(self, rows: Iterable[tuple[str, str, bool]]) -> None:
        self._words: dict[str, list[str]] = {}
        self._not: dict[str, list[str]] = {}
        for finding, word, negates in rows:
            (self._not.setdefault(finding, []).append(plain(word)) if negates
             else self._words.setdefault(plain(word), []).append(finding))  # fmt: skip
        for hidden in self._not.values():
            hidden.sort(key=len, reverse=True)  # 潜伏性结核感染 before 潜伏性结核: else an infection is left
        self._cache: dict[int, tuple[str, ...]] = {}

    def find(self, text: str) -> tuple[str, ...]:
        """The findings of which a word is in the text, in alphabetical order."""
        known = self._cache.get(hash(text))
        if known is None:
            if len(self._cache) > 4096:
                self._cache.clear()
            known = self._cache[hash(text)] = tuple(sorted(self._find(plain(text))))
        return known

    def _find(self, text: str) -> set[str]:
        found: dict[str, list[str]] = {}
        for word, findings in self._words.items():
            if word in text and _in(text, word):
                for finding in findings:
                    found.setdefault(finding, []).append(word)
        for finding in [f for f in found if f in self._not]:
            rest = text
            for hidden in self._not[finding]:
                rest = rest.replace(hidden, "\0")
            if rest != text and not any(_in(rest, word) for word in found[finding]):
                del found[finding]
        return set(found)


def _in(text: str, word: str) -> bool:
    start = text.find(word)
    while start >= 0:
        if _stands(text, start, word, False):
            return True
        start = text.find(word, start + 1)
    return False


def memo(look: Callable[[str], str | None], size: int = 4096) -> Callable[[str], str | None]:
    """Remember the answers of a pure look-up by text; the memory is emptied when it is full."""
    cache: dict[int, str | None] = {}

    def remembered(text: str) -> str | None:
        key = hash(text)
        if key not in cache:
            if len(cache) >= size:
                cache.clear()
            cache[key] = look(text)
        return cache[key]

    return remembered
