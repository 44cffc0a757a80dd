"""Attempts at exercise 2.2: functions that ask for a customer's orders, and the index they stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from orderlab.exercises.chapter02.probing import CUSTOMER_INDEX, make_index
from orderlab.exercises.engine import Workspace


def asking(index: str = CUSTOMER_INDEX, *, limit: bool = True, **how: Any) -> Callable[..., Any]:
    def orders_of(dynamodb: Any, table: str, customer_id: str, most: int) -> Any:
        return dynamodb.query(
            TableName=table,
            IndexName=index,
            KeyConditionExpression="customer_id = :customer",
            ExpressionAttributeValues={":customer": {"S": customer_id}},
            **({"Limit": most} if limit else {}),
            **how,
        )["Items"]

    return orders_of


def scan(dynamodb: Any, table: str, customer_id: str, most: int) -> Any:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table)
    items = [i for page in pages for i in page["Items"] if i["customer_id"]["S"] == customer_id]
    return sorted(items, key=lambda item: item["placed_at"]["S"], reverse=True)[:most]


def sorted_here(dynamodb: Any, table: str, customer_id: str, most: int) -> Any:
    items = asking(limit=False)(dynamodb, table, customer_id, most)
    return sorted(items, key=lambda item: item["placed_at"]["S"], reverse=True)[:most]


def keys_then_items(dynamodb: Any, table: str, customer_id: str, most: int) -> Any:
    found = asking(ScanIndexForward=False)(dynamodb, table, customer_id, most)
    keys = [{"order_id": item["order_id"]} for item in found]
    return [dynamodb.get_item(TableName=table, Key=key)["Item"] for key in keys]


def with_index(function: Any, *keys: str, name: str = CUSTOMER_INDEX, **how: Any) -> Any:
    def attempt(workspace: Workspace) -> Any:
        make_index(workspace, name, *(keys or ("customer_id", "placed_at")), **how)
        return function

    return attempt


def page_by_page(dynamodb: Any, table: str, customer_id: str, most: int) -> Iterator[Any]:
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        IndexName=CUSTOMER_INDEX,
        KeyConditionExpression="customer_id = :customer",
        ExpressionAttributeValues={":customer": {"S": customer_id}},
        ScanIndexForward=False,
        PaginationConfig={"MaxItems": most, "PageSize": most},
    )
    for page in pages:
        yield from page["Items"]


def another_client(workspace: Workspace) -> Any:
    mine = workspace.client("dynamodb")
    return with_index(lambda _, *those: scan(mine, *those))(workspace)
