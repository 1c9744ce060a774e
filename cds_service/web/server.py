"""The production form: gunicorn with threads, one line where the port is taken."""

import contextlib
import ctypes
import errno
import gc
import socket
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from ..kernel.errors import CdsError
from .metrics import metrics
from .worker import Worker

THREADS = 4
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # of mallopt(3), glibc's malloc.h
_MAPPED_FROM = 4 << 20
"""Bytes. A body or page of this size or more gets pages of its own, which go back to the system with it."""
_KEPT_FREE = 16 << 20
"""Bytes at the end of the heap that a worker keeps for its next call."""
STOPPING = 10
"""Seconds beyond the deadline of a call that a stop waits for it."""


class PortTaken(CdsError):
    """Somebody listens there already."""


def check_port(host: str, port: int) -> None:
    """Raise one clear line where the address cannot be had. gunicorn would try five times and then say less."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                other = port + 1 if port < 65535 else 8001
                raise PortTaken(
                    f"port {port} is taken; choose another: make run PORT={other}, or cds-service serve --port {other}"
                ) from None
            raise CdsError(f"cannot listen on {host}:{port} ({error.strerror or 'no such address'})") from None


def serve(app: Flask, host: str, port: int, workers: int, *, deadline: float, log_level: str,
          ready: Callable[[], None]) -> None:  # fmt: skip
    """Serve until stopped. `ready` is called once, when the socket is open."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options: dict[str, Any] = {
        "bind": [address],
        "workers": workers,
        "worker_class": Worker,
        "threads": THREADS,
        "preload_app": True,
        "timeout": int(max(30, deadline * 3)),
        # A call that runs when the service is told to stop is answered: it ends by its deadline.
        "graceful_timeout": int(deadline) + STOPPING,
        # gunicorn believes SCRIPT_NAME and X-Forwarded-Proto from this machine; ours are believed as the settings say.
        "forwarded_allow_ips": "",
        "accesslog": None,  # an access log holds patient ids in its paths
        # Below "error" gunicorn writes paths and what a bad request said; ours are the words that are logged.
        "loglevel": "critical" if log_level == "critical" else "error",
        "when_ready": lambda _server: ready(),
        "pre_fork": _give_row,
        "post_fork": lambda _server, worker: metrics().counts.use(worker.row),
        "child_exit": lambda _server, worker: metrics().counts.give_back(worker.row),
        "control_socket_disable": True,
    }
    settle_memory()
    _Server(app, options).run()


def _give_row(_server: Any, worker: Any) -> None:
    """A row of the shared counts for the worker that is about to be forked."""
    worker.row = metrics().counts.take()


def settle_memory() -> None:
    """Take what was loaded out of the garbage collector's sight: it stays for good, and workers share its pages.

    A call makes some thousand short-lived objects and no cycle among them (a test holds that): looking for cycles
    after each 700 of them cost a tenth of the call.
    """
    _settle_heap()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _settle_heap() -> None:
    """Tell glibc how the service uses memory. Where the C library is another, nothing happens.

    One heap for all threads: pages read side by side left what they freed in a heap of each thread (the peak of a
    fetch of 500 Observations fell from 2.6 to 1.4 times the bytes received, `make bench`); under Python one thread
    allocates at a time anyway. And what a call frees is kept for the next one: a body of 1.6 MB was given back to the
    system and asked for again, page by page, five times a call, which cost a sixth of it.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, _MAPPED_FROM)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_FREE)


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our options and no command line of its own."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.application = app
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.application
