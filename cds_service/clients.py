"""`CDS_CLIENTS`: the EHRs that are trusted, read strictly (interface.md "Settings").

Every fault stops the start with one line that names the file and the line. A file of keys is looked for beside the
file of clients. What is a key at all is decided in `web/signatures.py`; here what can be seen without it.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, field_validator, model_validator

from .kernel.errors import CdsError, Problem
from .override_reasons import BY_CODE

Algorithm = Literal["ES256", "ES384", "ES512", "RS256", "RS384", "RS512"]
SANDBOX = "sandbox.cds-hooks.org"
"""Host of the public CDS Hooks sandbox, whose private key is public (shared/cds_hooks/checklist.md 3.4, point 6)."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class SettingsError(CdsError):
    """The environment, `.env` or the clients' file holds something that cannot be used."""


class Client(BaseModel):
    """One trusted EHR; the one named `default` also serves `CDS_AUTH=open`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "default"
    issuer: str | None = None
    """`iss` of its tokens, letter by letter."""
    jwks_url: str | None = None
    jwks: dict[str, Any] | None = Field(None, repr=False)
    jwks_file: Path | None = None
    audience: str | None = None
    """A literal `aud` that is accepted as well as the address that is called."""
    algorithms: tuple[Algorithm, ...] = ("ES384", "RS384")
    fhir_servers: tuple[str, ...] = ()
    locale: Literal["en", "zh-CN"] | None = None
    layout: Literal["one-card", "per-trial"] = "one-card"
    medication_include: StrictBool = True
    near_misses: StrictBool = False
    snooze_days: int | None = Field(None, ge=0, le=3650)
    """In place of `CDS_SNOOZE_DAYS`; 0: a dismissed card comes back at once."""
    snooze_reasons: dict[str, Annotated[int, Field(ge=0, le=3650)]] = Field(default_factory=dict)
    """Code of an override reason → days that a card stays away which was dismissed for it."""

    @property
    def calls(self) -> bool:
        """Whether it can say who it is: it has an issuer and keys."""
        return self.issuer is not None

    @property
    def authenticates_nobody(self) -> bool:
        """Whether anybody can sign in its name: it is the public sandbox."""
        return any(urlsplit(address or "").hostname == SANDBOX for address in (self.issuer, self.jwks_url))

    @field_validator("name")
    @classmethod
    def _plain_name(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise ValueError("a name is made of at most 64 letters, digits, '.', '_' and '-'")
        return value

    @field_validator("issuer", "audience")
    @classmethod
    def _literal(cls, value: str | None) -> str | None:
        if value is not None and (not value.strip() or value != value.strip() or not value.isprintable()):
            raise ValueError("a text without blanks around it is expected")
        return value

    @field_validator("algorithms")
    @classmethod
    def _some(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("at least one algorithm is needed")
        return value

    @field_validator("jwks_url")
    @classmethod
    def _key_address(cls, value: str | None) -> str | None:
        if value is not None:
            parts = _parts(value)
            if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
                raise ValueError("an address of keys must begin with https:// (http:// only on this very machine)")
        return value

    @field_validator("fhir_servers")
    @classmethod
    def _bases(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            if _parts(address).query:
                raise ValueError("a FHIR base is an address without '?'")
        return value

    @field_validator("snooze_reasons")
    @classmethod
    def _known_reasons(cls, value: dict[str, int]) -> dict[str, int]:
        for code in value:
            if code not in BY_CODE:
                raise ValueError(f"'{code}' is no override reason of the cards; they are {', '.join(BY_CODE)}")
        return value

    @field_validator("jwks")
    @classmethod
    def _inline(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        return None if value is None else checked_set(value)

    @model_validator(mode="after")
    def _whole(self) -> "Client":
        sources = [n for n in ("jwks_url", "jwks", "jwks_file") if getattr(self, n) is not None]
        if len(sources) > 1:
            raise ValueError(f"{' and '.join(sources)} are given; one source of keys is expected")
        if self.issuer is not None and not sources:
            raise ValueError("an issuer without keys: give jwks_url, jwks or jwks_file")
        if self.issuer is None and sources:
            raise ValueError(f"{sources[0]} without an issuer")
        return self


def read_clients(path: Path) -> dict[str, Client]:
    """Name → client. Raises SettingsError with one line: file, line, what is wrong."""
    from .trials.strict_yaml import Mapping, parse  # late: only who has such a file pays for YAML

    problems: list[Problem] = []
    document = parse(_text(path), path.name, problems)
    if problems:
        raise SettingsError(f"CDS_CLIENTS: {problems[0]}")
    entries = document.get("clients") if isinstance(document, Mapping) else None
    if not isinstance(entries, list) or not isinstance(document, Mapping) or set(document) != {"clients"}:
        raise SettingsError(f"CDS_CLIENTS: {path.name}:1: the file must hold one list, 'clients'")
    clients: dict[str, Client] = {}
    issuers: dict[str, str] = {}
    for entry in entries:
        if not isinstance(entry, Mapping):
            raise SettingsError(f"CDS_CLIENTS: {path.name}:{document.lines['clients']}: a client is a list of settings")
        try:
            client = Client.model_validate(dict(entry))
        except ValidationError as error:
            raise _at(path, entry, error) from None
        if client.jwks_file is not None:
            client = client.model_copy(update={"jwks_file": path.parent / client.jwks_file})
            read_key_file(client, f"{path.name}:{entry.lines['jwks_file']}")
        if client.name in clients:
            line = entry.lines.get("name", entry.line)
            raise SettingsError(f"CDS_CLIENTS: {path.name}:{line}: the client '{client.name}' is written twice")
        if client.issuer is not None and client.issuer in issuers:
            raise SettingsError(
                f"CDS_CLIENTS: {path.name}:{entry.lines['issuer']}: the issuer of '{client.name}' is that of "
                f"'{issuers[client.issuer]}'; a token would not say which of the two calls"
            )
        clients[client.name] = client
        if client.issuer is not None:
            issuers[client.issuer] = client.name
    return clients


def warnings_of(clients: Iterable[Client]) -> tuple[str, ...]:
    """What is allowed and must not be overlooked: one sentence each, said at the start in `jwt` mode."""
    said = []
    for client in clients:
        if client.authenticates_nobody:
            said.append(
                f"the client '{client.name}' trusts the public CDS Hooks sandbox, whose private key everybody has: "
                "ITS TOKENS AUTHENTICATE NOBODY; never with patients' data"
            )
        if any(base.lower().startswith("http:") for base in client.fhir_servers):
            said.append(f"a FHIR server of the client '{client.name}' is called over http: tokens travel in the clear")
    return tuple(said)


def read_key_file(client: Client, where: str) -> dict[str, Any]:
    """The key set of a client's `jwks_file`. Raises SettingsError; `where` stands in its line."""
    assert client.jwks_file is not None
    try:
        return checked_set(json.loads(client.jwks_file.read_bytes()))
    except (OSError, RecursionError):
        problem = "the file cannot be read"
    except (json.JSONDecodeError, UnicodeDecodeError):
        problem = "the file is not JSON"
    except ValueError as error:
        problem = str(error)
    raise SettingsError(f"CDS_CLIENTS: {where}: jwks_file: {problem}")


