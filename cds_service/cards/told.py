"""What each answer of a screening comes to on a card: a letter to count by, and its JSON in the card's extension.

Criteria that ask alike share their answer: a hundred and fifty criteria have some eighty. So each answer is looked at
once a card; what a card says of a trial is then put together by loops of the interpreter's own.

The JSON is what `screening.in_short` encodes to, and a test holds both against each other. What an answer says without
its records is one of a few texts, all of them ours: each is made once, by `in_short`, and kept. What is of the patient
(references, days) is put in for each card and never kept.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec

from ..eligibility import Assessment, together
from ..kernel.answers import Answer, Basis, Reason, Status, new
from ..screening import in_short

MET, SILENT, AGAINST, REVIEW, OPEN, JUDGE, UNREAD = "msaroju"
"""Letters: passes, passes for nothing is recorded, fails, never computed; unknown: open, to judge, not to be read."""
_UNKNOWN = {Reason.JUDGEMENT: JUDGE, Reason.UNAVAILABLE: UNREAD}
_OTHERS = {Status.FAIL: AGAINST, Status.REVIEW: REVIEW}
_ID = len('{"id":"-"')
_reference = itemgetter(0)
_encode = msgspec.json.Encoder().encode


class Told:
    """What the answers of some assessments come to; in the order of the answers."""

    __slots__ = ("json", "letters", "shared")
    letters: list[str]
    json: list[str]
    """But for what stands before the status."""

    def __init__(self, assessments: Sequence[Assessment]) -> None:
        self.shared = shared = together(assessments)
        self.letters, self.json, named = _told(shared.answers)
        if not named.isascii() or not named.isprintable() or '"' in named or "\\" in named:
            self.letters, self.json, _ = _told([_escaped(answer) for answer in shared.answers])


def _told(answers: Iterable[Answer]) -> tuple[list[str], list[str], str]:
    """Letters, JSON, and all references in one, each once: they stand in the JSON as they are."""
    letters, json = [], []
    references: dict[str, None] = {}
    for status, basis, reason, until, assumes, missing, evidence, _ in answers:
        letter, text = _words(status, basis, reason, missing)
        letters.append(letter)
        if until is not None or assumes:
            text = _without_records(new(Answer, (status, basis, reason, until, assumes, missing, (), ())))
        if len(evidence) > 1:
            found = dict.fromkeys(filter(None, map(_reference, evidence)))
            references |= found
            joined = '"},{"reference":"'.join(found)
            json.append(f'{text},"evidence":[{{"reference":"{joined}"}}]}}' if found else text + "}")
        elif evidence and (first := evidence[0][0]):  # the same for most
            references[first] = None
            json.append(f'{text},"evidence":[{{"reference":"{first}"}}]}}')
        else:
            json.append(text + "}")
    return letters, json, "".join(references)


def _escaped(answer: Answer) -> Answer:
    """The answer with the references of its evidence as JSON writes them."""
    return answer._replace(evidence=tuple([
        e._replace(reference=written(e.reference)[1:-1]) if e.reference else e for e in answer.evidence
    ]))  # fmt: skip


@lru_cache(maxsize=1024)
def _words(status: Status, basis: Basis | None, reason: Reason | None, missing: tuple[str, ...]) -> tuple[str, str]:
    """The letter of an answer, and its JSON without days, records and the brace at the end. Words of ours alone."""
    if status is Status.PASS:
        letter = SILENT if basis is Basis.NOT_RECORDED else MET
    elif status is Status.UNKNOWN:
        letter = _UNKNOWN.get(reason, OPEN) if reason else OPEN
    else:
        letter = _OTHERS[status]
    return letter, _without_records(new(Answer, (status, basis, reason, None, None, missing, (), ())))


def _without_records(answer: Answer) -> str:
    return written(in_short("-", answer))[_ID:-1]


def written(value: Any) -> str:
    """JSON, as the answer of a call is encoded."""
    return _encode(value).decode()
