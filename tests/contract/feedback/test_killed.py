"""Nothing that was acknowledged is lost: the running service, killed without warning (issue 4, item 4)."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from cds_service.store.database import Database, address
from cds_service.store.tables import audit, feedback

from ...unit.store.databases import KINDS, empty_database
from ...unit.web.making import ADDRESS, call

ROOT = Path(__file__).parents[3]


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as found:
        yield found


def _start(url: str, folder: Path) -> tuple["subprocess.Popen[bytes]", str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CDS_")}
    environment |= {"CDS_DATABASE_URL": url, "CDS_AS_OF": "2026-11-01", "PYTHONPATH": str(ROOT)}
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cds_service", "serve", "--port", str(port)],
            env=environment, cwd=folder, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 60
    while True:
        try:
            if requests.get(f"{base}/ready", timeout=5).status_code == 200:
                return process, base
        except requests.ConnectionError:
            pass
        assert process.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < until
        time.sleep(0.1)


def _report(base: str, acknowledged: list[str], cards: list[str], stop: threading.Event) -> None:
    session = requests.Session()
    while not stop.is_set():
        card = str(uuid.uuid4())
        entry = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-01T09:30:00Z"}
        try:
            answer = session.post(f"{base}{ADDRESS}/feedback", json={"feedback": [entry]}, timeout=10)
            if answer.status_code == 200:
                acknowledged.append(card)
            answer = session.post(base + ADDRESS, json=CALL, timeout=10)
            if answer.status_code == 200:
                cards.extend(found["uuid"] for found in answer.json()["cards"])
        except requests.RequestException:
            return


CALL = call()


def test_a_service_killed_with_9_has_lost_no_feedback_that_it_acknowledged_and_no_card_that_it_showed(
    url: str, tmp_path: Path
) -> None:
    acknowledged: list[str] = []
    cards: list[str] = []
    for _ in range(2):  # the second start works on what the first kill has left
        process, base = _start(url, tmp_path)
        stop = threading.Event()
        threads = [threading.Thread(target=_report, args=(base, acknowledged, cards, stop)) for _ in range(6)]
        for thread in threads:
            thread.start()
        time.sleep(1.5)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        stop.set()
        for thread in threads:
            thread.join(20)
    assert len(acknowledged) > 20
    assert len(cards) > 20
    database = Database(address(url))
    with database.reading() as connection:
        kept = set(connection.execute(select(feedback.c.card)).scalars())
        shown = set(connection.execute(select(audit.c.card)).scalars())
    database.close()
    assert set(acknowledged) - kept == set()
    assert set(cards) - shown == set()


@pytest.mark.parametrize("command", [["simulate", "amira-34"], ["evaluate", "amira-34"]])
def test_simulate_and_evaluate_make_no_store(command: list[str], tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CDS_")} | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "cds_service", *command, "--as-of", "2026-11-01"],
        cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []
