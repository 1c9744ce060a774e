"""`review`: by nature a person's decision (consent, contraception, the investigator's discretion); never computed.

    {review: consent}
"""

from dataclasses import dataclass

from ..chart.chart import Chart
from ..kernel.answers import Answer, review
from .rule import Reads, Spec

KIND = "review"

_REVIEW = review()


@dataclass(frozen=True, slots=True)
class Review:
    """What a person has to decide."""

    what: str

    @property
    def always(self) -> Answer:
        """What it answers for every chart."""
        return _REVIEW

    def answer(self, chart: Chart) -> Answer:
        """Always `review`."""
        return _REVIEW

    def words(self) -> str:
        """What is to be decided."""
        return f"for a person to decide: {self.what}"

    def reads(self) -> Reads:
        """Nothing."""
        return Reads()


def read(spec: Spec) -> Review:
    """`{review: consent}`."""
    return Review(spec.text("review"))
