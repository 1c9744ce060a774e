"""Kleene's three-valued logic over answers: all, any, not, at least n of (criteria.md sections 1 and 2, decisions 4, 42, 50).

`review` is counted apart: it never makes a composite fail or pass.
"""

from collections.abc import Sequence
from datetime import date

from .answers import REASON_RANK, Answer, Basis, Reason, Status, merge, review

_BEST_FIRST = {Basis.RECORDED: 0, Basis.COMPUTED: 1, Basis.NOT_RECORDED: 2, None: 3}


def all_of(parts: Sequence[Answer]) -> Answer:
    """Kleene conjunction.

    Fails when one part fails, whatever the others are; `until` then looks at the failing parts only (decision 50)
    and is the latest of theirs, or None when one of them has none.
    """
    if len(parts) == 1:
        return parts[0]
    counted = [p for p in parts if p.status is not Status.REVIEW]
    if not counted:
        return parts[0] if parts else review()
    failing = [p for p in counted if p.status is Status.FAIL]
    if failing:
        return _gathered(
            counted, Status.FAIL, basis=_basis_of_all(failing), until=_latest(failing), assumes=_assumes(failing)
        )
    open_ = [p for p in counted if p.status is Status.UNKNOWN]
    if open_:
        return _gathered(counted, Status.UNKNOWN, reason=first_reason(open_))
    return _gathered(counted, Status.PASS, basis=_basis_of_all(counted))


def any_of(parts: Sequence[Answer]) -> Answer:
    """Kleene disjunction.

    A failing part does not decide while another is unknown. When all fail, `until` is the earliest day on which
    one of them would pass (decision 42).
    """
    if len(parts) == 1:
        return parts[0]
    counted = [p for p in parts if p.status is not Status.REVIEW]
    if not counted:
        return parts[0] if parts else review()
    passing = [p for p in counted if p.status is Status.PASS]
    if passing:
        best = min(passing, key=lambda p: _BEST_FIRST[p.basis])
        return Answer(
            Status.PASS, best.basis, evidence=best.evidence, notes=merge(best.notes, *(p.notes for p in passing))
        )
    open_ = [p for p in counted if p.status is Status.UNKNOWN]
    if open_:
        return _gathered(counted, Status.UNKNOWN, reason=first_reason(open_))
    dated = [p for p in counted if p.until is not None]
    first = min(dated, key=lambda p: p.until or date.max) if dated else None
    return _gathered(
        counted,
        Status.FAIL,
        basis=_basis_of_all(counted),
        until=None if first is None else first.until,
        assumes=None if first is None else first.assumes,
    )


def not_(part: Answer) -> Answer:
    """Negation: pass and fail change places; unknown and review stay. Dates do not survive a negation."""
    if part.status is Status.PASS:
        return part._replace(status=Status.FAIL, until=None, assumes=None)
    if part.status is Status.FAIL:
        return part._replace(status=Status.PASS, until=None, assumes=None)
    return part


def at_least(n: int, parts: Sequence[Answer]) -> Answer:
    """Passes when at least n parts pass; fails when so many fail that n cannot be reached any more."""
    counted = [p for p in parts if p.status is not Status.REVIEW]
    passing = [p for p in counted if p.status is Status.PASS]
    open_ = [p for p in counted if p.status is Status.UNKNOWN]
    if len(passing) >= n:
        return _gathered(passing, Status.PASS, basis=_basis_of_all(passing))
    if len(passing) + len(open_) >= n:
        return _gathered(counted, Status.UNKNOWN, reason=first_reason(open_))
    failing = [p for p in counted if p.status is Status.FAIL]
    needed = n - len(passing) - len(open_)
    dates = sorted(p.until for p in failing if p.until is not None)
    until = dates[needed - 1] if not open_ and len(dates) >= needed else None
    return _gathered(counted, Status.FAIL, basis=_basis_of_all(failing or counted), until=until)


def first_reason(parts: Sequence[Answer]) -> Reason:
    """The reason that stands for several (decision 4)."""
    return min((p.reason or Reason.NO_DATA for p in parts), key=REASON_RANK.__getitem__)


def _gathered(
    parts: Sequence[Answer],
    status: Status,
    basis: Basis | None = None,
    reason: Reason | None = None,
    until: date | None = None,
    assumes: str | None = None,
) -> Answer:
    deciding = [p for p in parts if p.status is status] if status is not Status.PASS else parts
    shown = parts if status is Status.UNKNOWN else deciding
    return Answer(
        status,
        basis,
        reason,
        until,
        assumes,
        merge((), *(p.missing for p in deciding)),
        merge((), *(p.evidence for p in shown)),
        merge((), *(p.notes for p in parts)),
    )


def _basis_of_all(parts: Sequence[Answer]) -> Basis:
    """`computed` if one part is, else `recorded` if any finding was read, else `not-recorded` (decision 42)."""
    bases = {p.basis for p in parts}
    for basis in (Basis.COMPUTED, Basis.RECORDED):
        if basis in bases:
            return basis
    return Basis.NOT_RECORDED


def _latest(failing: Sequence[Answer]) -> date | None:
    dates = [p.until for p in failing]
    return None if None in dates else max(d for d in dates if d is not None)


def _assumes(failing: Sequence[Answer]) -> str | None:
    if any(p.until is None for p in failing):
        return None
    return next((p.assumes for p in failing if p.assumes), None)
