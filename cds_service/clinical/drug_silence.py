"""What it means that no drug record is there (criteria.md "Absence"; decisions 34, 38, 50, 51)."""

from collections.abc import Iterable

from ..chart.chart import DRUG_KINDS, Chart
from ..kernel.answers import Answer, Basis, Evidence, Reason, new, passed, unknown
from ..kernel.dates import DAY, Window

KINDS_READ = frozenset(DRUG_KINDS)
"""The resource types that tell of drugs."""

CLASS_NAMES = {
    "glucocorticoid": ("glucocorticoid_systemic",),
    "conventional_immunosuppressant": ("immunosuppressant_conventional",),
    "biologic": ("biologic_sle_relevant", "biologic_other"),
    "anti_cd20_antibody": ("anti_cd20_mab",),
}
"""Our words for groups → the class names of the terminology, for `missing`."""

SPOKEN = {
    "anti_cd20_antibody": "anti-CD20 antibody",
    "cd20xcd3_bispecific": "CD20×CD3 antibody",
    "gene_modified_cell_product": "gene-modified cell product",
    "neither_judgement": "what is neither (JAK inhibitors, dapsone, immunoglobulin …)",
    "nsaid": "NSAID",
}
"""Groups in words, where the name without underscores would not do."""


def spoken(wanted: Iterable[str], joined: str = " or ") -> str:
    """Groups and ingredients as a clinician says them."""
    return joined.join(SPOKEN.get(w, w.replace("_", " ")) for w in wanted)


UNNAMED = "a drug record has neither a known code nor a text"


def names(wanted: Iterable[str]) -> tuple[str, ...]:
    """Ingredient or class names as the terminology has them."""
    return tuple(n for w in wanted for n in CLASS_NAMES.get(w, (w,)))


def nothing_recorded(
    chart: Chart, missing: tuple[str, ...], window: Window | None = None, rule: str | None = None
) -> Answer:
    """The answer of an exclusion (or of a "none: pass") with nothing recorded, behind its guards.

    Silence means that a drug was not taken where drug records are complete, where the chart reaches the day after the
    day exactly a window ago (decision 50), and where every record says which drug it is about (decision 34).
    """
    shown = (reaching(chart, rule),)
    if not chart.drugs_complete:
        return unknown(Reason.UNAVAILABLE, missing, shown)
    if window is not None and not chart.reaches(window.before(chart.as_of) + DAY):
        return unknown(Reason.NOT_OBSERVABLE, missing, shown)
    if chart.unnamed_drugs:
        return unknown(Reason.INCOMPARABLE, missing, unnamed(chart, rule))
    return passed(Basis.NOT_RECORDED, shown)


def unnamed(chart: Chart, rule: str | None = None) -> tuple[Evidence, ...]:
    """The records that do not say which drug they are about (decision 34)."""
    return tuple(Evidence(r, rule=rule, note=UNNAMED) for r in chart.unnamed_drugs)


def reaching(chart: Chart, rule: str | None = None) -> Evidence:
    """Since when the chart has records."""
    if chart.reach is None:
        return Evidence(None, rule=rule, note="no drug is recorded, and the chart has no dated record")
    since, note = chart.once(_REACHING, _reaching)
    return new(Evidence, (None, None, None, since, None, None, rule, None, note))


_REACHING = "drugs reaching"


def _reaching(chart: Chart) -> tuple[str, str]:
    since = str(chart.reach)
    return since, f"none is recorded; the chart has records since {since}"
