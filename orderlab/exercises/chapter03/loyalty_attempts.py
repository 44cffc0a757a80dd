"""Attempts at exercise 3.6: the fourth service, with one thing different."""

from __future__ import annotations

import json
from typing import Any

from orderlab.exercises.chapter03.foreign_topic import door
from orderlab.exercises.engine import Workspace
from orderlab.orders import architecture
from orderlab.orders.architecture import SERVICES, TOPIC
from orderlab.orders.parts import functions, messaging, tables
from orderlab.orders.parts.functions import Function
from orderlab.orders.parts.names import queue_arn, table_arn, topic_arn
from orderlab.orders.parts.roles import allow

LOYALTY = "loyalty"
_CONSUME = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def build(
    workspace: Workspace,
    *,
    queue: str = LOYALTY,
    policy: bool = True,
    raw: str = "true",
    mapped: bool = True,
    filtered: bool = True,
    answers: tuple[str, ...] = ("ReportBatchItemFailures",),
) -> None:
    """The fourth service, with one thing different."""
    target = workspace.target
    tables.ensure_table(target, LOYALTY, tables.service_table(), stream=False)
    if queue not in SERVICES:
        url = messaging.ensure_queue(
            target, queue, visibility_timeout=architecture.VISIBILITY_SECONDS
        )
        topic, arn = topic_arn(target, TOPIC), queue_arn(target, queue)
        if policy:
            target.client("sqs").set_queue_attributes(
                QueueUrl=url, Attributes={"Policy": door(arn, topic)}
            )
        attributes = {"RawMessageDelivery": raw}
        if filtered:
            attributes["FilterPolicy"] = json.dumps({"event_type": ["OrderPlaced"]})
        target.client("sns").subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes
        )
    statements = [
        allow(_CONSUME, queue_arn(target, queue)),
        allow("dynamodb:UpdateItem", table_arn(target, LOYALTY)),
    ]
    function = Function(
        LOYALTY, architecture.FUNCTION_SECONDS, statements, {"TABLE": target.name(LOYALTY)}
    )
    functions.ensure_function(target, function, functions.ensure_layer(target))
    if mapped:
        functions.ensure_mapping(
            target,
            LOYALTY,
            queue_arn(target, queue),
            BatchSize=10,
            FunctionResponseTypes=list(answers),
        )


def attempt(**changes: Any) -> Any:
    return lambda workspace: build(workspace, **changes)


def called_by_accept_order(workspace: Workspace) -> None:
    build(workspace, policy=False)
    client, name = workspace.client("lambda"), workspace.name("accept-order")
    found = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    client.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**found, "SERVICES": LOYALTY}}
    )


def table_only(workspace: Workspace) -> None:
    tables.ensure_table(workspace.target, LOYALTY, tables.service_table(), stream=False)
