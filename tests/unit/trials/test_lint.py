"""A broken trial file is refused with every fault named: file, line, what is wrong, what would be right."""

from pathlib import Path

import pytest

from cds_service.criteria.combine import Combined
from cds_service.kernel.answers import Status
from cds_service.kernel.errors import DataError
from cds_service.trials import lint, load_trials

GOOD = """\
id: NCT00000001
name: X
product: CD19 CAR-T
title: A trial
target: CD19
sponsor: Somebody
phase: phase 1
registry:
  status: recruiting
  status_as_of: 2026-08-22
  last_update: 2026-01-01
  sites:
    - {name: A hospital, city: Hangzhou, country: China}
criteria:
  - id: I1
    says: Weighs at least 40 kg
    topic: weight
    ask: question
    rule: {value: body_weight, at_least: 40 kg}
    source: inclusion 1
"""
NAME = "NCT00000001.yaml"


def faults(folder: Path, text: str = GOOD, name: str = NAME, shared: str | None = None) -> list[str]:
    """The faults of a folder with this one trial file."""
    (folder / name).write_text(text, encoding="utf-8")
    if shared is not None:
        (folder / "shared.yaml").write_text(shared, encoding="utf-8")
    return [str(p) for p in lint(folder)]


def with_rule(rule: str) -> str:
    return GOOD.replace("{value: body_weight, at_least: 40 kg}", rule)


def test_a_good_file_has_no_fault_and_is_read(tmp_path):
    assert faults(tmp_path) == []
    trial = load_trials(tmp_path)[0]
    assert (trial.id, trial.city, trial.url) == (
        "NCT00000001", "Hangzhou", "https://clinicaltrials.gov/study/NCT00000001",
    )
    assert trial.criterion("I1").kind == "inclusion"
    with pytest.raises(KeyError):
        trial.criterion("I2")


def test_an_empty_folder_is_a_fault(tmp_path):
    assert [str(p) for p in lint(tmp_path)] == ["trials:0: there is no trial file (NCT….yaml) in the folder"]


@pytest.mark.parametrize("name", ["mine.yaml", "NCT00000002.yml", "nct00000002.YAML"])
def test_a_trial_under_a_name_that_is_not_read_is_a_fault_and_not_passed_over(tmp_path, name):
    (tmp_path / ".NCT00000001.yaml.swp.yaml").write_text("what an editor leaves", encoding="utf-8")
    assert faults(tmp_path) == []
    (tmp_path / name).write_text(GOOD, encoding="utf-8")
    assert faults(tmp_path) == [f"{name}:0: the file is not read: name it by its registry number, NCT….yaml"]


@pytest.mark.parametrize("name", [NAME, "shared.yaml"])
def test_a_file_that_is_not_utf_8_is_a_fault_with_its_line(tmp_path, name):
    faults(tmp_path)
    (tmp_path / name).write_bytes(b"id: NCT00000001\nname: caf\xe9\n")
    assert f"{name}:2: the file is not UTF-8" in [str(p) for p in lint(tmp_path)]


def test_a_trial_file_that_cannot_be_opened_is_a_fault(tmp_path):
    (tmp_path / NAME).mkdir()
    assert [str(p) for p in lint(tmp_path)] == [f"{NAME}:0: the file cannot be read"]


def test_a_file_with_faults_is_never_half_used(tmp_path):
    faults(tmp_path, with_rule("{value: body_weight}"))
    with pytest.raises(DataError, match="a value needs exactly one of"):
        load_trials(tmp_path)


