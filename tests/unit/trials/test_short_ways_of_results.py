"""What is said at once of a common result, of no result, and of all trials together is what the long ways say."""

from copy import copy
from datetime import date

import pytest

from cds_service.chart.chart import Chart, Kind
from cds_service.chart.facts import Patient
from cds_service.cli.common import fixture, fixture_names
from cds_service.clinical.positivity import sole
from cds_service.clinical.positivity import tests as results_of
from cds_service.clinical.selection import decide
from cds_service.clinical.sledai import NAMES
from cds_service.clinical.spoiled import SPOILERS, spoiled, undisturbed
from cds_service.criteria import markers
from cds_service.criteria import test as tested
from cds_service.criteria.absence import Absence
from cds_service.criteria.combine import Combined
from cds_service.criteria.dyspnoea import Dyspnoea
from cds_service.criteria.gvhd import NoAcuteGvhd
from cds_service.criteria.judged_if_positive import JudgedIfPositive
from cds_service.criteria.pregnancy import NoPregnancy, _spared
from cds_service.criteria.rule import Rule
from cds_service.criteria.score import Score
from cds_service.criteria.shown_by import ShownBy
from cds_service.criteria.value import Value
from cds_service.eligibility import Ids, assess, assess_all, plan
from cds_service.kernel.answers import Answer, Basis, Reason, Status, passed
from cds_service.kernel.dates import DateSpan, day
from cds_service.kernel.logic import all_of, any_of, at_least
from cds_service.screening import read_bundle
from cds_service.terminology import load
from cds_service.trials import load_trials

AS_OF = date(2026, 11, 1)
TRIALS = load_trials()


def _within(rule: Rule) -> list[Rule]:
    return [rule, *(inner for part in getattr(rule, "parts", ()) for inner in _within(part))]


RULES = {id(r): r for t in TRIALS for c in t.criteria for r in _within(c.rule)}.values()
VALUES = [rule for rule in RULES if isinstance(rule, Value)]


def _chart(name: str) -> Chart:
    path = fixture(name)
    assert path is not None
    return read_bundle(path.read_bytes(), AS_OF)


def _empty(kind: Kind = Kind.READ) -> Chart:
    patient = Patient("Patient/x", None, None, None, False)
    return Chart(AS_OF, patient, load(), kinds={"Observation": kind})


def _careful(rule: Value, chart: Chart) -> Answer:
    """What a value says where nothing is taken for common."""
    found = rule.asked.of(chart)
    return rule._completed(chart, decide(found, rule.concepts, lambda result: rule._judge(chart, result)))


@pytest.mark.parametrize("name", fixture_names())
def test_a_plain_result_is_judged_as_a_careful_look_judges_it(name: str) -> None:
    """Each result of the chart, as if there were no other."""
    chart = _chart(name)
    everything = chart.results
    judged = 0
    for rule in VALUES:
        for concept in rule.concepts:
            for result in everything.get(concept, ()):
                chart.results, chart.memo = {concept: [result]}, {}
                if rule.asked.of(chart).only is not None:
                    judged += 1
                    assert rule.answer(chart) == _careful(rule, chart), rule.words()
    assert judged or not everything


@pytest.mark.parametrize("name", fixture_names())
def test_a_value_says_the_same_where_nothing_is_taken_for_common(name: str) -> None:
    chart = _chart(name)
    for rule in VALUES:
        if rule.asked.of(chart).only is not None:
            assert rule.answer(chart) == _careful(rule, chart), rule.words()


@pytest.mark.parametrize("name", fixture_names())
def test_a_plain_total_is_judged_as_a_careful_look_judges_it(name: str) -> None:
    chart = _chart(name)
    for rule in (rule for rule in RULES if isinstance(rule, Score)):
        for instrument in NAMES:
            for result in chart.results.get(instrument, ()):
                plain = rule._plainly(chart, result)
                assert plain is None or plain == rule._carefully(chart, result)


