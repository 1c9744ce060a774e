"""Finds the kinds of criteria (the modules of this package that define KIND) and reads rules with them."""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any

from .rule import Rule, Spec

Reader = Callable[[Spec], Rule]

_made: dict[Rule, Rule] = {}
"""Rules that say the same are one object: what several trials ask alike is answered once for a chart."""


@cache
def kinds() -> dict[str, Reader]:
    """Kind → its reader. A kind is added by adding a file."""
    package = importlib.import_module(__package__ or "cds_service.criteria")
    found: dict[str, Reader] = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        module: Any = importlib.import_module(f"{package.__name__}.{module_info.name}")
        for kind in getattr(module, "KINDS", [getattr(module, "KIND", None)]):
            if kind:
                found[kind] = module.read
    return found


def read_rule(spec: Spec) -> Rule | None:
    """Read one rule; faults are noted in `spec.problems`. None where the rule cannot be made out at all."""
    named = [k for k in spec.values if k in kinds()]
    if len(named) != 1:
        what = "names no kind of criterion" if not named else f"names several kinds of criteria ({', '.join(named)})"
        spec.complain(next(iter(spec.values), ""), f"the rule {what}; the kinds are {', '.join(sorted(kinds()))}")
        return None
    before = len(spec.problems)
    rule = kinds()[named[0]](spec)
    for key in spec.unread():
        spec.complain(key, f"'{key}' is not understood by the kind '{named[0]}'")
    return _made.setdefault(rule, rule) if len(spec.problems) == before else None
