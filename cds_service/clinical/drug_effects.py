"""What drugs do to other answers: spoiled counts, vanished B cells, pressure held up (decisions 9, 37, 46)."""

from datetime import date, timedelta
from typing import NamedTuple

from ..chart.chart import Chart
from ..chart.facts import Exposure
from ..kernel.answers import Evidence
from ..kernel.dates import DateSpan
from .exposures import evidence, exposures, is_current

GROWTH_FACTORS = ("growth_factor",)
B_CELL_DRUGS = ("anti_cd20_antibody", "anti_cd19_antibody", "cd20xcd3_bispecific")
"""Groups of drugs that empty the blood of B cells."""
PRESSORS = ("vasopressor", "vasopressor_judgement")
SPOILS = timedelta(7)
"""Days 0–7 inclusive after a growth factor are spoiled (decision 9)."""


class Spoiled(NamedTuple):
    """The days on which a growth factor course spoils counts, both included."""

    first: date
    last: date
    evidence: Evidence


def growth_factor_days(chart: Chart, exempt_epo: bool) -> tuple[Spoiled, ...]:
    """Each course of a growth factor, from its first day to 7 days after its last (decision 37).

    `exempt_epo` leaves out epoetins and darbepoetin (NCT06711146). An open or unclear end counts as late as it
    may be; a course that may have spoiled a count spoils it.
    """
    found = []
    for exposure in exposures(chart, GROWTH_FACTORS):
        if exempt_epo and "erythropoietin" in exposure.groups:
            continue
        last = chart.as_of if exposure.end is None else min(exposure.end.last, chart.as_of)
        found.append(Spoiled(exposure.start.first, last + SPOILS, evidence(exposure, rule="growth factor")))
    return tuple(found)


def last_b_cell_depletion(chart: Chart) -> tuple[DateSpan, Evidence] | None:
    """The latest recorded dose or start of an anti-CD20 or anti-CD19 drug (decision 37); None where none is recorded.

    CD20×CD3 antibodies are anti-CD20 drugs here. A drug in doubt counts: it may have emptied the blood of B cells.
    """
    latest: tuple[DateSpan, Exposure] | None = None
    for exposure in exposures(chart, B_CELL_DRUGS):
        when = exposure.start
        if exposure.source == "MedicationAdministration" and exposure.end is not None:
            when = exposure.end
        if latest is None or when.last > latest[0].last:
            latest = (when, exposure)
    return None if latest is None else (latest[0], evidence(latest[1], rule="B-cell depletion"))


class Pressors(NamedTuple):
    """Vasopressors on `as_of` (decision 46)."""

    current: tuple[Evidence, ...]
    """Current, and the record says intravenous: a product form that can be injected does not."""
    judgement: tuple[Evidence, ...]
    """Midodrine or droxidopa, or one whose route or status is not clear."""


_NO_PRESSORS = Pressors((), ())


def current_vasopressor(chart: Chart) -> Pressors:
    """Vasopressors that count under NCT06222853 E4: current and intravenous; others are for a clinician to judge."""
    recorded = exposures(chart, PRESSORS)
    if not recorded:
        return _NO_PRESSORS
    sure: list[Evidence] = []
    open_: list[Evidence] = []
    for exposure in recorded:
        now = is_current(exposure, chart.as_of)
        otherwise = "vasopressor" in exposure.groups and exposure.route in ("oral", "subcutaneous", "intramuscular")
        if now is False or otherwise:
            continue
        if "vasopressor" in exposure.groups and exposure.route != "intravenous":
            # `parenteral` is only guessed from the product: an auto-injector in the bag holds no pressure up.
            open_.append(evidence(exposure, rule="vasopressor", note="not recorded as intravenous"))
            continue
        certain = now and "vasopressor" in exposure.groups and exposure.doubt is None
        (sure if certain else open_).append(evidence(exposure, rule="vasopressor"))
    return Pressors(tuple(sure), tuple(open_))
