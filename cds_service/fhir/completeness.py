"""How far a kind of record was read (criteria.md "Completeness", decisions 38, 49, 51)."""

from ..chart.chart import Kind
from .entries import BundleFacts
from .faults import WORDS
from .pages import Answer
from .templates import Template


def together(states: list[Kind]) -> Kind:
    """How far a kind was read that several searches ask for: a failed one leaves a hole anywhere."""
    if len(states) == 1:
        return states[0]
    distinct = set(states)
    if len(distinct) == 1:
        return states[0]
    if distinct <= {Kind.READ, Kind.NEWEST}:
        return Kind.NEWEST
    if distinct <= {Kind.READ, Kind.NOT_OFFERED}:
        return Kind.READ
    return Kind.PART


def cut(template: Template, answer: Answer) -> Kind:
    """What is left of an answer that was cut at its end: newest first, the rest can only be older (decision 51)."""
    return Kind.NEWEST if template.newest_first and answer.newest_first() else Kind.PART


def reach(
    template: Template, answer: Answer, received: int, sent: BundleFacts | None, *, outcome: bool, in_part: bool
) -> tuple[Kind, str | None]:
    """How far an answer that ended reaches, and in words what is missing; None where it is whole.

    `received`: matches that were read; `sent`: what the Bundle said that a prefetch had brought. `outcome`: an
    OperationOutcome said that something is missing. `in_part`: the token allows only a part.
    NOT_OFFERED: the server does not have the type, which only drug records may be without (decision 38).
    """
    before, total = (sent.received, sent.total) if sent else (0, answer.total)
    some = received + before > 0
    if answer.problem is not None:
        if answer.problem.reason in ("not-found", "not-offered") and not answer.pages and not sent:
            return Kind.NOT_OFFERED, str(answer.problem)
        if not some:
            return Kind.UNAVAILABLE, str(answer.problem)
        return Kind.PART if in_part else cut(template, answer), str(answer.problem)
    if in_part:
        return Kind.PART, WORDS["in-part"]
    if answer.dropped:
        return Kind.PART, WORDS["subsetted"]
    if outcome:
        return Kind.PART if some else Kind.UNAVAILABLE, WORDS["outcome"]
    if total is not None and answer.received + before < total and not template.single:
        return Kind.PART, WORDS["fewer"]
    return Kind.READ, None
