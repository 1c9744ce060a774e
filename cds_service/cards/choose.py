"""Which trials a card speaks of, and in which order (interface.md "HTTP", card.md "Rules")."""

from collections.abc import Iterable

from ..eligibility import Assessment
from ..kernel.answers import Basis, Reason, Status

_SILENT = (Status.PASS, Basis.NOT_RECORDED, None)
_JUDGED = (Status.UNKNOWN, None, Reason.JUDGEMENT)
FITS = ("likely", "possible")
UNCONFIRMED = "unknown"
"""The registry's status for an entry that nobody has confirmed for long."""


class Counts:
    """How the criteria of one trial came out, in the words of cards."""

    __slots__ = ("against", "check", "judge", "met", "silent")

    def __init__(self, assessment: Assessment) -> None:
        # An answer has a basis only where it passes or fails, and a reason only where it is unknown (decision 29).
        came_out = [answer[:3] for _, answer in assessment.criteria]
        statuses = [status for status, _, _ in came_out]
        self.met = statuses.count(Status.PASS)
        self.silent = came_out.count(_SILENT)
        self.against = statuses.count(Status.FAIL)
        self.judge = statuses.count(Status.REVIEW) + came_out.count(_JUDGED)
        self.check = len(statuses) - self.met - self.against - self.judge


def fitting(assessments: Iterable[Assessment], shown: tuple[str, ...]) -> list[Assessment]:
    """The trials that get onto the card: they fit, and their recruitment status is one that is shown.

    Order: unconfirmed recruitment last; `likely` before `possible`; fewer unknowns first; then the id.
    """
    found = [a for a in assessments if a.verdict in FITS and a.trial.status in shown]
    return sorted(found, key=_order)


def not_yet(assessments: Iterable[Assessment], shown: tuple[str, ...]) -> list[Assessment]:
    """The trials that only time keeps the patient from, the nearest first."""
    found = [a for a in assessments if a.verdict == "not-yet" and a.trial.status in shown and a.eligible_from]
    return sorted(found, key=lambda a: (a.trial.status == UNCONFIRMED, a.eligible_from, a.trial.id))


def _order(assessment: Assessment) -> tuple[bool, int, int, str]:
    return (
        assessment.trial.status == UNCONFIRMED,
        FITS.index(assessment.verdict),
        assessment.count(Status.UNKNOWN),
        assessment.trial.id,
    )
