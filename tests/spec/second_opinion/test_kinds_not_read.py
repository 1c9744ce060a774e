"""What was not read is never absent: one kind of resource at a time (decisions 4, 38, 44, 51)."""

from __future__ import annotations

import json

import pytest

from cds_service.chart.chart import Kind
from cds_service.fhir.reader import ChartReader
from cds_service.screening.patient import as_json, screen
from cds_service.terminology import load

from .shapes import AS_OF, KID, TRIALS, enc, sle

SILENT = [
    ("AllergyIntolerance", "K.I2c"),
    ("MedicationRequest", "K.I2c P.I4 P.I5a P.I5b P.I5c P.I5d P.E13 M.I4b M.I4c M.E1d L.I4b W.I7a K.E1 K.E6"),
    ("Condition", "M.E2 M.E3 M.E4 M.E5 P.E1 P.E2 P.E3 P.E5 P.E7 P.E8 P.E9 K.E2b K.E5a K.E10a K.E10c W.I3 W.I10"),
    ("Procedure", "M.E1c M.E5 P.E4 P.E8 K.E1 K.E8a"),
    ("Immunization", "K.E10b"),
    ("Observation", "M.I5 M.I8 M.I9a M.I9o M.E1a M.E6 P.I3 P.I6 P.E6 P.E10a P.E12b K.E9a K.E9c W.I11b W.I11i"),
]


def answers(kind: str | None) -> dict[str, tuple[str, str | None]]:
    reader = ChartReader(load(), AS_OF)
    reader.patient(json.dumps(KID).encode(), None)
    entries = [{"resource": r} for r in (KID, sle(), enc())]
    reader.bundle(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode())
    if kind is not None:
        reader.state(kind, Kind.PART)
    letters = {v: k for k, v in TRIALS.items()}
    return {
        f"{letters[trial['id']]}.{c['id']}": (c["status"], c["reason"])
        for trial in as_json(screen(reader.chart()))["trials"]
        for c in trial["criteria"]
    }


@pytest.mark.parametrize(("kind", "at"), [(kind, at) for kind, names in SILENT for at in names.split()])
def test_silence_of_a_kind_that_was_not_read_whole_is_unavailable(kind: str, at: str) -> None:
    assert answers(kind)[at] == ("unknown", "unavailable")


@pytest.mark.parametrize("at", sorted({at for _, names in SILENT for at in names.split()}))
def test_silence_of_a_chart_that_was_read_whole_is_not_unavailable(at: str) -> None:
    assert answers(None)[at] != ("unknown", "unavailable")
