"""moto's view of our topics, so that its other services find them: tags, CloudFormation, alarms.

moto keeps nothing here: everything is asked of the registry.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import moto.sns.urls
from moto.core.resource_tagging import TaggedResource
from moto.sns.exceptions import SNSException, TopicNotFound
from moto.sns.models import SNSBackend
from moto.sns.models import Subscription as MotoSubscription
from moto.sns.models import Topic as MotoTopic

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Principal
from orderlab.cloud.moto_backends import replace_backend
from orderlab.cloud.sns.publish_operations import PublishOperations
from orderlab.cloud.sns.registry import TopicRegistry
from orderlab.cloud.sns.subscription_operations import SubscriptionOperations
from orderlab.cloud.sns.topic import Subscription, Topic

# as whom moto's own services publish
_SENDER = "cloudwatch.amazonaws.com"
_TOPIC_ATTRIBUTES = (
    "ContentBasedDeduplication", "DeliveryPolicy", "DisplayName", "FifoThroughputScope",
    "FifoTopic", "KmsMasterKeyId", "MaximumMessageSize", "Policy", "SignatureVersion",
    "TracingConfig", "ArchivePolicy",
)  # fmt: skip


class TopicRecord(MotoTopic):  # type: ignore[misc]
    """One of our topics, in the form that moto's services know."""

    def __init__(self, live: Topic, backend: TopicBackend) -> None:
        # moto's own initialiser is not called: it would keep a copy of the settings that nobody
        # updates
        self.live = live
        self.name = live.name
        self.arn = live.arn
        self.account_id = live.owner
        self.sns_backend = backend
        self.fifo_topic = live.fifo
        self._tags = live.tags

    @property
    def policy(self) -> str:
        """Its access policy."""
        return self.live.policy

    @property
    def physical_resource_id(self) -> str:
        """CloudFormation's `Ref` of a topic: its ARN."""
        return self.live.arn


class SubscriptionRecord(MotoSubscription):  # type: ignore[misc]
    """One of our subscriptions, in the form that moto's services know."""

    def __init__(self, live: Subscription, topic: TopicRecord) -> None:
        self.live = live
        self.topic = topic
        self.arn = live.arn
        self.endpoint = live.endpoint
        self.protocol = live.protocol
        self.account_id = self.owner = live.topic.owner
        self.attributes = dict(live.attributes)
        self.confirmed = not live.pending


class TopicBackend(SNSBackend):  # type: ignore[misc]
    """moto's backend of one account and Region, without topics of its own."""

    _url_module = moto.sns.urls
    registry: TopicRegistry
    subscribing: SubscriptionOperations
    publishing: PublishOperations

    @property
    def topics(self) -> dict[str, TopicRecord]:
        """The topics of the Region by ARN."""
        if self.account_id != self.registry.account_id:
            return {}
        found = self.registry.in_region(self.region_name)
        return {topic.arn: TopicRecord(topic, self) for topic in found}

    @topics.setter
    def topics(self, value: object) -> None:
        """moto's initialiser sets it; there is nothing to keep."""

    @property
    def subscriptions(self) -> dict[str, SubscriptionRecord]:
        """Their subscriptions by ARN."""
        return {
            arn: SubscriptionRecord(subscription, topic)
            for topic in self.topics.values()
            for arn, subscription in topic.live.subscriptions.items()
        }

    @subscriptions.setter
    def subscriptions(self, value: object) -> None:
        """As `topics`."""

    def create_topic(
        self,
        name: str,
        attributes: Mapping[str, Any] | None = None,
        tags: dict[str, str] | None = None,
    ) -> TopicRecord:
        """Create a topic, for CloudFormation."""
        given = {
            key: value if isinstance(value, str) else _text(value)
            for key, value in (attributes or {}).items()
            if key in _TOPIC_ATTRIBUTES and value is not None
        }
        try:
            live = self.registry.create(self.region_name, name, given, tags or {})
        except AwsError as error:
            raise SNSException(error.code, error.message) from None
        return TopicRecord(live, self)

    def get_topic(self, arn: str) -> TopicRecord:
        """The topic with that ARN; raises moto's TopicNotFound."""
        live = self.registry.topic(arn)
        if live is None:
            raise TopicNotFound
        return TopicRecord(live, self)

    def delete_topic(self, arn: str) -> None:
        """Delete a topic, for CloudFormation."""
        self.registry.remove(arn)

    def subscribe(self, topic_arn: str, endpoint: str, protocol: str) -> SubscriptionRecord:
        """Subscribe, for CloudFormation."""
        topic = self.get_topic(topic_arn)
        try:
            live = self.subscribing.add(topic.live, protocol, endpoint, {})
        except AwsError as error:
            raise SNSException(error.code, error.message) from None
        return SubscriptionRecord(live, topic)

    def unsubscribe(self, subscription_arn: str) -> None:
        """Unsubscribe, for CloudFormation."""
        self.registry.unsubscribe(subscription_arn)

    def publish(
        self,
        message: str,
        arn: str | None,
        phone_number: str | None = None,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> str:
        """Publish a message, for moto's other services."""
        try:
            return self.publishing.publish_inside(
                arn or "",
                {
                    "Message": message,
                    "Subject": subject,
                    "MessageAttributes": message_attributes,
                    "MessageStructure": message_structure,
                    "MessageGroupId": group_id,
                    "MessageDeduplicationId": deduplication_id,
                },
                Principal("service", _SENDER, self.account_id),
            )
        except AwsError as error:
            raise SNSException(error.code, error.message) from None

    def iter_tagged_resources(self) -> Iterator[Any]:
        """The topics with their tags, for the Resource Groups Tagging API."""
        for topic in self.topics.values():
            yield TaggedResource(arn=topic.arn, tags=topic.live.tags, resource_type="sns:topic")


def install(
    registry: TopicRegistry, subscribing: SubscriptionOperations, publishing: PublishOperations
) -> None:
    """Let moto see the topics of `registry`."""
    parts = {"registry": registry, "subscribing": subscribing, "publishing": publishing}
    replace_backend("sns", type("InstalledTopicBackend", (TopicBackend,), parts))


def _text(value: Any) -> str:
    """Templates give numbers, booleans and JSON objects."""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict | list) else str(value)
