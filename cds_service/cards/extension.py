"""The card's extension as JSON, written straight: byte for byte what `as_json(screening, evidence=False)` encodes to.

As objects it would be some hundred and fifty dictionaries a card. A test holds this road against the plain one.
"""

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from ..eligibility import Assessment
from ..screening import Screening, skipped_in_short
from ..trials import Trial
from .tally import Share
from .told import Told, written


def extension(screening: Screening, trials: Sequence[Share], told: Told) -> msgspec.Raw:
    """The JSON of the extension. `trials`: those that it tells of; `told`: their answers."""
    # All pieces in one list, joined once: the whole is some fourteen kilobytes long.
    parts = [f'{{"patient":{written(screening.patient)},"as_of":"{screening.as_of.isoformat()}","trials":[']
    comma = ""
    for assessment, own, ids in trials:
        parts.append(comma)
        parts.append(_head(assessment[0], assessment[1]))
        if assessment[2] is not None or assessment[3]:
            parts.append(_dated(assessment))
        if ids:
            answers = list(_opened(ids))
            answers[1::2] = own(told.json)
            parts += answers
        parts.append("}")
        comma = ","
    skipped = skipped_in_short(screening) if screening.skipped else None
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


@lru_cache(maxsize=256)
def _head(trial: Trial, verdict: str) -> str:
    """What stands before the criteria."""
    named = {"id": trial.id, "status": trial.status, "status_as_of": trial.status_as_of.isoformat(), "verdict": verdict}
    return written(named)[:-1]


def _dated(assessment: Assessment) -> str:
    """The day from which a trial may fit, and the notes on it."""
    _, _, eligible_from, notes, _ = assessment
    day = f',"eligible_from":"{eligible_from.isoformat()}"' if eligible_from else ""
    return f'{day},"notes":{written(notes)}' if notes else day
