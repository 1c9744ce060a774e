"""What became of the cards: counts for `cds-service feedback report`. No patient, no user and no comment is read."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, Table, func, select

from .database import Database, plainly
from .tables import audit, feedback


@dataclass(slots=True)
class Figures:
    """Counts for all cards, or for those that spoke for one trial."""

    shown: int = 0
    accepted: int = 0
    overridden: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(system, code) → overridden cards; ("", "") where no reason was given."""

    @property
    def unanswered(self) -> int:
        """Cards of which nothing was heard: clients do not report a card that was ignored."""
        return self.shown - self.accepted - self.overridden

    def add(self, outcome: str | None, reason: tuple[str, str], cards: int) -> None:
        """Count so many cards with the same fate."""
        self.shown += cards
        if outcome == "accepted":
            self.accepted += cards
        elif outcome == "overridden":
            self.overridden += cards
            self.reasons[reason] += cards


@dataclass(slots=True)
class Overview:
    """Everything that the report says."""

    total: Figures = field(default_factory=Figures)
    trials: dict[str, Figures] = field(default_factory=dict)
    """Trial id → figures of the cards that spoke for it. A card that speaks for three trials counts in three."""
    held_back: int = 0
    """Cards that were not shown again because they had been dismissed."""
    unread: int = 0
    """Cards that only said that the chart could not be read."""
    no_card: int = 0
    """Answers without a card."""
    unmatched: int = 0
    """Reports about cards that this store does not know."""


def overview(
    database: Database, *, since: date | None = None, until: date | None = None, client: str | None = None
) -> Overview:
    """Count the cards that were shown from `since` to `until` (UTC days, both included), each with its newest report.

    Raises StoreUnavailable.
    """
    found = Overview()
    newest = (
        select(
            feedback.c.card,
            feedback.c.outcome,
            feedback.c.reason_system,
            feedback.c.reason_code,
            func.row_number()
            .over(partition_by=feedback.c.card, order_by=(feedback.c.outcome_at.desc(), feedback.c.id.desc()))
            .label("place"),
        )
        .where(feedback.c.matched)
        .subquery()
    )
    fate = (newest.c.outcome, newest.c.reason_system, newest.c.reason_code)
    cards = (
        select(audit.c.outcome.label("kind"), audit.c.trials, *fate, func.count().label("cards"))
        .select_from(audit.outerjoin(newest, (newest.c.card == audit.c.card) & (newest.c.place == 1)))
        .group_by(audit.c.outcome, audit.c.trials, *fate)
    )
    strangers = select(func.count()).select_from(feedback).where(~feedback.c.matched)
    with plainly(), database.reading() as connection:
        for row in connection.execute(_within(cards, audit, "at", since, until, client)):
            _count(
                found, row.kind, row.trials, row.outcome, (row.reason_system or "", row.reason_code or ""), row.cards
            )
        found.unmatched = connection.execute(
            _within(strangers, feedback, "received_at", since, until, client)
        ).scalar_one()
    found.trials = dict(sorted(found.trials.items()))
    return found


def _count(found: Overview, kind: str, trials: str, outcome: str | None, reason: tuple[str, str], cards: int) -> None:
    if kind == "shown":
        found.total.add(outcome, reason, cards)
        for trial in trials.split(","):
            found.trials.setdefault(trial, Figures()).add(outcome, reason, cards)
    elif kind == "held-back":
        found.held_back += cards
    elif kind == "unread":
        found.unread += cards
    else:
        found.no_card += cards


def _within(
    query: "Select[Any]", table: Table, column: str, since: date | None, until: date | None, client: str | None
) -> "Select[Any]":
    at = table.c[column]
    if since is not None:
        query = query.where(at >= since.isoformat())
    if until is not None:
        query = query.where(at < f"{until.isoformat()}U")  # "U" comes after the "T" of every instant of that day
    if client is not None:
        query = query.where(table.c.client == client)
    return query
