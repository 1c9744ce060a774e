"""The age of the patient (criteria.md section 2 "Age", decision 29)."""

from ..chart.chart import Chart
from ..kernel.dates import age_on

_AGES = "ages"


def ages(chart: Chart) -> tuple[int, int] | None:
    """Youngest and oldest age in completed years on `as_of`; None without a birth date. Worked out once for a chart."""
    found: tuple[int, int] | None = chart.memo.get(_AGES)
    if found is None:
        born = chart.patient.born
        if born is None:
            return None
        youngest = age_on(born.last, chart.as_of)
        found = youngest, youngest if born.last is born.first else age_on(born.first, chart.as_of)
        chart.memo[_AGES] = found
    return found
