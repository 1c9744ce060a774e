"""Kleene's three-valued logic over answers: all, any, not, at least n of.

Source: criteria.md sections 1 and 2, decisions 4, 42, 50.

`review` is counted apart: it never makes a composite fail or pass.
"""

from collections.abc import Sequence
from datetime import date
from itertools import compress
from operator import itemgetter

from .answers import REASON_RANK, Answer, Basis, Evidence, Reason, Status, each_once, new, review

# Members by name, once: looking them up at every comparison costs more than the comparison.
_PASS, _FAIL, _UNKNOWN, _REVIEW = Status.PASS, Status.FAIL, Status.UNKNOWN, Status.REVIEW
_RECORDED, _COMPUTED, _NOT_RECORDED = Basis.RECORDED, Basis.COMPUTED, Basis.NOT_RECORDED
_status, _missing, _evidence, _notes = itemgetter(0), itemgetter(5), itemgetter(6), itemgetter(7)
"""Of an answer."""
_reference = itemgetter(0)
"""Of a piece of evidence."""
_NO_REASON = frozenset((None,))


def all_of(parts: Sequence[Answer]) -> Answer:
    """Kleene conjunction.

    Fails when one part fails, whatever the others are; `until` then looks at the failing parts only (decision 50)
    and is the latest of theirs, or None when one of them has none.
    """
    if len(parts) < 2:
        return parts[0] if parts else review()
    statuses, bases, _, _, _, missing, evidence, notes = zip(*parts, strict=True)
    if statuses.count(_PASS) < len(statuses):
        return _not_all(parts, statuses)
    if parts.count(parts[0]) == len(parts):
        return parts[0]  # as of exclusions on findings that nobody recorded
    basis = _COMPUTED if _COMPUTED in bases else _RECORDED if _RECORDED in bases else _NOT_RECORDED
    together, lacking, said = sum(evidence, ()), sum(missing, ()), sum(notes, ())
    if len(set(map(_reference, together))) < len(together):  # where all records differ nothing is said twice
        together = tuple(dict.fromkeys(together))
    if lacking or said:
        lacking, said = each_once(lacking), each_once(said)
    return new(Answer, (_PASS, basis, None, None, None, lacking, together, said))


def _not_all(parts: Sequence[Answer], statuses: Sequence[Status]) -> Answer:
    """A conjunction in which not every part passes."""
    counted = [p for p in parts if p[0] is not _REVIEW] if _REVIEW in statuses else parts
    if _FAIL in statuses:
        failing = [part for part in parts if part[0] is _FAIL]
        return _gathered(counted, failing, _FAIL, _basis_of_all(failing), _latest(failing), _assumes(failing))
    if _UNKNOWN in statuses:
        return _left_open(counted)
    if counted:
        return _gathered(counted, counted, _PASS, _basis_of_all(counted))
    return parts[0]


def _left_open(parts: Sequence[Answer]) -> Answer:
    """Several of which one at least is unknown, none of them for review: what these miss, what all show and say."""
    _, _, reasons, _, _, missing, evidence, notes = zip(*parts, strict=True)
    found = set(reasons) - _NO_REASON  # only what is unknown has one (decision 29)
    reason = found.pop() if len(found) == 1 else min(found, key=REASON_RANK.__getitem__)
    lacking, shown, said = sum(compress(missing, reasons), ()), sum(evidence, ()), sum(notes, ())
    if len(lacking) > 1:
        lacking = each_once(lacking)
    if len(set(map(_reference, shown))) < len(shown):  # where all records differ nothing is said twice
        shown = tuple(dict.fromkeys(shown))
    return new(Answer, (_UNKNOWN, None, reason, None, None, lacking, shown, each_once(said) if said else ()))


def any_of(parts: Sequence[Answer]) -> Answer:
    """Kleene disjunction.

    A failing part does not decide while another is unknown. When all fail, `until` is the earliest day on which
    one of them would pass (decision 42).
    """
    if len(parts) < 2:
        return parts[0] if parts else review()
    statuses = list(map(_status, parts))
    if _PASS in statuses:
        if statuses.count(_PASS) == 1:
            best = parts[statuses.index(_PASS)]
            return best if not best[5] and best[3] is None and best[4] is None else _best([best])
        return _best([part for part in parts if part[0] is _PASS])
    counted = [part for part in parts if part[0] is not _REVIEW] if _REVIEW in statuses else parts
    if not counted:
        return parts[0]
    if _UNKNOWN in statuses:
        return _left_open(counted)
    first: Answer | None = None
    for part in counted:
        if part.until is not None and (first is None or first.until is None or part.until < first.until):
            first = part
    until, assumes = (None, None) if first is None else (first.until, first.assumes)
    return _gathered(counted, counted, _FAIL, _basis_of_all(counted), until, assumes)


