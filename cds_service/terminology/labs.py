"""Laboratory codes, units and default limits, as dicts."""

from decimal import Decimal

from .model import LabCode, LabConcept, Limits, UnitConversion
from .normalise import plain_unit, stripped_unit
from .tables import Row, Tables

ADULT = 18


class Labs:
    """`labs.csv`, `lab_concepts.csv`, `units.csv`, `limits.csv`."""

    def __init__(self, tables: Tables) -> None:
        self.concepts = {row["concept"]: _concept(tables, row) for row in tables["lab_concepts"]}
        self.codes: dict[tuple[str, str], LabCode] = {}
        for row in tables["labs"]:
            key = (row["system"], row["code"])
            if row["concept"] not in self.concepts:
                tables.fault("labs", row.line, f"concept '{row['concept']}' is not in lab_concepts.csv")
            elif key in self.codes:
                tables.fault("labs", row.line, f"code {row['code']} stands here twice")
            else:
                self.codes[key] = LabCode(row["concept"], row["method"], row["code"], row["property"], row["specimen"])
        self._raw: dict[tuple[str, str], UnitConversion | None] = {}
        self._plain: dict[tuple[str, str], UnitConversion | None] = {}
        self._cache: dict[tuple[str, int], UnitConversion | None] = {}
        self._units(tables)
        self._limits = _limits(tables, self)

    def _units(self, tables: Tables) -> None:
        canonical: dict[str, str] = {}
        for row in tables["units"]:
            quantity, raw = row["quantity"], row["raw_unit"]
            if canonical.setdefault(quantity, row["canonical"]) != row["canonical"]:
                tables.fault("units", row.line, f"{quantity} has another canonical unit above")
            conversion = None
            if row["factor"] != "reject":
                top, _, bottom = row["factor"].partition("/")
                number = tables.decimal("units", row, "factor")
                offset = tables.decimal("units", row, "offset")
                if number is None or offset is None:
                    continue
                conversion = UnitConversion(Decimal(top), Decimal(bottom or 1), offset, row["canonical"])
            if (quantity, raw) in self._raw:
                tables.fault("units", row.line, f"unit '{raw}' of {quantity} stands here twice")
            self._raw[quantity, raw] = conversion
            stripped = stripped_unit(raw)
            self._plain.setdefault((quantity, stripped), conversion)
            if "⁹" not in raw:  # NFKC makes 109/L of it, which means nothing (units.md section 1 rule 4)
                self._plain.setdefault((quantity, plain_unit(raw)), conversion)
        for row in tables["lab_concepts"]:
            quantity = row["quantity"]
            if quantity and canonical.get(quantity) != row["canonical_unit"]:
                tables.fault(
                    "lab_concepts", row.line, f"quantity '{quantity}' is not in units.csv with that canonical unit"
                )

    def unit(self, quantity: str, raw: str) -> UnitConversion | None:
        """How a unit of a quantity converts; None: it cannot be read (the answer is `incomparable`)."""
        key = (quantity, hash(raw))  # not the unit itself: what a laboratory writes there does not outlive the call
        if key not in self._cache:
            if len(self._cache) > 4096:
                self._cache.clear()
            found = self._raw.get((quantity, raw))
            if found is None and (quantity, raw) not in self._raw:
                found = self._plain.get((quantity, stripped_unit(raw))) or self._plain.get((quantity, plain_unit(raw)))
            self._cache[key] = found
        return self._cache[key]

    def limits(self, analyte: str, sex: str | None, age: int) -> Limits | None:
        """Default limits of an analyte (decision 32): of both sexes unless sex is male or female; never under 18."""
        if age < ADULT:
            return None
        wanted = ("any", sex) if sex in ("male", "female") else ("any", "male", "female")
        rows = [r for r in self._limits.get(analyte, ()) if r[0] in wanted and r[1] <= age <= r[2]]
        if not rows:
            return None
        upper = sorted(r[4] for r in rows if r[4] is not None)
        lower = sorted(r[3] for r in rows if r[3] is not None)
        return Limits(
            upper[0] if upper else None, upper[-1] if upper else None, len(upper),
            lower[0] if lower else None, lower[-1] if lower else None,
            self.concepts[analyte].canonical_unit, tuple(dict.fromkeys(r[5] for r in rows)),
        )  # fmt: skip


_LimitRow = tuple[str, int, int, Decimal | None, Decimal | None, str]


def _concept(tables: Tables, row: Row) -> LabConcept:
    name = "lab_concepts"
    days = [tables.decimal(name, row, column) or Decimal(0) for column in ("look_back_days", "look_back_days_child")]
    tables.word(name, row, "kind", ("quantity", "presence", "titre", "score"))
    unitless = tables.word(name, row, "unitless", ("yes", "no")) == "yes"
    return LabConcept(
        row["concept"],
        row["quantity"],
        row["canonical_unit"],
        unitless,
        int(days[0]),
        int(days[1]),
        row["kind"],
        row["name"],
    )


def _limits(tables: Tables, labs: Labs) -> dict[str, list[_LimitRow]]:
    found: dict[str, list[_LimitRow]] = {}
    for row in tables["limits"]:
        concept = labs.concepts.get(row["analyte"])
        if concept is None:
            if row["analyte"] not in ("igg", "igm"):
                tables.fault("limits", row.line, f"analyte '{row['analyte']}' is not in lab_concepts.csv")
            continue
        conversion = labs.unit(concept.quantity, row["unit"])
        if conversion is None:
            tables.fault("limits", row.line, f"unit '{row['unit']}' of {row['analyte']} is not in units.csv")
            continue
        tables.word("limits", row, "sex", ("any", "male", "female"))
        bounds = [tables.decimal("limits", row, column) for column in ("age_min", "age_max", "lln", "uln")]
        low, high = (None if b is None else conversion.convert(b) for b in bounds[2:])
        found.setdefault(concept.name, []).append(
            (row["sex"], int(bounds[0] or ADULT), int(bounds[1] or 200), low, high, row["source"])
        )
    return found
