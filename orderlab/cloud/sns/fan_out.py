"""Who gets a message: every subscriber whose filter policy wants it.

Most messages are handed out at once. Where that takes long (large messages, many subscribers,
filters over long bodies) it is done in steps that leave the event loop free, and filters are asked
on a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.contracts import Endpoint
from orderlab.cloud.sns.envelope import Envelopes
from orderlab.cloud.sns.filter_policy import FilterPolicy, attribute_values, body_content
from orderlab.cloud.sns.notification import Notification
from orderlab.cloud.sns.recording import Recording
from orderlab.cloud.sns.topic import Subscription, Topic
from orderlab.cloud.telemetry.long_work import LongWork

# what a delivery costs apart from the message's size, in bytes
OVERHEAD = 1_024
# the most that is handed out at once, in bytes times questions of filters
AT_ONCE = 1_048_576

Deliver = Callable[[Subscription, Notification, Envelopes], None]


class FanOut:
    """Hands messages to their subscribers; those of a FIFO topic one after the other."""

    def __init__(
        self, clock: Clock, endpoint: Endpoint, recording: Recording, deliver: Deliver
    ) -> None:
        self._wall = clock.wall
        self._endpoint = endpoint
        self._recording = recording
        self._deliver = deliver
        self._filters = LongWork()
        self._running: set[asyncio.Task[None]] = set()
        self._last: dict[str, asyncio.Task[None]] = {}

    def begin(self, topic: Topic, message: Notification) -> asyncio.Task[None] | None:
        """Hand a message out. Returns a task if that goes on."""
        envelopes = Envelopes(topic, message, self._endpoint(), self._wall())
        subscriptions = [each for each in topic.subscriptions.values() if not each.pending]
        if _weight(subscriptions, message) <= AT_ONCE and topic.arn not in self._last:
            contents = Contents(message)
            for subscription in subscriptions:
                self._hand(subscription, message, envelopes, contents.wanted_by(subscription))
            return None
        # a FIFO topic keeps its order
        before = self._last.get(topic.arn)
        work = self._slowly(topic, subscriptions, message, envelopes, before)
        task = asyncio.get_running_loop().create_task(work, name=f"sns fan-out of {topic.name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        if topic.fifo:
            self._last[topic.arn] = task
            task.add_done_callback(lambda done: self._forget(topic.arn, done))
        return task

    def _forget(self, arn: str, task: asyncio.Task[None]) -> None:
        if self._last.get(arn) is task:
            del self._last[arn]

    async def stop(self) -> None:
        """Hand out nothing any longer."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _hand(
        self, subscription: Subscription, message: Notification, envelopes: Envelopes, wanted: bool
    ) -> None:
        if wanted:
            self._deliver(subscription, message, envelopes)
        else:
            self._recording.filtered(subscription, message)

    async def _slowly(
        self,
        topic: Topic,
        subscriptions: list[Subscription],
        message: Notification,
        envelopes: Envelopes,
        before: asyncio.Task[None] | None,
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        contents = Contents(message)
        for subscription in subscriptions:
            if subscription.filter is None:
                await asyncio.sleep(0)
                wanted = True
            else:
                wanted = await self._filters.run(contents.wanted_by, subscription)
            if subscription.arn in topic.subscriptions:
                self._hand(subscription, message, envelopes, wanted)


class Contents:
    """What filters see of one message, read once for all of them."""

    def __init__(self, message: Notification) -> None:
        self._message = message
        self._attributes: Mapping[str, Any] | None = None
        self._bodies: dict[str, Mapping[str, Any]] = {}

    def wanted_by(self, subscription: Subscription) -> bool:
        """Whether a subscription's filter policy wants the message."""
        policy = subscription.filter
        return policy is None or policy.wants(self._seen_by(policy, subscription.protocol))

    def _seen_by(self, policy: FilterPolicy, protocol: str) -> Mapping[str, Any]:
        if not policy.by_body:
            if self._attributes is None:
                self._attributes = attribute_values(self._message.attributes)
            return self._attributes
        text = self._message.text_for(protocol)
        body = self._bodies.get(text)
        if body is None:
            body = self._bodies[text] = body_content(text)
        return body


def _weight(subscriptions: list[Subscription], message: Notification) -> int:
    size = message.size + OVERHEAD
    return sum(
        size * (1 if each.filter is None else each.filter.questions) for each in subscriptions
    )
