"""`no_positive_marker`: infections and IgA deficiency by laboratory (NCT06513429 E6; decisions 8, 41, 47, 50, 53).

    {no_positive_marker: [iga, hiv, htlv, hepatitis_b, hepatitis_c, sars_cov_2]}

An exclusion: nothing recorded passes, `not-recorded`. A positive test beyond its look-back that no later one cleared is
`stale`, not absence.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from ..chart.chart import Chart, Kind
from ..chart.facts import Result
from ..clinical.measures import measure
from ..clinical.positivity import sole, tests, verdict
from ..clinical.selection import Found, decide, of_concepts, pick, query, seen
from ..kernel.answers import Answer, Basis, Reason, Status, failed, passed, unknown
from ..kernel.logic import all_of
from .rule import Reads, Spec

KIND = "no_positive_marker"

_IGA = Decimal(10)
_CURRENT = timedelta(14)
_CONCEPTS = {
    "iga": ("iga",),
    "hiv": ("hiv", "hiv_rna"),
    "htlv": ("htlv",),
    "hepatitis_b": ("hbsag", "hbv_dna", "anti_hbc_total"),
    "hepatitis_c": ("hcv_rna", "anti_hcv"),
    "sars_cov_2": ("sars_cov_2_rna", "sars_cov_2_ag"),
}
_ASKED = {concept: query((concept,)) for concepts in _CONCEPTS.values() for concept in concepts}
_NAMES = {"hiv": "HIV", "htlv": "HTLV", "hepatitis_b": "hepatitis B", "hepatitis_c": "hepatitis C",
          "sars_cov_2": "SARS-CoV-2", "iga": "IgA deficiency (IgA below 10 mg/dL)"}

_ABSENT = passed(Basis.NOT_RECORDED)


@dataclass(frozen=True, slots=True)
class NoPositiveMarker:
    """None of the markers is positive."""

    markers: tuple[str, ...]
    concepts: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """All tests that are looked at."""
    untested: Answer = field(init=False, repr=False, compare=False)
    """The answer where none of them was ever made."""

    def __post_init__(self) -> None:
        """Work out at load time what no chart changes."""
        object.__setattr__(self, "concepts", tuple(c for m in self.markers for c in _CONCEPTS[m]))
        object.__setattr__(self, "untested", _noted(_ABSENT, [m for m in self.markers if m != "iga"]))

    def answer(self, chart: Chart) -> Answer:
        """All markers together; the notes name the viruses without a test (decision 53)."""
        if chart.results.keys().isdisjoint(self.concepts) and chart.kind("Observation") is Kind.READ:
            return self.untested
        answer = all_of([_MARKERS[m](chart) for m in self.markers])
        return _noted(answer, [m for m in self.markers if m != "iga" and not _tested(chart, m)])

    def words(self) -> str:
        """In words."""
        return f"no positive test for {', '.join(_NAMES[m] for m in self.markers)}; nothing recorded passes"

    def reads(self) -> Reads:
        """The tests."""
        return Reads(frozenset(("Observation",)), frozenset(self.concepts))


def _noted(answer: Answer, untested: list[str]) -> Answer:
    names = ", ".join(_NAMES[m] for m in untested)
    return answer.noted(f"no test is on the chart for {names}") if untested else answer


def _tested(chart: Chart, marker: str) -> bool:
    return any(_ASKED[c].of(chart).results for c in _CONCEPTS[marker])


def _test(chart: Chart, concept: str) -> Answer:
    """One test as an exclusion: positive fails, negative passes, none passes as not-recorded."""
    if concept not in chart.results and chart.kind("Observation") is Kind.READ:
        return _ABSENT
    result = sole(chart, _ASKED[concept])
    if result is not None:
        return _judge(chart, concept, result)
    found = tests(chart, (concept,))
    judged = [_found(chart, concept, f) for f in found]
    return all_of(judged)


def _found(chart: Chart, concept: str, found: Found) -> Answer:
    if found.reason is Reason.UNAVAILABLE:
        judged = [_judge(chart, concept, r) for r in found.results]
        failing = next((a for a in judged if a.status is Status.FAIL), None)
        return failing if failing is not None else unknown(Reason.UNAVAILABLE, (concept,))
    if found.reason in (Reason.NO_DATA, Reason.STALE):
        return _older(chart, concept)
    return decide(found, (concept,), lambda r: _judge(chart, concept, r))


def _judge(chart: Chart, concept: str, result: Result) -> Answer:
    said = verdict(chart, result)
    evidence = (seen(result, said.note, threshold="not positive", rule=KIND),)
    if said.positive is None:
        return unknown(said.reason or Reason.INCOMPARABLE, (concept,), evidence)
    return failed(Basis.RECORDED, evidence) if said.positive else passed(Basis.RECORDED, evidence)


def _older(chart: Chart, concept: str) -> Answer:
    """Nothing inside the look-back: an older positive that no later test cleared is stale (decision 41)."""
    found = pick(of_concepts(chart, (concept,)), None)
    positive = [r for r in found.results if verdict(chart, r).positive is True]
    if not positive:
        return _ABSENT
    return unknown(Reason.STALE, (concept,), tuple(seen(r, rule=KIND) for r in positive))


def _iga(chart: Chart) -> Answer:
    found = _ASKED["iga"].of(chart)
    if found.reason in (Reason.NO_DATA, Reason.STALE):
        older = found.older
        number = measure(chart, older).number if older is not None else None
        if older is not None and (number is None or number.at_least(_IGA) is not True):
            return unknown(Reason.STALE, ("iga",), (seen(older, threshold="≥ 10 mg/dL", rule=KIND),))
        return _ABSENT
    return decide(found, ("iga",), lambda r: _judge_iga(chart, r))


def _judge_iga(chart: Chart, result: Result) -> Answer:
    value = measure(chart, result)
    number = f"{value.number} mg/dL" if value.number else None
    evidence = (seen(result, value.problem, normalised=number, threshold="≥ 10 mg/dL", rule=KIND),)
    if value.number is None:
        return unknown(Reason.INCOMPARABLE, ("iga",), evidence)
    enough = value.number.at_least(_IGA)
    if enough is None:
        return unknown(Reason.IMPRECISE, ("iga",), evidence)
    return passed(Basis.RECORDED, evidence) if enough else failed(Basis.RECORDED, evidence)


def _hiv(chart: Chart) -> Answer:
    return all_of([_test(chart, "hiv"), _test(chart, "hiv_rna")])


def _htlv(chart: Chart) -> Answer:
    return _test(chart, "htlv")


def _hepatitis_b(chart: Chart) -> Answer:
    """HBsAg or HBV DNA; anti-HBc alone passes with a note (decision 8)."""
    answer = all_of([_test(chart, "hbsag"), _test(chart, "hbv_dna")])
    core = _test(chart, "anti_hbc_total")
    if answer.status is Status.PASS and core.status is Status.FAIL:
        return answer.with_evidence(*core.evidence).noted("anti-HBc alone is positive: passes")
    return answer


def _hepatitis_c(chart: Chart) -> Answer:
    """RNA decides; the antibody alone leaves it open until RNA is known (decision 8)."""
    rna, antibody = _test(chart, "hcv_rna"), _test(chart, "anti_hcv")
    if rna.status is not Status.PASS or antibody.status is Status.PASS:
        return all_of([rna, antibody]) if antibody.status is Status.PASS else rna
    if rna.basis is Basis.RECORDED:
        return rna.with_evidence(*antibody.evidence).noted("anti-HCV is not negative, HCV RNA is not detected: passes")
    if antibody.status is Status.FAIL:
        return unknown(Reason.NO_DATA, ("hcv_rna",), antibody.evidence)
    return antibody._replace(missing=("hcv_rna", *antibody.missing))


def _sars_cov_2(chart: Chart) -> Answer:
    return all_of([_current(chart, c) for c in _CONCEPTS["sars_cov_2"]])


def _current(chart: Chart, concept: str) -> Answer:
    """A positive test of the last 14 days fails until it is 14 days old; an older one passes (decisions 8, 18, 50)."""
    found = _ASKED[concept].of(chart)
    if found.reason in (Reason.NO_DATA, Reason.STALE):
        return _ABSENT
    answer = _found(chart, concept, found)
    if answer.status is Status.PASS or not found.results or answer.reason is Reason.UNAVAILABLE:
        return answer
    day = found.results[0].day
    if day.last + _CURRENT <= chart.as_of:
        return passed(Basis.RECORDED, answer.evidence)
    if answer.status is Status.FAIL and day.first + _CURRENT > chart.as_of:
        return answer._replace(until=day.last + _CURRENT)
    return unknown(answer.reason or Reason.IMPRECISE, (concept,), answer.evidence, answer.notes)


_MARKERS: dict[str, Callable[[Chart], Answer]] = {
    "iga": _iga,
    "hiv": _hiv,
    "htlv": _htlv,
    "hepatitis_b": _hepatitis_b,
    "hepatitis_c": _hepatitis_c,
    "sars_cov_2": _sars_cov_2,
}


def read(spec: Spec) -> NoPositiveMarker:
    """Read a `no_positive_marker` rule."""
    markers = spec.texts("no_positive_marker")
    for marker in markers:
        if marker not in _MARKERS:
            spec.complain("no_positive_marker", f"'{marker}' must be one of {', '.join(_MARKERS)}")
    return NoPositiveMarker(tuple(m for m in markers if m in _MARKERS))
