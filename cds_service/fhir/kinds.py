"""The resource types that can become facts: one module of `read` each, found by being there."""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any, Literal, NamedTuple, Union

import msgspec

from .bundle import AS_ASKED, Link, Place
from .context import Context

FOUND_BY_REFERENCE = {"Medication", "Encounter", "Condition"}
"""Types that other resources point to."""
_WAITING = {
    "MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense",
}
"""Types that are read last: what they point to may come after them."""


_BESIDE = ("Medication", "OperationOutcome", "Patient", "Organization", "Practitioner", "PractitionerRole", "Location",
           "Device", "Provenance")
"""Types that often come with what was asked for. A Bundle that holds any other is read entry by entry."""


class Known(NamedTuple):
    """A resource type that can become facts."""

    kind: str
    module: Any
    read: Callable[[Any, Place, Context], None]
    glance: Callable[[Any, Context], bool] | None
    """Takes all that there is to a resource of this patient that nobody asks for (most Observations), or says False."""
    waits: bool
    indexed: bool


class Readers(NamedTuple):
    """How the resource types are read."""

    by_kind: dict[str, Known]
    by_head: dict[type, Known]
    """By the class of the head."""
    heads: Callable[[msgspec.Raw], Any]
    """Decodes the head of one resource of a type that is read."""
    bundles: Callable[[bytes | msgspec.Raw], Any]
    """Decodes a Bundle with the heads of all its entries at once; raises a MsgspecError where one does not fit."""


@cache
def readers() -> Readers:
    """The readers, found by being there."""
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
    heads = tuple(by_head)
    return Readers(
        by_kind, by_head, msgspec.json.Decoder(Union[heads]).decode, _bundles(heads)  # noqa: UP007 - made at run time
    )


def _bundles(heads: tuple[type, ...]) -> Callable[[bytes | msgspec.Raw], Any]:
    elements = [("id", str | None, None), ("issue", msgspec.Raw, msgspec.Raw(b"[]"))]
    beside = [msgspec.defstruct(kind, elements, tag_field="resourceType", tag=kind) for kind in _BESIDE]
    entry = msgspec.defstruct(
        "Entry",
        [("resource", Union[(*heads, *beside)]), ("fullUrl", str | None, None), ("search", msgspec.Raw, AS_ASKED)],
        gc=False,
    )
    bundle = msgspec.defstruct(
        "Bundle",
        [("resourceType", Literal["Bundle"]), ("type", str | None, None), ("total", int | None, None),
         ("link", list[Link], []), ("entry", list[entry], [])],  # type: ignore[valid-type]
    )  # fmt: skip
    return msgspec.json.Decoder(bundle).decode


def kinds_read() -> tuple[str, ...]:
    """The resource types that can become facts."""
    return tuple(readers().by_kind)
