"""Whether a glucocorticoid ever reached a dose by weight (decision 15)."""

from decimal import Decimal

from ..chart.chart import Chart
from ..chart.facts import Dose, Exposure
from ..kernel.answers import Answer, Basis, Evidence, Reason, passed, unknown
from ..kernel.dates import DateSpan
from ..kernel.numbers import Interval
from .body_weight import Weight, weight_at
from .exposures import evidence
from .regimen import ONE
from .steroids import factors


def reached_per_kg(found: list[Exposure], limit: Decimal, chart: Chart) -> Answer:
    """Pass where one recorded dose reached `limit` mg prednisone/kg/day; else unknown.

    The weight is the one nearest to the begin of the dose, within 90 days, else today's.
    """
    equivalents = factors(chart)
    threshold = f"≥ {limit} mg/kg/d"
    weighed = chart.results.get("body_weight")
    reasons: list[Reason] = []
    missing: tuple[str, ...] = ()
    shown: list[Evidence] = []
    for exposure in found:
        factor = equivalents.get(exposure.ingredient)
        if factor is None or exposure.systemic != "yes":
            reasons.append(Reason.NO_DOSE)
            continue
        for dose, begins in _doses(exposure) if exposure.steps else ((exposure.dose, exposure.start),):
            weight: Weight | None = None
            amount = dose.daily if dose.daily is not None else dose.single
            if dose.per_kg is not None:
                by_weight = dose.per_kg.times(factor)
            elif amount is None:
                reasons.append(Reason.NO_DOSE)
                continue
            else:
                weight = weight_at(chart, weighed, begins) if weighed else None
                if weight is None:
                    reasons.append(Reason.NO_DATA)
                    missing = ("body_weight",)
                    continue
                daily = amount if factor is ONE else amount.times(factor)
                by_weight = _divided(daily, weight.kg)
            decided = by_weight.at_least(limit)
            record = evidence(
                exposure, normalised=f"{_rounded(by_weight)} mg/kg/d prednisone-equivalent",
                threshold=threshold, rule="exposed_to", basis="computed",
            )  # fmt: skip
            if decided:
                return passed(Basis.COMPUTED, (record, *((weight.evidence,) if weight else ())))
            shown.append(record)
            reasons.append(Reason.IMPRECISE if decided is None else Reason.NO_DATA)
    return unknown(min(reasons, key=_ORDER.index, default=Reason.NO_DATA), missing, tuple(shown[:4]))


def _doses(exposure: Exposure) -> list[tuple[Dose, DateSpan]]:
    """The doses of a plan, each with the day on which it begins."""
    return [(s.dose, DateSpan(s.first, s.first) if s.first else exposure.start) for s in exposure.steps]


def _divided(daily: Interval, kg: Interval) -> Interval:
    """mg per day over kg: the lightest weight makes the most of it."""
    (low, high, _, _), (light, heavy, _, _) = daily, kg
    lowest = None if low is None or not heavy else low / heavy
    return Interval(lowest, None if high is None or not light else high / light)


_ORDER = list(Reason)


def _rounded(interval: Interval) -> Interval:
    low, high, low_open, high_open = interval
    lowest = None if low is None else round(low, 3)
    return Interval(lowest, None if high is None else round(high, 3), low_open, high_open)
