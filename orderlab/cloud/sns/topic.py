"""A topic and its subscriptions, as they are kept."""

from __future__ import annotations

import itertools
import json
import secrets
from collections.abc import Mapping
from typing import Any

from orderlab.cloud import ids
from orderlab.cloud.contracts import Principal
from orderlab.cloud.messaging.deduplication import RecentIds
from orderlab.cloud.sns.delivery_policy import default_policy
from orderlab.cloud.sns.filter_policy import FilterPolicy

_FIRST_SEQUENCE_NUMBER = 10_000_000_000_000_000_000
DEFAULT_MAXIMUM_SIZE = 262_144


class Subscription:
    """A subscriber of a topic. It is `pending` until an HTTP endpoint has confirmed."""

    def __init__(self, topic: Topic, protocol: str, endpoint: str) -> None:
        self.topic = topic
        self.arn = f"{topic.arn}:{ids.new_uuid(topic.arn)}"
        self.protocol = protocol
        self.endpoint = endpoint
        self.pending = protocol in ("http", "https")
        self.authenticated = not self.pending
        self.token = secrets.token_hex(128) if self.pending else ""
        self.attributes: dict[str, str] = {}
        self.filter: FilterPolicy | None = None
        self.raw = False
        self.dead_letter_arn: str | None = None
        self.delivery_policy: dict[str, Any] = {}
        # the queue's policy when it was last evaluated, and whether it allowed the topic to send
        self.known_policy: tuple[str | None, bool] | None = None

    def apply(self, attributes: Mapping[str, str]) -> None:
        """Take new attributes, checked before."""
        self.attributes = dict(attributes)
        scope = attributes.get("FilterPolicyScope", "MessageAttributes")
        policy = attributes.get("FilterPolicy")
        self.filter = FilterPolicy(policy, scope) if policy else None
        self.raw = attributes.get("RawMessageDelivery") == "true"
        redrive = attributes.get("RedrivePolicy")
        self.dead_letter_arn = json.loads(redrive)["deadLetterTargetArn"] if redrive else None
        delivery = attributes.get("DeliveryPolicy")
        self.delivery_policy = json.loads(delivery) if delivery else {}

    def described(self, owner: str) -> dict[str, str]:
        """All attributes, as GetSubscriptionAttributes returns them."""
        found = {
            "SubscriptionArn": self.arn,
            "TopicArn": self.topic.arn,
            "Protocol": self.protocol,
            "Endpoint": self.endpoint,
            "Owner": owner,
            "PendingConfirmation": str(self.pending).lower(),
            "ConfirmationWasAuthenticated": str(self.authenticated).lower(),
            "RawMessageDelivery": str(self.raw).lower(),
            "SubscriptionPrincipal": f"arn:aws:iam::{owner}:root",
        }
        if self.protocol in ("http", "https"):
            effective = self.delivery_policy or self.topic.delivery_policy or default_policy()
            found["EffectiveDeliveryPolicy"] = json.dumps(effective)
        found.update(self.attributes)
        if self.filter is not None:
            found["FilterPolicyScope"] = self.filter.scope
        else:
            found.pop("FilterPolicyScope", None)
        return found


class Topic:
    """A topic with its settings and its subscriptions, by ARN."""

    def __init__(self, region: str, account_id: str, name: str) -> None:
        self.region = region
        self.name = name
        self.owner = account_id
        self.arn = f"arn:aws:sns:{region}:{account_id}:{name}"
        self.fifo = name.endswith(".fifo")
        # the principal that sends to queues
        self.sender = Principal("service", self.arn, account_id)
        self.tags: dict[str, str] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.deleted_subscriptions = 0
        self.published: RecentIds[tuple[str, str | None]] = RecentIds()
        self.attributes: dict[str, str] = {}
        # every call needs it, so it is written once
        self._default_policy = default_topic_policy(self)
        self._sequence = itertools.count(_FIRST_SEQUENCE_NUMBER)

    @property
    def policy(self) -> str:
        """Its access policy."""
        return self.attributes.get("Policy") or self._default_policy

    @property
    def maximum_size(self) -> int:
        """Its MaximumMessageSize in bytes."""
        return int(self.attributes.get("MaximumMessageSize", DEFAULT_MAXIMUM_SIZE))

    @property
    def content_based(self) -> bool:
        """Whether a message without a deduplication id gets one from its body."""
        return self.attributes.get("ContentBasedDeduplication") == "true"

    @property
    def by_group(self) -> bool:
        """Whether repetitions are looked for within each message group alone."""
        return self.attributes.get("FifoThroughputScope") == "MessageGroup"

    @property
    def delivery_policy(self) -> dict[str, Any]:
        """Its DeliveryPolicy; empty if it has none."""
        text = self.attributes.get("DeliveryPolicy")
        found: dict[str, Any] = json.loads(text) if text else {}
        return found

    def next_sequence_number(self) -> str:
        """The sequence number of the next message of a FIFO topic."""
        return f"{next(self._sequence):020d}"

    def find(self, protocol: str, endpoint: str) -> Subscription | None:
        """The subscription of an endpoint; None if there is none."""
        for subscription in self.subscriptions.values():
            if subscription.protocol == protocol and subscription.endpoint == endpoint:
                return subscription
        return None

    def described(self) -> dict[str, str]:
        """All attributes, as GetTopicAttributes returns them."""
        pending = sum(subscription.pending for subscription in self.subscriptions.values())
        found = {
            "TopicArn": self.arn,
            "Owner": self.owner,
            "Policy": self.policy,
            "DisplayName": "",
            "SubscriptionsPending": str(pending),
            "SubscriptionsConfirmed": str(len(self.subscriptions) - pending),
            "SubscriptionsDeleted": str(self.deleted_subscriptions),
            "EffectiveDeliveryPolicy": json.dumps({**default_policy(), **self.delivery_policy}),
        }
        return {**found, **self.attributes}


def default_topic_policy(topic: Topic) -> str:
    """The policy of a topic that was given none: its owner may do everything."""
    actions = (
        "GetTopicAttributes",
        "SetTopicAttributes",
        "AddPermission",
        "RemovePermission",
        "DeleteTopic",
        "Subscribe",
        "ListSubscriptionsByTopic",
        "Publish",
    )
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in actions],
        "Resource": topic.arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": topic.owner}},
    }
    policy = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
    return json.dumps(policy)
