"""Settings: environment variables with the prefix `CDS_`, and a `.env` file (interface.md "Settings").

An unknown `CDS_…` name or a value that cannot be used stops the start with one line.
"""

import difflib
import os
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from .clients import Client as Client
from .clients import SettingsError as SettingsError
from .clients import read_clients as read_clients
from .kernel.dates import FIRST_CLOCK, LAST_CLOCK

RECRUITMENT = (
    "recruiting", "not-yet-recruiting", "enrolling-by-invitation", "active-not-recruiting", "completed", "suspended",
    "terminated", "withdrawn", "unknown",
)  # fmt: skip
"""The registry's words for recruitment, in lower case with hyphens."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


List = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A comma list."""


class Settings(BaseSettings):
    """All settings with their defaults; `Settings.read()` gives them checked."""

    model_config = SettingsConfigDict(env_prefix="CDS_", env_file=".env", extra="ignore", frozen=True)

    auth: Literal["open", "jwt"] = Field(
        "open", description="`open` binds to loopback only; `jwt`: every call bears a token"
    )
    base_url: str | None = Field(None, description="the public address (default: http://127.0.0.1:PORT)")
    clients: Path | None = Field(None, description="YAML file of trusted EHRs")
    fhir_servers: List = Field((), description="comma list of FHIR bases that may be called in `open` mode")
    database_url: str = Field("sqlite:///cds_service.db", repr=False, description="feedback, audit, seen tokens")
    as_of: date | None = Field(
        None, ge=FIRST_CLOCK, le=LAST_CLOCK, description="pins clinical time, YYYY-MM-DD (default: today)"
    )
    deadline_seconds: float = Field(5, gt=0, le=120, description="for the whole answer, fetching included")
    max_body_mb: int = Field(32, gt=0, le=1024, description="larger bodies are refused unread")
    ca_file: Path | None = Field(
        None, description="PEM file of certificate authorities believed besides the public ones (servers, keys)"
    )
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
    metrics_token: str | None = Field(
        None, repr=False, min_length=16,
        description="who bears it may read /metrics (default: everybody in `open`, nobody in `jwt`)",
    )  # fmt: skip
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
        return self.all_clients().get("default", Client())

    def all_clients(self) -> dict[str, Client]:
        """Name → client of `CDS_CLIENTS`. Raises SettingsError for a file that cannot be used."""
        return read_clients(self.clients) if self.clients else {}

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """The settings of this process. Raises SettingsError with one line."""
        environment = os.environ if environment is None else environment
        _refuse_unknown(environment)
        try:
            settings = cls() if environment is os.environ else cls(**_values(environment))
        except ValidationError as error:
            raise SettingsError(_one_line(error)) from None
        clients = settings.all_clients().values()
        if settings.auth == "jwt":
            settings.need_for_tokens(list(clients))
        if "zh-CN" in (settings.locale, *(client.locale for client in clients)):
            raise SettingsError("the locale zh-CN is not offered by this version; use en")
        return settings

    def need_for_tokens(self, clients: list[Client]) -> None:
        """Raise SettingsError where something is missing without which `CDS_AUTH=jwt` would let nobody in, or all."""
        if not any(client.calls for client in clients):
            raise SettingsError("CDS_AUTH=jwt needs CDS_CLIENTS: a file with at least one client that has an issuer")
        for name, value in (("CDS_HASH_KEY", self.hash_key), ("CDS_HASH_KEY_ID", self.hash_key_id)):
            if not value:
                raise SettingsError(f"CDS_AUTH=jwt needs {name}: patients and users are stored as keyed hashes only")
        for client in clients:
            if not client.calls and client.name != "default":
                raise SettingsError(f"CDS_AUTH=jwt: the client '{client.name}' has no issuer and no keys")


def names() -> dict[str, tuple[str, str]]:
    """Environment name → (default, meaning), for `serve --help` and the README."""
    return {f"CDS_{name.upper()}": (_shown(field.default), field.description or "")
            for name, field in Settings.model_fields.items()}  # fmt: skip


def _shown(default: Any) -> str:
    return ",".join(default) if isinstance(default, tuple) else "" if default is None else str(default)


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {f"CDS_{name.upper()}" for name in Settings.model_fields}
    try:
        given = [*environment, *(dotenv_values(".env") if Path(".env").is_file() else ())]
    except (OSError, UnicodeDecodeError):
        raise SettingsError("the file .env cannot be read, or is not UTF-8") from None
    for name in given:
        if name.upper().startswith("CDS_") and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), sorted(known), 1, 0.8)
            raise SettingsError(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ""))


def _values(environment: Mapping[str, str]) -> dict[str, Any]:
    return {n.upper().removeprefix("CDS_").lower(): v for n, v in environment.items()
            if n.upper().startswith("CDS_")}  # fmt: skip


def _one_line(error: ValidationError) -> str:
    """All faults in one line, without the values: one may be a key."""
    said = []
    for fault in error.errors():
        name = f"CDS_{str(fault['loc'][0]).upper()}" if fault["loc"] else "the settings"
        said.append(f"{name}: {_plainly(fault['msg'].removeprefix('Value error, '))}")
    return "; ".join(dict.fromkeys(said))


def _plainly(message: str) -> str:
    """pydantic's words as those of a person who sets an environment variable."""
    for pattern, words in _PLAINLY:
        message = pattern.sub(words, message)
    return message


_PLAINLY = (
    (re.compile(r"Input should be a valid date\b.*"), "must be a date that exists, YYYY-MM-DD"),
    (re.compile(r"Input should be a valid integer\b.*"), "must be a whole number"),
    (re.compile(r"Input should be a valid number\b.*"), "must be a number"),
    (re.compile(r"^Input should be\b"), "must be"),
)
