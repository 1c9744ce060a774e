"""Screening → CDS Hooks cards: one for all trials that fit, or one a trial where the client wants that."""

import os
import struct
from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any, NamedTuple

from ..eligibility import Assessment
from ..override_reasons import CODINGS
from ..screening import Screening
from ..trials import Trial
from . import wording
from .choose import fits, not_yet, ordered
from .extension import extension
from .points import open_points
from .spoken import spoken
from .tally import Share, Tally, shares
from .text import counted, day_words, escape, listed
from .told import REVIEW, Told

LONGEST_DETAIL = 1999
MOST_POINTS = 3
EXTENSION = "org.sle-trials.screening"
TOPIC = {"system": "urn:org.sle-trials:topics", "code": "sle-cart-trials", "display": "CAR-T trials in systemic lupus"}
REGISTRY = "https://clinicaltrials.gov/"
_uuid_parts = struct.Struct(">IHHHHI").unpack


class Card(dict[str, Any]):
    """A card as the JSON that is sent; beside it, which trials it speaks for."""

    __slots__ = ("trials",)
    trials: tuple[str, ...]
    """Ids; empty where it only says that the chart could not be read."""


class Layout(NamedTuple):
    """How a client wants its cards."""

    shown: tuple[str, ...] = ("recruiting", "not-yet-recruiting", "enrolling-by-invitation", "unknown")
    """Recruitment statuses that may appear."""
    per_trial: bool = False
    near_misses: bool = False
    """Whether trials that are only `not-yet` get a card of their own making."""
    say_unreadable: bool = True
    """Whether a chart that could not be read gets the honest sentence, or nothing (`CDS_UNREADABLE`)."""


def cards_for(screening: Screening, layout: Layout = Layout()) -> list[Card]:  # noqa: B008 - a NamedTuple is immutable
    """The cards for one patient; an empty list where nothing fits."""
    assessments, shown = screening.assessments, layout.shown
    chosen = [fits(a, shown) for a in assessments]
    if True not in chosen:
        later = not_yet(assessments, shown) if layout.near_misses else []
        return [_near_miss_card(later, screening)] if later else []
    told = Told(assessments)
    every = shares(assessments, told)
    fitting = ordered([Tally(assessment, own, told) for assessment, own, _ in compress(every, chosen)])
    if _unreadable(fitting):
        return unread_card(wording.unread_kinds(screening.chart)[0] or ["most of the record"], layout, screening)
    if layout.per_trial:
        own = {share[0].trial: share for share in every}
        return [_card_of_one(tally, own[tally.trial], told, screening) for tally in fitting]
    return [_card_of_all(fitting, every, told, not_yet(assessments, shown), screening)]


def unread_card(
    what: Sequence[str], layout: Layout, screening: Screening | None = None, why: Sequence[str] = ()
) -> list[Card]:
    """The honest sentence for a chart that could not be read, or no card where the site prefers silence.

    `what`: what could not be read, in plain words ("diagnoses", "medication orders"). `why`: the reasons, likewise.
    """
    if not layout.say_unreadable:
        return []
    named = listed(list(what))
    head = f"{named[0].upper()}{named[1:]} could not be read"
    text = f"{head}: lupus CAR-T trials were not screened."
    if len(text) > wording.LONGEST_SUMMARY:
        text = "Much of the record could not be read: lupus CAR-T trials were not screened."
    parts = [
        f"{escape(head, 400)}, so nothing can be said of lupus CAR-T trials for this patient, neither for nor against."
        + wording.reasons(why or list(screening.chart.why.values() if screening else ())),
        *([wording.what_was_read(screening.chart, say_unread=False)] if screening else []),
        wording.DISCLAIMER,
    ]
    return [_card(text, "\n\n".join(parts), [], screening)]


def _unreadable(fitting: Sequence[Tally]) -> bool:
    """Most of it unavailable: for no fitting trial was even half of what can be computed to be had."""
    return all(tally.unread * 2 > len(tally.letters) - tally.letters.count(REVIEW) for tally in fitting)


