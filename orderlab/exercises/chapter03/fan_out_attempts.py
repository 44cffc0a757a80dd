"""Attempts at exercise 3.3: the fan-out with one thing different."""

from __future__ import annotations

import json
from typing import Any

from orderlab.exercises.chapter03.foreign_topic import door
from orderlab.exercises.chapter03.probes import url_of
from orderlab.exercises.chapter03.undoing import undo_fan_out
from orderlab.exercises.engine import Workspace
from orderlab.orders.architecture import SERVICES, TOPIC
from orderlab.orders.parts.names import queue_arn, topic_arn

PLACED_ONLY = {"event_type": ["OrderPlaced"]}


def build(
    workspace: Workspace,
    *,
    topic_name: str = TOPIC,
    policy: Any = door,
    raw: str = "true",
    only: dict[str, Any] | None = PLACED_ONLY,
    names: tuple[str, ...] = SERVICES,
) -> None:
    """The fan-out with one thing different, as a learner would build it."""
    target = workspace.target
    undo_fan_out(target)
    topic = topic_arn(target, topic_name)
    for name in names:
        queue = queue_arn(target, name)
        if policy:
            target.client("sqs").set_queue_attributes(
                QueueUrl=url_of(target, name), Attributes={"Policy": policy(queue, topic)}
            )
        attributes = {"RawMessageDelivery": raw}
        if only:
            attributes["FilterPolicy"] = json.dumps(only)
        target.client("sns").subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=attributes
        )


def statement(principal: Any, **changes: Any) -> Any:
    def policy(queue: str, topic: str) -> str:
        statement = {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
            **changes,
        }
        return json.dumps({"Version": "2012-10-17", "Statement": statement})

    return policy


def attempt(**changes: Any) -> Any:
    return lambda workspace: build(workspace, **changes)


def at_another_topic(workspace: Workspace) -> None:
    workspace.client("sns").create_topic(Name=workspace.name("hello"))
    build(workspace, topic_name="hello", policy=None)


def any_source(pattern: str) -> Any:
    def policy(queue: str, topic: str) -> str:
        source = pattern.format(account=topic.split(":")[4])
        condition = {"ArnLike": {"aws:SourceArn": source}}
        made: str = statement({"Service": "sns.amazonaws.com"}, Condition=condition)(queue, topic)
        return made

    return policy
