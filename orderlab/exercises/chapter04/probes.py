"""Orders that checks send, and where they arrive."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.base import Target
from orderlab.orders.architecture import INBOX, ORDERS, SERVICES
from orderlab.orders.parts.names import ignoring
from orderlab.practice.items import order_in
from orderlab.practice.queue_look import bodies_with, take_out

# What a form, JSON or a template might not carry.
_NAMES = (
    'Salt & Pepper + 50% "extra" = Käse',
    "Brötchen ☃ 'frisch' <1> & mehr + $input.body",
    'Tea %26 Milk "&" 100 % + #5; back\\slash',
)


def probe_order(order_id: str = "") -> dict[str, Any]:
    """A valid order with names that are hard to carry; its id comes first."""
    lines = [
        {
            "sku": f"sku-{secrets.token_hex(3)}",
            "name": name,
            "department": "Käse & Co",
            "quantity": 2 + secrets.randbelow(5),
            "unit_price_cents": 101 + secrets.randbelow(800),
        }
        for name in _NAMES
    ]
    return {
        "order_id": order_id or f"probe-{secrets.token_hex(5)}",
        "customer_id": f"c-{secrets.token_hex(3)}",
        "store_id": f"s-{secrets.token_hex(2)}",
        "placed_at": f"2017-12-18T09:{secrets.randbelow(50) + 10}:00Z",
        "coupon_cents": 7 + secrets.randbelow(90),
        "lines": lines,
    }


def as_sent(order: dict[str, Any]) -> str:
    """An order as text, with its letters as they are and spaces of its own."""
    return json.dumps(order, ensure_ascii=False, separators=(" ,", ": "))


def url_of(target: Target, queue: str) -> str | None:
    """A queue's URL, asked for each time: a learner may have deleted it."""
    try:
        return str(target.client("sqs").get_queue_url(QueueName=target.name(queue))["QueueUrl"])
    except ClientError:
        return None


def attributes_of(target: Target, queue: str) -> dict[str, str]:
    """A queue's attributes; none if there is no such queue."""
    url = url_of(target, queue)
    if url is None:
        return {}
    found = target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return dict(found["Attributes"])


def bodies(target: Target, text: str, queue: str = INBOX) -> list[str]:
    """The bodies in a queue that hold a text."""
    return bodies_with(target, target.name(queue), text)


def discard(target: Target, text: str, queue: str = INBOX) -> None:
    """Take the messages that hold a text out of a queue."""
    take_out(target, target.name(queue), text)


def stored(target: Target, order_id: str) -> dict[str, Any] | None:
    """The order in the table as it was sent, or None."""
    with ignoring("ResourceNotFoundException"):
        found = target.client("dynamodb").get_item(
            TableName=target.name(ORDERS), Key={"order_id": {"S": order_id}}, ConsistentRead=True
        )
        return order_in(found["Item"]) if "Item" in found else None
    return None


def arrival(target: Target, order_id: str, seconds: float = 6.0) -> str | dict[str, Any] | None:
    """A message's body as it lies in the inbox, or the order in the table; None if neither comes."""
    found: list[str | dict[str, Any]] = []

    def look() -> bool:
        there = stored(target, order_id)
        if there is not None:
            found.append(there)
        else:
            found.extend(bodies(target, order_id))
        return bool(found)

    until(look, seconds)
    return found[0] if found else None


def forget(target: Target, *order_ids: str) -> None:
    """Take probe orders out of the inbox and the tables again."""
    dynamodb = target.client("dynamodb")
    for each in order_ids:
        discard(target, each)
        for table in (ORDERS, *SERVICES):
            with ignoring("ResourceNotFoundException"):
                dynamodb.delete_item(TableName=target.name(table), Key={"order_id": {"S": each}})


def until(look: Callable[[], bool], seconds: float) -> bool:
    """True as soon as `look()` is, False after `seconds`."""
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
