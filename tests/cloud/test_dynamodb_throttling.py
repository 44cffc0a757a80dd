"""Billing modes, throughput and its limits; weak guarantees turned up.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throughput-capacity-modes.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.tables_support import describe, index, make_table, refused, wait_for, wire

INVALID = "One or more parameter values were invalid: "


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    return cloud.client("dynamodb")


def provisioned(read: int, write: int) -> dict[str, Any]:
    units = {"ReadCapacityUnits": read, "WriteCapacityUnits": write}
    return {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units}


def write_until_throttled(dynamodb: Any, table: str, most: int, **attributes: Any) -> ClientError:
    with pytest.raises(ClientError) as error:
        for number in range(most):
            dynamodb.put_item(TableName=table, Item=wire(pk=str(number), **attributes))
    return error.value


def reasons(error: ClientError) -> list[dict[str, str]]:
    """Why a call was throttled: DynamoDB writes the member's name in two ways."""
    answer: dict[str, Any] = dict(error.response)
    found: list[dict[str, str]] = answer.get("ThrottlingReasons") or answer["throttlingReasons"]
    return found


def test_a_provisioned_table_throttles_and_says_why(dynamodb: Any) -> None:
    name = make_table(dynamodb, "pk", **provisioned(1, 1))
    error = write_until_throttled(dynamodb, name, 20, x="x" * 20_000)
    assert error.response["Error"]["Code"] == "ProvisionedThroughputExceededException"
    assert reasons(error) == [
        {
            "reason": "TableWriteProvisionedThroughputExceeded",
            "resource": describe(dynamodb, name)["TableArn"],
        }
    ]
    # reading is another account
    dynamodb.get_item(TableName=name, Key=wire(pk="0"))


def test_a_new_table_and_its_indexes_have_burst(dynamodb: Any) -> None:
    one = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    name = make_table(
        dynamodb,
        "pk",
        types={"g": "S"},
        GlobalSecondaryIndexes=[{**index("by-g", "g"), "ProvisionedThroughput": one}],
        **provisioned(1, 1),
    )
    for number in range(60):
        dynamodb.put_item(TableName=name, Item=wire(pk=str(number), g="g"))
    for _ in range(60):
        dynamodb.scan(TableName=name, ConsistentRead=True)


