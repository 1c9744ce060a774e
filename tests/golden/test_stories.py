"""Every sentence of every story in `fixtures/stories/` holds for the patient that it tells of.

The stories were worked out by hand from the clinical contract, not taken from the program's output.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from cds_service.screening import evaluate_bundle

ROOT = Path(__file__).parents[2]
STORIES = sorted((ROOT / "fixtures" / "stories").glob("*.yaml"))
PATIENTS = sorted((ROOT / "fixtures" / "patients").glob("*.json"))
TRIALS = ("NCT05765006", "NCT06222853", "NCT06513429", "NCT06711146", "NCT07339332")
VERDICTS = ("not-applicable", "ineligible", "not-yet", "possible", "likely")
COMPARED = ("status", "basis", "reason", "until", "assumes")

Json = dict[str, Any]


def load(path: Path) -> Json:
    """A story as YAML wrote it."""
    story: Json = yaml.safe_load(path.read_text(encoding="utf-8"))
    return story


def plain(value: object) -> object:
    """A date of YAML as the JSON writes it."""
    return value.isoformat() if isinstance(value, date) else value


@pytest.fixture(scope="module")
def answers() -> dict[str, Json]:
    """Story name → what the program says of its patient, trial by trial."""
    found = {}
    for path in STORIES:
        story = load(path)
        bundle = (ROOT / "fixtures" / "patients" / f"{story['patient']}.json").read_bytes()
        found[path.stem] = {t["id"]: t for t in evaluate_bundle(bundle, story["as_of"])["trials"]}
    return found


EXPECTED = [(path.stem, trial, want) for path in STORIES for trial, want in load(path)["expects"].items()]
SAID = [
    (name, trial, criterion, want)
    for name, trial, wanted in EXPECTED
    for criterion, want in (wanted.get("criteria") or {}).items()
]


@pytest.mark.parametrize(("name", "trial", "want"), EXPECTED, ids=[f"{n}-{t}" for n, t, _ in EXPECTED])
def test_the_trial_gets_the_verdict_of_the_story(answers: dict[str, Json], name: str, trial: str, want: Json) -> None:
    got = answers[name][trial]
    against = {c["id"]: c["until"] for c in got["criteria"] if c["status"] == "fail"}
    assert got["verdict"] == want["verdict"], f"{want['because']} Failing now: {against}"
    assert got["eligible_from"] == plain(want.get("eligible_from")), f"{want['because']} Failing now: {against}"
    if "note" in want:
        assert any(want["note"] in note for note in got["notes"])


@pytest.mark.parametrize(("name", "trial", "criterion", "want"), SAID, ids=[f"{n}-{t}-{c}" for n, t, c, _ in SAID])
def test_the_criterion_gets_the_answer_of_the_story(
    answers: dict[str, Json], name: str, trial: str, criterion: str, want: Json
) -> None:
    criteria = {c["id"]: c for c in answers[name][trial]["criteria"]}
    assert criterion in criteria
    got = {key: criteria[criterion][key] for key in COMPARED if key in want}
    assert got == {key: plain(want[key]) for key in COMPARED if key in want}, want["because"]


def test_every_patient_has_a_story_and_every_story_a_patient() -> None:
    assert {path.stem for path in STORIES} == {path.stem for path in PATIENTS}
    assert all(load(path)["patient"] == path.stem for path in STORIES)


def test_every_story_speaks_of_all_five_trials_and_says_why() -> None:
    for path in STORIES:
        expects = load(path)["expects"]
        assert set(expects) == set(TRIALS), path.stem
        for want in expects.values():
            assert want["because"]
            assert all(criterion["because"] for criterion in (want.get("criteria") or {}).values())


@pytest.mark.parametrize("trial", TRIALS)
def test_the_stories_show_each_verdict_of_the_trial(trial: str) -> None:
    shown = {load(path)["expects"][trial]["verdict"] for path in STORIES}
    assert shown == set(VERDICTS)


def test_a_patient_without_sle_gets_no_criteria(answers: dict[str, Json]) -> None:
    listed = [t["criteria"] for trials in answers.values() for t in trials.values() if t["verdict"] == "not-applicable"]
    assert listed
    assert not any(listed)


def test_no_resource_of_a_written_chart_goes_unread() -> None:
    # The charts hold odd values on purpose, but every resource is sound: what cannot be read is a value.
    for path in PATIENTS:
        result = evaluate_bundle(path.read_bytes(), date(2026, 11, 1))
        assert result["skipped"] == [], path.stem


def test_the_answers_do_not_depend_on_the_order_of_the_entries(answers: dict[str, Json]) -> None:
    for path in STORIES:
        story = load(path)
        bundle = json.loads((ROOT / "fixtures" / "patients" / f"{story['patient']}.json").read_text(encoding="utf-8"))
        bundle["entry"].reverse()
        turned = {t["id"]: t for t in evaluate_bundle(bundle, story["as_of"])["trials"]}
        for trial, got in answers[path.stem].items():
            assert turned[trial]["verdict"] == got["verdict"], (path.stem, trial)
            same = [(c["id"], c["status"], c["reason"], c["until"]) for c in got["criteria"]]
            assert [(c["id"], c["status"], c["reason"], c["until"]) for c in turned[trial]["criteria"]] == same, (
                path.stem
            )
