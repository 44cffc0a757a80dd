"""Attempts at exercise 3.2: a right one, and right ones with one thing changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from orderlab.exercises.chapter03.probes import total_cents
from orderlab.practice.items import plain

TYPES = {"INSERT": "OrderPlaced", "MODIFY": "OrderChanged", "REMOVE": "OrderRemoved"}


def to_publish_right(each: dict[str, Any]) -> dict[str, Any]:
    kind, change = TYPES[each["eventName"]], each["dynamodb"]
    event: dict[str, Any] = {"event_type": kind, "order_id": change["Keys"]["order_id"]["S"]}
    attributes = {"event_type": {"DataType": "String", "StringValue": kind}}
    if "NewImage" in change:
        order = event["order"] = plain(change["NewImage"])
        total = str(total_cents(order))
        attributes["total_cents"] = {"DataType": "Number", "StringValue": total}
    return {"Message": json.dumps(event), "MessageAttributes": attributes}


def but(change: Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], Any]) -> Any:
    """A right request, changed: `change(record, event, attributes)` may change both in place."""

    def to_publish(each: dict[str, Any]) -> dict[str, Any]:
        request = to_publish_right(each)
        event = json.loads(request["Message"])
        change(each, event, request["MessageAttributes"])
        return {**request, "Message": json.dumps(event)}

    return lambda _: to_publish


def totalled(reckon: Callable[[dict[str, Any]], int]) -> Any:
    def change(_: Any, event: dict[str, Any], attributes: dict[str, Any]) -> None:
        if "order" in event:
            attributes["total_cents"]["StringValue"] = str(reckon(event["order"]))

    return but(change)


def goods(order: dict[str, Any], lines: list[dict[str, Any]]) -> int:
    return int(sum(line["quantity"] * line["unit_price_cents"] for line in lines))


def with_more(each: dict[str, Any]) -> dict[str, Any]:
    request = to_publish_right(each)
    store = {"DataType": "String.Array", "StringValue": '["s-1"]'}
    more = {**request["MessageAttributes"], "stores": store}
    return {**request, "MessageAttributes": more, "Subject": "an order"}


def from_the_item(each: dict[str, Any]) -> dict[str, Any]:
    """Takes the total from the item, and writes JSON without spaces."""
    request = to_publish_right(each)
    image = each["dynamodb"].get("NewImage")
    if image:
        request["MessageAttributes"]["total_cents"] = {
            "DataType": "Number",
            "StringValue": str(total_cents(plain(image))),
        }
    body = json.dumps(json.loads(request["Message"]), separators=(",", ":"))
    return {**request, "Message": body}
