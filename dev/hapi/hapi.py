"""Builds, starts and stops the HAPI FHIR R4 server of this folder. Needs a JDK 17 or newer and Maven; no package.

    python dev/hapi/hapi.py start [PORT] | stop | build

Built once into `target/` and again only where pom.xml or the sources change. What runs stands in `target/hapi.json`.
"""
# ruff: noqa: S603, S607 - it starts tools of the machine, by their names, and asks a server that it started

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
TARGET = HERE / "target"
STATE = TARGET / "hapi.json"
SOURCES = HERE / "src" / "main"
CLASS = "dev.hapi.HapiServer"
START_SECONDS = 300
STOP_SECONDS = 20
JAVA = 17
FLAGS = ("-Xmx640m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""A small heap and a quick compiler: it starts sooner, and 10,000 resources fit."""
NEEDED = (
    f"HAPI needs a JDK {JAVA} or newer and Maven (Debian: apt install openjdk-{JAVA}-jdk-headless maven); "
    "or use docker: docker run -p 8080:8080 hapiproject/hapi (its base is then http://localhost:8080/fhir)"
)


_children: dict[int, "subprocess.Popen[bytes]"] = {}
"""What this process started."""


class CannotBeHad(Exception):
    """Java, Maven or the libraries are not here and are not to be had: no fault of ours."""


class Failed(Exception):
    """The build or the start failed."""


class Running(NamedTuple):
    """A server that answers."""

    url: str
    pid: int


def say(line: str) -> None:
    """Progress, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


# --- build ----------------------------------------------------------------------------------------------------------


def build() -> None:
    """Fetch the libraries and compile, each only where something changed. Raises CannotBeHad, Failed."""
    _check_java()
    TARGET.mkdir(exist_ok=True)
    if _changed("lib", HERE / "pom.xml"):
        _libraries()
        _keep("lib", HERE / "pom.xml")
    sources = sorted(p for p in SOURCES.rglob("*") if p.is_file())
    if _changed("classes", HERE / "pom.xml", *sources):
        _compile([p for p in sources if p.suffix == ".java"])
        _keep("classes", HERE / "pom.xml", *sources)


def _libraries() -> None:
    if shutil.which("mvn") is None:
        raise CannotBeHad(NEEDED)
    say("fetching HAPI's libraries with Maven (about 300 MB the first time; a minute or more) ...")
    fresh = TARGET / "lib.new"
    shutil.rmtree(fresh, ignore_errors=True)
    done = subprocess.run(
        ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={fresh}"],
        cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode or not any(fresh.glob("hapi-fhir-jpaserver-base-*.jar")):
        said = [line for line in done.stdout.splitlines() if "ERROR" in line]
        raise CannotBeHad(f"Maven could not fetch HAPI's libraries: {said[0][:300] if said else 'it said nothing'}")
    shutil.rmtree(TARGET / "lib", ignore_errors=True)
    fresh.rename(TARGET / "lib")


def _compile(sources: list[Path]) -> None:
    say("compiling ...")
    classes = TARGET / "classes"
    shutil.rmtree(classes, ignore_errors=True)
    done = subprocess.run(
        [_tool("javac"), "--release", str(JAVA), "-cp", f"{TARGET / 'lib'}/*", "-d", str(classes), *map(str, sources)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Failed(f"javac failed:\n{done.stdout}")
    shutil.copytree(SOURCES / "resources", classes, dirs_exist_ok=True)


def _fingerprint(files: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(HERE)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _changed(what: str, *files: Path) -> bool:
    stamp = TARGET / f"{what}.built"
    return not (stamp.is_file() and (TARGET / what).is_dir() and stamp.read_text() == _fingerprint(files))


def _keep(what: str, *files: Path) -> None:
    (TARGET / f"{what}.built").write_text(_fingerprint(files))


def _tool(name: str) -> str:
    home = os.environ.get("JAVA_HOME")
    found = shutil.which(name, path=str(Path(home) / "bin")) if home else None
    found = found or shutil.which(name)
    if found is None:
        raise CannotBeHad(NEEDED)
    return found


def _check_java() -> None:
    _tool("javac")
    try:
        said = subprocess.run([_tool("java"), "-version"], capture_output=True, text=True, check=False).stderr
    except OSError:
        raise CannotBeHad(NEEDED) from None
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version.group(1)) < JAVA:
        raise CannotBeHad(NEEDED)


# --- run ------------------------------------------------------------------------------------------------------------


def launch(
    port: int = 0, settings: Mapping[str, object] | None = None, log: Path | None = None, quiet: bool = False
) -> Running:
    """Start a server of its own and wait until it answers. Raises CannotBeHad, Failed.

    `settings`: the system properties that HapiServer.java names, e.g. {"hapi.searchThreshold": 100}.
    """
    build()
    if port and not _free(port):
        raise Failed(f"port {port} is taken; choose another one: make hapi HAPI_PORT=...")
    log = log or TARGET / "hapi.log"
    properties = [f"-D{name}={value}" for name, value in {"hapi.port": port, **(settings or {})}.items()]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [_tool("java"), *FLAGS, *properties, "-cp", f"{TARGET / 'classes'}:{TARGET / 'lib'}/*", CLASS],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    _children[process.pid] = process
    started = time.monotonic()
    try:
        while (waited := time.monotonic() - started) < START_SECONDS:
            ready = re.search(rb"^ready (\S+)", log.read_bytes(), re.MULTILINE)
            if ready and answers(ready.group(1).decode()):
                return Running(ready.group(1).decode(), process.pid)
            if process.poll() is not None:
                raise Failed(f"HAPI ended while it started:\n{_tail(log)}")
            if not quiet and int(waited) % 5 == 4:
                say(f"starting HAPI ... {waited:.0f} s")
            time.sleep(1 if not quiet else 0.25)
        raise Failed(f"HAPI did not answer within {START_SECONDS} s:\n{_tail(log)}")
    except BaseException:
        end(process.pid)
        raise


def answers(url: str) -> bool:
    """Whether a FHIR server answers there."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/metadata?_summary=true", timeout=30) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def end(pid: int) -> None:
    """End a server: kindly, then by force."""
    for kind, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 5)):
        try:
            os.kill(pid, kind)
        except ProcessLookupError:
            return
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not ours(pid):
                if pid in _children:
                    _children.pop(pid).wait()  # else it stays as a zombie
                return
            time.sleep(0.1)


