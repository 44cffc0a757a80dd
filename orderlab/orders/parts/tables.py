"""Tables: the orders with their indexes and stream, and one for each service's own record."""

from __future__ import annotations

from typing import Any

from orderlab.aws_target.base import Target
from orderlab.orders.parts.names import TAG_LIST, ignoring

CUSTOMER_INDEX = "customer-orders"
OPEN_INDEX = "open-orders"
_STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}


def orders_table() -> dict[str, Any]:
    """Access patterns: by id; a customer's orders by time; a store's open orders by time.

    `open-orders` is sparse: an item without `open_at_store` is not in it, so that closing an
    order is the removal of one attribute, and the index stays as small as the work that is left.
    """
    return {
        "AttributeDefinitions": [
            _text("order_id"),
            _text("customer_id"),
            _text("placed_at"),
            _text("open_at_store"),
        ],
        "KeySchema": _key("order_id"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": CUSTOMER_INDEX,
                "KeySchema": _key("customer_id", "placed_at"),
                "Projection": {"ProjectionType": "ALL"},
            },
            {
                "IndexName": OPEN_INDEX,
                "KeySchema": _key("open_at_store", "placed_at"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
        ],
    }


def service_table() -> dict[str, Any]:
    """A service's own record of each order: what it did, and that it did it once."""
    return {"AttributeDefinitions": [_text("order_id")], "KeySchema": _key("order_id")}


def ensure_table(target: Target, name: str, definition: dict[str, Any], *, stream: bool) -> None:
    """The table, on demand, and its stream of new images if `stream`."""
    dynamodb = target.client("dynamodb")
    table = target.name(name)
    try:
        found = dynamodb.describe_table(TableName=table)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            Tags=TAG_LIST,
            **definition,
            **({"StreamSpecification": _STREAM} if stream else {}),
        )
    else:
        _mend_stream(target, table, found, stream)
    dynamodb.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})


def stream_arn(target: Target, name: str) -> str:
    """The table's stream. Raises KeyError if it has none."""
    table = target.client("dynamodb").describe_table(TableName=target.name(name))["Table"]
    return str(table["LatestStreamArn"])


def remove_table(target: Target, name: str) -> None:
    with ignoring("ResourceNotFoundException"):
        target.client("dynamodb").delete_table(TableName=target.name(name))


def _mend_stream(target: Target, table: str, found: dict[str, Any], wanted: bool) -> None:
    # a stream that nobody wants any more is left: nobody reads it, and unread it costs nothing
    if wanted and not found.get("StreamSpecification", {}).get("StreamEnabled", False):
        target.client("dynamodb").update_table(TableName=table, StreamSpecification=_STREAM)


def _text(name: str) -> dict[str, str]:
    return {"AttributeName": name, "AttributeType": "S"}


def _key(partition: str, sort: str = "") -> list[dict[str, str]]:
    schema = [{"AttributeName": partition, "KeyType": "HASH"}]
    if sort:
        schema.append({"AttributeName": sort, "KeyType": "RANGE"})
    return schema
