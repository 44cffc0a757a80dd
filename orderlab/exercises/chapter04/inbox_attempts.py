"""Attempts at exercise 4.1: the two queues with one thing different."""

from __future__ import annotations

import json
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter04.notebook_names import DAY
from orderlab.exercises.chapter04.probes import url_of
from orderlab.exercises.engine import Workspace
from orderlab.orders.architecture import INBOX
from orderlab.orders.parts import messaging
from orderlab.orders.parts.names import ignoring, queue_arn

DEAD = messaging.dead_letter_name(INBOX)


def _for(principal: Any) -> str:
    """An access policy that lets somebody in."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sqs:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


# everybody, as one of two
WORLD = _for({"AWS": ["123456789012", "*"]})
OWN = _for({"AWS": "123456789012"})


def made(
    *, inbox: int = 7, dead: int = 14, hidden: int = 60, receipts: int = 5, **other: Any
) -> Any:
    """The two queues with one thing different; retentions in days."""

    def attempt(workspace: Workspace) -> None:
        target = workspace.target
        sqs = target.client("sqs")
        settings = {"MessageRetentionPeriod": str(dead * DAY)}
        if "allow" not in other:
            settings["RedriveAllowPolicy"] = _door(target, *_listed(other))
        with ignoring("QueueNameExists"):
            sqs.create_queue(QueueName=target.name(DEAD), Attributes=settings)
        kept = other.get("inbox_seconds", inbox * DAY)
        settings = {
            "MessageRetentionPeriod": str(kept),
            "VisibilityTimeout": str(hidden),
            "DelaySeconds": str(other.get("delay", 0)),
        }
        where = queue_arn(target, other.get("where", DEAD))
        if other.get("redrive", True):
            policy = {"deadLetterTargetArn": where, "maxReceiveCount": receipts}
            settings["RedrivePolicy"] = json.dumps(policy)
        if "policy" in other:
            settings["Policy"] = other["policy"]
        sqs.create_queue(QueueName=target.name(INBOX), Attributes=settings)
        if other.get("allow") == "late":
            _close(target)

    return attempt


def _listed(other: dict[str, Any]) -> list[str]:
    return [INBOX, *([other["also"]] if "also" in other else [])]


def _door(target: Target, *queues: str) -> str:
    arns = [queue_arn(target, each) for each in queues]
    return json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": arns})


def _close(target: Target) -> None:
    """The dead-letter queue takes nobody's dead letters any more."""
    target.client("sqs").set_queue_attributes(
        QueueUrl=url_of(target, DEAD),
        Attributes={"RedriveAllowPolicy": json.dumps({"redrivePermission": "denyAll"})},
    )


def closed_before(workspace: Workspace) -> None:
    """The dead-letter queue alone, for dead letters of another queue: the inbox was refused."""
    target = workspace.target
    settings = {"RedriveAllowPolicy": _door(target, "shipping")}
    target.client("sqs").create_queue(QueueName=target.name(DEAD), Attributes=settings)


def only_the_inbox(workspace: Workspace) -> None:
    workspace.client("sqs").create_queue(QueueName=workspace.name(INBOX))


def step_by_step(workspace: Workspace) -> None:
    """Both queues with defaults first, and then one attribute after the other."""
    target = workspace.target
    sqs = target.client("sqs")
    for name in (INBOX, DEAD):
        sqs.create_queue(QueueName=target.name(name))
    policy = {"deadLetterTargetArn": queue_arn(target, DEAD), "maxReceiveCount": "10"}
    for name, attribute, value in (
        (DEAD, "MessageRetentionPeriod", "1209600"),
        (INBOX, "RedrivePolicy", json.dumps(policy)),
        (INBOX, "MessageRetentionPeriod", str(5 * DAY)),
        (INBOX, "VisibilityTimeout", "90"),
        (DEAD, "RedriveAllowPolicy", _door(target, INBOX)),
    ):
        sqs.set_queue_attributes(QueueUrl=url_of(target, name), Attributes={attribute: value})
