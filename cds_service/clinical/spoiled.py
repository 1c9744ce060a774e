"""Counts that a transfusion, a growth factor or a B-cell-depleting drug has spoiled (criteria.md decisions 9, 37)."""

from datetime import date, timedelta

from ..chart.chart import Chart
from ..chart.facts import Procedure, Result
from ..kernel.answers import Answer, Basis, Evidence, Reason, merge, passed, unknown
from ..kernel.dates import DateSpan
from .drug_effects import B_CELL_DRUGS, GROWTH_FACTORS, Spoiled, growth_factor_days, last_b_cell_depletion
from .exposures import recorded
from .findings import by_finding, evidence_of

SPOILERS = ("transfusion", "growth_factor", "growth_factor_except_erythropoietin", "b_cell_depletion")

_WEEK = timedelta(7)
_NO_PROCEDURES = "procedures could not be read: a transfusion before the count would not be seen"


def undisturbed(chart: Chart, spoilers: tuple[str, ...]) -> bool:
    """Whether nothing on this chart could spoil any count: `spoiled` is None for all of them. Once for a chart."""
    found: bool | None = chart.memo.get(spoilers)
    if found is None:
        found = True
        for spoiler in spoilers:
            found = found and _NOTHING_THERE[spoiler](chart)
        chart.memo[spoilers] = found
    return found


def spoiled(chart: Chart, result: Result, spoilers: tuple[str, ...], missing: tuple[str, ...]) -> Answer | None:
    """Why a count cannot be used; None where nothing spoils it.

    An unknown answer says that it is spoiled or may be; a passing one only carries a note (decision 37: Procedures that
    were not served leave a count standing, noted).
    """
    answers = [a for s in spoilers if (a := _JUDGES[s](chart, result, missing)) is not None]
    if not answers:
        return None
    doubtful = [a for a in answers if a.reason is not None]
    if doubtful:
        worst = next((a for a in doubtful if a.reason is Reason.INVALIDATED), doubtful[0])
        return worst._replace(evidence=merge((), *(a.evidence for a in doubtful)))
    return answers[0]


def _transfusion(chart: Chart, result: Result, missing: tuple[str, ...]) -> Answer | None:
    hits = []
    for fact in [f for f in by_finding(chart).get("transfusion", ()) if isinstance(f, Procedure)]:
        evidence = evidence_of(fact, "within 7 days before the count", "transfusion")
        start = fact.performed or fact.ended
        if start is None:
            hits.append(unknown(Reason.IMPRECISE, missing, (evidence,), ("a transfusion has no date",)))
            continue
        end = chart.as_of if fact.ongoing else (fact.ended or start).last
        hit = _within(result.day, start, end + _WEEK)
        if hit is not False and fact.findings["transfusion"] != "names":
            hits.append(unknown(Reason.JUDGEMENT, missing, (evidence,)))
        elif hit is not False:
            hits.append(unknown(Reason.INVALIDATED if hit else Reason.IMPRECISE, missing, (evidence,)))
    if hits:
        return next((h for h in hits if h.reason is Reason.INVALIDATED), hits[0])
    if not chart.kind("Procedure").complete:
        return passed(Basis.RECORDED, notes=(_NO_PROCEDURES,))
    return None


def _growth_factor(chart: Chart, result: Result, missing: tuple[str, ...]) -> Answer | None:
    return _drug_days(chart, result, missing, exempt=False)


def _growth_factor_but_epo(chart: Chart, result: Result, missing: tuple[str, ...]) -> Answer | None:
    return _drug_days(chart, result, missing, exempt=True)


def _drug_days(chart: Chart, result: Result, missing: tuple[str, ...], exempt: bool) -> Answer | None:
    for first, last, evidence in chart.once(*(_BUT_EPO_DAYS if exempt else _ALL_DAYS)):
        if first <= result.day.last and result.day.first <= last:
            sure = first <= result.day.first and result.day.last <= last
            return unknown(Reason.INVALIDATED if sure else Reason.IMPRECISE, missing, _tuple(evidence))
    if not chart.drugs_complete:
        return unknown(Reason.UNAVAILABLE, missing, notes=("drug records could not be read completely",))
    return None


def _all_days(chart: Chart) -> tuple[Spoiled, ...]:
    return growth_factor_days(chart, False)


def _but_epo_days(chart: Chart) -> tuple[Spoiled, ...]:
    return growth_factor_days(chart, True)


_ALL_DAYS = ("growth factor days", _all_days)
_BUT_EPO_DAYS = ("growth factor days but erythropoietin", _but_epo_days)


def _b_cells(chart: Chart, result: Result, missing: tuple[str, ...]) -> Answer | None:
    """A count older than the latest dose or start of an anti-CD20 or anti-CD19 drug (decision 37)."""
    latest = last_b_cell_depletion(chart)
    if latest is not None:
        when, evidence = latest
        if when.first > result.day.last:
            return unknown(Reason.INVALIDATED, missing, _tuple(evidence))
        if when.last > result.day.first:
            return unknown(Reason.IMPRECISE, missing, _tuple(evidence))
    if not chart.drugs_complete:
        return unknown(Reason.UNAVAILABLE, missing, notes=("drug records could not be read completely",))
    return None


def _within(day: DateSpan, start: DateSpan, last: date) -> bool | None:
    """Whether a count lies in the spoiled days, whose begin may be a partial date; None when it may or may not."""
    if day.last < start.first or day.first > last:
        return False
    return True if start.last <= day.first and day.last <= last - (start.last - start.first) else None


def _tuple(evidence: Evidence | tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return (evidence,) if isinstance(evidence, Evidence) else evidence


def _no_transfusion(chart: Chart) -> bool:
    return "transfusion" not in by_finding(chart) and chart.kind("Procedure").complete


def _no_growth_factor(chart: Chart) -> bool:
    return chart.drugs_complete and not recorded(chart, GROWTH_FACTORS)


def _no_growth_factor_but_epo(chart: Chart) -> bool:
    return _no_growth_factor(chart) or (chart.drugs_complete and not chart.once(*_BUT_EPO_DAYS))


def _no_b_cell_depletion(chart: Chart) -> bool:
    return chart.drugs_complete and not recorded(chart, B_CELL_DRUGS)


_NOTHING_THERE = {
    "transfusion": _no_transfusion,
    "growth_factor": _no_growth_factor,
    "growth_factor_except_erythropoietin": _no_growth_factor_but_epo,
    "b_cell_depletion": _no_b_cell_depletion,
}
_JUDGES = {
    "transfusion": _transfusion,
    "growth_factor": _growth_factor,
    "growth_factor_except_erythropoietin": _growth_factor_but_epo,
    "b_cell_depletion": _b_cells,
}
