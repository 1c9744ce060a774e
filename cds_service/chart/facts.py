"""The facts of a chart. Each keeps the FHIR reference that it came from; none is ever changed after reading."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from ..kernel.dates import DateSpan
from ..kernel.numbers import Interval


class Patient(NamedTuple):
    """Who the chart is about."""

    reference: str
    born: DateSpan | None
    gender: str | None
    """`male`, `female`, `other`, `unknown`, or None where it is missing or cannot be read."""
    birth_sex: str | None
    """Recorded birth sex (`male`/`female`), None where not recorded (decision 50)."""
    deceased: bool
    born_text: str | None = None

    @property
    def sexes(self) -> tuple[str, ...]:
        """The sexes for which formulas and limits must be computed: one where both records agree, else both."""
        known = {s for s in (self.gender, self.birth_sex) if s in ("male", "female")}
        return tuple(sorted(known)) if known else ("female", "male")


class Quantity(NamedTuple):
    """A number (or interval) with its unit as recorded; `unit` is None where none was given."""

    number: Interval
    unit: str | None
    text: str
    """The number as recorded, comparator included, e.g. `<0.3`."""


class ReferenceRange(NamedTuple):
    """The limits that the laboratory printed beside its result, in `unit` (None: the result's unit)."""

    low: Decimal | None
    high: Decimal | None
    unit: str | None
    text: str | None
    """As recorded where it came as text (`0-40`)."""
    high_open: bool = False
    """The upper limit itself is no longer normal (`<40`)."""
    low_open: bool = False
    """The lower limit itself is no longer normal (`>40`)."""


class Reading(NamedTuple):
    """What an Observation (or a component of one) says, decoded when it is first asked for."""

    quantity: Quantity | None = None
    meaning: str | None = None
    """Of a coded or text value: `positive`, `weakly-positive`, `negative`, `indeterminate`, or None."""
    text: str | None = None
    """The value as a person would read it."""
    titre: Interval | None = None
    """Denominator of a titre: 320 of 1:320, an interval with `<` or `>`."""
    interpretation: frozenset[str] = frozenset()
    """What the laboratory's interpretation means: `positive`, `weakly-positive`, `negative`, `indeterminate`, `high`,
    `low`, `normal`, `abnormal` (mappings/qualifiers.csv); empty where none was given or none is known."""
    range: ReferenceRange | None = None
    absent: bool = False
    """No value at all: dataAbsentReason, or a text that no result was made (decisions 1, 41): passed over."""
    unreadable: str | None = None
    """A value is there but cannot be read: says why. Newer than the others it makes the answer `incomparable`."""
    oxygen: bool = False
    """Oxygen was given at the time of the measurement (flow > 0 or FiO2 > 21 %)."""
    method: str | None = None
    """Text or code display of Observation.method."""
    codes: tuple[tuple[str, str], ...] = ()
    """Of a coded value: (system, code), the systems by their names in mappings/systems.csv."""


class Source(Protocol):
    """What knows how to read the value of a result, and its name: one object for all results of a Bundle."""

    def reading(self, head: Any, number: int, concept: str) -> Reading:
        """The decoded value."""

    def name(self, head: Any, number: int) -> str:
        """What a person reads of the code."""


class Result:
    """One measurement of one concept: light until its reading is asked for.

    The header decides relevance, look-back and order; the value is decoded at the first use of `reading`, so that
    of fifty creatinines only the newest is ever read whole.
    """

    __slots__ = ("_head", "_number", "_source", "code", "concept", "day", "measured", "method", "moment", "name",
                 "preliminary", "reading", "reference", "tested", "uppers", "written")

    code: str
    """The code that the concept was recognised by (site codes and texts: that code or text)."""
    method: str | None
    """What the code says of the method, as in mappings/labs.csv (`echo`, `nuclear`, `room-air` ...)."""
    day: DateSpan
    """When: effective time, else issued. Undated results are not facts (they cannot be placed in a look-back)."""
    written: str
    """The date as recorded."""
    measured: Any
    """Kept by cds_service.clinical.measures: the number in the canonical unit, once worked out."""
    uppers: Any
    """Kept by cds_service.clinical.limits: the upper limits of normal that count, once worked out."""
    tested: Any
    """Kept by cds_service.clinical.positivity: positive or negative, once worked out."""
    reading: Reading
    """The decoded value; the same object at each use."""
    name: str | None
    """code.text or display, for scores and evidence; read, as the value is, when it is first asked for."""

    def __init__(
        self,
        reference: str,
        concept: str,
        code: str,
        method: str | None,
        day: DateSpan,
        moment: datetime | None,
        written: str,
        preliminary: bool,
        source: Source,
        head: Any,
        number: int,
    ) -> None:
        self.reference = reference
        self.concept = concept
        self.code = code
        self.method = method
        self.day = day
        self.moment = moment
        self.written = written
        self.preliminary = preliminary
        self.measured = self.uppers = self.tested = None
        self._source = source
        self._head = head
        self._number = number

    def __getattr__(self, name: str) -> Any:
        """Decode what is first asked for. Slots and no properties: they are asked for hundreds of times."""
        if name == "reading":
            self.reading = found = self._source.reading(self._head, self._number, self.concept)
            return found
        if name == "name":
            self.name = said = self._source.name(self._head, self._number)
            return said
        raise AttributeError(name)


class Diagnosis(NamedTuple):
    """One Condition. `findings` are those that its codes name or may hold, or (by word) its text."""

    reference: str
    findings: dict[str, str]
    """Finding → grade: `names`, `wide` (decision 34: may hold it) or `word` (only the text names it)."""
    history: bool
    """A "history of" code without a day of its own (conditions.md)."""
    blames_lupus: bool
    """The code itself says that lupus caused it (decisions 36, 45)."""
    active: bool
    """clinicalStatus active/recurrence/relapse, or none with no abatement (criteria.md section 2)."""
    clinical: str | None
    doubtful: bool
    """verificationStatus unconfirmed, provisional or differential (decisions 12, 34)."""
    onset: DateSpan | None
    abatement: DateSpan | None
    ended: bool
    """An abatement of any form is recorded (a text, an age that cannot be placed)."""
    recorded: DateSpan | None
    severity: str | None
    """`mild`, `moderate`, `severe`, `judgement`, or None where absent."""
    text: str
    """code.text, else a display, else the code: what a person reads."""
    codes: tuple[str, ...]
    """`system|code` as recognised, for evidence."""
    stages: tuple[str, ...] = ()
    """Texts of Condition.stage and the notes that may name a class, an index or a grade (decision 33)."""
    past: frozenset[str] = frozenset()
    """The findings that only a "history of" code gives (decision 35)."""

    @property
    def began(self) -> DateSpan | None:
        """Onset, else the day on which it was recorded (decision 35)."""
        return self.onset or self.recorded


class Procedure(NamedTuple):
    """One Procedure that was done (not `not-done`, not in error)."""

    reference: str
    findings: dict[str, str]
    """Finding → grade, as for a Diagnosis."""
    kind: str | None
    """Surgery: `joint_replacement`, `cardiac`, `abdominal`, `thoracic`, `spinal`, `neurosurgery`, `other_surgery`."""
    surgical: bool
    """Surgery by code set or by category (decision 25)."""
    performed: DateSpan | None
    ended: DateSpan | None
    ongoing: bool
    """Status in-progress or on-hold."""
    text: str
    codes: tuple[str, ...]


class Immunisation(NamedTuple):
    """One vaccination that was given."""

    reference: str
    live: str
    """`live`, `review`, `not-live` or `unknown`."""
    given: DateSpan | None
    text: str
    primary_source: bool | None


class Intolerance(NamedTuple):
    """One AllergyIntolerance (or coded adverse effect) for an ingredient (decision 28)."""

    reference: str
    ingredients: tuple[str, ...]
    recorded: DateSpan | None
    text: str
    doubtful: bool = False


class Dose(NamedTuple):
    """Amount of one ingredient as far as one dosage tells (dosing.md section 2; decisions 21, 40)."""

    daily: Interval | None = None
    """mg per day, as a mean where it is not taken daily; None where it cannot be known."""
    problem: str | None = None
    """Why it cannot be known (free text, no strength, coded and structured disagree ...)."""
    text: str = ""
    """The dosage as a person reads it."""
    prn: bool = False
    """As needed: from 0 to the maximum."""
    per_kg: Interval | None = None
    """mg per kg and day where the order is by weight."""
    single: Interval | None = None
    """mg given at once (administrations)."""


class Step(NamedTuple):
    """A part of a dosage that holds from one day to another, both included; None is open."""

    first: date | None
    last: date | None
    dose: Dose


class Exposure(NamedTuple):
    """One ingredient of one drug record: statement, request, administration or dispense."""

    reference: str
    source: str
    """`MedicationStatement`, `MedicationRequest`, `MedicationAdministration` or `MedicationDispense`."""
    ingredient: str
    """Empty where only a word of the text speaks of a gene-modified cell product (`by` is then `word`)."""
    drug: str
    """The name under which it counts (`mycophenolate` for mofetil and acid)."""
    groups: frozenset[str]
    by: str
    """How it was recognised: `code`, `text`, or `word` (decision 34)."""
    doubt: str | None
    """Why it is in doubt that this drug was taken at all (code and display disagree ...), else None."""
    systemic: str
    """`yes`, `unknown` or `depot` (intramuscular ones too); records of local forms are not kept (decision 21)."""
    route: str | None
    """`oral`, `intravenous`, `subcutaneous`, `intramuscular`, `parenteral`, or None where nothing says.

    `parenteral` is an injection of which nobody says into what (often guessed from the product): never intravenous.
    """
    state: str
    """`active`, `held`, `ended`, or `unclear` (the record does not say whether it goes on)."""
    start: DateSpan
    """Begins at date.min where only a later day on which it was taken is known."""
    end: DateSpan | None
    """None: open. A span where the end is only bounded (decision 20)."""
    stopped: bool
    """The end is a recorded stop, and not the end of a plan or of a supply (decision 53)."""
    dose: Dose
    steps: tuple[Step, ...]
    """Where the dosage changes by plan; empty where `dose` holds throughout."""
    reasons: tuple[str, ...]
    """Recorded reasons for use, as texts."""
    for_lupus: bool | None
    """Whether a recorded reason is lupus; None where no reason is recorded."""
    text: str
    """The drug as the chart names it (ingredient in brackets where it differs) and its dosage as recorded."""
    infusion: bool | None
    """An administration by infusion of a long-acting drug (decisions 20, 38); None where it was injected and nothing
    says how: it may have been one."""
    written: str
    """The dates as recorded, for evidence."""
    related: frozenset[str] = frozenset()
    """References of the orders that it follows (basedOn, authorizingPrescription, request)."""
