"""Whether a drug is being taken, since when, and whether its dose held (decisions 16, 20, 21, 39, 53)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from ..chart.chart import Chart
from ..chart.facts import Exposure
from ..kernel.answers import Answer, Basis, Reason, failed, passed, unknown
from ..kernel.dates import DAY, DateSpan, Window
from ..kernel.numbers import Interval
from .exposures import INFUSION_DAYS, Cover, begun, by_drug, covers, drugs, each_evidence, held, index, is_current
from .regimen import span_text, stability, steady_from
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


CURRENT, OPEN, HELD, PAST = Standing.CURRENT, Standing.OPEN, Standing.HELD, Standing.PAST


class Treatment:
    """One drug with all its records; what several criteria ask of it is worked out once."""

    __slots__ = ("alone", "begun", "begun_said", "covers", "drug", "labels", "now", "reason", "records", "scope",
                 "standing", "steady")

    def __init__(
        self,
        drug: str,
        standing: Standing,
        records: Sequence[Exposure],
        now: tuple[Exposure, ...],
        reason: Reason | None,
        scope: str,
        labels: frozenset[str],
        alone: Exposure | None,
    ) -> None:
        self.drug = drug
        self.standing = standing
        self.records = records
        self.now = now
        """The records that make it current (or perhaps current)."""
        self.reason = reason
        """Why it is open."""
        self.scope = scope
        """`oral` where only what is swallowed is among the records, else `systemic`."""
        self.labels = labels
        """Everything that it may be asked for by: groups, ingredients, its counting name."""
        self.alone = alone
        """The one record of a course that goes on: what it comes to is told without laying records on each other."""
        self.covers: list[Cover] | None = None
        """Kept by `drug_covers`, once worked out."""
        self.begun: DateSpan | None = None
        self.begun_said: str | None = None
        """Kept by `since_when`, once worked out; empty words where it is not known."""
        self.steady: _Steady | None = None
        """Kept by `_steadiness`, once worked out."""


_Steady = tuple[date, date]
"""The first day from which on the dose is the same for certain (`regimen.steady_from`); the last day on which a
glucocorticoid is taken whose route or form leaves the dose open (`date.min`: none)."""


def _alone(records: Sequence[Exposure]) -> Exposure | None:
    """The only record, where it covers all days from its start on: no end, no infusion, not held, not in doubt."""
    (e,) = records
    if e.end is None and e.infusion is False and e.state != "held" and e.doubt is None and "aspirin" not in e.groups:
        return e
    return None


def treatments(chart: Chart, wanted: frozenset[str], scope: str = "systemic") -> tuple[Treatment, ...]:
    """The recorded drugs of some groups, each with its standing; `scope` oral keeps oral glucocorticoids only.

    In the order in which they were recorded. Rules ask by frozensets made at load time, which know their hash.
    """
    if scope == "oral":
        return tuple([t for t in chart.once("treatments oral", _oral) if not t.labels.isdisjoint(wanted)])
    memo = chart.memo
    found: tuple[Treatment, ...] | None = memo.get(wanted)
    if found is None:
        every: tuple[Treatment, ...] | None = memo.get(_EVERY)
        if every is None:
            every = memo[_EVERY] = _treatments(chart)
        found = memo[wanted] = tuple([t for t in every if not t.labels.isdisjoint(wanted)])
    return found


_EVERY = "treatments"


def _treatments(chart: Chart) -> tuple[Treatment, ...]:
    if "aspirin" not in index(chart):
        return _stood(drugs(chart), chart, "systemic")
    found = [e for e in chart.exposures if "aspirin" not in e.groups or not _antiplatelet(e)]
    return _stood(by_drug(found), chart, "systemic")


def _oral(chart: Chart) -> tuple[Treatment, ...]:
    swallowed = steroids(chart, "oral")
    if swallowed is steroids(chart, "systemic"):
        return tuple([t for t in treatments(chart, _STEROID) if t.drug == "glucocorticoid"])
    return _stood(by_drug([e for e in swallowed if "glucocorticoid" in e.groups]), chart, "oral")


def _stood(found: dict[str, list[Exposure]], chart: Chart, scope: str) -> tuple[Treatment, ...]:
    as_of = chart.as_of
    long_ago = as_of - INFUSION_DAYS
    return tuple([_stand(drug, records, as_of, long_ago, scope) for drug, records in found.items()])


_STEROID = frozenset(("glucocorticoid",))


def _antiplatelet(exposure: Exposure) -> bool:
    """Aspirin in a dose too small to treat with."""
    daily = exposure.dose.daily
    return daily is not None and daily.at_most(ANTIPLATELET) is True


def _doubtful(exposure: Exposure) -> Reason | None:
    if exposure.doubt is not None:
        return Reason.INCOMPARABLE
    if "aspirin" in exposure.groups:
        daily = exposure.dose.daily
        return None if daily is not None and daily.more_than(ANTIPLATELET) else Reason.NO_DOSE
    return None


def _stand(drug: str, records: list[Exposure], as_of: date, long_ago: date, scope: str) -> Treatment:
    """`long_ago`: what ended before that day is not current, however it was given."""
    groups, ingredient = records[0].groups, records[0].ingredient
    labels = groups | {drug, ingredient}
    alone = _alone(records) if len(records) == 1 else None
    if alone is not None and alone.state == "active":
        return Treatment(drug, CURRENT, records, (alone,), None, scope, labels, alone)
    sure: list[Exposure] = []
    maybe: list[Exposure] = []
    for e in records:
        if e.groups is not groups or e.ingredient != ingredient:
            labels |= e.groups | {e.ingredient}
        if e.end is not None and e.end[1] < long_ago:
            continue
        now = is_current(e, as_of)
        if now is not False:
            maybe.append(e)
            if now and _doubtful(e) is None:
                sure.append(e)
    if sure:
        return Treatment(drug, CURRENT, records, tuple(sure), None, scope, labels, alone)
    if maybe:
        doubts = [r for e in maybe if (r := _doubtful(e)) is not None]
        why = doubts[0] if doubts else Reason.IMPRECISE
        return Treatment(drug, OPEN, records, tuple(maybe), why, scope, labels, alone)
    paused = tuple([e for e in records if e.state == "held" and held(e, as_of)])
    return Treatment(drug, HELD if paused else PAST, records, paused, None, scope, labels, alone)


def drug_covers(treatment: Treatment, chart: Chart) -> list[Cover]:
    """The days that the records of a drug cover."""
    made = treatment.covers
    if made is None:
        if treatment.drug == "glucocorticoid":
            made = steroid_covers(chart, treatment.scope)
        else:
            made = covers(treatment.records, chart.as_of)
        treatment.covers = made
    return made


def since_when(treatment: Treatment, chart: Chart) -> tuple[DateSpan, str] | None:
    """When the current course began, and that in words; None where that is not known."""
    if treatment.begun_said is None:
        start = treatment.begun = _since(treatment, chart)
        treatment.begun_said = f"taken since {span_text(start)}" if start is not None else ""
    return (treatment.begun, treatment.begun_said) if treatment.begun is not None else None


def _since(treatment: Treatment, chart: Chart) -> DateSpan | None:
    alone = treatment.alone
    if alone is not None:
        return alone.start if alone.start[1] <= chart.as_of else None
    sure = [e for e in treatment.records if e.doubt is None and ("aspirin" not in e.groups or _doubtful(e) is None)]
    made = drug_covers(treatment, chart)
    if len(sure) < len(treatment.records) or (
        treatment.drug == "glucocorticoid"
        and (len(made) != len(sure) or "depot" in [c[2].systemic for c in made])
    ):
        # Without what is in doubt; glucocorticoids without those that have no equivalence and without what depots add.
        made = covers(sure, chart.as_of)
    return begun(made, chart.as_of)


def begun_long_ago(treatment: Treatment, window: Window, chart: Chart, rule: str, threshold: str) -> Answer:
    """Begun at least a window ago; later: fail until begin + window (the day on which it is certain)."""
    found = since_when(treatment, chart)
    if found is None:
        return unknown(Reason.IMPRECISE, evidence=each_evidence(treatment.now, rule, None, threshold))
    start, said = found
    shown = each_evidence(treatment.now, rule, said, threshold)
    until = window.after(start.last)
    if until <= chart.as_of:
        return passed(Basis.RECORDED, shown)
    if window.after(start.first) > chart.as_of:
        return failed(Basis.RECORDED, shown, until)
    return unknown(Reason.IMPRECISE, evidence=shown)


def stable(
    treatment: Treatment, window: Window, more_than: bool, chart: Chart, rule: str, threshold: str
) -> Answer:
    """The dose unchanged over the window before `as_of` (see `regimen.stability`).

    `more_than`: the window itself is not enough, a day more is needed ("> 2 weeks").
    """
    first = window.before(chart.as_of)
    if more_than:
        first -= DAY
    since, unclear = treatment.steady or _steadiness(treatment, chart)
    if first <= unclear:
        return unknown(Reason.NO_DOSE, evidence=each_evidence(treatment.now, rule, None, threshold))
    if first >= since:
        return _throughout(treatment, first, rule, threshold)
    equivalents: dict[str, Interval] = factors(chart) if treatment.drug == "glucocorticoid" else {}
    found = stability(drug_covers(treatment, chart), first, chart.as_of, equivalents)
    if found.holds:
        return _throughout(treatment, first, rule, threshold)
    normalised = f"since {found.since.isoformat()}" if found.since is not None else None
    shown = each_evidence(treatment.now, rule, normalised, threshold, problems=True)
    if found.since is not None:
        return failed(Basis.RECORDED, shown, window.after(found.since) + (DAY if more_than else timedelta(0)))
    return unknown(found.reason or Reason.IMPRECISE, evidence=shown)


def _steadiness(treatment: Treatment, chart: Chart) -> _Steady:
    """From when on the dose is the same, whatever the window: several rules ask by several windows."""
    unclear = date.min
    alone = treatment.alone
    if treatment.drug == "glucocorticoid":
        made = drug_covers(treatment, chart)
        since = steady_from(made, chart.as_of)
        for _, end, exposure in made:
            if exposure.systemic != "yes" and end[1] > unclear:
                unclear = end[1]
    elif alone is not None:
        dose = alone.dose
        readable = dose.daily is not None or dose.per_kg is not None
        since = alone.start[1] if readable and not alone.steps and not dose.prn else date.max
    else:
        since = steady_from(drug_covers(treatment, chart), chart.as_of)
    treatment.steady = kept = (since, unclear)
    return kept


def _throughout(treatment: Treatment, first: date, rule: str, threshold: str) -> Answer:
    said = f"unchanged since {first.isoformat()} or earlier"
    return passed(Basis.RECORDED, each_evidence(treatment.now, rule, said, threshold, problems=True))
