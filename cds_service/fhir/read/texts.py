"""Result values written as text: `1:320`, `<0.3`, `0-2 /LPF`, `阳性`, `++`, `not performed` (decisions 2, 17, 41)."""

import re
import unicodedata
from decimal import Decimal
from typing import Any, NamedTuple

from ...chart.facts import Quantity, ReferenceRange
from ...kernel.numbers import Interval, exactly
from ...terminology import Terminology

UCUM = "http://unitsofmeasure.org"

NO_RESULT = "no-result"
"""The meaning of a value that says that no result was made (mappings/qualifiers.csv)."""

_NUMBER = r"(\d+(?:\.\d+)?)"
_SIGN = r"(<=|>=|<|>|≤|≥|=)?"
_TITRE = re.compile(rf"{_SIGN}\s*1\s*[:/]\s*{_SIGN}\s*(\d+)(?!\d)", re.ASCII)
_SINGLE = re.compile(rf"{_SIGN}\s*{_NUMBER}(?:\s+(\S.*)|([^\d\s.,:/\-–~].*))?", re.ASCII | re.DOTALL)
_SPAN = re.compile(rf"{_NUMBER}\s*(?:-|–|—|~|～|to)\s*{_NUMBER}(?:\s+(\S.*)|([^\d\s.,:/].*))?", re.ASCII | re.DOTALL)
_DIGIT = re.compile(r"\d", re.ASCII)
_SYMBOLS = {"+": "positive", "++": "positive", "+++": "positive", "++++": "positive", "±": "indeterminate",
            "+-": "indeterminate", "+/-": "indeterminate", "-": "negative", "−": "negative"}


class Said(NamedTuple):
    """What a text says; nothing at all where no field is set."""

    quantity: Quantity | None = None
    titre: Interval | None = None
    meaning: str | None = None


def number_of(value: Any) -> Decimal | None:
    """A JSON number as Decimal; None for anything else (true is no number) and for what no laboratory reports."""
    if type(value) is int:
        value = Decimal(value)
    elif type(value) is not Decimal:
        return None
    return value if -30 < value.adjusted() < 30 or not value else None


def unit_of(quantity: dict[str, Any]) -> str | None:
    """The unit to look up: the UCUM code, else the unit as text, else any other code (units.md section 1)."""
    code, unit = quantity.get("code"), quantity.get("unit")
    if isinstance(code, str) and code and quantity.get("system") == UCUM:
        return code
    if isinstance(unit, str) and unit:
        return unit
    return code if isinstance(code, str) and code else None


def signed(sign: str | None, number: Decimal) -> Interval:
    """A number with its comparator as an interval."""
    if sign in ("<", "<=", "≤"):
        return Interval(None, number, False, sign == "<")
    if sign in (">", ">=", "≥"):
        return Interval(number, None, sign == ">", False)
    return exactly(number)


def parse_value(text: str, terminology: Terminology) -> Said:
    """Read a text value. `meaning` may be `no-result`: no result was made."""
    plain = unicodedata.normalize("NFKC", text).strip()
    meaning = _SYMBOLS.get(plain.strip("() ")) or terminology.qualifier_text(text)
    if _DIGIT.search(plain) is None:
        return Said(None, None, meaning)  # a word: what follows looks for numbers
    titre = _TITRE.search(plain)
    if titre is not None:
        return Said(None, signed(titre[1] or titre[2], Decimal(titre[3])), meaning)
    single = _SINGLE.fullmatch(plain)
    if single is not None:
        unit = single[3] or single[4]
        return Said(Quantity(signed(single[1], Decimal(single[2])), unit, plain), None, meaning)
    span = _SPAN.fullmatch(plain)
    if span is not None and Decimal(span[1]) <= Decimal(span[2]):
        return Said(Quantity(Interval(Decimal(span[1]), Decimal(span[2])), span[3] or span[4], plain), None, meaning)
    return Said(None, None, meaning)


def parse_range(text: str) -> ReferenceRange | None:
    """Read a reference range as text (`0-40`, `<40`, `0.9-1.8 g/L`); None where it says no number."""
    plain = unicodedata.normalize("NFKC", text).strip().strip("()[] ")
    span = _SPAN.fullmatch(plain)
    if span is not None:
        low, high = Decimal(span[1]), Decimal(span[2])
        return ReferenceRange(low, high, span[3] or span[4], text) if low <= high else None
    titre = _TITRE.fullmatch(plain)
    if titre is not None:
        sign, number = titre[1] or titre[2], Decimal(titre[3])
        return ReferenceRange(None, number, None, text, sign == "<") if sign in ("<", "<=", "≤") else None
    single = _SINGLE.fullmatch(plain)
    if single is None or single[1] in (None, "="):
        return None
    unit, number = single[3] or single[4], Decimal(single[2])
    if single[1] in ("<", "<=", "≤"):
        return ReferenceRange(None, number, unit, text, single[1] == "<")
    return ReferenceRange(number, None, unit, text, False, single[1] == ">")
