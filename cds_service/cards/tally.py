"""How the criteria of one trial came out, in the words of cards: counted once, for all that a card says of it."""

from collections.abc import Sequence

from ..eligibility import Assessment, Ids, Picker
from ..trials import Trial
from .told import JUDGE, MET, OPEN, REVIEW, SILENT, UNREAD, Told

_IS_UNKNOWN = bytes([chr(letter) in OPEN + JUDGE + UNREAD for letter in range(256)])

Share = tuple[Assessment, Picker, Ids]
"""One trial, what picks its answers out of those told, and the ids of its criteria."""


class Tally:
    """One trial on a card."""

    __slots__ = ("assessment", "check", "judge", "letters", "met", "open", "silent", "trial", "unknown", "unread")

    def __init__(self, assessment: Assessment, own: Picker, told: Told) -> None:
        """`own`: what picks its answers out of those told."""
        self.assessment = assessment
        self.trial: Trial = assessment.trial
        self.letters = letters = "".join(own(told.letters))
        # An answer has a basis only where it passes or fails, and a reason only where it is unknown (decision 29).
        self.silent = letters.count(SILENT)
        self.met = letters.count(MET) + self.silent
        judged = letters.count(JUDGE)
        self.unread = letters.count(UNREAD)
        self.check = letters.count(OPEN) + self.unread
        self.judge = letters.count(REVIEW) + judged
        self.open = self.check + judged
        """How many are unknown."""
        self.unknown = letters.encode().translate(_IS_UNKNOWN)
        """For each criterion 1 or 0."""


def shares(assessments: Sequence[Assessment], told: Told) -> list[Share]:
    """What belongs to each trial. `told`: of these assessments."""
    return list(zip(assessments, told.shared.own, told.shared.ids, strict=True))
