"""Queues, their dead-letter queues, the topic, and the policy that lets it send to a queue."""

from __future__ import annotations

import json
import time
from typing import Any
from weakref import WeakKeyDictionary

from orderlab.aws_target.base import FAULTS, Target
from orderlab.orders.parts.names import TAG_LIST, TAGS, ignoring, queue_arn, topic_arn

# Five tries, the fewest that AWS advises for a queue that feeds a function: then a message outlives
# an outage of four visibility timeouts. After that it waits in the dead-letter queue for a person:
# dead letters must outlive a long weekend, so they are kept for the longest time there is.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
MAX_RECEIVE_COUNT = 5
DEAD_LETTER_SECONDS = 14 * 24 * 3600
# AWS's own default
QUEUE_SECONDS = 4 * 24 * 3600
# AWS keeps the name of a deleted queue for a minute
REUSE_SECONDS = 70.0
_URLS: WeakKeyDictionary[Target, dict[str, str]] = WeakKeyDictionary()


def dead_letter_name(queue: str) -> str:
    return f"{queue}-dlq"


def ensure_queue(
    target: Target, name: str, *, visibility_timeout: int, retention: int = QUEUE_SECONDS
) -> str:
    """A queue with a dead-letter queue; times in seconds. Returns its URL."""
    dead = dead_letter_name(name)
    _queue(target, dead, {"MessageRetentionPeriod": str(DEAD_LETTER_SECONDS)})
    url = _queue(
        target,
        name,
        {
            "VisibilityTimeout": str(visibility_timeout),
            "MessageRetentionPeriod": str(retention),
            # a consumer that polls by itself, not by a mapping, should wait too
            "ReceiveMessageWaitTimeSeconds": "20",
            "RedrivePolicy": json.dumps(
                {
                    "deadLetterTargetArn": queue_arn(target, dead),
                    "maxReceiveCount": MAX_RECEIVE_COUNT,
                }
            ),
        },
    )
    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn(target, name)]}
    # a server of others' that knows no such policy lets every queue send its dead letters there
    with ignoring("InvalidAttributeName", "AWS.SimpleQueueService.InvalidAttributeName"):
        _set(target, dead, {"RedriveAllowPolicy": json.dumps(allowed)})
    return url


def ensure_plain_queue(target: Target, name: str) -> str:
    """A queue that only collects, with the longest retention. Returns its URL."""
    return _queue(target, name, {"MessageRetentionPeriod": str(DEAD_LETTER_SECONDS)})


def ensure_topic(target: Target, name: str) -> str:
    """The topic's ARN. One that stands is taken as it is: other tags on it would be refused."""
    sns, topic = target.client("sns"), topic_arn(target, name)
    with ignoring("NotFound", "NotFoundException"):
        sns.get_topic_attributes(TopicArn=topic)
        return topic
    return str(sns.create_topic(Name=target.name(name), Tags=TAG_LIST)["TopicArn"])


def ensure_subscription(target: Target, topic: str, queue: str, events: list[str]) -> None:
    """Let the topic into the queue, then deliver those event types to it, as they were published.

    Without the queue's policy the topic would deliver nothing, and tell nobody.
    """
    statement = {
        "Sid": "order-events",
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn(target, queue),
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn(target, topic)}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    _set(target, queue, {"Policy": policy})
    sns = target.client("sns")
    wanted = {
        "RawMessageDelivery": "true",
        "FilterPolicy": json.dumps({"event_type": events}),
    }
    subscription = _subscription(target, topic, queue)
    if subscription is None:
        sns.subscribe(
            TopicArn=topic_arn(target, topic),
            Protocol="sqs",
            Endpoint=queue_arn(target, queue),
            Attributes=wanted,
        )
        return
    for name, value in wanted.items():
        sns.set_subscription_attributes(
            SubscriptionArn=subscription, AttributeName=name, AttributeValue=value
        )


def remove_subscription(target: Target, topic: str, queue: str) -> None:
    """End a queue's subscription to the topic, if it has one."""
    with ignoring("NotFound", "NotFoundException"):
        subscription = _subscription(target, topic, queue)
        if subscription is not None:
            target.client("sns").unsubscribe(SubscriptionArn=subscription)


def remove_queue(target: Target, name: str) -> None:
    """Remove a queue and its dead-letter queue."""
    sqs = target.client("sqs")
    for queue in (name, dead_letter_name(name)):
        with ignoring("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"):
            sqs.delete_queue(QueueUrl=queue_url(target, queue))


def free_queue_names(target: Target) -> None:
    """Let the names of deleted queues be taken again: at once on the local cloud, after AWS's
    minute anywhere else.
    """
    if FAULTS in target.can:
        target.page("queues/deleted", "DELETE")
    else:
        time.sleep(REUSE_SECONDS)


def remove_topic(target: Target, name: str) -> None:
    sns = target.client("sns")
    topic = topic_arn(target, name)
    with ignoring("NotFound", "NotFoundException"):
        pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        for subscription in [entry for page in pages for entry in page["Subscriptions"]]:
            sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
        sns.delete_topic(TopicArn=topic)


def queue_url(target: Target, name: str) -> str:
    """The queue's URL, asked for once: a queue made again has the same."""
    known = _URLS.setdefault(target, {})
    if name not in known:
        found = target.client("sqs").get_queue_url(QueueName=target.name(name))
        known[name] = found["QueueUrl"]
    return known[name]


def _queue(target: Target, name: str, attributes: dict[str, str]) -> str:
    sqs = target.client("sqs")
    try:
        return _create(target, name, attributes)
    except sqs.exceptions.QueueNameExists:
        url = queue_url(target, name)
        sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
        return url


def _create(target: Target, name: str, attributes: dict[str, str]) -> str:
    """Create a queue; a name that was given up less than a minute ago is waited for."""
    sqs = target.client("sqs")

    def create() -> str:
        made = sqs.create_queue(QueueName=target.name(name), Attributes=attributes, tags=TAGS)
        return str(made["QueueUrl"])

    try:
        return create()
    except sqs.exceptions.QueueDeletedRecently:
        free_queue_names(target)
        return create()


def _set(target: Target, queue: str, attributes: dict[str, str]) -> None:
    target.client("sqs").set_queue_attributes(
        QueueUrl=queue_url(target, queue), Attributes=attributes
    )


def _subscription(target: Target, topic: str, queue: str) -> str | None:
    sns = target.client("sns")
    pages: Any = sns.get_paginator("list_subscriptions_by_topic").paginate(
        TopicArn=topic_arn(target, topic)
    )
    for page in pages:
        for subscription in page["Subscriptions"]:
            if subscription["Endpoint"] == queue_arn(target, queue):
                return str(subscription["SubscriptionArn"])
    return None
