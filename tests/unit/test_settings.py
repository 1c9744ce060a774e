"""Settings: names, values, defaults, and the one line that stops a start."""

from datetime import date
from pathlib import Path

import pytest

from cds_service.settings import Client, Settings, SettingsError, names, read_clients


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_defaults_are_those_of_the_interface() -> None:
    s = Settings.read({})
    assert (s.auth, s.deadline_seconds, s.max_body_mb, s.unreadable, s.profile, s.snooze_days, s.locale) == (
        "open", 5, 32, "say", "2.0", 90, "en"
    )  # fmt: skip
    assert s.show_statuses == ("recruiting", "not-yet-recruiting", "enrolling-by-invitation", "unknown")
    assert s.origins == ("*",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CDS_NOTHING", "1"),
        ("CDS_AUTH", "closed"),
        ("CDS_AS_OF", "yesterday"),
        ("CDS_DEADLINE_SECONDS", "0"),
        ("CDS_DEADLINE_SECONDS", "soon"),
        ("CDS_MAX_BODY_MB", "-1"),
        ("CDS_SHOW_STATUSES", "recruiting,closed"),
        ("CDS_UNREADABLE", "shout"),
        ("CDS_PROFILE", "1.0"),
        ("CDS_FHIR_SERVERS", "ehr.example.org"),
        ("CDS_BASE_URL", "localhost"),
        ("CDS_TRUSTED_PROXIES", "many"),
        ("CDS_LOG_LEVEL", "loud"),
        ("CDS_LOCALE", "tlh"),
        ("CDS_LOCALE", "zh-CN"),
        ("CDS_AUTH", "jwt"),
        ("CDS_CLIENTS", "no-such-file.yaml"),
    ],
)
def test_an_unknown_name_or_value_stops_the_start_with_one_line_that_names_it(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as stopped:
        Settings.read({name: value})
    assert "\n" not in str(stopped.value)
    assert name in str(stopped.value) or "locale" in str(stopped.value)


def test_a_misspelt_name_is_answered_with_the_right_one() -> None:
    with pytest.raises(SettingsError, match="did you mean CDS_DEADLINE_SECONDS"):
        Settings.read({"CDS_DEADLNE_SECONDS": "3"})


def test_a_misspelt_name_in_the_env_file_stops_the_start_too() -> None:
    Path(".env").write_text("CDS_DEADLNE_SECONDS=3\n")
    with pytest.raises(SettingsError, match="CDS_DEADLNE_SECONDS"):
        Settings.read({})


def test_the_env_file_is_read_and_other_names_in_it_are_left_alone() -> None:
    Path(".env").write_text("CDS_AS_OF=2026-11-01\nOTHER=1\n")
    assert Settings.read({}).as_of == date(2026, 11, 1)


def test_comma_lists_are_split_and_trimmed() -> None:
    s = Settings.read({"CDS_FHIR_SERVERS": "https://a.example/fhir, http://127.0.0.1:8080/fhir,"})
    assert s.fhir_servers == ("https://a.example/fhir", "http://127.0.0.1:8080/fhir")


def test_the_clinical_date_is_the_one_that_is_set_else_a_day_of_the_calendar() -> None:
    assert Settings.read({"CDS_AS_OF": "2026-11-01"}).today() == date(2026, 11, 1)
    assert Settings.read({}).today() >= date(2026, 11, 24)


def test_a_secret_is_not_shown() -> None:
    assert "hunter2" not in repr(Settings.read({"CDS_HASH_KEY": "hunter2"}))


def test_the_client_named_default_serves_open_mode(tmp_path: Path) -> None:
    file = tmp_path / "clients.yaml"
    file.write_text("clients:\n  - {name: default, layout: per-trial, near_misses: true}\n  - {name: other}\n")
    client = Settings.read({"CDS_CLIENTS": str(file)}).default_client()
    assert (client.layout, client.near_misses, client.medication_include) == ("per-trial", True, True)
    file.write_text("clients:\n  - {name: other, layout: per-trial}\n")
    assert Settings.read({"CDS_CLIENTS": str(file)}).default_client() == Client()


@pytest.mark.parametrize(
    "text",
    [
        "clients: {}",
        "- a",
        "other: []",
        "clients: [{layuot: x}]",
        "clients: [{layout: x}]",
        "a: [",
        "clients: [{}, {}]",
    ],
)
def test_a_clients_file_that_is_not_understood_stops_the_start_with_one_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "clients.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError) as stopped:
        read_clients(file)
    assert "\n" not in str(stopped.value)


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, (_, meaning) in names().items() if not meaning] == []


def test_an_env_file_that_is_not_utf_8_is_refused_in_one_line(tmp_path, monkeypatch):
    (tmp_path / ".env").write_bytes(b"CDS_LOCALE=\xe9\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"the file \.env cannot be read, or is not UTF-8"):
        Settings.read({})


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"CDS_AUTH": "maybe"}, "CDS_AUTH: must be 'open' or 'jwt'"),
        ({"CDS_DEADLINE_SECONDS": "abc"}, "CDS_DEADLINE_SECONDS: must be a number"),
        ({"CDS_MAX_BODY_MB": "1.5"}, "CDS_MAX_BODY_MB: must be a whole number"),
        ({"CDS_MAX_BODY_MB": "0"}, "CDS_MAX_BODY_MB: must be greater than 0"),
        ({"CDS_AS_OF": "2026-02-30"}, "CDS_AS_OF: must be a date that exists, YYYY-MM-DD"),
        ({"CDS_PROFILE": "9", "CDS_SNOOZE_DAYS": "x"},
         "CDS_PROFILE: must be '2.0' or '3.0'; CDS_SNOOZE_DAYS: must be a whole number"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named_with_what_it_must_be(given: dict[str, str], line: str) -> None:
    with pytest.raises(SettingsError) as stopped:
        Settings.read(given)
    assert str(stopped.value) == line


def test_a_key_that_is_too_short_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as stopped:
        Settings.read({"CDS_METRICS_TOKEN": "hush"})
    assert "CDS_METRICS_TOKEN" in str(stopped.value)
    assert "hush" not in str(stopped.value)


def test_a_clients_file_that_is_missing_or_not_utf_8_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"CDS_CLIENTS: there is no file 'clients\.yaml'"):
        read_clients(tmp_path / "clients.yaml")
    (tmp_path / "clients.yaml").write_bytes(b"clients:\n  caf\xe9: {}\n")
    with pytest.raises(SettingsError, match=r"CDS_CLIENTS: the file clients\.yaml is not UTF-8"):
        read_clients(tmp_path / "clients.yaml")
