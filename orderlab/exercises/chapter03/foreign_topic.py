"""Who may send to a queue: tried with a topic of the check's own, and read for other accounts."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.probes import probe_id, publish, url_of
from orderlab.orders.parts.names import queue_arn

_ELSEWHERE = "999999999999"
_WILDCARDS = ("ArnLike", "ArnEquals", "StringLike")
_EXACT = ("StringEquals",)


def door(queue: str, topic: str) -> str:
    """A queue policy that lets one topic send (both ARNs)."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def policy_of(target: Target, queue: str) -> list[dict[str, Any]]:
    """The statements of a queue's policy; none if it has no policy, or is not there."""
    url = url_of(target, queue)
    if url is None:
        return []
    found = target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    text = found.get("Attributes", {}).get("Policy")
    statements = json.loads(text).get("Statement", []) if text else []
    return statements if isinstance(statements, list) else [statements]


@contextmanager
def event_through_another_topic(target: Target, queues: Collection[str]) -> Iterator[str]:
    """Publish an OrderPlaced event to these queues through another topic; gives the order's id."""
    sns, order_id = target.client("sns"), probe_id()
    topic = sns.create_topic(Name=target.name(f"order-events-{order_id}"))["TopicArn"]
    made = [
        sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=queue_arn(target, queue),
            Attributes={"RawMessageDelivery": "true"},
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        for queue in queues
    ]
    try:
        publish(target, topic, "OrderPlaced", order_id)
        yield order_id
    finally:
        for each in made:
            sns.unsubscribe(SubscriptionArn=each)
        sns.delete_topic(TopicArn=topic)


def lets_other_accounts_in(statements: list[dict[str, Any]], topic: str) -> bool:
    """Whether a topic of the same name in another account may send through SNS."""
    parts = topic.split(":")
    foreign = ":".join([*parts[:4], _ELSEWHERE, *parts[5:]])
    return any(_admits(each, foreign) for each in statements if each.get("Effect") == "Allow")


def lets_in(statements: list[dict[str, Any]], topic: str, queue: str) -> bool:
    """Whether a policy, as it reads, lets this topic send to this queue (both ARNs)."""
    account = topic.split(":")[4]
    return any(
        _admits(each, topic, account)
        and _fits("sqs:sendmessage", [a.lower() for a in _list(each.get("Action", ()))])
        and _fits(queue, _list(each.get("Resource", "*")))
        for each in statements
        if each.get("Effect") == "Allow"
    )


def more_than_sending(statements: list[dict[str, Any]]) -> list[str]:
    """Actions that a policy allows beside sqs:SendMessage."""
    allowed = [each for each in statements if each.get("Effect") == "Allow"]
    actions = [a for each in allowed for a in _list(each.get("Action", "everything"))]
    return [action for action in actions if action.lower() != "sqs:sendmessage"]


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _fits(value: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(value, each) for each in patterns)


def _admits(statement: dict[str, Any], topic: str, account: str = _ELSEWHERE) -> bool:
    principal = statement.get("Principal")
    if principal not in ("*", {"AWS": "*"}) and "sns.amazonaws.com" not in str(principal):
        return False
    told = {"aws:sourcearn": topic, "aws:sourceaccount": account}
    for operator, keys in (statement.get("Condition") or {}).items():
        for key, values in keys.items():
            if key.lower() not in told or operator not in (*_WILDCARDS, *_EXACT):
                return False  # a condition that is not tried here counts as one that holds out
            wanted = values if isinstance(values, list) else [values]
            value = told[key.lower()]
            exact = operator in _EXACT
            if not any(value == w if exact else fnmatch.fnmatchcase(value, w) for w in wanted):
                return False
    return True
