"""`cds-service serve`: the service in production form; `--demo` adds a FHIR server on the fixtures."""

import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from ..kernel.errors import CdsError
from .common import fixture, fixture_names

if TYPE_CHECKING:
    from ..settings import Settings
    from ..store import Store

GREETED = "gita-38"
"""The fixture whose card the demo shows at its start."""

_CALL = "import sys; from cds_service.cli import greet; greet(sys.argv[1], sys.argv[2:])"


def _settings_help() -> str:
    from ..settings import names

    lines = [f"  {name} [{default}]: {meaning}" for name, (default, meaning) in names().items()]
    return "\b\nSettings, from the environment or a .env file:\n" + "\n".join(lines)


class _WithSettings(click.Command):
    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.epilog = _settings_help()
        super().format_epilog(ctx, formatter)


@click.command(name="serve", cls=_WithSettings)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--fhir-server", metavar="URL", help="The base used when a request names none; it may be called.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes, 4 threads each.")
@click.option("--demo", is_flag=True, help="Add a read-only FHIR R4 server on the fixtures at /fhir, show one card.")
def command(host: str, port: int, fhir_server: str | None, workers: int, demo: bool) -> None:
    """The service in production form (gunicorn)."""
    from ..clients import warnings_of
    from ..settings import Settings
    from ..web import demo as demo_server
    from ..web import logs, server
    from ..web.app import create_app
    from ..web.deployment import Deployment, seen_at
    from ..web.transport import check_transport

    settings = Settings.read()
    check_transport(settings, host)
    if demo and settings.auth != "open":
        raise CdsError("the demo bears no token; use it with CDS_AUTH=open")
    server.check_port(host, port)
    pinned = _fixture_day() if demo and settings.as_of is None else None
    if pinned is not None:
        settings = settings.model_copy(update={"as_of": pinned})
    here = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if settings.base_url is None:
        settings = settings.model_copy(update={"base_url": f"http://127.0.0.1:{port}"})
    deployment = Deployment(
        fhir_server=fhir_server,
        demo=demo_server.start() if demo else None,
        demo_seen_at=seen_at(host, port, settings.base_url) if demo else (),
    )
    app = create_app(settings, deployment, store=_store(settings))
    logs.configure(settings.log_level)
    warnings = warnings_of(settings.all_clients().values()) if settings.auth == "jwt" else ()

    def ready() -> None:
        click.echo(f"cds-service on {here}, discovery at {here}/cds-services")
        for warning in warnings:
            click.echo(f"WARNING: {warning}", err=True)
        if demo:
            when = f"; clinical date pinned to {pinned.isoformat()}, that of the fixtures" if pinned else ""
            click.echo(f"demo FHIR R4 server at {here}/fhir with {len(fixture_names())} patients{when}")
            _greet(here)

    server.serve(
        app, host, port, workers, deadline=settings.deadline_seconds, log_level=settings.log_level, ready=ready
    )


def _store(settings: "Settings") -> "Store":
    """What is kept, and where the workers note the tokens that were used: what one has seen, none takes again."""
    from ..store import Store

    return Store.open(settings.database_url, settings.hash_key, settings.hash_key_id)


def _greeted() -> str | None:
    names = fixture_names()
    return GREETED if GREETED in names else names[0] if names else None


def _fixture_day() -> date | None:
    """The date that the story of the greeted patient is told for; fixtures grow stale otherwise."""
    from ..kernel.paths import data_dir
    from ..trials.strict_yaml import parse

    name = _greeted()
    story = data_dir("fixtures") / "stories" / f"{name}.yaml"
    if not story.is_file():
        return None
    told = parse(story.read_text(encoding="utf-8"), story.name, [])
    try:
        return date.fromisoformat(told["as_of"])
    except (TypeError, KeyError, ValueError):
        return None


def _greet(here: str) -> None:
    """Fire patient-view at the running service, without prefetch, and print the card: as an EHR of its own."""
    from ..web import child
    from .ehr import patient_id

    name = _greeted()
    path = fixture(name) if name else None
    if path is None:
        return
    who = patient_id(path.read_bytes())
    click.echo(f"\npatient-view for the fixture {name}, without prefetch (the data is fetched from {here}/fhir):\n")
    sys.stdout.flush()
    call = ["simulate", who, "--service", here, "--fhir-server", f"{here}/fhir", "--wait", "20"]
    farewell = f"Open {here}/cds-services, or give that address to an EHR sandbox. Stop with Ctrl-C."
    child.start([sys.executable, "-c", _CALL, farewell, *call])
