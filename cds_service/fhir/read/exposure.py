"""From a drug record to Exposures: route and form, start and end, reasons. Shared by the four drug readers.

Local forms are dropped here for every class (decision 21); what is kept is what the criteria may ask for.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from ...chart.facts import Dose, Exposure, Step
from ...clinical.exposures import SHORT_ACTING
from ...kernel.answers import new
from ...kernel.dates import DateSpan, parse_date
from ...kernel.errors import Unreadable
from ...terminology import Terminology
from ..context import Context
from ..heads import Concept, concept_of
from .drug import Named, is_local
from .pieces import NONE, objects
from .routes import said_in
from .timing import span

_LUPUS = ("sle", "lupus_nephritis", "neuropsychiatric")


def day_of(text: Any, ctx: Context) -> DateSpan | None:
    """A date as recorded. One that cannot be read is reported; the record then has no date there."""
    if text is None:
        return None
    try:
        return parse_date(text) if text.__class__ is str else span(text)
    except Unreadable as error:
        ctx.skip(ctx.reference, str(error))
        return None


def unrecorded_end(start: DateSpan, ctx: Context, *latest: DateSpan | None) -> DateSpan:
    """Somewhere between the start and `as_of`, and no later than the given limits (decisions 20, 38)."""
    limits = [span.last for span in latest if span is not None and span.last >= start.first]
    return DateSpan(start.first, max(start.first, min([ctx.as_of, *limits])))


def ended(start: DateSpan, end: DateSpan | None, ctx: Context, *latest: DateSpan | None) -> tuple[DateSpan, bool]:
    """The end of a record whose status says that it is over, and whether it is a recorded one."""
    if end is not None and start.first <= end.first and end.last <= ctx.as_of:
        return end, True
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
    route: str | None,
    reasons: tuple[msgspec.Raw, msgspec.Raw] = (NONE, NONE),
    written: str,
    related: frozenset[str] = frozenset(),
    doubt: str | None = None,
    infused: bool = False,
) -> None:
    """Put one Exposure for each ingredient into the context, unless it is a local form or not counted.

    `infused`: an administration's own dosage says that it was an infusion.
    """
    if route is None:
        route = named.form
        if route == "parenteral":
            route = said_in(named.text) or route
        elif route not in ("oral", "not-systemic"):
            route = None
    if route == "not-systemic":
        return
    why, for_lupus = _reasons(reasons, ctx) if reasons[0] or reasons[1] else _NO_REASON
    remembered, said = named.parts, named.text
    parts: Sequence[_Part] | None = None if remembered is None else remembered.get(route)
    if parts is None:
        parts = tuple(_parts(named, route, ctx.terminology))
        if remembered is not None:
            remembered[route] = parts
    for ingredient, lower, drug, groups, unclear, systemic in parts:
        text = said or ingredient
        if lower not in text.lower():
            text = f"{text} [{ingredient}]"
        if dose.text:
            text = f"{text}: {dose.text}"
        ctx.exposures.append(new(Exposure, (
            ctx.reference, source, ingredient, drug, groups, named.by, doubt or unclear,
            systemic, route, state, start, end, stopped, dose, steps, why, for_lupus, text,
            source == "MedicationAdministration" and _infusion(route, groups, said, infused),
            written, related,
        )))  # fmt: skip


class _Part(NamedTuple):
    """What one ingredient of a drug comes to that is given by one route, whatever else the record says."""

    ingredient: str
    lower: str
    drug: str
    groups: frozenset[str]
    doubt: str | None
    systemic: str


def _parts(named: Named, route: str | None, terminology: Terminology) -> Iterator[_Part]:
    form = named.form
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
            elif route == "parenteral" or (route is None and not named.systemic):
                systemic = "unknown"  # injected, but into a vein, a muscle or a joint? (decision 40)
        drug = known.drug if known else ""
        yield _Part(ingredient, ingredient.lower(), drug, groups, named.doubt or unclear, systemic)


_NO_REFERENCES: frozenset[str] = frozenset()
_NO_REASON: tuple[tuple[str, ...], bool | None] = ((), None)
_NOT_INFUSED = ("oral", "subcutaneous", "intramuscular")
_STEROIDS = frozenset({"glucocorticoid", "no_equivalence"})
_NOT_ORAL_OR_IV = (None, "parenteral", "subcutaneous")


def _infusion(route: str | None, groups: frozenset[str], text: str, infused: bool) -> bool | None:
    """Whether an administration is an infusion of a long-acting drug; None: injected, and nothing says how."""
    if route in _NOT_INFUSED or groups & SHORT_ACTING:
        return False
    return None if route == "parenteral" and not infused and "infus" not in text.lower() else True


def _reasons(reasons: tuple[msgspec.Raw, msgspec.Raw], ctx: Context) -> tuple[tuple[str, ...], bool | None]:
    """Recorded reasons as texts, and whether one of them is lupus (None: no reason that says anything)."""
    concepts = [concept_of(r) for r in objects(reasons[0])]
    for reference in objects(reasons[1]):
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


def references(raw: msgspec.Raw, more: msgspec.Raw = NONE) -> frozenset[str]:
    """References of one Reference or of a list of them, or of two such."""
    if not raw and not more:
        return _NO_REFERENCES
    found = [i.get("reference") for i in objects(raw) + objects(more)]
    return frozenset("/".join(r.split("/_history/")[0].rsplit("/", 2)[-2:]) for r in found if isinstance(r, str))


def dates(first: str | None, second: Any = None) -> str:
    """Dates as recorded, for evidence: `2026-01-02/2026-03-04`."""
    if second.__class__ is not str:
        return first or ""
    return second if first is None else f"{first}/{second}"
