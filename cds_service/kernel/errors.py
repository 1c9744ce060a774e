"""The exceptions of this project, in plain words.

Every exception here may be shown to a person: its text says what was wrong, where, and what to do, and never
holds patient data.
"""

from dataclasses import dataclass


class CdsError(Exception):
    """Base of every error that this project raises on purpose."""


class InputError(CdsError):
    """What the caller handed in cannot be used (not JSON, not FHIR, no Patient, two Patients ...)."""


class NotFound(CdsError):
    """A trial, a fixture or a patient that was named does not exist."""


class Unreadable(CdsError):
    """One resource cannot be read. It is skipped, counted and reported; it never breaks the answer."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a data file: where it is and what is wrong."""

    file: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}"


class DataError(CdsError):
    """One or more faults in the project's data files; all of them are reported together."""

    def __init__(self, problems: "list[Problem] | Problem") -> None:
        self.problems = problems if isinstance(problems, list) else [problems]
        super().__init__("\n".join(str(p) for p in self.problems))
