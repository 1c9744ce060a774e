"""The resource types that can become facts: one module of `read` each, found by being there."""

import importlib
import pkgutil
from collections.abc import Callable, Container
from functools import cache
from operator import attrgetter
from typing import Any, Literal, NamedTuple, Union

import msgspec

from ..terminology import Terminology
from .bundle import AS_ASKED, Frame, Place
from .context import Context
from .read.observed import ObservationHead
from .read.pieces import NULL

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
    waits: bool
    indexed: bool
    code: Callable[[Any], msgspec.Raw] | None
    """The raw element of a head by whose bytes `unasked` knows what nobody asks for; None: every one is read."""
    unasked: Callable[[Terminology], Container[int]] | None
    """Hashes of raw codes that no criterion asks for."""
    glance: Callable[[list[Any], Context], list[str | None]] | None
    """Of heads of one class, the date by which what nobody asks for says how far back the chart reaches (decision 19),
    empty where it says nothing; None where it must be read all the same."""


class Readers(NamedTuple):
    """How the resource types are read."""

    by_kind: dict[str, Known]
    by_head: dict[type, Known]
    """By the class of the head."""
    heads: Callable[[msgspec.Raw], Any]
    """Decodes the head of one resource of a type that is read, or that often comes beside what was asked for."""
    bundle: Any
    """The struct of a Bundle with the heads of all its entries."""
    observations: Any
    """The same of one that holds nothing but Observations and OperationOutcomes."""
    bundles: Callable[[bytes | msgspec.Raw], Any]
    """Decodes a `bundle`; raises a MsgspecError where an entry does not fit."""
    observed: Callable[[bytes | msgspec.Raw], Any]
    """Decodes `observations`, likewise."""


@cache
def readers() -> Readers:
    """The readers, found by being there.

    A module declares `Head` and `read`, or `HEADS`: the class of each head → what reads it.
    """
    package = importlib.import_module(__package__ + ".read")
    by_kind: dict[str, Known] = {}
    by_head: dict[type, Known] = {}
    for info in pkgutil.iter_modules(package.__path__):
        module: Any = importlib.import_module(f"{package.__name__}.{info.name}")
        own = getattr(module, "HEADS", {getattr(module, "Head", None): getattr(module, "read", None)})
        for head, read in own.items():
            if head is not None:
                kind = head.__struct_config__.tag
                code = getattr(module, "CODE", None)
                by_kind[kind] = by_head[head] = Known(
                    kind, module, read, kind in _WAITING, kind in FOUND_BY_REFERENCE,
                    attrgetter(code) if code else None, getattr(module, "unasked", None),
                    getattr(module, "glance", None),
                )  # fmt: skip
    elements = [("id", str | None, None), ("issue", msgspec.Raw, msgspec.Raw(b"[]")), ("meta", msgspec.Raw, NULL)]
    beside = {kind: msgspec.defstruct(kind, elements, tag_field="resourceType", tag=kind) for kind in _BESIDE}
    heads: Any = Union[(*by_head, *beside.values())]  # made at run time
    bundle = _bundle(heads, [("fullUrl", str | None, None)])
    # Nobody refers to an Observation by its address: where there is nothing else, none is kept.
    outcome = beside["OperationOutcome"]
    observations = _bundle(ObservationHead | outcome, [])
    return Readers(by_kind, by_head, msgspec.json.Decoder(heads).decode, bundle, observations,
                   msgspec.json.Decoder(bundle).decode, msgspec.json.Decoder(observations).decode)


def _bundle(heads: Any, more: list[Any]) -> Any:
    entry: Any = msgspec.defstruct("Entry", [("resource", heads), ("search", msgspec.Raw, AS_ASKED), *more], gc=False)
    fields: Any = [("resourceType", Literal["Bundle"]), ("entry", list[entry], [])]
    return msgspec.defstruct("Bundle", fields, bases=(Frame,), kw_only=True)


def kinds_read() -> tuple[str, ...]:
    """The resource types that can become facts."""
    return tuple(readers().by_kind)
