"""Processes that live as long as this one: they end with it, and its forks leave them alone."""

import atexit
import os
import subprocess


def start(command: list[str], *, read: bool = False) -> "subprocess.Popen[str]":
    """Start a process that ends with this one; `read`: its output is read here and not printed."""
    process = subprocess.Popen(  # noqa: S603 - our own command lines only
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if read else None,
        text=True,
        start_new_session=True,  # Ctrl-C is for this process, which then ends the others in order
    )
    # gunicorn's workers are forks: to them the process is over, so that they neither wait for it nor end it.
    os.register_at_fork(after_in_child=lambda: setattr(process, "returncode", 0))
    atexit.register(_stop, process)
    return process


def _stop(process: "subprocess.Popen[str]") -> None:
    if process.stdout is not None:
        process.stdout.close()
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
