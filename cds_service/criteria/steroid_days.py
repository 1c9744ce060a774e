"""`steroid_days`: days at a high dose, added up (NCT06711146 and NCT05765006 E1d; decisions 22, 40, 50).

    steroid_days: 14                 so many days exclude
    at_least: 100 mg/day
    within: 8 weeks                  as_of and the 55 days before
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ..chart.chart import Chart
from ..clinical.drug_silence import KINDS_READ, names, nothing_recorded
from ..clinical.exposures import evidence
from ..clinical.steroids import DayDose, current_dose, dose_evidence, steroids, timeline
from ..kernel.answers import Answer, Basis, Evidence, Reason, failed, passed, unknown
from ..kernel.dates import DAY, Window
from ..kernel.numbers import plain
from .rule import Reads, Spec

KIND = "steroid_days"
_MISSING = names(("glucocorticoid",))


def _problems(doses: list[DayDose]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(d.problem for d in doses if d.problem))


@dataclass(frozen=True, slots=True)
class SteroidDays:
    """Fewer than so many days at or above a dose within a window."""

    days: int
    at_least: Decimal
    window: Window
    threshold: str

    def answer(self, chart: Chart) -> Answer:
        """Fail where the days are certain; what only the upper end reaches, or cannot be read, leaves it open."""
        found = steroids(chart, "systemic").records
        if not found:
            return nothing_recorded(chart, _MISSING, self.window, KIND)
        first = self.window.before(chart.as_of) + DAY
        line = timeline(chart, first, chart.as_of)
        sure = perhaps = unread = 0
        high: list[tuple[date, date]] = []
        basis = Basis.RECORDED
        for start, end, dose in line:
            if dose.computed:
                basis = Basis.COMPUTED
            reaches = dose.total.at_least(self.at_least)
            if reaches is False:
                continue
            length = (end - start).days + 1
            if reaches is True:
                sure += length
                high.append((start, end))
            elif dose.reason is not None:
                unread += length
            else:
                perhaps += length
        shown = self._evidence(line, chart)
        if sure >= self.days:
            goes_on = high[-1][1] == chart.as_of and not current_dose(chart, "systemic").none
            notes = ("counted as if it were stopped today",) if goes_on else ()
            return failed(basis, shown, self._until(high, chart.as_of), "stopped" if goes_on else None, notes)
        if not chart.drugs_complete:
            return unknown(Reason.UNAVAILABLE, _MISSING, shown)
        if sure + perhaps + unread >= self.days:
            if sure + perhaps >= self.days:
                return unknown(Reason.IMPRECISE, _MISSING, shown)
            open_ = [d for _, _, d in line if d.reason is not None and d.total.at_least(self.at_least) is None]
            return unknown(open_[0].reason or Reason.NO_DOSE, _MISSING, shown, _problems(open_))
        if chart.unnamed_drugs:
            return nothing_recorded(chart, _MISSING, None, KIND)
        return passed(basis, shown or (evidence(found[-1], threshold=self.threshold, rule=KIND),))

    def _until(self, high: list[tuple[date, date]], as_of: date) -> date:
        """The first day on which fewer than `days` remain in the window that moves with it."""
        days = [start + timedelta(n) for start, end in high for n in range((end - start).days + 1)]
        leaves = days[len(days) - self.days]
        day = as_of
        while self.window.before(day) < leaves:
            day += DAY
        return day

    def _evidence(self, line: list[tuple[date, date, DayDose]], chart: Chart) -> tuple[Evidence, ...]:
        if len(line) == 1:
            return () if line[0][2].none else dose_evidence(line[0][2], chart, self.threshold, KIND)
        found: dict[Evidence, None] = {}
        for _, _, dose in line:
            if not dose.none and dose.total.less_than(self.at_least) is not True:
                found.update(dict.fromkeys(dose_evidence(dose, chart, self.threshold, KIND)))
        if not found and line and not line[-1][2].none:
            found.update(dict.fromkeys(dose_evidence(line[-1][2], chart, self.threshold, KIND)))
        return tuple(found)

    def words(self) -> str:
        """In plain words."""
        return f"{self.threshold} within the last {self.window} (all systemic glucocorticoids, days added up)"

    def reads(self) -> Reads:
        """Drug records; the weight for doses by weight."""
        drugs = frozenset({"glucocorticoid"})
        return Reads(KINDS_READ | {"Observation"}, concepts=frozenset({"body_weight"}), drugs=drugs)


def read(spec: Spec) -> SteroidDays:
    """`{steroid_days: 14, at_least: 100 mg/day, within: 8 weeks}`."""
    days, dose, window = spec.number("steroid_days"), spec.dose("at_least"), spec.window("within")
    if dose is None or window is None or days is None:
        spec.complain("steroid_days", "'steroid_days', 'at_least' and 'within' are needed")
        return SteroidDays(1, Decimal(0), Window(1), "")
    said = f"fewer than {int(days)} days at ≥ {plain(dose)} mg/day prednisone-equivalent"
    return SteroidDays(int(days), dose, window, said)
