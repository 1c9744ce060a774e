"""Counting every answer of the application, in one place and last of all."""

from functools import cache

from flask import Flask, Response, g, request

from .metrics import ROUTES, HookCall, Metrics

_BELOW = {"/cds-services": "discovery", "/cds-services/<service_id>": "hook",
          "/cds-services/<service_id>/feedback": "feedback", "/": "page"}  # fmt: skip


def register(app: Flask, metrics: Metrics) -> None:
    """Count the answers of `app`. Registered first, so that it sees what the others made of an answer."""

    @app.after_request
    def count(answer: Response) -> Response:
        metrics.answered(route(), answer.status_code, g.get("hook_call"))
        return answer


def begin(service: str) -> HookCall:
    """Note that a hook call has begun; what becomes of it is counted when it is answered."""
    g.hook_call = call = HookCall(service)
    return call


def route() -> str:
    """The address of the current request as a word of `ROUTES`."""
    rule = request.url_rule
    return "other" if rule is None else _route(rule.rule)


@cache
def _route(rule: str) -> str:
    name = _BELOW.get(rule) or rule.split("/")[1]
    return name if name in ROUTES else "other"
