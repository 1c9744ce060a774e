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


def fingerprint(service: str, assessments: Iterable[Assessment], rules: Mapping[str, str]) -> str:
    """64 hexadecimal digits. `rules`: trial id → `rules_of(trial)`."""
    parts: list[str | None] = [service]
    add, extend = parts.append, parts.extend
    for assessment in assessments:
        trial = assessment.trial
        extend((trial.id, rules[trial.id], trial.status, assessment.verdict))
        for _, answer in assessment.criteria:
            add(answer[0]._value_)
            for evidence in answer[6]:
                reference = evidence[0]
                if reference and not reference.startswith("Patient/"):
                    extend(evidence[:4])
    return hashlib.sha256(_encode(parts)).hexdigest()


def rules_of(trial: Trial) -> str:
    """12 hexadecimal digits that change when a criterion of the trial does, and not when the registry is read again."""
    said = [(c.id, c.kind, c.says, c.rule.words(), c.note) for c in trial.criteria]
    return hashlib.sha256(_encode([trial.id, said])).hexdigest()[:12]


@cache
def rules_together(rules: tuple[str, ...]) -> str:
    """12 hexadecimal digits for the rules of all trials."""
    return hashlib.sha256("\0".join(rules).encode()).hexdigest()[:12]
