"""Every fault of a FHIR server, on a real socket: right statuses, in time, the reason on the card and in the log."""

import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from cds_service.kernel.answers import Basis, Reason, Status

from .conftest import Server
from .faults import FAULTS, HEAD, LATE, PATIENTS, WHOLE, Fault, Outcome, fixture, played, row

PAGE = Path(__file__).parents[3] / "docs" / "faults.md"
Serve = Callable[..., Server]
MARKS = ("s3cret", "127.0.0.1", "ehr.test", "/fhir", "?", "elsewhere", "sign in", "55464009")


@cache
def lines() -> dict[str, str]:
    """Fault → its line on the page."""
    table = PAGE.read_text(encoding="utf-8").partition(HEAD)[2].splitlines()
    return {line.split(" | ")[0].removeprefix("| "): line for line in table}


def whole(server: Server, patient: str) -> Outcome:
    return played(WHOLE, patient, server)


@pytest.mark.parametrize("patient", PATIENTS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_what_a_server_does_wrong_makes_no_answer_more_favourable_and_calls_nothing_absent(
    serve: Serve, fault: Fault, patient: str, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(fixture(patient))
    healthy = whole(server, patient)
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        broken = played(fault, patient, server)
    assert broken.seconds < fault.seconds + LATE
    assert broken.kinds == fault.kinds
    before = healthy.statuses()
    for key, answer in broken.statuses().items():
        assert answer.status in (before[key].status, Status.UNKNOWN), key
    problems = broken.gathered.problems if broken.gathered else ()
    text = "\n".join(f"{r.name} {r.getMessage()} {r.exc_text or ''}" for r in caplog.records)
    assert all(words in text for _, words in problems), "each reason is in the log"
    for mark in (*MARKS, patient, patient.partition("-")[0]):
        assert mark not in text.lower(), f"{mark} is in the log"
    if patient == PATIENTS[0]:
        assert lines()[fault.name] == row(healthy, broken), "run tools/write_faults.py and look at what changed"


def test_the_page_has_a_line_for_every_fault_and_no_other() -> None:
    assert list(lines()) == [fault.name for fault in FAULTS]


def test_results_that_were_refused_are_unavailable_and_not_absent(serve: Serve) -> None:
    server = serve(fixture(PATIENTS[0]))
    refused = next(f for f in FAULTS if f.name == "answers 403")
    before, after = whole(server, PATIENTS[0]).statuses(), played(refused, PATIENTS[0], server).statuses()
    lost = [key for key, answer in after.items() if answer.reason is Reason.UNAVAILABLE]
    assert len(lost) > 30
    assert not any(
        after[key].status is Status.PASS and after[key].basis is Basis.NOT_RECORDED
        and before[key].basis is not Basis.NOT_RECORDED
        for key in after
    )  # fmt: skip
