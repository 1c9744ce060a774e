"""From a drug record to Exposures: route and form, start and end, reasons. Shared by the four drug readers.

Local forms are dropped here for every class (decision 21); what is kept is what the criteria may ask for.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from ...chart.facts import Dose, Exposure, Step
from ...kernel.dates import DateSpan
from ...kernel.errors import Unreadable
from ...terminology import Terminology
from ..context import Context
from ..heads import Concept, concept_of
from .drug import Named, is_local
from .timing import span

_FINE_ROUTES = (
    ("intravenous", ("intraven", "静脉", "静滴", "静注")), ("subcutaneous", ("subcut", "皮下")),
    ("intramuscular", ("intramus", "肌内", "肌肉", "肌注")),
)
_FINE_TOKENS = {"iv": "intravenous", "i.v.": "intravenous", "ivpb": "intravenous", "iv push": "intravenous",
                "sc": "subcutaneous", "s.c.": "subcutaneous", "sq": "subcutaneous", "im": "intramuscular",
                "i.m.": "intramuscular"}
_LUPUS = ("sle", "lupus_nephritis", "neuropsychiatric")


@lru_cache(maxsize=1024)
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


def routes_in(dosages: Any) -> list[Concept]:
    """The routes of all dosages of a record."""
    items = dosages if isinstance(dosages, list) else [dosages]
    return [concept_of(d["route"]) for d in items if isinstance(d, dict) and isinstance(d.get("route"), dict)]


def day_of(text: Any, ctx: Context) -> DateSpan | None:
    """A date as recorded. One that cannot be read is reported; the record then has no date there."""
    try:
        return span(text)
    except Unreadable as error:
        ctx.skip(ctx.reference, str(error))
        return None


def unrecorded_end(start: DateSpan, ctx: Context, *latest: DateSpan | None) -> DateSpan:
    """Somewhere between the start and `as_of`, and no later than the given limits (decisions 20, 38)."""
    limits = [span.last for span in latest if span is not None and span.last >= start.first]
    return DateSpan(start.first, max(start.first, min([ctx.as_of, *limits])))


def ended(start: DateSpan, end: DateSpan | None, ctx: Context, *latest: DateSpan | None) -> tuple[DateSpan, bool]:
    """The end of a record whose status says that it is over, and whether it is a recorded one."""
    if end is None or end.first > ctx.as_of or end.last < start.first:
        return unrecorded_end(start, ctx, *latest), False
    return DateSpan(max(end.first, start.first), min(end.last, ctx.as_of)), True


def since(start: DateSpan | None, ctx: Context, seen: DateSpan | None = None) -> DateSpan:
    """The start, not after as_of; without one, somewhere before the day on which it was seen."""
    if start is not None:
        return start if start.last <= ctx.as_of else DateSpan(start.first, ctx.as_of)
    last = min(seen.last, ctx.as_of) if seen is not None else ctx.as_of
    return DateSpan(date.min, last)


def add(
    named: Named,
    ctx: Context,
    *,
    source: str,
    state: str,
    start: DateSpan,
    end: DateSpan | None,
    stopped: bool,
    dose: Dose,
    steps: tuple[Step, ...],
    routes: list[Concept],
    resource: dict[str, Any],
    written: str,
    related: frozenset[str] = frozenset(),
    doubt: str | None = None,
) -> None:
    """Put one Exposure for each ingredient into the context, unless it is a local form or not counted."""
    terminology = ctx.terminology
    route = route_of(routes, terminology)
    form = named.form
    if route == "not-systemic" or (route is None and form == "not-systemic"):
        return
    if route is None and form in ("oral", "parenteral"):
        route = form
    reasons: tuple[tuple[str, ...], bool | None] | None = None
    for ingredient in named.ingredients:
        known = terminology.ingredients.get(ingredient)
        groups = known.groups if known else frozenset({"gene_modified_cell_product"})
        factor = terminology.steroids.get(ingredient)
        if factor is not None and not factor.counted:
            continue
        systemic, unclear = "yes", None
        if form == "not-systemic" or (route is None and is_local(named, ingredient)):
            systemic, unclear = "unknown", "its route and form are not clear"
        elif groups & _STEROIDS:
            if (form == "depot" and route in _NOT_ORAL_OR_IV) or route == "intramuscular":
                systemic = "depot"
            elif route is None and not named.systemic:
                systemic = "unknown"
        if reasons is None:
            reasons = _reasons(resource, ctx)
        ctx.exposures.append(Exposure(
            ctx.reference, source, ingredient, known.drug if known else "", groups, named.by,
            doubt or named.doubt or unclear,
            systemic, route, state, start, end, stopped, dose, steps, reasons[0], reasons[1], named.text,
            source == "MedicationAdministration" and route not in ("oral", "subcutaneous", "intramuscular"),
            written, related,
        ))  # fmt: skip


_STEROIDS = frozenset({"glucocorticoid", "no_equivalence"})
_NOT_ORAL_OR_IV = (None, "parenteral", "subcutaneous")


def _reasons(resource: dict[str, Any], ctx: Context) -> tuple[tuple[str, ...], bool | None]:
    """Recorded reasons as texts, and whether one of them is lupus (None: no reason that says anything)."""
    concepts = [concept_of(r) for r in resource.get("reasonCode") or () if isinstance(r, dict)]
    for reference in resource.get("reasonReference") or ():
        if isinstance(reference, dict):
            target = reference.get("reference")
            condition = ctx.find(target) if isinstance(target, str) else None
            if condition is not None:
                concepts.append(concept_of(condition.get("code")))
            elif isinstance(reference.get("display"), str):
                concepts.append(Concept(text=reference["display"]))
    texts = tuple(s for c in concepts if (s := c.said()))
    return texts, any(_is_lupus(c, ctx.terminology) for c in concepts) if texts else None


def _is_lupus(concept: Concept, terminology: Terminology) -> bool:
    for coding in concept.coding:
        for match in terminology.findings(terminology.system(coding.system or ""), coding.code or ""):
            if match.blames_lupus or match.finding.startswith(_LUPUS):
                return True
    for text in concept.texts():
        lower = text.lower()
        if "lupus" in lower or "狼疮" in text or lower.strip() == "sle" or "sle " in f"{lower} ":
            return True
    return False


def references(value: Any) -> frozenset[str]:
    """References of one Reference or of a list of them."""
    items = value if isinstance(value, list) else [value]
    found = [i.get("reference") for i in items if isinstance(i, dict)]
    return frozenset("/".join(r.split("/_history/")[0].rsplit("/", 2)[-2:]) for r in found if isinstance(r, str))


def dates(*texts: Any) -> str:
    """Dates as recorded, for evidence: `2026-01-02/2026-03-04`."""
    return "/".join(t for t in texts if isinstance(t, str))
