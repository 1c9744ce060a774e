"""Every fixture patient on a real server gives the answer of its file, byte for byte."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cds_service.cli import main

from .server import Hapi, bundle, file_answer

PATIENTS = sorted((Path(__file__).parents[2] / "fixtures" / "patients").glob("*.json"))
NAMES = [p.stem for p in PATIENTS]
DAY = ["--as-of", "2026-11-01", "--json"]


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    out, err = capfd.readouterr()
    return int(stopped.value.code or 0), out, err


def renamed(name: str, new: str) -> list[dict[str, Any]]:
    """A fixture under other ids."""
    path = next(p for p in PATIENTS if p.stem == name)
    return [e["resource"] for e in json.loads(path.read_text().replace(name, new))["entry"]]


@pytest.mark.parametrize("name", NAMES)
def test_evaluate_says_the_same_over_the_wire_as_from_the_file(
    hapi: Hapi, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    from_file = run(capfd, "evaluate", name, *DAY)
    over_the_wire = run(capfd, "evaluate", name, "--fhir-server", hapi.url, *DAY)
    assert over_the_wire == from_file
    assert from_file[0] == 0


@pytest.mark.parametrize("size", [1, 7, 500])
def test_the_size_of_the_pages_changes_nothing(hapi: Hapi, size: int) -> None:
    for path in PATIENTS:
        entries = [e["resource"] for e in json.loads(path.read_text())["entry"]]
        assert hapi.answer(path.stem, size) == file_answer(*entries), path.stem


@pytest.mark.parametrize("name", ["amira-34", "bashir-41", "qiuyan-29"])
def test_the_card_of_a_fetched_chart_is_that_of_a_prefetched_one(
    hapi: Hapi, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    code, sent, _ = run(capfd, "simulate", name, *DAY)
    also, fetched, _ = run(capfd, "simulate", name, "--fhir-server", hapi.url, *DAY)
    uuid = re.compile(r'"uuid": "[^"]*"')
    assert (code, also) == (0, 0)
    assert json.loads(sent)["cards"]
    assert uuid.sub("", fetched) == uuid.sub("", sent)


@pytest.mark.parametrize("name", ["amira-34", "bashir-41", "hiro-52"])
def test_the_kinds_that_are_needed_suffice(hapi: Hapi, name: str) -> None:
    resources = renamed(name, f"needed-{name}")
    loaded = hapi.load(*resources, only_needed=True)
    assert 0 < loaded.created <= len(resources)
    assert hapi.answer(f"needed-{name}") == file_answer(*resources)


def test_a_chart_of_purely_numeric_ids_gives_the_same_under_the_new_ones(hapi: Hapi) -> None:
    resources = renamed("rosa-39", "rosa-39")
    numbers = {f"{r['resourceType']}/{r['id']}": f"{r['resourceType']}/{7000 + n}" for n, r in enumerate(resources)}
    text = json.dumps(resources)
    for old, new in numbers.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    numeric = [r | {"id": numbers[f"{r['resourceType']}/{r['id']}"].split("/")[1]} for r in json.loads(text)]
    assert hapi.load(*numeric).patient == "id-7000"
    assert hapi.answer("id-7000") == re.sub(r'/(\d+)"', r'/id-\1"', file_answer(*numeric))


def test_a_patient_that_the_server_does_not_have_is_said(hapi: Hapi, capfd: pytest.CaptureFixture[str]) -> None:
    for command in ("evaluate", "simulate"):
        code, out, err = run(capfd, command, "nobody", "--fhir-server", hapi.url, *DAY)
        assert (code != 0, out, err.count("\n")) == (True, "", 1)
        assert "the FHIR server has no such patient" in err


def test_the_command_loads_files_and_says_what_was_new(
    hapi: Hapi, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "ines.json"
    file.write_bytes(bundle(*renamed("ines-27", "file-ines")))
    code, out, _ = run(capfd, "load", str(file), "--fhir-server", hapi.url + "/")
    assert (code, out.splitlines()[0]) == (0, "ines.json: 5 resources, 5 of them new")
    code, out, _ = run(capfd, "load", str(file), "ines-27", "--fhir-server", hapi.url)
    assert out.splitlines()[:2] == ["ines.json: 5 resources, 0 of them new", "ines-27: 5 resources, 0 of them new"]
