"""`cds-service load`: fixture patients onto a FHIR server, for sandbox testing."""

import click

from ..kernel.errors import NotFound
from .common import fixture, fixture_names


@click.command(name="load")
@click.argument("fixtures", nargs=-1, required=True, metavar="FIXTURE…")
@click.option("--fhir-server", required=True, metavar="URL", help="The server to write to.")
def command(fixtures: tuple[str, ...], fhir_server: str) -> None:
    """Put fixture patients on a FHIR server (`all`: every one). Loading again changes nothing."""
    from ..fhir.load import load

    names = fixture_names() if fixtures == ("all",) else list(fixtures)
    bundles = []
    for name in names:
        path = fixture(name)
        if path is None:
            raise NotFound(f"there is no fixture '{name}'; known are {', '.join(fixture_names())}")
        bundles.append((name, path.read_bytes()))
    load(bundles, fhir_server.rstrip("/"), progress=click.echo)
