"""`CDS_CLIENTS`: what cannot be meant stops the start with one line that names file and line."""

import json
from pathlib import Path

import pytest
import yaml

from cds_service.clients import Client, SettingsError, read_clients, warnings_of
from cds_service.settings import Settings

from .signing import b64, clients_file, ec_key, ehr, jwk, rsa_key, service

INLINE = json.dumps({"keys": [jwk(ec_key())]})
PRIVATE = json.dumps({"keys": [jwk(ec_key(), d=b64(b"secret-half"))]})
SHARED = json.dumps({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "a"}]})


def stopped(folder: Path, *lines: str) -> str:
    """The line that stops the start for a file that holds this client, its `name` in line 2."""
    file = folder / "clients.yaml"
    file.write_text("\n".join(["clients:", "  - name: ehr", *("    " + line for line in lines)]) + "\n")
    with pytest.raises(SettingsError) as error:
        read_clients(file)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(("line", "words"), [
    ("isuer: https://e.example", "isuer: there is no such setting"),
    ("issuer: ''", "issuer: a text without blanks around it is expected"),
    ("issuer: ' https://e.example'", "issuer: a text without blanks around it is expected"),
    ("issuer: [https://e.example]", "issuer: "),
    ("audience: ''", "audience: a text"),
    ("jwks_url: ftp://e.example/k", "jwks_url: an address must begin with http:// or https://"),
    ("jwks_url: http://e.example/k", "jwks_url: an address of keys must begin with https://"),
    ("jwks_url: https://u:p@e.example/k", "jwks_url: an address must hold no user"),
    ("jwks_url: 'https://e.example/k#a'", "jwks_url: an address must hold no user, no '#'"),
    ("jwks_url: 'https://[e.example/k'", "jwks_url: this is no address"),
    ("jwks_url: 'https://e.example:port/k'", "jwks_url: this is no address"),
    ("jwks: {}", "jwks: a key set is {keys"),
    ("jwks: {keys: []}", "jwks: a key set is {keys"),
    ("jwks: {keys: [a]}", "jwks: a key set is {keys"),
    (f"jwks: {PRIVATE}", "jwks: the set holds a private key"),
    (f"jwks: {SHARED}", "jwks: the set holds a shared secret"),
    ("algorithms: []", "algorithms: at least one"),
    ("algorithms: [HS256]", "algorithms.0: Input should be 'ES256'"),
    ("algorithms: [none]", "algorithms.0: Input should be 'ES256'"),
    ("fhir_servers: [e.example/fhir]", "fhir_servers: an address must begin with http:// or https://"),
    ("fhir_servers: ['https://e.example/fhir?a=b']", "fhir_servers: a FHIR base is an address without '?'"),
    ("fhir_servers: https://e.example/fhir", "fhir_servers: "),
    ("near_misses: yes", "near_misses: "),
    ("layout: two-cards", "layout: "),
    ("locale: tlh", "locale: "),
])  # fmt: skip
def test_a_line_that_cannot_be_meant_is_named(line: str, words: str, tmp_path: Path) -> None:
    said = stopped(tmp_path, line)
    assert said.startswith("CDS_CLIENTS: clients.yaml:3: ")
    assert words in said
    assert "secret" not in said.replace("shared secret", "")


@pytest.mark.parametrize(("lines", "words"), [
    (["issuer: https://e.example"], "clients.yaml:2: an issuer without keys"),
    ([f"jwks: {INLINE}"], "clients.yaml:2: jwks without an issuer"),
    (["issuer: a", "jwks_url: https://e.example/k", f"jwks: {INLINE}"], "one source of keys is expected"),
    (["issuer: a", "jwks_file: none.json"], "clients.yaml:4: jwks_file: the file cannot be read"),
    (["issuer: a", "issuer: b"], "clients.yaml:4: 'issuer' is written twice"),
    (["issuer: a", f"jwks: {INLINE}", "", "  - name: ehr"], "clients.yaml:6: the client 'ehr' is written twice"),
])  # fmt: skip
def test_lines_that_do_not_go_together_are_named(lines: list[str], words: str, tmp_path: Path) -> None:
    lines = [line.removeprefix("  ") if line.startswith("  -") else line for line in lines]
    file = "clients:\n  - name: ehr\n" + "".join(("  " if x.startswith("-") else "    ") + x + "\n" for x in lines)
    (tmp_path / "clients.yaml").write_text(file)
    with pytest.raises(SettingsError) as error:
        read_clients(tmp_path / "clients.yaml")
    assert words in str(error.value)


