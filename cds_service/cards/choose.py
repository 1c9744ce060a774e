"""Which trials a card speaks of, and in which order (interface.md "HTTP", card.md "Rules")."""

from collections.abc import Iterable, Sequence

from ..eligibility import Assessment
from .tally import Tally

FITS = ("likely", "possible")
UNCONFIRMED = "unknown"
"""The registry's status for an entry that nobody has confirmed for long."""


def fits(assessment: Assessment, shown: tuple[str, ...]) -> bool:
    """Whether a trial gets onto the card: it fits, and its recruitment status is one that is shown."""
    return assessment.verdict in FITS and assessment.trial.status in shown


def ordered(tallies: Iterable[Tally]) -> list[Tally]:
    """Unconfirmed recruitment last; `likely` before `possible`; fewer unknowns first; then by id."""
    return sorted(tallies, key=_order)


def not_yet(assessments: Sequence[Assessment], shown: tuple[str, ...]) -> list[Assessment]:
    """The trials that only time keeps the patient from, the nearest first."""
    found = [a for a in assessments if a.verdict == "not-yet" and a.trial.status in shown and a.eligible_from]
    return sorted(found, key=lambda a: (a.trial.status == UNCONFIRMED, a.eligible_from, a.trial.id))


def _order(tally: Tally) -> tuple[bool, int, int, str]:
    trial = tally.trial
    return trial.status == UNCONFIRMED, FITS.index(tally.assessment.verdict), tally.open, trial.id
