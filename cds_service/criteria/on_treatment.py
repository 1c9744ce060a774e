"""`on_treatment` and `each_treatment`: what is taken now, since when, and how stably (decisions 16, 20, 27, 39, 50).

    on_treatment: [antimalarial, conventional_immunosuppressant, biologic]     one of them suffices
    begun: 6 months                  at least so long ago
    stable_for: 2 weeks              or stable_more_than: 2 weeks
    judged: [neither_judgement]      drugs that are for a clinician to judge where they would decide
    others_stable: true              another current one of them that is not stable leaves the answer open

    each_treatment: [antimalarial, conventional_immunosuppressant]             every current one; none passes
    route: oral                      glucocorticoids: only what is swallowed
"""

from dataclasses import dataclass, field

from ..chart.chart import Chart
from ..clinical.drug_silence import KINDS_READ, complete, names, nothing_recorded, spoken
from ..clinical.exposures import each_evidence, evidence
from ..clinical.treatment import CURRENT, HELD, OPEN, PAST, Treatment, begun_long_ago, stable, treatments
from ..kernel.answers import REASON_RANK, Answer, Basis, Evidence, Reason, Status, each_once, passed, unknown
from ..kernel.dates import Window
from ..kernel.logic import all_of, any_of
from .rule import Reads, Spec

KINDS = ("on_treatment", "each_treatment")
_HELD = "it is on hold"
_STOPPED = "recorded, but none is current"
PASS, FAIL, RECORDED = Status.PASS, Status.FAIL, Basis.RECORDED


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
    begun_said: str
    stable_said: str
    wanted: frozenset[str] = field(init=False, repr=False, compare=False)
    others: frozenset[str] = field(init=False, repr=False, compare=False)
    """`drugs` and `judged`, as `treatments` takes them."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "wanted", frozenset(self.drugs))
        object.__setattr__(self, "others", frozenset(self.judged))

    def answer(self, chart: Chart) -> Answer:
        """See `_any` and `_each`."""
        found = treatments(chart, self.wanted, self.scope)
        return self._any(chart, found) if self.how == "on_treatment" else self._each(chart, found)

    def _any(self, chart: Chart, found: tuple[Treatment, ...]) -> Answer:
        """Pass where one is good; silence is unknown, and so is what was stopped (decision 16)."""
        counts = self.stable is None or complete(chart)
        weighed: list[tuple[Treatment, Answer]] = []
        good: list[Answer] = []
        for treatment in found:
            if treatment.standing is CURRENT or treatment.standing is OPEN:
                answer = self._one(chart, treatment)
                weighed.append((treatment, answer))
                if answer[0] is PASS:
                    if counts and not self.others_stable:
                        return answer  # all that pass rest on records: the first stands for them
                    good.append(answer)
        if good and counts:
            unsettled = self._unsettled(chart, weighed)
            return unsettled if unsettled is not None else any_of(good)
        if not complete(chart):
            return unknown(Reason.UNAVAILABLE, self.missing, tuple(e for _, a in weighed for e in a.evidence))
        answers = [a for _, a in weighed] + self._judged(chart)
        if answers:
            return any_of(answers)._replace(missing=()) if weighed else any_of(answers)
        if found:
            paused = any(t.standing is HELD for t in found)
            shown = tuple(evidence(t.records[-1], rule=self.how) for t in found[:4])
            return unknown(Reason.JUDGEMENT, self.missing, shown, (_HELD if paused else _STOPPED,))
        return unknown(Reason.NO_DATA, self.missing)

    def _each(self, chart: Chart, found: tuple[Treatment, ...]) -> Answer:
        """Every current one; on hold is for a clinician to judge (decision 50); none passes behind its guards."""
        answers = [self._one(chart, t) for t in found if t.standing is not PAST]
        if self.others:
            answers += self._judged(chart)
        for answer in answers:
            if answer[0] is FAIL:
                return all_of(answers)
        if not complete(chart):
            return unknown(Reason.UNAVAILABLE, self.missing, tuple(e for a in answers for e in a.evidence))
        return all_of(answers) if answers else nothing_recorded(chart, self.missing, rule=self.how)

    def _one(self, chart: Chart, treatment: Treatment) -> Answer:
        if treatment.standing is not CURRENT:
            return self._unsure(treatment)
        begun: Answer | None = None
        if self.begun is not None:
            begun = begun_long_ago(treatment, self.begun, chart, self.how, self.begun_said)
        if self.stable is not None:
            steady = self._steady(chart, treatment, self.stable)
            if begun is None:
                return steady
            if begun[0] is PASS and steady[0] is PASS:
                # Both rest on records and say nothing but their evidence; of one record they do not say the same.
                shown = begun[6] + steady[6]
                return passed(RECORDED, shown if len(shown) == 2 else each_once(shown))
            return all_of((begun, steady))
        if begun is not None:
            return begun
        return passed(RECORDED, each_evidence(treatment.now, self.how))

    def _unsure(self, treatment: Treatment) -> Answer:
        """On hold, or perhaps current."""
        if treatment.standing is HELD:
            return unknown(Reason.JUDGEMENT, (treatment.drug,), each_evidence(treatment.now, self.how), (_HELD,))
        shown = tuple(evidence(e, rule=self.how, note=e.doubt) for e in treatment.now)
        return unknown(treatment.reason or Reason.IMPRECISE, (treatment.drug,), shown)

    def _steady(self, chart: Chart, treatment: Treatment, window: Window) -> Answer:
        return stable(treatment, window, self.more_than, chart, self.how, self.stable_said)

    def _unsettled(self, chart: Chart, weighed: list[tuple[Treatment, Answer]]) -> Answer | None:
        """Another current listed one that is not stable, or cannot be read (decision 50)."""
        if self.stable is None:
            return None
        reasons: list[Reason] = []
        shown: list[Evidence] = []
        for treatment, answer in weighed:
            if treatment.standing is OPEN:
                reasons.append(answer.reason or Reason.IMPRECISE)
                shown.extend(answer.evidence)
            elif answer.status is not PASS:
                held_ = self._steady(chart, treatment, self.stable)
                if held_.status is not PASS:
                    reasons.append(held_.reason or Reason.JUDGEMENT)
                    shown.extend(held_.evidence)
        if not reasons:
            return None
        good = [e for _, a in weighed if a.status is PASS for e in a.evidence]
        note = "another of these drugs is current and not known to be stable"
        return unknown(min(reasons, key=REASON_RANK.__getitem__), self.missing, (*good, *shown), (note,))

    def _judged(self, chart: Chart) -> list[Answer]:
        """Drugs that would decide if they counted; whether they do is for a clinician to judge (decision 39)."""
        asked = treatments(chart, self.others, self.scope)
        if not asked:
            return []
        counted = {t.drug for t in treatments(chart, self.wanted, self.scope)}
        found = []
        for treatment in asked:
            if treatment.standing in (HELD, PAST) or treatment.drug in counted:
                continue
            answer = self._one(chart, treatment)
            decides = PASS if self.how == "on_treatment" else FAIL
            if answer.status is decides or answer.status is Status.UNKNOWN:
                shown = each_evidence(treatment.now, self.how)
                note = f"whether {spoken((treatment.drug,))} counts is for a clinician to judge"
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
    begun, steady = spec.window("begun"), exact or more
    return OnTreatment(
        how, drugs, spec.drugs("judged"), "oral" if route == "oral" else "systemic", begun, steady, more is not None,
        spec.flag("others_stable"), names(drugs), f"begun ≥ {begun} ago",
        f"dose stable for {'>' if more is not None else '≥'} {steady}",
    )  # fmt: skip
