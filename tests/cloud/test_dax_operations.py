"""Searches, batches, transactions and errors of AWS's client, compared with boto3's.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.client.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.dax_pair import ITEM, KEY, Pair, put
from tests.cloud.dax_support import client_of_dax, connected, make_cluster
from tests.cloud.tables_support import index, make_table


@pytest.fixture(scope="module")
def dax(cloud: Any) -> Iterator[Any]:
    with connected(cloud, make_cluster(cloud)) as client:
        yield client


@pytest.fixture
def pair(dax: Any, cloud: Any) -> Pair:
    return Pair(dax, cloud.client("dynamodb"))


# --- searches ---


@pytest.fixture
def filled(dax: Any, cloud: Any) -> Pair:
    pair = Pair(
        dax,
        cloud.client("dynamodb"),
        types={"kind": "S", "at": "S"},
        GlobalSecondaryIndexes=[index("by-kind", "kind sk")],
        LocalSecondaryIndexes=[index("by-time", "pk at", "KEYS_ONLY")],
    )
    for number in range(7):
        item = put("a", str(number * 1.5 - 3), kind=f"k{number % 2}", at=f"t{9 - number}", n=number)
        pair.on_table("put_item", Item={**item, "list": {"L": [{"S": "x"}, {"S": "y"}]}})
    return pair


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"ScanIndexForward": False, "Limit": 3},
        {"FilterExpression": "n > :n", "ReturnConsumedCapacity": "TOTAL"},
        {"ProjectionExpression": "sk, n"},
        {"ProjectionExpression": "#l[1]", "ExpressionAttributeNames": {"#l": "list"}},
        {"Select": "COUNT"},
        {"ConsistentRead": True, "ReturnConsumedCapacity": "INDEXES"},
        {"IndexName": "by-time", "Limit": 2},
        {"IndexName": "by-time", "ProjectionExpression": "#at, n", "ExpressionAttributeNames":
            {"#at": "at"}, "Select": "SPECIFIC_ATTRIBUTES"},
    ],
)  # fmt: skip
def test_queries(filled: Pair, parameters: dict[str, Any]) -> None:
    values = {":pk": {"S": "a"}}
    if "FilterExpression" in parameters:
        values[":n"] = {"N": "2"}
    for _ in range(1 if "ReturnConsumedCapacity" in parameters else 2):
        found = filled.on_table(
            "query",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=values,
            **parameters,
        )
        assert found["ScannedCount"] > 1


@pytest.mark.parametrize(
    "condition", ["pk = :p AND sk > :a", "pk = :p AND sk BETWEEN :a AND :b", "sk <= :a AND pk = :p"]
)
def test_key_conditions(filled: Pair, condition: str) -> None:
    values = {":p": {"S": "a"}, ":a": {"N": "-1.50"}, ":b": {"N": "3"}}
    filled.on_table(
        "query",
        KeyConditionExpression=condition,
        ExpressionAttributeValues={k: v for k, v in values.items() if k in condition},
    )


@pytest.mark.parametrize("name", [None, "by-kind"])
def test_pages_follow_each_other(filled: Pair, name: str | None) -> None:
    condition = "kind = :v" if name else "pk = :v"
    given = {
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": {":v": {"S": "k0" if name else "a"}},
        "Limit": 2,
        **({"IndexName": name} if name else {}),
    }
    seen = 0
    start: dict[str, Any] = {}
    while True:
        page = filled.on_table("query", **given, **start)
        seen += page["Count"]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert seen == (4 if name else 7)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"Limit": 2},
        {"IndexName": "by-kind", "Limit": 3},
        {"TotalSegments": 3, "Segment": 1},
        {"FilterExpression": "n = :n", "ExpressionAttributeValues": {":n": {"N": "3"}}},
        {"ProjectionExpression": "kind", "ConsistentRead": True},
        {"Select": "COUNT", "ReturnConsumedCapacity": "TOTAL"},
    ],
)
def test_scans(filled: Pair, parameters: dict[str, Any]) -> None:
    filled.on_table("scan", **parameters)


# --- batches and transactions ---


def test_batches(pair: Pair) -> None:
    writes = [{"PutRequest": {"Item": put("a", str(n), n=n)}} for n in range(20)]
    pair.same("batch_write_item", RequestItems={"TABLE": writes}, ReturnConsumedCapacity="TOTAL")
    pair.same(
        "batch_write_item",
        RequestItems={
            "TABLE": [
                {"DeleteRequest": {"Key": put("a", "3")}},
                {"PutRequest": {"Item": put("b", "3", text="y")}},
            ]
        },
    )
    wanted: dict[str, Any] = {"Keys": [put("a", str(n)) for n in range(2, 5)]}
    for more in ({}, {"ConsistentRead": True}, {"ProjectionExpression": "n, sk"}):
        for _ in range(2):
            by_dax, by_dynamodb = pair.both(
                "batch_get_item", RequestItems={"TABLE": {**wanted, **more}}
            )
            for answer in (by_dax, by_dynamodb):
                answer["Responses"]["TABLE"].sort(key=lambda item: item["sk"]["N"])
            assert by_dax == by_dynamodb
            assert len(by_dax["Responses"]["TABLE"]) == 2


def test_a_batch_tells_what_the_cache_did_not_have(dax: Any, pair: Pair) -> None:
    table = pair.names[0]
    dax.put_item(TableName=table, Item=put("known"))
    asked = {table: {"Keys": [put("known"), put("a"), put("b"), put("c"), put("d")]}}
    answers = [
        dax.batch_get_item(RequestItems=asked, ReturnConsumedCapacity="TOTAL") for _ in range(2)
    ]
    assert [a["ConsumedCapacity"][0]["CapacityUnits"] for a in answers] == [2.0, 0.0]


def test_transactions(pair: Pair) -> None:
    pair.on_table("put_item", Item=ITEM)
    pair.same(
        "transact_write_items",
        TransactItems=[
            {"Put": {"TableName": "TABLE", "Item": put("b", "2", text="x")}},
            {
                "Update": {
                    "TableName": "TABLE",
                    "Key": KEY,
                    "UpdateExpression": "SET #c = :one",
                    "ConditionExpression": "attribute_exists(pk)",
                    "ExpressionAttributeNames": {"#c": "count"},
                    "ExpressionAttributeValues": {":one": {"N": "1"}},
                }
            },
            {"Delete": {"TableName": "TABLE", "Key": put("c", "3")}},
            {
                "ConditionCheck": {
                    "TableName": "TABLE",
                    "Key": put("d", "4"),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    found = pair.same(
        "transact_get_items",
        TransactItems=[
            {"Get": {"TableName": "TABLE", "Key": put("b", "2")}},
            {"Get": {"TableName": "TABLE", "Key": put("nobody")}},
            {
                "Get": {
                    "TableName": "TABLE",
                    "Key": KEY,
                    "ProjectionExpression": "#c, #l[1].deep",
                    "ExpressionAttributeNames": {"#c": "count", "#l": "list"},
                }
            },
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    assert found["Responses"][2]["Item"]["count"] == {"N": "1"}


def test_a_transaction_that_is_sent_again_happens_once(dax: Any, pair: Pair) -> None:
    table = pair.names[0]
    add = {
        "TableName": table,
        "Key": KEY,
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    for _ in range(2):
        dax.transact_write_items(TransactItems=[{"Update": add}], ClientRequestToken=table[-30:])
    assert dax.get_item(TableName=table, Key=KEY)["Item"]["n"] == {"N": "1"}
    with pytest.raises(ClientError) as refused:
        dax.transact_write_items(
            TransactItems=[{"Delete": {"TableName": table, "Key": KEY}}],
            ClientRequestToken=table[-30:],
        )
    assert refused.value.response["Error"]["Code"] == "IdempotentParameterMismatchException"


# --- errors ---


def test_errors_are_those_of_dynamodb(pair: Pair) -> None:
    pair.on_table("put_item", Item=ITEM)
    refused = [
        pair.on_table("put_item", Item=ITEM, ConditionExpression="attribute_not_exists(pk)"),
        pair.on_table(
            "update_item",
            Key=KEY,
            UpdateExpression="SET pk = :a",
            ExpressionAttributeValues={":a": {"S": "x"}},
        ),
        pair.on_table(
            "update_item",
            Key=KEY,
            UpdateExpression="SET nowhere.inside = :a",
            ExpressionAttributeValues={":a": {"S": "x"}},
        ),
        pair.on_table(
            "update_item",
            Key=KEY,
            UpdateExpression="ADD texts :a",
            ExpressionAttributeValues={":a": {"N": "1"}},
        ),
        pair.on_table("scan", TotalSegments=2, Segment=2),
        pair.on_table(
            "query",
            KeyConditionExpression="sk = :a",
            ExpressionAttributeValues={":a": {"N": "1"}},
        ),
        pair.on_table("scan", IndexName="none"),
    ]
    assert [code for code, _ in refused] == [
        "ConditionalCheckFailedException",
        *["ValidationException"] * 6,
    ]


def test_a_missing_table(dax: Any) -> None:
    with pytest.raises(ClientError) as refused:
        dax.get_item(TableName="no-such-table", Key=KEY)
    assert refused.value.response["Error"] == {
        "Code": "ResourceNotFoundException",
        "Message": "Requested resource not found",
    }


def test_a_cancelled_transaction_tells_why(dax: Any, pair: Pair) -> None:
    """The client shows the reasons as they come: code, text and item of each action."""
    table = pair.names[0]
    dax.put_item(TableName=table, Item=put("a", "1", text="there"))
    with pytest.raises(ClientError) as refused:
        dax.transact_write_items(
            TransactItems=[
                {"Delete": {"TableName": table, "Key": put("b")}},
                {
                    "Put": {
                        "TableName": table,
                        "Item": put("a"),
                        "ConditionExpression": "attribute_not_exists(pk)",
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                },
            ]
        )
    error = refused.value
    assert error.response["Error"]["Code"] == "TransactionCanceledException"
    assert "[None, ConditionalCheckFailed]" in error.response["Error"]["Message"]
    reasons = error.cancellation_reasons  # type: ignore[attr-defined]
    assert reasons[:5] == [
        "None",
        None,
        None,
        "ConditionalCheckFailed",
        "The conditional request failed",
    ]
    assert b"there" in reasons[5]


def test_the_resource_of_the_client_works_as_well(cloud: Any, dax: Any) -> None:
    from boto3.dynamodb.conditions import Key

    name = make_table(cloud.client("dynamodb"), "pk")
    resource = client_of_dax.AmazonDaxClient.resource(
        endpoint_url=dax._endpoints[0],
        region_name=cloud.region,
        aws_access_key_id=cloud.access_key_id,
        aws_secret_access_key=cloud.secret_access_key,
    )
    with resource:
        table = resource.Table(name)
        table.put_item(Item={"pk": "a", "n": 1, "tags": {"x", "y"}})
        assert table.get_item(Key={"pk": "a"})["Item"] == {"pk": "a", "n": 1, "tags": {"x", "y"}}
        assert table.query(KeyConditionExpression=Key("pk").eq("a"))["Count"] == 1
        with table.batch_writer() as batch:
            batch.put_item(Item={"pk": "b"})
        assert table.scan()["Count"] == 2
