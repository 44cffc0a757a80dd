"""What is noted down about pipes: metrics, metered requests, hops of the flight recorder.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator

from orderlab.clock import Clock
from orderlab.cloud.contracts import Hop, Telemetry
from orderlab.cloud.pipes.pipe import Pipe

NAMESPACE = "AWS/EventBridge/Pipes"
# what AWS bills as one request
CHUNK_BYTES = 65_536


class Recording:
    """The books of all pipes."""

    def __init__(self, *, clock: Clock, telemetry: Telemetry) -> None:
        self._clock = clock
        self._telemetry = telemetry
        # executions under way, of all pipes
        self._running = 0

    def ids_in(self, text: str) -> tuple[str, ...]:
        """The correlation ids that a text names."""
        return self._telemetry.recorder.ids_in(text)

    def count(
        self, pipe: Pipe, name: str, value: float = 1, unit: str = "None", *, account: bool = False
    ) -> None:
        """Add a value of a metric of the pipe, and of the account if it has that, too."""
        add = self._telemetry.metrics.add
        add(NAMESPACE, name, value, unit=unit, dimensions={"PipeName": pipe.name})
        if account:
            add(NAMESPACE, name, value, unit=unit, dimensions={"AwsAccountId": pipe.account_id})

    @contextlib.contextmanager
    def execution(self, pipe: Pipe, texts: Iterable[str]) -> Iterator[None]:
        """One execution of a pipe with these events, from its begin to its end."""
        sizes = [len(text.encode("utf-8", "surrogatepass")) for text in texts]
        self._running += 1
        self.count(pipe, "Invocations", account=True)
        self._telemetry.metrics.add(
            NAMESPACE,
            "Concurrency",
            self._running,
            unit="None",
            dimensions={"AwsAccountId": pipe.account_id},
        )
        self.count(pipe, "EventCount", len(sizes))
        self.count(pipe, "EventSize", sum(sizes), "Bytes")
        try:
            with self.took(pipe, "Duration"):
                yield
        finally:
            self._running -= 1

    @contextlib.contextmanager
    def took(self, pipe: Pipe, metric: str) -> Iterator[None]:
        """Add the milliseconds that what is inside takes, whether it fails or not."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.count(pipe, metric, (time.perf_counter() - began) * 1000, "Milliseconds")

    def ended(self, pipe: Pipe, *, failed: str = "", code: str = "", partly: bool = False) -> None:
        """How an execution ended; `failed` is the stage that failed as a whole, with its error.

        What did not happen counts as 0, so that an alarm finds a value.
        """
        self.count(pipe, "ExecutionFailed", bool(failed))
        self.count(pipe, "ExecutionThrottled", code == "THROTTLING", account=True)
        self.count(pipe, "ExecutionTimeout", code == "TIMEOUT")
        self.count(pipe, "ExecutionPartiallyFailed", partly)
        self.count(pipe, "TargetStageFailed", failed == "Target")
        self.count(pipe, "TargetStagePartiallyFailed", partly)
        if pipe.enrichment is not None:
            self.count(pipe, "EnrichmentStageFailed", failed == "Enrichment")

    def read(self, pipe: Pipe, texts: Iterable[str]) -> None:
        """Events that passed the filter."""
        for text in texts:
            self._telemetry.meter.add(
                "pipes.requests", max(1, -(-len(text) // CHUNK_BYTES)), pipe.name
            )
            self.hop(pipe, pipe.source, pipe.arn, "Read", "ok", self.ids_in(text))

    def failed(self, pipe: Pipe, target_arn: str, code: str, text: str) -> None:
        """A stage has failed for an event, with this error code."""
        self.hop(pipe, pipe.arn, target_arn, "Deliver", code, self.ids_in(text))

    def hop(
        self, pipe: Pipe, source: str, target: str, action: str, outcome: str, ids: tuple[str, ...]
    ) -> None:
        """Put an entry into the flight recorder, if it is about an order."""
        if not ids:
            return
        self._telemetry.recorder.record(
            Hop(
                at=self._clock.wall(),
                source=source,
                target=target,
                action=action,
                outcome=outcome,
                duration_ms=0.0,
                ids=ids,
                detail={"pipe": pipe.name},
            )
        )
