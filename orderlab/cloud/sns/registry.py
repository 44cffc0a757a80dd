"""Which topics and subscriptions there are: found by ARN, made, changed and removed.

https://docs.aws.amazon.com/sns/latest/dg/sns-create-topic.html
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import Any

from orderlab.cloud import moto_backends
from orderlab.cloud.contracts import Call
from orderlab.cloud.sns.arns import check_arn
from orderlab.cloud.sns.attributes import check_topic_name, checked_topic_attribute
from orderlab.cloud.sns.errors import InvalidParameter, InvalidToken, NotFound
from orderlab.cloud.sns.topic import DEFAULT_MAXIMUM_SIZE, Subscription, Topic

_TOKEN = re.compile(r"[0-9a-f]{128,512}")


class TopicRegistry:
    """All topics of all Regions, and their subscriptions."""

    def __init__(self, account_id: str) -> None:
        self.account_id = account_id
        self._topics: dict[str, Topic] = {}
        self._subscriptions: dict[str, Subscription] = {}

    # --- finding topics ---

    def topic(self, arn: str) -> Topic | None:
        """The topic with that ARN; None if it does not exist."""
        return self._topics.get(arn)

    def existing(self, arn: str) -> Topic:
        """The topic with that ARN.

        Raises NotFound if it does not exist, InvalidParameter if that is not the ARN of a topic.
        """
        topic = self._topics.get(arn)
        if topic is None:
            check_arn(arn, "TopicArn")
            if not arn.startswith("arn:aws:sns:") or arn.count(":") != 5:
                raise InvalidParameter("TopicArn")
            raise NotFound("Topic does not exist")
        return topic

    def in_call(self, call: Call, arn: Any) -> Topic:
        """The topic that a call names, which must be in the call's Region.

        Raises NotFound, InvalidParameter.
        """
        topic = self.existing(arn if isinstance(arn, str) else "")
        if topic.region != call.region:
            raise InvalidParameter("TopicArn")
        return topic

    def in_region(self, region: str) -> list[Topic]:
        """The topics of one Region."""
        return [topic for topic in self._topics.values() if topic.region == region]

    # --- making, changing, removing ---

    def create(
        self, region: str, name: str, given: Mapping[str, str], tags: Mapping[str, str]
    ) -> Topic:
        """Make a topic, or return the one of that name if it was given the same attributes.

        Raises InvalidParameter.
        """
        fifo = given.get("FifoTopic", "").lower() == "true"
        check_topic_name(name, fifo=fifo)
        attributes = {
            key: checked_topic_attribute(key, value, fifo=fifo) for key, value in given.items()
        }
        known = self._topics.get(f"arn:aws:sns:{region}:{self.account_id}:{name}")
        if known is not None:
            return _check_same(known, attributes, tags)
        topic = Topic(region, self.account_id, name)
        if fifo:
            topic.attributes = {"FifoTopic": "true", "ContentBasedDeduplication": "false"}
        topic.attributes.update(
            {
                key: value
                for key, value in attributes.items()
                if value and (fifo or key != "FifoTopic")
            }
        )
        topic.tags.update(tags)
        self._topics[topic.arn] = topic
        with contextlib.suppress(KeyError, ValueError):
            # moto's other services look only where moto has made a backend
            moto_backends.backend("sns", self.account_id, region)
        return topic

    def change(self, topic: Topic, given: Mapping[str, str]) -> None:
        """Set attributes; an empty value removes one.

        Raises InvalidParameter.
        """
        for name, value in given.items():
            checked = checked_topic_attribute(name, value, fifo=topic.fifo)
            if name == "MaximumMessageSize" and int(checked) > DEFAULT_MAXIMUM_SIZE:
                _check_large(topic)
            if checked:
                topic.attributes[name] = checked
            else:
                topic.attributes.pop(name, None)

    def remove(self, arn: str) -> None:
        """Delete a topic with its subscriptions; deleting one that is gone does nothing."""
        topic = self._topics.pop(arn, None)
        for subscription in topic.subscriptions if topic else ():
            self._subscriptions.pop(subscription, None)

    # --- subscriptions ---

    def subscription(self, arn: str) -> Subscription | None:
        """The subscription with that ARN; None if it does not exist."""
        return self._subscriptions.get(arn)

    def subscribed(self, subscription: Subscription) -> None:
        """Keep a new subscription."""
        self._subscriptions[subscription.arn] = subscription
        subscription.topic.subscriptions[subscription.arn] = subscription

    def confirm(self, topic_arn: str, token: str) -> Subscription:
        """Confirm the subscription that the token was made for.

        Raises InvalidToken, or InvalidParameter if no subscription of the topic has it.
        """
        if not _TOKEN.fullmatch(token):
            raise InvalidToken
        topic = self._topics.get(topic_arn)
        for subscription in topic.subscriptions.values() if topic else ():
            if subscription.token == token:
                subscription.pending = False
                return subscription
        raise InvalidParameter("Token")

    def unsubscribe(self, arn: str) -> None:
        """Delete a subscription; deleting one that is gone does nothing."""
        subscription = self._subscriptions.pop(arn, None)
        if subscription is not None:
            subscription.topic.subscriptions.pop(arn, None)
            subscription.topic.deleted_subscriptions += 1


def _check_same(topic: Topic, attributes: Mapping[str, str], tags: Mapping[str, str]) -> Topic:
    for name, value in attributes.items():
        if topic.described().get(name, "") != value and (name, value) != ("FifoTopic", "false"):
            raise InvalidParameter(
                "Attributes Reason: Topic already exists with different attributes"
            )
    if any(topic.tags.get(key) != value for key, value in tags.items()):
        raise InvalidParameter("Tags Reason: Topic already exists with different tags")
    return topic


def _check_large(topic: Topic) -> None:
    protocols = {subscription.protocol for subscription in topic.subscriptions.values()}
    if protocols - {"sqs", "lambda"} or len(topic.subscriptions) > 100:
        raise InvalidParameter(
            "Attributes Reason: A topic with a MaximumMessageSize above 256 KiB must have 100 or "
            "fewer subscriptions, of SQS, Lambda or Firehose"
        )
