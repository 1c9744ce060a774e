"""`CDS_CA_FILE`: a FHIR server whose certificate a hospital's own authority has signed."""

import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cds_service.fhir import trust
from cds_service.fhir.access import access_for
from cds_service.fhir.client import FhirClient, close
from cds_service.fhir.faults import FetchError
from cds_service.kernel.errors import CdsError
from cds_service.settings import Settings
from cds_service.web.app import create_app


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signed(name: str, key: Any, by: str, with_: Any, *, authority: bool) -> bytes:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(name)).issuer_name(_name(by)).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(with_.public_key()), critical=False)
    )  # fmt: skip
    if not authority:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        made = made.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return made.sign(with_, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"resourceType": "Patient", "id": "p1"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """The port of a server, and the file of the authority that signed its certificate."""
    folder = tmp_path_factory.mktemp("authority")
    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority, chain = folder / "authority.pem", folder / "server.pem"
    authority.write_bytes(_signed("hospital", root, "hospital", root, authority=True))
    private = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(private + _signed("fhir", own, "hospital", root, authority=False))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, authority
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    close()
    yield
    trust.besides(None)
    close()


def read(port: int, host: str = "127.0.0.1") -> bytes:
    base = f"https://{host}:{port}/fhir"
    access = access_for(base, None, (base,))
    assert access is not None
    return FhirClient(access, time.monotonic() + 10).get(f"{base}/Patient/p1")


def test_without_the_setting_a_certificate_of_a_hospitals_own_is_refused(hospital: tuple[int, Path]) -> None:
    with pytest.raises(FetchError) as refused:
        read(hospital[0])
    assert refused.value.reason == "connection"


def test_requests_own_environment_does_not_open_what_the_setting_does(
    hospital: tuple[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(hospital[1]))
    with pytest.raises(FetchError):
        read(hospital[0])


def test_with_the_setting_it_is_believed(hospital: tuple[int, Path]) -> None:
    create_app(Settings(ca_file=hospital[1]))
    assert b"p1" in read(hospital[0])


def test_the_name_in_the_certificate_still_counts(hospital: tuple[int, Path]) -> None:
    trust.besides(hospital[1])
    with pytest.raises(FetchError):
        read(hospital[0], "localhost")


def test_the_public_authorities_are_believed_beside_it(hospital: tuple[int, Path]) -> None:
    trust.besides(hospital[1])
    read(hospital[0])
    assert trust._context is not None
    assert len(trust._context.get_ca_certs()) > 50


@pytest.mark.parametrize("content", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_without_certificates_stops_the_start_with_one_line(tmp_path: Path, content: str) -> None:
    file = tmp_path / "authorities.pem"
    file.write_text(content)
    with pytest.raises(CdsError, match="CDS_CA_FILE: the file must hold") as stopped:
        create_app(Settings(ca_file=file))
    assert "\n" not in str(stopped.value)
    assert str(tmp_path) not in str(stopped.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CdsError, match=r"^CDS_CA_FILE: there is no file 'authorities\.pem'$"):
        create_app(Settings(ca_file=tmp_path / "authorities.pem"))
