"""The command line: what each command prints, and that every error is one line and a non-zero exit."""

import json
import sys
from datetime import date
from pathlib import Path

import pytest

from cds_service.cli import COMMANDS, main
from cds_service.cli.common import fixture, fixture_names
from cds_service.cli.show import plain

FIXTURE = fixture_names()[0]
DAY = ["--as-of", "2026-11-01"]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("CDS_AS_OF", "CDS_AUTH"):
        monkeypatch.delenv(name, raising=False)


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    out, err = capfd.readouterr()
    return int(stopped.value.code or 0), out, err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capfd, name, "--help")
    assert code == 0
    assert "Usage:" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["evaluate"],
        ["evaluate", "no-such-file.json", *DAY],
        ["evaluate", ".", *DAY],
        ["evaluate", FIXTURE, "--as-of", "2026-02-30"],
        ["evaluate", FIXTURE, "--as-of", "20261101"],
        ["evaluate", FIXTURE, *DAY, "--trial", "NCT00000000"],
        ["evaluate", "x", *DAY, "--fhir-server", "ftp://example.org"],
        ["simulate", "nobody-at-all"],
        ["simulate", FIXTURE, *DAY, "--hook", "order-dispatch"],
        ["simulate", FIXTURE, *DAY, "--service", "http://127.0.0.1:1"],
        ["simulate", FIXTURE, "--service", "nowhere"],
        ["trials", "show", "NCT00000000"],
        ["mappings", "lookup", "no-such-code"],
        ["load", "nobody-at-all", "--fhir-server", "http://127.0.0.1:1/fhir"],
        ["serve", "--host", "0.0.0.0"],
        ["serve", "--port", "0"],
    ],
    ids=" ".join,
)
def test_an_error_is_one_line_on_stderr_and_a_non_zero_exit(
    arguments: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capfd, *arguments)
    assert code != 0
    assert err.startswith("cds-service: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err + out


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"resourceType": "Patient", "id": "p"}',
     '{"resourceType": "Bundle", "type": "collection"}',
     '{"resourceType": "Bundle", "type": "history", "entry": []}', '{"a": 1}', "\x00"],
)  # fmt: skip
def test_a_file_that_is_no_usable_bundle_is_one_line_and_no_answer(
    content: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bundle.json"
    file.write_text(content)
    code, out, err = run(capfd, "evaluate", str(file), *DAY, "--json")
    assert code != 0
    assert out == ""
    assert err.count("\n") == 1


def test_a_fault_of_ours_is_one_line_that_quotes_no_chart(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Patient p1 has cancer")

    monkeypatch.setattr("cds_service.screening.read_bundle", broken)
    code, _, err = run(capfd, "evaluate", FIXTURE, *DAY)
    assert code == 70
    assert "cancer" not in err
    assert err.count("\n") == 1


def test_evaluate_json_holds_every_key_of_the_interface(capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capfd, "evaluate", "amira-34", *DAY, "--json")
    found = json.loads(out)
    assert code == 0
    assert set(found) == {"patient", "as_of", "trials", "skipped"}
    trial = found["trials"][0]
    assert set(trial) == {"id", "status", "status_as_of", "verdict", "eligible_from", "notes", "criteria"}
    criterion = trial["criteria"][0]
    assert set(criterion) == {
        "id", "kind", "summary", "status", "basis", "until", "assumes", "reason", "missing", "notes", "evidence"
    }  # fmt: skip


def test_evaluate_reads_a_file_stdin_and_a_fixture_alike(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fixture("amira-34")
    assert path is not None
    answers = [run(capfd, "evaluate", name, *DAY, "--json")[1] for name in ("amira-34", str(path))]

    class Stdin:
        buffer = path.open("rb")

    monkeypatch.setattr(sys, "stdin", Stdin)
    answers.append(run(capfd, "evaluate", "-", *DAY, "--json")[1])
    Stdin.buffer.close()
    assert answers[0] == answers[1] == answers[2] != ""


def test_evaluate_for_people_says_the_verdict_first_and_groups_the_criteria(capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capfd, "evaluate", "amira-34", *DAY, "--trial", "nct06513429")
    assert code == 0
    lines = out.splitlines()
    assert lines[2].startswith("NCT06513429")
    assert lines[3].strip().split(":")[0] in {"LIKELY", "POSSIBLE", "NOT-YET", "INELIGIBLE", "NOT-APPLICABLE"}
    assert "NCT06711146" not in out


def test_the_clock_of_the_settings_is_used_where_no_date_is_given(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CDS_AS_OF", "2026-10-31")
    assert json.loads(run(capfd, "evaluate", FIXTURE, "--json")[1])["as_of"] == "2026-10-31"


def test_simulate_shows_the_card_for_people_and_the_answer_for_machines(capfd: pytest.CaptureFixture[str]) -> None:
    code, text, _ = run(capfd, "simulate", "amira-34", *DAY)
    assert code == 0
    code, out, _ = run(capfd, "simulate", "amira-34", *DAY, "--json")
    (card,) = json.loads(out)["cards"]
    assert card["summary"] in text
    assert "**" not in text


def test_simulate_says_so_where_there_is_no_card(capfd: pytest.CaptureFixture[str]) -> None:
    said = run(capfd, "simulate", "omar-60", *DAY)[1]
    assert said.strip() == "No card: there is no systemic lupus on the chart."


def test_simulate_names_the_trial_that_may_fit_and_does_not_recruit(capfd: pytest.CaptureFixture[str]) -> None:
    said = run(capfd, "simulate", "dalia-12", *DAY)[1]
    assert said.startswith("No card: no trial that may be shown fits. What may fit is not shown")
    assert "NCT06222853 (active not recruiting, registry 2026-08-22)" in said


def test_simulate_tells_apart_that_no_trial_fits_and_that_none_applies(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(capfd, "simulate", "jonas-45", *DAY)[1].strip() == "No card: no trial fits."
    assert "(the patient has died)" in run(capfd, "simulate", "niamh-71", *DAY)[1]
    assert "(lupus type not stated)" in run(capfd, "simulate", "wanda-55", *DAY)[1]


def test_simulate_cannot_tell_a_running_service_the_date(capfd: pytest.CaptureFixture[str]) -> None:
    assert "CDS_AS_OF" in run(capfd, "simulate", FIXTURE, *DAY, "--service", "http://127.0.0.1:1")[2]


def test_trials_list_show_and_lint_for_people_and_machines(capfd: pytest.CaptureFixture[str]) -> None:
    assert len(run(capfd, "trials", "list")[1].splitlines()) == 5
    listed = json.loads(run(capfd, "trials", "list", "--json")[1])
    assert [t["id"] for t in listed] == sorted(t["id"] for t in listed)
    assert "E12a" in run(capfd, "trials", "show", "NCT06513429")[1]
    assert json.loads(run(capfd, "trials", "show", "NCT06513429", "--json")[1])["criteria"]
    code, out, _ = run(capfd, "trials", "lint")
    assert (code, "no fault" in out) == (0, True)
    assert json.loads(run(capfd, "trials", "lint", "--json")[1]) == []


def test_a_faulty_trial_file_is_reported_with_its_line_and_a_non_zero_exit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "NCT00000001.yaml").write_text("id: NCT00000001\nname: x\nnmae: y\n")
    monkeypatch.setattr("cds_service.trials.loader.data_dir", lambda _: tmp_path)
    code, out, err = run(capfd, "trials", "lint")
    assert code != 0
    assert "NCT00000001.yaml:3: 'nmae'" in out
    assert "fault" in err


def test_mappings_lint_and_lookup(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(capfd, "mappings", "lint")[0] == 0
    assert json.loads(run(capfd, "mappings", "lint", "--json")[1]) == []
    assert "creatinine" in run(capfd, "mappings", "lookup", "2160-0")[1]
    assert json.loads(run(capfd, "mappings", "lookup", "2160-0", "--json")[1])


def test_cards_for_people_lose_their_markdown_and_keep_their_text() -> None:
    assert plain("**IM19** · a \\* b &lt;c&gt; \\[x\\]") == "IM19 · a * b <c> [x]"


def test_every_setting_is_listed_by_the_help_of_serve(capfd: pytest.CaptureFixture[str]) -> None:
    from cds_service.settings import names

    out = run(capfd, "serve", "--help")[1]
    assert [name for name in names() if name not in out] == []


def test_a_port_that_is_taken_is_said_with_the_way_out(capfd: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = run(capfd, "serve", "--port", str(port))
    assert code != 0
    assert f"port {port} is taken" in err
    assert "make run PORT=" in err


def test_the_demo_tells_the_time_of_its_fixtures() -> None:
    from cds_service.cli.serve import _fixture_day, _greeted

    assert _greeted() is not None
    assert _fixture_day() == date(2026, 11, 1)


def test_the_name_of_a_fixture_never_reaches_outside_its_folder() -> None:
    assert fixture("../stories/amira-34") is None
    assert fixture("amira-34") is not None


def test_the_id_of_a_bundle_without_exactly_one_patient_is_refused_and_the_reason_named() -> None:
    from cds_service.cli.ehr import patient_id
    from cds_service.kernel.errors import InputError

    one = b'{"resource": {"resourceType": "Patient", "id": "a"}}'
    bad: list[tuple[bytes, str]] = [
        (b"", "it is empty"),
        (b"x", "it is no JSON object"),
        (b"[]", "it is no JSON object"),
        (b'{"resourceType": "Bundle", "entry": 7}', "it is no JSON object with entries"),
        (b'{"resourceType": "Patient", "id": "a"}', "its resourceType is another"),
        (b'{"entry": [' + one + b"]}", "its resourceType is another, or none"),
        (b'{"resourceType": "Bundle", "entry": []}', "holds no Patient"),
        (b'{"resourceType": "Bundle", "entry": [' + one + b", " + one + b"]}", "holds 2 Patients"),
        (b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}]}', "has no id"),
    ]
    for bundle, why in bad:
        with pytest.raises(InputError, match=why):
            patient_id(bundle)


def test_an_empty_file_is_called_empty(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nothing.json").write_bytes(b" \n")
    code, _, err = run(capfd, "evaluate", str(tmp_path / "nothing.json"), *DAY)
    assert (code, err) == (1, "cds-service: a FHIR Bundle is expected; this is empty\n")


def test_load_believes_the_authorities_of_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CDS_CA_FILE", str(tmp_path / "none.pem"))
    code, _, err = run(capfd, "load", "amira-34", "--fhir-server", "https://127.0.0.1:1/fhir")
    assert (code, err) == (1, "cds-service: CDS_CA_FILE: there is no file 'none.pem'\n")
