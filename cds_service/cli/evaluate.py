"""`cds-service evaluate`: every criterion of every trial for one patient."""

import time
from datetime import date

import click

from ..chart.chart import Chart
from ..kernel.errors import InputError
from .common import Day, believe_own_authorities, chosen, clock, fixture, print_json, read_input

_DEADLINE_SECONDS = 60
"""For a chart fetched on the command line: nobody waits in front of a screen."""


@click.command(name="evaluate")
@click.argument("patient", metavar="BUNDLE.json|PATIENT")
@click.option("--fhir-server", metavar="URL", help="Read the chart of PATIENT (an id) from this FHIR server.")
@click.option("--as-of", type=Day(), metavar="DATE", help="Date of the evaluation (default: CDS_AS_OF, else today).")
@click.option("--trial", "trials", multiple=True, metavar="ID", help="Only this trial; may be given several times.")
@click.option("--json", "as_json_", is_flag=True, help="For machines.")
def command(patient: str, fhir_server: str | None, as_of: date | None, trials: tuple[str, ...], as_json_: bool) -> None:
    """Every criterion of every trial for one patient, with evidence.

    BUNDLE.json is a FHIR R4 Bundle that holds one Patient; `-` reads stdin; the name of a fixture patient will do.
    """
    from ..screening import as_json, read_bundle, screen

    wanted = chosen(trials)
    day = clock(as_of)
    if fhir_server:
        chart = _over_the_wire(patient, fhir_server, day)
    else:
        path = fixture(patient)
        chart = read_bundle(path.read_bytes() if path else read_input(patient), day)
    screening = screen(chart, wanted)
    if as_json_:
        print_json(as_json(screening))
    else:
        from .people import evaluation

        click.echo(evaluation(screening))


def _over_the_wire(patient: str, server: str, as_of: date) -> Chart:
    from ..fhir.access import access_for
    from ..fhir.gather import MissingData, gather_patient
    from ..terminology import load

    believe_own_authorities()
    access = access_for(server, None, (server,))
    if access is None:
        raise InputError(f"'{server}' is not the address of a FHIR server (http:// or https://)")
    deadline = time.monotonic() + _DEADLINE_SECONDS
    identifier = patient.removeprefix("Patient/")
    try:
        gathered = gather_patient(identifier, access, terminology=load(), as_of=as_of, deadline=deadline)
    except MissingData:
        raise InputError("the FHIR server has no such patient") from None
    if gathered.chart is None:
        why = "; ".join(dict.fromkeys(problem for _, problem in gathered.problems)) or "no answer"
        raise InputError(f"the patient could not be read from the FHIR server: {why}")
    return gathered.chart
