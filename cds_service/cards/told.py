"""What each answer of a screening comes to on a card: a letter to count by, and its JSON in the card's extension.

Criteria that ask alike share their answer: a hundred and fifty criteria have some eighty. So each answer is looked at
once a card, and of them only those that this chart gave; what a card says of a trial is then picked and joined.

The JSON is what `screening.in_short` encodes to, and a test holds both against each other. What an answer says without
its records is one of a few texts, all of them ours: each is made once, by `in_short`, and kept. What is of the patient
(references, days) is put in for each card and never kept.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec

from ..eligibility import Assessment, Blank, together
from ..kernel.answers import Answer, Basis, Reason, Status, new
from ..screening import in_short

MET, SILENT, AGAINST, REVIEW, OPEN, JUDGE, UNREAD = "msaroju"
"""Letters: passes, passes for nothing is recorded, fails, never computed; unknown: open, to judge, not to be read."""
_UNKNOWN = {Reason.JUDGEMENT: JUDGE, Reason.UNAVAILABLE: UNREAD}
_OTHERS = {Status.FAIL: AGAINST, Status.REVIEW: REVIEW}
_ID = len('{"id":"-"')
_reference = itemgetter(0)
_joined = '"},{"reference":"'.join
_AS_IT_IS = bytes(letter for letter in range(0x20, 0x7F) if letter not in b'"\\')
"""What JSON need not escape, of ASCII."""
_encode = msgspec.json.Encoder().encode


class Told:
    """What the answers of some assessments come to, in the places of the answers."""

    __slots__ = ("json", "letters", "shared")
    letters: list[str]
    json: list[str]
    """But for what stands before the status, and without the brace at the end."""

    def __init__(self, assessments: Sequence[Assessment]) -> None:
        self.shared = shared = together(assessments)
        asked, blank = shared.asked, shared.blank
        letters, json = _blank(blank) if blank is not None else ([""] * len(asked), [""] * len(asked))
        self.letters, self.json = letters, json = letters.copy(), json.copy()
        answers = list(map(shared.answers.__getitem__, asked))
        named = _tell(answers, asked, letters, json)
        if not named.isascii() or named.encode().translate(None, _AS_IT_IS):
            _tell([_escaped(answer) for answer in answers], asked, letters, json)


@lru_cache(maxsize=64)
def _blank(blank: Blank) -> tuple[list[str], list[str]]:
    """What the answers come to that are the same for every chart, and a place for each of the others."""
    answers = blank.answers
    letters, json = [""] * len(answers), [""] * len(answers)
    _tell(answers, range(len(answers)), letters, json)
    return letters, json


def _tell(answers: Sequence[Answer], places: Collection[int], letters: list[str], json: list[str]) -> str:
    """Put the letter and the JSON of each answer in its place; all references, as they stand in the JSON."""
    names: list[str] = []
    for place, answer in zip(places, answers, strict=True):
        status, basis, reason, until, assumes, missing, evidence, _ = answer
        letter, text = _words(status, basis, reason, missing)
        if until is not None or assumes:
            text = _without_records(new(Answer, (*answer[:6], (), ())))
        if evidence:
            if len(evidence) == 1:  # of most there is one
                named = evidence[0][0] or ""
                names.append(named)
            else:
                found = list(filter(None, dict.fromkeys(map(_reference, evidence))))
                named = _joined(found)
                names += found
            if named:
                text += f',"evidence":[{{"reference":"{named}"}}]'
        letters[place] = letter
        json[place] = text
    return "".join(names)


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