def ours(pid: int) -> bool:
    """Whether this process is a HAPI of ours that still runs, and not one that was given its number later."""
    with contextlib.suppress(OSError):
        if Path("/proc/self/cmdline").exists():
            return CLASS.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        said = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return CLASS in said.stdout
    return False


def running() -> Running | None:
    """What `start` started and still runs."""
    try:
        kept = json.loads(STATE.read_text())
        found = Running(kept["url"], int(kept["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if ours(found.pid) else None


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


# --- commands -------------------------------------------------------------------------------------------------------


def start(port: int) -> None:
    """Start it in the background, or say that it runs."""
    found = running()
    if found:
        say(f"HAPI runs already: {found.url} (pid {found.pid}); make hapi-stop ends it")
        return
    found = launch(port)
    STATE.write_text(json.dumps(found._asdict()))
    say(f"HAPI answers at {found.url} (pid {found.pid}; its data is in memory only)")
    say(f"next: cds-service load all --fhir-server {found.url}")
    say(f"      cds-service simulate amira-34 --fhir-server {found.url}")
    say("      make hapi-stop ends it")


def stop() -> None:
    """End what `start` started."""
    found = running()
    STATE.unlink(missing_ok=True)
    if found is None:
        say("HAPI does not run")
        return
    end(found.pid)
    say("HAPI is stopped")


def main(arguments: list[str]) -> int:
    """0: done; 3: Java, Maven or the libraries are not to be had; 1: a failure."""
    command, *more = arguments or [""]
    try:
        port = int(more[0]) if more else 0
    except ValueError:
        port = -1
    if command not in ("start", "stop", "build") or not 0 <= port < 65536:
        sys.stderr.write("usage: hapi.py start [PORT] | stop | build\n")
        return 2
    try:
        {"start": lambda: start(port), "stop": stop, "build": build}[command]()
    except CannotBeHad as error:
        sys.stderr.write(f"{error}\n")
        return 3
    except Failed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