@pytest.mark.parametrize("name", fixture_names())
def test_without_tests_and_findings_pregnancy_is_what_a_whole_look_says(name: str) -> None:
    chart = _chart(name)
    for rule in (rule for rule in RULES if isinstance(rule, NoPregnancy)):
        assert _spared(chart.patient, chart) is not None or rule.answer(chart) == rule._tested(chart)


@pytest.mark.parametrize("name", fixture_names())
def test_a_test_of_one_result_says_what_all_its_results_say(name: str) -> None:
    chart = _chart(name)
    for rule in (rule for rule in RULES if isinstance(rule, tested.Tested)):
        assert rule.answer(chart) == rule._answer(chart), rule.words()


@pytest.mark.parametrize("name", fixture_names())
def test_a_marker_of_one_result_says_what_all_its_results_say(name: str) -> None:
    chart = _chart(name)
    for concept, asked in markers._ASKED.items():
        if sole(chart, asked) is not None:
            all_results = [markers._found(chart, concept, f) for f in results_of(chart, (concept,))]
            assert markers._test(chart, concept) == all_of(all_results), concept


@pytest.mark.parametrize("name", fixture_names())
def test_where_nothing_can_spoil_a_count_no_count_is_spoiled(name: str) -> None:
    chart = _chart(name)
    for spoiler in SPOILERS:
        if undisturbed(chart, (spoiler,)):
            for results in chart.results.values():
                assert all(spoiled(chart, result, (spoiler,), ()) is None for result in results)


def _long(rule: Rule, chart: Chart) -> Answer:
    """What a rule says without knowing beforehand what it says of nothing."""
    match rule:
        case Value():
            return rule._completed(chart, decide(rule.asked.of(chart), rule.concepts, lambda r: rule._judge(chart, r)))
        case tested.Tested():
            found = results_of(chart, rule.concepts)
            judged = [decide(f, rule.concepts, lambda r: rule._judge(chart, r)) for f in found]
            return any_of(judged) if rule.positive else all_of(judged)
        case ShownBy():
            answer = any_of([_long(part, chart) for part in rule.parts])
            return Answer(Status.UNKNOWN, None, Reason.NO_DATA) if answer.status is Status.FAIL else answer
        case Combined():
            parts = [_long(part, chart) for part in rule.parts]
            return {"all": all_of, "any": any_of}[rule.how](parts) if not rule.least else at_least(rule.least, parts)
        case JudgedIfPositive():
            return rule.touched(chart)
    return rule.answer(chart)


SILENT = [rule for rule in RULES if getattr(rule, "silent", None) is not None and hasattr(rule.silent, "speaks")]


def test_what_a_rule_says_of_nothing_is_what_its_parts_say_one_by_one() -> None:
    assert {type(rule) for rule in SILENT} >= {Value, tested.Tested, ShownBy, Combined, Absence, Dyspnoea, NoAcuteGvhd}
    for rule in SILENT:
        chart = _empty()
        speaks = rule.silent.speaks(chart)
        assert speaks is not any(guard.fails(chart) for guard in rule.silent.guards)
        assert rule.answer(chart) == _long(rule, chart), rule.words()
        assert not speaks or rule.silent.said(chart) == rule.answer(chart)


@pytest.mark.parametrize("kind", [Kind.NEWEST, Kind.PART, Kind.UNAVAILABLE])
def test_no_rule_knows_what_to_say_of_observations_that_were_not_read_whole(kind: Kind) -> None:
    for rule in SILENT:
        chart = _empty(kind)
        assert not (rule.silent.concepts and rule.silent.speaks(chart))
        assert rule.silent.answer is None or rule.answer(chart).reason is Reason.UNAVAILABLE


def test_a_rule_with_a_part_that_may_speak_of_nothing_is_not_silent() -> None:
    for rule in RULES:
        if isinstance(rule, Combined) and any(getattr(part, "silent", None) is None for part in rule.parts):
            assert rule.silent is None


KINDS = [{}, {"Observation": Kind.NEWEST}, {"Observation": Kind.PART, "Condition": Kind.READ}, {"Condition": Kind.PART}]


