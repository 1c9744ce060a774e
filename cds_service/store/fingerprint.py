"""What a card rests on, as one hash: a dismissed card comes back as soon as it differs (issue 4, item 7).

In it: the service, the trials with their rules and recruitment status, every criterion's status, and every record that
was held against a rule with its value, unit and date. Not in it: what moves with the calendar alone (dates until
which something waits, day counts, the patient's age), else a dismissed card would come back each morning. Where
time changes an answer, the status differs and with it the hash.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain
from operator import itemgetter

import msgspec

from ..eligibility import Assessment
from ..kernel.answers import Answer, Evidence
from ..trials import Trial

_encode = msgspec.json.Encoder().encode
_evidence = itemgetter(Answer._fields.index("evidence"))
_record = itemgetter(*map(Evidence._fields.index, ("reference", "value", "unit", "date")))
_EMPTY = hashlib.sha256()


def fingerprint(service: str, patient: str, assessments: Iterable[Assessment], rules: Mapping[str, str]) -> str:
    """64 hexadecimal digits.

    `patient`: reference of the patient, whose own record (age, sex) is left out. `rules`: trial id → `rules_of(trial)`.
    """
    left_out = (None, patient)
    # Some hundred pieces of evidence are looked at for each card, so the loops are the interpreter's own.
    parts: list[object] = [service]
    for assessment in assessments:
        trial = assessment.trial
        answers = [answer for _, answer in assessment.criteria]
        records = list(map(_record, chain.from_iterable(map(_evidence, answers))))
        parts += (
            trial.id, rules[trial.id], trial.status, assessment.verdict, [answer[0]._value_ for answer in answers],
            [record for record in records if record[0] not in left_out],
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
