"""Headers of every answer: no guessing of types, no copies in caches, and https from now on where https is spoken."""

from flask import Flask, Response

YEAR = 31_536_000
"""Seconds."""


def of_every_answer(base_url: str | None) -> tuple[tuple[str, str], ...]:
    """Name and value. `base_url`: the public address; HSTS is said where that is https (GEN-2)."""
    secure = (base_url or "").lower().startswith("https://")
    hsts = [("Strict-Transport-Security", f"max-age={YEAR}")] if secure else []
    return (("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"), *hsts)


def register(app: Flask, base_url: str | None) -> None:
    """Add them to the answers of `app`; one that says of itself how long it may be kept is left so."""
    always = of_every_answer(base_url)

    @app.after_request
    def add(answer: Response) -> Response:
        headers = answer.headers
        for name, value in always:
            headers.setdefault(name, value)
        if not answer.calculate_content_length() and not answer.is_streamed and "Content-Type" in headers:
            del headers["Content-Type"]  # Flask calls an empty answer HTML
        return answer
