"""Which days a Condition or a Procedure shows as evidence (decisions 18, 35)."""

import pytest

from cds_service.clinical.findings import by_finding, evidence_of
from cds_service.screening import evaluate_bundle
from tests.trials.phrases import AS_OF, bundle

from .build import chart, condition, past, procedure

AGE = {"value": 30, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"}
MAS, STROKE = "sct 430478003", "sct 230690007"


def shown(resource: dict, finding: str) -> str | None:
    """The date of the evidence of the one fact."""
    (fact,) = by_finding(chart(resource))[finding]
    return evidence_of(fact, "none", "test").date


@pytest.mark.parametrize(
    ("resource", "date"),
    [
        (past(MAS, onset="2026-09-01", ended="2026-10-29"), "2026-09-01/2026-10-29"),
        (past(MAS, onset="2026-09", ended="2026-10"), "2026-09/2026-10"),
        (past(MAS, recorded="2026-10-30", ended="2026-10-29"), "/2026-10-29"),
        (past(MAS, onset="2026-09-01"), "2026-09-01"),
        (condition(MAS, onset="2026-09-01", ended="2026-10-29"), "2026-09-01"),
        (past(MAS), None),
        (past(MAS, onsetAge=AGE, ended="2026-10-29"), "2020-06-15/2026-10-29"),
        (past(MAS, onset="2026-09-01", abatementAge=AGE | {"value": 36}), "2026-09-01/2027-06-14"),
    ],
)
def test_an_illness_that_is_over_shows_its_onset_and_its_end(resource: dict, date: str | None) -> None:
    assert shown(resource, "mas_hlh") == date


def test_an_event_shows_only_the_day_from_which_it_counts() -> None:
    assert shown(past(STROKE, onset="2026-09-01", ended="2026-10-29"), "stroke_cerebrovascular") == "2026-09-01"


def test_a_procedure_that_took_a_while_shows_its_last_day() -> None:
    dialysis = procedure("", text="haemodialysis", performedPeriod={"start": "2026-09-01", "end": "2026-10-29"})
    assert shown(dialysis, "haemodialysis") == "2026-09-01/2026-10-29"


def test_the_wait_after_an_ended_illness_can_be_followed_from_the_evidence() -> None:
    found = evaluate_bundle(bundle("had macrophage activation syndrome on 2026-09-26 until 2026-10-12"), AS_OF)
    (answer,) = (c for t in found["trials"] if t["id"] == "NCT06222853" for c in t["criteria"] if c["id"] == "E10a")
    assert answer["until"] == "2026-11-12"
    assert [e["date"] for e in answer["evidence"]] == ["2026-09-26/2026-10-12"]
