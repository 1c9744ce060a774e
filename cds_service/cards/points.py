"""Points to check: what the chart leaves open, why, and which of them come first.

Order (card.md): by how many of the shown trials they decide, then by ease (question, laboratory, imaging, biopsy),
then as the trial lists them.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import compress, count

from ..chart.chart import Chart
from ..clinical.selection import is_child
from ..kernel.answers import Answer, Evidence, Reason
from ..terminology import Terminology
from ..trials import Criterion
from .evidence import distinct, item_of_score, seen
from .names import concept_of, look_back_words, named, ours, parts_of, told
from .tally import Tally
from .text import date_words, escape

_EASE = {"question": 0, "laboratory": 1, "imaging": 2, "biopsy": 3}
_NO_DATA = Reason.NO_DATA
_MOST_NAMED = 4
"""So many things not recorded are named; where there are more, the card says what the trial asks instead."""


Point = tuple[Criterion, Answer]
"""One unknown criterion of one trial."""
_Asked = tuple[tuple[str, ...], int]
"""What the reader has to find out, and how easily."""


def open_points(tallies: Sequence[Tally]) -> dict[str, list[Point]]:
    """Trial id → its unknown criteria, those first that the reader can best act on."""
    # Plain loops: by the clock they cost two thirds of chains of `map` here, where each chain is a few points long.
    found: list[tuple[str, list[Point], list[_Asked]]] = []
    decides: dict[str, int] = {}
    for tally in tallies:
        pairs = tally.assessment.criteria
        criteria, answers = pairs.criteria, pairs.answers
        points = [(criteria[n], answers[n]) for n in compress(count(), tally.unknown)]
        asked = [_asks(answer[5], criterion) for criterion, answer in points]
        found.append((tally.trial.id, points, asked))
        for key in {key for keys, _ in asked for key in keys}:
            decides[key] = decides.get(key, 0) + 1
    ordered: dict[str, list[Point]] = {}
    for trial, points, asked in found:
        ranks = [
            ease - len(_EASE) * (decides[keys[0]] if len(keys) == 1 else max([decides[key] for key in keys]))
            for keys, ease in asked
        ]
        ordered[trial] = [points[n] for n in sorted(range(len(points)), key=ranks.__getitem__)]
    return ordered


@lru_cache(maxsize=1024)
def _asks(missing: tuple[str, ...], criterion: Criterion) -> _Asked:
    """What answers a point. The two SLEDAI totals stand in for each other (decision 6)."""
    keys = tuple("sledai" if "sledai" in m else m for m in missing) if missing else (criterion.topic,)
    return keys, _EASE.get(criterion.ask or "question", 0)


def line(point: Point, chart: Chart, *, brief: bool = False) -> str:
    """`- To check: **CD4 count**. Last one is from 3 Feb 2026, older than 180 days.`"""
    criterion, answer = point
    if answer[2] is _NO_DATA and not answer[6] and not answer[7] and not brief:  # reason, evidence, notes
        return _plain(answer[5], criterion, chart.terminology)
    lead = "For you to judge" if answer.reason is Reason.JUDGEMENT else "To check"
    why = "" if brief else f" {_why(point, chart)}"
    return f"- {lead}: **{ours(criterion.topic)}**.{why}"


@lru_cache(maxsize=1024)
def _plain(missing: tuple[str, ...], criterion: Criterion, terminology: Terminology) -> str:
    """The line for what nobody recorded, the most common one: all its words are ours, none is the chart's."""
    topic = criterion.topic
    return f"- To check: **{ours(topic)}**. {_asked(missing, topic, criterion.says, terminology)}"


def _why(point: Point, chart: Chart) -> str:
    answer = point[1]
    reason, evidence = answer.reason, answer.evidence
    if reason is Reason.NO_DATA and not evidence:
        return _not_recorded(point, chart) + _note(answer)
    bound = next((e for e in evidence if e.rule == "score" and e.basis == "computed" and e.reference is None), None)
    if bound is not None and reason is Reason.IMPRECISE:
        return _bound_of_score(bound, evidence, chart)
    if reason is Reason.STALE and evidence:
        return _stale(point, chart)
    if reason is Reason.NOT_OBSERVABLE:
        return f"Records go back only to {date_words(str(chart.reach)) if chart.reach else 'today'}."
    if reason is Reason.UNAVAILABLE:
        return "Could not be read from the record."
    if reason is Reason.INVALIDATED:
        counts = [e for e in evidence if (e.reference or "").startswith("Observation/")]
        cause = _seen([e for e in evidence if e not in counts], point, chart) or "treatment"
        return f"{_first(_seen(counts, point, chart), 'The count')} may be changed by {cause}; a later one is needed."
    if reason is Reason.INCOMPARABLE:
        return _incomparable(point, chart)
    shown = _seen(evidence, point, chart)
    if reason is Reason.NO_DOSE:
        return f"The dose cannot be read{f': {shown}' if shown else ''}."
    if reason is Reason.NO_REFERENCE_RANGE:
        return f"No reference range beside {shown or 'the result'}."
    if reason is Reason.IMPRECISE and evidence and evidence[0].rule == "age":
        return f"Born {date_words(evidence[0].date)}: {escape(evidence[0].value or '', 20)} years."
    if reason is Reason.IMPRECISE and shown:
        return _straddling(point, chart)
    if reason is Reason.JUDGEMENT:
        note = _note(answer)
        return f"Recorded: {shown}.{note}" if shown else note.strip() or "The record does not settle it."
    return _not_recorded(point, chart) + _note(answer)


