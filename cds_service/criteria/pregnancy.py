"""`no_pregnancy`: a negative pregnancy test of those who can be pregnant (criteria.md decisions 11, 28, 43, 50).

    {no_pregnancy: blood test}
    {no_pregnancy: blood or urine test}
"""

from dataclasses import dataclass, field
from datetime import timedelta

from ..chart.chart import Chart
from ..chart.facts import Diagnosis, Patient, Result
from ..clinical.ages import ages
from ..clinical.findings import Fact, by_finding, evidence_of, incomplete
from ..clinical.positivity import verdict
from ..clinical.selection import Found, decide, newest, seen
from ..kernel.answers import Answer, Basis, Evidence, Reason, Status, failed, no_data, passed, unknown
from .rule import Reads, Silent, Spec

KIND = "no_pregnancy"

_TESTS = {"blood test": ("hcg_serum",), "blood or urine test": ("hcg_serum", "hcg_urine")}
_YOUNGEST, _OLDEST = 12, 55
_FINDINGS = ("pregnancy", "childbearing_potential_ruled_out", "hysterectomy")
_TERM = timedelta(294)
"""42 weeks: a pregnancy recorded longer ago than this is not current without a further word."""

_LISTED = "a pregnancy is listed that was recorded before the negative test"


@dataclass(frozen=True, slots=True)
class NoPregnancy:
    """Passes men, those outside 12–55 years and after hysterectomy or menopause without a test."""

    tests: tuple[str, ...]
    untested: Silent = field(init=False, repr=False, compare=False)
    """What is said, of somebody who may be pregnant, where there is neither a test nor a finding."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        untested = Silent(no_data(self.tests), frozenset((*self.tests, "pregnancy_status")), frozenset(_FINDINGS))
        object.__setattr__(self, "untested", untested)

    def answer(self, chart: Chart) -> Answer:
        """Answer for this chart."""
        spared = _spared(chart.patient, chart)
        if spared is not None:
            return passed(Basis.RECORDED, (spared,))
        if self.untested.speaks(chart):
            return self.untested.said(chart)
        return self._tested(chart)

    def _tested(self, chart: Chart) -> Answer:
        """Of somebody who may be pregnant: by the test, and by what is recorded."""
        found = newest(chart, self.tests)
        tested = decide(found, self.tests, lambda r: self._judge(chart, r))
        ruled_out = _ruled_out(chart)
        if ruled_out is not None:
            evidence = evidence_of(ruled_out, "cannot be pregnant", KIND)
            if tested.status is Status.FAIL:
                return unknown(Reason.JUDGEMENT, self.tests, (*tested.evidence, evidence))
            return passed(Basis.RECORDED, (evidence,), ("hysterectomy or menopause is recorded: no test is needed",))
        pregnancy = _pregnancy(chart, found) if tested.status is not Status.FAIL else None
        if pregnancy is not None:
            return pregnancy
        if tested.status is Status.PASS and incomplete(chart, ("Condition",)):
            # A pregnancy recorded after the test would fail: silence of Conditions that were not read proves nothing.
            return unknown(Reason.UNAVAILABLE, ("pregnancy",), tested.evidence, tested.notes)
        listed = _listed(chart) if tested.status is Status.PASS else ()
        return tested.with_evidence(*listed).noted(_LISTED) if listed else tested

    def _judge(self, chart: Chart, result: Result) -> Answer:
        said = verdict(chart, result)
        evidence = (seen(result, said.note, threshold="negative", rule=KIND),)
        if said.positive is None:
            return unknown(said.reason or Reason.INCOMPARABLE, self.tests, evidence)
        return failed(Basis.RECORDED, evidence) if said.positive else passed(Basis.RECORDED, evidence)

    def words(self) -> str:
        """In words."""
        test = "blood" if len(self.tests) == 1 else "blood or urine"
        return (
            f"negative pregnancy test ({test}) within 28 days and no pregnancy recorded after it, for all of 12 to "
            "55 years who is not recorded as male; hysterectomy or menopause on record passes without a test"
        )

    def reads(self) -> Reads:
        """Tests, pregnancy, hysterectomy, menopause."""
        return Reads(
            frozenset(("Patient", "Observation", "Condition", "Procedure")),
            frozenset((*self.tests, "pregnancy_status")),
            frozenset(_FINDINGS),
        )


def _spared(patient: Patient, chart: Chart) -> Evidence | None:
    """Why no test is needed: male by every record, or an age wholly outside 12–55 (decisions 11, 50)."""
    if patient.gender == "male" and patient.birth_sex in (None, "male"):
        return Evidence(patient.reference, "male", None, None, None, "male", KIND)
    years = ages(chart)
    if years is None:
        return None
    youngest, oldest = years
    if oldest < _YOUNGEST or youngest > _OLDEST:
        said = str(youngest) if youngest == oldest else f"{youngest}–{oldest}"
        return Evidence(patient.reference, said, "a", patient.born_text, f"{said} a", "outside 12–55 a", KIND)
    return None


def _ruled_out(chart: Chart) -> Fact | None:
    index = by_finding(chart)
    for finding in ("childbearing_potential_ruled_out", "hysterectomy"):
        for fact in index.get(finding, ()):
            if fact.findings[finding] == "names" and not (isinstance(fact, Diagnosis) and fact.doubtful):
                return fact
    return None


def _pregnancy(chart: Chart, found: Found) -> Answer | None:
    """A current pregnancy recorded after the test fails (decision 43); without a test, one that can still go on."""
    tested = found.results[0].day if found.results else None
    open_: Answer | None = None
    for fact in by_finding(chart).get("pregnancy", ()):
        if not isinstance(fact, Diagnosis) or not fact.active or fact.history:
            continue
        noted = fact.recorded or fact.onset
        evidence = (evidence_of(fact, "no current pregnancy", KIND),)
        after = noted is not None and (tested is None or noted.first > tested.last)
        recent = noted is not None and noted.last >= chart.as_of - _TERM
        sure = fact.findings["pregnancy"] == "names" and not fact.doubtful
        if after and recent and sure:
            return failed(Basis.RECORDED, evidence)
        if tested is None or noted is None or noted.last >= tested.first:  # of one day: nobody knows which came first
            open_ = unknown(Reason.JUDGEMENT, ("pregnancy",), evidence)
    status = newest(chart, ("pregnancy_status",))
    if status.reason is None:
        result = status.results[0]
        pregnant = any("pregnancy" in _finding_names(chart, s, c) for s, c in result.reading.codes)
        if pregnant and (tested is None or result.day.first > tested.last):
            return failed(Basis.RECORDED, (seen(result, rule=KIND),))
    return open_


def _listed(chart: Chart) -> tuple[Evidence, ...]:
    """Pregnancies still on the problem list that a later negative test contradicts: shown, they decide nothing."""
    return tuple(
        evidence_of(fact, "no current pregnancy", KIND, "recorded before the negative test")
        for fact in by_finding(chart).get("pregnancy", ())
        if isinstance(fact, Diagnosis) and fact.active and not fact.history
    )


def _finding_names(chart: Chart, system: str, code: str) -> set[str]:
    return {m.finding for m in chart.terminology.findings(system, code) if m.grade == "names"}


def read(spec: Spec) -> NoPregnancy:
    """Read a `no_pregnancy` rule."""
    said = spec.text("no_pregnancy", choices=tuple(_TESTS))
    return NoPregnancy(_TESTS.get(said, ("hcg_serum",)))
