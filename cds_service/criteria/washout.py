"""`washout`: a drug stopped long enough ago (criteria.md section 2; decisions 18, 34, 38, 39, 50).

    washout: anti_cd20_antibody
    for: 6 months
    judged: [cd20xcd3_bispecific]        drugs that are for a clinician to judge where they would decide
"""

from dataclasses import dataclass

from ..chart.chart import Chart
from ..clinical.drug_silence import KINDS_READ, complete, names, nothing_recorded
from ..clinical.exposures import evidence, exposures
from ..clinical.washout import Last, last_exposures, washed_out
from ..kernel.answers import REASON_RANK, Answer, Basis, Reason, failed, passed, unknown
from ..kernel.dates import Window
from .rule import Reads, Spec

KIND = "washout"
_STOPPED = "counted as if it were stopped today"
_BESIDE = "an order is still active: counted from the latest recorded administration, as if it were stopped"


@dataclass(frozen=True, slots=True)
class Washout:
    """No exposure to the drugs within the window."""

    drugs: tuple[str, ...]
    judged: tuple[str, ...]
    window: Window
    missing: tuple[str, ...]
    threshold: str

    def answer(self, chart: Chart) -> Answer:
        """Fail until the last exposure plus the window; ongoing counts as stopped on `as_of`."""
        found = exposures(chart, self.drugs)
        judged = exposures(chart, self.judged)
        if not found and not judged:
            return nothing_recorded(chart, self.missing, self.window, KIND)
        weighed = [self._weigh(last, chart) for last in last_exposures(found, chart.as_of)]
        known = {id(e) for e in found}
        for last in last_exposures(judged, chart.as_of):
            if id(last.exposure) not in known:
                weighed.append(self._to_judge(last, chart))
        failing = [a for a in weighed if a.until is not None]
        if failing:
            worst = max(failing, key=lambda a: a.until or chart.as_of)
            return worst._replace(evidence=tuple(e for a in failing for e in a.evidence))
        if not complete(chart):
            return unknown(Reason.UNAVAILABLE, self.missing, tuple(e for a in weighed for e in a.evidence))
        reasons = [a.reason for a in weighed if a.reason is not None]
        if chart.unnamed_drugs:
            reasons.append(Reason.INCOMPARABLE)
        shown = tuple(e for a in weighed if a.reason is not None or not reasons for e in a.evidence)
        notes = tuple(dict.fromkeys(n for a in weighed for n in a.notes))
        if reasons:
            return unknown(min(reasons, key=REASON_RANK.__getitem__), self.missing, shown, notes)
        return passed(Basis.RECORDED, shown, notes)

    def _weigh(self, last: Last, chart: Chart) -> Answer:
        over, until = washed_out(last.when, self.window, chart.as_of)
        shown = evidence(
            last.exposure, normalised=f"last exposure {last.when}", threshold=self.threshold, rule=KIND,
            note=last.exposure.doubt,
        )  # fmt: skip
        if over:
            notes = (_BESIDE,) if last.ongoing else ()
            return passed(Basis.RECORDED, (shown,), notes)
        if last.exposure.doubt is not None:
            return unknown(Reason.INCOMPARABLE, evidence=(shown,))
        if over is None:
            return unknown(Reason.IMPRECISE, evidence=(shown,))
        if last.ongoing:
            note = _BESIDE if last.exposure.infusion and last.exposure.state != "active" else _STOPPED
            return failed(Basis.RECORDED, (shown,), until, "stopped", (note,))
        return failed(Basis.RECORDED, (shown,), until)

    def _to_judge(self, last: Last, chart: Chart) -> Answer:
        found = self._weigh(last, chart)
        if found.until is None:
            return found
        return unknown(Reason.JUDGEMENT, (), found.evidence, ("whether this drug counts is for a clinician to judge",))

    def words(self) -> str:
        """In plain words."""
        said = f"no {_or(self.drugs)} within the last {self.window} (the last dose at least {self.window} ago)"
        return said + (f"; {_or(self.judged)}: for a clinician to judge" if self.judged else "")

    def reads(self) -> Reads:
        """Drug records."""
        return Reads(KINDS_READ, drugs=frozenset(self.drugs + self.judged))


def _or(drugs: tuple[str, ...]) -> str:
    return " or ".join(d.replace("_", " ") for d in drugs)


def read(spec: Spec) -> Washout:
    """`{washout: anti_cd20_antibody, for: 6 months}`."""
    drugs = spec.drugs("washout")
    judged = spec.drugs("judged")
    window = spec.window("for")
    if window is None:
        spec.complain("for", "'for' is missing: how long ago the drug must have been stopped")
        window = Window()
    return Washout(drugs, judged, window, names(drugs), f"stopped ≥ {window} ago")
