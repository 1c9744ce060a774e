"""The resource types that can become facts: one module of `read` each, found by being there."""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, Union

import msgspec

from .context import Context

FOUND_BY_REFERENCE = {"Medication", "Encounter", "Condition"}
"""Types that other resources point to."""
_WAITING = {
    "MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense",
}
"""Types that are read last: what they point to may come after them."""


class Known(NamedTuple):
    """A resource type that can become facts."""

    kind: str
    module: Any
    read: Callable[[Any, msgspec.Raw, Context], None]
    glance: Callable[[Any, Context], bool] | None
    """Takes all that there is to a resource of this patient that nobody asks for (most Observations), or says False."""
    waits: bool
    indexed: bool


@cache
def readers() -> tuple[dict[str, Known], dict[type, Known], msgspec.json.Decoder[Any]]:
    """Resource type → how it is read, the same by the class of its head, and one decoder for all heads."""
    package = importlib.import_module(__package__ + ".read")
    by_kind: dict[str, Known] = {}
    by_head: dict[type, Known] = {}
    for info in pkgutil.iter_modules(package.__path__):
        module: Any = importlib.import_module(f"{package.__name__}.{info.name}")
        for head in getattr(module, "HEADS", [getattr(module, "Head", None)]):
            if head is not None:
                kind = head.__struct_config__.tag
                by_kind[kind] = by_head[head] = Known(
                    kind, module, module.read, getattr(module, "glance", None), kind in _WAITING,
                    kind in FOUND_BY_REFERENCE,
                )
    return by_kind, by_head, msgspec.json.Decoder(Union[tuple(by_head)])  # noqa: UP007 - made at run time


def kinds_read() -> tuple[str, ...]:
    """The resource types that can become facts."""
    return tuple(readers()[0])
