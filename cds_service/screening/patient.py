"""One patient: Bundle → chart → assessments → the object of `evaluate --json` (interface.md)."""

import json
from datetime import date
from typing import Any, NamedTuple

from ..chart.chart import Chart, Kind
from ..eligibility import Assessment, assess_all
from ..fhir.bundle import decode_bundle, gap, type_of
from ..fhir.reader import ChartReader, kinds_read
from ..kernel.answers import Answer
from ..kernel.dates import checked_clock
from ..kernel.errors import InputError
from ..terminology import load
from ..trials import Trial, load_trials

_BUNDLE_TYPES = ("collection", "searchset", "transaction", "batch")
MOST_SKIPPED = 100
"""Resources named one by one in a card's extension; `evaluate` names all."""


class Screening(NamedTuple):
    """All trials for one patient as of one date."""

    chart: Chart
    assessments: tuple[Assessment, ...]

    @property
    def patient(self) -> str:
        """Reference of the patient."""
        return self.chart.patient.reference

    @property
    def as_of(self) -> date:
        """The clock of the evaluation."""
        return self.chart.as_of

    @property
    def skipped(self) -> tuple[tuple[str, str], ...]:
        """(reference, problem) of what could not be used and might have mattered."""
        return self.chart.skipped


def screen(chart: Chart, trials: tuple[Trial, ...] | None = None) -> Screening:
    """Hold a chart against the trials (default: all that are installed)."""
    return Screening(chart, assess_all(trials or load_trials(), chart))


def read_bundle(raw: bytes, as_of: date) -> Chart:
    """The chart of a Bundle that holds exactly one Patient.

    Raises InputError with one clear sentence for what is no FHIR R4 Bundle of a known type, and for no Patient or
    several. A Bundle file is complete unless it has a `next` link or an OperationOutcome that means unavailable:
    then every kind is incomplete (decision 13).
    """
    checked_clock(as_of)
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if not raw.strip():
        raise InputError("a FHIR Bundle is expected; this is empty")
    bundle = decode_bundle(raw)
    if bundle.resourceType != "Bundle":
        what = f"a {bundle.resourceType}" if bundle.resourceType else "JSON without a resourceType"
        raise InputError(f"a FHIR Bundle is expected; this is {what}")
    if bundle.type not in _BUNDLE_TYPES:
        raise InputError(
            f"a Bundle of type {', '.join(_BUNDLE_TYPES[:-1])} or {_BUNDLE_TYPES[-1]} is expected; "
            f"this one is of {f'type {bundle.type[:40]!r}' if bundle.type else 'no type'}"
        )
    kinds = [type_of(e.resource) if e.resource else None for e in bundle.entry]
    patients = [e for e, kind in zip(bundle.entry, kinds, strict=True) if kind == "Patient"]
    if len(patients) != 1:
        found = "no Patient" if not patients else f"{len(patients)} Patients"
        raise InputError(f"the Bundle holds {found}; it must hold exactly one")
    reader = ChartReader(load(), as_of)
    reader.patient(patients[0].resource, patients[0].fullUrl)
    reader.bundle(raw)
    torn = bundle.next is not None or any(
        # what says that something is missing, or is a Bundle itself, which is not looked into
        kind == "Bundle" or (kind == "OperationOutcome" and gap(entry.resource))
        for entry, kind in zip(bundle.entry, kinds, strict=True)
    )
    for kind in kinds_read() if torn else ():
        reader.state(kind, Kind.PART)
    return reader.chart()


def evaluate_bundle(
    bundle: bytes | dict[str, Any], as_of: date, trials: tuple[Trial, ...] | None = None
) -> dict[str, Any]:
    """Evaluate one Bundle: the object of `evaluate --json`. Raises InputError as `read_bundle` does."""
    raw = bundle if isinstance(bundle, bytes) else json.dumps(bundle).encode()
    return as_json(screen(read_bundle(raw, as_of), trials))


def as_json(screening: Screening, *, evidence: bool = True) -> dict[str, Any]:
    """The object of `evaluate --json`; without evidence values it is the card's extension.

    The extension holds ids, statuses, verdicts and references only, and leaves out keys without a value.
    """
    whole: dict[str, Any] = {
        "patient": screening.patient,
        "as_of": screening.as_of.isoformat(),
        "trials": [_trial(a, evidence) for a in screening.assessments],
        "skipped": [{"reference": r, "problem": p} for r, p in screening.skipped],
    }
    if not evidence:
        whole["skipped"] = skipped_in_short(screening)
        if not whole["skipped"]:
            del whole["skipped"]
    return whole


def skipped_in_short(screening: Screening) -> list[dict[str, str]]:
    """What could not be used, as a card's extension names it."""
    found = [{"reference": r, "problem": p} for r, p in screening.skipped[:MOST_SKIPPED]]
    more = len(screening.skipped) - MOST_SKIPPED
    if more > 0:
        found.append({"problem": f"{more} further resources could not be used"})
    return found


def _trial(assessment: Assessment, evidence: bool) -> dict[str, Any]:
    trial = assessment.trial
    found: dict[str, Any] = {
        "id": trial.id,
        "status": trial.status,
        "status_as_of": trial.status_as_of.isoformat(),
        "verdict": assessment.verdict,
        "eligible_from": assessment.eligible_from.isoformat() if assessment.eligible_from else None,
        "notes": list(assessment.notes),
        "criteria": (
            [_whole(c.id, c.kind, c.says, a) for c, a in assessment.criteria]
            if evidence
            else [in_short(c.id, a) for c, a in assessment.criteria]
        ),
    }
    return found if evidence else {k: v for k, v in found.items() if v not in (None, [])}


def _whole(id_: str, kind: str, says: str, answer: Answer) -> dict[str, Any]:
    return {
        "id": id_,
        "kind": kind,
        "summary": says,
        "status": answer.status.value,
        "basis": answer.basis.value if answer.basis else None,
        "until": answer.until.isoformat() if answer.until else None,
        "assumes": answer.assumes,
        "reason": answer.reason.value if answer.reason else None,
        "missing": list(answer.missing),
        "notes": list(answer.notes),
        "evidence": [e._asdict() for e in answer.evidence],
    }


def in_short(id_: str, answer: Answer) -> dict[str, Any]:
    """One criterion's answer in a card's extension: keys without a value are left out, and of records all but the name.

    A card writes the same straight (cards/extension.py); a test holds both against each other.
    """
    whole = _whole(id_, "", "", answer)
    kept = ("id", "status", "basis", "until", "assumes", "reason", "missing")
    found = {key: whole[key] for key in kept if whole[key] not in (None, "", [])}
    references = dict.fromkeys(e.reference for e in answer.evidence if e.reference)
    if references:
        found["evidence"] = [{"reference": r} for r in references]
    return found
