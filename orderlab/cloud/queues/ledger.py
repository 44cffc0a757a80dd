"""What is noted down about a queue: metrics, metered requests, hops of the flight recorder.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from orderlab.cloud.contracts import Hop, Principal
from orderlab.cloud.queues.message import Message
from orderlab.cloud.queues.metric_buffer import MetricBuffer

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

NAMESPACE = "AWS/SQS"
# what AWS bills as one request
CHUNK_BYTES = 65_536


class Ledger:
    """The books of one queue."""

    def __init__(self, cloud: Cloud, arn: str, name: str, *, fifo: bool) -> None:
        self._cloud = cloud
        self._arn = arn
        self._name = name
        self._meter_item = "sqs.fifo_requests" if fifo else "sqs.requests"
        self._dimensions = {"QueueName": name}
        self._metrics = MetricBuffer(cloud, NAMESPACE, self._dimensions)

    def requests(self, total_bytes: int = 0, *, calls: float = 1.0) -> None:
        """Meter one call: one request for each 64 KB of messages that it carried."""
        chunks = max(1, -(-total_bytes // CHUNK_BYTES))
        self._cloud.telemetry.meter.add(self._meter_item, calls * chunks, self._name)

    def _gauge(self, name: str, value: float, unit: str = "Count") -> None:
        self._cloud.telemetry.metrics.add(
            NAMESPACE, name, value, unit=unit, dimensions=self._dimensions
        )

    def sent(self, message: Message, sender: Principal) -> None:
        self._metrics.count("NumberOfMessagesSent")
        self._metrics.bytes("SentMessageSize", message.size)
        self._hop(caller_name(self._cloud, sender), self._arn, "SendMessage", message)

    def received(self, messages: Sequence[Message], reader: str, *, calls: int = 1) -> None:
        if not messages:
            self._metrics.count("NumberOfEmptyReceives", calls)
            return
        self._metrics.count("NumberOfMessagesReceived", len(messages))
        for message in messages:
            self._hop(reader, self._arn, "ReceiveMessage", message)

    def deleted(self, message: Message, reader: str) -> None:
        self._metrics.count("NumberOfMessagesDeleted")
        self._hop(reader, self._arn, "DeleteMessage", message)

    def dead_letter(self, message: Message, target_arn: str) -> None:
        self._hop(self._arn, target_arn, "DeadLetter", message)

    def gauges(self, *, visible: int, in_flight: int, delayed: int, age: float) -> None:
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
        self._cloud.telemetry.recorder.record(
            Hop(
                at=self._cloud.clock.wall(),
                source=source,
                target=target,
                action=action,
                outcome="ok",
                duration_ms=0.0,
                ids=message.ids,
                detail=detail,
            )
        )


def caller_name(cloud: Cloud, principal: Principal) -> str:
    """How the flight recorder names a caller: a function's session by the function."""
    if principal.kind == "account":
        return "client"
    if principal.kind == "service":
        return principal.arn
    return principal.acts_for or cloud.permissions.function_of(principal) or principal.arn
