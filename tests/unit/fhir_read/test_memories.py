"""What is remembered of codes and dosages is right whoever else reads at the same time."""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from datetime import date
from typing import Any

import msgspec
import pytest

from cds_service.cards import cards_for
from cds_service.fhir.gather import gather
from cds_service.fhir.read import dosage, drug, finding, measurand, medication_given, procedure
from cds_service.fhir.read.amounts import Strength
from cds_service.kernel.paths import data_dir
from cds_service.screening import as_json, screen
from cds_service.terminology import load

from .test_nothing_is_kept import KEYS

AS_OF = date(2026, 11, 1)
PATIENTS = sorted((data_dir("fixtures") / "patients").glob("*.json"))
OURS = load()
OTHERS = copy(OURS)
"""Other mappings, which understand the same."""
_UUID = re.compile(rb'"uuid":"[0-9a-f-]{36}"')
CODE = b'{"coding":[{"system":"http://snomed.info/sct","code":"55464009"}]}'
NO_CODE = b'{"text":"a sprained ankle"}'
DRUG = b'{"text":"hydroxychloroquine"}'
NO_DRUG = b'{"text":"artificial tears"}'
DOSE = b'{"dose":{"value":5,"unit":"mg"}}'


def answered(chart: dict[str, Any]) -> bytes:
    """The screening and the cards of a chart that was sent, but for the cards' ids."""
    entries: dict[str, list[Any]] = {key: [] for key in KEYS.values()}
    patient: dict[str, Any] = {}
    for entry in chart["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == "Patient":
            patient = resource
        elif resource["resourceType"] in KEYS:
            entries[KEYS[resource["resourceType"]]].append(entry)
    sent = {key: {"resourceType": "Bundle", "type": "searchset", "entry": each} for key, each in entries.items()}
    raw = {key: msgspec.Raw(msgspec.json.encode(answer)) for key, answer in ({"patient": patient} | sent).items()}
    found = gather(patient["id"], raw, None, terminology=OURS, as_of=AS_OF, deadline=time.monotonic() + 60)
    assert found.chart is not None
    screening = screen(found.chart)
    return msgspec.json.encode(as_json(screening)) + _UUID.sub(b"", msgspec.json.encode(cards_for(screening)))


@pytest.fixture
def changing_often() -> Iterator[None]:
    """Threads take turns a thousand times as often as they do."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("changing_often")
def test_charts_that_are_read_at_once_by_four_threads_are_answered_as_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    charts = [json.loads(path.read_bytes()) for path in PATIENTS]
    one_by_one = [answered(chart) for chart in charts]
    # So small that they are emptied while others read them.
    for module in (dosage, drug, finding, measurand, medication_given, procedure):
        monkeypatch.setattr(module, "_MOST", 2)
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(answered, charts * 3)) == one_by_one * 3


@pytest.mark.parametrize(
    ("module", "meanwhile", "read"),
    [
        (finding, "matches_of", lambda terms: finding.meaning_of(CODE, terms)),
        (finding, "matches_of", lambda terms: finding.meaning_of(NO_CODE, terms)),
        (drug, "name_drug", lambda terms: drug.by_bytes(msgspec.Raw(DRUG), terms)),
        (drug, "name_drug", lambda terms: drug.by_bytes(msgspec.Raw(NO_DRUG), terms)),
        (dosage, "read_dosage", lambda terms: dosage.dosed(msgspec.Raw(b"[{}]"), Strength(), None, terms)),
        (measurand, "recognise", lambda terms: measurand.meaning(CODE, terms)),
        (procedure, "_understood", lambda terms: procedure._remembered(CODE, b"null", terms)),
        (medication_given, "quantity", lambda terms: medication_given._given(msgspec.Raw(DOSE), Strength(), terms)),
    ],
    ids=["a finding", "no finding", "a drug", "no drug", "a dosage", "a result", "a procedure", "what was given"],
)
def test_what_is_read_by_some_mappings_is_never_remembered_as_read_by_others(
    module: Any, meanwhile: str, read: Callable[[Any], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = (None, {}, set()) if len(module._memory) == 3 else (None, {})
    monkeypatch.setattr(module, "_memory", nothing)
    understand = getattr(module, meanwhile)
    others: tuple[Any, ...] = (OTHERS, *nothing[1:])

    def interrupted(*asked: Any) -> Any:
        module._memory = others  # as another thread that reads by other mappings
        return understand(*asked)

    monkeypatch.setattr(module, meanwhile, interrupted)
    read(OURS)
    assert not any(others[1:])
