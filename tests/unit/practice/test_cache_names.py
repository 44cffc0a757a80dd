"""A cache's client of AWS's own names tables as the session does."""

from __future__ import annotations

from typing import Any

from orderlab.practice.caches import with_names


class Client:
    """What AWS's client has of the methods, telling what it is given."""

    def get_item(self, **given: Any) -> Any:
        return given

    batch_get_item = transact_write_items = query = get_item


def prefixed(name: str) -> str:
    return f"p-{name.removeprefix('p-')}"


def test_tables_get_the_sessions_names() -> None:
    cache = with_names(Client(), prefixed)
    key = {"TableName": {"S": "data stays"}}
    assert cache.get_item(TableName="t", Key=key) == {"TableName": "p-t", "Key": key}
    assert cache.get_item(TableName="p-t")["TableName"] == "p-t"
    asked = {"t": {"Keys": [key]}}
    assert cache.batch_get_item(RequestItems=asked) == {"RequestItems": {"p-t": asked["t"]}}
    put = {"Put": {"TableName": "t", "Item": key}}
    assert cache.transact_write_items(TransactItems=[put]) == {
        "TransactItems": [{"Put": {"TableName": "p-t", "Item": key}}]
    }
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/t"
    assert cache.query(TableName=arn) == {"TableName": arn}