def test_an_index_that_is_added_has_burst(dynamodb: Any) -> None:
    name = make_table(dynamodb, "pk", **provisioned(1, 1))
    one = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    dynamodb.update_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[
            {"Create": {**index("by-g", "g"), "ProvisionedThroughput": one}}
        ],
    )
    wait_for(
        lambda: describe(dynamodb, name)["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"
    )
    for number in range(30):
        dynamodb.put_item(TableName=name, Item=wire(pk=str(number), g="g"))


def test_an_on_demand_table_with_a_maximum_has_burst(dynamodb: Any) -> None:
    name = make_table(dynamodb, "pk", OnDemandThroughput={"MaxWriteRequestUnits": 1})
    for number in range(60):
        dynamodb.put_item(TableName=name, Item=wire(pk=str(number)))


def test_an_index_without_capacity_holds_the_table_back(dynamodb: Any) -> None:
    small = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    name = make_table(
        dynamodb,
        "pk",
        types={"g": "S"},
        GlobalSecondaryIndexes=[{**index("by-g", "g"), "ProvisionedThroughput": small}],
        **provisioned(1000, 1000),
    )
    error = write_until_throttled(dynamodb, name, 20, g="g", x="x" * 20_000)
    (reason,) = reasons(error)
    assert reason["reason"] == "IndexWriteProvisionedThroughputExceeded"
    assert reason["resource"].endswith("/index/by-g")
    dynamodb.put_item(TableName=name, Item=wire(pk="not in the index"))


def test_a_throttled_batch_leaves_items_unprocessed(dynamodb: Any) -> None:
    name = make_table(dynamodb, "pk", **provisioned(1, 1))
    requests = [
        {"PutRequest": {"Item": wire(pk=str(number), x="x" * 350_000)}} for number in range(5)
    ]
    answer = dynamodb.batch_write_item(RequestItems={name: requests})
    left = answer["UnprocessedItems"][name]
    assert left == requests[1:]
    assert (
        refused(dynamodb.batch_write_item, RequestItems={name: left})[0]
        == "ProvisionedThroughputExceededException"
    )


def test_a_throttled_transaction_is_canceled(dynamodb: Any) -> None:
    name = make_table(dynamodb, "pk", **provisioned(1, 1))
    dynamodb.put_item(TableName=name, Item=wire(pk="a", x="x" * 350_000))
    with pytest.raises(ClientError) as error:
        dynamodb.transact_write_items(
            TransactItems=[{"Put": {"TableName": name, "Item": wire(pk="b")}}]
        )
    (reason,) = error.value.response["CancellationReasons"]
    assert reason["Code"] == "ProvisionedThroughputExceeded"


def test_capacity_comes_back_with_time(dynamodb: Any) -> None:
    name = make_table(dynamodb, "pk", **provisioned(1, 2))
    write_until_throttled(dynamodb, name, 20, x="x" * 50_000)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            dynamodb.put_item(TableName=name, Item=wire(pk="again"))
            return
        except ClientError:
            time.sleep(0.05)
    pytest.fail("still throttled after 50 scaled seconds")


def test_a_table_changes_its_billing_mode_and_capacity(dynamodb: Any) -> None:
    name = make_table(dynamodb, "pk", **provisioned(1, 1))
    assert "BillingModeSummary" not in describe(dynamodb, name)
    write_until_throttled(dynamodb, name, 20, x="x" * 20_000)
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 500}
    dynamodb.update_table(TableName=name, ProvisionedThroughput=units)
    throughput = describe(dynamodb, name)["ProvisionedThroughput"]
    assert throughput["WriteCapacityUnits"] == 500
    assert "LastIncreaseDateTime" in throughput
    dynamodb.put_item(TableName=name, Item=wire(pk="a"))
    assert refused(dynamodb.update_table, TableName=name, ProvisionedThroughput=units)[
        1
    ].startswith("The provisioned throughput for the table will not change.")
    dynamodb.update_table(TableName=name, BillingMode="PAY_PER_REQUEST")
    table = describe(dynamodb, name)
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["ProvisionedThroughput"]["WriteCapacityUnits"] == 0
    assert refused(dynamodb.update_table, TableName=name, BillingMode="PROVISIONED") == (
        "ValidationException",
        INVALID + "ReadCapacityUnits and WriteCapacityUnits must both be specified when "
        "BillingMode is PROVISIONED",
    )
    dynamodb.update_table(TableName=name, **provisioned(3, 3))
    assert describe(dynamodb, name)["BillingModeSummary"]["BillingMode"] == "PROVISIONED"


def test_a_maximum_of_an_on_demand_table_is_kept(dynamodb: Any) -> None:
    name = make_table(dynamodb, "pk", OnDemandThroughput={"MaxWriteRequestUnits": 1})
    error = write_until_throttled(dynamodb, name, 20, x="x" * 20_000)
    assert error.response["Error"]["Code"] == "ThrottlingException"
    (reason,) = reasons(error)
    assert reason["reason"] == "TableWriteMaxOnDemandThroughputExceeded"


def test_a_hot_key_is_throttled_and_its_neighbours_are_not(dynamodb: Any) -> None:
    name = make_table(dynamodb)
    large = "x" * 390_000
    with pytest.raises(ClientError) as error:
        for number in range(200):
            dynamodb.put_item(TableName=name, Item=wire(pk="hot", sk=str(number), x=large))
    (reason,) = reasons(error.value)
    assert reason["reason"] == "TableWriteKeyRangeThroughputExceeded"
    dynamodb.put_item(TableName=name, Item=wire(pk="cold", sk="1"))


def test_stale_reads_and_lagging_indexes_show_when_asked_for(
    own_cloud: Callable[..., Any],
) -> None:
    with own_cloud(speed=1, weak_guarantees=True) as cloud:
        dynamodb = cloud.client("dynamodb")
        name = make_table(
            dynamodb, "pk", types={"g": "S"}, GlobalSecondaryIndexes=[index("by-g", "g")]
        )
        stale = 0
        for number in range(60):
            key = wire(pk=str(number))
            dynamodb.put_item(TableName=name, Item={**key, **wire(g="g")})
            strong = dynamodb.get_item(TableName=name, Key=key, ConsistentRead=True)
            assert "Item" in strong
            stale += "Item" not in dynamodb.get_item(TableName=name, Key=key)
        assert 5 < stale < 40
        query = {
            "TableName": name,
            "IndexName": "by-g",
            "KeyConditionExpression": "g = :g",
            "ExpressionAttributeValues": wire(**{":g": "g"}),
        }
        assert dynamodb.query(**query)["Count"] < 60
        wait_for(lambda: dynamodb.query(**query)["Count"] == 60)
