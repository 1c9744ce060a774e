"""`CDS_AUTH=jwt` as it is started: several workers, one memory of used tokens, and what the start says."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from .signing import claims, clients_file, ehr, token

ROOT = str(Path(__file__).parents[3])
HOST = "https://sandbox.cds-hooks.org"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, **more: str) -> dict[str, str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith("CDS_")}
    sandbox = ehr(name="sandbox", issuer=HOST, jwks=..., jwks_url=f"{HOST}/.well-known/jwks.json")
    return plain | {
        "PYTHONPATH": ROOT, "CDS_AUTH": "jwt", "CDS_CLIENTS": str(clients_file(folder, ehr(), sandbox)),
        "CDS_HASH_KEY": "k" * 32, "CDS_HASH_KEY_ID": "k1", "CDS_DATABASE_URL": f"sqlite:///{folder}/store.db",
    } | more  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The base of a service with three workers, and its log."""
    folder, port = tmp_path_factory.mktemp("jwt"), _free_port()
    log = folder / "log"
    command = [sys.executable, "-m", "cds_service", "serve", "--port", str(port), "--workers", "3"]
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment(folder), stdout=out, stderr=subprocess.STDOUT)
    until = time.monotonic() + 40
    while "discovery at" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}", log
    process.terminate()
    process.wait(20)


def discover(base: str, made: str | None) -> int:
    head = {"Authorization": f"Bearer {made}"} if made else {}
    return requests.get(f"{base}/cds-services", headers=head, timeout=20).status_code


def test_the_audience_is_the_address_of_the_port_where_no_other_is_set(running: tuple[str, Path]) -> None:
    base, _ = running
    assert discover(base, None) == 401
    assert discover(base, token(claims(f"{base}/cds-services"))) == 200


def test_sec10_of_thirty_uses_of_one_token_side_by_side_one_opens_whatever_worker_it_meets(
    running: tuple[str, Path],
) -> None:
    base, _ = running
    for _ in range(3):
        made = token(claims(f"{base}/cds-services"))
        with ThreadPoolExecutor(10) as pool:
            found = list(pool.map(lambda _, made=made: discover(base, made), range(30)))
        assert sorted(found) == [200] + [401] * 29


def test_a_token_is_not_kept_but_as_a_hash(running: tuple[str, Path]) -> None:
    base, log = running
    made = token(claims(f"{base}/cds-services", jti="canary-jti"))
    assert discover(base, made) == 200
    kept = b"".join(file.read_bytes() for file in log.parent.glob("store.db*"))
    assert kept
    assert b"canary-jti" not in kept
    assert made.split(".")[2].encode() not in kept


def test_the_start_says_loudly_that_the_public_sandbox_authenticates_nobody(running: tuple[str, Path]) -> None:
    _, log = running
    said = log.read_text()
    assert "WARNING: the client 'sandbox' trusts the public CDS Hooks sandbox" in said
    assert "ITS TOKENS AUTHENTICATE NOBODY" in said


@pytest.mark.parametrize(("arguments", "more", "words"), [
    (["--host", "0.0.0.0"], {"CDS_AUTH": "open"}, "CDS_AUTH=open binds to loopback only"),
    (["--demo"], {}, "the demo bears no token"),
    ([], {"CDS_HASH_KEY": ""}, "CDS_AUTH=jwt needs CDS_HASH_KEY"),
])  # fmt: skip
def test_a_start_that_would_let_in_the_wrong_ones_ends_with_one_line(
    arguments: list[str], more: dict[str, str], words: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "cds_service", "serve", "--port", str(_free_port()), *arguments]
    ended = subprocess.run(command, cwd=tmp_path, env=environment(tmp_path, **more), capture_output=True, text=True,
                           timeout=60)  # fmt: skip
    assert ended.returncode != 0
    assert words in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
