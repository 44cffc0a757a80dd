"""Orders and events that checks send to see what happens, and looking where they arrive."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Collection
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.base import Target
from orderlab.orders.parts.names import ignoring, topic_arn
from orderlab.practice.items import item_of


def probe_id() -> str:
    """An order id that no order of the sample has."""
    return f"probe-{secrets.token_hex(5)}"


def probe_order(order_id: str, cents: int | None = None) -> dict[str, Any]:
    """A whole, valid order of random lines and a coupon, whose total is `cents`, or random."""
    coupon = 7 + secrets.randbelow(90)
    lines = [
        {
            "sku": f"sku-{secrets.token_hex(3)}",
            "name": f"Apples {number}",
            "department": "Produce",
            "quantity": 2 + secrets.randbelow(4),
            "unit_price_cents": 101 + secrets.randbelow(900),
        }
        for number in range(2 + secrets.randbelow(2))
    ]
    order = {
        "order_id": order_id,
        "customer_id": f"c-{secrets.token_hex(3)}",
        "store_id": f"s-{secrets.token_hex(2)}",
        "placed_at": f"2017-12-18T09:{secrets.randbelow(50) + 10}:00Z",
        "coupon_cents": coupon,
        "lines": lines,
    }
    if cents is not None:
        order["coupon_cents"] = 0
        order["lines"] = [{**lines[0], "quantity": 1, "unit_price_cents": cents}]
    return order


def total_cents(order: dict[str, Any]) -> int:
    """Goods less the coupon."""
    goods = sum(line["quantity"] * line["unit_price_cents"] for line in order["lines"])
    return int(goods - order["coupon_cents"])


def record(name: str, order: dict[str, Any]) -> dict[str, Any]:
    """A stream record of the view type NEW_IMAGE about one order."""
    change: dict[str, Any] = {
        "ApproximateCreationDateTime": 1_513_587_600,
        "Keys": {"order_id": {"S": order["order_id"]}},
        "SequenceNumber": f"{secrets.randbelow(10**9) + 10**20}",
        "SizeBytes": 300,
        "StreamViewType": "NEW_IMAGE",
    }
    if name != "REMOVE":
        change["NewImage"] = item_of(order)
    return {
        "eventID": secrets.token_hex(16),
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": change,
    }


def publish(target: Target, topic: str, event_type: str, order_id: str, cents: int = 517) -> None:
    """Publish an event to a topic (its ARN), as publish-order-events does."""
    event = {
        "event_id": secrets.token_hex(8),
        "event_type": event_type,
        "order_id": order_id,
        "accepted_ms": 0,
        "order": probe_order(order_id, cents),
        "total_cents": cents,
    }
    if event_type == "OrderRemoved":
        event["order"] = {"order_id": order_id}
        del event["total_cents"]
    attributes = {"event_type": {"DataType": "String", "StringValue": event_type}}
    if "total_cents" in event:
        attributes["store_id"] = {"DataType": "String", "StringValue": "s-probe"}
        attributes["total_cents"] = {"DataType": "Number", "StringValue": str(cents)}
    target.client("sns").publish(
        TopicArn=topic, Message=json.dumps(event), MessageAttributes=attributes
    )


def url_of(target: Target, queue: str) -> str | None:
    """A queue's URL, asked for each time: a learner may have deleted it."""
    try:
        return str(target.client("sqs").get_queue_url(QueueName=target.name(queue))["QueueUrl"])
    except ClientError:
        return None


def take(target: Target, url: str, wanted: Collection[str], *, wait: int = 0) -> list[str]:
    """Bodies of those messages that hold one of the wanted ids; they are deleted, others stay.

    With `wait` (seconds) it is a long poll: it looks at all servers, and nothing means nothing there.
    """
    sqs = target.client("sqs")
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0, WaitTimeSeconds=wait
    )
    found = []
    for message in answer.get("Messages", ()):
        if any(each in message["Body"] for each in wanted):
            with ignoring("ReceiptHandleIsInvalid"):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(message["Body"])
    return found


def collect(
    target: Target, url: str, wanted: Collection[str], *, enough: int, seconds: float
) -> list[str]:
    """Bodies of the wanted messages that arrive: up to `enough` of them, or for `seconds`.

    It may take a second longer: the last long poll is not cut short.
    """
    found: list[str] = []
    deadline = time.monotonic() + seconds
    while len(found) < enough and time.monotonic() < deadline:
        new = take(target, url, wanted, wait=1)
        found += new
        if not new:
            time.sleep(0.05)  # other messages may lie there, and answer a long poll at once
    return found


def until(look: Callable[[], bool], seconds: float) -> bool:
    """True as soon as `look()` is, False after `seconds`."""
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def subscriptions(target: Target, topic: str) -> list[dict[str, Any]]:
    """The topic's subscriptions with their attributes; none if there is no such topic."""
    sns = target.client("sns")
    found = []
    with ignoring("NotFound", "NotFoundException"):
        pages = sns.get_paginator("list_subscriptions_by_topic").paginate(
            TopicArn=topic_arn(target, topic)
        )
        for page in pages:
            for each in page["Subscriptions"]:
                if each["SubscriptionArn"].startswith("arn:"):
                    found.append(
                        sns.get_subscription_attributes(SubscriptionArn=each["SubscriptionArn"])[
                            "Attributes"
                        ]
                    )
    return found


def rows(target: Target, table: str, ids: Collection[str]) -> dict[str, int]:
    """By order id, how often a service has done its work (`applied`); only of those asked for."""
    dynamodb = target.client("dynamodb")
    found = {}
    for each in ids:
        with ignoring("ResourceNotFoundException"):
            item = dynamodb.get_item(
                TableName=target.name(table), Key={"order_id": {"S": each}}, ConsistentRead=True
            ).get("Item")
            if item:
                found[each] = int(item.get("applied", {"N": "1"})["N"])
    return found


def forget(target: Target, tables: Collection[str], ids: Collection[str]) -> None:
    """Take probe orders out of the tables again."""
    dynamodb = target.client("dynamodb")
    for table in tables:
        for each in ids:
            with ignoring("ResourceNotFoundException"):
                dynamodb.delete_item(TableName=target.name(table), Key={"order_id": {"S": each}})
