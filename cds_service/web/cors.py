"""CORS for browser clients: the origins of the settings, never with credentials, on error answers too."""

from flask import Flask, Response, request


def register(app: Flask, origins: tuple[str, ...]) -> None:
    """Let the listed origins (`*`: all) read the answers of `app`."""
    if not origins:
        return
    everyone = "*" in origins

    @app.before_request
    def preflight() -> Response | None:
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return Response(status=204)
        return None

    @app.after_request
    def allow(answer: Response) -> Response:
        origin = request.headers.get("Origin")
        if not everyone:
            answer.headers["Vary"] = "Origin"
        if origin and (everyone or origin in origins):
            answer.headers["Access-Control-Allow-Origin"] = "*" if everyone else origin
            if request.method == "OPTIONS":
                answer.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
                answer.headers["Access-Control-Allow-Headers"] = "authorization, content-type"
                answer.headers["Access-Control-Max-Age"] = "600"
        return answer
