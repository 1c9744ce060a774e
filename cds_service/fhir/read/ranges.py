"""The range of normal values that the laboratory printed beside its result (criteria.md section 2, decision 17)."""

from datetime import date
from decimal import Decimal
from typing import Any

from ...chart.facts import Patient, ReferenceRange
from ...kernel.dates import age_on
from ..heads import concept_of
from .texts import number_of, parse_range, unit_of

_SEX_WORDS = {"female": "female", "women": "female", "woman": "female", "女": "female", "女性": "female",
              "male": "male", "men": "male", "man": "male", "男": "male", "男性": "male"}
_SPECIAL = {"type", "appliesTo", "age"}
_YEARS = {"a", "yr", "years", "year", "y", "岁"}


def own_range(value: Any, patient: Patient, as_of: date) -> ReferenceRange | None:
    """The normal (or untyped) range that fits this patient; None where there is none, or several that differ."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) and not _SPECIAL & value[0].keys():
        return _limits(value[0])
    found: list[ReferenceRange] = []
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict) and _normal(item) and _fits(item, patient, as_of):
            limits = _limits(item)
            if limits is not None:
                found.append(limits)
    if not found:
        return None
    first = found[0]
    return first if all(r[:3] == first[:3] for r in found[1:]) else None


def _normal(item: dict[str, Any]) -> bool:
    kind = concept_of(item.get("type"))
    said = {c.code for c in kind.coding if c.code} | ({kind.text.strip().lower()} if kind.text else set())
    return not said or "normal" in said


def _fits(item: dict[str, Any], patient: Patient, as_of: date) -> bool:
    """Whether a range is for this sex and age, as far as it says and as far as the chart knows."""
    groups = item.get("appliesTo")
    meant = {
        _SEX_WORDS[word.strip().lower()]
        for group in (groups if isinstance(groups, list) else ())
        for word in concept_of(group).texts()
        if word.strip().lower() in _SEX_WORDS
    }
    if meant and not meant.intersection(patient.sexes):
        return False
    age = item.get("age")
    if not isinstance(age, dict) or patient.born is None:
        return True
    youngest, oldest = age_on(patient.born.last, as_of), age_on(patient.born.first, as_of)
    low, high = _side(age.get("low")), _side(age.get("high"))
    too_young = low is not None and low[1] in _YEARS and oldest < low[0]
    too_old = high is not None and high[1] in _YEARS and youngest > high[0]
    return not too_young and not too_old


def _limits(item: dict[str, Any]) -> ReferenceRange | None:
    low, high = _side(item.get("low")), _side(item.get("high"))
    text = item.get("text")
    if low is None and high is None:
        return parse_range(text) if isinstance(text, str) else None
    units = {s[1] for s in (low, high) if s is not None}
    if len(units) > 1:
        # Limits in two units say nothing that could be compared without a guess.
        return None
    if low is not None and high is not None and low[0] > high[0]:
        return None
    return ReferenceRange(low[0] if low else None, high[0] if high else None, units.pop(),
                          text if isinstance(text, str) else None)


def _side(value: Any) -> tuple[Decimal, str | None] | None:
    if not isinstance(value, dict):
        return None
    number = number_of(value.get("value"))
    return None if number is None else (number, unit_of(value))
