"""What several commands share: the clock, input files, trials by name, JSON on stdout."""

import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from ..kernel.dates import checked_clock
from ..kernel.errors import InputError, NotFound, Problem
from ..kernel.paths import data_dir
from ..trials import Trial, load_trials

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Day(click.ParamType[date]):
    """A date, YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            if not _DAY.fullmatch(value):
                raise ValueError
            day = date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is not a date; write YYYY-MM-DD", param, ctx)
        try:
            return checked_clock(day)
        except InputError as error:
            self.fail(str(error), param, ctx)


def clock(as_of: date | None) -> date:
    """`--as-of`, else `CDS_AS_OF`, else today."""
    if as_of is not None:
        return as_of
    from ..settings import Settings  # late: pydantic is slow to import

    return Settings.read().today()


def believe_own_authorities() -> None:
    """Let what is called over https be vouched for by the authorities of `CDS_CA_FILE` too. Raises CdsError."""
    from ..fhir import trust
    from ..settings import Settings

    if (authorities := Settings.read().ca_file) is not None:
        trust.besides(authorities)


def read_input(name: str) -> bytes:
    """A file, or stdin for `-`. Raises InputError."""
    if name == "-":
        return sys.stdin.buffer.read()
    path = Path(name)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no file '{name}'") from None
    except IsADirectoryError:
        raise InputError(f"'{name}' is a folder; a Bundle file is expected") from None
    except OSError:
        raise InputError(f"the file '{name}' cannot be read") from None


def fixture(name: str) -> Path | None:
    """The file of a fixture patient, or None."""
    if not name.replace("-", "").replace("_", "").isalnum():
        return None
    path = data_dir("fixtures") / "patients" / f"{name}.json"
    return path if path.is_file() else None


def fixture_names() -> list[str]:
    """All fixture patients."""
    return sorted(p.stem for p in (data_dir("fixtures") / "patients").glob("*.json"))


def chosen(ids: tuple[str, ...]) -> tuple[Trial, ...]:
    """The trials with these ids (none named: all). Raises NotFound."""
    trials = {t.id: t for t in load_trials()}
    wanted = [i.upper() for i in dict.fromkeys(ids)]
    for id_ in wanted:
        if id_ not in trials:
            raise NotFound(f"there is no trial '{id_}'; known are {', '.join(trials)}")
    return tuple(trials[i] for i in wanted) or tuple(trials.values())


def report(problems: list[Problem], what: str, as_json: bool, fine: Callable[[], str]) -> None:
    """What a lint found, and exit code 1 where it found anything; `fine`: the sentence for a clean one.

    `what`: of what they are faults, as in "3 faults in the mappings".
    """
    if as_json:
        print_json([{"file": p.file, "line": p.line, "problem": p.problem} for p in problems])
    else:
        for problem in problems:
            click.echo(str(problem))
        if not problems:
            click.echo(fine())
    if problems:
        raise click.ClickException(f"{len(problems)} fault{'s' if len(problems) > 1 else ''} in {what}")


def print_json(value: Any) -> None:
    """JSON for machines: UTF-8, one document."""
    import json

    sys.stdout.buffer.write(json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n")
