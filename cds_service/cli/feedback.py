"""`cds-service feedback`: what became of the cards, for people and as CSV."""

import csv
import sys
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import click

from .common import Day, print_json

if TYPE_CHECKING:
    from ..store.figures import Figures, Overview

_NO_REASON = "no reason given"


@click.group(name="feedback")
def command() -> None:
    """What clinicians did with the cards: report."""


@command.command()
@click.option("--since", type=Day(), metavar="DATE", help="Cards shown on or after this day (UTC).")
@click.option("--until", type=Day(), metavar="DATE", help="Cards shown on or before this day (UTC).")
@click.option("--client", metavar="NAME", help="One EHR of CDS_CLIENTS.")
@click.option("--csv", "as_csv", is_flag=True, help="trial, outcome, reason, cards: one row each.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def report(since: date | None, until: date | None, client: str | None, as_csv: bool, as_json: bool) -> None:
    """Cards shown, accepted, overridden by reason and by trial, and those of which nothing was heard.

    Reads the store of CDS_DATABASE_URL. Comments, patients and users are not shown. A card that speaks for three trials
    counts in each of the three.
    """
    from ..settings import Settings
    from ..store.database import Database, address
    from ..store.figures import overview
    from ..store.migrate import check

    database = Database(address(Settings.read().database_url), must_exist=True)
    check(database)
    try:
        found = overview(database, since=since, until=until, client=client)
    finally:
        database.close()
    if as_csv:
        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerow(("trial", "outcome", "reason", "cards"))
        out.writerows(_rows(found))
    elif as_json:
        print_json([dict(zip(("trial", "outcome", "reason", "cards"), row, strict=True)) for row in _rows(found)])
    else:
        click.echo("\n".join(_lines(found, since, until)))


def _rows(found: "Overview") -> Iterator[tuple[str, str, str, int]]:
    """(trial or `all`, outcome, reason code, cards): what was shown is the sum of the three that follow it."""
    for trial, figures in (("all", found.total), *found.trials.items()):
        yield trial, "shown", "", figures.shown
        yield trial, "accepted", "", figures.accepted
        for (_, code), cards in _by_count(figures) or [(("", ""), 0)]:
            yield trial, "overridden", code or "none", cards
        yield trial, "unanswered", "", figures.unanswered
    yield "all", "held-back", "", found.held_back
    yield "all", "unread", "", found.unread
    yield "all", "no-card", "", found.no_card
    yield "all", "unmatched", "", found.unmatched


def _lines(found: "Overview", since: date | None, until: date | None) -> Iterator[str]:
    when = " ".join(p for p in (f"from {since}" if since else "", f"to {until}" if until else "") if p)
    yield f"Cards shown {when}".rstrip() + f": {found.total.shown}"
    yield from _fate(found.total, "  ")
    for trial, figures in found.trials.items():
        yield f"\n{trial}: on {figures.shown} card{'s' if figures.shown != 1 else ''}"
        yield from _fate(figures, "  ")
    yield ""
    yield f"Held back because they had been dismissed and nothing had changed: {found.held_back}"
    yield f"Cards that only said that the chart could not be read: {found.unread}"
    yield f"Answers without a card: {found.no_card}"
    yield f"Reports about cards that are not known here: {found.unmatched}"


def _fate(figures: "Figures", indent: str) -> Iterator[str]:
    yield f"{indent}accepted    {figures.accepted:>6}{_share(figures.accepted, figures.shown)}"
    yield f"{indent}overridden  {figures.overridden:>6}{_share(figures.overridden, figures.shown)}"
    for (system, code), cards in _by_count(figures):
        yield f"{indent}  {cards:>6}  {_words(system, code)}"
    yield f"{indent}unanswered  {figures.unanswered:>6}{_share(figures.unanswered, figures.shown)}"


def _by_count(figures: "Figures") -> list[tuple[tuple[str, str], int]]:
    return sorted(figures.reasons.items(), key=lambda item: (-item[1], item[0]))


def _share(part: int, whole: int) -> str:
    return f"  ({100 * part // whole} %)" if whole else ""


def _words(system: str, code: str) -> str:
    from ..override_reasons import BY_CODE, SYSTEM

    if not code:
        return _NO_REASON
    known = BY_CODE.get(code) if system in ("", SYSTEM) else None
    return f"{known.display} ({code})" if known else f"{code} (the client's own)"
