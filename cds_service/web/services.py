"""CDS services: the files of `hooks/`, found by being there.

A file declares ID, HOOK, TITLE, DESCRIPTION, USAGE, `prefetch(client) -> {key: template}` and
`answer(call) -> Reply`.
"""

import importlib.util
import sys
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import msgspec

from ..cards import Card
from ..eligibility import Assessment
from ..fhir.access import FhirAccess
from ..kernel.errors import DataError, Problem
from ..kernel.paths import data_dir
from ..settings import Client, Settings

_DECLARED = ("ID", "HOOK", "TITLE", "DESCRIPTION", "USAGE", "prefetch", "answer")


class Call(msgspec.Struct, frozen=True, gc=False):
    """One hook call, checked, as a service sees it."""

    patient_id: str
    user_id: str
    prefetch: Mapping[str, msgspec.Raw]
    access: FhirAccess | None
    as_of: date
    deadline: float
    """An instant of time.monotonic()."""
    settings: Settings
    client: Client
    hook_instance: str = ""
    fhir_base: str = ""
    """`fhirServer` as the request names it: within it an id means one patient."""

    def __repr__(self) -> str:
        return "Call(…)"  # what shows the locals of a fault shows no patient

    @property
    def by_clinician(self) -> bool:
        """Whether the reader is a clinician; patients and relatives get no cards (the words are not theirs)."""
        return self.user_id.startswith("Practitioner")


class Reply(NamedTuple):
    """What a service answers."""

    cards: list[Card]
    assessments: tuple[Assessment, ...] = ()
    """All trials, as the patient was held against them; empty where the patient was not screened."""


@cache
def services(folder: Path | None = None) -> dict[str, ModuleType]:
    """Service id → its module. Raises DataError where a file of `hooks/` does not declare what it must."""
    found: dict[str, ModuleType] = {}
    problems: list[Problem] = []
    for path in sorted((folder or data_dir("hooks")).glob("[!_]*.py")):
        module = _load(path)
        missing = [name for name in _DECLARED if not hasattr(module, name)]
        if missing:
            problems.append(Problem(f"hooks/{path.name}", 1, f"a service must declare {', '.join(missing)}"))
        elif module.ID in found:
            problems.append(Problem(f"hooks/{path.name}", 1, f"the service id '{module.ID}' is taken by another file"))
        else:
            found[module.ID] = module
    if problems:
        raise DataError(problems)
    return found


def discovery(settings: Settings, client: Client) -> dict[str, Any]:
    """The body of `GET /cds-services`; the 3.0 profile adds the version."""
    return {"services": [_described(module, settings, client) for module in services().values()]}


def _described(module: ModuleType, settings: Settings, client: Client) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "hook": module.HOOK,
        "title": module.TITLE,
        "description": module.DESCRIPTION,
        "id": module.ID,
        "prefetch": module.prefetch(client),
        "usageRequirements": module.USAGE,
    }
    if settings.profile == "3.0":
        entry["version"] = "3.0.0-ballot"
        if hasattr(module, "HOOK_VERSION"):
            entry["hookVersion"] = module.HOOK_VERSION
    return entry


def _load(path: Path) -> ModuleType:
    name = f"hooks.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise DataError(Problem(f"hooks/{path.name}", 1, "this is not a Python file"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