@pytest.mark.parametrize(
    ("found", "change", "fault"),
    [
        ("phase: phase 1", "phase: phase 1\nphase: phase 2", ":8: 'phase' is written twice"),
        ("phase: phase 1", "fase: phase 1", ":7: 'fase' is not a key of this place; known are"),
        ("title: A trial", "title: [A, trial]", ":4: 'title' must be a text"),
        ("id: NCT00000001", "id: NCT1", ":1: 'id' must be the registry number and the name of the file"),
        ("status: recruiting", "status: open", ":9: 'open' is no recruitment status; known are"),
        ("status_as_of: 2026-08-22", "status_as_of: August", ":10: 'status_as_of' must be a date such as 2026-08-22"),
        ("  last_update: 2026-01-01\n", "", ":9: 'last_update' is missing"),
        ("{name: A hospital, city: Hangzhou, country: China}", "Hangzhou", ":12: a site is {name, city, country"),
        ("  sites:\n    - {name: A hospital, city: Hangzhou, country: China}\n", "", "'sites' is missing"),
        ("  - id: I1", "  - id: X1", ":15: 'id' must be I or E with a number and perhaps a letter, such as I4c"),
        ("    says: Weighs at least 40 kg\n", "", ":15: 'says' is missing"),
        ("    source: inclusion 1\n", "", ":15: 'source' is missing"),
        ("ask: question", "ask: oracle", ":18: 'ask' is 'oracle'; it must be one of question, laboratory"),
        ("    rule: {value: body_weight, at_least: 40 kg}\n", "", ":15: 'rule' is missing: a mapping such as"),
        ("    source: inclusion 1", "    source: inclusion 1\n    examples: none", ":21: 'examples' must be a list"),
        ("    source: inclusion 1", "    source: inclusion 1\n    same_as: nothing", "'nothing' is not a criterion of"),
        ("    says: Weighs at least 40 kg", "    says: Weighs\n    {a: b}: c", ":17: a key must be a plain word"),
        ("  - id: I1", "  - {a: b}: c", ":15: a key must be a plain word"),
        ("  - id: I1", "  - just a word\n  - id: I1", ":14: a criterion is a mapping: id, says, rule"),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_line(tmp_path, found, change, fault):
    assert found in GOOD
    said = faults(tmp_path, GOOD.replace(found, change, 1))
    assert any(s.startswith(NAME) and fault in s for s in said), said


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("{weight: 40 kg}", "the rule names no kind of criterion; the kinds are"),
        ("{value: body_weight, age: 18 to 65 years}", "the rule names several kinds of criteria (value, age)"),
        ("{value: body_weight, at_least: 40 kg, at_most: 60 kg}", "a value needs exactly one of"),
        ("{value: bodyweight, at_least: 40 kg}", "'bodyweight' is no concept of mappings/lab_concepts.csv"),
        ("{value: body_weight, at_least: heavy}", "it must be a number with its unit, such as '40 kg'"),
        ("{value: body_weight, at_least: 40 kg, colour: red}", "'colour' is not understood by the kind 'value'"),
        ("{age: young}", "'age' must read '18 to 65 years' or '18 years or over'"),
        ("{sle_for: a while}", "'a while' is not a length of time such as '8 weeks' or '6 months'"),
        ("{never: {fails: [hiccups]}}", "'hiccups' is no finding of mappings/conditions.csv or procedures.csv"),
        ("{never: hiccups}", "below 'never' there must be a rule"),
        ("{washout: sugar, for: 6 months}", "'sugar' is neither a drug group nor an ingredient"),
        ("{all: []}", "'all' must be a list of rules"),
        ("{all: [word]}", "below 'all' there must be a rule such as"),
        ("{shared: nothing}", "'nothing' is not defined in trials/shared.yaml"),
        ("{some_of: [{sle: diagnosed}], least: 2}", "'least' must say how many of the parts are needed"),
        ("{some_of: [{sle: diagnosed}], least: 1 kg}", "'least' takes a number without a unit"),
        ("{review: [a, b]}", "'review' must be a text"),
        ("{some_of: [{sle: diagnosed}], least: 0}", "'least' must say how many of the parts are needed"),
        ("{some_of: [{sle: diagnosed}]}", "'least' must say how many of the parts are needed"),
        ("{age: }", "'age' is missing"),
        ("{age: 65 to 18 years}", "the upper age is below the lower one"),
        ("{egfr: reported_or_computed, at_least: 30 furlong}", "furlong"),
        ("{sle: perhaps}", "'sle' is 'perhaps'; it must be one of diagnosed"),
        ("{washout: [{a: b}], for: 6 months}", "'washout' must be a text or a list of texts"),
        ("{washout: anti_cd20_antibody}", "'for' is missing"),
        ("{exposed_to: rituximab, or_intolerant: perhaps}", "'or_intolerant' must be true or false"),
    ],
)  # fmt: skip
def test_each_fault_of_a_rule_is_named(tmp_path, rule, fault):
    said = faults(tmp_path, with_rule(rule))
    assert any(s.startswith(f"{NAME}:19: ") and fault in s for s in said), said


