"""Batches and transactions.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.tables_support import index, make_table, refused, wire


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    return cloud.client("dynamodb")


@pytest.fixture(scope="module")
def table(dynamodb: Any) -> str:
    return make_table(dynamodb, "pk")


def put(pk: str, **attributes: Any) -> dict[str, Any]:
    return {"PutRequest": {"Item": wire(pk=pk, **attributes)}}


def all_of(dynamodb: Any, table: str, *keys: str) -> list[dict[str, Any]]:
    found = (
        dynamodb.get_item(TableName=table, Key=wire(pk=pk), ConsistentRead=True) for pk in keys
    )
    return [answer.get("Item") for answer in found]


# --- batches ---


def test_a_batch_writes_and_deletes_in_several_tables(dynamodb: Any, table: str) -> None:
    other = make_table(dynamodb, "pk")
    dynamodb.put_item(TableName=table, Item=wire(pk="goes"))
    answer = dynamodb.batch_write_item(
        RequestItems={
            table: [put("b1"), put("b2"), {"DeleteRequest": {"Key": wire(pk="goes")}}],
            other: [put("b3", x="y" * 2000)],
        },
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["UnprocessedItems"] == {}
    assert {part["TableName"]: part["CapacityUnits"] for part in answer["ConsumedCapacity"]} == {
        table: 3,
        other: 2,
    }
    assert all_of(dynamodb, table, "b1", "b2", "goes") == [wire(pk="b1"), wire(pk="b2"), None]


def test_a_batch_reads_and_leaves_out_what_is_missing(dynamodb: Any, table: str) -> None:
    dynamodb.batch_write_item(RequestItems={table: [put("r1", a="1", b="2"), put("r2", a="3")]})
    wanted = {
        table: {
            "Keys": [wire(pk=pk) for pk in ("r1", "r2", "r3")],
            "ProjectionExpression": "#a",
            "ExpressionAttributeNames": {"#a": "a"},
            "ConsistentRead": True,
        }
    }
    answer = dynamodb.batch_get_item(RequestItems=wanted, ReturnConsumedCapacity="TOTAL")
    assert answer["Responses"] == {table: [wire(a="1"), wire(a="3")]}
    assert answer["UnprocessedKeys"] == {}
    assert answer["ConsumedCapacity"][0]["CapacityUnits"] == 3  # the missing one costs too


def test_a_batch_read_stops_at_16_megabytes(dynamodb: Any) -> None:
    name = make_table(dynamodb, "pk")
    for number in range(45):
        dynamodb.put_item(TableName=name, Item=wire(pk=str(number), x="x" * 399_000))
    keys = [wire(pk=str(number)) for number in range(45)]
    answer = dynamodb.batch_get_item(RequestItems={name: {"Keys": keys}})
    got = [wire(pk=item["pk"]["S"]) for item in answer["Responses"][name]]
    assert len(got) == 43
    assert got + answer["UnprocessedKeys"][name]["Keys"] == keys


@pytest.mark.parametrize(
    ("requests", "message"),
    [
        ([put("a"), put("a")], "Provided list of item keys contains duplicates"),
        (
            [put("a"), {"DeleteRequest": {"Key": wire(pk="a")}}],
            "Provided list of item keys contains duplicates",
        ),
        ([put(str(n)) for n in range(26)], "Member must have length less than or equal to 25"),
        ([{"PutRequest": {"Item": wire(other="a")}}], "Missing the key pk in the item"),
        ([], "Member must have length greater than or equal to 1"),
    ],
)
def test_batches_that_are_refused_whole(
    cloud: Any, table: str, requests: list[Any], message: str
) -> None:
    unchecked = cloud.client("dynamodb", parameter_validation=False)
    code, text = refused(unchecked.batch_write_item, RequestItems={table: requests})
    assert code == "ValidationException"
    assert message in text


def test_a_batch_of_reads_takes_no_key_twice_and_at_most_100(dynamodb: Any, table: str) -> None:
    twice = {table: {"Keys": [wire(pk="a"), wire(pk="a")]}}
    assert refused(dynamodb.batch_get_item, RequestItems=twice) == (
        "ValidationException",
        "Provided list of item keys contains duplicates",
    )
    other = make_table(dynamodb, "pk")
    keys = [wire(pk=str(number)) for number in range(60)]
    many = {table: {"Keys": keys}, other: {"Keys": keys}}
    assert refused(dynamodb.batch_get_item, RequestItems=many) == (
        "ValidationException",
        "Too many items requested for the BatchGetItem call",
    )


# --- transactions ---


def check(table: str, pk: str, condition: str, **more: Any) -> dict[str, Any]:
    return {
        "ConditionCheck": {
            "TableName": table,
            "Key": wire(pk=pk),
            "ConditionExpression": condition,
            **more,
        }
    }


def test_a_transaction_does_all_of_it(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item=wire(pk="t-stock", left=5))
    dynamodb.put_item(TableName=table, Item=wire(pk="t-old"))
    answer = dynamodb.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": table, "Item": wire(pk="t-order", n=2)}},
            {
                "Update": {
                    "TableName": table,
                    "Key": wire(pk="t-stock"),
                    "UpdateExpression": "SET #l = #l - :n",
                    "ConditionExpression": "#l >= :n",
                    "ExpressionAttributeNames": {"#l": "left"},
                    "ExpressionAttributeValues": wire(**{":n": 2}),
                }
            },
            {"Delete": {"TableName": table, "Key": wire(pk="t-old")}},
            check(table, "t-none", "attribute_not_exists(pk)"),
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    assert all_of(dynamodb, table, "t-order", "t-stock", "t-old") == [
        wire(pk="t-order", n=2),
        wire(pk="t-stock", left=3),
        None,
    ]
    assert answer["ConsumedCapacity"] == [
        {"TableName": table, "CapacityUnits": 8.0, "WriteCapacityUnits": 8.0}
    ]


def test_a_transaction_does_nothing_if_one_condition_fails(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item=wire(pk="t-there", a="b"))
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table, "Item": wire(pk="t-new")}},
                check(
                    table,
                    "t-there",
                    "attribute_not_exists(pk)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                ),
            ]
        )
    assert error.value.response["Error"] == {
        "Code": "TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, ConditionalCheckFailed]",
    }
    assert error.value.response["CancellationReasons"] == [
        {"Code": "None"},
        {
            "Code": "ConditionalCheckFailed",
            "Message": "The conditional request failed",
            "Item": wire(pk="t-there", a="b"),
        },
    ]
    assert all_of(dynamodb, table, "t-new") == [None]


def test_an_update_that_cannot_be_cancels_the_transaction(dynamodb: Any, table: str) -> None:
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Update": {
                        "TableName": table,
                        "Key": wire(pk="t-invalid"),
                        "UpdateExpression": "SET a = b",
                    }
                }
            ]
        )
    assert error.value.response["CancellationReasons"][0] == {
        "Code": "ValidationError",
        "Message": "The provided expression refers to an attribute that does not exist in the item",
    }


def test_a_token_makes_a_repeated_transaction_happen_once(dynamodb: Any, table: str) -> None:
    def add(amount: int, token: str) -> dict[str, Any]:
        found: dict[str, Any] = dynamodb.transact_write_items(
            ClientRequestToken=token,
            ReturnConsumedCapacity="TOTAL",
            TransactItems=[
                {
                    "Update": {
                        "TableName": table,
                        "Key": wire(pk="t-count"),
                        "UpdateExpression": "ADD n :n",
                        "ExpressionAttributeValues": wire(**{":n": amount}),
                    }
                }
            ],
        )
        return found

    token = str(uuid.uuid4())
    first, second = add(1, token), add(1, token)
    assert all_of(dynamodb, table, "t-count") == [wire(pk="t-count", n=1)]
    assert first["ConsumedCapacity"][0]["WriteCapacityUnits"] == 2
    assert second["ConsumedCapacity"][0]["ReadCapacityUnits"] == 2
    code, _ = refused(add, amount=2, token=token)
    assert code == "IdempotentParameterMismatchException"
    add(1, str(uuid.uuid4()))
    assert all_of(dynamodb, table, "t-count") == [wire(pk="t-count", n=2)]


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (
            lambda table: [
                {"Put": {"TableName": table, "Item": wire(pk="x")}},
                {"Delete": {"TableName": table, "Key": wire(pk="x")}},
            ],
            "Transaction request cannot include multiple operations on one item",
        ),
        (
            lambda table: [
                {
                    "Put": {"TableName": table, "Item": wire(pk="x")},
                    "Delete": {"TableName": table, "Key": wire(pk="y")},
                }
            ],
            "TransactItems can only contain one of Check, Put, Update or Delete",
        ),
        (
            lambda table: [
                {"Put": {"TableName": table, "Item": wire(pk=str(n))}} for n in range(101)
            ],
            "Member must have length less than or equal to 100",
        ),
        (
            lambda table: [check(table, "x", "nonsense(")],
            "Invalid ConditionExpression",
        ),
    ],
)
def test_transactions_that_are_refused_whole(
    cloud: Any, table: str, items: Any, message: str
) -> None:
    unchecked = cloud.client("dynamodb", parameter_validation=False)
    code, text = refused(unchecked.transact_write_items, TransactItems=items(table))
    assert code == "ValidationException"
    assert message in text


def test_a_hundred_actions_are_one_transaction(dynamodb: Any, table: str) -> None:
    actions = [{"Put": {"TableName": table, "Item": wire(pk=f"h{n}")}} for n in range(100)]
    dynamodb.transact_write_items(TransactItems=actions)
    assert None not in all_of(dynamodb, table, "h0", "h50", "h99")


def test_a_transaction_reads_in_the_order_asked(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item=wire(pk="g1", a="1", b="2"))
    answer = dynamodb.transact_get_items(
        TransactItems=[
            {"Get": {"TableName": table, "Key": wire(pk="nobody")}},
            {"Get": {"TableName": table, "Key": wire(pk="g1"), "ProjectionExpression": "b"}},
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["Responses"] == [{}, {"Item": wire(b="2")}]
    assert answer["ConsumedCapacity"][0] == {
        "TableName": table,
        "CapacityUnits": 4.0,
        "ReadCapacityUnits": 4.0,
    }


def test_a_transaction_costs_twice_on_indexes_too(dynamodb: Any) -> None:
    name = make_table(dynamodb, "pk", types={"g": "S"}, GlobalSecondaryIndexes=[index("by-g", "g")])
    answer = dynamodb.transact_write_items(
        TransactItems=[{"Put": {"TableName": name, "Item": wire(pk="a", g="g", x="x" * 1500)}}],
        ReturnConsumedCapacity="INDEXES",
    )
    consumed = answer["ConsumedCapacity"][0]
    assert consumed["CapacityUnits"] == 8
    assert consumed["GlobalSecondaryIndexes"]["by-g"]["CapacityUnits"] == 4


def test_the_size_of_an_item_collection_is_told_on_request(dynamodb: Any) -> None:
    name = make_table(dynamodb, types={"l": "S"}, LocalSecondaryIndexes=[index("by-l", "pk l")])
    answer = dynamodb.put_item(
        TableName=name, Item=wire(pk="a", sk="b"), ReturnItemCollectionMetrics="SIZE"
    )
    assert answer["ItemCollectionMetrics"] == {
        "ItemCollectionKey": wire(pk="a"),
        "SizeEstimateRangeGB": [0.0, 1.0],
    }
