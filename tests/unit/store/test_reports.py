"""Feedback: kept once, matched, never changed; what it means for showing the card again."""

import threading

import pytest

from cds_service.store import Store
from cds_service.store.tables import feedback, snoozes

from .making import TODAY, accepted, overridden, record, rows, shown, snoozed, take


def test_a_report_of_a_card_that_was_shown_is_matched(store: Store) -> None:
    row = shown(store)
    record(store, row)
    take(store, overridden(row.card, "patient-refuses"))
    (kept,) = rows(store, feedback)
    assert (kept.card, kept.matched, kept.outcome, kept.reason_code) == (
        row.card, True, "overridden", "patient-refuses"
    )  # fmt: skip


def test_a_report_of_an_unknown_card_is_kept_as_unmatched(store: Store) -> None:
    take(store, accepted("never-shown"))
    (kept,) = rows(store, feedback)
    assert not kept.matched


@pytest.mark.parametrize("changes", [{"client": "other"}, {"service": "other"}])
def test_a_card_of_another_client_or_service_is_not_matched(store: Store, changes: dict[str, str]) -> None:
    row = shown(store)
    record(store, row)
    take(store, overridden(row.card), **changes)
    assert [kept.matched for kept in rows(store, feedback)] == [False]
    assert not snoozed(store, row)


def test_the_same_report_again_changes_nothing(store: Store) -> None:
    row = shown(store)
    record(store, row)
    for later in range(3):
        take(store, overridden(row.card), today=TODAY.replace(day=24 + later))
    assert len(rows(store, feedback)) == 1
    (snooze,) = rows(store, snoozes)
    assert snooze.until == "2027-02-22"  # 90 days after the first report


def test_a_changed_mind_is_kept_beside_the_first_report_and_the_newest_counts(store: Store) -> None:
    row = shown(store)
    record(store, row)
    take(store, accepted(row.card, "2026-11-24T11:00:00.000000Z"))
    take(store, overridden(row.card, at="2026-11-24T10:00:00.000000Z"))  # arrives late
    assert len(rows(store, feedback)) == 2
    assert not snoozed(store, row)
    take(store, overridden(row.card, at="2026-11-24T12:00:00.000000Z"))
    assert snoozed(store, row)
    take(store, accepted(row.card, "2026-11-24T13:00:00.000000Z"))
    assert not snoozed(store, row)


def test_a_clock_that_runs_ahead_does_not_outvote_what_is_reported_later(store: Store) -> None:
    row = shown(store)
    record(store, row)
    take(store, accepted(row.card, "2999-01-01T00:00:00.000000Z"))
    (kept,) = rows(store, feedback)
    assert kept.outcome_at == kept.received_at


def test_a_batch_is_kept_whole(store: Store) -> None:
    many = [shown(store) for _ in range(20)]
    record(store, *many)
    take(store, *(overridden(row.card) for row in many), accepted("unknown"))
    assert len(rows(store, feedback)) == 21
    assert sum(kept.matched for kept in rows(store, feedback)) == 20


def test_reports_of_many_threads_about_the_same_cards_are_all_kept(store: Store) -> None:
    cards = [shown(store) for _ in range(4)]
    record(store, *cards)
    faults: list[Exception] = []

    def report(n: int) -> None:
        try:
            for row in cards if n % 2 else reversed(cards):
                take(store, overridden(row.card, at=f"2026-11-24T10:00:{n:02}.000000Z"))
        except Exception as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=report, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(rows(store, feedback)) == 32
    assert len(rows(store, snoozes)) == 4


def test_the_card_stays_away_until_the_snooze_ends_and_not_a_day_longer(store: Store) -> None:
    row = shown(store)
    record(store, row)
    assert not snoozed(store, row)
    take(store, overridden(row.card), days=14)
    assert snoozed(store, row, "2026-12-07")
    assert not snoozed(store, row, "2026-12-08")


@pytest.mark.parametrize(
    "changes",
    [{"patient": "p2"}, {"user_class": "PractitionerRole"}, {"client": "other"}, {"user": "Practitioner/b"}],
)
@pytest.mark.parametrize("whole_team", [False, True])
def test_nobody_else_misses_the_card_but_a_colleague_where_the_reason_is_the_patients(
    store: Store, changes: dict[str, str], whole_team: bool
) -> None:
    row = shown(store)
    record(store, row)
    take(store, overridden(row.card), whole_team=whole_team)
    assert snoozed(store, row)
    assert snoozed(store, row, **changes) is (whole_team and "user" in changes)


def test_a_card_without_fingerprint_is_never_held_back(store: Store) -> None:
    row = shown(store, outcome="unread", fingerprint=None, trials="")
    record(store, row)
    take(store, overridden(row.card))
    assert rows(store, snoozes) == []


def test_no_days_no_snooze(store: Store) -> None:
    row = shown(store)
    record(store, row)
    take(store, overridden(row.card), days=0)
    assert rows(store, snoozes) == []
