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
    severity, code = "fatal" if status >= 500 else "error", _CODES.get(status, "exception")
    return of_issues(status, [{"severity": severity, "code": code, "details": {"text": text}, "diagnostics": text}])


def of_issues(status: int, issues: list[dict[str, Any]]) -> Response:
    """An OperationOutcome of several issues as HTTP answer."""
    body = {"resourceType": "OperationOutcome", "issue": issues}
    return Response(msgspec.json.encode(body), status, mimetype="application/fhir+json")


def register(app: Flask) -> None:
    """Answer every fault of `app` with an OperationOutcome."""

    @app.errorhandler(MissingData)
    def missing(error: MissingData) -> Response:
        return outcome(412, str(error))

    @app.errorhandler(StoreUnavailable)
    def store(error: StoreUnavailable) -> Response:
        log.error("feedback could not be kept: %s", error)
        answer = outcome(503, "the feedback could not be kept; nothing of it was, send it again")
        answer.headers["Retry-After"] = "5"
        return answer

    @app.errorhandler(InputError)
    def unusable(error: InputError) -> Response:
        return outcome(400, str(error))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        answer = outcome(status, _SENTENCES.get(status, error.name.lower()))
        allow = dict(error.get_headers()).get("Allow")
        if allow:
            answer.headers["Allow"] = allow
        return answer

    @app.errorhandler(Exception)
    def fault(error: Exception) -> Response:
        # Only where, never what: the text of an exception may quote the chart.
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        log.error("a call failed (%s): %s at %s", metering.route(), type(error).__name__, where)
        metrics().fault(metering.route())
        return outcome(500, "the service failed; nothing is known of this patient's trials")
