"""The sentences of a card: its summary, one block a trial, what is not yet possible, and what was read."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from operator import attrgetter

from ..chart.chart import Chart, Kind
from ..eligibility import Assessment
from ..kernel.answers import Answer, Evidence, Status
from ..kernel.dates import DateSpan, parse_window
from ..trials import Criterion
from .choose import UNCONFIRMED
from .evidence import evidence_words
from .points import Point, line
from .spoken import spoken
from .tally import Tally
from .text import counted, date_words, day_words, escape, listed, month_words

DISCLAIMER = "A research screening aid. It does not establish eligibility; the study team decides."
LONGEST_SUMMARY = 139
_WINDOW = re.compile(r"\d+ (?:day|week|month|year)s?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

KIND_WORDS = {
    "Patient": "the patient's record",
    "Condition": "diagnoses",
    "Observation": "results",
    "MedicationRequest": "medication orders",
    "MedicationStatement": "medication statements",
    "MedicationAdministration": "drug administrations",
    "MedicationDispense": "dispensed drugs",
    "Procedure": "procedures",
    "Immunization": "vaccinations",
    "AllergyIntolerance": "intolerances",
    "Encounter": "encounters",
}
_WHOLE = frozenset((Kind.READ, Kind.NOT_OFFERED))
_DRUG_SOURCES = {
    "MedicationStatement": "statements",
    "MedicationRequest": "orders",
    "MedicationAdministration": "administrations",
    "MedicationDispense": "dispenses",
}
"""In this order."""
_source = attrgetter("source")


def summary(fits: Sequence[Tally]) -> str:
    """One sentence under 140 characters, without markup and without anything from the chart."""
    names = [spoken(tally.trial)[0] for tally in fits]
    tail = _tail(sum([tally.check for tally in fits]), sum([tally.judge for tally in fits]))
    head = "May fit a lupus CAR-T trial" if len(names) == 1 else f"May fit {len(names)} lupus CAR-T trials"
    for form in (0, 1, 2):
        text = f"{head}: {listed([each[form] for each in names])}.{tail}"
        if len(text) <= LONGEST_SUMMARY:
            return text
    return f"{head}.{tail}"


def _tail(check: int, judge: int) -> str:
    """How much is open: points to check, else those that stay with the reader. A chart alone never settles all."""
    if check or not judge:
        return f" Nothing against; {counted(check, 'point') if check else 'nothing'} to check."
    return f" Nothing against; {counted(judge, 'point')} for you to judge."


def summary_of_one(tally: Tally) -> str:
    """The summary of a card that speaks of one trial only: with its registry number."""
    trial = tally.trial
    where = f" ({trial.city}{', unconfirmed' if trial.status == UNCONFIRMED else ''})"
    check = _tail(tally.check, tally.judge)
    text = f"May fit lupus CAR-T trial {trial.name}, {trial.id}{where}.{check}"
    return text if len(text) <= LONGEST_SUMMARY else f"May fit lupus CAR-T trial {trial.id}.{check}"


def block(tally: Tally, points: Sequence[Point], chart: Chart, most: int, *, brief: bool = False) -> str:
    """One trial: what it is, how the criteria came out, and the points that the reader can act on."""
    silent = f" ({tally.silent} of them because nothing is recorded)" if tally.silent else ""
    lines = [
        spoken(tally.trial)[1],
        f"{tally.met} met{silent}, {tally.check} to check, {tally.judge} for you to judge, none against.",
        *[line(point, chart, brief=brief) for point in points[:most]],
    ]
    if most and len(points) > most:
        lines.append(f"- … and {len(points) - most} more.")
    return "\n".join(lines)


def waiting(assessments: Sequence[Assessment]) -> str:
    """`**Not yet:** Meta10-19 (NCT06711146), from 9 Dec 2026: …`, one line a trial; "" where there is none."""
    return "  \n".join(_waiting(a) for a in assessments)


def _waiting(assessment: Assessment) -> str:
    trial, day = assessment.trial, assessment.eligible_from
    assert day is not None
    cause = next((c, a) for c, a in assessment.criteria if a.status is Status.FAIL and a.until == day)
    unconfirmed = f"; recruitment not confirmed since {day_words(trial.last_update)}"
    status = unconfirmed if trial.status == UNCONFIRMED else ""
    return f"**Not yet:** {trial.name} ({trial.id}{status}), from {day_words(day)}{_cause(*cause)}"


def _cause(criterion: Criterion, answer: Answer) -> str:
    """What stands in the way, the fact whose day decides, and what the trial asks."""
    facts = [e for e in answer.evidence if e.value]
    deciding = next((e for e in facts if answer.until in _lifted(e)), None)
    fact = deciding or max(facts, key=lambda e: e.date or "", default=None)
    if fact is None or fact.rule == "age":
        recorded = f": born {date_words(fact.date)}" if fact else ""
    else:
        recorded = f": {evidence_words(fact)}"
    assumed = ", counted as if it were stopped today" if answer.assumes == "stopped" else ""
    return f"{recorded}{assumed}. Asked: {escape(criterion.says, 120)}."


def _lifted(evidence: Evidence) -> tuple[date, ...]:
    """The days on which the passing of time would lift what this fact stands for ("≥" and "more than" a window)."""
    window = _WINDOW.search(evidence.threshold or "")
    ended = (evidence.date or "").rpartition("/")[2]
    day = _DAY.search(evidence.normalised or "") or _DAY.search(ended)
    if window is None or day is None:
        return ()
    lifted = parse_window(window[0]).after(date.fromisoformat(day[0]))
    return (lifted, lifted + timedelta(1))


def unread_kinds(chart: Chart) -> tuple[list[str], list[str]]:
    """Kinds that could not be read at all, and kinds that were read only in part, in words."""
    states = chart.kinds  # a kind that is not there was read
    if _WHOLE.issuperset(states.values()):
        return [], []
    none = [words for kind, words in KIND_WORDS.items() if states.get(kind) is Kind.UNAVAILABLE]
    part = [words for kind, words in KIND_WORDS.items() if states.get(kind) in (Kind.PART, Kind.NEWEST)]
    return none, part


def what_was_read(chart: Chart, *, say_unread: bool = True) -> str:
    """`Read: results to 21 Nov 2026, drugs from orders, records back to Mar 2019. 1 record could not be read (…).`"""
    days = [results[0].day[1] for results in chart.results.values() if results]
    if days:
        text = f"Read: results to {day_words(min(max(days), chart.as_of))}, "
    else:
        text = "Read: no results, " if chart.kind("Observation").complete else "Read: results not read, "
    if chart.exposures:
        text += _sources(frozenset(map(_source, chart.exposures)))
    else:
        text += "no drugs" if chart.drugs.complete else "drugs not read"
    if chart.reach is not None:
        text += f", records back to {_month(chart.reach)}"
    text += "."
    none, part = unread_kinds(chart)
    if none and say_unread:
        text += f" Could not be read: {listed(none)}."
    if part:
        text += f" Read only in part: {listed(part)}."
    if say_unread and chart.why:
        text += reasons(list(chart.why.values()))
    return text + _skipped(chart) if chart.skipped else text


@lru_cache(maxsize=64)
def _sources(kinds: frozenset[str]) -> str:
    return f"drugs from {listed([words for kind, words in _DRUG_SOURCES.items() if kind in kinds])}"


def _month(reach: DateSpan) -> str:
    """`Mar 2019`; the year where the chart gives no more."""
    first, last = reach
    return month_words(first) if first is last else date_words(str(reach)[:7])


def reasons(why: Sequence[str]) -> str:
    """Why something could not be read: each reason once, three at most. Empty where it is not known."""
    if not why:
        return ""
    distinct = list(dict.fromkeys(why))
    more = [f"{len(distinct) - 3} more"] if len(distinct) > 3 else []
    return f" Reason: {'; '.join([*(escape(words, 100) for words in distinct[:3]), *more])}." if distinct else ""


def _skipped(chart: Chart) -> str:
    strangers = [p for _, p in chart.skipped if "another patient" in p]
    unread = [p for _, p in chart.skipped if "another patient" not in p]
    text = ""
    if unread:
        why = f" ({escape(unread[0], 70)})" if len(set(unread)) == 1 else ""
        text += f" {counted(len(unread), 'record')} could not be read{why}."
    if strangers:
        text += f" {counted(len(strangers), 'record')} of another patient left out."
    return text