def _not_recorded(point: Point, chart: Chart) -> str:
    """What would decide: named where it is one part of several and few; else what the trial asks."""
    criterion, answer = point
    return _asked(answer.missing, criterion.topic, criterion.says, chart.terminology)


@lru_cache(maxsize=1024)
def _asked(wanted: tuple[str, ...], topic: str, says: str, terminology: Terminology) -> str:
    """The sentence for what nobody recorded: all its words are ours, none is the chart's."""
    missing = list(dict.fromkeys(named(m, terminology) for m in wanted))
    if len(missing) > _MOST_NAMED:
        return f"Nothing recorded settles it. Asked: {escape(says, 120)}."
    if not missing or (len(missing) >= len(parts_of(topic)) and all(told(topic, m) for m in missing)):
        return "None recorded."
    return f"Not recorded: {', '.join(missing)}."


def _note(answer: Answer) -> str:
    said = answer.notes[0] if answer.notes else ""
    return f" {said[0].upper()}{escape(said[1:], 90)}." if said else ""


def _stale(point: Point, chart: Chart) -> str:
    """The newest result there is, and how far back the trial looks."""
    criterion, answer = point
    evidence, missing = answer.evidence, answer.missing
    old = next((e for e in evidence if e.date and e.threshold is None and e.normalised is None), evidence[0])
    if not old.date:
        return "Only an older result is recorded."
    concept = old.rule if old.rule in chart.terminology.concepts else next(iter(missing), "")
    span = look_back_words(criterion, concept or "", chart, is_child(chart))
    name = concept_of(old, chart)
    which = "one" if not name or told(criterion.topic, name) else name
    return f"Last {which} is from {date_words(old.date)}, older than {span or 'the trial accepts'}."


def _incomparable(point: Point, chart: Chart) -> str:
    """What was recorded and why it cannot be read: `82 lab units (13 Oct 2026): the unit is not known …`"""
    facts = [e for e in point[1].evidence if e.value]
    said: list[str] = []
    for note in dict.fromkeys(e.note for e in facts if e.note):
        shown = _seen([e for e in facts if e.note == note], point, chart)
        said.append(f"{_first(shown, 'The record')}: {escape(note, 90)}")
    return (
        "; ".join(said) + "." if said else f"{_first(_seen(facts, point, chart), 'The record')} cannot be read safely."
    )


def _seen(evidence: Sequence[Evidence], point: Point, chart: Chart) -> str:
    return seen(evidence, chart, point[0].topic)


def _straddling(point: Point, chart: Chart) -> str:
    """What lies on both sides of a threshold, and that threshold: of several tests only those that are open."""
    evidence = point[1].evidence
    less = next((e for e in evidence if e.rule == "score" and e.basis == "computed" and e.value is None), None)
    if less is not None:
        return _less_serology(less, point, chart)
    names = {named(m, chart.terminology) for m in point[1].missing}
    open_ = [e for e in evidence if concept_of(e, chart) in names] or evidence
    threshold = next((e.threshold for e in open_ if e.threshold), None)
    verb = "leave" if len(distinct(open_)) > 1 else "leaves"
    return f"{_seen(open_, point, chart)} {verb} it open" + (f" ({_bound(threshold)})." if threshold else ".")


def _less_serology(less: Evidence, point: Point, chart: Chart) -> str:
    """A recorded total, what is left of it without the two laboratory items, and which of these nobody measured."""
    total = _seen(point[1].evidence[:1], point, chart)
    sign, least, without = (less.threshold or "").split(" ", 2)
    unmeasured = [named(m, chart.terminology) for m in point[1].missing[1:]]
    missing = f" Not measured within 30 days of it: {', '.join(unmeasured)}." if unmeasured else ""
    return f"Total {total}; {escape(less.normalised or '')} {without} (asked: {sign} {least}).{missing}"


def _bound_of_score(bound: Evidence, evidence: Sequence[Evidence], chart: Chart) -> str:
    """What the chart alone proves of a score that nobody recorded (decision 36)."""
    if bound.value == "0":
        return "No total is recorded, and the chart alone proves none of its items."
    items = [item_of_score(e, chart) for e in evidence if e.rule == "score" and e.reference and e.note]
    shown = f" ({', '.join(items)})" if items else ""
    return f"The chart alone proves at least {bound.value}{shown}; no total is recorded."


def _bound(threshold: str) -> str:
    """A threshold of ours, with words for the signs that Markdown and HTML would take for their own."""
    return escape(threshold.replace("<", "below").replace(">", "above"), 60)


def _first(shown: str, otherwise: str) -> str:
    return shown[0].upper() + shown[1:] if shown else otherwise
