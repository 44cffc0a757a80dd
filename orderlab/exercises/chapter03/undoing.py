"""Taking away what tries made: subscriptions of a queue, and its policy."""

from __future__ import annotations

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.probes import url_of
from orderlab.orders.architecture import SERVICES
from orderlab.orders.parts.names import ignoring, queue_arn


def unsubscribe(target: Target, queue: str) -> None:
    """End all subscriptions of a queue, to whatever topic."""
    sns, endpoint = target.client("sns"), queue_arn(target, queue)
    pages = sns.get_paginator("list_subscriptions").paginate()
    for each in [entry for page in pages for entry in page["Subscriptions"]]:
        if each["Endpoint"] == endpoint and each["SubscriptionArn"].startswith("arn:"):
            with ignoring("NotFound", "NotFoundException"):
                sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])


def clear_policy(target: Target, queue: str) -> None:
    """Take a queue's policy away, if there is such a queue."""
    url = url_of(target, queue)
    if url is not None:
        target.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})


def undo_fan_out(target: Target) -> None:
    """Subscriptions and policies of the three queues go; the queues stay, with what is in them."""
    for name in SERVICES:
        unsubscribe(target, name)
        clear_policy(target, name)
