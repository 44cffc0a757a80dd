"""Asking an HTTP endpoint whether it wants to be subscribed.

https://docs.aws.amazon.com/sns/latest/dg/http-subscription-confirmation-json.html
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from urllib.parse import urlencode

from orderlab.clock import Clock
from orderlab.cloud.contracts import Endpoint
from orderlab.cloud.sns import delivery_policy
from orderlab.cloud.sns.delivery import DeliveryFailed, post_or_fail
from orderlab.cloud.sns.envelope import as_json, timestamp
from orderlab.cloud.sns.signing import Signer
from orderlab.cloud.sns.topic import Subscription

log = logging.getLogger("orderlab.cloud.sns")


class Confirmations:
    """Sends confirmation requests, and tries again as deliveries do."""

    def __init__(self, clock: Clock, endpoint: Endpoint, signer: Signer) -> None:
        self._clock = clock
        self._endpoint = endpoint
        self._signer = signer
        self._pending: set[asyncio.Task[None]] = set()

    def ask(self, subscription: Subscription) -> None:
        """Begin to ask the endpoint of a subscription."""
        task = asyncio.get_running_loop().create_task(
            self._ask(subscription), name=f"sns confirmation of {subscription.endpoint}"
        )
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def stop(self) -> None:
        """Ask nobody any longer."""
        pending = list(self._pending)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    async def _ask(self, subscription: Subscription) -> None:
        message_id = str(uuid.uuid4())
        body = as_json(self._signer.sign(self._members(subscription, message_id)))
        headers = {
            "x-amz-sns-message-type": "SubscriptionConfirmation",
            "x-amz-sns-message-id": message_id,
            "x-amz-sns-topic-arn": subscription.topic.arn,
            "Content-Type": "text/plain; charset=UTF-8",
        }
        waits = delivery_policy.retry_policy(subscription.delivery_policy).waits()
        while subscription.pending:
            try:
                await post_or_fail(subscription.endpoint, body, headers)
                return
            except DeliveryFailed as failure:
                wait = next(waits, None) if failure.retry else None
                if wait is None:
                    log.warning("%s did not take its confirmation", subscription.endpoint)
                    return
                await self._clock.sleep(wait)

    def _members(self, subscription: Subscription, message_id: str) -> dict[str, str]:
        topic_arn = subscription.topic.arn
        link = urlencode(
            {"Action": "ConfirmSubscription", "TopicArn": topic_arn, "Token": subscription.token}
        )
        return {
            "Type": "SubscriptionConfirmation",
            "MessageId": message_id,
            "Token": subscription.token,
            "TopicArn": topic_arn,
            "Message": f"You have chosen to subscribe to the topic {topic_arn}.\nTo confirm the "
            "subscription, visit the SubscribeURL included in this message.",
            "SubscribeURL": f"{self._endpoint()}/?{link}",
            "Timestamp": timestamp(self._clock.wall()),
            "SignatureVersion": subscription.topic.attributes.get("SignatureVersion", "1"),
            "Signature": "",
            "SigningCertURL": f"{self._endpoint()}/SimpleNotificationService.pem",
        }
