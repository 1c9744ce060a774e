"""The fingerprint of a card: what changes it, and what does not."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cds_service.kernel.answers import Basis, Evidence, Reason, failed, passed, unknown
from cds_service.store.fingerprint import fingerprint, rules_of

from ..cards.making import assessed, criterion, trial

CD4 = criterion("E12b", "CD4 count")
AGE = criterion("I2", "age")
SEEN = Evidence("Observation/o1", "0.4", "10*9/L", "2026-10-01", normalised="0.4 10*9/L", threshold="≥ 0.2 10*9/L")
BORN = Evidence("Patient/p1", "34", "a", "1992-03-04")
RULES = {"NCT06513429": "a", "NCT07339332": "b"}


def printed(answer: Any = None, verdict: str = "possible", **changes: Any) -> str:
    answer = passed(Basis.RECORDED, (SEEN,)) if answer is None else answer
    own = assessed(replace(trial(), **changes), [(AGE, passed(Basis.RECORDED, (BORN,))), (CD4, answer)], verdict)
    return fingerprint("sle-cart-trials", "Patient/p1", [own], RULES)


def test_the_same_card_has_the_same_fingerprint_in_every_release() -> None:
    """Else an upgrade would bring all dismissed cards back."""
    assert printed() == "bfcb9e7597434ef35a34c8a4e05d543cea0bf087fe1a0f6baab2ecf90dca6374"


@pytest.mark.parametrize(
    "answer",
    [
        passed(Basis.RECORDED, (SEEN._replace(reference="Observation/o2"),)),
        passed(Basis.RECORDED, (SEEN._replace(value="0.5"),)),
        passed(Basis.RECORDED, (SEEN._replace(unit="/uL"),)),
        passed(Basis.RECORDED, (SEEN._replace(date="2026-10-02"),)),
        passed(Basis.RECORDED, (SEEN, SEEN._replace(reference="Observation/o2"))),
        passed(Basis.NOT_RECORDED),
        failed(Basis.RECORDED, (SEEN,)),
        unknown(Reason.STALE, ("cd4_abs",), (SEEN,)),
    ],
)
def test_another_record_value_unit_date_or_status_is_another_fingerprint(answer: Any) -> None:
    assert printed(answer) != printed()


def test_another_verdict_recruitment_status_trial_service_or_rule_is_another_fingerprint() -> None:
    mine = assessed(trial())
    known = {
        printed(),
        printed(verdict="likely"),
        printed(status="suspended"),
        fingerprint("sle-cart-trials", "Patient/p1", [mine], RULES),
        fingerprint("another-service", "Patient/p1", [mine], RULES),
        fingerprint("sle-cart-trials", "Patient/p1", [mine], RULES | {"NCT06513429": "c"}),
        fingerprint("sle-cart-trials", "Patient/p1", [mine, assessed(trial("NCT07339332"))], RULES),
    }
    assert len(known) == 7


@pytest.mark.parametrize(
    "answer",
    [
        passed(Basis.RECORDED, (SEEN._replace(normalised="400 /uL", threshold="x", note="y"),)),
        passed(Basis.RECORDED, (SEEN, BORN._replace(value="35"))),
        passed(Basis.RECORDED, (SEEN, Evidence(None, "12", "d", "2026-11-24"))),
        passed(Basis.RECORDED, (SEEN,), ("a note that counts the days: 12",)),
    ],
)
def test_a_birthday_a_count_of_days_or_other_words_change_nothing(answer: Any) -> None:
    assert printed(answer) == printed()


def test_the_day_on_which_a_wait_ends_changes_nothing() -> None:
    one, other = (failed(Basis.RECORDED, (SEEN,), until=date(2026, 12, day)) for day in (1, 2))
    assert printed(one, "not-yet") == printed(other, "not-yet")


def test_reading_the_registry_again_leaves_the_version_of_the_rules_alone_and_a_new_wording_does_not() -> None:
    whole = replace(trial(), criteria=(AGE,))
    assert rules_of(replace(whole, status_as_of=date(2026, 11, 1), status="suspended")) == rules_of(whole)
    assert rules_of(replace(whole, criteria=(AGE, CD4))) != rules_of(whole)
    assert rules_of(replace(whole, criteria=(replace(AGE, says="Is at least 19"),))) != rules_of(whole)
