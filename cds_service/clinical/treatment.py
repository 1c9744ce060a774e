"""Which drugs are recorded, and whether each is being taken (decisions 16, 20, 21, 39, 53)."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum

from ..chart.chart import Chart
from ..chart.facts import Exposure
from ..kernel.answers import Reason
from .exposures import INFUSION_DAYS, Cover, Row, by_drug, covers, held, is_current, rows, shelf
from .plain import Course, Plain, plain
from .steroids import laid_out, steroids

ANTIPLATELET = Decimal(325)
"""Aspirin up to 325 mg/day is no NSAID treatment (dosing.md section 0a)."""


class Standing(Enum):
    """How a drug stands on `as_of`."""

    CURRENT = "current"
    OPEN = "open"
    """It may be current: the record leaves it open, or it is in doubt."""
    HELD = "held"
    PAST = "past"


CURRENT, OPEN, HELD, PAST = Standing.CURRENT, Standing.OPEN, Standing.HELD, Standing.PAST


class Treatment:
    """One drug with all its records; what several criteria ask of it is worked out once."""

    __slots__ = ("alone", "course", "covers", "drug", "labels", "now", "plain", "records", "rows", "scope", "standing")

    drug: str
    standing: Standing
    records: Sequence[Exposure]
    now: Sequence[Exposure]
    """The records that make it current (or perhaps current)."""
    rows: list[Row]
    """Their evidence, as far as no rule changes it."""
    scope: str
    """`oral` where only what is swallowed is among the records, else `systemic`."""
    labels: frozenset[str]
    """Everything that it may be asked for by: groups, ingredients, its counting name."""
    plain: Plain | None
    """What the records come to, where all are of the common kind, and of glucocorticoids all that count for a dose."""
    alone: Exposure | None
    """The one record of a course that goes on: what it comes to is told without laying records on each other."""
    covers: list[Cover] | None
    """Kept by `drug_covers`, once worked out."""
    course: Course | None
    """Kept by `steadiness.course_of`, once worked out."""

    def __init__(
        self,
        drug: str,
        standing: Standing,
        records: Sequence[Exposure],
        now: Sequence[Exposure],
        rows: list[Row],
        scope: str,
        labels: frozenset[str],
        plain: Plain | None = None,
        course: Course | None = None,
        alone: Exposure | None = None,
    ) -> None:
        self.drug = drug
        self.standing = standing
        self.records = records
        self.now = now
        self.rows = rows
        self.scope = scope
        self.labels = labels
        self.plain = plain
        self.alone = alone
        self.covers = None
        self.course = course


def _alone(records: Sequence[Exposure]) -> Exposure | None:
    """The only record, where it covers all days from its start on: no end, no infusion, not held, not in doubt."""
    (e,) = records
    if e.end is None and e.infusion is False and e.state != "held" and e.doubt is None and "aspirin" not in e.groups:
        return e
    return None


def treatments(chart: Chart, wanted: frozenset[str], scope: str = "systemic") -> list[Treatment]:
    """The recorded drugs of some groups, each with its standing; `scope` oral keeps oral glucocorticoids only.

    In the order in which they were recorded. Rules ask by frozensets made at load time, which know their hash.
    """
    every = every_treatment(chart)
    if scope == "oral":
        every = _oral(chart, every)
    return [t for t in every if not t.labels.isdisjoint(wanted)]


def every_treatment(chart: Chart) -> list[Treatment]:
    """All recorded drugs, in the order in which they were recorded."""
    return (chart.memo.get(_KEY) or _kept(chart))[0]


def not_past(chart: Chart, scope: str = "systemic") -> list[Treatment]:
    """Of all recorded drugs those that are or may be current, or on hold: most rules ask of no others."""
    now = (chart.memo.get(_KEY) or _kept(chart))[1]
    return now if scope == "systemic" else [t for t in _oral(chart, now) if t.standing is not PAST]


_KEY = "treatments"


def _kept(chart: Chart) -> tuple[list[Treatment], list[Treatment]]:
    """All recorded drugs, and those that are not past; kept for the chart."""
    every = _treatments(chart)
    made = chart.memo[_KEY] = (every, [t for t in every if t.standing is not PAST])
    return made


def _treatments(chart: Chart) -> list[Treatment]:
    by_ingredient, labels, names = chart.shelf or shelf(chart)
    if "aspirin" in names:
        return _stood([e for e in chart.exposures if "aspirin" not in e.groups or not _antiplatelet(e)], chart)
    found: dict[str, Treatment] = {}
    for ingredient, records in by_ingredient.items():
        drug = "glucocorticoid" if "glucocorticoid" in labels[ingredient] else records[0].drug
        if drug in found:  # of several ingredients, whose records must stay in the order in which they were recorded
            return _stood(chart.exposures, chart)
        found[drug] = _stand(drug, records, labels[ingredient], chart)
    return list(found.values())


def _stood(found: Iterable[Exposure], chart: Chart, scope: str = "systemic") -> list[Treatment]:
    labels = (chart.shelf or shelf(chart))[1]
    made = []
    for drug, records in by_drug(found).items():
        labelled = frozenset().union(*[labels[e.ingredient] for e in records])
        made.append(_stand(drug, records, labelled, chart, scope))
    return made


def _oral(chart: Chart, some: list[Treatment]) -> list[Treatment]:
    """The glucocorticoids of some treatments where all are swallowed; else they are made anew of those that are."""
    swallowed = steroids(chart, "oral")
    if swallowed is steroids(chart, "systemic"):
        return [t for t in some if t.drug == "glucocorticoid"]
    return _stood([e for e in swallowed.records if "glucocorticoid" in e.groups], chart, "oral")


def _antiplatelet(exposure: Exposure) -> bool:
    """Aspirin in a dose too small to treat with."""
    daily = exposure.dose.daily
    return daily is not None and daily.at_most(ANTIPLATELET) is True


def doubtful(exposure: Exposure) -> Reason | None:
    """Why it is not certain that it is taken as a treatment; None where it is."""
    if exposure.doubt is not None:
        return Reason.INCOMPARABLE
    if "aspirin" in exposure.groups:
        daily = exposure.dose.daily
        return None if daily is not None and daily.more_than(ANTIPLATELET) else Reason.NO_DOSE
    return None


def _stand(
    drug: str, records: list[Exposure], labels: frozenset[str], chart: Chart, scope: str = "systemic"
) -> Treatment:
    if drug == "glucocorticoid":
        whole = steroids(chart, scope)
        common = whole.plain if len(whole.records) == len(records) else None
    else:
        common = plain(records, chart.as_of) if "aspirin" not in labels else None
    if common is None:
        return _stand_at_length(drug, records, labels, chart.as_of, scope)
    now, made, course, _ = common
    return Treatment(drug, PAST if course is None else CURRENT, records, now, made, scope, labels, common, course)


def _stand_at_length(
    drug: str, records: list[Exposure], labels: frozenset[str], as_of: date, scope: str
) -> Treatment:
    """How a drug stands whose records are of any kind."""
    long_ago = as_of - INFUSION_DAYS  # what ended before that day is not current, however it was given
    alone = _alone(records) if len(records) == 1 else None
    late = [e for e in records if e.end is None or e.end[1] >= long_ago]
    if not late:
        return Treatment(drug, PAST, records, late, [], scope, labels)
    sure: list[Exposure] = []
    maybe: list[Exposure] = []
    for e in late:
        current = is_current(e, as_of)
        if current is not False:
            maybe.append(e)
            if current and doubtful(e) is None:
                sure.append(e)
    if sure:
        return Treatment(drug, CURRENT, records, sure, rows(sure), scope, labels, None, None, alone)
    if maybe:
        return Treatment(drug, OPEN, records, maybe, rows(maybe), scope, labels, None, None, alone)
    paused = [e for e in late if e.state == "held" and held(e, as_of)]
    return Treatment(drug, HELD if paused else PAST, records, paused, rows(paused), scope, labels, None, None, alone)


def why_open(treatment: Treatment) -> Reason:
    """Why it is not certain that an open one is being taken."""
    for e in treatment.now:
        reason = doubtful(e)
        if reason is not None:
            return reason
    return Reason.IMPRECISE


def drug_covers(treatment: Treatment, chart: Chart) -> list[Cover]:
    """The days that the records of a drug cover."""
    made = treatment.covers
    if made is None:
        if treatment.drug == "glucocorticoid":
            made = laid_out(steroids(chart, treatment.scope), chart).covers
        else:
            made = covers(treatment.records, chart.as_of)
        treatment.covers = made
    return made
