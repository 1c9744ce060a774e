"""Whether a drug is being taken, since when, and whether its dose held (decisions 16, 20, 21, 39, 53)."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from ..chart.chart import Chart
from ..chart.facts import Exposure
from ..kernel.answers import Answer, Basis, Evidence, Reason, failed, new, passed, unknown
from ..kernel.dates import DateSpan, Window
from ..kernel.numbers import Interval
from .exposures import INFUSION_DAYS, Cover, begun, by_drug, covers, each_evidence, held, index, is_current
from .regimen import DAY, span_text, stability
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
                 "standing")

    def __init__(
        self,
        drug: str,
        standing: Standing,
        records: Sequence[Exposure],
        now: tuple[Exposure, ...],
        reason: Reason | None,
        scope: str,
        labels: frozenset[str],
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
        self.alone = _alone(records) if len(records) == 1 else None
        """The one record of a course that goes on: what it comes to is told without laying records on each other."""
        self.covers: list[Cover] | None = None
        """Kept by `drug_covers`, once worked out."""
        self.begun: DateSpan | None = None
        self.begun_said: str | None = None
        """Kept by `since_when`, once worked out; empty words where it is not known."""


def _alone(records: Sequence[Exposure]) -> Exposure | None:
    """The only record, where it covers all days from its start on: no end, no infusion, not held, not in doubt."""
    (e,) = records
    if e.end is None and e.infusion is False and e.state != "held" and e.doubt is None and "aspirin" not in e.groups:
        return e
    return None


_Asked = dict[Collection[str], tuple[Treatment, ...]]
"""What was asked for → the drugs that are recorded of it; all of them where everything was asked for (`_ALL`)."""


def treatments(chart: Chart, wanted: frozenset[str], scope: str = "systemic") -> tuple[Treatment, ...]:
    """The recorded drugs of some groups, each with its standing; `scope` oral keeps oral glucocorticoids only.

    In the order in which they were recorded. Rules ask by frozensets made at load time, which know their hash.
    """
    key = _KEYS[scope]
    asked: _Asked | None = chart.memo.get(key)
    if asked is None:
        asked = chart.memo[key] = {_ALL: _treatments(chart, scope)}
    found = asked.get(wanted)
    if found is None:
        found = asked[wanted] = tuple([t for t in asked[_ALL] if not t.labels.isdisjoint(wanted)])
    return found


_KEYS = {"systemic": "treatments systemic", "oral": "treatments oral"}
_ALL = ("all",)


def _treatments(chart: Chart, scope: str) -> tuple[Treatment, ...]:
    found: Sequence[Exposure] = chart.exposures
    if scope == "oral":
        swallowed = steroids(chart, "oral")
        if swallowed is steroids(chart, "systemic"):
            return tuple([t for t in treatments(chart, _STEROID) if t.drug == "glucocorticoid"])
        found = [e for e in swallowed if "glucocorticoid" in e.groups]
    if "aspirin" in index(chart):
        found = [e for e in found if "aspirin" not in e.groups or not _antiplatelet(e)]
    as_of = chart.as_of
    long_ago = as_of - INFUSION_DAYS
    return tuple([_stand(drug, records, as_of, long_ago, scope) for drug, records in by_drug(found).items()])


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
        return Treatment(drug, CURRENT, records, tuple(sure), None, scope, labels)
    if maybe:
        doubts = [r for e in maybe if (r := _doubtful(e)) is not None]
        return Treatment(drug, OPEN, records, tuple(maybe), doubts[0] if doubts else Reason.IMPRECISE, scope, labels)
    paused = tuple([e for e in records if e.state == "held" and held(e, as_of)])
    return Treatment(drug, HELD if paused else PAST, records, paused, None, scope, labels)


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
    steroid = treatment.drug == "glucocorticoid"
    if not steroid and treatment.alone is not None and _steady(treatment.alone, first):
        return _throughout(treatment, first, rule, threshold)
    made = drug_covers(treatment, chart)
    if steroid:
        for _, end, exposure in made:
            if exposure.systemic != "yes" and end.last >= first:
                return unknown(Reason.NO_DOSE, evidence=each_evidence(treatment.now, rule, None, threshold))
    equivalents: dict[str, Interval] = factors(chart) if steroid else {}
    found = stability(made, first, chart.as_of, equivalents)
    if found.holds:
        return _throughout(treatment, first, rule, threshold)
    normalised = f"since {found.since.isoformat()}" if found.since is not None else None
    shown = _shown(treatment, normalised, rule, threshold)
    if found.since is not None:
        return failed(Basis.RECORDED, shown, window.after(found.since) + (DAY if more_than else timedelta(0)))
    return unknown(found.reason or Reason.IMPRECISE, evidence=shown)


def _steady(alone: Exposure, first: date) -> bool:
    """Whether one record says one dose that can be read from `first` on: `regimen.stability` in short."""
    dose = alone.dose
    if alone.start[1] > first or alone.steps or dose.prn:
        return False
    return dose.daily is not None or dose.per_kg is not None


def _throughout(treatment: Treatment, first: date, rule: str, threshold: str) -> Answer:
    said = f"unchanged since {first.isoformat()} or earlier"
    return passed(Basis.RECORDED, _shown(treatment, said, rule, threshold))


def _shown(treatment: Treatment, normalised: str | None, rule: str, threshold: str) -> tuple[Evidence, ...]:
    return tuple([
        new(Evidence, (
            e.reference, e.text, None, e.written or None, normalised, threshold, rule,
            None if e.by == "code" else "text", e.dose.problem,
        ))
        for e in treatment.now
    ])  # fmt: skip
