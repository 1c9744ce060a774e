"""Facts without a code, read where a text names them with their value: nephritis class, GVHD grade (decision 33)."""

import re

from ..chart.chart import Chart
from ..chart.facts import Diagnosis, Result
from .findings import by_finding, conditions

_ROMAN = str.maketrans(
    {"Ⅰ": "I", "Ⅱ": "II", "Ⅲ": "III", "Ⅳ": "IV", "Ⅴ": "V", "Ⅵ": "VI", "\uff0b": "+", "\uff08": "(", "\uff09": ")"}
)
_DIGITS = {"1": "I", "2": "II", "3": "III", "4": "IV", "5": "V", "6": "VI"}
_ONE = r"(?:VI|IV|V|I{1,3}|[1-6])(?![0-9A-Za-z])(?:-[SG])?(?:\s*\([ACac/ +]*\))?"
_MANY = rf"{_ONE}(?:\s*(?:\+|/|,|、|和|合并|and|with|&)\s*(?:class\s*)?{_ONE}){{0,9}}"  # bounded: else quadratic
_AFTER = re.compile(rf"(?<![A-Za-z])class(?:es)?[\s:=-]*({_MANY})|(?:LN|肾炎)[\s:(-]*({_MANY})", re.IGNORECASE)
_BEFORE = re.compile(rf"({_MANY})\s*[型类級级]")
_WHOLE = re.compile(rf"\s*(?:ISN/RPS|WHO)?\s*({_MANY})\s*", re.IGNORECASE)
_EACH = re.compile(r"VI|IV|V|I{1,3}|[1-6]", re.IGNORECASE)
_INSIDE = re.compile(r"\([^)]*\)|-[SG]\b", re.IGNORECASE)
_KIDNEY = re.compile(r"nephritis|glomerul|\bLN\b|ISN|肾炎", re.IGNORECASE)
_NEGATED = re.compile(
    r"(?:\bno\b|\bnot\b|without|exclud\w*|rule[sd]? out|\?|possible|suspected|非|无|排除|除外|可疑)[^.;。；]{0,24}$",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"[^.;,。；，]{0,24}?(?:\brule[d]? out\b|\bexcluded\b|\bunlikely\b|\bnot (?:seen|found|confirmed|present)\b"
    r"|\?|待排|排除|除外|可能)",
    re.IGNORECASE,
)
"""What follows a class and takes it back, in the same clause: "class IV ruled out", "IV型待排"."""
_GRADE = re.compile(r"grade[\s:=-]*(IV|III|II|I|[0-4])(?:\s*(?:-|–|to)\s*(?:IV|III|II|I|[0-4]))?\b", re.IGNORECASE)
_GRADE_ZH = re.compile(r"(IV|III|II|I|[0-4])\s*[度级]")
_NUMBER = {"0": 0, "I": 1, "II": 2, "III": 3, "IV": 4, "1": 1, "2": 2, "3": 3, "4": 4}

_CLASS_FINDING = "lupus_nephritis_class_"
NEPHRITIS = ("lupus_nephritis_any", *(f"{_CLASS_FINDING}{c}" for c in ("I", "II", "III", "IV", "V", "VI")))
"""Findings that say lupus nephritis, with or without its class."""


def nephritis_classes(chart: Chart, diagnosis: Diagnosis) -> frozenset[str]:
    """WHO or ISN/RPS classes (`III`, `IV` ...) that a Condition states by code, stage or text; empty where none."""
    return chart.once(("nephritis class", diagnosis.reference), lambda _: _classes(diagnosis))


def nephritis(chart: Chart) -> list[Diagnosis]:
    """Every Condition that says lupus nephritis by a code, by words, or by a text with a class; once for a chart."""
    found: list[Diagnosis] | None = chart.memo.get(_NEPHRITIS)
    return chart.once(_NEPHRITIS, _nephritis) if found is None else found


_NEPHRITIS = "nephritis"


