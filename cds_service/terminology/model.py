"""What a code means to this service: one small immutable record a kind. Plain data, no look-ups."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class LabConcept(NamedTuple):
    """A laboratory, vital or score concept (`lab_concepts.csv`; look-backs: criteria.md section 2, decision 7)."""

    name: str
    quantity: str
    """Key of `units.csv`; empty where no unit is read (serology, scores)."""
    canonical_unit: str
    unitless: bool
    """Whether a value without a unit may be read."""
    look_back: int
    """Days for adults; 0 = no look-back (decision 33)."""
    look_back_child: int
    """Days under 18."""
    kind: str
    """`quantity`, `presence`, `titre` or `score`."""
    text: str
    """Name for people."""


class LabCode(NamedTuple):
    """What one laboratory code measures, and how."""

    concept: str
    method: str
    code: str
    property: str
    specimen: str


class UnitConversion(NamedTuple):
    """Exact conversion to the canonical unit: (value + offset) x numerator / denominator (units.md section 2)."""

    numerator: Decimal
    denominator: Decimal
    offset: Decimal
    canonical: str

    @property
    def factor(self) -> Decimal:
        """The factor as one (possibly rounded) Decimal; use `convert` for an exact value."""
        return self.numerator / self.denominator

    def convert(self, value: Decimal) -> Decimal:
        """The value in the canonical unit: 221 umol/L of creatinine is exactly 2.5 mg/dL."""
        if self.offset:
            value += self.offset
        if self.numerator != 1:
            value *= self.numerator
        return value if self.denominator == 1 else value / self.denominator


class Limits(NamedTuple):
    """Published limits of normal in the canonical unit: the interval over them (decision 32).

    `low_uln`/`high_uln` are the smallest and the largest published upper limit, `n` how many there are; the lower
    limits likewise (None where none is published).
    """

    low_uln: Decimal | None
    high_uln: Decimal | None
    n: int
    low_lln: Decimal | None
    high_lln: Decimal | None
    unit: str
    sources: tuple[str, ...]


class Ingredient(NamedTuple):
    """An active ingredient. `drug` is the name under which it counts as begun (dosing.md section 0a)."""

    name: str
    drug: str
    groups: frozenset[str]


class DrugCode(NamedTuple):
    """What one drug code resolves to. Strengths in mg; None where the code gives none."""

    ingredients: tuple[str, ...]
    kind: str
    """IN, PIN, BN, SCD, SBD, GPCK, BPCK, ATC, ATC-legacy or ATC-local."""
    mg_per_unit: Decimal | None
    mg_per_ml: Decimal | None
    systemic: str
    """`yes`, `no` or `unknown`."""
    route_group: str
    pack: bool
    per: str
    """`container` where mg_per_unit is that of a vial or syringe, else empty."""


class SteroidFactor(NamedTuple):
    """mg of prednisone per mg (decision 21). Not accepted and counted: the total is unknown; not counted: left out."""

    low: Decimal
    nominal: Decimal
    high: Decimal
    accepted: bool
    counted: bool


class FindingMatch(NamedTuple):
    """A finding that a condition code names, or may hold without naming it (decision 34)."""

    finding: str
    grade: str
    """`names` or `wide`."""
    history: bool
    """A "history of" code without a day of its own (decision 35)."""
    blames_lupus: bool
    """The code itself says that lupus caused it (decisions 36, 45)."""
    names_beside: str
    """A code stem beside which a wide code names the finding (an asterisk code beside M32), else empty."""


class ProcedureMatch(NamedTuple):
    """A finding that a procedure code says; `kind` is the kind of surgery (decision 25)."""

    finding: str
    grade: str
    kind: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """One meaning of one code, for people: `mappings lookup`."""

    system: str
    code: str
    says: str
    file: str
    confidence: str
    source: str
    note: str
