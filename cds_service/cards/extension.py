"""The card's extension as JSON, written straight: byte for byte what `as_json(screening, evidence=False)` encodes to.

As objects it would be some hundred and fifty dictionaries a card. A test holds this road against the plain one.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import msgspec

from ..eligibility import Assessment
from ..screening import Screening, skipped_in_short
from .tally import Tally
from .told import Told, written


def extension(screening: Screening, tallies: Sequence[Tally], told: Told) -> msgspec.Raw:
    """The JSON of the extension. `tallies`: those of the screening's trials, in its order; `told`: their answers."""
    # All pieces in one list, joined once: the whole is some fourteen kilobytes long.
    parts = [f'{{"patient":{written(screening.patient)},"as_of":"{screening.as_of.isoformat()}","trials":[']
    comma = ""
    for tally in tallies:
        parts.append(comma + _head(tally.assessment))
        if tally.ids:
            answers = list(_opened(tally.ids))
            answers[1::2] = tally.own(told.json)
            parts += answers
        parts.append("}")
        comma = ","
    skipped = skipped_in_short(screening)
    parts.append(f'],"skipped":{written(skipped)}}}' if skipped else "]}")
    return msgspec.Raw("".join(parts))


@lru_cache(maxsize=256)
def _opened(ids: tuple[str, ...]) -> tuple[str, ...]:
    """The list of criteria with a place for each answer: what stands before its status, the place, and the end."""
    opening = ',"criteria":['
    pieces: list[str] = []
    for n, id_ in enumerate(ids):
        pieces += [f'{"}," if n else opening}{{"id":{written(id_)}', ""]
    return (*pieces, "}]")


def _head(assessment: Assessment) -> str:
    """What stands before the criteria."""
    trial = assessment.trial
    head = _named(trial.id, trial.status, trial.status_as_of, assessment.verdict)
    if assessment.eligible_from:
        head += f',"eligible_from":"{assessment.eligible_from.isoformat()}"'
    return f'{head},"notes":{written(assessment.notes)}' if assessment.notes else head


@lru_cache(maxsize=256)
def _named(id_: str, status: str, status_as_of: date, verdict: str) -> str:
    named = {"id": id_, "status": status, "status_as_of": status_as_of.isoformat(), "verdict": verdict}
    return written(named)[:-1]
