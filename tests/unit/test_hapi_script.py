"""The script behind `make hapi`: it says in one line what is missing, and builds only what changed."""

import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "dev" / "hapi" / "hapi.py"


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script with a folder of its own and no tools."""
    spec = importlib.util.spec_from_file_location("hapi_script", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(module, "TARGET", tmp_path / "target")
    monkeypatch.setattr(module, "STATE", tmp_path / "target" / "hapi.json")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return module


@pytest.mark.parametrize("command", ["start", "build"])
def test_without_java_one_line_says_what_to_install_and_how_with_docker(
    script: Any, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main([command]) == 3
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "openjdk-17-jdk-headless maven" in err
    assert "docker run -p 8080:8080 hapiproject/hapi" in err


def test_a_java_that_is_too_old_is_none(script: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("java", "javac"):
        tool = tmp_path / name
        tool.write_text('#!/bin/sh\necho \'openjdk version "11.0.2" 2019-01-15\' >&2\n')
        tool.chmod(0o755)
    assert script.main(["build"]) == 3
    assert "JDK 17 or newer" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["restart"], ["start", "x"], ["start", "70000"], ["start", "-1"]])
def test_a_wrong_call_is_told_how(script: Any, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main(arguments) == 2
    assert "usage:" in capsys.readouterr().err


def test_stopping_what_does_not_run_is_no_error(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main(["stop"]) == 0
    assert capsys.readouterr().out == "HAPI does not run\n"


def test_another_process_that_was_given_the_number_later_is_not_ended(script: Any) -> None:
    script.TARGET.mkdir()
    script.STATE.write_text(f'{{"url": "http://127.0.0.1:1/fhir", "pid": {os.getpid()}}}')
    assert script.running() is None
    assert script.main(["stop"]) == 0


def test_only_what_changed_is_built_again(script: Any, tmp_path: Path) -> None:
    source = tmp_path / "pom.xml"
    source.write_text("<project/>")
    (script.TARGET / "lib").mkdir(parents=True)
    assert script._changed("lib", source)
    script._keep("lib", source)
    assert not script._changed("lib", source)
    source.write_text("<project><!-- other --></project>")
    assert script._changed("lib", source)


def test_a_port_that_is_taken_is_known_before_java_starts(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(script, "build", lambda: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(script.Failed, match=rf"port {port} is taken; choose another one"):
            script.launch(port)
