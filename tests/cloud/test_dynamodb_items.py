"""PutItem, GetItem, UpdateItem, DeleteItem, and what they cost and refuse.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.tables_support import index, make_table, refused, wire


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    # AWS's own checks are meant here, not botocore's
    return cloud.client("dynamodb", parameter_validation=False)


@pytest.fixture(scope="module")
def table(dynamodb: Any) -> str:
    return make_table(dynamodb)


def key(pk: str, sk: str = "1") -> dict[str, Any]:
    return wire(pk=pk, sk=sk)


def test_an_item_comes_back_as_it_was_put(dynamodb: Any, table: str) -> None:
    item = {
        **key("round-trip"),
        "text": {"S": "grüezi 🙂"},
        "empty": {"S": ""},
        "number": {"N": "12.5"},
        "bytes": {"B": b"\x00\xff"},
        "yes": {"BOOL": True},
        "nothing": {"NULL": True},
        "list": {"L": [{"S": "a"}, {"M": {"x": {"N": "1"}}}]},
        "names": {"SS": ["a", "b"]},
        "numbers": {"NS": ["1", "2"]},
        "blobs": {"BS": [b"a", b"b"]},
    }
    dynamodb.put_item(TableName=table, Item=item)
    assert dynamodb.get_item(TableName=table, Key=key("round-trip"))["Item"] == item


def test_a_missing_item_gives_no_item(dynamodb: Any, table: str) -> None:
    assert "Item" not in dynamodb.get_item(TableName=table, Key=key("nobody"))


def test_a_table_answers_to_its_arn(dynamodb: Any, table: str) -> None:
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    dynamodb.put_item(TableName=arn, Item=key("by-arn"))
    assert dynamodb.get_item(TableName=arn, Key=key("by-arn"))["Item"] == key("by-arn")


def test_put_replaces_and_shows_what_was_there(dynamodb: Any, table: str) -> None:
    old, new = {**key("put"), **wire(a="1")}, {**key("put"), **wire(b="2")}
    first = dynamodb.put_item(TableName=table, Item=old, ReturnValues="ALL_OLD")
    assert "Attributes" not in first
    second = dynamodb.put_item(TableName=table, Item=new, ReturnValues="ALL_OLD")
    assert second["Attributes"] == old
    assert dynamodb.get_item(TableName=table, Key=key("put"))["Item"] == new


def test_delete_shows_what_was_there(dynamodb: Any, table: str) -> None:
    item = {**key("delete"), **wire(a="1")}
    dynamodb.put_item(TableName=table, Item=item)
    gone = dynamodb.delete_item(TableName=table, Key=key("delete"), ReturnValues="ALL_OLD")
    assert gone["Attributes"] == item
    again = dynamodb.delete_item(TableName=table, Key=key("delete"), ReturnValues="ALL_OLD")
    assert "Attributes" not in again


def test_update_makes_the_item_that_is_missing(dynamodb: Any, table: str) -> None:
    dynamodb.update_item(TableName=table, Key=key("fresh"))
    assert dynamodb.get_item(TableName=table, Key=key("fresh"))["Item"] == key("fresh")


@pytest.mark.parametrize(
    ("wanted", "attributes"),
    [
        ("NONE", None),
        ("ALL_OLD", wire(pk="return", sk="1", a=1, m={"x": "1", "y": "2"})),
        ("ALL_NEW", wire(pk="return", sk="1", a=2, m={"x": "new", "y": "2"}, b="b")),
        ("UPDATED_OLD", wire(a=1, m={"x": "1"})),
        ("UPDATED_NEW", wire(a=2, m={"x": "new"}, b="b")),
    ],
)
def test_what_update_returns(
    dynamodb: Any, table: str, wanted: str, attributes: dict[str, Any] | None
) -> None:
    dynamodb.put_item(TableName=table, Item=wire(pk="return", sk="1", a=1, m={"x": "1", "y": "2"}))
    found = dynamodb.update_item(
        TableName=table,
        Key=key("return"),
        UpdateExpression="ADD a :one SET m.x = :x, b = :b",
        ExpressionAttributeValues=wire(**{":one": 1, ":x": "new", ":b": "b"}),
        ReturnValues=wanted,
    )
    assert found.get("Attributes") == attributes


def test_a_second_conditional_put_is_refused(dynamodb: Any, table: str) -> None:
    put = {"TableName": table, "ConditionExpression": "attribute_not_exists(pk)"}
    dynamodb.put_item(Item={**key("once"), **wire(a="first")}, **put)
    with pytest.raises(ClientError) as error:
        dynamodb.put_item(
            Item={**key("once"), **wire(a="second")},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **put,
        )
    answer: dict[str, Any] = dict(error.value.response)
    assert answer["Error"] == {
        "Code": "ConditionalCheckFailedException",
        "Message": "The conditional request failed",
    }
    assert answer["Item"] == {**key("once"), **wire(a="first")}
    assert dynamodb.get_item(TableName=table, Key=key("once"))["Item"]["a"] == {"S": "first"}


def test_a_condition_that_fails_changes_nothing(dynamodb: Any, table: str) -> None:
    for call in (dynamodb.update_item, dynamodb.delete_item):
        code, _ = refused(
            call,
            TableName=table,
            Key=key("never"),
            ConditionExpression="attribute_exists(pk)",
        )
        assert code == "ConditionalCheckFailedException"
    assert "Item" not in dynamodb.get_item(TableName=table, Key=key("never"))


def test_a_projection_gives_a_part(dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item=wire(pk="part", sk="1", a={"b": "c", "d": "e"}, f="g"))
    found = dynamodb.get_item(
        TableName=table,
        Key=key("part"),
        ProjectionExpression="#a.b, f",
        ExpressionAttributeNames={"#a": "a"},
    )
    assert found["Item"] == wire(a={"b": "c"}, f="g")


# --- capacity ---


def units(answer: dict[str, Any]) -> float:
    return float(answer["ConsumedCapacity"]["CapacityUnits"])


@pytest.mark.parametrize(
    ("size", "write", "strong", "eventual"),
    [(100, 1, 1, 0.5), (1024, 1, 1, 0.5), (1025, 2, 1, 0.5), (4097, 5, 2, 1), (9000, 9, 3, 1.5)],
)
def test_what_an_item_of_a_size_costs(
    dynamodb: Any, table: str, size: int, write: float, strong: float, eventual: float
) -> None:
    names = len("pk" + "size" + "sk" + "1" + "x")
    item = {**key("size"), **wire(x="x" * (size - names))}
    total = {"TableName": table, "ReturnConsumedCapacity": "TOTAL"}
    assert units(dynamodb.put_item(Item=item, **total)) == write
    assert units(dynamodb.get_item(Key=key("size"), ConsistentRead=True, **total)) == strong
    assert units(dynamodb.get_item(Key=key("size"), **total)) == eventual
    shrunk = dynamodb.update_item(Key=key("size"), UpdateExpression="REMOVE x", **total)
    assert units(shrunk) == write  # the larger of before and after
    dynamodb.put_item(Item=item, **total)
    assert units(dynamodb.delete_item(Key=key("size"), **total)) == write


def test_reading_and_deleting_nothing_costs_too(dynamodb: Any, table: str) -> None:
    total = {"TableName": table, "ReturnConsumedCapacity": "TOTAL", "Key": key("no-one")}
    assert units(dynamodb.get_item(**total)) == 0.5
    assert units(dynamodb.get_item(ConsistentRead=True, **total)) == 1
    assert units(dynamodb.delete_item(**total)) == 1


def index_units(answer: dict[str, Any]) -> tuple[float, float]:
    consumed = answer["ConsumedCapacity"]
    return (
        consumed["Table"]["CapacityUnits"],
        sum(part["CapacityUnits"] for part in consumed.get("GlobalSecondaryIndexes", {}).values()),
    )


def test_what_writes_cost_on_an_index(dynamodb: Any) -> None:
    name = make_table(
        dynamodb,
        types={"g": "S"},
        GlobalSecondaryIndexes=[index("by-g", "g", "INCLUDE", "shown")],
    )
    both = {"TableName": name, "ReturnConsumedCapacity": "INDEXES"}

    def put(**attributes: Any) -> tuple[float, float]:
        return index_units(dynamodb.put_item(Item=wire(pk="p", sk="s", **attributes), **both))

    big = "x" * 3000
    assert put(hidden=big) == (3, 0)  # not in the index
    assert put(hidden=big, g="a") == (3, 1)  # enters it
    assert put(hidden="y" * 3000, g="a") == (3, 0)  # nothing that it holds changes
    assert put(hidden="y", g="a", shown="s") == (3, 1)  # a projected attribute changes
    assert put(hidden="y", g="b", shown="s") == (1, 2)  # deleted here, put there
    assert put(hidden="y", g="b", shown=big) == (3, 3)  # sized by what the index holds
    assert put(hidden="y") == (3, 3)  # leaves it
    assert put(hidden="y") == (1, 0)


def test_consumption_is_metered_and_shows_as_metrics(cloud: Any, dynamodb: Any) -> None:
    name = make_table(dynamodb)
    before = metered(cloud, name)
    dynamodb.put_item(TableName=name, Item={**key("m"), **wire(x="x" * 3000)})
    dynamodb.get_item(TableName=name, Key=key("m"))
    refused(
        dynamodb.put_item,
        TableName=name,
        Item=key("m"),
        ConditionExpression="attribute_not_exists(pk)",
    )
    assert before == {}
    # the put, and the refused put, which costs as much as what is there
    assert metered(cloud, name) == {"dynamodb.write_units": 6, "dynamodb.read_units": 0.5}
    assert metric(cloud, name, "ConsumedWriteCapacityUnits") == 6
    assert metric(cloud, name, "ConsumedReadCapacityUnits") == 0.5
    assert metric(cloud, name, "ConditionalCheckFailedRequests") == 1


def metered(cloud: Any, table: str) -> dict[str, float]:
    found = cloud.page("meter")["resources"]
    return {item: by_table[table] for item, by_table in found.items() if table in by_table}


def metric(cloud: Any, table: str, name: str) -> float:
    now = datetime.now(UTC)
    points = cloud.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/DynamoDB",
        MetricName=name,
        Dimensions=[{"Name": "TableName", "Value": table}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))