def _nephritis(chart: Chart) -> list[Diagnosis]:
    recorded = by_finding(chart)
    found = {d.reference: d for name in NEPHRITIS if name in recorded for d in conditions(chart, name)}
    for fact in conditions(chart, "sle"):
        if fact.stages and nephritis_classes(chart, fact):
            found.setdefault(fact.reference, fact)
    return list(found.values())


def _classes(diagnosis: Diagnosis) -> frozenset[str]:
    found = {f.removeprefix(_CLASS_FINDING) for f, g in diagnosis.findings.items()
             if f.startswith(_CLASS_FINDING) and g == "names"}
    if found:
        return frozenset(found)
    is_nephritis = any(name in diagnosis.findings for name in NEPHRITIS)
    for text in (diagnosis.text, *diagnosis.stages):
        plain = _spaced(text)
        if is_nephritis or _KIDNEY.search(plain):
            found |= _classes_in(plain)
    if is_nephritis and not found:
        for text in diagnosis.stages:
            if whole := _WHOLE.fullmatch(_spaced(text)):
                found |= _romans(whole[1]) if not whole[1].strip().isdigit() else set()
    return frozenset(found)


def _spaced(text: str) -> str:
    """The text with one numeral script and single spaces: the patterns go over a run of spaces again and again."""
    return " ".join(text.split()).translate(_ROMAN)


def _classes_in(text: str) -> set[str]:
    found: set[str] = set()
    for pattern in (_AFTER, _BEFORE):
        for match in pattern.finditer(text):
            if not _NEGATED.search(text[: match.start()]) and not _TAKEN_BACK.match(text, match.end()):
                found |= _romans(next(g for g in match.groups() if g))
    return found


def _romans(text: str) -> set[str]:
    return {_DIGITS.get(part, part).upper() for part in _EACH.findall(_INSIDE.sub(" ", text))}


def measured_classes(chart: Chart) -> tuple[frozenset[str], Result | None]:
    """The class that the newest Observation of a nephritis class states (no look-back), and that Observation.

    No class beside an Observation: it cannot be read.
    """
    return chart.once("measured nephritis class", _measured_classes)


def _measured_classes(chart: Chart) -> tuple[frozenset[str], Result | None]:
    for result in chart.results.get("lupus_nephritis_class", ()):
        for text in _said(result):
            plain = text.translate(_ROMAN)
            whole = _WHOLE.fullmatch(plain)
            if found := (_romans(whole[1]) if whole else _classes_in(plain)):
                return frozenset(found), result
        if not result.reading.absent:
            return frozenset(), result  # an older one does not stand in for it (decision 1)
    return frozenset(), None


def measured_grade(chart: Chart) -> tuple[int | None, Result | None]:
    """The grade that the newest Observation of a grade of graft-versus-host disease states, and that Observation.

    No grade beside an Observation: it cannot be read.
    """
    for result in chart.results.get("gvhd_grade", ()):
        for text in _said(result):
            plain = text.translate(_ROMAN).strip()
            grade = _NUMBER.get(plain.upper())
            if grade is None:
                grade = _grade((plain,))
            if grade is not None:
                return grade, result
        if not result.reading.absent:
            return None, result  # an older one does not stand in for it (decision 1)
    return None, None


def _said(result: Result) -> tuple[str, ...]:
    """The value of an Observation as text, then its name: one of them holds the class or the grade."""
    reading = result.reading
    if reading.absent:
        return ()
    value = reading.quantity.text if reading.quantity is not None else None
    return tuple(text for text in (reading.text, value, result.name) if text)


def gvhd_grade(diagnosis: Diagnosis) -> int | None:
    """The highest grade of graft-versus-host disease that the Condition states; None where none is stated."""
    return _grade((diagnosis.text, *diagnosis.stages))


def _grade(texts: tuple[str, ...]) -> int | None:
    grades: list[int] = []
    for text in texts:
        plain = text.translate(_ROMAN)
        for pattern in (_GRADE, _GRADE_ZH):
            grades.extend(
                _NUMBER[m[1].upper()] for m in pattern.finditer(plain) if not _NEGATED.search(plain[: m.start()])
            )
    return max(grades) if grades else None
