"""SNS: topics and who subscribes to them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from orderlab.drawing.discovery.inventory import Inventory


def read_topics(found: Inventory) -> None:
    sns = found.target.client("sns")
    for page in sns.get_paginator("list_topics").paginate():
        for arn in (topic["TopicArn"] for topic in page["Topics"]):
            name = arn.rpartition(":")[2]
            if found.is_ours(name):
                found.add("topic", name, arn)


def read_subscriptions(found: Inventory) -> None:
    """From a topic to each subscriber; from the topic to where undeliverable messages go."""
    sns = found.target.client("sns")
    for page in sns.get_paginator("list_subscriptions").paginate():
        for subscription in page["Subscriptions"]:
            arn = subscription["SubscriptionArn"]
            if subscription["TopicArn"] not in found.nodes or not arn.startswith("arn:"):
                continue  # a subscription that is not confirmed has no ARN yet
            attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
            _connect(found, subscription, attributes)


def _connect(found: Inventory, subscription: dict[str, Any], attributes: dict[str, str]) -> None:
    topic, endpoint = subscription["TopicArn"], subscription["Endpoint"]
    if subscription["Protocol"] in ("http", "https") and endpoint not in found.nodes:
        found.add("endpoint", urlsplit(endpoint).netloc, endpoint)
    policy = json.loads(attributes.get("FilterPolicy") or "{}")
    label = "filtered" if policy else ""
    found.connect(topic, endpoint, "delivers", label, _filter_in_words(policy))
    dead = json.loads(attributes.get("RedrivePolicy") or "{}").get("deadLetterTargetArn")
    if dead:
        found.become(dead, "dead-letters")
        found.connect(topic, dead, "redrive", "undeliverable")


def _filter_in_words(policy: dict[str, Any]) -> str:
    if not policy:
        return ""
    conditions = (f"{key} is {_values(value)}" for key, value in sorted(policy.items()))
    return "only where " + " and ".join(conditions)


def _values(value: Any) -> str:
    if not isinstance(value, list):
        return json.dumps(value)
    return " or ".join(each if isinstance(each, str) else json.dumps(each) for each in value)
