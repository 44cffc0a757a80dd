"""Changes of the customer's own settings, each with what puts it back."""

from __future__ import annotations

import contextlib
import secrets
import time
from threading import Thread
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.orders.architecture import TOPIC
from orderlab.orders.parts.messaging import dead_letter_name, queue_url
from orderlab.orders.parts.names import queue_arn, topic_arn
from orderlab.practice.backlog import pace

_NO_EVENT = '{"event_type": ["OrderPlacedd"]}'
_POISONS = 3
_LOOK_SECONDS = 30
_MOST_OTHERS = 200
_SWEEP_SECONDS = 0.5
# the worker may hold a message for its visibility timeout, five times
_SET_ASIDE_SECONDS = 400.0


def take_policy(target: Target, place: str, lasts: float) -> dict[str, Any]:
    """Remove a queue's policy."""
    sqs, url = target.client("sqs"), queue_url(target, place)
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    return {"policy": found.get("Attributes", {}).get("Policy", "")}


def put_policy(target: Target, place: str, before: dict[str, Any]) -> None:
    """Give a queue its policy again."""
    target.client("sqs").set_queue_attributes(
        QueueUrl=queue_url(target, place), Attributes={"Policy": before["policy"]}
    )


def spoil_filter(target: Target, place: str, lasts: float) -> dict[str, Any]:
    """Let a queue's subscription ask for an event that nobody publishes."""
    sns, subscription = target.client("sns"), _subscription(target, place)
    found = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    _set_filter(sns, subscription, _NO_EVENT)
    return {"subscription": subscription, "filter": found.get("FilterPolicy", "")}


def put_filter(target: Target, place: str, before: dict[str, Any]) -> None:
    """Give a subscription its filter again."""
    _set_filter(target.client("sns"), before["subscription"], before["filter"] or "{}")


def _set_filter(sns: Any, subscription: str, policy: str) -> None:
    sns.set_subscription_attributes(
        SubscriptionArn=subscription, AttributeName="FilterPolicy", AttributeValue=policy
    )


def _subscription(target: Target, queue: str) -> str:
    pages = target.client("sns").get_paginator("list_subscriptions_by_topic")
    endpoint = queue_arn(target, queue)
    return next(
        str(each["SubscriptionArn"])
        for page in pages.paginate(TopicArn=topic_arn(target, TOPIC))
        for each in page["Subscriptions"]
        if each["Endpoint"] == endpoint
    )


def stop_reading(target: Target, place: str, lasts: float) -> dict[str, Any]:
    """Disable the mapping from a queue to the function of its name."""
    functions = target.client("lambda")
    found = functions.list_event_source_mappings(FunctionName=target.name(place))
    uuid = found["EventSourceMappings"][0]["UUID"]
    functions.update_event_source_mapping(UUID=uuid, Enabled=False)
    return {"uuid": uuid}


def start_reading(target: Target, place: str, before: dict[str, Any]) -> None:
    """Enable a mapping again."""
    target.client("lambda").update_event_source_mapping(UUID=before["uuid"], Enabled=True)


def send_poison(target: Target, place: str, lasts: float) -> dict[str, Any]:
    """Put messages into a queue that look like orders and are none."""
    mark = f"o-game-{secrets.token_hex(4)}"
    for number in range(_POISONS):
        body = f'{{"order_id": "{mark}-{number}", "lines": "see attachment"}}'
        target.client("sqs").send_message(QueueUrl=queue_url(target, place), MessageBody=body)
    return {"mark": mark}


def remove_poison(target: Target, place: str, before: dict[str, Any]) -> None:
    """Delete these messages, from the queue and from its dead letters; others are shown again.

    Those that the worker holds are taken out later, by a thread, when it has given them back.
    """
    left = _POISONS - _sweep(target, place, before["mark"])
    if left:
        sweeper = Thread(target=_sweep_on, args=(target, place, before["mark"], left), daemon=True)
        sweeper.start()


def _sweep_on(target: Target, place: str, mark: str, left: int) -> None:
    """Look again and again, until the last one was found or the queue must have set it aside."""
    deadline = time.monotonic() + _SET_ASIDE_SECONDS / pace(target)
    # a cloud that is gone has taken the messages with it
    with contextlib.suppress(Exception):
        while left > 0 and time.monotonic() < deadline:
            time.sleep(_SWEEP_SECONDS)
            left -= _sweep(target, place, mark)


def _sweep(target: Target, place: str, mark: str) -> int:
    return sum(
        _delete_marked(target.client("sqs"), queue_url(target, queue), mark)
        for queue in (dead_letter_name(place), place)
    )


def _delete_marked(sqs: Any, url: str, mark: str) -> int:
    """Look through what is visible in a queue; how many messages were deleted."""
    deleted, others = 0, []
    while found := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1, VisibilityTimeout=_LOOK_SECONDS
    ).get("Messages"):
        for message in found:
            handle = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
            if mark in message["Body"]:
                sqs.delete_message(**handle)
                deleted += 1
            else:
                others.append(handle)
        if len(others) >= _MOST_OTHERS:
            break
    for handle in others:
        with contextlib.suppress(sqs.exceptions.ClientError):
            sqs.change_message_visibility(**handle, VisibilityTimeout=0)
    return deleted
