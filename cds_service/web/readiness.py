"""`GET /ready`: whether calls can be answered, and by which trials and code tables, to the hash of every file.

The hashes are taken when the application is made, of the files that it loads: a file that is changed later shows up
after the next start only, as its content does.
"""

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from flask import Flask, Response

from ..kernel.paths import data_dir
from ..settings import Settings
from ..store.errors import StoreUnavailable
from ..store.fingerprint import rules_of, rules_together
from ..terminology import load
from ..trials import load_trials
from . import outcomes
from .models import Mappings, Ready, TrialFile

if TYPE_CHECKING:
    from ..store import Store


def register(app: Flask, settings: Settings, store: "Store | None") -> None:
    """Answer at `/ready`. With `CDS_AUTH=jwt` a store that fails makes it 503: nobody would be let in."""
    loaded = state(settings)

    @app.get("/ready")
    def ready() -> Response:
        kept = _reached(store)
        if kept == "failed" and settings.auth == "jwt":
            return outcomes.outcome(503, "the store cannot be reached: no token can be noted, so nobody is let in")
        body = msgspec.structs.replace(loaded, store=kept)
        return Response(msgspec.json.encode(body), mimetype="application/json")


def state(settings: Settings) -> Ready:
    """What is loaded."""
    folder, trials = data_dir("trials"), load_trials()
    files = [
        TrialFile(t.id, f"{t.id}.yaml", _hash(folder / f"{t.id}.yaml"), rules_of(t), t.status, t.status_as_of,  # type: ignore[arg-type]
                  len(t.criteria))
        for t in trials
    ]  # fmt: skip
    return Ready(
        status="ready",
        version=version("cds-service"),
        profile=settings.profile,
        rules=rules_together(tuple(f.rules for f in files)),
        trials=files,
        shared={p.name: _hash(p) for p in sorted(folder.glob("*.yaml")) if p.stem not in {t.id for t in trials}},
        mappings=Mappings(load().version, {p.name: _hash(p) for p in sorted(data_dir("mappings").glob("*.csv"))}),
        store="none",
    )


def _reached(store: "Store | None") -> str:
    if store is None:
        return "none"
    try:
        store.database.hurried(lambda connection: connection.execute("SELECT 1").fetchone())
    except StoreUnavailable:
        return "failed"
    return "ok"


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
