"""What a card rests on, as one hash: a dismissed card comes back as soon as it differs (issue 4, item 7).

In it: the service, the trials with their rules and recruitment status, every criterion's status, and every record that
was held against a rule with its value, unit and date. Not in it: what moves with the calendar alone (dates until
which something waits, day counts, the patient's age), else a dismissed card would come back each morning. Where
time changes an answer, the status differs and with it the hash.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache

import msgspec

from ..eligibility import Assessment
from ..kernel.answers import Evidence
from ..trials import Trial

_encode = msgspec.json.Encoder().encode


def fingerprint(service: str, patient: str, assessments: Iterable[Assessment], rules: Mapping[str, str]) -> str:
    """64 hexadecimal digits.

    `patient`: reference of the patient, whose own record (age, sex) is left out. `rules`: trial id → `rules_of(trial)`.
    """
    left_out = (None, patient)
    # Some hundred pieces of evidence are looked at for each card, so the loops are the interpreter's own.
    parts: list[object] = [service]
    for assessment in assessments:
        trial = assessment.trial
        facts: list[Evidence] = []
        for _, answer in assessment.criteria:
            facts += answer[6]
        records = [fact[:4] for fact in facts if fact[0] not in left_out]
        statuses = [answer[0]._value_ for _, answer in assessment.criteria]
        parts += (trial.id, rules[trial.id], trial.status, assessment.verdict, statuses, records)
    return hashlib.sha256(_encode(parts)).hexdigest()


def rules_of(trial: Trial) -> str:
    """12 hexadecimal digits that change when a criterion of the trial does, and not when the registry is read again."""
    said = [(c.id, c.kind, c.says, c.rule.words(), c.note) for c in trial.criteria]
    return hashlib.sha256(_encode([trial.id, said])).hexdigest()[:12]


@cache
def rules_together(rules: tuple[str, ...]) -> str:
    """12 hexadecimal digits for the rules of all trials."""
    return hashlib.sha256("\0".join(rules).encode()).hexdigest()[:12]
