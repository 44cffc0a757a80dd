"""Functions that read an order, as a learner might write them, right and wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _get(client: Any, table: str, order_id: str, **more: Any) -> Any:
    return client.get_item(TableName=table, Key={"order_id": {"S": order_id}}, **more)


def right(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    return _get(client, table, order_id, ConsistentRead=just_placed).get("Item")


def two_branches(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    if just_placed:
        found = _get(client, table, order_id, ConsistentRead=True)
    else:
        found = _get(client, table, order_id)
    return found.get("Item", None)


def growing(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    asked = {"TableName": table, "Key": {"order_id": {"S": order_id}}}
    if just_placed:
        asked["ConsistentRead"] = True  # type: ignore[assignment]
    try:
        return client.get_item(**asked)["Item"]
    except KeyError:
        return None


def strong(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    return _get(client, table, order_id, ConsistentRead=True).get("Item")


def eventual(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    return _get(client, table, order_id).get("Item")


def inverted(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    return _get(client, table, order_id, ConsistentRead=not just_placed).get("Item")


def whole(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    return _get(client, table, order_id, ConsistentRead=just_placed)


def expecting(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    return _get(client, table, order_id, ConsistentRead=just_placed)["Item"]


def empty(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    return _get(client, table, order_id, ConsistentRead=just_placed).get("Item", {})


def part(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    found = _get(client, table, order_id, ConsistentRead=just_placed).get("Item")
    return found and {"status": found["status"]}


def by_query(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    found = client.query(
        TableName=table,
        KeyConditionExpression="order_id = :id",
        ExpressionAttributeValues={":id": {"S": order_id}},
        ConsistentRead=just_placed,
    )["Items"]
    return found[0] if found else None


def with_memory() -> Callable[..., Any]:
    """Keeps what it has read in a dictionary of its own."""
    kept: dict[str, Any] = {}

    def read_order(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
        if just_placed:
            return strong(client, table, order_id, just_placed)
        if kept.get(order_id) is None:
            kept[order_id] = eventual(client, table, order_id, just_placed)
        return kept[order_id]

    return read_order


def of_the_week(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    return right(client, "week", order_id, just_placed)


def without_return(client: Any, table: str, order_id: str, just_placed: bool) -> None:
    right(client, table, order_id, just_placed)


def placed_only(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    return strong(client, table, order_id, True) if just_placed else None


def plain_values(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    found = right(client, table, order_id, just_placed)
    return found and {name: next(iter(typed.values())) for name, typed in found.items()}


def by_batch(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    wanted = {"Keys": [{"order_id": {"S": order_id}}], "ConsistentRead": just_placed}
    found = client.batch_get_item(RequestItems={table: wanted})["Responses"][table]
    return found[0] if found else None


def twice(client: Any, table: str, order_id: str, just_placed: bool) -> Any:
    """Out of the cache, and from the table if the cache knows of none."""
    found = eventual(client, table, order_id, just_placed)
    return found or strong(client, table, order_id, just_placed)
