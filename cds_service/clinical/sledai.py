"""SLEDAI-2K and SELENA-SLEDAI: the recorded total, and the lower bound that the chart alone proves.

criteria.md section 2 "SLEDAI", decisions 6 and 36; formulas.md sections 4 and 5.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from ..chart.chart import Chart
from ..chart.facts import Diagnosis, Result
from ..kernel.answers import Evidence
from ..kernel.numbers import Interval
from .findings import by_finding, evidence_of
from .limits import beyond_own_range
from .measures import measure
from .positivity import verdict
from .selection import pick, seen

WEIGHTS = {
    "seizure": 8, "psychosis": 8, "organic_brain_syndrome": 8, "visual_disturbance": 8, "cranial_nerve_disorder": 8,
    "lupus_headache": 8, "cva": 8, "vasculitis": 8, "arthritis": 4, "myositis": 4, "urinary_casts": 4, "hematuria": 4,
    "proteinuria": 4, "pyuria": 4, "rash": 2, "alopecia": 2, "mucosal_ulcers": 2, "pleurisy": 2, "pericarditis": 2,
    "low_complement": 2, "increased_dna_binding": 2, "fever": 1, "thrombocytopenia": 1, "leukopenia": 1,
}  # fmt: skip
"""The 24 descriptors and their weights; the same in both instruments."""

SEROLOGY = ("low_complement", "increased_dna_binding")
HIGHEST = sum(WEIGHTS.values())
NAMES = {"sledai_2k": "SLEDAI-2K", "selena_sledai": "SELENA-SLEDAI", "sledai": "SLEDAI"}
WINDOW_DAYS = {"sledai_2k": 30, "selena_sledai": 10}
COMPLEMENT = ("c3", "c4", "ch50")

_FINDINGS = {
    "seizure": ("seizure_convulsion", "epilepsy"),
    "psychosis": ("psychosis",),
    "organic_brain_syndrome": ("organic_brain_syndrome_delirium",),
    "visual_disturbance": ("visual_disturbance_sledai",),
    "cranial_nerve_disorder": ("cranial_nerve_disorder_sledai",),
    "cva": ("stroke_cerebrovascular",),
    "vasculitis": ("vasculitis_lupus",),
    "arthritis": ("arthritis",),
    "myositis": ("myositis",),
    "rash": ("rash_lupus",),
    "alopecia": ("alopecia",),
    "mucosal_ulcers": ("mucosal_ulcer",),
    "pleurisy": ("pleuritis_pleural_effusion",),
    "pericarditis": ("pericarditis",),
}
"""Descriptor → the findings that are it, where the code itself says that lupus caused it (decision 36)."""

_OTHER_DATA = (
    "urine_casts_granular", "urine_rbc_hpf", "urine_wbc_hpf", "body_temp", "platelets", "wbc", "ck", "aldolase",
)
"""Data that only widen the interval: they need an attribution that the service cannot make (decision 36)."""

READS = (*COMPLEMENT, "anti_dsdna", "urine_protein_24h", "upcr", "urine_casts_rbc", *_OTHER_DATA)
FINDINGS = tuple(dict.fromkeys(f for names in _FINDINGS.values() for f in names))

_HALF_GRAM = Decimal("0.5")
_UPCR = Decimal(500)
_PRIOR = timedelta(365)


class Bound(NamedTuple):
    """What the chart alone proves: descriptors present for certain, and whether any scoring datum was read."""

    present: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    any_datum: bool

    @property
    def total(self) -> int:
        """The score that is reached for certain."""
        return sum(WEIGHTS[d] for d in self.present)

    @property
    def clinical(self) -> int:
        """The same without complement and anti-dsDNA."""
        return sum(WEIGHTS[d] for d in self.present if d not in SEROLOGY)


def score_interval(present: frozenset[str], absent: frozenset[str], *, clinical: bool = False) -> tuple[int, int]:
    """Interval of a score from descriptors known present and known absent; unknown ones widen it (formulas.md)."""
    counted = {d: w for d, w in WEIGHTS.items() if not (clinical and d in SEROLOGY)}
    low = sum(w for d, w in counted.items() if d in present)
    return low, sum(counted.values()) - sum(w for d, w in counted.items() if d in absent)


def lower_bound(chart: Chart, instrument: str) -> Bound:
    """The lower bound of `sledai_2k` (30 days) or `selena_sledai` (10 days) on `as_of`."""
    return chart.once(("sledai bound", instrument), lambda c: _bound(c, instrument))


def _bound(chart: Chart, instrument: str) -> Bound:
    start = chart.as_of - timedelta(WINDOW_DAYS[instrument])
    found = {c: _in_window(chart, c, start) for c in READS}
    latest = {c: _one(chart, results) for c, results in found.items()}
    present: list[str] = []
    evidence: list[Evidence] = []

    def add(descriptor: str, fact: Evidence) -> None:
        if descriptor not in present:
            present.append(descriptor)
            evidence.append(fact)

    casts = latest["urine_casts_rbc"]
    if casts is not None and _any_cast(chart, casts):
        add("urinary_casts", _item(casts, "urinary_casts"))
    protein = _proteinuria(chart, latest, instrument)
    if protein is not None:
        add("proteinuria", _item(protein, "proteinuria"))
    for concept in COMPLEMENT:
        result = latest[concept]
        if result is not None and beyond_own_range(chart, result, "low") is True:
            add("low_complement", _item(result, "low_complement"))
    antibody = latest["anti_dsdna"]
    if antibody is not None and verdict(chart, antibody).positive is True:
        add("increased_dna_binding", _item(antibody, "increased_dna_binding"))
    conditions = False
    for descriptor, findings in _FINDINGS.items():
        for finding in findings:
            for fact in by_finding(chart).get(finding, ()):
                if not isinstance(fact, Diagnosis) or fact.doubtful or fact.onset is None or fact.onset.first < start:
                    continue
                conditions = True
                if fact.blames_lupus and fact.findings[finding] == "names":
                    note = f"{descriptor.replace('_', ' ')}: {WEIGHTS[descriptor]}"
                    add(descriptor, evidence_of(fact, "begun within the window", "score", note))
    return Bound(tuple(present), tuple(evidence), conditions or any(found.values()))


def _in_window(chart: Chart, concept: str, start: date) -> tuple[Result, ...]:
    """The newest usable results inside the score's own window; several where they are of one instant."""
    results = chart.results.get(concept)
    if not results or results[0].day.last < start:
        return ()
    found = pick(results, start)
    return found.results if found.reason is None else ()


