"""The extension of a card is written straight; the plain road (`as_json`) says what must come out, byte for byte."""

from datetime import date
from itertools import product
from pathlib import Path

import msgspec
import pytest

from cds_service.cards import Card, Layout, cards_for
from cds_service.cards.build import EXTENSION
from cds_service.eligibility import together
from cds_service.kernel.answers import Answer, Basis, Evidence, Reason, Status, passed, unknown
from cds_service.kernel.paths import data_dir
from cds_service.screening import Screening, as_json, read_bundle, screen

from .making import MET, assessed, criterion, extension, missing, screening, trial, waiting

IM19 = trial()
FIXTURES = sorted((data_dir("fixtures") / "patients").glob("*.json"))
DAYS = (date(2026, 11, 1), date(2027, 2, 3), date(2024, 2, 29))
REFERENCES = (
    "Observation/a", "Observation/b", None, 'Observation/"', "Observation/\\", 'a","b', "é/ü", "\u2028", "\x00\x1f\x7f",
    "𝄞", " ", "</script>", "",
)  # fmt: skip


def written(card: Card) -> bytes:
    return bytes(card["extension"][EXTENSION])


def plain(whole: Screening) -> bytes:
    return msgspec.json.encode(as_json(whole, evidence=False))


def of_one(answer: Answer) -> Screening:
    """The trial's other criterion is answered by the same object."""
    return screening(assessed(IM19, [(criterion("I1", "one"), answer), (criterion('E"1', "two"), answer)], "possible"))


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_the_extension_of_every_fixture_is_what_the_plain_road_encodes(fixture: Path, day: date) -> None:
    found = screen(read_bundle(fixture.read_bytes(), day))
    for card in cards_for(found, Layout(near_misses=True)):
        assert written(card) == plain(found)
    for card in cards_for(found, Layout(per_trial=True)):
        own = tuple(a for a in found.assessments if a.trial.id in card.trials)
        assert written(card) == plain(found._replace(assessments=own))


def test_every_shape_of_an_answer_is_written_as_by_the_plain_road() -> None:
    seen = Evidence("Observation/a", "1")
    shapes = product(
        Status, (None, *Basis), (None, *Reason), (None, date(2026, 12, 9)), (None, "stopped"), ((), ("cd4_abs", "igg")),
        ((), (seen,), (Evidence(None, "since"),), (seen, seen, Evidence("Observation/b", "2"))),
    )  # fmt: skip
    for shape in shapes:
        found = of_one(Answer(*shape))
        for card in cards_for(found):
            assert written(card) == plain(found), shape


@pytest.mark.parametrize("first", REFERENCES)
@pytest.mark.parametrize("second", REFERENCES)
def test_a_reference_is_escaped_as_json_asks_whatever_stands_in_it(first: str | None, second: str | None) -> None:
    both = (Evidence(first, "1"), Evidence(second, "2"))
    for evidence in (both, both[:1]):
        found = of_one(passed(Basis.RECORDED, evidence))
        (card,) = cards_for(found)
        assert written(card) == plain(found)
        named = [e["reference"] for e in extension(card)["trials"][0]["criteria"][0].get("evidence", ())]
        assert named == list(dict.fromkeys(e.reference for e in evidence if e.reference))


def test_a_trial_without_criteria_is_told_without_them() -> None:
    found = screening(assessed(IM19, [], "likely"))
    (card,) = cards_for(found)
    assert written(card) == plain(found)


def test_a_percent_sign_in_an_id_or_a_status_is_only_a_sign() -> None:
    which = trial(status="recruiting 50%")
    found = screening(assessed(which, [(criterion("I%s", "one"), MET), (criterion("E100%", "two"), MET)], "possible"))
    (card,) = cards_for(found, Layout(shown=("recruiting 50%",)))
    assert written(card) == plain(found)


def test_skipped_records_notes_and_trials_that_were_not_held_against_the_chart_are_told_as_by_the_plain_road() -> None:
    skipped = tuple((f"Observation/{n}", 'no "value"') for n in range(120))
    noted = assessed(trial("NCT06222853"), [], "not-applicable")._replace(notes=("lupus type not stated",))
    waits = waiting(trial("NCT06711146"), date(2026, 12, 9), Evidence("MedicationRequest/a", "prednisone"))
    found = screening(assessed(IM19), noted, waits, skipped=skipped)
    (card,) = cards_for(found)
    assert written(card) == plain(found)
    assert len(extension(card)["skipped"]) == 101


def test_what_is_kept_of_answers_holds_no_reference_and_no_day() -> None:
    """The same words about another patient are told with that patient's records and days."""
    for reference, day in (("Observation/a", date(2026, 12, 9)), ("Observation/b", date(2026, 12, 10))):
        answer = Answer(Status.FAIL, Basis.RECORDED, None, day, None, (), (Evidence(reference, "1"),))
        (card,) = cards_for(of_one(answer))
        assert extension(card)["trials"][0]["criteria"][0] == {
            "id": "I1", "status": "fail", "basis": "recorded", "until": day.isoformat(),
            "evidence": [{"reference": reference}],
        }  # fmt: skip


def test_an_answer_that_is_made_anew_is_told_anew() -> None:
    """Answers are told by their identity within one card; that of an answer that is gone says nothing of the next."""
    for n in range(50):
        concept = f"concept_{n}"
        for answer in (missing(concept), unknown(Reason.STALE, (concept,), (Evidence(f"Observation/{n}", "1"),))):
            (card,) = cards_for(of_one(answer))
            assert extension(card)["trials"][0]["criteria"][0]["missing"] == [concept]


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_what_the_plan_says_that_assessments_have_in_common_is_what_they_show(fixture: Path) -> None:
    found = screen(read_bundle(fixture.read_bytes(), DAYS[0])).assessments
    for shared in (together(found), together(list(found))):
        for assessment, own, ids in zip(found, shared.own, shared.ids, strict=True):
            picked = zip(ids, own(shared.answers), strict=True)
            assert all(a is b for (_, a), (_, b) in zip(picked, assessment.criteria, strict=True))
            assert list(ids) == [criterion.id for criterion, _ in assessment.criteria]
