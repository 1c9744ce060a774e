"""`on_treatment` and `each_treatment`: what is taken now, since when, and how stably (decisions 16, 20, 27, 39, 50).

    on_treatment: [antimalarial, conventional_immunosuppressant, biologic]     one of them suffices
    begun: 6 months                  at least so long ago
    stable_for: 2 weeks              or stable_more_than: 2 weeks
    judged: [neither_judgement]      drugs that are for a clinician to judge where they would decide
    others_stable: true              another current one of them that is not stable leaves the answer open

    each_treatment: [antimalarial, conventional_immunosuppressant]             every current one; none passes
    route: oral                      glucocorticoids: only what is swallowed
"""

from dataclasses import dataclass

from ..chart.chart import Chart
from ..clinical.drug_silence import KINDS_READ, complete, names, nothing_recorded, spoken
from ..clinical.exposures import evidence
from ..clinical.treatment import Standing, Treatment, begun_long_ago, stable, treatments
from ..kernel.answers import REASON_RANK, Answer, Basis, Evidence, Reason, Status, passed, unknown
from ..kernel.dates import Window
from ..kernel.logic import all_of, any_of
from .rule import Reads, Spec

KINDS = ("on_treatment", "each_treatment")
_HELD = "it is on hold"
_STOPPED = "recorded, but none is current"


