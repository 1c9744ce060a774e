"""Which drug a record is about: codes, names, Medication resources → ingredients (resolving_and_resources.md).

A code and a text that name different drugs are a doubt, never trusted. A record with neither is an unnamed drug.
"""

from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from ...kernel.answers import new
from ...terminology import Terminology
from ..context import Context
from ..heads import Concept, Reference, concept_of, said_by
from .amounts import Strength, quantity

_LOCAL_FORMS = frozenset({"hydrocortisone", "triamcinolone", "betamethasone", "dexamethasone", "budesonide"})
"""Ingredients whose bare code may be that of a cream, a drop or an inhaler (dosing.md section 2, route/dose form)."""
_DISAGREE = "its code and its text name different drugs"


class Named(NamedTuple):
    """What the codes and texts of one record name."""

    ingredients: tuple[str, ...] = ()
    by: str = "code"
    """`code`, `text`, or `word`: only a word speaks of a gene-modified cell product (decision 34)."""
    doubt: str | None = None
    strength: Strength = Strength()
    form: str | None = None
    """`oral`, `parenteral`, `depot`, `not-systemic`, or None where neither product nor text says."""
    systemic: bool = False
    """A code says that the product is a systemic one."""
    unnamed: bool = False
    """Neither known code nor text (decision 34)."""
    parts: dict[str | None, Any] | None = None
    """Route → what `exposure.add` made of it, where the drug is remembered by its bytes; else None."""
    text: str = ""


_NOT_INTERESTING = Named()
_MOST = 4096
_concepts = msgspec.json.Decoder(Concept | None)
_memory: tuple[Terminology | None, dict[int, Named], set[int]] = (None, {}, set())


def _remembered(terminology: Terminology) -> tuple[dict[int, Named], set[int]]:
    """Hash of the codes and texts of a drug (or of its raw CodeableConcept) → what they name, without their words.

    And the hashes that `unasked` gives.

    The hash and no words, for a name may be free text (see `measurand.memory`). Emptied when it is full or the
    mappings change.
    """
    global _memory
    meant_by, known, nothing = _memory  # in one step: another thread may put another in its place
    if meant_by is not terminology or len(known) > _MOST:
        known, nothing = {}, set()
        _memory = (terminology, known, nothing)
    return known, nothing


def unasked(terminology: Terminology) -> set[int]:
    """Hashes of the raw medicationCodeableConcepts that were seen and name a drug that no criterion asks for."""
    return _remembered(terminology)[1]


def name_drug(concepts: list[Concept], terminology: Terminology) -> Named:
    """Resolve the CodeableConcepts of one record; the same codes and texts are resolved once."""
    known, _ = _remembered(terminology)
    key = hash(tuple((c.text, tuple((x.system, x.code, x.display) for x in c.coding)) for c in concepts))
    named = known.get(key)
    if named is None:
        named = known[key] = _resolve(concepts, terminology)
    if not named.ingredients:
        return named
    return named._replace(text=next((s for c in concepts if (s := c.said())), ""))


def by_bytes(raw: msgspec.Raw, terminology: Terminology) -> Named | None:
    """The drug of a raw medicationCodeableConcept; None where there is none. The same bytes are resolved once.

    Raises msgspec.ValidationError for what is no CodeableConcept.
    """
    if not raw:
        return None
    key = bytes(raw)
    meant_by, known, _ = _memory
    named = known.get(hash(key)) if meant_by is terminology else None
    if named is not None:  # the last field is the text: as `_replace`, at a fifth of its price
        return new(Named, (*named[:-1], said_by(key))) if named.ingredients else named
    known, nothing = _remembered(terminology)
    concept = _concepts.decode(key)
    if concept is None:
        return None
    named = name_drug([concept], terminology)
    known[hash(key)] = named._replace(text="", parts={}) if named.ingredients else named
    if not named.ingredients and not named.unnamed:
        nothing.add(hash(key))
    return named._replace(text=concept.said()) if named.ingredients else named


