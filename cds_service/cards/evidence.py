"""What was recorded, in words: value, unit and date, a drug with its dose and the day that counts."""

import re
from collections.abc import Sequence

from ..chart.chart import Chart
from ..kernel.answers import Evidence
from .names import concept_of, test_of, told, with_days
from .text import date_words, escape, listed, value_words

_SHOWN = 3
_DOSE = re.compile(r"[\d.–]+ mg/(?:kg/)?d", re.ASCII)
_DAYS = ("last exposure ", "taken since ", "since ")
_LASTS = ("Condition/", "Procedure/")


def seen(evidence: Sequence[Evidence], chart: Chart, topic: str) -> str:
    """What was recorded, each fact once; a result with its name where the topic does not say which test it is."""
    facts = distinct(evidence)
    together, dose = _shared_dose(facts, chart) if len(facts) > 1 else (frozenset(), "")
    facts = facts[:_SHOWN]
    named = [
        f"{_name(e, chart, topic, alone=len(facts) == 1)}{evidence_words(e)}"
        for e in facts if e.reference not in together
    ]  # fmt: skip
    if not together:
        return listed(named)
    parts = [evidence_words(e._replace(normalised=None)) for e in facts if e.reference in together]
    return "; ".join([*named, f"{listed(parts)} (together {escape(dose)})"])


def _shared_dose(facts: Sequence[Evidence], chart: Chart) -> tuple[frozenset[str | None], str]:
    """The records of one drug and what they come to together: it is the dose of none of them alone."""
    doses: dict[str, set[str | None]] = {}
    for e in facts:
        if e.unit is None and _DOSE.match(e.normalised or ""):
            doses.setdefault(e.normalised or "", set()).add(e.reference)
    for normalised, references in doses.items():
        dose = _DOSE.match(normalised) if len(references) > 1 else None
        if dose and len({x.ingredient for x in chart.exposures if x.reference in references}) == 1:
            return frozenset(references), dose[0]
    return frozenset(), ""


def distinct(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Each recorded fact once; of one that was looked at twice the look that worked out its dose."""
    found: dict[tuple[str | None, str | None, str | None], Evidence] = {}
    for e in evidence:
        if e.value:
            key = (e.value, e.unit, e.date)
            earlier = found.get(key)
            if earlier is None or not _DOSE.match(earlier.normalised or ""):
                found[key] = e
    return list(found.values())


def _name(evidence: Evidence, chart: Chart, topic: str, *, alone: bool) -> str:
    name = concept_of(evidence, chart)
    return f"{name} " if name and not (alone and told(topic, name)) else ""


def evidence_words(evidence: Evidence) -> str:
    """What was recorded, with unit and date: `1.1 g/d (3 Feb 2026)`, `prednisone 5 mg (taken since 2 Mar 2026)`."""
    unit = f" {escape(evidence.unit, 40)}" if evidence.unit else ""
    said = (evidence.normalised or "") if evidence.unit is None else ""
    dose = _DOSE.match(said)
    extra = f", {escape(dose[0])}" if dose and dose[0] != evidence.value else ""
    when = with_days(said) if said.startswith(_DAYS) else _when(evidence)
    return f"{value_words(evidence.value or '')}{unit}{extra}{f' ({when})' if when else ''}"


def _when(evidence: Evidence) -> str:
    """The date in words; of an illness or a procedure that is over the day that counts: `until 29 Oct 2026`."""
    ended = (evidence.date or "").partition("/")[2]
    if ended and (evidence.reference or "").startswith(_LASTS):
        return f"until {date_words(ended)}"
    return date_words(evidence.date)


def item_of_score(evidence: Evidence, chart: Chart) -> str:
    """`proteinuria 1.1 g/24 h`, `low C3 62 mg/dL`; the note holds the item and its points."""
    item = (evidence.note or "").partition(":")[0].replace("dna", "DNA")
    if item == "low complement":
        item = f"low {test_of(evidence, chart) or 'complement'}"
    parts = (item, value_words(evidence.value or "", 30), evidence.unit)
    return " ".join(escape(p, 40) if p is evidence.unit else p for p in parts if p)
