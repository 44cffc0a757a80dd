"""What is noted down about a queue: metrics, metered requests, hops of the flight recorder.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orderlab.cloud.contracts import Hop, Principal
from orderlab.cloud.sqs.message import Message
from orderlab.cloud.sqs.wiring import Wiring
from orderlab.cloud.telemetry.buffer import MetricBuffer
from orderlab.cloud.telemetry.callers import caller_name

NAMESPACE = "AWS/SQS"
# AWS bills one request for each 64 KB
CHUNK_BYTES = 65_536


class Recording:
    """The books of one queue."""

    def __init__(self, arn: str, name: str, *, fifo: bool, wiring: Wiring) -> None:
        telemetry = wiring.telemetry
        self._arn = arn
        self._name = name
        self._meter_item = "sqs.fifo_requests" if fifo else "sqs.requests"
        self._dimensions = {"QueueName": name}
        self._gathered = MetricBuffer(telemetry.metrics, NAMESPACE, self._dimensions)
        self._metrics = telemetry.metrics
        self._permissions = wiring.permissions
        # bound here because they are called for every message
        self._wall = wiring.clock.wall
        self._meter = telemetry.meter.add
        self._record = telemetry.recorder.record

    def requests(self, total_bytes: int = 0, *, calls: float = 1.0) -> None:
        """Meter one call: one request for each 64 KB of messages that it carried."""
        chunks = max(1, -(-total_bytes // CHUNK_BYTES))
        self._meter(self._meter_item, calls * chunks, self._name)

    def _gauge(self, name: str, value: float, unit: str = "Count") -> None:
        self._metrics.add(NAMESPACE, name, value, unit=unit, dimensions=self._dimensions)

    def sent(self, message: Message, sender: Principal) -> None:
        """A message was stored."""
        self._gathered.count("NumberOfMessagesSent")
        self._gathered.bytes("SentMessageSize", message.size)
        if message.ids:
            source = caller_name(self._permissions, sender)
            self._hop(source, self._arn, "SendMessage", message)

    def received(self, messages: Sequence[Message], reader: str, *, calls: int = 1) -> None:
        """A receive was answered; without messages, so many `calls` were answered with nothing."""
        if not messages:
            self._gathered.count("NumberOfEmptyReceives", calls)
            return
        self._gathered.count("NumberOfMessagesReceived", len(messages))
        for message in messages:
            self._hop(reader, self._arn, "ReceiveMessage", message)

    def deleted(self, message: Message, reader: str) -> None:
        """A message was deleted by `reader`, as the flight recorder names it."""
        self._gathered.count("NumberOfMessagesDeleted")
        self._hop(reader, self._arn, "DeleteMessage", message)

    def dead_letter(self, message: Message, target_arn: str) -> None:
        """A message was moved to the dead-letter queue."""
        self._hop(self._arn, target_arn, "DeadLetter", message)

    def gauges(self, *, visible: int, in_flight: int, delayed: int, age: float) -> None:
        """Write how many messages there are, and the age of the oldest in seconds."""
        self._gauge("ApproximateNumberOfMessagesVisible", visible)
        self._gauge("ApproximateNumberOfMessagesNotVisible", in_flight)
        self._gauge("ApproximateNumberOfMessagesDelayed", delayed)
        self._gauge("ApproximateAgeOfOldestMessage", age, "Seconds")

    def _hop(self, source: str, target: str, action: str, message: Message) -> None:
        if not message.ids:
            return
        detail: dict[str, Any] = {"messageId": message.id, "receiveCount": message.receives}
        if message.fault:
            detail["fault"] = message.fault
        self._record(
            Hop(
                at=self._wall(),
                source=source,
                target=target,
                action=action,
                outcome="ok",
                duration_ms=0.0,
                ids=message.ids,
                detail=detail,
            )
        )
