"""What is noted down about a topic: metrics, metered usage, hops of the flight recorder.

https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
"""

from __future__ import annotations

from orderlab.clock import Clock
from orderlab.cloud.contracts import Hop, Telemetry
from orderlab.cloud.sns.notification import Notification
from orderlab.cloud.sns.topic import Subscription, Topic
from orderlab.cloud.telemetry.buffer import MetricBuffer, MetricBuffers

NAMESPACE = "AWS/SNS"
# what AWS bills as one request
CHUNK_BYTES = 65_536


class Recording:
    """The books of all topics."""

    def __init__(self, clock: Clock, telemetry: Telemetry) -> None:
        # bound here because they are called for every message
        self._wall = clock.wall
        self._meter = telemetry.meter.add
        self._record = telemetry.recorder.record
        self._buffer = MetricBuffers(telemetry.metrics, NAMESPACE).of

    def published(self, topic: Topic, message: Notification, sender: str) -> None:
        """A message was accepted from `sender`, as the flight recorder names it."""
        metrics = self._metrics(topic)
        metrics.count("NumberOfMessagesPublished")
        metrics.bytes("PublishSize", message.size)
        self._hop(sender, topic.arn, "Publish", "ok", message)

    def publish_calls(self, topic: Topic, size: int) -> None:
        """Meter one call: one request for each 64 KB of messages that it carried."""
        chunks = max(1, -(-size // CHUNK_BYTES))
        self._meter("sns.publishes", chunks, topic.name)

    def delivered(self, subscription: Subscription) -> None:
        """A message reached a subscriber."""
        topic = subscription.topic
        self._metric(topic, "NumberOfNotificationsDelivered")
        self._meter(f"sns.deliveries.{subscription.protocol}", 1, topic.name)

    def filtered(self, subscription: Subscription, message: Notification) -> None:
        """A filter policy kept a message from a subscriber."""
        self._metric(subscription.topic, "NumberOfNotificationsFilteredOut")
        if subscription.filter is not None:
            scope = subscription.filter.scope
            if scope == "MessageAttributes" and not message.attributes:
                scope = "NoMessageAttributes"
            self._metric(subscription.topic, f"NumberOfNotificationsFilteredOut-{scope}")

    def failed(self, subscription: Subscription, message: Notification, outcome: str) -> None:
        """A delivery was given up; `outcome` is an error code."""
        self._metric(subscription.topic, "NumberOfNotificationsFailed")
        self._hop(subscription.topic.arn, subscription.endpoint, "Deliver", outcome, message)

    def cut_off(self, subscription: Subscription, message: Notification) -> None:
        """An experiment kept a message from a subscriber; it is tried again."""
        code, topic = "ServiceUnavailable", subscription.topic.arn
        self._hop(topic, subscription.endpoint, "Deliver", code, message, fault="cut")

    def notified(self, subscription: Subscription, message: Notification) -> None:
        """A message reached an HTTP endpoint, which nobody else records."""
        self._hop(subscription.topic.arn, subscription.endpoint, "Deliver", "ok", message)

    def redriven(self, topic: Topic, *, arrived: bool) -> None:
        """A message that could not be delivered was sent to the dead-letter queue."""
        name = "RedrivenToDlq" if arrived else "FailedToRedriveToDlq"
        self._metric(topic, f"NumberOfNotifications{name}")

    def _metrics(self, topic: Topic) -> MetricBuffer:
        return self._buffer((("TopicName", topic.name),))

    def _metric(self, topic: Topic, name: str) -> None:
        self._metrics(topic).count(name)

    def _hop(
        self,
        source: str,
        target: str,
        action: str,
        outcome: str,
        message: Notification,
        fault: str = "",
    ) -> None:
        if not message.ids and not fault:
            return
        self._record(
            Hop(
                at=self._wall(),
                source=source,
                target=target,
                action=action,
                outcome=outcome,
                duration_ms=0.0,
                ids=message.ids,
                detail={"messageId": message.message_id, **({"fault": fault} if fault else {})},
            )
        )
