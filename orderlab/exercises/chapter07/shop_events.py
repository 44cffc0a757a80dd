"""What chapter 07's practice with a bus and a pipe stands on: a bus, queues, a role."""

from __future__ import annotations

import json
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.probes import url_of
from orderlab.exercises.engine import Workspace
from orderlab.orders.architecture import ORDERS
from orderlab.orders.parts import messaging
from orderlab.orders.parts.names import arn, ignoring, queue_arn, table_arn
from orderlab.orders.parts.roles import allow, ensure_role
from orderlab.orders.parts.tables import stream_arn

BUS = "shop-events"
FRAUD, PARTNER, FAILED = "fraud-desk", "partner", "bus-failed"
PIPE, PIPE_ROLE = "orders-to-bus", "orders-to-bus-role"
SOURCE = "shop.orders"
LIMIT = 20_000


def ensure_bus(target: Target) -> None:
    """The bus, its three queues, and policies that let rules of this account send to them."""
    events = target.client("events")
    with ignoring("ResourceAlreadyExistsException"):
        events.create_event_bus(Name=target.name(BUS))
    for name in (FRAUD, PARTNER, FAILED):
        url = messaging.ensure_plain_queue(target, name)
        target.client("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={"Policy": door(target, name)}
        )


def door(target: Target, queue: str) -> str:
    """A queue's policy: rules of this account may send to it."""
    statement = {
        **allow("sqs:SendMessage", queue_arn(target, queue)),
        "Principal": {"Service": "events.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": target.account_id}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def ensure_pipe_role(target: Target) -> str:
    """A role that a pipe may assume: read the orders' stream, put events on the bus."""
    reads = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    statements = [
        allow(reads, f"{table_arn(target, ORDERS)}/stream/*"),
        allow("dynamodb:ListStreams", "*"),
        allow("events:PutEvents", bus_arn(target)),
    ]
    return ensure_role(target, PIPE_ROLE, "pipes.amazonaws.com", statements)


def bus_arn(target: Target) -> str:
    return arn(target, "events", f"event-bus/{target.name(BUS)}")


def rules(target: Target, bus: str = BUS) -> list[dict[str, Any]]:
    """The rules of a bus, each with its `Targets`; none if there is no such bus."""
    events, name = target.client("events"), bus if bus == "default" else target.name(bus)
    found: list[dict[str, Any]] = []
    with ignoring("ResourceNotFoundException"):
        for rule in events.list_rules(EventBusName=name)["Rules"]:
            targets = events.list_targets_by_rule(Rule=rule["Name"], EventBusName=name)["Targets"]
            found.append({**rule, "Targets": targets})
    return found


def to_queue(target: Target, queue: str, bus: str = BUS) -> list[dict[str, Any]]:
    """The rules' targets that are this queue, each with its rule's `Pattern` and `State`."""
    wanted = queue_arn(target, queue)
    return [
        {**each, "Pattern": rule.get("EventPattern", ""), "State": rule["State"]}
        for rule in rules(target, bus)
        for each in rule["Targets"]
        if each["Arn"] == wanted
    ]


def forget_rules(target: Target) -> None:
    """Take away the rules of the practice bus, and those of the default bus that feed its queues."""
    events = target.client("events")
    ours = {queue_arn(target, name) for name in (FRAUD, PARTNER)}
    for bus in (BUS, "default"):
        name = bus if bus == "default" else target.name(bus)
        for rule in rules(target, bus):
            if bus == "default" and not ours & {each["Arn"] for each in rule["Targets"]}:
                continue
            if rule["Targets"]:
                events.remove_targets(
                    Rule=rule["Name"],
                    EventBusName=name,
                    Ids=[each["Id"] for each in rule["Targets"]],
                )
            events.delete_rule(Name=rule["Name"], EventBusName=name)


def names(workspace: Workspace) -> dict[str, Any]:
    """What the notebook has defined above its exercises."""
    target = workspace.target
    return {
        "json": json,
        "sqs": workspace.client("sqs"),
        "sns": workspace.client("sns"),
        "events": workspace.client("events"),
        "pipes": workspace.client("pipes"),
        "dynamodb": workspace.client("dynamodb"),
        "arn": lambda service, name: arn(target, service, name),
        "queue_url": lambda name: url_of(target, name),
        "stream": stream_arn(target, ORDERS),
        "role": ensure_pipe_role(target),
    }
