"""`GET /`: one page for a person who opens the address in a browser; a machine gets the same in JSON.

Plain HTML: no script, no picture, nothing from elsewhere, so that it shows in a browser that may not reach anything.
"""

from html import escape
from importlib.metadata import version

import msgspec
from flask import Flask, Response, request

from ..settings import Settings
from ..trials import load_trials
from .models import About
from .services import services

TITLE = "CAR-T trials in systemic lupus"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.1rem;margin-top:2rem}
code{background:#f0f0f0;padding:.1em .3em;border-radius:3px;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .7rem .35rem 0;border-bottom:1px solid #ddd}
span{white-space:nowrap}.note{border-left:4px solid #8a6d00;padding-left:.8rem}a{color:#0b4f9e}"""


def register(app: Flask, settings: Settings, demo: bool) -> None:
    """Answer at `/`. `demo`: whether the FHIR server on invented patients runs beside the service."""
    page = _page(settings, demo).encode()
    about = msgspec.json.encode(About(TITLE, "/cds-services", "/openapi.json"))

    @app.get("/")
    def root() -> Response:
        wanted = request.accept_mimetypes
        html = wanted.best_match(["application/json", "text/html"]) == "text/html"  # who says nothing gets JSON
        answer = Response(page if html else about, mimetype="text/html" if html else "application/json")
        answer.vary.add("Accept")
        answer.headers["Content-Security-Policy"] = POLICY
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer


def _page(settings: Settings, demo: bool) -> str:
    hooks = "".join(
        f"<tr><td><code>POST /cds-services/{escape(name)}</code></td><td>{escape(module.HOOK)}</td>"
        f"<td>{escape(module.DESCRIPTION)}</td></tr>"
        for name, module in services().items()
    )
    trials = "".join(
        f'<tr><td><a href="{escape(t.url)}" rel="noreferrer">{escape(t.id)}</a></td><td>{escape(t.name)}, '
        f"{escape(t.product)}</td><td>{escape(t.status.replace('-', ' '))} "
        f"<span>({t.status_as_of.isoformat()})</span></td></tr>"
        for t in load_trials()
    )
    caller = (
        "Every call bears a token (CDS Hooks, “Trusting CDS Clients”)."
        if settings.auth == "jwt"
        else "Calls need no token; the service listens on this machine only."
    )
    beside = (
        '<h2>Demo</h2><p>A read-only FHIR R4 server with invented patients runs at <a href="/fhir/metadata"><code>/fhir'
        '</code></a>, for example <a href="/fhir/Patient"><code>/fhir/Patient</code></a>. Give an EHR sandbox this '
        "address as its CDS service, and <code>/fhir</code> as its FHIR server; or run "
        "<code>cds-service simulate gita-38</code>.</p>"
        if demo
        else ""
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{TITLE}</title><style>{_STYLE}</style></head><body>
<h1>{TITLE}: a CDS Hooks service</h1>
<p>When a clinician opens the chart of a patient with systemic lupus, this service says which CAR-T trials the patient
may fit, what is still to check, and what stands in the way until when.</p>
<p class="note">A research screening aid. It does not establish eligibility; the study team decides. Unknown stays
unknown: a missing value is never “no”.</p>
<h2>For an EHR</h2>
<p>Discovery is at <a href="/cds-services"><code>/cds-services</code></a>. {caller}</p>
<table><tr><th>address</th><th>hook</th><th>what it says</th></tr>{hooks}</table>
<h2>Trials</h2>
<table><tr><th>registry</th><th>product</th><th>recruitment (as read)</th></tr>{trials}</table>
{beside}<h2>For operations</h2>
<p><a href="/health"><code>/health</code></a>, <a href="/ready"><code>/ready</code></a> (versions and hashes),
<a href="/metrics"><code>/metrics</code></a>, <a href="/openapi.json"><code>/openapi.json</code></a>.
Version {escape(version("cds-service"))}.</p>
</body></html>
"""
