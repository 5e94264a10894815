"""What is counted while serving, in Prometheus' text format, by its own client."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
TOGETHER = (1, 2, 4, 8, 16, 32, 64)  # pictures
TEXT = CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """The counts of one server; `waiting` says how many pictures are in its queue."""

    def __init__(self, digest: str, version: str, waiting: Callable[[], int]) -> None:
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            "convscope_requests", "Answers to /predict, by HTTP status", ["code"], registry=registry
        )
        self._pictures = Counter("convscope_pictures", "Pictures that were answered", registry=registry)
        self._seconds = Histogram(
            "convscope_request_seconds",
            "Seconds from a request's last byte to its answer",
            buckets=SECONDS,
            registry=registry,
        )
        self._batch = Histogram(
            "convscope_batch_pictures", "Pictures that were computed together", buckets=TOGETHER, registry=registry
        )
        queue = Gauge("convscope_queue_pictures", "Pictures in the queue, until they are answered", registry=registry)
        queue.set_function(waiting)
        Info("convscope_model", "The model that answers", registry=registry).info(
            {"digest": digest, "version": version}
        )
        ProcessCollector(registry=registry)

    def batch(self, pictures: int) -> None:
        """Count a batch."""
        self._batch.observe(pictures)

    def answered(self, code: int, pictures: int, seconds: float) -> None:
        """Count an answer to /predict."""
        self._requests.labels(code).inc()
        self._pictures.inc(pictures)
        self._seconds.observe(seconds)

    def refused(self, code: int) -> None:
        """Count an answer to a request that was not read: without the token, too large, too slow, of another method."""
        self._requests.labels(code).inc()

    def text(self) -> bytes:
        """Return all of it."""
        return generate_latest(self.registry)
