"""The stand-in for a DAX cluster keeps DAX's rules."""

from __future__ import annotations

from typing import Any

from orderlab.practice.stand_in_cache import StandInCache

KEY = {"id": {"S": "a"}}


class Table:
    """A table of one key, which counts its reads."""

    def __init__(self) -> None:
        self.items: dict[str, Any] = {}
        self.reads = 0

    def get_item(self, **asked: Any) -> Any:
        self.reads += 1
        found = self.items.get(asked["Key"]["id"]["S"])
        answer: dict[str, Any] = {"ConsumedCapacity": {"TableName": "t", "CapacityUnits": 0.5}}
        return {**answer, "Item": found} if found else answer

    def query(self, **asked: Any) -> Any:
        self.reads += 1
        return {"Items": list(self.items.values())}

    def put_item(self, **asked: Any) -> Any:
        self.items[asked["Item"]["id"]["S"]] = asked["Item"]
        return {}

    def delete_item(self, **asked: Any) -> Any:
        self.items.pop(asked["Key"]["id"]["S"], None)
        return {}

    def batch_write_item(self, **asked: Any) -> Any:
        for request in asked["RequestItems"]["t"]:
            self.put_item(**request["PutRequest"])
        return {"UnprocessedItems": {}}

    def describe_table(self, **asked: Any) -> Any:
        return {"Table": {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def made() -> tuple[Table, StandInCache, Clock]:
    table, clock = Table(), Clock()
    return table, StandInCache(table, item_seconds=60, query_seconds=10, now=clock), clock


def item(text: str) -> dict[str, Any]:
    return {**KEY, "text": {"S": text}}


def get(cache: StandInCache, **more: Any) -> Any:
    return cache.get_item(TableName="t", Key=KEY, **more)


def test_a_hit_reaches_nobody_and_uses_nothing() -> None:
    table, cache, _ = made()
    table.put_item(Item=item("one"))
    assert get(cache)["ConsumedCapacity"]["CapacityUnits"] == 0.5
    assert get(cache)["ConsumedCapacity"]["CapacityUnits"] == 0
    assert (table.reads, cache.hits, cache.misses) == (1, 1, 1)


def test_what_is_written_around_is_seen_when_the_time_is_over() -> None:
    table, cache, clock = made()
    assert "Item" not in get(cache)
    table.put_item(Item=item("one"))
    assert "Item" not in get(cache)
    assert get(cache, ConsistentRead=True)["Item"] == item("one")
    assert "Item" not in get(cache)
    clock.now = 60
    assert get(cache)["Item"] == item("one")


def test_what_is_written_through_is_an_item_and_no_list() -> None:
    table, cache, clock = made()
    assert cache.query(TableName="t")["Items"] == []
    cache.put_item(TableName="t", Item=item("one"))
    assert get(cache)["Item"] == item("one")
    assert cache.query(TableName="t")["Items"] == []
    clock.now = 10
    assert cache.query(TableName="t")["Items"] == [item("one")]
    cache.delete_item(TableName="t", Key=KEY)
    assert "Item" not in get(cache)
    assert table.reads == 2


def test_an_answer_is_a_copy() -> None:
    _, cache, _ = made()
    cache.put_item(TableName="t", Item=item("one"))
    get(cache)["Item"]["text"] = "changed"
    assert get(cache)["Item"] == item("one")


def test_items_that_are_written_together_are_seen_and_lists_are_not() -> None:
    _, cache, _ = made()
    assert "Item" not in get(cache)
    assert cache.query(TableName="t")["Items"] == []
    cache.batch_write_item(RequestItems={"t": [{"PutRequest": {"Item": item("one")}}]})
    assert get(cache)["Item"] == item("one")
    assert cache.query(TableName="t")["Items"] == []
