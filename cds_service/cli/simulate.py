"""`cds-service simulate`: fire the hook as an EHR would, and show the cards."""

import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import click

from ..kernel.errors import CdsError, InputError
from . import ehr
from .common import Day, fixture, fixture_names, read_input


@click.command(name="simulate")
@click.argument("patient", metavar="PATIENT")
@click.option("--hook", default="patient-view", show_default=True, help="The hook to fire.")
@click.option("--fhir-server", metavar="URL", help="Send this fhirServer and no prefetch; PATIENT is an id there.")
@click.option(
    "--service", metavar="URL", help="A running service, with or without /cds-services (default: in this process)."
)
@click.option("--as-of", type=Day(), metavar="DATE", help="The date of the evaluation (in this process only).")
@click.option("--locale", type=click.Choice(["en"]), default="en", show_default=True, help="Language of the cards.")
@click.option("--wait", type=float, default=0, hidden=True, help="Seconds to wait for the service to be ready.")
@click.option("--json", "as_json", is_flag=True, help="The body of the HTTP answer.")
def command(
    patient: str,
    hook: str,
    fhir_server: str | None,
    service: str | None,
    as_of: date | None,
    locale: str,
    wait: float,
    as_json: bool,
) -> None:
    """Fire the hook for PATIENT: a fixture's name, a Bundle file, or (with --fhir-server) an id there."""
    if service and as_of:
        raise click.UsageError("--as-of cannot be told to a running service; start it with CDS_AS_OF")
    ask = _remote(service.rstrip("/").removesuffix("/cds-services"), wait) if service else _here(as_of, fhir_server)
    bundle: bytes | None = None
    if fhir_server:
        answer = ehr.fire(ask, hook, patient.removeprefix("Patient/"), prefetch=None, fhir_server=fhir_server)
    else:
        bundle = _bundle(patient)
        who = ehr.patient_id(bundle)
        answer = ehr.fire(
            ask, hook, who, prefetch=lambda templates: ehr.prefetch_of(bundle, templates, who), fhir_server=None
        )
    if as_json:
        from .common import print_json

        print_json(answer)
    else:
        from .show import cards, why_none

        known = bundle is not None and not service  # what a running service was told by others is not known here
        click.echo(cards(answer["cards"]) or why_none(bundle if known else None, as_of))


def _bundle(patient: str) -> bytes:
    path = fixture(patient)
    if path:
        return path.read_bytes()
    if patient != "-" and not Path(patient).exists():
        names = ", ".join(fixture_names())
        raise InputError(f"'{patient}' is neither a fixture nor a file; the fixtures are {names}")
    return read_input(patient)


def _here(as_of: date | None, fhir_server: str | None) -> ehr.Ask:
    """The whole application in this process."""
    from ..settings import Settings
    from ..web.app import create_app
    from ..web.deployment import Deployment

    settings = Settings.read()
    if as_of:
        settings = settings.model_copy(update={"as_of": as_of})
    client = create_app(settings, Deployment(fhir_server=fhir_server)).test_client()

    def ask(path: str, body: dict[str, Any] | None) -> tuple[int, Any]:
        answer = client.get(path) if body is None else client.post(path, json=body)
        return answer.status_code, answer.get_json(silent=True)

    return ask


def _remote(service: str, wait: float) -> ehr.Ask:
    """A running service; `wait` seconds for it to come up."""
    import requests

    session = requests.Session()
    session.trust_env = False
    until = time.monotonic() + wait

    def ask(path: str, body: dict[str, Any] | None) -> tuple[int, Any]:
        while True:
            try:
                answer = session.request("GET" if body is None else "POST", service + path, json=body, timeout=60)
                return answer.status_code, answer.json()
            except requests.JSONDecodeError:
                return answer.status_code, None
            except requests.ConnectionError:
                if time.monotonic() >= until:
                    raise CdsError("the service does not answer at that address") from None
                time.sleep(0.1)
            except requests.RequestException:
                raise CdsError("the service did not answer in time, or the address is not one") from None

    if "://" not in service:
        raise InputError(f"'{service}' is not an address (http:// or https://)")
    sys.stdout.flush()
    return ask
