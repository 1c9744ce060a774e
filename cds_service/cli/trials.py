"""`cds-service trials`: look at the trials and check their files."""

import click

from ..kernel.paths import data_dir
from ..trials import Criterion, Trial, lint, load_trials
from .common import chosen, print_json, report


@click.group(name="trials")
def command() -> None:
    """The trials: list, show, lint."""


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_(as_json: bool) -> None:
    """All trials with their recruitment status."""
    trials = load_trials()
    if as_json:
        print_json([_facts(t) for t in trials])
        return
    for t in trials:
        click.echo(f"{t.id}  {t.name}, {t.product}, {t.city}: {t.status} (registry, {t.status_as_of.isoformat()})")


@command.command()
@click.argument("trial_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def show(trial_id: str, as_json: bool) -> None:
    """One trial with every criterion and its rule in words."""
    trial = chosen((trial_id,))[0]
    if as_json:
        print_json(_facts(trial) | {"criteria": [_criterion(c) for c in trial.criteria], "notes": list(trial.notes)})
        return
    click.echo(f"{trial.id}  {trial.title}")
    click.echo(f"{trial.name}, {trial.product}, target {trial.target}, {trial.phase}. {trial.sponsor}")
    click.echo(f"{trial.city}: {trial.status} (registry, {trial.status_as_of.isoformat()}). {trial.url}")
    for criterion in trial.criteria:
        click.echo(f"\n  {criterion.id:<5}{criterion.says} ({criterion.source})")
        click.echo(f"       {criterion.rule.words()}")
        if criterion.note:
            click.echo(f"       note: {criterion.note}")
    for note in trial.notes:
        click.echo(f"\n  note: {note}")


@command.command(name="lint")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def lint_(as_json: bool) -> None:
    """Report every fault of the trial files with file, line and reason."""
    report(lint(), "the trial files", as_json, _no_fault)


def _no_fault() -> str:
    count = sum(len(t.criteria) for t in load_trials())
    return f"{len(load_trials())} trials with {count} criteria in {data_dir('trials').name}/: no fault"


def _facts(trial: Trial) -> dict[str, object]:
    return {
        "id": trial.id,
        "name": trial.name,
        "product": trial.product,
        "title": trial.title,
        "target": trial.target,
        "sponsor": trial.sponsor,
        "phase": trial.phase,
        "status": trial.status,
        "status_as_of": trial.status_as_of.isoformat(),
        "last_update": trial.last_update.isoformat(),
        "sites": [{"name": s.name, "city": s.city, "country": s.country, "status": s.status} for s in trial.sites],
        "url": trial.url,
    }


def _criterion(criterion: Criterion) -> dict[str, object]:
    return {
        "id": criterion.id,
        "kind": criterion.kind,
        "summary": criterion.says,
        "rule": criterion.rule.words(),
        "source": criterion.source,
        "note": criterion.note,
    }
