"""Attempts at exercise 2.3: functions that close an order, and the index they stand on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.exercises.chapter02.probing import OPEN_INDEX, make_index
from orderlab.exercises.engine import Workspace


def updating(expression: str, **more: Any) -> Callable[..., None]:
    def close_order(dynamodb: Any, table: str, order_id: str) -> None:
        dynamodb.update_item(
            TableName=table, Key={"order_id": {"S": order_id}}, UpdateExpression=expression, **more
        )

    return close_order


EXISTS = {"ConditionExpression": "attribute_exists(order_id)"}
CLOSE = updating("REMOVE open_at_store", **EXISTS)


def delete(dynamodb: Any, table: str, order_id: str) -> None:
    dynamodb.delete_item(TableName=table, Key={"order_id": {"S": order_id}})


def put_less(dynamodb: Any, table: str, order_id: str) -> None:
    item = {"order_id": {"S": order_id}, "status": {"S": "CLOSED"}}
    dynamodb.put_item(TableName=table, Item=item)


def read_and_write(dynamodb: Any, table: str, order_id: str) -> None:
    item = dynamodb.get_item(
        TableName=table, Key={"order_id": {"S": order_id}}, ConsistentRead=True
    )["Item"]
    del item["open_at_store"]
    item["status"] = {"S": "CLOSED"}
    dynamodb.put_item(TableName=table, Item=item, **EXISTS)


def setting(value: str) -> Callable[..., None]:
    values = {":v": {"S": value}}
    return updating("SET open_at_store = :v", ExpressionAttributeValues=values, **EXISTS)


def with_index(function: Any, *keys: str, name: str = OPEN_INDEX, projection: str = "ALL") -> Any:
    def attempt(workspace: Workspace) -> Any:
        wanted = keys or ("open_at_store", "placed_at")
        make_index(workspace, name, *wanted, projection=projection)
        return function

    return attempt


PLAIN_STATUS = updating(
    "REMOVE open_at_store SET status = :c", ExpressionAttributeValues={":c": {"S": "CLOSED"}}
)


def close_all(dynamodb: Any, table: str, order_id: str) -> None:
    for item in dynamodb.scan(TableName=table)["Items"]:
        CLOSE(dynamodb, table, item["order_id"]["S"])
