"""CORS for browser clients: the origins of the settings, never with credentials, on every path and on errors too."""

from flask import Flask, Response, request

METHODS = "GET, POST, OPTIONS"
HEADERS = "authorization, content-type"
LASTS = "600"
"""Seconds for which a browser may remember a preflight."""


def of_every_answer(origins: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Name and value of what a caller without an origin gets: caches must know that with one it is different."""
    return (("Vary", "Origin"),) if origins else ()


def register(app: Flask, origins: tuple[str, ...]) -> None:
    """Let the listed origins (`*`: all) read the answers of `app`."""
    if not origins:
        return
    everyone = "*" in origins

    @app.before_request
    def preflight() -> Response | None:
        # Before anybody asks for a token: a browser sends none with a preflight (COR-1).
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return Response(status=204)
        return None

    @app.after_request
    def allow(answer: Response) -> Response:
        # Without the header an answer looks different: caches must know.
        if "Vary" in answer.headers:
            answer.vary.add("Origin")
        else:
            answer.headers["Vary"] = "Origin"
        origin = request.headers.get("Origin")
        if origin and (everyone or origin in origins):
            answer.headers["Access-Control-Allow-Origin"] = "*" if everyone else origin
            if request.method == "OPTIONS":
                answer.headers["Access-Control-Allow-Methods"] = METHODS
                answer.headers["Access-Control-Allow-Headers"] = HEADERS
                answer.headers["Access-Control-Max-Age"] = LASTS
        return answer
