"""DynamoDB: a Query by index in a large table against a small one; a PutItem.

python -m benchmarks.tables
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.figure import Figure, as_text
from orderlab.aws_target.local import LocalTarget

LARGE, SMALL = 100_000, 100
ORDERS_OF_A_CUSTOMER = 10
ROUNDS, CALLS = 7, 60


def measure(*, quick: bool = False) -> list[Figure]:
    many = LARGE // 5 if quick else LARGE
    with LocalTarget.start() as target:
        dynamodb = target.client("dynamodb")
        large = _filled(dynamodb, "benchmark-large", many)
        small = _filled(dynamodb, "benchmark-small", SMALL)
        # both in the same round, so that a busy machine slows both alike
        pairs = [
            (_milliseconds(_query(dynamodb, large)), _milliseconds(_query(dynamodb, small)))
            for _ in range(ROUNDS)
        ]
        put = statistics.median(_milliseconds(_put(dynamodb, large)) for _ in range(ROUNDS))
    at_large, at_small = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    return [
        Figure(f"Query by index, 10 of {many:,} items", at_large, "ms"),
        Figure(f"Query by index, 10 of {SMALL:,} items", at_small, "ms"),
        Figure(f"Query by index, {many:,} items against {SMALL}", ratio, "times", at_most=2.0),
        Figure("PutItem of an order", put, "ms"),
    ]


def _filled(dynamodb: Any, name: str, items: int) -> str:
    """A table of so many orders, with an index on their customers."""
    attributes = ("order_id", "customer_id", "placed_at")
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": a, "AttributeType": "S"} for a in attributes],
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-customer",
                "KeySchema": [
                    {"AttributeName": "customer_id", "KeyType": "HASH"},
                    {"AttributeName": "placed_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for start in range(0, items, 25):
        left = [
            {"PutRequest": {"Item": _order(number, items // ORDERS_OF_A_CUSTOMER)}}
            for number in range(start, min(start + 25, items))
        ]
        while left:
            answer = dynamodb.batch_write_item(RequestItems={name: left})
            left = answer["UnprocessedItems"].get(name, [])
    return name


def _order(number: int, customers: int) -> dict[str, Any]:
    lines = [
        {"M": {"sku": {"S": f"sku-{number % 97}-{line}"}, "quantity": {"N": str(line + 1)}}}
        for line in range(5)
    ]
    return {
        "order_id": {"S": f"order-{number}"},
        "customer_id": {"S": f"customer-{number % customers}"},
        "placed_at": {"S": f"2017-12-18T{number % 24:02}:{number % 60:02}"},
        "status": {"S": "ACCEPTED"},
        "lines": {"L": lines},
    }


def _query(dynamodb: Any, table: str) -> Callable[[], Any]:
    return lambda: dynamodb.query(
        TableName=table,
        IndexName="by-customer",
        KeyConditionExpression="customer_id = :customer",
        ExpressionAttributeValues={":customer": {"S": "customer-7"}},
        Limit=10,
    )


def _put(dynamodb: Any, table: str) -> Callable[[], Any]:
    item = _order(LARGE + 1, LARGE)
    return lambda: dynamodb.put_item(TableName=table, Item=item)


def _milliseconds(call: Callable[[], Any]) -> float:
    """The time of one call, over many."""
    call()
    started = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - started) * 1000 / CALLS


if __name__ == "__main__":
    print(as_text(measure()))
