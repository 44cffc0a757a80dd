"""What the checks of this chapter share: the table as it stands, and orders of their own."""

from __future__ import annotations

import contextlib
import itertools
import random
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from orderlab.exercises.engine import Outcome, Workspace, wrong
from orderlab.orders.parts import tables
from orderlab.practice.items import item_of

ORDERS = "orders"
_CALL = "ex.check(your_function), without brackets behind its name"
_numbers = itertools.count(1)


def table_of(workspace: Workspace) -> dict[str, Any] | None:
    """The description of the table `orders`, once it is ready, or None."""
    dynamodb, table = workspace.client("dynamodb"), workspace.name(ORDERS)
    deadline = time.monotonic() + 1.5
    while True:
        try:
            found: dict[str, Any] = dynamodb.describe_table(TableName=table)["Table"]
        except dynamodb.exceptions.ResourceNotFoundException:
            return None
        parts = [found, *found.get("GlobalSecondaryIndexes", [])]
        states = [part.get("TableStatus", part.get("IndexStatus")) for part in parts]
        if set(states) == {"ACTIVE"} or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def key_of(described: dict[str, Any]) -> tuple[str, str]:
    """The names of partition and sort key of a table or index; the second may be empty."""
    names = {part["KeyType"]: part["AttributeName"] for part in described["KeySchema"]}
    return names["HASH"], names.get("RANGE", "")


