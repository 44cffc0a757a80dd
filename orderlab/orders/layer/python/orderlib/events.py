"""The event that tells other services about an order: its form, and how to read it."""

import json

from . import money, orders

ORDER_PLACED = "OrderPlaced"
ORDER_CHANGED = "OrderChanged"
ORDER_REMOVED = "OrderRemoved"


def order_event(event_type, event_id, stored):
    """The event's body. `event_id` is the same whenever the same change is told again."""
    order = orders.contract_fields(stored)
    event = {
        "event_id": event_id,
        "event_type": event_type,
        "order_id": stored["order_id"],
        "accepted_ms": stored.get("accepted_ms", 0),
        "order": order,
    }
    if "lines" in order:
        # also in the body, so that a subscription can filter by it in either scope
        event["total_cents"] = money.total_cents(order)
    return event


def attributes(event):
    """What subscribers may filter by, as SNS message attributes."""
    described = {"event_type": {"DataType": "String", "StringValue": event["event_type"]}}
    order = event["order"]
    if "store_id" in order:
        described["store_id"] = {"DataType": "String", "StringValue": order["store_id"]}
    if "lines" in order:
        total = str(money.total_cents(order))
        described["total_cents"] = {"DataType": "Number", "StringValue": total}
    return described


def placed_order(body):
    """The event in a message's body, or None if it tells of something else than a new order.

    Raises InvalidOrder for a body that is no such event.
    """
    try:
        event = json.loads(body)
        if event["event_type"] != ORDER_PLACED:
            return None
        order = event["order"]
    except (KeyError, TypeError, ValueError) as error:
        raise orders.InvalidOrder(f"no order event: {error!r}") from None
    orders.check(order)
    return event