def not_(part: Answer) -> Answer:
    """Negation: pass and fail change places; unknown and review stay. Dates do not survive a negation."""
    if part.status is _PASS:
        return part._replace(status=_FAIL, until=None, assumes=None)
    if part.status is _FAIL:
        return part._replace(status=_PASS, until=None, assumes=None)
    return part


def at_least(n: int, parts: Sequence[Answer]) -> Answer:
    """Passes when at least n parts pass; fails when so many fail that n cannot be reached any more.

    What a person has to review may still pass: where only that could make up the number, it is for review.
    """
    counted, passing, failing, open_ = _sorted(parts)
    if len(passing) >= n:
        return _gathered(passing, passing, _PASS, _basis_of_all(passing))
    if len(passing) + len(open_) >= n:
        return _left_open(counted)
    if len(parts) - len(counted) + len(passing) + len(open_) >= n:
        return review()
    needed = n - len(passing)
    dates = sorted(p.until for p in failing if p.until is not None)
    until = dates[needed - 1] if not open_ and len(dates) >= needed else None
    return _gathered(counted, failing, _FAIL, _basis_of_all(failing or counted), until)


def first_reason(parts: Sequence[Answer]) -> Reason:
    """The reason that stands for several (decision 4)."""
    first = parts[0].reason
    for part in parts:
        if part.reason is not first:
            return min([p.reason or Reason.NO_DATA for p in parts], key=REASON_RANK.__getitem__)
    return first or Reason.NO_DATA


def _sorted(parts: Sequence[Answer]) -> tuple[Sequence[Answer], list[Answer], list[Answer], list[Answer]]:
    """The parts that count (reviews do not), and of them those that pass, fail and stay open."""
    passing: list[Answer] = []
    failing: list[Answer] = []
    open_: list[Answer] = []
    reviewed = False
    for part in parts:
        status = part.status
        if status is _PASS:
            passing.append(part)
        elif status is _UNKNOWN:
            open_.append(part)
        elif status is _FAIL:
            failing.append(part)
        else:
            reviewed = True
    counted = [p for p in parts if p.status is not _REVIEW] if reviewed else parts
    return counted, passing, failing, open_


def _best(passing: Sequence[Answer]) -> Answer:
    """The passing part that rests on the best basis (the first of several), with the notes of all that pass."""
    best = passing[0]
    for part in passing:
        if _rank(part.basis) < _rank(best.basis):
            best = part
    notes = best.notes
    for part in passing:
        notes += part.notes
    return new(Answer, (_PASS, best.basis, None, None, None, (), best.evidence, each_once(notes)))


def _rank(basis: Basis | None) -> int:
    """Recorded before computed before not-recorded (decision 42)."""
    return 0 if basis is _RECORDED else 1 if basis is _COMPUTED else 2 if basis is _NOT_RECORDED else 3


def _gathered(
    parts: Sequence[Answer],
    deciding: Sequence[Answer],
    status: Status,
    basis: Basis,
    until: date | None = None,
    assumes: str | None = None,
) -> Answer:
    """One answer of several: what those that decide miss and show; the notes of all."""
    missing: tuple[str, ...] = each_once(sum(map(_missing, deciding), ()))
    evidence: tuple[Evidence, ...] = each_once(sum(map(_evidence, deciding), ()))
    notes: tuple[str, ...] = each_once(sum(map(_notes, parts), ()))
    return new(Answer, (status, basis, None, until, assumes, missing, evidence, notes))


def _basis_of_all(parts: Sequence[Answer]) -> Basis:
    return _basis([part[1] for part in parts])


def _basis(bases: Sequence[Basis | None]) -> Basis:
    """`computed` if one part is, else `recorded` if any finding was read, else `not-recorded` (decision 42)."""
    return _COMPUTED if _COMPUTED in bases else _RECORDED if _RECORDED in bases else _NOT_RECORDED


def _latest(failing: Sequence[Answer]) -> date | None:
    dates = [p.until for p in failing]
    return None if None in dates else max(d for d in dates if d is not None)


def _assumes(failing: Sequence[Answer]) -> str | None:
    found: str | None = None
    for part in failing:
        if part.until is None:
            return None
        found = found or part.assumes or None
    return found