def _resolve(concepts: list[Concept], terminology: Terminology) -> Named:
    codes = []
    foreign = False
    for concept in concepts:
        for coding in concept.coding:
            if coding.system and coding.code:
                system = terminology.system(coding.system)
                found = terminology.drug_code(system, coding.code) if system in ("rxnorm", "atc") else None
                if found is not None:
                    codes.append(found)
                    shown = coding.display if system == "rxnorm" else None
                    foreign = foreign or bool(shown and not terminology.display_of_drug(shown, found.ingredients))
    texts = [t for c in concepts for t in c.texts() if t.strip()]
    named = dict.fromkeys(i for t in texts for i in terminology.drugs_named(t))
    if not codes:
        if named:
            doubt = None if len(_drugs(named, terminology)) == 1 else "its text names several drugs"
            form = next((f for t in texts if (f := terminology.form_of(t))), None)
            return Named(tuple(named)[:1] if doubt is None else tuple(named), "text", doubt, form=form)
        if any("prior_car_t" in terminology.findings_named(t) for t in texts):
            return Named(("",), "word")
        return Named(unnamed=True) if not texts else _NOT_INTERESTING
    coded = _narrowed([c.ingredients for c in codes], named, terminology)
    doubt = None
    if coded is None:
        doubt, coded = "its codes name different drugs", tuple(dict.fromkeys(i for c in codes for i in c.ingredients))
    elif named and not _drugs(named, terminology) <= _drugs(coded, terminology):
        doubt, coded = _DISAGREE, tuple(dict.fromkeys([*coded, *named]))
    elif foreign:
        # The display names none of what the code means: a wrong code is likelier than a wrong name
        # (resolving_and_resources.md, algorithm 5; seen in public data: alendronate under cyclophosphamide's code).
        doubt = _DISAGREE
    groups = {c.route_group for c in codes if c.route_group}
    form = _FORMS.get(groups.pop()) if len(groups) == 1 else None
    if any(c.systemic == "no" for c in codes):
        form = "not-systemic"
    if form is None:
        form = next((f for t in texts if (f := terminology.form_of(t))), None)
    systemic = any(c.systemic == "yes" for c in codes)
    return Named(coded, "code", doubt, _strength(codes, len(coded)), form, systemic)


_FORMS = {"oral": "oral", "parenteral": "parenteral", "depot": "depot", "depot/local injection": "depot",
          "rectal": "not-systemic", "topical": "not-systemic", "ophthalmic": "not-systemic", "nasal": "not-systemic",
          "inhaled": "not-systemic", "otic": "not-systemic"}


def _drugs(ingredients: Any, terminology: Terminology) -> set[str]:
    """The names under which ingredients count: mofetil and acid are one."""
    known = terminology.ingredients
    return {known[i].drug if i in known else i for i in ingredients}


def _narrowed(sets: list[tuple[str, ...]], named: Any, terminology: Terminology) -> tuple[str, ...] | None:
    """One set of ingredients that all codings agree on; None where they disagree.

    A code that covers several forms of one drug (ATC of both mycophenolates) yields to a narrower one beside it.
    """
    one = [s for s in sets if len(s) == 1]
    union = tuple(dict.fromkeys(i for s in sets for i in s))
    if len(union) == 1:
        return union
    if len(_drugs(union, terminology)) == 1:
        narrow = tuple(dict.fromkeys(i for s in one for i in s)) or tuple(i for i in named if i in union)
        return narrow[:1] if narrow else union[:1]
    if any(set(s) == set(union) for s in sets):
        meant = tuple(i for i in named if i in union)
        narrow = tuple(dict.fromkeys(i for s in one for i in s))
        if _alternatives(union, terminology):
            return meant[:1] or narrow[:1] or union[:1]
        return union
    return None


def _alternatives(union: tuple[str, ...], terminology: Terminology) -> bool:
    """Whether a code of several ingredients means one of them and not a mixture (ATC B03XA01: the epoetins)."""
    return len({terminology.ingredients[i].groups for i in union if i in terminology.ingredients}) == 1


