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
    trials = ",".join([_trial(tally, told) for tally in tallies])
    skipped = skipped_in_short(screening)
    rest = f',"skipped":{written(skipped)}' if skipped else ""
    who, as_of = written(screening.patient), screening.as_of.isoformat()
    return msgspec.Raw(f'{{"patient":{who},"as_of":"{as_of}","trials":[{trials}]{rest}}}')


def _trial(tally: Tally, told: Told) -> str:
    head = _head(tally.assessment)
    if not tally.ids:
        return f"{head}}}"
    # Ids and answers by turns, put in place and joined by loops of the interpreter's own.
    whole = [""] * (2 * len(tally.ids))
    whole[::2] = _opened(tally.ids)
    whole[1::2] = tally.own(told.json)
    return f'{head},"criteria":[{"".join(whole)}]}}'


@lru_cache(maxsize=256)
def _opened(ids: tuple[str, ...]) -> tuple[str, ...]:
    """What stands before the status of each criterion."""
    return tuple([f'{"," if n else ""}{{"id":{written(id_)}' for n, id_ in enumerate(ids)])


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
