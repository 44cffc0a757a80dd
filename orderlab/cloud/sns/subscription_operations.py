"""The operations on subscriptions: subscribe, confirm, set, list, unsubscribe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.sns.arns import check_arn
from orderlab.cloud.sns.attributes import checked_subscription
from orderlab.cloud.sns.errors import InvalidParameter, LimitExceeded, NotFound
from orderlab.cloud.sns.paging import page_of
from orderlab.cloud.sns.registry import TopicRegistry
from orderlab.cloud.sns.subscribers import check_subscriber
from orderlab.cloud.sns.topic import Subscription, Topic

MAX_FILTER_POLICIES = 200
MAX_FIFO_SUBSCRIPTIONS = 100
PENDING = "PendingConfirmation"
# the values of attributes that were not set
DEFAULTS = {"RawMessageDelivery": "false", "FilterPolicyScope": "MessageAttributes"}


class SubscriptionOperations:
    """https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html"""

    def __init__(
        self, registry: TopicRegistry, ask_to_confirm: Callable[[Subscription], None]
    ) -> None:
        self._registry = registry
        self._ask_to_confirm = ask_to_confirm
        self.handlers: Mapping[str, Handler] = {
            "Subscribe": self.subscribe,
            "ConfirmSubscription": self.confirm_subscription,
            "Unsubscribe": self.unsubscribe,
            "ListSubscriptions": self.list_subscriptions,
            "ListSubscriptionsByTopic": self.list_subscriptions_by_topic,
            "GetSubscriptionAttributes": self.get_subscription_attributes,
            "SetSubscriptionAttributes": self.set_subscription_attributes,
        }

    def subscribe(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html"""
        topic = self._registry.in_call(call, parameters.get("TopicArn"))
        subscription = self.add(
            topic,
            str(parameters.get("Protocol") or ""),
            str(parameters.get("Endpoint") or ""),
            parameters.get("Attributes") or {},
        )
        shown = not subscription.pending or bool(parameters.get("ReturnSubscriptionArn"))
        return {"SubscriptionArn": subscription.arn if shown else "pending confirmation"}

    def add(
        self, topic: Topic, protocol: str, endpoint: str, given: Mapping[str, str]
    ) -> Subscription:
        """Add a subscription, or return the one that there is with the same attributes."""
        try:
            attributes = checked_subscription(given, protocol, fifo=endpoint.endswith(".fifo"))
        except InvalidParameter as error:
            raise InvalidParameter(f"Attributes Reason: {error.what}") from None
        check_subscriber(topic, protocol, endpoint)
        known = topic.find(protocol, endpoint)
        if known is not None:
            current = {**DEFAULTS, **known.attributes}
            if any(current.get(name) != value for name, value in attributes.items()):
                raise InvalidParameter(
                    "Attributes Reason: Subscription already exists with different attributes"
                )
            if known.pending:
                self._ask_to_confirm(known)
            return known
        if topic.fifo and len(topic.subscriptions) >= MAX_FIFO_SUBSCRIPTIONS:
            raise LimitExceeded(
                "Subscription limit exceeded for the topic", code="SubscriptionLimitExceeded"
            )
        subscription = Subscription(topic, protocol, endpoint)
        _check_filter_count(topic, subscription, attributes)
        subscription.apply(attributes)
        self._registry.subscribed(subscription)
        if subscription.pending:
            self._ask_to_confirm(subscription)
        return subscription

    def confirm_subscription(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html"""
        topic_arn = str(parameters.get("TopicArn") or "")
        subscription = self._registry.confirm(topic_arn, str(parameters.get("Token") or ""))
        subscription.authenticated = True
        return {"SubscriptionArn": subscription.arn}

    def unsubscribe(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html"""
        arn = str(parameters.get("SubscriptionArn") or "")
        _check_arn(arn)
        if arn.count(":") != 6:
            raise InvalidParameter("SubscriptionId")
        self._registry.unsubscribe(arn)
        return {}

    # --- lists ---

    def list_subscriptions(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html"""
        found = [
            self._shown(subscription)
            for topic in self._registry.in_region(call.region)
            for subscription in topic.subscriptions.values()
        ]
        return page_of("Subscriptions", found, parameters)

    def list_subscriptions_by_topic(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html"""
        topic = self._registry.in_call(call, parameters.get("TopicArn"))
        found = [self._shown(subscription) for subscription in topic.subscriptions.values()]
        return page_of("Subscriptions", found, parameters)

    def _shown(self, subscription: Subscription) -> dict[str, Any]:
        return {
            "SubscriptionArn": PENDING if subscription.pending else subscription.arn,
            "Owner": subscription.topic.owner,
            "Protocol": subscription.protocol,
            "Endpoint": subscription.endpoint,
            "TopicArn": subscription.topic.arn,
        }

    # --- attributes ---

    def get_subscription_attributes(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html"""
        subscription = self._found(parameters)
        return {"Attributes": subscription.described(self._registry.account_id)}

    def set_subscription_attributes(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html"""
        subscription = self._found(parameters)
        topic = subscription.topic
        name = str(parameters.get("AttributeName") or "")
        value = str(parameters.get("AttributeValue") or "")
        merged = {**subscription.attributes, name: value}
        fifo = subscription.endpoint.endswith(".fifo")
        attributes = checked_subscription(merged, subscription.protocol, fifo=fifo)
        _check_filter_count(topic, subscription, attributes)
        subscription.apply(attributes)
        return {}

    def _found(self, parameters: Parameters) -> Subscription:
        arn = str(parameters.get("SubscriptionArn") or "")
        _check_arn(arn)
        subscription = self._registry.subscription(arn)
        if subscription is None:
            raise NotFound("Subscription does not exist")
        return subscription


def _check_arn(arn: str) -> None:
    if not arn:
        raise InvalidParameter("SubscriptionArn Reason: no value for required parameter")
    check_arn(arn, "SubscriptionArn")


def _check_filter_count(
    topic: Topic, subscription: Subscription, attributes: Mapping[str, str]
) -> None:
    if "FilterPolicy" not in attributes:
        return
    others = sum(
        each.filter is not None for each in topic.subscriptions.values() if each is not subscription
    )
    if others >= MAX_FILTER_POLICIES:
        raise LimitExceeded(
            "Filter policy limit exceeded for the topic", code="FilterPolicyLimitExceeded"
        )
