"""What a rule says at once, where the chart cannot say more, is what the long way says."""

from datetime import date

import pytest

from cds_service.cli.common import fixture, fixture_names
from cds_service.criteria.combine import Combined
from cds_service.criteria.rule import Rule
from cds_service.kernel.answers import Basis, Status
from cds_service.kernel.logic import any_of
from cds_service.screening import read_bundle
from cds_service.trials import load_trials

AS_OF = date(2026, 11, 1)


def _within(rule: Rule) -> list[Rule]:
    return [rule, *(inner for part in getattr(rule, "parts", ()) for inner in _within(part))]


ALTERNATIVES = [
    rule
    for trial in load_trials()
    for criterion in trial.criteria
    for rule in _within(criterion.rule)
    if isinstance(rule, Combined) and rule.how == "any"
]


@pytest.mark.parametrize("name", fixture_names())
def test_an_alternative_says_what_all_its_parts_together_say(name):
    path = fixture(name)
    assert path is not None
    for rule in ALTERNATIVES:
        chart = read_bundle(path.read_bytes(), AS_OF)
        assert rule.answer(chart) == any_of([part.answer(chart) for part in rule.parts]), rule.words()


def test_there_are_alternatives_that_need_a_finding_and_charts_where_the_first_part_alone_decides():
    short = [rule for rule in ALTERNATIVES if rule.needed]
    path = fixture("amira-34")
    assert path is not None
    chart = read_bundle(path.read_bytes(), AS_OF)
    alone = [r for r in short if r.parts[0].answer(chart)[:2] == (Status.PASS, Basis.RECORDED)]
    assert len(short) >= 4
    assert alone


def test_a_part_without_a_needed_finding_takes_the_long_way():
    assert all(
        not rule.needed
        for rule in ALTERNATIVES
        if any(not getattr(part, "passes_only_with", ()) for part in rule.parts[1:])
    )
