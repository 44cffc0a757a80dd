"""A table of orders that nobody knows, a cache before it, and a record of what reaches the table."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.engine import Outcome, wrong
from orderlab.orders.parts.names import ignoring
from orderlab.practice.stand_in_cache import StandInCache

Hook = Callable[[dict[str, Any]], None]


@dataclass
class Recorder:
    """A client of DynamoDB that notes its calls; `after_read` is called once an item was read."""

    client: Any
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    after_read: Hook | None = None

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.client, name)
        if not callable(found) or name in ("exceptions", "meta"):
            return found

        def call(**asked: Any) -> Any:
            self.calls.append((name, asked))
            answer = found(**asked)
            if name in ("get_item", "query") and self.after_read is not None:
                self.after_read(asked)
            return answer

        return call

    def count(self, *names: str) -> int:
        return sum(name in names for name, _ in self.calls)


class TrialCache(StandInCache):
    """The cache with the other reads that AWS's client has, for answers in another style."""

    def scan(self, **asked: Any) -> Any:
        """A scan's result, by all of its parameters."""
        if asked.get("ConsistentRead"):
            return self._dynamodb.scan(**asked)
        return self._remembered("query", json.dumps(["scan", asked], sort_keys=True), "scan", asked)

    def batch_get_item(self, **asked: Any) -> Any:
        """Each of the items by its key, as `get_item` reads it."""
        found: dict[str, list[Any]] = {}
        for table, wanted in asked["RequestItems"].items():
            more = {name: value for name, value in wanted.items() if name != "Keys"}
            read = [self.get_item(TableName=table, Key=key, **more) for key in wanted["Keys"]]
            found[table] = [each["Item"] for each in read if "Item" in each]
        return {"Responses": found, "UnprocessedKeys": {}}


@dataclass
class Trial:
    """A table, the client that writes past the cache, and the cache, which is asked by readers."""

    table: str
    direct: Any
    beside: Recorder
    behind: Recorder
    cache: TrialCache

    def store(self, **more: str) -> dict[str, Any]:
        """A new order, put into the table past the cache; its item."""
        item = an_order(**more)
        self.direct.put_item(TableName=self.table, Item=item)
        return item

    def stored(self, order_id: str) -> Any:
        """An order as the table has it."""
        key = {"order_id": {"S": order_id}}
        found = self.direct.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return found.get("Item")

    def elsewhere(self) -> str:
        """Another table that was asked for instead of this one; "" if there was none."""
        asked = [asked for each in (self.beside, self.behind) for _, asked in each.calls]
        names = [str(each["TableName"]) for each in asked if "TableName" in each]
        return next((name for name in names if name != self.table), "")

    def seen(self, order_id: str) -> Any:
        """An order as a reader through the cache sees it."""
        key = {"order_id": {"S": order_id}}
        return self.cache.get_item(TableName=self.table, Key=key).get("Item")


def an_id() -> str:
    return f"o-{secrets.randbelow(10**11):011d}"


def an_order(**more: str) -> dict[str, Any]:
    """An order's item with values that nobody knows."""
    given = {
        "order_id": an_id(),
        "customer_id": f"c-{secrets.token_hex(4)}",
        "status": "ACCEPTED",
        "note": secrets.token_hex(6),
        **more,
    }
    total = {"total_cents": {"N": str(1000 + secrets.randbelow(90_000))}}
    return {**{name: {"S": value} for name, value in given.items()}, **total}


@contextmanager
def trial(target: Target) -> Iterator[Trial]:
    """A trial on a table of its own."""
    direct = target.client("dynamodb")
    table = f"probe-{secrets.token_hex(5)}"
    direct.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
    )
    try:
        direct.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
        behind = Recorder(direct)
        yield Trial(table, direct, Recorder(direct), behind, TrialCache(behind))
    finally:
        with ignoring("ResourceNotFoundException"):
            direct.delete_table(TableName=table)


def another_table(tried: Trial, looked_at: str) -> Outcome | None:
    """What a check says of a function that asked another table than the one it was given."""
    if not tried.elsewhere():
        return None
    return wrong(
        "another table",
        "The function asks another table than the one that I gave it.",
        looked_at=looked_at,
        expected=tried.table,
        got=tried.elsewhere(),
        next="TableName=table",
    )
