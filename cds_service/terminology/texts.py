"""Words in results, doses and severities: positive or negative, severe or mild, how often, by which route."""

import re
from collections.abc import Callable
from decimal import Decimal

from .normalise import plain
from .tables import Tables
from .words import WordList, memo

_MEANINGS = (
    "positive", "weakly-positive", "negative", "indeterminate", "no-result", "high", "low", "normal", "abnormal",
    "mild", "moderate", "severe", "judgement",
)  # fmt: skip
_KINDS = ("result", "result-whole", "severity", "doubt-before", "doubt-after", "doubt-whole")
_CLAUSE = re.compile(r"[.;,，。；、\n]")
_POSITIVE = frozenset(("positive", "weakly-positive"))
_DOUBTED = "doubted"
_DASHES = re.compile(r"[\s_\-–—‐‑()（）\[\],:：]+")


class Texts:
    """`qualifiers.csv`, `forms.csv`, `routes.csv`, `timing_codes.csv`, `score_names.csv`."""

    def __init__(self, tables: Tables) -> None:
        rows = tables["qualifiers"]
        for row in rows:
            tables.word("qualifiers", row, "meaning", _MEANINGS)
            tables.word("qualifiers", row, "kind", _KINDS)
        self.results = {(r["system"], r["code"]): r["meaning"] for r in rows if r["code"] and r["kind"] != "severity"}
        self.severities = {
            (r["system"], r["code"]): r["meaning"] for r in rows if r["code"] and r["kind"] == "severity"
        }
        self._signs = {plain(r["word"]): r["meaning"] for r in rows if r["kind"] == "result-whole"}
        results = [(r["word"], r["meaning"]) for r in rows if r["word"] and r["kind"] == "result"]
        doubted = [(r["word"], _DOUBTED) for r in rows if r["kind"] == "doubt-whole"]
        words = WordList(results + doubted, whole=True)
        self._before, self._after = (
            WordList(((r["word"], r["meaning"]) for r in rows if r["kind"] == kind), whole=True)
            for kind in ("doubt-before", "doubt-after")
        )
        severe = WordList(
            ((r["word"], r["meaning"]) for r in rows if r["word"] and r["kind"] == "severity"), whole=True
        )
        self.result_text: Callable[[str], str | None] = memo(lambda text: self._result(words, text))
        self.severity_text: Callable[[str], str | None] = memo(lambda text: _only(severe.find(text)))
        self._forms(tables)
        self.timing = self._timing(tables)
        self.score: Callable[[str], str | None] = memo(self._scores(tables))

    def _result(self, words: WordList, text: str) -> str | None:
        """One meaning, or None: a text that says two things cannot be read."""
        sign = self._signs.get(plain(text))
        if sign is not None:
            return sign
        meaning = _only(words.find(text))
        if meaning == _DOUBTED or (meaning in _POSITIVE and self._doubted(words, text)):
            return None
        return meaning

    def _doubted(self, words: WordList, text: str) -> bool:
        """Whether a clause takes back its positive word: "not positive", "no HIV antibodies detected", "positive?"."""
        for clause in _CLAUSE.split(plain(text)):
            places = words.places(clause)
            if places and (self._before.find(clause[: places[0]]) or self._after.find(clause[places[0] :])):
                return True
        return False

    def _forms(self, tables: Tables) -> None:
        meanings = ("oral", "not-systemic", "parenteral", "depot", "depot-if-injected")
        for name in ("forms", "routes"):
            for row in tables[name]:
                tables.word(name, row, "meaning", meanings)
        rows = [(r["word"], r["meaning"]) for r in tables["forms"]]
        forms = WordList(rows, whole=True)
        whole = {plain(r["word"]): r["meaning"] for r in tables["routes"] if r["word"]}
        self.routes = {(r["system"], r["code"]): r["meaning"] for r in tables["routes"] if r["code"]}
        self.form: Callable[[str], str | None] = memo(
            lambda text: whole.get(plain(text)) or _form(set(forms.find(text)))
        )

    def _timing(self, tables: Tables) -> dict[str, Decimal]:
        found: dict[str, Decimal] = {}
        for row in tables["timing_codes"]:
            times = tables.decimal("timing_codes", row, "times_per_day")
            key = plain(row["word"])
            if times is not None and found.setdefault(key, times) != times:
                tables.fault("timing_codes", row.line, f"'{row['word']}' has another meaning above")
        return found

    def _scores(self, tables: Tables) -> Callable[[str], str | None]:
        names = {_tokens(r["text"]): r["score"] for r in tables["score_names"] if r["kind"] == "name"}
        additions = sorted(
            (_tokens(r["text"]) for r in tables["score_names"] if r["kind"] == "addition"), key=len, reverse=True
        )
        longest = sorted(names, key=len, reverse=True)

        def score(text: str) -> str | None:
            rest = f" {_tokens(re.sub('(?<=[a-z0-9])(?=[一-鿿])', ' ', plain(text)))} "
            found: set[str] = set()
            for name in longest:
                if f" {name} " in rest:
                    found.add(names[name])
                    rest = rest.replace(f" {name} ", "  ")
            for addition in additions:
                rest = rest.replace(f" {addition} ", "  ")
            if rest.strip() or not found:
                return None
            exact = found - {"sledai"}
            return None if len(exact) > 1 else exact.pop() if exact else "sledai"

        return score


def _tokens(text: str) -> str:
    return _DASHES.sub(" ", plain(text)).strip()


def _only(found: tuple[str, ...]) -> str | None:
    return found[0] if len(found) == 1 else None


def _form(found: set[str]) -> str | None:
    """Not systemic before all; an acetate is a depot only where it is injected and not swallowed."""
    if "not-systemic" in found:
        return "not-systemic"
    if "depot" in found:
        return "depot"
    if "oral" in found:
        return None if "parenteral" in found else "oral"
    if "parenteral" in found:
        return "depot" if "depot-if-injected" in found else "parenteral"
    return None
