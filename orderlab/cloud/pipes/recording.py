"""What is noted down about pipes: metrics, metered requests, hops of the flight recorder.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html
"""

from __future__ import annotations

from collections.abc import Iterable

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

    def ids_in(self, text: str) -> tuple[str, ...]:
        """The correlation ids that a text names."""
        return self._telemetry.recorder.ids_in(text)

    def count(self, pipe: Pipe, name: str, value: float = 1, unit: str = "Count") -> None:
        """Add a value of a metric of the pipe."""
        self._telemetry.metrics.add(
            NAMESPACE, name, value, unit=unit, dimensions={"PipeName": pipe.name}
        )

    def read(self, pipe: Pipe, texts: Iterable[str]) -> None:
        """Events that passed the filter."""
        for text in texts:
            self._telemetry.meter.add(
                "pipes.requests", max(1, -(-len(text) // CHUNK_BYTES)), pipe.name
            )
            self.hop(pipe, pipe.source, pipe.arn, "Read", "ok", self.ids_in(text))

    def failed(self, pipe: Pipe, stage: str, target_arn: str, code: str, text: str) -> None:
        """A stage has failed for an event, with this error code."""
        self.count(pipe, f"{stage}StageFailed")
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
