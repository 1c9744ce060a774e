"""`GET /metrics`: the counts as Prometheus reads them. Written by prometheus_client out of our shared counts.

With `CDS_METRICS_TOKEN` the page is given to who bears it; in `jwt` mode without one to nobody: its figures are not
about one patient, but who reads them every second sees that a patient was looked at (docs/decisions/0022).
"""

import hmac
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from ..settings import Settings
from ..terminology import load
from . import outcomes
from .metrics import BUCKETS, Metrics

if TYPE_CHECKING:
    from prometheus_client import Metric


def register(app: Flask, settings: Settings, metrics: Metrics) -> None:
    """Give the page out at `/metrics`."""
    token = settings.metrics_token

    @app.get("/metrics")
    def page() -> Response:
        if token is None and settings.auth == "jwt":
            return outcomes.outcome(404, "there are no metrics here; CDS_METRICS_TOKEN is not set")
        if token is not None and not _bears(request.headers.get("Authorization", ""), token):
            answer = outcomes.outcome(401, "this page needs its token")
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        body, kind = written(metrics, request.headers.get("Accept", ""))
        return Response(body, content_type=kind)


def written(metrics: Metrics, accept: str = "") -> tuple[bytes, str]:
    """The page and its media type: OpenMetrics where that is accepted, else Prometheus text."""
    from prometheus_client.exposition import choose_encoder  # late: only who is scraped loads it

    encode, kind = choose_encoder(accept)
    return encode(_Collector(metrics)), kind


class _Collector:
    """What prometheus_client asks for metrics."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, InfoMetricFamily

        info = InfoMetricFamily("cds_service", "What runs here")
        info.add_metric([], {"version": version("cds-service"), "mappings": load().version})
        yield info
        for family, numbers in self._metrics.series():
            made: Any = (HistogramMetricFamily if family.histogram else CounterMetricFamily)(
                family.name, family.help, labels=family.labels
            )
            for labels, counted in numbers.items():
                if family.histogram:
                    made.add_metric(labels, *_cumulated(counted))
                else:
                    made.add_metric(labels, counted[0])
            yield made


def _cumulated(counted: list[int]) -> tuple[list[tuple[str, float]], float]:
    """(upper bound, how many took at most that long), and the sum in seconds."""
    so_far, buckets = 0, []
    for bound, count in zip((*map(str, BUCKETS), "+Inf"), counted, strict=False):
        so_far += count
        buckets.append((bound, float(so_far)))
    return buckets, counted[-1] / 1_000_000


def _bears(header: str, token: str) -> bool:
    scheme, _, given = header.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())