@pytest.mark.parametrize("kinds", KINDS, ids=str)
@pytest.mark.parametrize("name", fixture_names())
def test_all_trials_together_answer_as_each_rule_answers_by_itself(name: str, kinds: dict[str, Kind]) -> None:
    chart, alone = _chart(name), _chart(name)
    chart.kinds = alone.kinds = {**chart.kinds, **kinds}
    for assessment in assess_all(TRIALS, chart):
        for criterion, answer in assessment.criteria:
            alone.memo.clear()
            assert criterion.rule.answer(alone) == answer, criterion.rule.words()


@pytest.mark.parametrize("reach", [None, day(AS_OF), day(date(2026, 9, 1)), day(date(2020, 1, 1))], ids=str)
def test_untouched_exclusions_of_a_young_chart_stay_behind_their_guards(reach: DateSpan | None) -> None:
    chart, alone = _chart("amira-34"), _chart("amira-34")
    chart.reach = alone.reach = reach
    for assessment in assess_all(TRIALS, chart):
        for criterion, answer in assessment.criteria:
            alone.memo.clear()
            assert criterion.rule.answer(alone) == answer, criterion.rule.words()


def test_a_trial_is_assessed_alone_as_beside_others() -> None:
    together = assess_all(TRIALS, _chart("amira-34"))
    assert [assess(trial, _chart("amira-34")) for trial in TRIALS] == list(together)


def test_criteria_with_their_answers_are_a_sequence_of_pairs() -> None:
    found = assess(TRIALS[0], _chart("amira-34")).criteria
    pairs = list(found)
    assert [criterion for criterion, _ in pairs] == list(TRIALS[0].criteria)
    assert len(found) == len(pairs)
    assert found[0] == pairs[0]
    assert found[-2:] == pairs[-2:]
    assert found == pairs
    assert found != pairs[1:]
    assert found != 1


def test_what_the_rules_of_a_plan_answer_of_nothing_is_known_in_the_place_of_each() -> None:
    """But for what is asked of every chart, and for the day since when a chart has records."""
    made, empty = plan.plan_of(TRIALS), _empty()
    answers, asked = made.answers(empty)
    for place, blank in enumerate(made.blank.answers):
        if place not in asked:
            assert blank == answers[place]._replace(evidence=() if place < made.unrecorded else blank.evidence)


def test_a_trial_of_one_criterion_can_be_assessed() -> None:
    one = copy(TRIALS[0])
    object.__setattr__(one, "criteria", one.criteria[1:2])
    chart = _chart("amira-34")
    (pair,) = assess(one, chart).criteria
    assert pair == (one.criteria[0], one.criteria[0].rule.answer(chart))


def test_parts_that_say_the_same_thing_are_said_once_and_those_that_do_not_each() -> None:
    one, other = passed(Basis.RECORDED, notes=("a",)), passed(Basis.RECORDED, notes=("b",))
    assert all_of([one, passed(Basis.RECORDED, notes=("a",))]) == one
    assert all_of([one, one, other, one]).notes == ("a", "b")


def test_a_full_memory_of_plans_is_emptied_and_trials_are_assessed_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_plans", {})
    monkeypatch.setattr(plan, "_MOST_PLANS", 2)
    before = [assess(trial, _chart("amira-34")) for trial in TRIALS]
    assert len(plan._plans) <= 2
    assert list(assess_all(TRIALS, _chart("amira-34"))) == before


def test_a_plan_keeps_its_trials_so_that_no_other_can_be_taken_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_plans", {})
    kept = plan.plan_of(TRIALS)
    assert plan.plan_of(TRIALS) is kept
    assert [trials for trials, _ in plan._plans.values()] == [TRIALS]


def test_the_ids_of_a_plan_are_known_by_their_identity_alone() -> None:
    one, other = Ids(("I1", "E1")), Ids(("I1", "E1"))
    assert [one, other].index(other) == 1
    assert (one == other, one != other) == (False, True)
