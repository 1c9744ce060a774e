"""Trials, answers and screenings made by hand, for the tests of cards."""

from datetime import date
from typing import Any

import msgspec

from cds_service.cards import Card
from cds_service.cards.build import EXTENSION
from cds_service.chart import Chart, Kind, Patient
from cds_service.criteria.review import Review
from cds_service.eligibility import Assessment, answered
from cds_service.kernel.answers import Answer, Basis, Evidence, Reason, failed, passed, review, unknown
from cds_service.kernel.dates import day
from cds_service.screening import Screening
from cds_service.terminology import load
from cds_service.trials import Criterion, Site, Trial

AS_OF = date(2026, 11, 24)


def criterion(id_: str, topic: str, ask: str | None = None) -> Criterion:
    kind = "inclusion" if id_.startswith("I") else "exclusion"
    return Criterion(id_, kind, f"{topic} is as the trial asks", topic, Review(topic), f"{kind} 1", ask=ask)


def trial(id_: str = "NCT06513429", name: str = "IM19", city: str = "Beijing", status: str = "recruiting") -> Trial:
    return Trial(
        id=id_, name=name, product="CD19 CAR-T", title="A trial", target="CD19", sponsor="A hospital", phase="phase 1",
        status=status, status_as_of=date(2026, 8, 22), last_update=date(2023, 3, 15),
        sites=(Site("A hospital", city, "China"),), criteria=(),
    )  # fmt: skip


MET = passed(Basis.RECORDED)
SILENT = passed(Basis.NOT_RECORDED)
CONSENT = review()


def missing(*concepts: str) -> Answer:
    return unknown(Reason.NO_DATA, concepts)


def assessed(
    which: Trial,
    answers: list[tuple[Criterion, Answer]] | None = None,
    verdict: str | None = None,
    eligible_from: date | None = None,
) -> Assessment:
    answers = answers if answers is not None else [(criterion("I2", "age"), MET), (criterion("I1", "consent"), CONSENT)]
    statuses = {a.status.value for _, a in answers}
    verdict = verdict or ("possible" if "unknown" in statuses else "likely")
    return Assessment(which, verdict, eligible_from, (), answered(answers))


def waiting(which: Trial, until: date, evidence: Evidence) -> Assessment:
    answer = failed(Basis.RECORDED, (evidence,), until=until)
    return assessed(which, [(criterion("I4d", "glucocorticoid stable"), answer)], "not-yet", until)


def extension(card: Card) -> dict[str, Any]:
    """What a card's extension says."""
    found: dict[str, Any] = msgspec.json.decode(card["extension"][EXTENSION])
    return found


def chart(**changes: Any) -> Chart:
    patient = Patient("Patient/p1", day(date(1992, 3, 4)), "female", None, False, "1992-03-04")
    given: dict[str, Any] = {"reach": day(date(2019, 3, 1)), "kinds": {}} | changes
    return Chart(AS_OF, patient, load(), **given)


def screening(*assessments: Assessment, **changes: Any) -> Screening:
    return Screening(chart(**changes), tuple(assessments))


UNAVAILABLE = Kind.UNAVAILABLE
