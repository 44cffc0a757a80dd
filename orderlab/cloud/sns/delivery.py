"""The way of a message from its topic to every subscriber: filter, deliver, retry, dead letter.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
Differs from AWS: a message for a queue is there when Publish returns; 64 MB of messages at most
wait for functions and HTTP endpoints, and what comes then goes to the dead-letter queue.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator

from orderlab.clock import Clock
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import (
    Content,
    Faults,
    Functions,
    OutgoingMessage,
    Permissions,
    Principal,
    Queues,
)
from orderlab.cloud.sns import delivery_policy, http_endpoints
from orderlab.cloud.sns.envelope import Envelopes, as_json, lambda_event
from orderlab.cloud.sns.notification import Notification
from orderlab.cloud.sns.recording import Recording
from orderlab.cloud.sns.signing import Signer
from orderlab.cloud.sns.topic import Subscription

SERVICE_PRINCIPAL = "sns.amazonaws.com"
# SQS accepts no more attributes, so raw messages with more cannot be delivered
MAX_QUEUE_ATTRIBUTES = 10
# the most that may wait for functions and HTTP endpoints; further messages are given up at once
MAX_WAITING_BYTES = 64 * 1024 * 1024
RETRYABLE_CODES = ("TooManyRequestsException", "ServiceException", "ThrottlingException")

log = logging.getLogger("orderlab.cloud.sns")


class DeliveryFailed(Exception):
    """One attempt has failed; a client's fault is not tried again."""

    def __init__(self, outcome: str, *, retry: bool) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.retry = retry