def _card_of_all(
    fitting: Sequence[Tally], every: Sequence[Share], told: Told, later: list[Assessment], screening: Screening
) -> Card:
    points = open_points(fitting)
    waiting = wording.waiting(later)
    head, foot = _frame(screening)

    def detail(most: int, brief: bool, named: bool) -> str:
        blocks = [wording.block(t, points[t.trial.id], screening.chart, most, brief=brief) for t in fitting]
        if waiting:
            blocks.append(waiting if named else f"**Not yet:** {counted(len(later), 'further trial')}.")
        return "\n\n".join([*head, *blocks, foot])

    return _card(wording.summary(fitting), _shortest(detail), [t.trial for t in fitting], screening, every, told)


def _shortest(detail: Callable[[int, bool, bool], str]) -> str:
    """The fullest detail that stays under the limit: first fewer points, then without their reasons."""
    text = detail(MOST_POINTS, False, True)
    if len(text) <= LONGEST_DETAIL:
        return text
    for most, brief, named in (
        (2, False, True), (MOST_POINTS, True, True), (1, False, True), (1, True, True), (1, True, False),
        (0, True, False),
    ):  # fmt: skip
        text = detail(most, brief, named)
        if len(text) <= LONGEST_DETAIL:
            return text
    return text[: text.rfind("\n", 0, LONGEST_DETAIL - len(wording.DISCLAIMER) - 2)] + f"\n\n{wording.DISCLAIMER}"


def _card_of_one(tally: Tally, own: Share, told: Told, screening: Screening) -> Card:
    points = open_points([tally])[tally.trial.id]
    head, foot = _frame(screening)

    def detail(most: int, brief: bool, named: bool) -> str:
        return "\n\n".join([*head, wording.block(tally, points, screening.chart, most, brief=brief), foot])

    return _card(wording.summary_of_one(tally), _shortest(detail), [tally.trial], screening, [own], told)


def _near_miss_card(later: list[Assessment], screening: Screening) -> Card:
    first = later[0]
    assert first.eligible_from is not None
    rest = f" {counted(len(later) - 1, 'other')} later." if len(later) > 1 else ""
    head = f"Not yet: lupus CAR-T trial {first.trial.name} ({first.trial.city}), from {day_words(first.eligible_from)}."
    foot = _frame(screening)[1]
    text = head + rest if len(head + rest) <= wording.LONGEST_SUMMARY else f"Not yet: {counted(len(later), 'trial')}."
    return _card(text, f"{wording.waiting(later)}\n\n{foot}", [a.trial for a in later], screening)


def _frame(screening: Screening) -> tuple[list[str], str]:
    """What stands above the trials (only where something could not be read) and below them."""
    none, _ = wording.unread_kinds(screening.chart)
    head = []
    if none:
        why = wording.reasons(list(screening.chart.why.values()))
        head = [f"**Could not be read: {listed(none)}.**{why} What depends on it is left open below."]
    return head, f"{wording.what_was_read(screening.chart, say_unread=not none)}  \n{wording.DISCLAIMER}"


def _uuid() -> str:
    """A random UUID (version 4) as `uuid.uuid4` makes it, without the object around it."""
    a, b, c, d, e, f = _uuid_parts(os.urandom(16))
    return f"{a:08x}-{b:04x}-4{c & 0xFFF:03x}-{d & 0x3FFF | 0x8000:04x}-{e:04x}{f:08x}"


def _card(
    summary: str,
    detail: str,
    trials: Sequence[Trial],
    screening: Screening | None,
    told_of: Sequence[Share] = (),
    told: Told | None = None,
) -> Card:
    """One card. `told_of`, `told`: the trials that its extension tells of, where they were looked at already."""
    ids = [t.id for t in trials]
    card = Card(
        uuid=_uuid(),
        summary=summary,
        detail=detail,
        indicator="info",
        source={
            "label": f"ClinicalTrials.gov {', '.join(ids)}" if ids else "ClinicalTrials.gov",
            "url": trials[0].url if len(trials) == 1 else REGISTRY,
            "topic": TOPIC,
        },
    )
    card.trials = tuple(ids)
    if trials:
        card["overrideReasons"] = CODINGS
        card["links"] = [spoken(t)[2] for t in trials]
    if screening is not None:
        told = told or Told(screening.assessments)
        card["extension"] = {EXTENSION: extension(screening, told_of or shares(screening.assessments, told), told)}
    return card
