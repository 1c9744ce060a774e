"""`cds-service`: the command line. Each command is a module that is imported only when it is called."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from ..kernel.errors import CdsError, DataError

COMMANDS = {
    "serve": "the service in production form",
    "simulate": "fire the hook as an EHR would, and show the cards",
    "evaluate": "every criterion of every trial for one patient, with evidence",
    "trials": "the trials: list, show, lint",
    "mappings": "the codes: lint, lookup",
    "feedback": "what became of the cards: report",
    "load": "put fixture patients on a FHIR server",
}


class _Lazy(click.Group):
    """Knows its commands by name and imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"{__name__}.{cmd_name}").command
        return found


@click.group(cls=_Lazy, name="cds-service", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cds-service")
def cli() -> None:
    """Which CAR-T trials in systemic lupus a patient may fit, and what is still to check."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line. Every error is one clear line on stderr and a non-zero exit, never a traceback."""
    try:
        result: Any = cli.main(arguments, standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(2)
    except click.ClickException as error:
        _fail(" ".join(error.format_message().split()), error.exit_code)
    except click.Abort:
        _fail("stopped", 130)
    except DataError as error:
        more = len(error.problems) - 1
        others = f" (and {more} more: cds-service trials lint, cds-service mappings lint)" if more else ""
        _fail(f"{error.problems[0]}{others}")
    except CdsError as error:
        _fail(" ".join(str(error).split()))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        _fail("stopped", 130)
    except Exception as error:  # noqa: BLE001 - the last edge: a fault of ours is one line too, and quotes no chart
        _fail(f"a fault in cds-service itself ({type(error).__name__}); please report it with the command", 70)
    else:
        sys.exit(result if isinstance(result, int) else 0)


def greet(farewell: str, arguments: Sequence[str]) -> None:
    """Run a command and then say goodbye: the process that shows the demo's first card."""
    try:
        main(arguments)
    finally:
        click.echo(f"\n{farewell}")


def _fail(line: str, code: int = 1) -> None:
    click.echo(f"cds-service: {line}", err=True)
    sys.exit(code)