class Delivery:
    """Delivers messages, and keeps the deliveries that take their time."""

    def __init__(
        self,
        *,
        clock: Clock,
        permissions: Permissions,
        queues: Queues,
        functions: Callable[[], Functions],
        recording: Recording,
        faults: Faults,
        signer: Signer,
        account_id: str,
    ) -> None:
        self._clock = clock
        self._permissions = permissions
        self._queues = queues
        self._functions = functions
        self._principal = Principal("service", SERVICE_PRINCIPAL, account_id)
        self._recording = recording
        self._faults = faults
        self._signer = signer
        self._pending: set[asyncio.Task[None]] = set()
        self._waiting_bytes = 0

    def begin(
        self, subscription: Subscription, message: Notification, envelopes: Envelopes
    ) -> None:
        """Begin the delivery to a subscriber who wants the message."""
        if subscription.protocol == "sqs" and not self._is_cut_off(subscription, message):
            self._to_queue(subscription, message, envelopes)
        elif self._waiting_bytes + message.size > MAX_WAITING_BYTES:
            self._give_up(subscription, message, envelopes, "TooManyDeliveries")
        else:
            self._in_background(subscription, message, envelopes)

    # --- queues ---

    def _to_queue(
        self, subscription: Subscription, message: Notification, envelopes: Envelopes
    ) -> None:
        try:
            self._send(subscription, subscription.endpoint, message, envelopes)
        except DeliveryFailed as failure:
            self._give_up(subscription, message, envelopes, failure.outcome)
        else:
            self._recording.delivered(subscription)

    def _send(
        self,
        subscription: Subscription,
        queue_arn: str,
        message: Notification,
        envelopes: Envelopes,
    ) -> None:
        """Put the message into a queue that lets the topic in; DeliveryFailed otherwise."""
        queue = self._queues.queue(queue_arn)
        if queue is None:
            raise DeliveryFailed("AWS.SimpleQueueService.NonExistentQueue", retry=False)
        if not self._may_send(subscription, queue_arn, queue.policy):
            raise DeliveryFailed("AccessDenied", retry=False)
        try:
            outgoing, held = self._outgoing(subscription, message, envelopes, fifo=queue.fifo)
            queue.accept(outgoing, subscription.topic.sender, ids=message.ids, held=held)
        except AwsError as error:
            code = error.details.get("query_error_code", error.code)
            raise DeliveryFailed(code, retry=False) from error

    def _may_send(self, subscription: Subscription, queue_arn: str, policy: str | None) -> bool:
        known = subscription.known_policy
        ours = queue_arn == subscription.endpoint
        if ours and known is not None and known[0] is policy:
            return known[1]
        allowed = self._permissions.allows(
            self._principal,
            "sqs:SendMessage",
            queue_arn,
            resource_policy=policy,
            source_arn=subscription.topic.arn,
        )
        if ours:
            subscription.known_policy = (policy, allowed)
        return allowed

    def _outgoing(
        self,
        subscription: Subscription,
        message: Notification,
        envelopes: Envelopes,
        *,
        fifo: bool,
    ) -> tuple[OutgoingMessage, Content]:
        if subscription.raw:
            if len(message.attributes) > MAX_QUEUE_ATTRIBUTES:
                raise DeliveryFailed("TooManyMessageAttributes", retry=False)
            held = envelopes.raw_content(message.text_for("sqs"), self._queues.content_of)
        else:
            held = self._queues.content_of(envelopes.text(subscription), {})
        return envelopes.outgoing(held, fifo=fifo), held

    # --- functions and HTTP endpoints ---

    def _in_background(
        self, subscription: Subscription, message: Notification, envelopes: Envelopes
    ) -> None:
        task = asyncio.get_running_loop().create_task(
            self._deliver(subscription, message, envelopes),
            name=f"sns {subscription.topic.name} to {subscription.endpoint}",
        )
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)
        self._waiting_bytes += message.size
        task.add_done_callback(lambda _: self._delivered(message.size))

    def _delivered(self, size: int) -> None:
        self._waiting_bytes -= size

    async def stop(self) -> None:
        """Give up the deliveries that are under way."""
        pending = list(self._pending)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    async def _deliver(
        self, subscription: Subscription, message: Notification, envelopes: Envelopes
    ) -> None:
        attempt, waits = self._way_to(subscription)
        try:
            await self._try(lambda: attempt(subscription, message, envelopes), waits)
        except DeliveryFailed as failure:
            self._give_up(subscription, message, envelopes, failure.outcome)
        except Exception:
            log.exception("A delivery from %s failed", subscription.topic.arn)
            self._give_up(subscription, message, envelopes, "InternalError")
        else:
            self._recording.delivered(subscription)

    def _way_to(
        self, subscription: Subscription
    ) -> tuple[Callable[[Subscription, Notification, Envelopes], Awaitable[None]], Iterator[float]]:
        if subscription.protocol == "sqs":
            return self._send_again, delivery_policy.managed_waits()
        if subscription.protocol == "lambda":
            return self._invoke, delivery_policy.managed_waits()
        document = subscription.delivery_policy or subscription.topic.delivery_policy
        return self._post, delivery_policy.retry_policy(document).waits()

    async def _try(self, attempt: Callable[[], Awaitable[None]], waits: Iterator[float]) -> None:
        while True:
            try:
                await attempt()
                return
            except DeliveryFailed as failure:
                wait = next(waits, None) if failure.retry else None
                if wait is None:
                    raise
                await self._clock.sleep(wait)

    def _is_cut_off(self, subscription: Subscription, message: Notification) -> bool:
        """Whether an experiment keeps the topic from reaching the subscriber, which is noted."""
        if not self._faults.armed:
            return False
        name = subscription.endpoint.split(":", 5)[-1].removeprefix("function:").partition(":")[0]
        if not self._faults.active("cut", name, message.text_for("default").encode()):
            return False
        self._recording.cut_off(subscription, message)
        return True

    async def _send_again(
        self, subscription: Subscription, message: Notification, envelopes: Envelopes
    ) -> None:
        """As `_send`, for a queue that an experiment has cut off, until it can be reached."""
        if self._is_cut_off(subscription, message):
            raise DeliveryFailed("ServiceUnavailable", retry=True)
        self._send(subscription, subscription.endpoint, message, envelopes)

    async def _invoke(
        self, subscription: Subscription, message: Notification, envelopes: Envelopes
    ) -> None:
        if self._is_cut_off(subscription, message):
            raise DeliveryFailed("ServiceUnavailable", retry=True)
        event = lambda_event(envelopes.members(subscription), subscription)
        try:
            await self._functions().invoke(
                subscription.endpoint,
                event,
                principal=self._principal,
                source_arn=subscription.topic.arn,
                invocation_type="Event",
                trace_id=message.trace_header or "",
            )
        except AwsError as error:
            retry = error.code in RETRYABLE_CODES or error.status >= 500
            raise DeliveryFailed(error.code, retry=retry) from error

    async def _post(
        self, subscription: Subscription, message: Notification, envelopes: Envelopes
    ) -> None:
        document = subscription.delivery_policy or subscription.topic.delivery_policy
        headers = {
            "x-amz-sns-message-type": "Notification",
            "x-amz-sns-message-id": message.message_id,
            "x-amz-sns-topic-arn": subscription.topic.arn,
            "x-amz-sns-subscription-arn": subscription.arn,
            "Content-Type": delivery_policy.content_type(document),
        }
        if subscription.raw:
            headers["x-amz-sns-rawdelivery"] = "true"
            body = message.text_for(subscription.protocol)
        else:
            body = as_json(self._signer.sign(envelopes.members(subscription)))
        await post_or_fail(subscription.endpoint, body, headers)
        self._recording.notified(subscription, message)

    # --- giving up ---

    def _give_up(
        self,
        subscription: Subscription,
        message: Notification,
        envelopes: Envelopes,
        outcome: str,
    ) -> None:
        self._recording.failed(subscription, message, outcome)
        if subscription.dead_letter_arn is None:
            return
        try:
            self._send(subscription, subscription.dead_letter_arn, message, envelopes)
        except DeliveryFailed:
            self._recording.redriven(subscription.topic, arrived=False)
        else:
            self._recording.redriven(subscription.topic, arrived=True)


async def post_or_fail(endpoint: str, body: str, headers: dict[str, str]) -> None:
    """POST to an HTTP subscriber; DeliveryFailed unless it answers with a success.

    Statuses 4xx, but for 429, are the subscriber's own fault and not tried again.
    """
    raw = body.encode("utf-8", "surrogatepass")
    try:
        status = await http_endpoints.post(endpoint, raw, headers)
    except OSError as error:
        raise DeliveryFailed(type(error).__name__, retry=True) from error
    if not 200 <= status < 300:
        raise DeliveryFailed(str(status), retry=status >= 500 or status == 429)
