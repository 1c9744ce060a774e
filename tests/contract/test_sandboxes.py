"""docs/sandboxes.md, tried locally: what a browser on another origin asks before a call, and the call as it sends it.

How the CDS Hooks sandbox asks is taken from its published sources: it signs every request with ES256, asks FHIR servers
for the media type of DSTU2, and takes prefetch templates apart and writes them anew.
"""

import json
import time
import uuid
from pathlib import Path
from urllib.parse import parse_qsl, quote

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jose import jws

from .test_running_service import Running, running

__all__ = ["running"]

ORIGIN = "https://sandbox.cds-hooks.org"
PATIENT = "amira-34"
FHIR_ACCEPT = "application/json+fhir"
PAGE = Path(__file__).parents[2] / "docs" / "sandboxes.md"


def token(audience: str) -> str:
    """A token as the sandbox makes it: five minutes, ES256, its keys behind `jku`."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    now = int(time.time())
    claims = {"iss": ORIGIN, "sub": "client", "aud": audience, "exp": now + 300, "iat": now, "jti": str(uuid.uuid4())}
    headers = {"kid": "key-1", "jku": f"{ORIGIN}/.well-known/jwks.json", "typ": "JWT"}
    return str(jws.sign(claims, pem, headers=headers, algorithm="ES256"))


def preflight(url: str, method: str, headers: str) -> requests.Response:
    return requests.options(url, timeout=20, headers={
        "Origin": ORIGIN, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers,
    })  # fmt: skip


def may_be_read(answer: requests.Response) -> bool:
    return answer.headers.get("Access-Control-Allow-Origin") in ("*", ORIGIN)


def rewritten(template: str) -> str:
    """A prefetch template as the sandbox asks it: every value decoded and encoded anew, parameters sorted."""
    path, _, query = template.replace("{{context.patientId}}", PATIENT).partition("?")
    encoded = sorted(f"{k}={quote(v, safe='-_.!~*()' + chr(39))}" for k, v in parse_qsl(query))
    return f"{path}?{'&'.join(encoded)}" if query else path


def discovered(running: Running) -> dict[str, str]:
    url = f"{running.base}/cds-services"
    answer = requests.get(url, timeout=20, headers={"Origin": ORIGIN, "Authorization": f"Bearer {token(url)}"})
    assert may_be_read(answer)
    (service,) = [s for s in answer.json()["services"] if s["id"] == "sle-cart-trials"]
    templates: dict[str, str] = service["prefetch"]
    return templates


def prefetched(running: Running) -> dict[str, object]:
    """What the sandbox's browser reads beforehand; what fails is left out."""
    found = {}
    for key, template in discovered(running).items():
        headers = {"Accept": FHIR_ACCEPT, "Origin": ORIGIN}
        answer = requests.get(f"{running.base}/fhir/{rewritten(template)}", timeout=20, headers=headers)
        assert answer.status_code == 200, key
        assert may_be_read(answer), key
        found[key] = answer.json()
    return found


def called(running: Running, prefetch: dict[str, object]) -> dict[str, object]:
    url = f"{running.base}/cds-services/sle-cart-trials"
    body = {
        "hookInstance": str(uuid.uuid4()), "hook": "patient-view", "fhirServer": f"{running.base}/fhir",
        "context": {"patientId": PATIENT, "userId": "Practitioner/example"},
    }  # fmt: skip
    answer = requests.post(url, json=body | ({"prefetch": prefetch} if prefetch else {}), timeout=20, headers={
        "Origin": ORIGIN, "Accept": "application/json", "Authorization": f"Bearer {token(url)}",
    })  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert may_be_read(answer)
    answered: dict[str, object] = answer.json()
    return answered


@pytest.mark.parametrize(("path", "method", "headers"), [
    ("/cds-services", "GET", "authorization"),
    ("/cds-services/sle-cart-trials", "POST", "authorization,content-type"),
    ("/cds-services/sle-cart-trials/feedback", "POST", "authorization,content-type"),
])
def test_the_preflight_of_the_sandbox_is_answered_without_a_token(
    running: Running, path: str, method: str, headers: str
) -> None:
    answer = preflight(f"{running.base}{path}", method, headers)
    assert answer.status_code in (200, 204)
    assert may_be_read(answer)
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert all(name in allowed for name in headers.split(","))
    assert method in answer.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_the_demo_server_can_be_the_fhir_server_of_the_sandbox(running: Running) -> None:
    headers = {"Accept": FHIR_ACCEPT, "Origin": ORIGIN}
    answer = requests.get(f"{running.base}/fhir/metadata", timeout=20, headers=headers)
    assert may_be_read(answer)
    assert answer.json()["resourceType"] == "CapabilityStatement"
    assert answer.json()["fhirVersion"].startswith("4.0")
    patient = requests.get(f"{running.base}/fhir/Patient/{PATIENT}", timeout=20, headers={"Origin": ORIGIN})
    assert may_be_read(patient)


def test_the_sandbox_can_list_the_patients_of_the_demo_server_by_name(running: Running) -> None:
    answer = requests.get(f"{running.base}/fhir/Patient", timeout=20, headers={"Accept": FHIR_ACCEPT, "Origin": ORIGIN})
    assert may_be_read(answer)
    patients = [entry["resource"] for entry in answer.json()["entry"]]
    assert PATIENT in [p["id"] for p in patients]
    assert all(p["name"][0]["given"] and p["name"][0]["family"] for p in patients), "it reads the first name of each"


def test_the_call_of_the_sandbox_with_its_own_prefetch_and_token_gives_the_card(running: Running) -> None:
    prefetch = prefetched(running)
    assert set(prefetch) == set(discovered(running))
    (card,) = called(running, prefetch)["cards"]  # type: ignore[misc]
    assert card["summary"].startswith("May fit")
    assert "could not be read" not in card["detail"].lower()


def test_what_the_sandbox_could_not_prefetch_is_fetched_and_gives_the_same_card(running: Running) -> None:
    prefetch = prefetched(running)
    whole, part = called(running, prefetch), called(running, {k: prefetch[k] for k in ("patient", "conditions")})
    none = called(running, {})
    details = {json.dumps([c["detail"] for c in x["cards"]]) for x in (whole, part, none)}  # type: ignore[attr-defined]
    assert len(details) == 1


def test_the_templates_still_fit_an_address_after_the_sandbox_has_encoded_them_anew(running: Running) -> None:
    longest = max(len(rewritten(template)) for template in discovered(running).values())
    assert longest < 7300, "HAPI takes 7.3 kB and no 9.9 kB (hapi.md point 6)"


def test_the_page_names_this_file_and_nothing_that_is_not_there() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert "tests/contract/test_sandboxes.py" in page
    assert ORIGIN in page