def test_two_clients_of_one_issuer_stop_the_start_for_a_token_would_not_say_which_calls(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the issuer of 'other' is that of 'ehr'"):
        read_clients(clients_file(tmp_path, ehr(), ehr(name="other")))


@pytest.mark.parametrize("name", ["", "a b", "ä", "a\nb", "-a", "x" * 65])
def test_a_client_has_a_plain_name_for_it_stands_in_logs(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"clients\.yaml:1: name: a name is made of"):
        read_clients(clients_file(tmp_path, ehr(name=name)))


@pytest.mark.parametrize(("text", "words"), [
    ("{", "the file is not JSON"), ("[1]", "a key set is"), ('{"keys": []}', "a key set is"),
    (PRIVATE, "holds a private key"),
])  # fmt: skip
def test_a_file_of_keys_that_cannot_be_used_is_named(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(text)
    with pytest.raises(SettingsError, match=f"jwks_file: .*{words}"):
        read_clients(clients_file(tmp_path, ehr(jwks=..., jwks_file="keys.json")))


def test_keys_that_fit_no_algorithm_of_the_client_stop_the_start(tmp_path: Path) -> None:
    for keys, algorithms in (([jwk(rsa_key(1024))], ["RS384"]), ([jwk(ec_key("P-256"))], ["ES384", "RS384"])):
        with pytest.raises(SettingsError, match="no key of 'ehr' can be used for"):
            service(tmp_path, ehr(jwks={"keys": keys}, algorithms=algorithms))


def test_the_file_of_the_interface_is_read(tmp_path: Path) -> None:
    file = Path(__file__).parents[3].parent / "shared" / "interface.md"
    if not file.is_file():
        pytest.skip("the project stands alone: shared/interface.md is not beside it")
    example = file.read_text(encoding="utf-8").split("```yaml\n")[-1].split("```")[0]
    assert set(yaml.safe_load(example)["clients"][0]) <= set(Client.model_fields)
    (tmp_path / "clients.yaml").write_text(example)
    client = read_clients(tmp_path / "clients.yaml")["example-ehr"]
    assert client.algorithms == ("ES384", "RS384")
    assert client.fhir_servers == ("https://ehr.example.org/fhir/r4",)


@pytest.mark.parametrize(("without", "words"), [
    ("CDS_CLIENTS", "CDS_AUTH=jwt needs CDS_CLIENTS"),
    ("CDS_HASH_KEY", "CDS_AUTH=jwt needs CDS_HASH_KEY:"),
    ("CDS_HASH_KEY_ID", "CDS_AUTH=jwt needs CDS_HASH_KEY_ID"),
])
def test_jwt_does_not_start_without(without: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"CDS_AUTH": "jwt", "CDS_CLIENTS": str(clients_file(tmp_path)), "CDS_HASH_KEY": "k" * 32,
             "CDS_HASH_KEY_ID": "k1"}  # fmt: skip
    assert Settings.read(given).auth == "jwt"
    with pytest.raises(SettingsError, match=words):
        Settings.read({name: value for name, value in given.items() if name != without})


def test_jwt_does_not_start_with_a_client_that_cannot_say_who_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"CDS_AUTH": "jwt", "CDS_HASH_KEY": "k" * 32, "CDS_HASH_KEY_ID": "k1"}
    nameless = ehr(name="other", issuer=..., jwks=...)
    with pytest.raises(SettingsError, match="the client 'other' has no issuer"):
        Settings.read(given | {"CDS_CLIENTS": str(clients_file(tmp_path, ehr(), nameless))})
    alone = clients_file(tmp_path, nameless | {"name": "default"})
    with pytest.raises(SettingsError, match="needs CDS_CLIENTS: a file with at least one client that has an issuer"):
        Settings.read(given | {"CDS_CLIENTS": str(alone)})


def test_the_public_sandbox_is_a_client_like_others_and_the_start_says_that_it_authenticates_nobody(
    tmp_path: Path,
) -> None:
    host = "https://sandbox.cds-hooks.org"
    sandbox = ehr(name="sandbox", issuer=host, jwks=..., jwks_url=f"{host}/.well-known/jwks.json")
    clients = read_clients(clients_file(tmp_path, ehr(), sandbox)).values()
    (warning,) = warnings_of(clients)
    assert "'sandbox'" in warning
    assert "AUTHENTICATE NOBODY" in warning


def test_the_start_says_where_tokens_travel_in_the_clear(tmp_path: Path) -> None:
    client = ehr(fhir_servers=["http://10.0.0.1/fhir", "https://e.example/fhir"])
    (warning,) = warnings_of(read_clients(clients_file(tmp_path, client)).values())
    assert "over http" in warning


def test_keys_are_not_shown_in_a_repr() -> None:
    assert "key/1" not in repr(Client.model_validate(ehr()))
