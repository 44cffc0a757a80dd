"""The rules of a DAX cluster in this process, for where AWS's client of DAX is not installed."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from typing import Any

DEFAULT_SECONDS = 300.0


class StandInCache:
    """A DynamoDB client behind an item cache and a query cache: `get_item`, `query`, writes.

    It keeps DAX's rules: eventually consistent reads are remembered for a time, that nothing was
    found too; strongly consistent ones pass; writes of single items go to the table and then into
    the item cache; results of queries stay until their time is over. `hits` and `misses` count.
    """

    def __init__(
        self,
        dynamodb: Any,
        *,
        item_seconds: float = DEFAULT_SECONDS,
        query_seconds: float = DEFAULT_SECONDS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dynamodb = dynamodb
        self._seconds = {"item": item_seconds, "query": query_seconds}
        self._now = now
        self._kept: dict[tuple[str, str], tuple[float, Any]] = {}
        self._keys: dict[str, list[str]] = {}
        self.hits = self.misses = 0

    def get_item(self, **asked: Any) -> Any:
        """An item, out of the cache unless `ConsistentRead` is true."""
        if asked.get("ConsistentRead"):
            return self._dynamodb.get_item(**asked)
        return self._remembered("item", _place(asked["TableName"], asked["Key"]), "get_item", asked)

    def query(self, **asked: Any) -> Any:
        """A query's result, by all of its parameters."""
        if asked.get("ConsistentRead"):
            return self._dynamodb.query(**asked)
        return self._remembered("query", json.dumps(asked, sort_keys=True), "query", asked)

    def put_item(self, **asked: Any) -> Any:
        """Write an item to the table, and then into the cache."""
        answer = self._dynamodb.put_item(**asked)
        item = asked["Item"]
        key = {name: item[name] for name in self._key_names(asked["TableName"])}
        self._keep("item", _place(asked["TableName"], key), {"Item": item})
        return answer

    def update_item(self, **asked: Any) -> Any:
        """Change an item in the table; the cache has it as it is then."""
        answer = self._dynamodb.update_item(**asked)
        self._read_again(asked)
        return answer

    def delete_item(self, **asked: Any) -> Any:
        """Delete an item from the table; the cache knows that there is none."""
        answer = self._dynamodb.delete_item(**asked)
        self._keep("item", _place(asked["TableName"], asked["Key"]), {})
        return answer

    def batch_write_item(self, **asked: Any) -> Any:
        """Write several items to the table. The cache reads them again when they are asked for."""
        return self._forgetting(self._dynamodb.batch_write_item(**asked))

    def transact_write_items(self, **asked: Any) -> Any:
        """Write in a transaction. The cache reads the items again when they are asked for."""
        return self._forgetting(self._dynamodb.transact_write_items(**asked))

    def close(self) -> None:
        """Nothing is open here; AWS's client has connections."""

    def __enter__(self) -> StandInCache:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _forgetting(self, answer: Any) -> Any:
        """The answer of a write of several items, after which no item is remembered."""
        self._kept = {place: kept for place, kept in self._kept.items() if place[0] != "item"}
        return answer

    def _read_again(self, asked: dict[str, Any]) -> None:
        table, key = asked["TableName"], asked["Key"]
        found = self._dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)
        self._keep("item", _place(table, key), found)

    def _remembered(self, kind: str, place: str, operation: str, asked: dict[str, Any]) -> Any:
        expires, answer = self._kept.get((kind, place), (0.0, None))
        if answer is not None and self._now() < expires:
            self.hits += 1
            return _uncharged(copy.deepcopy(answer))
        self.misses += 1
        answer = getattr(self._dynamodb, operation)(**asked)
        self._keep(kind, place, answer)
        return answer

    def _keep(self, kind: str, place: str, answer: Any) -> None:
        self._kept[kind, place] = (self._now() + self._seconds[kind], copy.deepcopy(answer))

    def _key_names(self, table: str) -> list[str]:
        if table not in self._keys:
            described = self._dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]
            self._keys[table] = [each["AttributeName"] for each in described]
        return self._keys[table]


def _uncharged(answer: Any) -> Any:
    """What a hit uses of the table's capacity: nothing."""
    if "ConsumedCapacity" in answer:
        answer["ConsumedCapacity"] = {**answer["ConsumedCapacity"], "CapacityUnits": 0.0}
    return answer


def _place(table: str, key: Any) -> str:
    return json.dumps([table, key], sort_keys=True)
