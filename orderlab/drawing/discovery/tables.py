"""DynamoDB: tables, what their keys and indexes are, and whether they stream."""

from __future__ import annotations

from typing import Any

from orderlab.drawing.discovery.inventory import Inventory


def read_tables(found: Inventory) -> None:
    dynamodb = found.target.client("dynamodb")
    for page in dynamodb.get_paginator("list_tables").paginate():
        for name in filter(found.is_ours, page["TableNames"]):
            table = dynamodb.describe_table(TableName=name)["Table"]
            found.add("table", name, table["TableArn"], _detail(table))


def _detail(table: dict[str, Any]) -> list[str]:
    detail = [f"key {_key(table)}"]
    indexes = [
        *table.get("GlobalSecondaryIndexes", ()),
        *table.get("LocalSecondaryIndexes", ()),
    ]
    for index in sorted(indexes, key=lambda index: str(index["IndexName"])):
        detail.append(f"index {index['IndexName']} on {_key(index)}")
    if table.get("StreamSpecification", {}).get("StreamEnabled"):
        detail.append(f"stream of {table['StreamSpecification']['StreamViewType']}")
    return detail


def _key(keyed: dict[str, Any]) -> str:
    ordered = sorted(keyed["KeySchema"], key=lambda part: part["KeyType"] != "HASH")
    return ", ".join(part["AttributeName"] for part in ordered)