def checked_set(value: Any) -> dict[str, Any]:
    """A key set that somebody wrote down. Raises ValueError: no list of keys, a private or a shared key among them."""
    keys = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        raise ValueError("a key set is {keys: […]} with at least one key")
    if any("d" in key for key in keys):
        raise ValueError("the set holds a private key; give the public half, and replace that key")
    if any(key.get("kty") == "oct" or "k" in key for key in keys):
        raise ValueError("the set holds a shared secret; only public keys are used")
    return dict(value)


def _parts(address: str) -> Any:
    try:
        parts = urlsplit(address)
        port_is_a_number = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError("this is no address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_a_number:
        raise ValueError("an address must begin with http:// or https://")
    if "@" in parts.netloc or parts.fragment or not address.isprintable() or " " in address or "\\" in address:
        raise ValueError("an address must hold no user, no '#' and no blank")
    return parts


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(f"CDS_CLIENTS: there is no file '{path.name}'") from None
    except UnicodeDecodeError:
        raise SettingsError(f"CDS_CLIENTS: the file {path.name} is not UTF-8") from None
    except OSError:
        raise SettingsError(f"CDS_CLIENTS: the file {path.name} cannot be read") from None


def _at(path: Path, entry: Any, error: ValidationError) -> SettingsError:
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"])
    line = entry.lines.get(str(fault["loc"][0]), entry.line) if fault["loc"] else entry.line
    words = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        words = "there is no such setting"
    return SettingsError(f"CDS_CLIENTS: {path.name}:{line}: {where + ': ' if where else ''}{words}")
