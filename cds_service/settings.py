"""Settings: environment variables with the prefix `CDS_`, and a `.env` file (interface.md "Settings").

An unknown `CDS_…` name or a value that cannot be used stops the start with one line.
"""

import difflib
import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from .kernel.errors import CdsError

RECRUITMENT = (
    "recruiting", "not-yet-recruiting", "enrolling-by-invitation", "active-not-recruiting", "completed", "suspended",
    "terminated", "withdrawn", "unknown",
)  # fmt: skip
"""The registry's words for recruitment, in lower case with hyphens."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class SettingsError(CdsError):
    """The environment, `.env` or the clients' file holds something that cannot be used."""


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


List = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A comma list."""


class Client(BaseModel):
    """One trusted EHR of `CDS_CLIENTS`; the one named `default` also serves `CDS_AUTH=open`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "default"
    issuer: str | None = None
    jwks_url: str | None = None
    jwks: dict[str, Any] | None = None
    jwks_file: Path | None = None
    audience: str | None = None
    algorithms: tuple[Literal["ES256", "ES384", "ES512", "RS256", "RS384", "RS512"], ...] = ("ES384", "RS384")
    fhir_servers: tuple[str, ...] = ()
    locale: Literal["en", "zh-CN"] | None = None
    layout: Literal["one-card", "per-trial"] = "one-card"
    medication_include: bool = True
    near_misses: bool = False


class Settings(BaseSettings):
    """All settings with their defaults; `Settings.read()` gives them checked."""

    model_config = SettingsConfigDict(env_prefix="CDS_", env_file=".env", extra="ignore", frozen=True)

    auth: Literal["open", "jwt"] = Field(
        "open", description="`open` binds to loopback only; `jwt`: every call bears a token"
    )
    base_url: str | None = Field(None, description="the public address (default: http://127.0.0.1:PORT)")
    clients: Path | None = Field(None, description="YAML file of trusted EHRs")
    fhir_servers: List = Field((), description="comma list of FHIR bases that may be called in `open` mode")
    database_url: str = Field("sqlite:///cds_service.db", description="feedback, audit, seen tokens")
    as_of: date | None = Field(None, description="pins clinical time, YYYY-MM-DD (default: today)")
    deadline_seconds: float = Field(5, gt=0, le=120, description="for the whole answer, fetching included")
    max_body_mb: int = Field(32, gt=0, le=1024, description="larger bodies are refused unread")
    cors_origins: List | None = Field(None, description="browser clients (default: `*` in `open`, none in `jwt`)")
    show_statuses: List = Field(
        ("recruiting", "not-yet-recruiting", "enrolling-by-invitation", "unknown"),
        description="recruitment statuses that may appear on a card",
    )
    unreadable: Literal["say", "silent"] = Field("say", description="what is shown when the chart could not be read")
    profile: Literal["2.0", "3.0"] = Field("2.0", description="the output's version of CDS Hooks")
    hash_key: str | None = Field(None, repr=False, description="key of the hashes of patients and users in the store")
    hash_key_id: str | None = Field(None, description="name of that key")
    trusted_proxies: int = Field(0, ge=0, le=10, description="hops whose forwarded headers are believed")
    snooze_days: int = Field(90, ge=0, description="how long a dismissed card stays away while nothing changed")
    log_level: Literal["debug", "info", "warning", "error", "critical"] = Field(
        "info", description="how much is logged"
    )
    locale: Literal["en", "zh-CN"] = Field("en", description="language of the cards")

    @field_validator("show_statuses")
    @classmethod
    def _known_statuses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [v for v in value if v not in RECRUITMENT]
        if unknown:
            raise ValueError(f"'{unknown[0]}' is no recruitment status; known are {', '.join(RECRUITMENT)}")
        return value

    @field_validator("fhir_servers", "base_url")
    @classmethod
    def _addresses(cls, value: Any) -> Any:
        for address in (value,) if isinstance(value, str) else value or ():
            if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc:
                raise ValueError("an address must begin with http:// or https://")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @property
    def origins(self) -> tuple[str, ...]:
        """CORS origins with their default."""
        if self.cors_origins is not None:
            return self.cors_origins
        return ("*",) if self.auth == "open" else ()

    def today(self) -> date:
        """The clinical date: `CDS_AS_OF`, else today where the service stands."""
        return self.as_of or datetime.now().astimezone().date()

    def default_client(self) -> Client:
        """What is set per client, as it serves `open` mode. Raises SettingsError for a file that cannot be used."""
        return read_clients(self.clients).get("default", Client()) if self.clients else Client()

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """The settings of this process. Raises SettingsError with one line."""
        environment = os.environ if environment is None else environment
        _refuse_unknown(environment)
        try:
            settings = cls() if environment is os.environ else cls(**_values(environment))
        except ValidationError as error:
            raise SettingsError(_one_line(error)) from None
        if settings.auth == "jwt":
            raise SettingsError("CDS_AUTH=jwt is not offered by this version; use CDS_AUTH=open (loopback only)")
        if "zh-CN" in (settings.locale, settings.default_client().locale):
            raise SettingsError("the locale zh-CN is not offered by this version; use en")
        return settings


def read_clients(path: Path) -> dict[str, Client]:
    """`CDS_CLIENTS`: name → client. Raises SettingsError with one line."""
    from .trials.strict_yaml import parse  # late: only who has such a file pays for YAML

    try:
        problems: list[Any] = []
        document = parse(path.read_text(encoding="utf-8"), path.name, problems)
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"CDS_CLIENTS: the file {path.name} cannot be read") from None
    if problems:
        raise SettingsError(f"CDS_CLIENTS: {problems[0]}")
    entries = document.get("clients") if isinstance(document, dict) else None
    if not isinstance(entries, list) or set(document) != {"clients"}:
        raise SettingsError(f"CDS_CLIENTS: {path.name} must hold one list, 'clients'")
    clients: dict[str, Client] = {}
    for entry in entries:
        try:
            client = Client.model_validate(entry)
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(str(part) for part in fault["loc"])
            raise SettingsError(f"CDS_CLIENTS: {path.name}: {where}: {fault['msg']}") from None
        if client.name in clients:
            raise SettingsError(f"CDS_CLIENTS: {path.name}: the client '{client.name}' is written twice")
        clients[client.name] = client
    return clients


def names() -> dict[str, tuple[str, str]]:
    """Environment name → (default, meaning), for `serve --help` and the README."""
    return {f"CDS_{name.upper()}": (_shown(field.default), field.description or "")
            for name, field in Settings.model_fields.items()}  # fmt: skip


def _shown(default: Any) -> str:
    return ",".join(default) if isinstance(default, tuple) else "" if default is None else str(default)


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {f"CDS_{name.upper()}" for name in Settings.model_fields}
    given = [*environment, *(dotenv_values(".env") if Path(".env").is_file() else ())]
    for name in given:
        if name.upper().startswith("CDS_") and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), sorted(known), 1, 0.8)
            raise SettingsError(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ""))


def _values(environment: Mapping[str, str]) -> dict[str, Any]:
    return {n.upper().removeprefix("CDS_").lower(): v for n, v in environment.items()
            if n.upper().startswith("CDS_")}  # fmt: skip


def _one_line(error: ValidationError) -> str:
    fault = error.errors()[0]
    name = f"CDS_{str(fault['loc'][0]).upper()}" if fault["loc"] else "the settings"
    return f"{name}: {fault['msg'].removeprefix('Value error, ')}"
