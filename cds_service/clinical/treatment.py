"""Whether a drug is being taken, since when, and whether its dose held (decisions 16, 20, 21, 39, 53)."""

from datetime import timedelta
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from ..chart.chart import Chart
from ..chart.facts import Exposure
from ..kernel.answers import Answer, Basis, Reason, failed, passed, unknown
from ..kernel.dates import DateSpan, Window
from ..kernel.numbers import Interval
from .exposures import Cover, begun, by_drug, covers, evidence, held, is_current
from .regimen import span_text, stability
from .steroids import factors, steroid_covers, steroids

ANTIPLATELET = Decimal(325)
"""Aspirin up to 325 mg/day is no NSAID treatment (dosing.md section 0a)."""


class Standing(Enum):
    """How a drug stands on `as_of`."""

    CURRENT = "current"
    OPEN = "open"
    """It may be current: the record leaves it open, or it is in doubt."""
    HELD = "held"
    PAST = "past"


class Treatment(NamedTuple):
    """One drug with all its records."""

    drug: str
    standing: Standing
    records: tuple[Exposure, ...]
    now: tuple[Exposure, ...]
    """The records that make it current (or perhaps current)."""
    reason: Reason | None
    """Why it is open."""
    scope: str
    """`oral` where only what is swallowed is among the records, else `systemic`."""
    labels: frozenset[str]
    """Everything that it may be asked for by: groups, ingredients, its counting name."""


def treatments(chart: Chart, wanted: tuple[str, ...], scope: str = "systemic") -> tuple[Treatment, ...]:
    """The recorded drugs of some groups, each with its standing; `scope` oral keeps oral glucocorticoids only."""
    found = chart.once(("treatments", scope), lambda c: _treatments(c, scope))
    return tuple(t for t in found if not t.labels.isdisjoint(wanted))


def _treatments(chart: Chart, scope: str) -> tuple[Treatment, ...]:
    found: tuple[Exposure, ...] = chart.exposures
    if scope == "oral":
        found = tuple(e for e in steroids(chart, "oral") if "glucocorticoid" in e.groups)
    found = tuple(e for e in found if not _antiplatelet(e))
    return tuple(_stand(drug, tuple(records), chart, scope) for drug, records in by_drug(found).items())


def _antiplatelet(exposure: Exposure) -> bool:
    if "aspirin" not in exposure.groups:
        return False
    daily = exposure.dose.daily
    return daily is not None and daily.at_most(ANTIPLATELET) is True


def _doubtful(exposure: Exposure) -> Reason | None:
    if exposure.doubt is not None:
        return Reason.INCOMPARABLE
    if "aspirin" in exposure.groups:
        daily = exposure.dose.daily
        return None if daily is not None and daily.more_than(ANTIPLATELET) else Reason.NO_DOSE
    return None


def _stand(drug: str, records: tuple[Exposure, ...], chart: Chart, scope: str) -> Treatment:
    labels = frozenset({drug, *(e.ingredient for e in records)}).union(*(e.groups for e in records))
    states = [(e, is_current(e, chart.as_of)) for e in records]
    sure = tuple(e for e, now in states if now and _doubtful(e) is None)
    if sure:
        return Treatment(drug, Standing.CURRENT, records, sure, None, scope, labels)
    maybe = tuple(e for e, now in states if now is not False)
    if maybe:
        doubts = [r for e in maybe if (r := _doubtful(e)) is not None]
        reason = doubts[0] if doubts else Reason.IMPRECISE
        return Treatment(drug, Standing.OPEN, records, maybe, reason, scope, labels)
    paused = tuple(e for e in records if held(e, chart.as_of))
    standing = Standing.HELD if paused else Standing.PAST
    return Treatment(drug, standing, records, paused, None, scope, labels)


def drug_covers(treatment: Treatment, chart: Chart) -> list[Cover]:
    """The days that the records of a drug cover."""
    if treatment.drug == "glucocorticoid":
        return steroid_covers(chart, treatment.scope)
    return chart.once(("covers", treatment.drug), lambda c: covers(treatment.records, c.as_of))


def since_when(treatment: Treatment, chart: Chart) -> DateSpan | None:
    """When the current course began."""
    return chart.once(("begun", treatment.drug, treatment.scope), lambda c: _since(treatment, c))


def _since(treatment: Treatment, chart: Chart) -> DateSpan | None:
    sure = [e for e in treatment.records if _doubtful(e) is None]
    return begun(covers(sure, chart.as_of), chart.as_of)


def begun_long_ago(treatment: Treatment, window: Window, chart: Chart, rule: str) -> Answer:
    """Begun at least a window ago; later: fail until begin + window (the day on which it is certain)."""
    start = since_when(treatment, chart)
    threshold = f"begun ≥ {window} ago"
    if start is None:
        undated = tuple(evidence(e, threshold=threshold, rule=rule) for e in treatment.now)
        return unknown(Reason.IMPRECISE, evidence=undated)
    shown = tuple(
        evidence(e, normalised=f"taken since {span_text(start)}", threshold=threshold, rule=rule) for e in treatment.now
    )
    limit = window.before(chart.as_of)
    if start.last <= limit:
        return passed(Basis.RECORDED, shown)
    if start.first > limit:
        return failed(Basis.RECORDED, shown, window.after(start.last))
    return unknown(Reason.IMPRECISE, evidence=shown)


def stable(treatment: Treatment, window: Window, more_than: bool, chart: Chart, rule: str) -> Answer:
    """The dose unchanged over the window before `as_of` (see `regimen.stability`)."""
    steroid = treatment.drug == "glucocorticoid"
    made = drug_covers(treatment, chart)
    threshold = f"dose stable for {'>' if more_than else '≥'} {window}"
    first = window.before(chart.as_of) - timedelta(1 if more_than else 0)
    if steroid and any(c.exposure.systemic != "yes" and c.end.last >= first for c in made):
        shown = tuple(evidence(e, threshold=threshold, rule=rule) for e in treatment.now)
        return unknown(Reason.NO_DOSE, evidence=shown)
    equivalents: dict[str, Interval] = factors(chart) if steroid else {}
    found = stability(made, chart.as_of, window, more_than, equivalents)
    normalised: str | None
    if found.holds:
        normalised = f"unchanged since {first.isoformat()} or earlier"
    else:
        normalised = f"since {found.since.isoformat()}" if found.since is not None else None
    shown = tuple(
        evidence(e, normalised=normalised, threshold=threshold, rule=rule, note=e.dose.problem) for e in treatment.now
    )
    if found.holds:
        return passed(Basis.RECORDED, shown)
    if found.since is not None:
        return failed(Basis.RECORDED, shown, window.after(found.since) + timedelta(1 if more_than else 0))
    return unknown(found.reason or Reason.IMPRECISE, evidence=shown)