def index_of(described: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The global index of that name, or None."""
    indexes: list[dict[str, Any]] = described.get("GlobalSecondaryIndexes", [])
    return next((each for each in indexes if each["IndexName"] == name), None)


def probe(**changes: Any) -> dict[str, Any]:
    """An order that nobody else has; `changes` are fields of it."""
    number = f"{time.time_ns() % 10**12:012d}{next(_numbers) % 1000:03d}"
    line = {"sku": "992599", "name": "Candles", "department": "Drug Gm"}
    lines = [
        {**line, "quantity": random.randint(2, 9), "unit_price_cents": random.randint(101, 989)}
        for _ in range(3)
    ]
    order = {
        "order_id": f"o-check-{number}",
        "customer_id": f"c-check-{number}",
        "store_id": f"s-check-{number}",
        "placed_at": "2017-12-24T18:00:00Z",
        "coupon_cents": random.randint(11, 97),
        "lines": lines,
    }
    return {**order, **changes}


class CannotLayOut(Exception):
    """The table refuses orders; `outcome` is the verdict on that."""

    def __init__(self, refusal: ClientError) -> None:
        super().__init__(str(refusal))
        self.outcome = wrong(
            "orders can't be put",
            "The table, or one of its indexes, refuses orders as they are.",
            looked_at="orders of mine, put with BatchWriteItem",
            got=said_by(refusal)[:200],
            next="Every key attribute, of the table and of its indexes, is text: type S.",
        )


def said_by(error: Exception) -> str:
    """What AWS says of a refusal, without the words that boto3 puts before it; of others, all."""
    if isinstance(error, ClientError):
        return str(error.response["Error"].get("Message") or error)
    return str(error)


@contextlib.contextmanager
def laid_out(workspace: Workspace, orders: Iterable[dict[str, Any]]) -> Iterator[None]:
    """Orders in the table for as long as the block runs. Raises CannotLayOut."""
    dynamodb, table = workspace.client("dynamodb"), workspace.name(ORDERS)
    items = [item_of(order) for order in orders]
    try:
        for some in _by25(items):
            puts = [{"PutRequest": {"Item": item}} for item in some]
            try:
                dynamodb.batch_write_item(RequestItems={table: puts})
            except ClientError as refusal:
                raise CannotLayOut(refusal) from None
        yield
    finally:
        for item in items:
            remove(workspace, item)


def _by25(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), 25):
        yield items[start : start + 25]


def remove(workspace: Workspace, item: dict[str, Any], keys: Iterable[str] = ("order_id",)) -> None:
    """Take a probe away again, if it is there."""
    with contextlib.suppress(ClientError, BotoCoreError, KeyError):
        workspace.client("dynamodb").delete_item(
            TableName=workspace.name(ORDERS), Key={name: item[name] for name in keys}
        )


def stored_item(workspace: Workspace, order_id: str) -> dict[str, Any] | None:
    """An item by its id, strongly consistent, or None."""
    found: dict[str, Any] | None = (
        workspace.client("dynamodb")
        .get_item(
            TableName=workspace.name(ORDERS),
            Key={"order_id": {"S": order_id}},
            ConsistentRead=True,
        )
        .get("Item")
    )
    return found


def no_function(what: str, got: Any) -> Outcome:
    """The verdict on something that cannot be called."""
    if got is None:
        return wrong(
            "no function",
            f"No function was handed over; I call {what} myself.",
            expected=_CALL,
            got="nothing (None)",
            next="Write the function, and hand it over by its name.",
        )
    return wrong(
        "not a function",
        f"I call {what} myself, with a client of my own, so I need the function and not its result.",
        expected=_CALL,
        got=repr(got)[:80],
    )


def it_raised(error: Exception, what: str) -> Outcome:
    """The verdict on a function that raises where it should answer."""
    if "NotImplementedByOrderlab" in str(error):
        return wrong(
            "not in this cloud",
            f"{what} uses a call, or a parameter, that AWS has and the local cloud has not.",
            got=said_by(error)[:200],
            next="The expression parameters (KeyConditionExpression, UpdateExpression, "
            "ConditionExpression) all work here.",
        )
    return wrong(
        "it raises",
        f"I called {what}, and it raised an exception.",
        expected="an answer",
        got=f"{_kind(error)}: {said_by(error)}"[:200],
        next="Call it yourself in a cell; the traceback names the line.",
    )


def _kind(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response["Error"].get("Code") or type(error).__name__)
    return type(error).__name__


def until(ready: Callable[[], Any], seconds: float = 1.0) -> Any:
    """The first true value of `ready()`, or its last: an index follows its table a moment later."""
    deadline = time.monotonic() + seconds
    while not (value := ready()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return value


def needs_the_table(described: dict[str, Any] | None) -> Outcome | None:
    """A verdict if there is no table `orders` with the key that the rest stands on."""
    if described is None or key_of(described) != ("order_id", ""):
        return wrong(
            "no table to stand on",
            "This stands on the table orders with the key order_id, and there is none such.",
            next='Solve exercise 2.1, or let lab.catch_up("2.1") build it.',
        )
    return None


def make_orders_table(workspace: Workspace, **settings: Any) -> None:
    """The reference table with the key alone; a table of another key is replaced."""
    dynamodb, table = workspace.client("dynamodb"), workspace.name(ORDERS)
    found = table_of(workspace)
    if found is not None and key_of(found) == ("order_id", ""):
        return
    if found is not None:
        dynamodb.delete_table(TableName=table)
        dynamodb.get_waiter("table_not_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
    make_table(workspace, ("order_id", "S"), **settings)


def make_table(workspace: Workspace, *keys: tuple[str, str], **settings: Any) -> None:
    """A table `orders` with these keys: partition, then sort; on demand unless `settings` say."""
    dynamodb, table = workspace.client("dynamodb"), workspace.name(ORDERS)
    kinds = ("HASH", "RANGE")
    dynamodb.create_table(
        TableName=table,
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in keys],
        KeySchema=[
            {"AttributeName": name, "KeyType": kind}
            for (name, _), kind in zip(keys, kinds, strict=False)
        ],
        **(settings or {"BillingMode": "PAY_PER_REQUEST"}),
    )
    table_of(workspace)


def make_index(workspace: Workspace, name: str, *keys: str, projection: str = "ALL") -> None:
    """A global index of the table `orders`; one of that name with another key is replaced."""
    described = table_of(workspace)
    if described is None:
        return
    found = index_of(described, name)
    if found is not None:
        if tuple(filter(None, key_of(found))) == keys:
            return
        _remove_index(workspace, name)
    create = {
        "IndexName": name,
        "KeySchema": [
            {"AttributeName": key, "KeyType": kind}
            for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
        ],
        "Projection": {"ProjectionType": projection},
    }
    workspace.client("dynamodb").update_table(
        TableName=workspace.name(ORDERS),
        AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k in keys],
        GlobalSecondaryIndexUpdates=[{"Create": create}],
    )
    table_of(workspace)


def _remove_index(workspace: Workspace, name: str) -> None:
    workspace.client("dynamodb").update_table(
        TableName=workspace.name(ORDERS),
        GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": name}}],
    )
    until(lambda: index_of(table_of(workspace) or {}, name) is None, seconds=5.0)


def remove_table(workspace: Workspace, name: str = ORDERS) -> None:
    """Take a table away, if it is there."""
    dynamodb, table = workspace.client("dynamodb"), workspace.name(name)
    with contextlib.suppress(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.delete_table(TableName=table)
        dynamodb.get_waiter("table_not_exists").wait(TableName=table, WaiterConfig={"Delay": 1})


def remove_index(workspace: Workspace, name: str) -> None:
    """Take an index of `orders` away, if it is there."""
    described = table_of(workspace)
    if described is not None and index_of(described, name) is not None:
        _remove_index(workspace, name)


def has_index(workspace: Workspace, name: str, *keys: str) -> bool:
    """Whether `orders` has an index of that name with that key."""
    found = index_of(table_of(workspace) or {}, name)
    return found is not None and tuple(filter(None, key_of(found))) == keys


CUSTOMER_INDEX, OPEN_INDEX = tables.CUSTOMER_INDEX, tables.OPEN_INDEX
