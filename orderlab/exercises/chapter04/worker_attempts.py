"""Attempts at exercise 4.3: the worker with one thing different."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter04.notebook_names import CONSUME, worker_settings
from orderlab.exercises.chapter04.probes import until
from orderlab.exercises.engine import Workspace
from orderlab.orders.architecture import INBOX, ORDERS
from orderlab.orders.parts import functions
from orderlab.orders.parts.messaging import dead_letter_name
from orderlab.orders.parts.names import queue_arn, table_arn
from orderlab.orders.parts.roles import Statement, allow
from orderlab.practice.functions import deploy

NAME = "process-order"

STORE = """import os
from orderlib import aws, log, orders, storage

dynamodb = aws.client("dynamodb")

def store(record):
    order = orders.parse(record["body"])
    accepted_ms = int(record["attributes"]["SentTimestamp"])
    there = storage.store_once(dynamodb, os.environ["ORDERS_TABLE"], order, accepted_ms)
    log.info("order stored", order_id=order["order_id"], before=there is not None)
    if there is not None and not storage.same_order(order, there):
        raise ValueError(f"another order has the id {order['order_id']}")
"""
HANDLER = """
def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            store(record)
        except Exception as error:
            log.error("message failed", error=repr(error))
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""
ANOTHER_WAY = """import json, os
import boto3
from orderlib import items, money, orders

table = boto3.client("dynamodb")

def failed(record):
    try:
        order = json.loads(record["body"])
        orders.check(order)
        item = items.to_item({
            **order, "status": "ACCEPTED", "total_cents": money.total_cents(order),
            "accepted_ms": int(record["attributes"]["SentTimestamp"]),
            "open_at_store": order["store_id"]})
        table.put_item(TableName=os.environ["ORDERS_TABLE"], Item=item,
                       ConditionExpression="attribute_not_exists(order_id)",
                       ReturnValuesOnConditionCheckFailure="ALL_OLD")
        return False
    except table.exceptions.ConditionalCheckFailedException as refusal:
        there = items.from_item(refusal.response["Item"])
        return any(there[name] != order[name] for name in order)
    except BaseException:
        return True

def handler(event, context):
    return {"batchItemFailures": [
        {"itemIdentifier": r["messageId"]} for r in event["Records"] if failed(r)], "seen": True}
"""


OVERWRITING = (
    """import os
import boto3
from orderlib import items, log, money, orders

table = boto3.client("dynamodb")

def store(record):
    order = orders.parse(record["body"])
    item = items.to_item({
        **order, "status": "ACCEPTED", "total_cents": money.total_cents(order),
        "accepted_ms": int(record["attributes"]["SentTimestamp"]),
        "open_at_store": order["store_id"]})
    table.put_item(TableName=os.environ["ORDERS_TABLE"], Item=item)
"""
    + HANDLER
)


def read_inbox(target: Target) -> Statement:
    return allow(CONSUME, queue_arn(target, INBOX))


def put_orders(target: Target) -> Statement:
    return allow("dynamodb:PutItem", table_arn(target, ORDERS))


def read_dead_letters(target: Target) -> Statement:
    return allow(CONSUME, queue_arn(target, dead_letter_name(INBOX)))


def in_one(target: Target) -> Statement:
    """Both rights in one statement, and the log's beside them."""
    logs = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [queue_arn(target, INBOX), table_arn(target, ORDERS), "arn:aws:logs:*:*:*"]
    return allow([*CONSUME, "dynamodb:PutItem", *logs], resources)


Right = Callable[[Target], Statement]


def attempt(
    code: str = STORE + HANDLER,
    *,
    rights: tuple[Right, ...] = (read_inbox, put_orders),
    mapping: bool = True,
    **settings: Any,
) -> Any:
    """The worker, deployed and fed, with one thing different."""

    def build(workspace: Workspace) -> None:
        target = workspace.target
        allowed = [right(target) for right in rights]
        deploy(target, NAME, code, allowed=allowed, **worker_settings(target))
        if mapping:
            feed(target, **settings)

    return build


def changed(before: str, after: str, **settings: Any) -> Any:
    """The solution's code with one place different."""
    code = STORE + HANDLER
    assert before in code, before
    return attempt(code.replace(before, after), **settings)


def feed(
    target: Target,
    *,
    source: str = INBOX,
    reports: bool = True,
    enabled: bool = True,
    **settings: Any,
) -> None:
    """Feed process-order from a queue, unless that queue feeds it already."""
    client = target.client("lambda")
    wanted: dict[str, Any] = {"Enabled": enabled, **settings}
    if reports:
        wanted["FunctionResponseTypes"] = ["ReportBatchItemFailures"]
    found = client.list_event_source_mappings(
        FunctionName=target.name(NAME), EventSourceArn=queue_arn(target, source)
    )["EventSourceMappings"]
    if found:
        client.update_event_source_mapping(UUID=found[0]["UUID"], **wanted)
    else:
        client.create_event_source_mapping(
            FunctionName=target.name(NAME), EventSourceArn=queue_arn(target, source), **wanted
        )


def take_away(target: Target) -> None:
    """The function and what feeds it; a mapping that is being deleted refuses the next one."""
    functions.remove_function(target, NAME)
    until(lambda: not readers(target), 30.0)


def readers(target: Target) -> list[dict[str, Any]]:
    """The mappings that read the inbox, whatever their function."""
    found: list[dict[str, Any]] = target.client("lambda").list_event_source_mappings(
        EventSourceArn=queue_arn(target, INBOX)
    )["EventSourceMappings"]
    return found


def two_readers(workspace: Workspace) -> None:
    """The solution, and another function that reads the same queue."""
    target = workspace.target
    attempt()(workspace)
    code = "def handler(event, context):\n    return None\n"
    deploy(target, "spare", code, allowed=[read_inbox(target)])
    target.client("lambda").create_event_source_mapping(
        FunctionName=target.name("spare"), EventSourceArn=queue_arn(target, INBOX)
    )


def too_long(workspace: Workspace) -> None:
    """The function may run for longer than the inbox hides: Lambda refuses the mapping."""
    target = workspace.target
    rights = [read_inbox(target), put_orders(target)]
    settings = {**worker_settings(target), "Timeout": 90}
    deploy(target, NAME, STORE + HANDLER, allowed=rights, **settings)


def reserved_none(workspace: Workspace) -> None:
    """The solution, and no call is let through."""
    attempt()(workspace)
    workspace.client("lambda").put_function_concurrency(
        FunctionName=workspace.name(NAME), ReservedConcurrentExecutions=0
    )
