"""How the criteria of one trial came out, in the words of cards: counted once, for all that a card says of it."""

from collections.abc import Sequence

from ..eligibility import Assessment, Picker
from ..trials import Trial
from .told import JUDGE, MET, OPEN, REVIEW, SILENT, UNREAD, Told

_IS_UNKNOWN = bytes([chr(letter) in OPEN + JUDGE + UNREAD for letter in range(256)])


class Tally:
    """One trial on a card."""

    __slots__ = (
        "assessment", "check", "ids", "judge", "letters", "met", "open", "own", "silent", "trial", "unknown", "unread",
    )  # fmt: skip

    def __init__(self, assessment: Assessment, told: Told, own: Picker, ids: tuple[str, ...]) -> None:
        """`own`: what picks its answers out of those told; `ids`: of its criteria."""
        self.assessment = assessment
        self.trial: Trial = assessment.trial
        self.own = own
        self.ids = ids
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


def tallies_of(assessments: Sequence[Assessment], told: Told) -> list[Tally]:
    """`told`: of these assessments."""
    shared = told.shared
    return [Tally(a, told, own, ids) for a, own, ids in zip(assessments, shared.own, shared.ids, strict=True)]
