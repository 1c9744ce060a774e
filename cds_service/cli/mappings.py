"""`cds-service mappings`: check the code tables, and say what a code means to the service."""

import click

from ..terminology import lint, load
from .common import print_json, report


@click.group(name="mappings")
def command() -> None:
    """The codes: lint, lookup."""


@command.command(name="lint")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def lint_(as_json: bool) -> None:
    """Report every fault of the mapping tables with file, line and reason."""
    report(lint(), "the mappings", as_json, _no_fault)


def _no_fault() -> str:
    return f"{len(load().codes)} codes in mappings/ (version {load().version}): no fault"


@command.command()
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def lookup(code: str, as_json: bool) -> None:
    """What a code means to the service, in every code system that has it."""
    found = load().describe(code)
    if as_json:
        print_json(found)
    for meaning in () if as_json else found:
        click.echo(", ".join(f"{key} {_plain(value)}" for key, value in meaning.items() if value not in (None, "", ())))
    if not found:
        raise click.ClickException(f"the code '{code}' means nothing to this service")


def _plain(value: object) -> str:
    return " ".join(str(v) for v in value) if isinstance(value, (list, tuple, set, frozenset)) else str(value)