def _one(chart: Chart, results: tuple[Result, ...]) -> Result | None:
    """The result that counts for certain: one that lies in the window, or several that say the same number."""
    if len(results) < 2:
        return next(iter(results), None)
    numbers = {measure(chart, r).number for r in results}
    return results[0] if len(numbers) == 1 and None not in numbers else None


def _any_cast(chart: Chart, result: Result) -> bool:
    """Red-cell casts: any number above zero, or a word that says present."""
    quantity = result.reading.quantity
    if quantity is not None:
        return quantity.number.more_than(Decimal(0)) is True
    return verdict(chart, result).positive is True


def _proteinuria(chart: Chart, latest: dict[str, Result | None], instrument: str) -> Result | None:
    """More than 0.5 g in 24 h (UPCR above 500 mg/g stands in); in SELENA only new, or risen by more than that."""
    for concept, limit in (("urine_protein_24h", _HALF_GRAM), ("upcr", _UPCR)):
        result = latest[concept]
        number = measure(chart, result).number if result is not None else None
        if result is None or number is None:
            continue
        if number.more_than(limit) is not True:
            return None
        return result if instrument != "selena_sledai" or _risen(chart, result, number, limit) else None
    return None


def _risen(chart: Chart, result: Result, number: Interval, limit: Decimal) -> bool:
    """Whether the value before (within a year) was normal, or lower by more than the limit (formulas.md section 5)."""
    before = [r for r in chart.results.get(result.concept, ()) if r.day.last < result.day.first]
    found = pick(before, result.day.first - _PRIOR)
    prior = measure(chart, found.results[0]).number if found.reason is None else None
    if prior is None or prior.high is None:
        return False
    if prior.at_most(limit) is True:
        return True
    return number.more_than(prior.high + limit) is True