def _strength(codes: list[Any], ingredients: int) -> Strength:
    """The strength where all product codes agree and the product has one ingredient."""
    products = [c for c in codes if c.mg_per_unit is not None or c.mg_per_ml is not None or c.pack]
    if any(c.pack for c in products):
        return Strength(pack=True)
    if ingredients != 1:
        return Strength()
    units = {c.mg_per_unit for c in products if c.mg_per_unit is not None and not c.per}
    fluids = {c.mg_per_ml for c in products if c.mg_per_ml is not None}
    return Strength(units.pop() if len(units) == 1 else None, fluids.pop() if len(fluids) == 1 else None)


def drug_of(
    concept: Concept | None, reference: Reference | None, contained: list[dict[str, Any]], ctx: Context
) -> Named:
    """The drug of a record: its CodeableConcept, or the Medication that it refers to (contained, included, sent).

    A Medication that is not there is noted in `ctx.missing_medications`; then the display of the reference speaks.
    """
    if concept is not None or reference is None:
        return name_drug([concept or Concept()], ctx.terminology)
    said = [Concept(text=reference.display)] if reference.display else []
    medication = None
    target = reference.reference or ""
    if target.startswith("#"):
        medication = next((c for c in contained if isinstance(c, dict) and c.get("id") == target[1:]), None)
    elif target:
        medication = ctx.find(target)
        if medication is None:
            ctx.missing_medications.append(target)
    if medication is None:
        return name_drug(said, ctx.terminology)
    items = medication.get("ingredient")
    items = [i for i in items if isinstance(i, dict)] if isinstance(items, list) else []
    code = concept_of(medication.get("code"))
    named = name_drug([code, *said], ctx.terminology)
    if not named.ingredients and items:
        named = _of_items([i for i in items if i.get("isActive") is not False], said, ctx.terminology) or named
    form = concept_of(medication.get("form"))
    if named.ingredients and named.form is None:
        said_form = next((f for t in form.texts() if (f := ctx.terminology.form_of(t))), None)
        named = named._replace(form=said_form)
    if len(items) == 1 and len(named.ingredients) == 1 and named.strength == Strength():
        named = named._replace(strength=_of_medication(items[0].get("strength")))
    return named


def _of_items(items: list[dict[str, Any]], said: list[Concept], terminology: Terminology) -> Named | None:
    """The drug of a Medication that only lists its ingredients; those of no interest say nothing."""
    parts = [name_drug([concept_of(i.get("itemCodeableConcept"))], terminology) for i in items]
    parts = [p for p in parts if p.ingredients]
    if len(parts) == 1:
        return parts[0]._replace(text=said[0].said()) if said else parts[0]
    if not parts:
        return None
    ingredients = tuple(dict.fromkeys(i for p in parts for i in p.ingredients))
    text = " / ".join(p.text for p in parts)
    return Named(ingredients, parts[0].by, next((p.doubt for p in parts if p.doubt), None), text=text)


def _of_medication(ratio: Any) -> Strength:
    """Medication.ingredient.strength: mg per tablet or per mL."""
    top, bottom = (ratio.get("numerator"), ratio.get("denominator")) if isinstance(ratio, dict) else (None, None)
    if not isinstance(top, dict) or not isinstance(bottom, dict):
        return Strength()
    mg = quantity(top, Strength()).mg
    probe = quantity(bottom, Strength(Decimal(1), Decimal(1))).mg
    if mg is None or mg.low is None or not mg.exact or probe is None or not probe.exact or not probe.low:
        return Strength()
    unit = str(bottom.get("code") or bottom.get("unit") or "").lower()
    each = mg.low / probe.low
    return Strength(per_ml=each) if unit in ("ml", "l") else Strength(per_unit=each)


def is_local(named: Named, ingredient: str) -> bool:
    """Whether neither code nor text says that a product of an ingredient with local forms is a systemic one."""
    return ingredient in _LOCAL_FORMS and not named.systemic and named.form is None
