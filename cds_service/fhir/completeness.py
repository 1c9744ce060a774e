"""How far a kind of record was read (criteria.md "Completeness", decisions 38, 49, 51)."""

from ..chart.chart import Kind
from .pages import Answer
from .templates import Template


def together(states: list[Kind]) -> Kind:
    """How far a kind was read that several searches ask for: a failed one leaves a hole anywhere."""
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