def _item(result: Result, descriptor: str) -> Evidence:
    return seen(result, f"{descriptor.replace('_', ' ')}: {WEIGHTS[descriptor]}", rule="score")


def deduction(chart: Chart, score: Result) -> tuple[int, int, tuple[Evidence, ...], tuple[str, ...]]:
    """What I6 takes off a recorded total: (certain, possible at most, evidence, what was not measured).

    2 for low complement (any of C3, C4, CH50 below its own range) and 2 for raised anti-dsDNA, by the results nearest
    to the score within 30 days of it; a component that was not measured may or may not have scored (decisions 6, 36).
    """
    if chart.results.keys().isdisjoint(_SEROLOGY_TESTS):
        return _NEVER_MEASURED
    certain, possible = 0, 0
    evidence: list[Evidence] = []
    missing: list[str] = []
    low = _low_complement(chart, score)
    raised = _raised_antibody(chart, score)
    for state, descriptor, concepts in (
        (low, "low_complement", ("c3", "c4")), (raised, "increased_dna_binding", ("anti_dsdna",)),
    ):  # fmt: skip
        scored, fact = state
        weight = WEIGHTS[descriptor]
        if fact is not None:
            evidence.append(_item(fact, descriptor) if scored else seen(fact, "does not score"))
        if scored is not False:
            possible += weight
        if scored is True:
            certain += weight
        if scored is None:
            missing.extend(concepts)
    return certain, possible, tuple(evidence), tuple(missing)


_SEROLOGY_TESTS = frozenset((*COMPLEMENT, "anti_dsdna"))
_NEVER_MEASURED = (0, WEIGHTS["low_complement"] + WEIGHTS["increased_dna_binding"], (), ("c3", "c4", "anti_dsdna"))


def _low_complement(chart: Chart, score: Result) -> tuple[bool | None, Result | None]:
    if chart.results.keys().isdisjoint(COMPLEMENT):
        return None, None
    near = {concept: _nearest(chart, concept, score) for concept in COMPLEMENT}
    low = {concept: [beyond_own_range(chart, result, "low") for result in near[concept]] for concept in COMPLEMENT}
    for concept, said in low.items():
        if True in said:
            return True, near[concept][said.index(True)]
    c3, c4 = low["c3"], low["c4"]
    if c3 and c4 and None not in c3 and None not in c4:  # all of them are known not to be low
        return False, near["c3"][0]
    return None, None


def _raised_antibody(chart: Chart, score: Result) -> tuple[bool | None, Result | None]:
    near = _nearest(chart, "anti_dsdna", score)
    verdicts = [(verdict(chart, r).positive, r) for r in near]
    for wanted in (True, None):
        found = next((r for positive, r in verdicts if positive is wanted), None)
        if found is not None:
            return wanted, found if wanted else None
    return (False, verdicts[0][1]) if verdicts else (None, None)


def _nearest(chart: Chart, concept: str, score: Result) -> list[Result]:
    """The results nearest to the day of the score, within 30 days of it; several where they are equally near."""
    day, days = score.day.last, WINDOW_DAYS["sledai_2k"]
    near: list[tuple[int, Result]] = []
    for result in chart.results.get(concept, ()):
        first, last = result.day
        apart = (last - day).days
        if apart < -days:
            break  # newest first: all others are older still
        if apart <= days and first == last and not result.reading.absent:
            near.append((abs(apart), result))
    if len(near) < 2:
        return [result for _, result in near]
    final = [pair for pair in near if not pair[1].preliminary] or near
    best = min([distance for distance, _ in final])
    return [result for distance, result in final if distance == best]
