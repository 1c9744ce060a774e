"""How much is taken at once: doseAndRate → mg, or mg per kg (dosing.md section 2; decisions 21, 40)."""

from decimal import Decimal
from typing import Any, NamedTuple

from ...kernel.numbers import ZERO, Interval, exactly
from .timing import number

_MASS = {"mg": Decimal(1), "g": Decimal(1000), "ug": Decimal("0.001"), "mcg": Decimal("0.001"),
         "μg": Decimal("0.001"), "µg": Decimal("0.001"), "毫克": Decimal(1), "克": Decimal(1000),
         "微克": Decimal("0.001"), "milligram": Decimal(1), "milligrams": Decimal(1), "mgs": Decimal(1)}
_PER_KG = {"mg/kg": False, "mg/kg/d": True, "mg/kg/day": True, "mg/(kg.d)": True, "mg/kg/24h": True}
_UNITS = frozenset({
    "tbl", "tablet", "tablets", "tab", "tabs", "capsule", "capsules", "cap", "caps", "片", "粒", "tablet(s)",
    "capsule(s)", "tablet - unit of product usage", "capsule - unit of product usage"})
_VOLUME = {"ml": Decimal(1), "milliliter": Decimal(1), "milliliters": Decimal(1), "l": Decimal(1000)}


class Strength(NamedTuple):
    """What one tablet (capsule) or one mL of the product holds, in mg; None where not known."""

    per_unit: Decimal | None = None
    per_ml: Decimal | None = None
    pack: bool = False
    """A pack of several strengths: its daily dose cannot be known."""


class Amount(NamedTuple):
    """mg at once (`mg`) or mg per kg (`per_kg`; a whole day's where `per_day`); or why neither is known."""

    mg: Interval | None = None
    per_kg: Interval | None = None
    per_day: bool = False
    problem: str | None = None


def amount(entries: Any, strength: Strength) -> Amount:
    """Read the alternatives of one dosage: they say the same in several units, and are not added.

    Those that differ are no answer; one that cannot be converted (tablets of unknown strength) does not spoil
    another that can.
    """
    if not isinstance(entries, list) or not entries:
        return Amount(problem="it gives no amount")
    found = [_one(entry, strength) for entry in entries if isinstance(entry, dict)]
    if any(a.problem == _RATE for a in found):
        return Amount(problem=_RATE)
    usable = [a for a in found if a.problem is None]
    if not usable:
        return found[0] if found else Amount(problem="it gives no amount")
    if any(a != usable[0] for a in usable):
        return Amount(problem="its amounts disagree")
    return usable[0]


_RATE = "it is given at a rate"


def _one(entry: dict[str, Any], strength: Strength) -> Amount:
    if any(key in entry for key in ("rateQuantity", "rateRatio", "rateRange")):
        return Amount(problem=_RATE)
    if isinstance(entry.get("doseRange"), dict):
        low, high = entry["doseRange"].get("low"), entry["doseRange"].get("high")
        parts = [quantity(q, strength) if isinstance(q, dict) else None for q in (low, high)]
        if parts[0] is None and parts[1] is None:
            return Amount(problem="it gives no amount")
        problem = next((p.problem for p in parts if p is not None and p.problem), None)
        if problem:
            return Amount(problem=problem)
        if any(p is not None and p.per_kg is not None for p in parts):
            return Amount(problem="a range by weight cannot be read")
        least, most = (p.mg if p is not None else None for p in parts)
        return Amount(Interval(least.low if least else ZERO, most.high if most else None))
    value = entry.get("doseQuantity")
    return quantity(value, strength) if isinstance(value, dict) else Amount(problem="it gives no amount")


def quantity(value: dict[str, Any], strength: Strength) -> Amount:
    """One Quantity as mg. Code and unit that name different kinds of unit are no answer."""
    size = number(value.get("value"))
    if size is None or size < 0:
        return Amount(problem="its amount cannot be read")
    units = {u.strip().strip("{}").strip() for u in (value.get("code"), value.get("unit")) if isinstance(u, str)}
    read = [a for u in sorted(units) if u and (a := _in_unit(size, u, strength)) is not None]
    if not read:
        return Amount(problem="its amount has no unit" if not units else "its unit cannot be read")
    usable = [a for a in read if a.problem is None]
    if not usable:
        return read[0]
    if any(a != usable[0] for a in usable) or len(usable) != len(read):
        return Amount(problem="its unit disagrees with itself")
    return _compared(usable[0], value.get("comparator"))


def _in_unit(size: Decimal, unit: str, strength: Strength) -> Amount | None:
    lower = unit.lower()
    if lower in _MASS:
        return Amount(exactly(size * _MASS[lower]))
    if lower in _PER_KG:
        return Amount(per_kg=exactly(size), per_day=_PER_KG[lower])
    if lower in _UNITS:
        if strength.per_unit is None or strength.pack:
            return Amount(problem="the strength of the product is not known")
        return Amount(exactly(size * strength.per_unit))
    if lower in _VOLUME:
        if strength.per_ml is None:
            return Amount(problem="the strength of the product is not known")
        return Amount(exactly(size * _VOLUME[lower] * strength.per_ml))
    return None


def _compared(found: Amount, comparator: Any) -> Amount:
    """A comparator makes the amount an open interval."""
    if comparator not in ("<", "<=", ">", ">="):
        return found
    exact = found.mg if found.mg is not None else found.per_kg
    if exact is None:
        return found
    opened = (
        Interval(ZERO, exact.high, False, comparator == "<")
        if comparator.startswith("<")
        else Interval(exact.low, None, comparator == ">", False)
    )
    return found._replace(mg=opened) if found.mg is not None else found._replace(per_kg=opened)
