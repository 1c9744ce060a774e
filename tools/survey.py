"""Evaluates charts that others wrote: every Bundle of a folder, and patients of a Bulk FHIR export.

    python tools/survey.py FOLDER [--as-of DATE] [--with-sle]

Shows that nothing crashes and what the answers are: verdicts and statuses per trial, reasons, skips. `--with-sle` adds
an SLE Condition to each chart in memory, so that the criteria are really evaluated. A file named like
`stroke_cerebrovascular+epilepsy__X.json` says which findings it holds: whether each was found is shown.
"""

import argparse
import collections
import gzip
import json
import pathlib
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

from cds_service.kernel.errors import CdsError
from cds_service.screening import as_json, read_bundle, screen
from cds_service.terminology import load

SLE = {"coding": [{"system": "http://snomed.info/sct", "code": "55464009"}]}


def main() -> int:
    """Run the survey; 1 when a chart crashed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 1))
    parser.add_argument("--with-sle", action="store_true")
    asked = parser.parse_args()
    findings_known = set(load().finding_names)
    totals: dict[str, dict[str, collections.Counter[str]]] = collections.defaultdict(
        lambda: collections.defaultdict(collections.Counter)
    )
    counted: collections.Counter[str] = collections.Counter()
    for name, bundle in charts(asked.folder):
        folder = name.split("/")[0]
        if asked.with_sle:
            add_sle(bundle)
        try:
            chart = read_bundle(json.dumps(bundle).encode(), asked.as_of)
            found = as_json(screen(chart))
        except CdsError as error:
            counted[f"{folder}: refused"] += 1
            print(f"{name}: {error}")
            continue
        except Exception as error:  # noqa: BLE001 - a survey must name the crash and go on
            counted["CRASHED"] += 1
            print(f"{name}: CRASH {type(error).__name__}: {error}")
            continue
        counted[f"{folder}: charts"] += 1
        counted[f"{folder}: skipped resources"] += len(found["skipped"])
        for trial in found["trials"]:
            count(totals[folder][trial["id"]], trial)
        named = [f for f in pathlib.Path(name).name.split("__")[0].split("+") if f in findings_known]
        if named and "__" in name:
            seen = {f for d in chart.diagnoses for f in d.findings} | {f for p in chart.procedures for f in p.findings}
            for finding in named:
                print(f"{pathlib.Path(name).name}: {finding}: {'found' if finding in seen else 'NOT FOUND'}")
    for folder, trials in totals.items():
        print(f"\n{folder}")
        for id_, counter in sorted(trials.items()):
            print(f"  {id_}  " + ", ".join(f"{k} {v}" for k, v in sorted(counter.items())))
    print("\n" + ", ".join(f"{k} {v}" for k, v in sorted(counted.items())))
    return 1 if counted["CRASHED"] else 0


def count(counter: "collections.Counter[str]", trial: dict[str, Any]) -> None:
    """Add one assessment to the counts of its trial."""
    counter[f"[{trial['verdict']}]"] += 1
    for criterion in trial["criteria"]:
        reason = f"/{criterion['reason']}" if criterion["reason"] else ""
        counter[criterion["status"] + reason] += 1


def charts(folder: pathlib.Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, Bundle) for every Bundle file and every patient of a folder of NDJSON below `folder`."""
    for path in sorted(folder.rglob("*.json*")):
        if path.name.endswith((".json", ".json.gz")):
            value = json.loads(read(path))
            if value.get("resourceType") == "Bundle":
                yield str(path.relative_to(folder)), value
    for path in sorted(folder.rglob("Patient*.ndjson*")):
        by_patient: dict[str, list[Any]] = collections.defaultdict(list)
        for other in sorted(path.parent.glob("*.ndjson*")):
            for line in read(other).splitlines():
                resource = json.loads(line)
                subject = resource.get("subject") or resource.get("patient") or {}
                key = resource["id"] if resource["resourceType"] == "Patient" else subject.get("reference", "")[8:]
                by_patient[key].append(resource)
        for key, resources in by_patient.items():
            yield f"{path.parent.name}/{key}", {
                "resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources],
            }


def read(path: pathlib.Path) -> str:
    """The text of a file, unpacked where it ends in .gz."""
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()


def add_sle(bundle: dict[str, Any]) -> None:
    """Put an SLE Condition beside what the Bundle holds."""
    for entry in list(bundle["entry"]):
        resource = entry.get("resource", {})
        if resource.get("resourceType") == "Patient":
            reference = entry.get("fullUrl") or f"Patient/{resource.get('id')}"
            bundle["entry"].append({"resource": {
                "resourceType": "Condition", "id": "added-sle", "code": SLE, "subject": {"reference": reference},
                "onsetDateTime": "2020-01-01",
            }})
            return


if __name__ == "__main__":
    sys.exit(main())
