"""`cds-service load`: fixture patients, or any Bundle files, onto a FHIR server, for sandbox testing."""

from pathlib import Path

import click

from ..kernel.errors import NotFound
from .common import believe_own_authorities, fixture, fixture_names, read_input


@click.command(name="load")
@click.argument("fixtures", nargs=-1, required=True, metavar="FIXTURE|BUNDLE.json…")
@click.option("--fhir-server", required=True, metavar="URL", help="The server to write to.")
@click.option("--only-needed", is_flag=True, help="Send only the kinds of resources that the service reads.")
def command(fixtures: tuple[str, ...], fhir_server: str, only_needed: bool) -> None:
    """Put patients on a FHIR server: fixtures by name (`all`: every one) or Bundle files.

    Each is one transaction under its own ids; loading it again changes nothing. Never load real patients onto a
    server that is not yours.
    """
    from ..fhir.load import load

    believe_own_authorities()
    names = [n for name in fixtures for n in (fixture_names() if name == "all" else [name])]
    bundles = [(Path(name).name if name != "-" else "stdin", _bundle(name)) for name in dict.fromkeys(names)]
    done = load(bundles, fhir_server, only_needed=only_needed, progress=click.echo)
    who = next((loaded.patient for loaded in done if loaded.patient), None)
    if who:
        click.echo(f"next: cds-service simulate {who} --fhir-server {fhir_server}")


def _bundle(name: str) -> bytes:
    path = fixture(name)
    if path:
        return path.read_bytes()
    if name != "-" and not Path(name).exists():
        raise NotFound(f"'{name}' is neither a fixture nor a file; the fixtures are {', '.join(fixture_names())}")
    return read_input(name)
