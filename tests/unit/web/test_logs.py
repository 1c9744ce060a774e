"""Logs: ours, and nobody else's."""

import logging
from collections.abc import Iterator

import pytest

from cds_service.web import logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("cds_service")
    before = (list(root.handlers), list(ours.handlers), ours.level, ours.propagate)
    ours.handlers = []
    yield
    root.handlers, ours.handlers, ours.propagate = before[0], before[1], before[3]
    ours.setLevel(before[2])


def test_our_faults_are_logged_and_what_libraries_say_is_not(capfd: pytest.CaptureFixture[str]) -> None:
    logging.getLogger().handlers = []
    logs.configure("info")
    logging.getLogger("cds_service.web").error("a hook call failed: KeyError at reader.py:7")
    logging.getLogger("urllib3.connectionpool").warning("Retrying: /fhir/Patient/p1")
    said = capfd.readouterr().err
    assert "KeyError at reader.py:7" in said
    assert "Patient/p1" not in said


def test_the_level_of_the_settings_holds(capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure("error")
    logging.getLogger("cds_service.web").info("quiet")
    assert "quiet" not in capfd.readouterr().err


def test_configuring_twice_says_everything_once(capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    logs.configure("info")
    logging.getLogger("cds_service.web").error("once")
    assert capfd.readouterr().err.count("once") == 1
