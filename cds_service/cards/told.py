"""What each answer of a screening comes to on a card: a letter to count by, and its JSON in the card's extension.

Criteria that ask alike share their answer: a hundred and fifty criteria have some eighty. So each answer is looked at
once a card; what a card says of a trial is then put together by loops of the interpreter's own.

The JSON is what `screening.in_short` encodes to, and a test holds both against each other. What an answer says without
its records is one of a few texts, all of them ours: each is made once, by `in_short`, and kept. What is of the patient
(references, days) is put in for each card and never kept.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import compress, starmap
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
_letter, _json = itemgetter(0), itemgetter(1)
_said = itemgetter(0, 1, 2, 5)
"""Of an answer: its status, basis, reason, and what is missing."""
_own = itemgetter(3, 4, 6)
"""Of an answer: until when, on what assumption, its evidence."""
_encode = msgspec.json.Encoder().encode


class Told:
    """What the answers of some assessments come to; in the order of the answers."""

    __slots__ = ("json", "letters", "shared")
    letters: list[str]
    json: list[str]
    """But for what stands before the status, and without the brace at the end."""

    def __init__(self, assessments: Sequence[Assessment]) -> None:
        self.shared = shared = together(assessments)
        self.letters, self.json, named = _told(shared.answers)
        if not named.isascii() or not named.isprintable() or '"' in named or "\\" in named:
            self.letters, self.json, _ = _told([_escaped(answer) for answer in shared.answers])


def _told(answers: Sequence[Answer]) -> tuple[list[str], list[str], str]:
    """Letters, JSON, and all references in one, each once: they stand in the JSON as they are."""
    words = list(starmap(_words, map(_said, answers)))
    letters, json = list(map(_letter, words)), list(map(_json, words))
    references: dict[str, None] = {}
    # What remains is of the patient, and of some answers only: days and records.
    for n in compress(range(len(answers)), map(any, map(_own, answers))):
        _, _, _, until, assumes, _, evidence, _ = answer = answers[n]
        text = json[n]
        if until is not None or assumes:
            text = _without_records(new(Answer, (*answer[:6], (), ())))
        if len(evidence) == 1:  # the same for most
            first = evidence[0][0]
            if first:
                references[first] = None
                text += f',"evidence":[{{"reference":"{first}"}}]'
        elif evidence and (found := dict.fromkeys(filter(None, map(_reference, evidence)))):
            references |= found
            joined = '"},{"reference":"'.join(found)
            text += f',"evidence":[{{"reference":"{joined}"}}]'
        json[n] = text
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
