"""What a rule is, and how its words are read from a trial file.

A kind of criterion is a module of this package that defines

    KIND = "value"                       the key that names it in a trial file
    def read(spec: Spec) -> Rule: ...    takes every key that it knows; what is left over is a fault of the file

A rule is frozen, holds everything worked out at load time, and answers for a chart without ever raising.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, Protocol

from ..chart.chart import Chart, Kind
from ..clinical.findings import Silence, by_finding, unrecorded
from ..kernel.answers import Answer
from ..kernel.dates import Window, parse_window
from ..kernel.errors import Problem
from ..kernel.logic import all_of
from ..terminology import Terminology

_READ = Kind.READ


@dataclass(frozen=True, slots=True)
class Reads:
    """What a rule looks at: for the generated documents, the 412 answer and the prefetch."""

    kinds: frozenset[str] = frozenset()
    """FHIR resource types."""
    concepts: frozenset[str] = frozenset()
    """Laboratory and score concepts of mappings/lab_concepts.csv."""
    findings: frozenset[str] = frozenset()
    """Findings of mappings/conditions.csv and procedures.csv."""
    drugs: frozenset[str] = frozenset()
    """Drug groups or ingredients."""

    def __or__(self, other: "Reads") -> "Reads":
        return Reads(
            self.kinds | other.kinds,
            self.concepts | other.concepts,
            self.findings | other.findings,
            self.drugs | other.drugs,
        )


class Rule(Protocol):
    """One rule of one kind.

    A rule may also have `always` (the one answer that it gives for every chart), or `silent` (see `Silent`), and then
    also `touched`: its `answer` for who knows already that `silent` does not speak.
    """

    def answer(self, chart: Chart) -> Answer:
        """Answer for this chart."""

    def words(self) -> str:
        """The rule in plain words, for a clinician to check."""

    def reads(self) -> Reads:
        """What it looks at."""


class Silent(NamedTuple):
    """What a rule answers where it finds nothing at all: known at load time.

    A rule that has it in an attribute `silent` promises: where Observations were read whole and there is no result of
    any of `concepts` (where it names some), where nothing is recorded of any of `findings`, and where all `guards` of
    silence hold, its answer is `answer`. Nothing else in a chart may change it.
    """

    answer: Answer | None
    """The same for every chart; None: the chart's own for exclusions on which nothing is recorded (`unrecorded`)."""
    concepts: frozenset[str] = frozenset()
    findings: frozenset[str] = frozenset()
    guards: frozenset[Silence] = frozenset()

    def speaks(self, chart: Chart) -> bool:
        """Whether this chart has nothing for the rule."""
        concepts, findings = self.concepts, self.findings
        if concepts and not chart.results.keys().isdisjoint(concepts):
            return False
        if concepts and chart.kinds.get("Observation", _READ) is not _READ:
            return False
        if findings and not by_finding(chart).keys().isdisjoint(findings):
            return False
        return not self.guards or all(guard.fails(chart) is None for guard in self.guards)

    def said(self, chart: Chart) -> Answer:
        """The answer, where it speaks."""
        return unrecorded(chart) if self.answer is None else self.answer


def silent_together(parts: Sequence[Rule], together: Callable[[Sequence[Answer]], Answer]) -> Silent | None:
    """What a rule made of others answers where none of them finds anything; None where one of them may still speak.

    `together` makes one answer of theirs. A conjunction of exclusions that all give the chart's own answer for nothing
    recorded gives this answer, too.
    """
    each: list[Silent | None] = [getattr(part, "silent", None) for part in parts]
    known = [silent for silent in each if silent is not None]
    answers = [silent.answer for silent in known if silent.answer is not None]
    if not known or len(known) < len(each) or (answers and len(answers) < len(known)):
        return None
    if not answers and together is not all_of:
        return None
    return Silent(
        together(answers) if answers else None,
        frozenset().union(*[silent.concepts for silent in known]),
        frozenset().union(*[silent.findings for silent in known]),
        frozenset().union(*[silent.guards for silent in known]),
    )