@dataclass(frozen=True, slots=True)
class OnTreatment:
    """Current treatment with one (`any`) or with each of the drugs that are current (`each`)."""

    how: str
    drugs: tuple[str, ...]
    judged: tuple[str, ...]
    scope: str
    begun: Window | None
    stable: Window | None
    more_than: bool
    others_stable: bool
    missing: tuple[str, ...]

    def answer(self, chart: Chart) -> Answer:
        """See `_any` and `_each`; worked out once for a chart, however many trials ask."""
        return chart.once(self, self._answer)

    def _answer(self, chart: Chart) -> Answer:
        found = treatments(chart, self.drugs, self.scope)
        return self._any(chart, found) if self.how == "on_treatment" else self._each(chart, found)

    def _any(self, chart: Chart, found: tuple[Treatment, ...]) -> Answer:
        """Pass where one is good; silence is unknown, and so is what was stopped (decision 16)."""
        weighed = [(t, self._one(chart, t)) for t in found if t.standing in (Standing.CURRENT, Standing.OPEN)]
        good = [(t, a) for t, a in weighed if a.status is Status.PASS]
        if good and (self.stable is None or complete(chart)):
            unsettled = self._unsettled(chart, weighed) if self.others_stable else None
            return unsettled if unsettled is not None else any_of([a for _, a in good])
        if not complete(chart):
            return unknown(Reason.UNAVAILABLE, self.missing, tuple(e for _, a in weighed for e in a.evidence))
        answers = [a for _, a in weighed] + self._judged(chart)
        if answers:
            return any_of(answers)._replace(missing=()) if weighed else any_of(answers)
        if found:
            paused = any(t.standing is Standing.HELD for t in found)
            shown = tuple(evidence(t.records[-1], rule=self.how) for t in found[:4])
            return unknown(Reason.JUDGEMENT, self.missing, shown, (_HELD if paused else _STOPPED,))
        return unknown(Reason.NO_DATA, self.missing)

    def _each(self, chart: Chart, found: tuple[Treatment, ...]) -> Answer:
        """Every current one; on hold is for a clinician to judge (decision 50); none passes behind its guards."""
        now = [t for t in found if t.standing is not Standing.PAST]
        answers = [self._one(chart, t) for t in now]
        answers += self._judged(chart)
        failing = [a for a in answers if a.status is Status.FAIL]
        if failing:
            return all_of(answers)
        if not complete(chart):
            return unknown(Reason.UNAVAILABLE, self.missing, tuple(e for a in answers for e in a.evidence))
        return all_of(answers) if answers else nothing_recorded(chart, self.missing, rule=self.how)

    def _one(self, chart: Chart, treatment: Treatment) -> Answer:
        if treatment.standing is Standing.HELD:
            shown = tuple(evidence(e, rule=self.how) for e in treatment.now)
            return unknown(Reason.JUDGEMENT, (treatment.drug,), shown, (_HELD,))
        if treatment.standing is Standing.OPEN:
            shown = tuple(evidence(e, rule=self.how, note=e.doubt) for e in treatment.now)
            return unknown(treatment.reason or Reason.IMPRECISE, (treatment.drug,), shown)
        parts = []
        if self.begun is not None:
            parts.append(begun_long_ago(treatment, self.begun, chart, self.how))
        if self.stable is not None:
            parts.append(stable(treatment, self.stable, self.more_than, chart, self.how))
        if parts:
            return all_of(parts)
        return passed(Basis.RECORDED, tuple(evidence(e, rule=self.how) for e in treatment.now))

    def _unsettled(self, chart: Chart, weighed: list[tuple[Treatment, Answer]]) -> Answer | None:
        """Another current listed one that is not stable, or cannot be read (decision 50)."""
        if self.stable is None:
            return None
        reasons: list[Reason] = []
        shown: list[Evidence] = []
        for treatment, answer in weighed:
            if treatment.standing is Standing.OPEN:
                reasons.append(answer.reason or Reason.IMPRECISE)
                shown.extend(answer.evidence)
            elif answer.status is not Status.PASS:
                held_ = stable(treatment, self.stable, self.more_than, chart, self.how)
                if held_.status is not Status.PASS:
                    reasons.append(held_.reason or Reason.JUDGEMENT)
                    shown.extend(held_.evidence)
        if not reasons:
            return None
        good = [e for _, a in weighed if a.status is Status.PASS for e in a.evidence]
        note = "another of these drugs is current and not known to be stable"
        return unknown(min(reasons, key=REASON_RANK.__getitem__), self.missing, (*good, *shown), (note,))

    def _judged(self, chart: Chart) -> list[Answer]:
        """Drugs that would decide if they counted; whether they do is for a clinician to judge (decision 39)."""
        if not self.judged:
            return []
        counted = {t.drug for t in treatments(chart, self.drugs, self.scope)}
        found = []
        for treatment in treatments(chart, self.judged, self.scope):
            if treatment.standing not in (Standing.CURRENT, Standing.OPEN) or treatment.drug in counted:
                continue
            answer = self._one(chart, treatment)
            decides = Status.PASS if self.how == "on_treatment" else Status.FAIL
            if answer.status is decides or answer.status is Status.UNKNOWN:
                shown = tuple(evidence(e, rule=self.how) for e in treatment.now)
                note = "whether this drug counts is for a clinician to judge"
                found.append(unknown(Reason.JUDGEMENT, self.missing, shown, (note,)))
        return found

    def words(self) -> str:
        """In plain words."""
        drugs = spoken(self.drugs)
        if self.scope == "oral":
            drugs = f"oral {drugs}"
        said = f"is being treated with {drugs}" if self.how == "on_treatment" else f"each current {drugs}"
        terms = []
        if self.begun is not None:
            terms.append(f"begun at least {self.begun} ago")
        if self.stable is not None:
            terms.append(f"at a dose unchanged for {'more than' if self.more_than else 'at least'} {self.stable}")
        said += (", " if self.how == "on_treatment" else " was ") + " and is ".join(terms) if terms else ""
        if self.how == "each_treatment":
            said += " (none current: met)"
        if self.judged:
            said += f"; {spoken(self.judged)}: for a clinician to judge"
        return said

    def reads(self) -> Reads:
        """Drug records."""
        return Reads(KINDS_READ, drugs=frozenset(self.drugs + self.judged))


def read(spec: Spec) -> OnTreatment:
    """`{on_treatment: glucocorticoid, begun: 6 months}` or `{each_treatment: antimalarial, stable_for: 8 weeks}`."""
    how = "on_treatment" if spec.has("on_treatment") else "each_treatment"
    drugs = spec.drugs(how)
    route = spec.text("route", "any", choices=("any", "oral"))
    exact, more = spec.window("stable_for"), spec.window("stable_more_than")
    if exact is not None and more is not None:
        spec.complain("stable_for", "either 'stable_for' or 'stable_more_than', not both")
    return OnTreatment(
        how, drugs, spec.drugs("judged"), "oral" if route == "oral" else "systemic", spec.window("begun"),
        exact or more, more is not None, spec.flag("others_stable"), names(drugs),
    )  # fmt: skip
