"""Since when a current drug is taken, and whether its dose held (decisions 16, 20, 21, 39, 53).

What a rule asks of each drug is made at load time (`Asked`); what no rule changes is worked out once (`Course`).
"""

from datetime import date, timedelta
from typing import NamedTuple

from ..chart.chart import Chart
from ..kernel.answers import Answer, Basis, Evidence, Reason, Status, each_once, failed, new, passed, unknown
from ..kernel.dates import DAY, Window
from ..kernel.logic import all_of
from ..kernel.numbers import Interval
from .exposures import begun, covers, each_evidence, evidence, shown
from .plain import Course
from .regimen import span_text, stability, steady_from
from .steroids import factors, laid_out, steroids
from .treatment import Treatment, doubtful, drug_covers

_PASS, _RECORDED = Status.PASS, Basis.RECORDED


class Asked(NamedTuple):
    """What a rule asks of a current drug; made at load time."""

    rule: str
    begun: Window | None
    """Begun at least so long ago."""
    begun_said: str
    stable: Window | None
    """At one dose for so long."""
    more_than: bool
    """The window itself is not enough, a day more is needed ("> 2 weeks")."""
    stable_said: str
    at_most: timedelta
    """The most days that `begun` may have: what began before that needs no calendar."""


def told(treatment: Treatment, chart: Chart, asked: Asked) -> Answer:
    """Whether a current drug was begun long enough ago, and at one dose for long enough: what passes, in one go.

    Else as `begun_long_ago` and `stable` answer. Both pass on records and say nothing but their evidence.
    """
    rule, begun_, begun_said, stable_, more_than, stable_said, at_most = asked
    start, said, since, unclear, problems = treatment.course or course_of(treatment, chart)
    as_of, found = chart.as_of, treatment.rows
    if begun_ is not None:
        if start is None or (as_of - start[1] < at_most and begun_.after(start[1]) > as_of):
            late = begun_long_ago(treatment, chart, asked)
            return late if stable_ is None else all_of((late, stable(treatment, chart, asked)))
        at_first = shown(found, (said, begun_said, rule))
        if stable_ is None:
            return new(Answer, (_PASS, _RECORDED, None, None, None, (), at_first, ()))
    elif stable_ is None:
        return new(Answer, (_PASS, _RECORDED, None, None, None, (), shown(found, (None, None, rule)), ()))
    first = stable_.before(as_of)
    if more_than:
        first -= DAY
    if first < since or first <= unclear or problems:
        steady = stable(treatment, chart, asked)
        return steady if begun_ is None else all_of((passed(_RECORDED, at_first), steady))
    steadily = shown(found, (f"unchanged since {first.isoformat()} or earlier", stable_said, rule))
    if begun_ is not None:  # nothing is said twice where no two records are the same
        twice = at_first + steadily
        differ = len(found) == 1 or (len(found) == 2 and found[0] != found[1])
        steadily = twice if differ else each_once(twice)
    return new(Answer, (_PASS, _RECORDED, None, None, None, (), steadily, ()))


def course_of(treatment: Treatment, chart: Chart) -> Course:
    """When the current course of records of any kind began, and from when on its dose is the same; worked out once."""
    as_of, alone = chart.as_of, treatment.alone
    steroid = laid_out(steroids(chart, treatment.scope), chart) if treatment.drug == "glucocorticoid" else None
    if alone is not None and steroid is None:
        dose = alone.dose
        readable = dose.daily is not None or dose.per_kg is not None
        since = alone.start[1] if readable and not alone.steps and not dose.prn else date.max
    else:
        made = drug_covers(treatment, chart)
        since = steady_from(made, as_of)
    if alone is not None:
        start = alone.start if alone.start[1] <= as_of else None
    else:
        records = treatment.records
        sure = [e for e in records if e.doubt is None and ("aspirin" not in e.groups or doubtful(e) is None)]
        if len(sure) < len(records) or (steroid is not None and (steroid.depots or len(made) != len(sure))):
            # Without what is in doubt; glucocorticoids without those that have no equivalence and what depots add.
            made = covers(sure, as_of)
        start = begun(made, as_of)
    said = f"taken since {span_text(start)}" if start is not None else None
    unclear = date.min if steroid is None else steroid.unclear
    problems = [None] * len(treatment.now) != [e.dose.problem for e in treatment.now]
    treatment.course = course = Course(start, said, since, unclear, problems)
    return course


def begun_long_ago(treatment: Treatment, chart: Chart, asked: Asked) -> Answer:
    """Begun at least a window ago; later: fail until begin + window (the day on which it is certain)."""
    window, threshold = asked.begun or Window(), asked.begun_said
    start, said, *_ = treatment.course or course_of(treatment, chart)
    taken = each_evidence(treatment.now, asked.rule, said, threshold)
    if start is None:
        return unknown(Reason.IMPRECISE, evidence=taken)
    until = window.after(start.last)
    if until <= chart.as_of:
        return passed(_RECORDED, taken)
    if window.after(start.first) > chart.as_of:
        return failed(_RECORDED, taken, until)
    return unknown(Reason.IMPRECISE, evidence=taken)


def stable(treatment: Treatment, chart: Chart, asked: Asked) -> Answer:
    """The dose unchanged over the window before `as_of` (see `regimen.stability`)."""
    window, threshold = asked.stable or Window(), asked.stable_said
    first = window.before(chart.as_of)
    if asked.more_than:
        first -= DAY
    _, _, since, unclear, _ = treatment.course or course_of(treatment, chart)
    if first <= unclear:
        return unknown(Reason.NO_DOSE, evidence=each_evidence(treatment.now, asked.rule, None, threshold))
    if first < since:
        equivalents: dict[str, Interval] = factors(chart) if treatment.drug == "glucocorticoid" else {}
        found = stability(drug_covers(treatment, chart), first, chart.as_of, equivalents)
        if found.since is not None:
            taken = _explained(treatment, asked, f"since {found.since.isoformat()}")
            return failed(_RECORDED, taken, window.after(found.since) + (DAY if asked.more_than else timedelta(0)))
        if not found.holds:
            return unknown(found.reason or Reason.IMPRECISE, evidence=_explained(treatment, asked, None))
    return passed(_RECORDED, _explained(treatment, asked, f"unchanged since {first.isoformat()} or earlier"))


def _explained(treatment: Treatment, asked: Asked, said: str | None) -> tuple[Evidence, ...]:
    """The current records; each says why its dose cannot be known."""
    return tuple([
        evidence(e, normalised=said, threshold=asked.stable_said, rule=asked.rule, note=e.dose.problem)
        for e in treatment.now
    ])  # fmt: skip
