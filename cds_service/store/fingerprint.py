"""What a card rests on, as one hash: a dismissed card comes back as soon as it differs (issue 4, item 7).

In it: the service, the trials with their rules and recruitment status, every criterion's status, and every record that
was held against a rule with its value, unit and date. Not in it: what moves with the calendar alone (dates until
which something waits, day counts, the patient's age), else a dismissed card would come back each morning. Where
time changes an answer, the status differs and with it the hash.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain, compress
from operator import itemgetter, not_

import msgspec

from ..eligibility import Assessment
from ..trials import Trial

_encode = msgspec.json.Encoder().encode
_EMPTY = hashlib.sha256()
_status, _evidence = itemgetter(0), itemgetter(6)
"""Of an answer."""
_reference, _record = itemgetter(0), itemgetter(slice(4))
"""Of a piece of evidence: the record, and that with its value, unit and date."""


def fingerprint(service: str, patient: str, assessments: Iterable[Assessment], rules: Mapping[str, str]) -> str:
    """64 hexadecimal digits.

    `patient`: reference of the patient, whose own record (age, sex) is left out. `rules`: trial id → `rules_of(trial)`.
    """
    # Some hundred pieces of evidence are looked at for each card: by loops of the interpreter's own.
    left_out = {None, patient}.__contains__
    parts: list[object] = [service]
    for assessment in assessments:
        trial = assessment.trial
        answers = assessment.criteria.answers
        facts = list(chain.from_iterable(map(_evidence, answers)))
        counts = map(not_, map(left_out, map(_reference, facts)))
        parts += (
            trial.id, rules[trial.id], trial.status, assessment.verdict, list(map(_status, answers)),
            list(map(_record, compress(facts, counts))),
        )  # fmt: skip
    whole = _EMPTY.copy()  # a new one looks for OpenSSL's functions anew, which costs more than the hash
    whole.update(_encode(parts))
    return whole.hexdigest()


def rules_of(trial: Trial) -> str:
    """12 hexadecimal digits that change when a criterion of the trial does, and not when the registry is read again."""
    said = [(c.id, c.kind, c.says, c.rule.words(), c.note) for c in trial.criteria]
    return hashlib.sha256(_encode([trial.id, said])).hexdigest()[:12]


@cache
def rules_together(rules: tuple[str, ...]) -> str:
    """12 hexadecimal digits for the rules of all trials."""
    return hashlib.sha256("\0".join(rules).encode()).hexdigest()[:12]
