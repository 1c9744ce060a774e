"""`python -m cds_service.fhir.demo [--port N]`: the embedded FHIR server as a process of its own."""

import argparse
import contextlib
import logging
import signal
import socket
import sys
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from ...kernel.errors import CdsError
from .app import BASE, create_app


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections open, as the client's pool expects

    def log_request(self, code: "int | str" = "-", size: "int | str" = "-") -> None:
        """Log nothing: addresses hold patient ids."""


def main() -> int:
    """Serve until SIGTERM; print one line when ready."""
    parser = argparse.ArgumentParser(description="The embedded read-only FHIR R4 server on the fixtures.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: a free port")
    parser.add_argument("--folder", type=Path, default=None, help="a folder of Bundle files instead of the fixtures")
    options = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    try:
        app = create_app(options.folder)
        listening = socket.create_server((options.host, options.port))
        server = make_server(options.host, 0, app, threaded=True, request_handler=_Handler, fd=listening.fileno())
    except (CdsError, OSError, OverflowError) as error:
        sys.stderr.write(f"the embedded FHIR server cannot start: {error}\n")
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.stdout.write(f"ready http://{options.host}:{listening.getsockname()[1]}{BASE}\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt, SystemExit):
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
