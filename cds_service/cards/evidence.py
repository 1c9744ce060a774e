"""What was recorded, in words: value, unit and date, a drug with its dose and the day that counts."""

import re
from collections.abc import Sequence

from ..chart.chart import Chart
from ..kernel.answers import Evidence
from .names import concept_of, told, with_days
from .text import date_words, escape, listed, value_words

_SHOWN = 3
_DOSE = re.compile(r"[\d.–]+ mg/(?:kg/)?d", re.ASCII)
_DAYS = ("last exposure ", "taken since ", "since ")
_LASTS = ("Condition/", "Procedure/")


def seen(evidence: Sequence[Evidence], chart: Chart, topic: str) -> str:
    """What was recorded, each fact once; a result with its name where the topic does not say which test it is."""
    facts = list({(e.value, e.unit, e.date): e for e in evidence if e.value}.values())[:_SHOWN]
    return listed([f"{_name(e, chart, topic, alone=len(facts) == 1)}{evidence_words(e)}" for e in facts])


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


def item_of_score(evidence: Evidence) -> str:
    """`proteinuria 1.1 g/24 h`; the note holds the item and its points."""
    parts = ((evidence.note or "").partition(":")[0], value_words(evidence.value or "", 30), evidence.unit)
    return " ".join(escape(p, 40) if p is evidence.unit else p for p in parts if p)
