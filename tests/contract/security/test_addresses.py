"""FHR-8: a name is resolved once, its answer judged and connected to."""

import socket
import time
from typing import Any

import pytest

from cds_service.fhir.access import FhirAccess
from cds_service.fhir.addresses import callable_address, resolve
from cds_service.fhir.client import FhirClient, close
from cds_service.fhir.faults import FetchError

from ...unit.fhir_wire.conftest import Server


@pytest.mark.parametrize("address", [
    "169.254.169.254", "169.254.1.1", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254", "2002:a9fe:a9fe::",
    "fd00:ec2::254", "100.100.100.200", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255",
    "nonsense",
])  # fmt: skip
def test_fhr8_a_name_does_not_lead_to(address: str) -> None:
    assert not callable_address(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "10.1.2.3", "192.168.1.1", "127.0.0.1", "::1", "2606:2800::1", "fd12::1"]
)
def test_a_listed_name_may_lead_to(address: str) -> None:
    assert callable_address(address)


class Names:
    """A resolver that answers as told, and counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0
        real = socket.getaddrinfo

        def getaddrinfo(host: Any, port: Any, *args: Any, **more: Any) -> Any:
            if host != "ehr.example.org":
                return real(host, port, *args, **more)
            self.asked += 1
            found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def named(server: Server) -> tuple[str, FhirClient]:
    close()  # no connection of another test
    base = f"http://ehr.example.org:{server.http.server_port}/fhir"
    return base, FhirClient(FhirAccess(base, "s3cret-canary"), time.monotonic() + 5)


def test_fhr8_a_name_is_resolved_once_and_its_answer_connected_to(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])  # the second answer comes never into play
    base, client = named(server)
    assert b'"Patient"' in client.get(f"{base}/Patient/p1")
    assert names.asked == 1
    assert server.headers[0]["Host"] == base.split("/")[2]


@pytest.mark.parametrize("answer", [["169.254.169.254"], ["127.0.0.1", "169.254.169.254"], ["0.0.0.0"]])
def test_fhr8_a_name_that_leads_to_a_metadata_address_is_not_called(
    answer: list[str], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    Names(monkeypatch, answer)
    base, client = named(server)
    with pytest.raises(FetchError) as error:
        client.get(f"{base}/Patient/p1")
    assert error.value.reason == "forbidden"
    assert server.seen == []
    assert client.requests == 1


def test_the_second_address_of_a_name_is_tried_where_the_first_does_not_answer(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    Names(monkeypatch, ["127.0.0.2", "127.0.0.1"])
    base, client = named(server)
    assert client.get(f"{base}/Patient/p1")


def test_an_address_that_is_written_as_such_in_the_list_is_leave_for_it() -> None:
    assert resolve("169.254.1.1", 80) == ["169.254.1.1"]
    assert resolve("[::1]", 80) == ["::1"]


def test_a_name_that_nobody_knows_is_a_failed_connection(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    def unknown(*args: Any, **more: Any) -> Any:
        raise socket.gaierror

    base, client = named(server)
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(FetchError) as error:
        client.get(f"{base}/Patient/p1")
    assert error.value.reason == "connection"
