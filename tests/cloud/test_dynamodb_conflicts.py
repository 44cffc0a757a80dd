"""Transactions that want the same item at the same time.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
"""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.event_source_kit import until
from tests.cloud.tables_support import make_table, wire

ITEM = wire(pk="counter")
ROUNDS, CALLERS = 50, 4


@pytest.fixture(scope="module")
def cloud(own_cloud: Any) -> Iterator[Any]:
    # transactions take up to 50 ms here, so that callers surely meet
    with own_cloud(weak_guarantees=True, seed=1) as running:
        yield running


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    return cloud.client("dynamodb")


@pytest.fixture
def table(dynamodb: Any) -> str:
    return make_table(dynamodb, "pk")


def increment(table: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "Key": ITEM,
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": wire(**{":one": 1}),
    }


def at_once(*calls: Callable[[], Any]) -> list[ClientError]:
    """The errors of calls that begin together, over and over until there is one."""
    errors: list[ClientError] = []
    enough = threading.Barrier(len(calls))

    def repeat(call: Callable[[], Any]) -> None:
        for _ in range(ROUNDS):
            enough.wait()
            try:
                call()
            except ClientError as error:
                errors.append(error)
            enough.wait()
            if errors:
                return

    threads = [threading.Thread(target=repeat, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def reasons(error: ClientError) -> list[str]:
    return [each["Code"] for each in error.response["CancellationReasons"]]


def test_of_two_transactions_on_an_item_one_is_cancelled(dynamodb: Any, table: str) -> None:
    other = {"Put": {"TableName": table, "Item": wire(pk="other")}}

    def transact() -> None:
        dynamodb.transact_write_items(TransactItems=[{"Update": increment(table)}])

    def transact_with_another() -> None:
        dynamodb.transact_write_items(TransactItems=[{"Update": increment(table)}, other])

    error, *more = at_once(transact, transact_with_another)
    assert more == []
    assert error.response["Error"]["Code"] == "TransactionCanceledException"
    assert error.response["Error"]["Message"].startswith(
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[TransactionConflict"
    )
    assert reasons(error) in (["TransactionConflict"], ["TransactionConflict", "None"])
    assert (
        error.response["CancellationReasons"][0]["Message"] == "Transaction is ongoing for the item"
    )


@pytest.mark.parametrize("kind", ["put_item", "update_item", "delete_item"])
def test_a_single_write_meets_a_transaction(dynamodb: Any, table: str, kind: str) -> None:
    parameters = {
        "put_item": {"TableName": table, "Item": ITEM},
        "update_item": increment(table),
        "delete_item": {"TableName": table, "Key": ITEM},
    }[kind]
    error, *_ = at_once(
        lambda: dynamodb.transact_write_items(TransactItems=[{"Update": increment(table)}]),
        lambda: getattr(dynamodb, kind)(**parameters),
    )
    assert error.response["Error"] == {
        "Code": "TransactionConflictException",
        "Message": "Transaction is ongoing for the item",
    }


def test_a_transactional_read_meets_a_transactional_write(dynamodb: Any, table: str) -> None:
    get = {"Get": {"TableName": table, "Key": ITEM}}
    error, *_ = at_once(
        lambda: dynamodb.transact_write_items(TransactItems=[{"Update": increment(table)}]),
        lambda: dynamodb.transact_get_items(TransactItems=[get]),
    )
    assert error.response["Error"]["Code"] == "TransactionCanceledException"
    assert reasons(error) == ["TransactionConflict"]


def test_reads_and_other_items_are_not_in_the_way(dynamodb: Any, table: str) -> None:
    assert not at_once(
        lambda: dynamodb.transact_write_items(TransactItems=[{"Update": increment(table)}]),
        lambda: dynamodb.get_item(TableName=table, Key=ITEM, ConsistentRead=True),
        lambda: dynamodb.put_item(TableName=table, Item=wire(pk="other")),
    )


def test_a_batch_leaves_an_item_of_a_transaction_for_later(dynamodb: Any, table: str) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html"""
    left: list[Any] = []

    def write() -> None:
        puts = [{"PutRequest": {"Item": wire(pk=name)}} for name in ("counter", "other")]
        answer = dynamodb.batch_write_item(RequestItems={table: puts})
        left.extend(answer["UnprocessedItems"].get(table, ()))

    def transact() -> None:
        dynamodb.transact_write_items(TransactItems=[{"Update": increment(table)}])

    assert not at_once(transact, write)
    assert left
    assert all(each["PutRequest"]["Item"] == ITEM for each in left)


def test_nothing_is_counted_twice_or_lost(cloud: Any, dynamodb: Any, table: str) -> None:
    outcomes: Counter[str] = Counter()

    def work() -> None:
        client = cloud.client("dynamodb")
        for _ in range(ROUNDS):
            try:
                client.transact_write_items(TransactItems=[{"Update": increment(table)}])
                outcomes["done"] += 1
            except client.exceptions.TransactionCanceledException:
                outcomes["cancelled"] += 1

    threads = [threading.Thread(target=work) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes["cancelled"]
    found = dynamodb.get_item(TableName=table, Key=ITEM, ConsistentRead=True)["Item"]
    assert int(found["n"]["N"]) == outcomes["done"]


def test_a_token_whose_transaction_is_under_way(cloud: Any, dynamodb: Any, table: str) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html"""

    def caller() -> Callable[[], Any]:
        # each counts for itself, and so both come to the same token
        numbers = itertools.count()
        return lambda: dynamodb.transact_write_items(
            TransactItems=[{"Update": increment(table)}],
            ClientRequestToken=f"{next(numbers)}-{table}"[:36],
        )

    error, *_ = at_once(caller(), caller())
    assert error.response["Error"]["Code"] == "TransactionInProgressException"


def test_conflicts_are_a_metric(cloud: Any, dynamodb: Any, table: str) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html"""
    assert at_once(
        lambda: dynamodb.transact_write_items(TransactItems=[{"Update": increment(table)}]),
        lambda: dynamodb.update_item(**increment(table)),
    )
    cloudwatch = cloud.client("cloudwatch")

    def is_listed() -> bool:
        found = cloudwatch.list_metrics(
            Namespace="AWS/DynamoDB",
            MetricName="TransactionConflict",
            Dimensions=[{"Name": "TableName", "Value": table}],
        )
        return bool(found["Metrics"])

    until(is_listed)
