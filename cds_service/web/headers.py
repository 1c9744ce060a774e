"""Headers of every answer: no guessing of types, no copies in caches, and https from now on where https is spoken."""

from flask import Flask, Response

YEAR = 31_536_000
"""Seconds."""


def register(app: Flask, base_url: str | None) -> None:
    """Add them to the answers of `app`. `base_url`: the public address; HSTS is said where that is https (GEN-2)."""
    secure = (base_url or "").lower().startswith("https://")

    @app.after_request
    def add(answer: Response) -> Response:
        headers = answer.headers
        headers["X-Content-Type-Options"] = "nosniff"
        headers.setdefault("Cache-Control", "no-store")
        if secure:
            headers["Strict-Transport-Security"] = f"max-age={YEAR}"
        if not answer.calculate_content_length() and not answer.is_streamed and "Content-Type" in headers:
            del headers["Content-Type"]  # Flask calls an empty answer HTML
        return answer
