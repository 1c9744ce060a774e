"""The card's extension as JSON, written straight: byte for byte what `as_json(screening, evidence=False)` encodes to.

As objects it would be some hundred and fifty dictionaries a card. A test holds this road against the plain one.
"""

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from ..eligibility import Assessment, Ids
from ..screening import Screening, skipped_in_short
from ..trials import Trial
from .tally import Share
from .told import Told, written


def extension(screening: Screening, trials: Sequence[Share], told: Told) -> msgspec.Raw:
    """The JSON of the extension. `trials`: those that it tells of; `told`: their answers."""
    parts = [
        _form(assessment[0], assessment[1], ids) % (_dated(assessment), *own(told.json))
        for assessment, own, ids in trials
    ]
    skipped = f',"skipped":{written(skipped_in_short(screening))}' if screening.skipped else ""
    patient, as_of = written(screening.patient), screening.as_of.isoformat()
    return msgspec.Raw(f'{{"patient":{patient},"as_of":"{as_of}","trials":[{",".join(parts)}]{skipped}}}')


@lru_cache(maxsize=256)
def _form(trial: Trial, verdict: str, ids: Ids) -> str:
    """One trial, with a place for what may stand before its criteria and one for each answer: all words of ours."""
    named = {"id": trial.id, "status": trial.status, "status_as_of": trial.status_as_of.isoformat(), "verdict": verdict}
    head = written(named)[:-1].replace("%", "%%")
    if not ids:
        return f"{head}%s}}"
    each = "},".join([f'{{"id":{written(id_)}'.replace("%", "%%") + "%s" for id_ in ids])
    return f'{head}%s,"criteria":[{each}}}]}}'


def _dated(assessment: Assessment) -> str:
    """The day from which a trial may fit, and the notes on it; of most trials nothing."""
    _, _, eligible_from, notes, _ = assessment
    day = f',"eligible_from":"{eligible_from.isoformat()}"' if eligible_from else ""
    return f'{day},"notes":{written(notes)}' if notes else day
