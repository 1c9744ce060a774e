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
from ..trials import Trial

_encode = msgspec.json.Encoder().encode
_EMPTY = hashlib.sha256()


def fingerprint(service: str, patient: str, assessments: Iterable[Assessment], rules: Mapping[str, str]) -> str:
    """64 hexadecimal digits.

    `patient`: reference of the patient, whose own record (age, sex) is left out. `rules`: trial id → `rules_of(trial)`.
    """
    # Some hundred pieces of evidence are looked at for each card, so without a call for any of them. Of an answer, [0]
    # is the status and [6] the evidence; of a fact, [0] is the reference and [:4] that with value, unit and date.
    parts: list[object] = [service]
    for assessment in assessments:
        trial = assessment.trial
        answers = [answer for _, answer in assessment.criteria]
        parts += (
            trial.id, rules[trial.id], trial.status, assessment.verdict, [answer[0]._value_ for answer in answers],
            [fact[:4] for answer in answers for fact in answer[6] if fact[0] is not None and fact[0] != patient],
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
