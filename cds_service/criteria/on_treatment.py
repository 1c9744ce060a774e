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
from ..clinical.courses import longest
from ..clinical.drug_silence import KINDS_READ, names, nothing_recorded, spoken
from ..clinical.exposures import each_evidence, evidence, recorded
from ..clinical.steadiness import Asked, stable, told
from ..clinical.treatment import CURRENT, HELD, OPEN, Treatment, not_past, treatments, why_open
from ..kernel.answers import REASON_RANK, Answer, Evidence, Reason, Status, unknown
from ..kernel.dates import Window
from ..kernel.logic import all_of, any_of
from .rule import Reads, Spec

KINDS = ("on_treatment", "each_treatment")
_HELD = "it is on hold"
_STOPPED = "recorded, but none is current"
PASS, FAIL = Status.PASS, Status.FAIL


@dataclass(frozen=True, slots=True)
class OnTreatment:
    """Current treatment with one of the drugs."""

    how: str
    drugs: tuple[str, ...]
    judged: tuple[str, ...]
    scope: str
    asked: Asked
    """What is asked of each of them that is current."""
    others_stable: bool
    missing: tuple[str, ...]
    wanted: frozenset[str] = field(init=False, repr=False, compare=False)
    others: frozenset[str] = field(init=False, repr=False, compare=False)
    """`drugs` and `judged`, as `treatments` takes them."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "wanted", frozenset(self.drugs))
        object.__setattr__(self, "others", frozenset(self.judged))

    def answer(self, chart: Chart) -> Answer:
        """Pass where one is good; silence is unknown, and so is what was stopped (decision 16)."""
        asked, wanted = self.asked, self.wanted
        counts = asked.stable is None or chart.drugs_complete
        weighed: list[tuple[Treatment, Answer]] = []
        good: list[Answer] = []
        for treatment in not_past(chart, self.scope):
            if treatment.labels.isdisjoint(wanted):
                continue
            if treatment.standing is CURRENT:
                answer = told(treatment, chart, asked)
                if answer[0] is PASS:
                    if counts and not self.others_stable:
                        return answer  # all that pass rest on records: the first stands for them
                    good.append(answer)
            elif treatment.standing is OPEN:
                answer = self._unsure(treatment)
            else:
                continue
            weighed.append((treatment, answer))
        if good and counts:
            unsettled = self._unsettled(chart, weighed)
            return unsettled if unsettled is not None else any_of(good)
        if not chart.drugs_complete:
            return unknown(Reason.UNAVAILABLE, self.missing, tuple(e for _, a in weighed for e in a.evidence))
        answers = [a for _, a in weighed] + self._judged(chart)
        if answers:
            return any_of(answers)._replace(missing=()) if weighed else any_of(answers)
        found = treatments(chart, self.wanted, self.scope)
        if found:
            paused = any(t.standing is HELD for t in found)
            shown = tuple(evidence(t.records[-1], rule=self.how) for t in found[:4])
            return unknown(Reason.JUDGEMENT, self.missing, shown, (_HELD if paused else _STOPPED,))
        return unknown(Reason.NO_DATA, self.missing)

    def _unsure(self, treatment: Treatment) -> Answer:
        """On hold, or perhaps current."""
        if treatment.standing is HELD:
            return unknown(Reason.JUDGEMENT, (treatment.drug,), each_evidence(treatment.now, self.how), (_HELD,))
        shown = tuple(evidence(e, rule=self.how, note=e.doubt) for e in treatment.now)
        return unknown(why_open(treatment), (treatment.drug,), shown)

    def _unsettled(self, chart: Chart, weighed: list[tuple[Treatment, Answer]]) -> Answer | None:
        """Another current listed one that is not stable, or cannot be read (decision 50)."""
        if self.asked.stable is None:
            return None
        reasons: list[Reason] = []
        shown: list[Evidence] = []
        for treatment, answer in weighed:
            if treatment.standing is OPEN:
                reasons.append(answer.reason or Reason.IMPRECISE)
                shown.extend(answer.evidence)
            elif answer.status is not PASS:
                held_ = stable(treatment, chart, self.asked)
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
        if not recorded(chart, self.others):
            return []
        counted = {t.drug for t in treatments(chart, self.wanted, self.scope)}
        found = []
        for treatment in not_past(chart, self.scope):
            if treatment.standing is HELD or treatment.labels.isdisjoint(self.others) or treatment.drug in counted:
                continue
            answer = told(treatment, chart, self.asked) if treatment.standing is CURRENT else self._unsure(treatment)
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
        asked = self.asked
        if asked.begun is not None:
            terms.append(f"begun at least {asked.begun} ago")
        if asked.stable is not None:
            terms.append(f"at a dose unchanged for {'more than' if asked.more_than else 'at least'} {asked.stable}")
        said += (", " if self.how == "on_treatment" else " was ") + " and is ".join(terms) if terms else ""
        if self.how == "each_treatment":
            said += " (none current: met)"
        if self.judged:
            said += f"; {spoken(self.judged)}: for a clinician to judge"
        return said

    def reads(self) -> Reads:
        """Drug records."""
        return Reads(KINDS_READ, drugs=frozenset(self.drugs + self.judged))


@dataclass(frozen=True, slots=True)
class EachTreatment(OnTreatment):
    """Each of the drugs that are current."""

    def answer(self, chart: Chart) -> Answer:
        """Every current one; on hold is for a clinician to judge (decision 50); none passes behind its guards."""
        asked, wanted = self.asked, self.wanted
        answers: list[Answer] = []
        for treatment in not_past(chart, self.scope):
            if not treatment.labels.isdisjoint(wanted):
                current = treatment.standing is CURRENT
                answers.append(told(treatment, chart, asked) if current else self._unsure(treatment))
        if self.others:
            answers += self._judged(chart)
        for answer in answers:
            if answer[0] is FAIL:
                return all_of(answers)
        if not chart.drugs_complete:
            return unknown(Reason.UNAVAILABLE, self.missing, tuple(e for a in answers for e in a.evidence))
        return all_of(answers) if answers else nothing_recorded(chart, self.missing, rule=self.how)


def read(spec: Spec) -> OnTreatment:
    """`{on_treatment: glucocorticoid, begun: 6 months}` or `{each_treatment: antimalarial, stable_for: 8 weeks}`."""
    how = "on_treatment" if spec.has("on_treatment") else "each_treatment"
    drugs = spec.drugs(how)
    route = spec.text("route", "any", choices=("any", "oral"))
    exact, more = spec.window("stable_for"), spec.window("stable_more_than")
    if exact is not None and more is not None:
        spec.complain("stable_for", "either 'stable_for' or 'stable_more_than', not both")
    begun, steady = spec.window("begun"), exact or more
    asked = Asked(
        how, begun, f"begun ≥ {begun} ago", steady, more is not None,
        f"dose stable for {'>' if more is not None else '≥'} {steady}", longest(begun or Window()),
    )  # fmt: skip
    scope = "oral" if route == "oral" else "systemic"
    made = OnTreatment if how == "on_treatment" else EachTreatment
    return made(how, drugs, spec.drugs("judged"), scope, asked, spec.flag("others_stable"), names(drugs))
