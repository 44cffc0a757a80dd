"""Short forms for tables: fill one with orders, see its indexes, split it, strike a hot key."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.base import FAULTS, Target
from orderlab.errors import LearnerError
from orderlab.practice.items import item_of
from orderlab.showing.exportable import Exportable
from orderlab.threads import side_by_side

_BATCH = 25
# Each change of an item costs its whole size: 390 units for one of 390 KB.
_LARGE = 390_000
_HOT = "hot-keys"
_MOST_PARTITIONS = 64


def fill(target: Target, table: str, orders: Sequence[dict[str, Any]]) -> None:
    """Put orders into a table as items, 25 a call; what is throttled is put again."""
    dynamodb, name = target.client("dynamodb"), target.name(table)
    for start in range(0, len(orders), _BATCH):
        some = orders[start : start + _BATCH]
        left: dict[str, Any] = {name: [{"PutRequest": {"Item": item_of(order)}} for order in some]}
        while left:
            left = dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems") or {}


def new_table(target: Target, name: str, key: str, sort: str = "") -> None:
    """A table on demand with string keys. One of that name is removed before, with what it has."""
    dynamodb, full_name = target.client("dynamodb"), target.name(name)
    with contextlib.suppress(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.delete_table(TableName=full_name)
        dynamodb.get_waiter("table_not_exists").wait(
            TableName=full_name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )
    keys = {key: "HASH", **({sort: "RANGE"} if sort else {})}
    dynamodb.create_table(
        TableName=full_name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in keys],
        KeySchema=[{"AttributeName": each, "KeyType": kind} for each, kind in keys.items()],
    )
    dynamodb.get_waiter("table_exists").wait(TableName=full_name, WaiterConfig={"Delay": 1})


def indexes(target: Target, table: str) -> dict[str, str]:
    """The global secondary indexes of a table, with their status."""
    found = target.client("dynamodb").describe_table(TableName=target.name(table))["Table"]
    return {
        index["IndexName"]: index.get("IndexStatus", "ACTIVE")
        for index in found.get("GlobalSecondaryIndexes", ())
    }


def split(target: Target, table: str, partitions: int) -> int:
    """Split a table until it has so many partitions; how many it has then.

    Raises LearnerError for a number that cannot be, a table that does not exist, and on AWS.
    """
    if FAULTS not in target.can:
        raise LearnerError(
            "Only the local cloud splits a table when it is asked to.",
            advice="On AWS, raise the table's WarmThroughput: 1,000 write units are a partition.",
        )
    if isinstance(partitions, bool) or not isinstance(partitions, int) or partitions < 1:
        raise LearnerError(f"partitions is a whole number from 1 on, not {partitions!r}.")
    if partitions > _MOST_PARTITIONS:
        raise LearnerError(f"A table has {_MOST_PARTITIONS} partitions at most here.")
    name = target.name(table)
    try:
        target.client("dynamodb").describe_table(TableName=name)
    except ClientError as error:
        raise LearnerError(f"There is no table {table!r}.") from error
    page = target.page("partitions", "POST", {"table": name, "partitions": partitions})
    return int(page["partitions"])


@dataclass(frozen=True)
class Strikes(Exportable):
    """What became of changes that were made at once."""

    made: int
    refused: int
    reason: str


def hot_key(target: Target, *, clients: int, changes: int, keys: int) -> Strikes:
    """Change large items from several clients at once, spread over so many keys.

    A table is made for it and removed. Nobody tries again, so that refusals can be counted.
    """
    once = target.new_client("dynamodb", retries={"total_max_attempts": 1})
    name = target.name(_HOT)
    once.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "store", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "store", "KeyType": "HASH"}],
    )
    once.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    try:
        names = [f"s-{number}" for number in range(keys)]
        for each in names:
            item = {"store": {"S": each}, "notes": {"S": "x" * _LARGE}}
            target.client("dynamodb").put_item(TableName=name, Item=item)
        struck = itertools.islice(itertools.cycle(names), changes)
        answers = side_by_side(lambda key: _change(once, name, key), struck, clients)
        refusals = [answer for answer in answers if answer]
    finally:
        once.delete_table(TableName=name)
        once.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    return Strikes(changes, len(refusals), refusals[0] if refusals else "")


def _change(client: Any, table: str, key: str) -> str:
    """Change an item; why it was refused, or an empty text."""
    try:
        client.update_item(
            TableName=table,
            Key={"store": {"S": key}},
            UpdateExpression="ADD orders :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
    except ClientError as refusal:
        answer: Any = refusal.response
        reasons = answer.get("ThrottlingReasons") or answer.get("throttlingReasons") or []
        return str(reasons[0]["reason"] if reasons else json.dumps(answer["Error"]["Code"]))
    return ""