@dataclass(slots=True)
class Spec:
    """One mapping of a trial file, with line numbers, taken key by key. Faults are collected, not raised.

    After reading, `unread()` names the keys that nobody took: they are faults of the file too.
    """

    file: str
    line: int
    values: dict[str, Any]
    lines: dict[str, int]
    terminology: Terminology
    problems: list[Problem]
    shared: dict[str, Any] = field(default_factory=dict)
    """Rules written once and used by name."""
    taken: set[str] = field(default_factory=set)

    def has(self, key: str) -> bool:
        """Whether the key is written."""
        return key in self.values

    def complain(self, key: str, problem: str) -> None:
        """Note a fault at the line of `key`."""
        self.problems.append(Problem(self.file, self.lines.get(key, self.line), problem))

    def raw(self, key: str, default: Any = None) -> Any:
        """The value as YAML gives it."""
        self.taken.add(key)
        return self.values.get(key, default)

    def text(self, key: str, default: str | None = None, *, choices: tuple[str, ...] | None = None) -> str:
        """A required text (or `default`), one of `choices` where given."""
        value = self.raw(key)
        if value is None:
            if default is None:
                self.complain(key, f"'{key}' is missing")
            return default or ""
        if not isinstance(value, str):
            self.complain(key, f"'{key}' must be a text")
            return default or ""
        if choices and value not in choices:
            self.complain(key, f"'{key}' is '{value}'; it must be one of {', '.join(choices)}")
        return value

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A text or a list of texts."""
        value = self.raw(key)
        if value is None:
            return default
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(i, str) for i in items):
            self.complain(key, f"'{key}' must be a text or a list of texts")
            return default
        return tuple(items)

    def flag(self, key: str, default: bool = False) -> bool:
        """A true or false."""
        value = self.raw(key, default)
        if not isinstance(value, bool):
            self.complain(key, f"'{key}' must be true or false")
            return default
        return value

    def quantity(self, key: str) -> tuple[Decimal, str] | None:
        """`40 kg`, `0.5 10*9/L`, `8` → (number, unit or ""); None where the key is not written."""
        value = self.raw(key)
        if value is None:
            return None
        number, _, unit = str(value).strip().partition(" ")
        try:
            return Decimal(number), unit.strip()
        except InvalidOperation:
            self.complain(key, f"'{key}' is '{value}'; it must be a number with its unit, such as '40 kg'")
            return None

    def dose(self, key: str, unit: str = "mg/day") -> Decimal | None:
        """A daily dose such as `30 mg/day`; None where the key is not written."""
        found = self.quantity(key)
        if found is not None and found[1] != unit:
            self.complain(key, f"'{key}' takes a dose such as '30 {unit}'")
        return found[0] if found else None

    def number(self, key: str) -> Decimal | None:
        """A bare number."""
        found = self.quantity(key)
        if found and found[1]:
            self.complain(key, f"'{key}' takes a number without a unit")
        return found[0] if found else None

    def window(self, key: str) -> Window | None:
        """`8 weeks`, `6 months` ...; None where the key is not written."""
        value = self.raw(key)
        if value is None:
            return None
        try:
            return parse_window(str(value))
        except ValueError as error:
            self.complain(key, str(error))
            return None

    def concept(self, key: str) -> str:
        """The name of a laboratory concept that the mappings know."""
        name = self.text(key)
        if name and name not in self.terminology.concepts:
            self.complain(key, f"'{name}' is no concept of mappings/lab_concepts.csv")
        return name

    def findings(self, key: str) -> tuple[str, ...]:
        """Names of findings that the mappings know."""
        names = self.texts(key)
        for name in names:
            if not self.terminology.has_finding(name):
                self.complain(key, f"'{name}' is no finding of mappings/conditions.csv or procedures.csv")
        return names

    def drugs(self, key: str) -> tuple[str, ...]:
        """Names of drug groups or ingredients that the mappings know."""
        names = self.texts(key)
        for name in names:
            if not self.terminology.members(name) and name not in self.terminology.ingredients:
                self.complain(key, f"'{name}' is neither a drug group nor an ingredient of mappings/ingredients.csv")
        return names

    def parts(self, key: str) -> "Iterator[Spec]":
        """A list of mappings, each as a Spec of its own (for all / any / at_least)."""
        value = self.raw(key)
        if not isinstance(value, list) or not value:
            self.complain(key, f"'{key}' must be a list of rules")
            return
        for item in value:
            yield self.inner(item, key)

    def inner(self, value: Any, key: str) -> "Spec":
        """A mapping below `key` as a Spec."""
        if not isinstance(value, dict):
            self.complain(key, f"below '{key}' there must be a rule such as {{value: body_weight, at_least: 40 kg}}")
            value = {}
        lines = getattr(value, "lines", {})
        line = getattr(value, "line", self.lines.get(key, self.line))
        return Spec(self.file, line, dict(value), lines, self.terminology, self.problems, self.shared)

    def unread(self) -> list[str]:
        """Keys that no reader took."""
        return [k for k in self.values if k not in self.taken]
