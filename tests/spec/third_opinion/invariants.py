"""What is true of every answer, whatever the chart: the shape of interface.md, the rules of criteria.md section 1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
CRITERION = {"id", "kind", "summary", "status", "basis", "until", "assumes", "reason", "missing", "notes", "evidence"}
EVIDENCE = {"reference", "value", "unit", "date", "normalised", "threshold", "rule", "basis", "note"}
TRIAL = {"id", "status", "status_as_of", "verdict", "eligible_from", "notes", "criteria"}
SILENT = ("no-data", "unavailable", "not-observable")
REASONS = (
    *SILENT,
    "stale",
    "incomparable",
    "imprecise",
    "no-dose",
    "no-reference-range",
    "invalidated",
    "judgement",
)


def broken(answer: Json) -> Iterator[str]:
    """Each rule that an answer breaks, as a sentence."""
    if set(answer) != {"patient", "as_of", "trials", "skipped"}:
        yield f"keys of the answer: {sorted(answer)}"
    for trial in answer["trials"]:
        yield from (f"{trial['id']}: {problem}" for problem in _of_trial(trial))
    for skipped in answer["skipped"]:
        if set(skipped) != {"reference", "problem"} or not skipped["problem"]:
            yield f"skipped: {skipped}"


def _of_trial(trial: Json) -> Iterator[str]:
    if set(trial) != TRIAL:
        yield f"keys {sorted(trial)}"
    criteria = trial["criteria"]
    if (trial["verdict"] == "not-applicable") != (not criteria) and trial["verdict"] != "possible":
        yield "not-applicable and a list of criteria belong apart"
    for criterion in criteria:
        yield from (f"{criterion['id']}: {problem}" for problem in _of_criterion(criterion))
    if criteria and (owed := _verdict(criteria)) != (trial["verdict"], trial["eligible_from"]):
        yield f"verdict {trial['verdict']} {trial['eligible_from']}, the statuses say {owed}"


def _verdict(criteria: list[Json]) -> tuple[str, str | None]:
    fails = [c for c in criteria if c["status"] == "fail"]
    if any(c["until"] is None for c in fails):
        return "ineligible", None
    if fails:
        return "not-yet", max(c["until"] for c in fails)
    return ("possible" if any(c["status"] == "unknown" for c in criteria) else "likely"), None


def _of_criterion(c: Json) -> Iterator[str]:
    status = c["status"]
    if set(c) != CRITERION:
        yield f"keys {sorted(c)}"
    if status not in ("pass", "fail", "unknown", "review"):
        yield f"status {status}"
    if (c["reason"] in REASONS) != (status == "unknown") or (status != "unknown" and c["reason"] is not None):
        yield f"{status} with reason {c['reason']}"
    if status == "unknown" and c["basis"] is not None:
        yield f"unknown with basis {c['basis']}"
    if status in ("pass", "fail") and c["basis"] not in ("recorded", "computed", "not-recorded"):
        yield f"{status} with basis {c['basis']}"
    if c["until"] is not None and (status != "fail" or not re.fullmatch(r"\d{4}-\d\d-\d\d", c["until"])):
        yield f"{status} with until {c['until']}"
    if c["assumes"] is not None and (status != "fail" or c["until"] is None or c["assumes"] != "stopped"):
        yield f"{status} with assumes {c['assumes']}"
    silent = status == "review" or c["basis"] == "not-recorded" or c["reason"] in SILENT
    if not c["evidence"] and not silent:
        yield f"{status} ({c['basis'] or c['reason']}) without evidence"
    if status == "unknown" and c["reason"] == "no-data" and not c["missing"]:
        yield "unknown, no-data, and nothing is missing"
    for evidence in c["evidence"]:
        if set(evidence) != EVIDENCE:
            yield f"keys of evidence {sorted(evidence)}"
        if any(v is not None and not isinstance(v, str) for v in evidence.values()):
            yield f"evidence that is no text: {evidence}"