def test_all_faults_are_reported_at_once(tmp_path):
    said = faults(tmp_path, with_rule("{age: young}").replace("ask: question", "ask: oracle").replace("phase: ", "p: "))
    assert len(said) >= 3


def test_a_criterion_written_twice_is_a_fault(tmp_path):
    item = GOOD[GOOD.index("  - id: I1"):]
    assert any("criterion 'I1' is written twice" in s for s in faults(tmp_path, GOOD + item))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the file is empty"),
        ("- a\n- b\n", "a trial file is a mapping: id, name, criteria"),
        ("a: [b", "this is not YAML"),
        ("a: \x00", "this is not YAML"),
        ("a: &x [*x]\n", "an alias points back to itself"),
        (GOOD[: GOOD.index("criteria:")], "'criteria' must be a list"),
        (GOOD.replace("registry:", "register:"), "'registry' is missing"),
    ],
)
def test_a_file_that_is_no_trial_is_named(tmp_path, text, fault):
    said = faults(tmp_path, text)
    assert any(fault in s for s in said), said


SHARED = """\
rules:
  heavy: {value: body_weight, at_least: 40 kg}
criteria:
  weight:
    says: Weighs at least 40 kg
    topic: weight
    rule: {shared: heavy}
"""


def test_a_shared_criterion_reaches_the_trial_with_its_words_and_its_rule(tmp_path):
    text = GOOD[: GOOD.index("  - id: I1")] + "  - {id: E2, same_as: weight, source: exclusion 2}\n"
    assert faults(tmp_path, text, shared=SHARED) == []
    criterion = load_trials(tmp_path)[0].criterion("E2")
    assert (criterion.says, criterion.kind, criterion.shared) == ("Weighs at least 40 kg", "exclusion", "weight")


@pytest.mark.parametrize(
    ("found", "change", "fault"),
    [
        ("    topic: weight", "    topics: weight", "shared.yaml:6: 'topics' is not a key of this place"),
        ("at_least: 40 kg", "at_least: heavy", "shared.yaml:2: 'at_least' is 'heavy'"),
        ("    says: Weighs at least 40 kg\n    topic: weight\n    rule: {shared: heavy}\n", "    - a\n",
         "shared.yaml:3: 'weight' must be a criterion"),
        (SHARED, "- a\n", ""),
    ],
)  # fmt: skip
def test_a_fault_of_the_shared_file_is_named(tmp_path, found, change, fault):
    said = faults(tmp_path, shared=SHARED.replace(found, change))
    assert any(fault in s for s in said) or not fault, said


def test_strict_yaml_guesses_nothing(tmp_path):
    said = faults(tmp_path, GOOD.replace("name: X", "name: NO").replace("sponsor: Somebody", "sponsor: 1.0"))
    assert said == []
    trial = load_trials(tmp_path)[0]
    assert (trial.name, trial.sponsor) == ("NO", "1.0"), "a plain loader would make false and a float of them"


def test_rules_can_ask_for_a_number_of_parts(tmp_path):
    rule = "{some_of: [{review: a}, {any: [{review: b}, {review: c}]}], least: 1}"
    assert faults(tmp_path, with_rule(rule)) == []
    made = load_trials(tmp_path)[0].criterion("I1").rule
    assert isinstance(made, Combined)
    assert made.words() == (
        "at least 1 of: for a person to decide: a; for a person to decide: b or for a person to decide: c"
    )
    assert made.reads().kinds == frozenset()
    assert made.answer(None).status is Status.REVIEW  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("{value: urine_protein_24h, at_most: 6 g/(24.h), beside: nonsense}", "'nonsense' is no concept of"),
        ("{review: }", "'review' is missing"),
        ("{value: body_weight, at_least: 40 kg, by: sight}", "'by' is 'sight'; it must be one of"),
    ],
)
def test_a_word_that_stands_beside_a_rule_is_checked_too(tmp_path, rule, fault):
    said = faults(tmp_path, with_rule(rule))
    assert any(fault in s for s in said), said
