"""The null service: what HTTP, Flask and JSON cost by themselves. It reads the body and answers a constant card."""

import json

from flask import Flask, Response, request

CARD = {"summary": "May fit a lupus CAR-T trial.", "indicator": "info", "source": {"label": "null"}}


def create_app() -> Flask:
    """Flask as it comes: `json.loads` of the body, one constant card."""
    app = Flask("null")

    @app.post("/cds-services/<service_id>")
    def call(service_id: str) -> Response:
        json.loads(request.get_data())
        return Response(json.dumps({"cards": [CARD]}), mimetype="application/json")

    @app.get("/ready")
    def ready() -> Response:
        return Response("{}", mimetype="application/json")

    return app
