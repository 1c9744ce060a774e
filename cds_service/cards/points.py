"""Points to check: what the chart leaves open, why, and which of them come first.

Order (card.md): by how many of the shown trials they decide, then by ease (question, laboratory, imaging, biopsy),
then as the trial lists them.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ..chart.chart import Chart
from ..eligibility import Assessment
from ..kernel.answers import Answer, Evidence, Reason, Status
from ..trials import Criterion
from .text import date_words, escape, listed, value_words

_EASE = {"question": 0, "laboratory": 1, "imaging": 2, "biopsy": 3}
_SHOWN_EVIDENCE = 3


class Point(NamedTuple):
    """One unknown criterion of one trial."""

    criterion: Criterion
    answer: Answer

    @property
    def judge(self) -> bool:
        """Whether it is for the clinician to judge, not to look up."""
        return self.answer.reason is Reason.JUDGEMENT


def open_points(assessments: Sequence[Assessment]) -> dict[str, list[Point]]:
    """Trial id → its unknown criteria, those first that the reader can best act on."""
    found = {
        a.trial.id: [Point(c, answer) for c, answer in a.criteria if answer.status is Status.UNKNOWN]
        for a in assessments
    }
    decides: Counter[str] = Counter()
    for points in found.values():
        decides.update({key for point in points for key in _keys(point)})
    return {
        trial: sorted(points, key=lambda p: (-max(decides[k] for k in _keys(p)), _ease(p)))
        for trial, points in found.items()
    }


def _keys(point: Point) -> tuple[str, ...]:
    """What the reader would have to find out; the two SLEDAI totals stand in for each other (decision 6)."""
    missing = point.answer.missing
    return tuple("sledai" if "sledai" in m else m for m in missing) if missing else (point.criterion.topic,)


def _ease(point: Point) -> int:
    return _EASE.get(point.criterion.ask or "question", 0)


def line(point: Point, chart: Chart, *, brief: bool = False) -> str:
    """`- To check: **CD4 count**. Last one is from 3 Feb 2026, too old to count.`"""
    lead = "For you to judge" if point.judge else "To check"
    why = "" if brief else f" {_why(point, chart)}"
    return f"- {lead}: **{_ours(point.criterion.topic)}**.{why}"


def _why(point: Point, chart: Chart) -> str:
    reason, evidence = point.answer.reason, point.answer.evidence
    bound = next((e for e in evidence if e.rule == "score" and e.basis == "computed" and e.reference is None), None)
    if bound is not None and reason is Reason.IMPRECISE:
        return _bound_of_score(bound, evidence)
    seen = _seen(evidence, chart)
    if reason is Reason.STALE and evidence and evidence[0].date:
        return f"Last one is from {date_words(evidence[0].date)}, older than the trial accepts."
    if reason is Reason.NOT_OBSERVABLE:
        return f"Records go back only to {date_words(str(chart.reach)) if chart.reach else 'today'}."
    if reason is Reason.UNAVAILABLE:
        return "Could not be read from the record."
    if reason is Reason.INVALIDATED:
        counts = [e for e in evidence if (e.reference or "").startswith("Observation/")]
        cause = _seen([e for e in evidence if e not in counts], chart) or "treatment"
        return f"{_first(_seen(counts, chart), 'The count')} may be changed by {cause}; a later one is needed."
    if reason is Reason.INCOMPARABLE:
        return f"{_first(seen, 'The record')} cannot be compared."
    if reason is Reason.NO_DOSE:
        return f"The dose cannot be read{_of(seen)}."
    if reason is Reason.NO_REFERENCE_RANGE:
        return f"No reference range beside {seen or 'the result'}."
    if reason is Reason.IMPRECISE and seen:
        threshold = next((e.threshold for e in evidence if e.threshold), None)
        return f"{seen} leaves it open" + (f" ({_bound(threshold)})." if threshold else ".")
    if reason is Reason.JUDGEMENT:
        said = point.answer.notes[0] if point.answer.notes else ""
        note = f" {said[0].upper()}{escape(said[1:], 90)}." if said else ""
        return f"Recorded: {seen}.{note}" if seen else note.strip() or "The record does not settle it."
    missing = [_named(m, chart) for m in point.answer.missing]
    topic = point.criterion.topic.lower()
    named = [m for m in missing[:3] if m.lower() not in topic]
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return f"Not recorded: {', '.join(named)}{more}." if named else "None recorded."


def _seen(evidence: Sequence[Evidence], chart: Chart) -> str:
    """What was recorded, each fact once; where there are several, each result with its name."""
    facts = list({(e.value, e.unit, e.date): e for e in evidence if e.value}.values())[:_SHOWN_EVIDENCE]
    return listed([f"{_name_of(e, chart) if len(facts) > 1 else ''}{evidence_words(e)}" for e in facts])


def _name_of(evidence: Evidence, chart: Chart) -> str:
    """The name of the concept that a result measures, with a space behind it; "" for other facts."""
    concept = chart.terminology.concepts.get(evidence.rule or "")
    return f"{_ours(concept.text)} " if concept else ""


def evidence_words(evidence: Evidence) -> str:
    """What was recorded, with unit and date: `1.1 g/d (3 Feb 2026)`."""
    unit = f" {escape(evidence.unit, 20)}" if evidence.unit else ""
    when = f" ({date_words(evidence.date)})" if evidence.date else ""
    return f"{value_words(evidence.value or '')}{unit}{when}"


@lru_cache(maxsize=1024)
def _ours(text: str) -> str:
    """A text of the trial files or mappings, escaped once. Chart text is never kept."""
    return escape(text)


def _bound_of_score(bound: Evidence, evidence: Sequence[Evidence]) -> str:
    """What the chart alone proves of a score that nobody recorded (decision 36)."""
    if bound.value == "0":
        return "No total is recorded, and the chart alone proves none of its items."
    items = [_item(e) for e in evidence if e.rule == "score" and e.reference and e.note]
    shown = f" ({', '.join(items)})" if items else ""
    return f"The chart alone proves at least {bound.value}{shown}; no total is recorded."


def _item(evidence: Evidence) -> str:
    """`proteinuria 1.1 g/24 h`; the note holds the item and its points."""
    parts = ((evidence.note or "").partition(":")[0], value_words(evidence.value or "", 30), evidence.unit)
    return " ".join(escape(p, 40) if p is evidence.unit else p for p in parts if p)


def _named(name: str, chart: Chart) -> str:
    """A concept, ingredient or class as people call it."""
    concept = chart.terminology.concepts.get(name)
    return _ours(concept.text or name if concept else name.replace("_", " "))


def _bound(threshold: str) -> str:
    """A threshold of ours, with words for the signs that Markdown and HTML would take for their own."""
    return escape(threshold.replace("<", "below").replace(">", "above"), 60)


def _first(seen: str, otherwise: str) -> str:
    return seen[0].upper() + seen[1:] if seen else otherwise


def _of(seen: str) -> str:
    return f": {seen}" if seen else ""
