"""What Prometheus scrapes: how long requests take, and how the queue goes."""

import time
from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingestion import Books, IngestionStatus
from ingestion.errors import LedgerUnavailable

# Searches take tens of milliseconds, requests that wait for the index up to a minute.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

router = APIRouter(include_in_schema=False)


class Metrics:
    """The metrics of one application."""

    def __init__(self, books: Books) -> None:
        self.registry = CollectorRegistry()
        self.seconds = Histogram(
            "counterpart_request_duration_seconds",
            "Time from a request's arrival to the end of its answer.",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.registry.register(QueueCollector(books))


class QueueCollector(Collector):
    """Reads the queue from the ledger at every scrape, so that every process tells the same."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def describe(self) -> list[Metric]:
        """Nothing: the registry would otherwise collect once at the start to learn the names."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The queue's gauges; of a ledger that is away, only that it is."""
        up = GaugeMetricFamily("counterpart_ledger_up", "1 where the database answers.")
        try:
            found = self._books.status.read()
        except LedgerUnavailable:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield from _describe_queue(found)


class TimedRequests:
    """Times every request under its route, which must be matched further in: ids would make endless many series."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            labels = (scope["method"] if route != "none" else "any", route, str(status))
            self._metrics.seconds.labels(*labels).observe(time.perf_counter() - started)


@router.get("/metrics")
def read_metrics(request: Request) -> Response:
    """The metrics in Prometheus' text format."""
    metrics: Metrics = request.app.state.metrics
    return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _describe_queue(found: IngestionStatus) -> Iterator[Metric]:
    documents = GaugeMetricFamily("counterpart_documents", "Documents by kind and state.", labels=("kind", "state"))
    for kind, states in found.documents.items():
        for state, total in states.items():
            documents.add_metric([kind.value, state.value], total)
    yield documents
    pending = GaugeMetricFamily(
        "counterpart_queue_documents", "Changes that searches do not show yet.", labels=("kind", "priority")
    )
    oldest = GaugeMetricFamily(
        "counterpart_queue_oldest_seconds", "Age of the oldest of them, 0 where none waits.", labels=("priority",)
    )
    for queue in found.queues:
        oldest.add_metric([queue.priority], queue.oldest_seconds or 0.0)
        for kind, total in queue.pending.items():
            pending.add_metric([kind.value, queue.priority], total)
    yield pending
    yield oldest
    yield GaugeMetricFamily("counterpart_rejections", "Rows that could not be read.", value=found.rejections)
    yield GaugeMetricFamily("counterpart_workers", "Workers that are alive.", value=len(found.workers))
