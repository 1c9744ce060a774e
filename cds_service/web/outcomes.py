"""Every answer that is not 2xx: an OperationOutcome with one sentence, without a traceback and without patient data."""

import logging
import traceback
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from ..fhir.gather import MissingData
from ..kernel.errors import InputError
from ..store.errors import StoreUnavailable
from . import metering
from .metrics import metrics
from .told import FHIR, Told

log = logging.getLogger("cds_service.web")

_CODES = {400: "invalid", 404: "not-found", 405: "not-supported", 412: "required", 413: "too-long",
          415: "not-supported", 503: "transient"}  # fmt: skip
_SENTENCES = {
    404: "there is nothing at this address; GET /cds-services lists the services",
    405: "this address does not take that method",
    413: "the body is larger, or of more parts, than this service accepts (CDS_MAX_BODY_MB)",
}


def outcome(status: int, text: str) -> Response:
    """An OperationOutcome of one issue as HTTP answer."""
    return told(status, text).response()


def told(status: int, text: str, *headers: tuple[str, str]) -> Told:
    """An OperationOutcome of one issue."""
    severity, code = "fatal" if status >= 500 else "error", _CODES.get(status, "exception")
    issue = {"severity": severity, "code": code, "details": {"text": text}, "diagnostics": text}
    return of_issues(status, [issue], *headers)


def of_issues(status: int, issues: list[dict[str, Any]], *headers: tuple[str, str]) -> Told:
    """An OperationOutcome of several issues."""
    return Told(status, msgspec.json.encode({"resourceType": "OperationOutcome", "issue": issues}), FHIR, headers)


def of_error(error: Exception, route: str) -> Told:
    """What is answered where a call ends in an exception, which is logged and counted where the fault is ours.

    `route`: the address as a word of `metrics.ROUTES`.
    """
    if isinstance(error, MissingData):
        return told(412, str(error))
    if isinstance(error, InputError):
        return told(400, str(error))
    if isinstance(error, StoreUnavailable):
        log.error("feedback could not be kept: %s", error)
        return told(503, "the feedback could not be kept; nothing of it was, send it again", ("Retry-After", "5"))
    if isinstance(error, HTTPException):
        status = error.code or 500
        allow = dict(error.get_headers()).get("Allow")
        return told(status, _SENTENCES.get(status, error.name.lower()), *([("Allow", allow)] if allow else []))
    # Only where, never what: the text of an exception may quote the chart.
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    log.error("a call failed (%s): %s at %s", route, type(error).__name__, where)
    metrics().fault(route)
    return told(500, "the service failed; nothing is known of this patient's trials")


def register(app: Flask) -> None:
    """Answer every fault of `app` with an OperationOutcome."""

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        return of_error(error, metering.route()).response()
