"""By which route a drug is given: words and a site's codes → route (dosing.md section 0a; decisions 21, 40)."""

from collections.abc import Iterable
from typing import Any

from ...terminology import Terminology
from ...terminology.words import memo
from ..heads import Concept, concept_of

_FINE_ROUTES = (
    ("intravenous", ("intraven", "静脉", "静滴", "静注")), ("subcutaneous", ("subcut", "皮下")),
    ("intramuscular", ("intramus", "肌内", "肌肉", "肌注")),
)
_FINE_TOKENS = {"iv": "intravenous", "i.v.": "intravenous", "ivpb": "intravenous", "iv push": "intravenous",
                "sc": "subcutaneous", "s.c.": "subcutaneous", "sq": "subcutaneous", "im": "intramuscular",
                "i.m.": "intramuscular"}


@memo
def _fine(text: str) -> str | None:
    lower = text.lower().strip()
    if lower in _FINE_TOKENS:
        return _FINE_TOKENS[lower]
    return next((route for route, words in _FINE_ROUTES if any(w in lower for w in words)), None)


def route_of(concepts: Iterable[Concept], terminology: Terminology) -> str | None:
    """`oral`, `intravenous`, `subcutaneous`, `intramuscular`, `parenteral`, `not-systemic`; None where not said."""
    found: set[str] = set()
    for concept in concepts:
        for text in [concept.text, *(x for c in concept.coding for x in (c.display, c.code))]:
            if text:
                said = _fine(text) or terminology.form_of(text)
                if said:
                    found.add(said)
        for coding in concept.coding:
            if coding.code and (said := terminology.route(terminology.system(coding.system or ""), coding.code)):
                found.add(said)
    if "depot" in found:
        found = (found - {"depot"}) or {"intramuscular"}
    if len(found) > 1:
        found.discard("parenteral")
    return found.pop() if len(found) == 1 else None


def said_in(product: str) -> str | None:
    """The route that the name of a product says (`..., intravenous`); None where it says none or only "injection"."""
    return _fine(product)


def routes_in(dosages: Any) -> list[Concept]:
    """The routes of all dosages of a record."""
    items = dosages if isinstance(dosages, list) else [dosages]
    return [concept_of(d["route"]) for d in items if isinstance(d, dict) and isinstance(d.get("route"), dict)]
