"""`washout`: a drug stopped long enough ago (criteria.md section 2; decisions 18, 34, 38, 39, 50).

    washout: anti_cd20_antibody
    for: 6 months
    judged: [cd20xcd3_bispecific]        drugs that are for a clinician to judge where they would decide
"""

from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from ..chart.chart import Chart
from ..clinical.drug_silence import KINDS_READ, names, nothing_recorded, spoken, unnamed
from ..clinical.exposures import evidence, exposures, recorded
from ..clinical.washout import Last, last_exposures, washed_out
from ..kernel.answers import REASON_RANK, Answer, Basis, Evidence, Reason, Status, failed, passed, unknown
from ..kernel.dates import Window
from .rule import Reads, Spec

KIND = "washout"
_STOPPED = "counted as if it were stopped today"
_BESIDE = "an order is still active: counted from the latest recorded administration, as if it were stopped"


_UNTIL = itemgetter(2)


class _Weighed(NamedTuple):
    """One last exposure, held against the window."""

    last: Last
    verdict: Status
    until: date
    reason: Reason | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Washout:
    """No exposure to the drugs within the window."""

    drugs: tuple[str, ...]
    judged: tuple[str, ...]
    window: Window
    missing: tuple[str, ...]
    threshold: str
    asked: frozenset[str] = field(init=False, repr=False, compare=False)
    """`drugs` and `judged` together."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "asked", frozenset(self.drugs + self.judged))

    def answer(self, chart: Chart) -> Answer:
        """Fail until the last exposure plus the window; ongoing counts as stopped on `as_of`."""
        if not recorded(chart, self.asked):
            return nothing_recorded(chart, self.missing, self.window, KIND)
        found = exposures(chart, self.drugs)
        weighed = [self._weigh(last, chart, False) for last in last_exposures(found, chart.as_of)]
        if self.judged and recorded(chart, self.judged):
            counted = {id(e) for e in found}
            others = [e for e in exposures(chart, self.judged) if id(e) not in counted]
            weighed += [self._weigh(last, chart, True) for last in last_exposures(others, chart.as_of)]
        verdicts = [w.verdict for w in weighed]
        if Status.FAIL in verdicts:
            return self._failed([w for w in weighed if w.verdict is Status.FAIL])
        if not chart.drugs_complete:
            return unknown(Reason.UNAVAILABLE, self.missing, self._shown(weighed))
        if Status.UNKNOWN in verdicts or chart.unnamed_drugs:
            return self._open([w for w in weighed if w.reason is not None], chart)
        latest = max(weighed, key=_UNTIL)
        return passed(Basis.RECORDED, self._shown([latest]), (latest.note,) if latest.note else ())

    def _failed(self, failing: "list[_Weighed]") -> Answer:
        worst = max(failing, key=_UNTIL)
        notes: tuple[str, ...] = (worst.note,) if worst.note else ()
        assumes = "stopped" if worst.last.ongoing else None
        return failed(Basis.RECORDED, self._shown(failing), worst.until, assumes, notes)

    def _open(self, open_: "list[_Weighed]", chart: Chart) -> Answer:
        reasons = [w.reason for w in open_ if w.reason is not None]
        reasons += [Reason.INCOMPARABLE] * bool(chart.unnamed_drugs)
        notes = tuple(dict.fromkeys(w.note for w in open_ if w.note))
        shown = self._shown(open_) + unnamed(chart, KIND)
        return unknown(min(reasons, key=REASON_RANK.__getitem__), self.missing, shown, notes)

    def _weigh(self, last: Last, chart: Chart, judged: bool) -> "_Weighed":
        """One last exposure against the window; evidence is made for those that decide."""
        over, until = washed_out(last.when, self.window, chart.as_of)
        if over:
            return _Weighed(last, Status.PASS, until, None, _BESIDE if last.ongoing else None)
        if last.exposure.doubt is not None:
            return _Weighed(last, Status.UNKNOWN, until, Reason.INCOMPARABLE, None)
        if over is None:
            return _Weighed(last, Status.UNKNOWN, until, Reason.IMPRECISE, None)
        if judged:
            counts = f"whether {spoken((last.exposure.drug,))} counts is for a clinician to judge"
            return _Weighed(last, Status.UNKNOWN, until, Reason.JUDGEMENT, counts)
        beside = last.exposure.infusion and last.exposure.state != "active"
        return _Weighed(last, Status.FAIL, until, None, (_BESIDE if beside else _STOPPED) if last.ongoing else None)

    def _shown(self, weighed: "list[_Weighed]") -> tuple[Evidence, ...]:
        return tuple([
            evidence(
                w.last.exposure, normalised=f"last exposure {w.last.when}", threshold=self.threshold, rule=KIND,
                note=w.last.exposure.doubt,
            )
            for w in weighed
        ])  # fmt: skip

    def words(self) -> str:
        """In plain words."""
        said = f"no {spoken(self.drugs)} within the last {self.window} (the last dose at least {self.window} ago)"
        return said + (f"; {spoken(self.judged)}: for a clinician to judge" if self.judged else "")

    def reads(self) -> Reads:
        """Drug records."""
        return Reads(KINDS_READ, drugs=frozenset(self.drugs + self.judged))


def read(spec: Spec) -> Washout:
    """`{washout: anti_cd20_antibody, for: 6 months}`."""
    drugs = spec.drugs("washout")
    judged = spec.drugs("judged")
    window = spec.window("for")
    if window is None:
        spec.complain("for", "'for' is missing: how long ago the drug must have been stopped")
        window = Window()
    return Washout(drugs, judged, window, names(drugs), f"stopped ≥ {window} ago")
