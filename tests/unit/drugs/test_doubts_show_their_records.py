"""No status without evidence: what leaves a question about drugs open is shown (criteria.md section 1)."""

import pytest

from .making import PREDNISONE, answer, drug, given, mg, rule, statement
from .test_prior_treatment import weighed

NEVER = rule(never_exposed="gene_modified_cell_product")


def test_a_word_of_a_cell_product_is_shown_and_beside_a_coded_one_only_that() -> None:
    word, coded = given(drug(text="CD19 CAR-T"), "2022-01-01", id="w"), given(drug("1986438"), "2022-01-01", id="c")
    assert [e.reference for e in answer(NEVER, word).evidence] == ["MedicationAdministration/w"]
    assert [e.reference for e in answer(NEVER, word, coded).evidence] == ["MedicationAdministration/c"]


@pytest.mark.parametrize(
    ("dose", "shown"),
    [(40, "0.727 mg/kg/d prednisone-equivalent"), (55, "1 mg/kg/d prednisone-equivalent")],
)
def test_a_dose_by_weight_is_shown_as_it_was_held_against_the_limit(dose, shown) -> None:
    high = rule(exposed_to="glucocorticoid", in_all="6 months", once_at_least="1 mg/kg/day")
    record = statement(PREDNISONE, "2024-01-01", "2024-12-31", mg(dose))
    found = answer(high, record, weighed(55, "2024-01-10")).evidence
    assert shown in [e.normalised for e in found]
