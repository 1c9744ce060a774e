"""`cds-service feedback report`: every card counted once, by its newest report."""

import csv
import io
import json
from datetime import date

import pytest

from cds_service.cli import main
from cds_service.override_reasons import SYSTEM
from cds_service.store import Store
from cds_service.store.figures import overview

from .making import accepted, overridden, record, shown, take

LATER = "2026-11-24T12:00:00.000000Z"


@pytest.fixture
def used(store: Store) -> Store:
    """Five cards shown: one accepted, two overridden, two unanswered; and what else can happen."""
    both = "NCT06513429,NCT07339332"
    cards = [shown(store, trials=both), shown(store), shown(store), shown(store), shown(store, client="other")]
    record(store, *cards)
    record(store, shown(store, outcome="held-back", card=None))
    record(store, shown(store, outcome="unread", trials="", fingerprint=None))
    record(store, shown(store, outcome="none", card=None, trials="", fingerprint=None))
    record(store, shown(store, at="2026-10-01T00:00:00.000000Z"))
    take(store, overridden(cards[0].card, "need-more-info"))
    take(store, overridden(cards[0].card, "patient-refuses", at=LATER)._replace(reason_system=SYSTEM))
    take(store, overridden(cards[1].card), accepted(cards[2].card), accepted("unknown"))
    return store


def test_each_card_counts_once_by_its_newest_report(used: Store) -> None:
    found = overview(used.database, since=date(2026, 11, 24))
    assert (found.total.shown, found.total.accepted, found.total.overridden, found.total.unanswered) == (5, 1, 2, 2)
    assert found.total.reasons == {(SYSTEM, "patient-refuses"): 1, ("", ""): 1}
    assert (found.held_back, found.unread, found.no_card, found.unmatched) == (1, 1, 1, 1)


def test_a_card_counts_for_each_trial_that_it_speaks_for(used: Store) -> None:
    trials = overview(used.database, since=date(2026, 11, 24)).trials
    assert {name: (f.shown, f.overridden) for name, f in trials.items()} == {
        "NCT06513429": (5, 2), "NCT07339332": (1, 1)
    }  # fmt: skip


def test_days_and_clients_can_be_chosen(used: Store) -> None:
    assert overview(used.database).total.shown == 6
    assert overview(used.database, until=date(2026, 11, 23)).total.shown == 1
    assert overview(used.database, until=date(2026, 11, 24)).total.shown == 6
    assert overview(used.database, since=date(2026, 11, 24), client="other").total.shown == 1


def run(arguments: list[str], url: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("CDS_DATABASE_URL", url)
    with pytest.raises(SystemExit) as ended:
        main(["feedback", "report", *arguments])
    return int(ended.value.code or 0)


def test_the_report_for_people_says_reasons_in_words(
    used: Store, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--since", "2026-11-24"], url, monkeypatch) == 0
    said = capsys.readouterr().out
    assert "Cards shown from 2026-11-24: 5" in said
    assert "Patient does not want to take part in a trial (patient-refuses)" in said
    assert "no reason given" in said


def test_what_was_shown_is_the_sum_of_the_rows_that_follow_it(
    used: Store, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--csv"], url, monkeypatch) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    for trial in ("all", "NCT06513429", "NCT07339332"):
        mine = [row for row in table if row["trial"] == trial]
        parts = sum(int(r["cards"]) for r in mine if r["outcome"] in ("accepted", "overridden", "unanswered"))
        assert [int(r["cards"]) for r in mine if r["outcome"] == "shown"] == [parts]
    assert run(["--json"], url, monkeypatch) == 0
    assert [{k: str(v) for k, v in row.items()} for row in json.loads(capsys.readouterr().out)] == table


def test_without_a_store_the_report_is_one_line_and_makes_none(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "none.db"
    assert run([], f"sqlite:///{file}", monkeypatch) != 0
    assert capsys.readouterr().err.count("\n") == 1
    assert not file.exists()
