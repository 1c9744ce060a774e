"""An injection of which nobody says into what is not intravenous (dosing.md section 0a; decisions 20, 38, 40, 46)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cds_service.clinical.high_dose import reached_per_kg
from cds_service.kernel.answers import Reason, Status

from .making import BELIMUMAB, METHYLPREDNISOLONE, RITUXIMAB, answer, chart, given, request, rule, statement, status

BIOLOGIC = rule(on_treatment="biologic")
STOPPED = rule(washout="biologic", for_="4 weeks")
HIGH = rule(steroid_dose="systemic", at_most="30 mg/day")


def injected(concept: dict[str, Any], when: str, **dosage: Any) -> dict[str, Any]:
    """An administration whose record only says "injection"."""
    record = given(concept, when, 200, "injection")
    record["dosage"].update(dosage)
    return record


def test_an_injection_of_unsaid_route_may_be_an_infusion_and_leaves_open_whether_it_is_current() -> None:
    record = injected(BELIMUMAB, "2026-10-22")
    assert chart(record).exposures[0].infusion is None
    assert status(BIOLOGIC, record) == ("unknown", "imprecise")
    assert status(BIOLOGIC, injected(BELIMUMAB, "2026-08-21")) == ("unknown", "judgement")


def test_an_injection_that_is_being_given_is_current_however_it_is_given() -> None:
    assert status(BIOLOGIC, injected(BELIMUMAB, "2026-11-22") | {"status": "in-progress"}) == ("pass", "recorded")
    assert status(BIOLOGIC, injected(BELIMUMAB, "2026-11-22")) == ("unknown", "judgement")


@pytest.mark.parametrize(
    "dosage",
    [
        {"route": {"text": "intravenous"}},
        {"route": {"text": "infusion"}},
        {"text": "by infusion over one hour"},
        {"rateRatio": {"numerator": {"value": 100, "unit": "mL"}, "denominator": {"value": 1, "unit": "h"}}},
    ],
)
def test_an_injection_that_is_said_to_be_an_infusion_is_current_for_three_months(dosage: dict[str, Any]) -> None:
    assert status(BIOLOGIC, injected(BELIMUMAB, "2026-08-22", **dosage)) == ("pass", "recorded")


def test_a_product_called_intravenous_is_given_so() -> None:
    record = given({"text": "rituximab injection, intravenous"}, "2026-10-22", 500, "")
    assert (chart(record).exposures[0].route, chart(record).exposures[0].infusion) == ("intravenous", True)


def test_an_active_order_beside_injections_of_unsaid_route_goes_on() -> None:
    order = request(BELIMUMAB, "2026-01-01")
    found = answer(STOPPED, order, injected(BELIMUMAB, "2026-11-10"))
    assert (found.until, found.assumes) == (date(2026, 12, 20), "stopped")
    assert answer(STOPPED, order, given(BELIMUMAB, "2026-11-10")).until == date(2026, 12, 8)


def test_an_injection_of_unsaid_route_beside_infusions_counts_for_itself() -> None:
    found = answer(STOPPED, given(RITUXIMAB, "2026-11-02"), injected(RITUXIMAB, "2026-11-10"))
    assert found.until == date(2026, 12, 8)


def test_a_glucocorticoid_injected_nobody_says_into_what_has_no_dose() -> None:
    pulse = statement(METHYLPREDNISOLONE, "2026-11-20", None, {
        "route": {"text": "injection"}, "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
        "doseAndRate": [{"doseQuantity": {"value": 1000, "unit": "mg", "code": "mg"}}]})  # fmt: skip
    assert status(HIGH, pulse) == ("unknown", "no-dose")
    pulse["dosage"][0]["route"]["text"] = "intravenous"
    assert status(HIGH, pulse) == ("fail", "computed")


def test_a_high_dose_injected_nobody_says_into_what_proves_no_dose_by_weight() -> None:
    weight = {
        "resourceType": "Observation", "status": "final", "effectiveDateTime": "2026-11-10",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "valueQuantity": {"value": 50, "unit": "kg", "code": "kg", "system": "http://unitsofmeasure.org"},
    }  # fmt: skip
    pulse = given(METHYLPREDNISOLONE, "2026-11-10", 500, "injection")
    unclear = chart(pulse, weight)
    assert reached_per_kg(list(unclear.exposures), Decimal(1), unclear).reason is Reason.NO_DOSE
    pulse["dosage"]["route"]["text"] = "intravenous"
    into_a_vein = chart(pulse, weight)
    assert reached_per_kg(list(into_a_vein.exposures), Decimal(1), into_a_vein).status is Status.PASS
