"""Tables themselves: created, described, changed, deleted.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.html
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloud.tables_support import (
    describe,
    index,
    key_schema,
    make_table,
    refused,
    wait_for,
    wire,
)

INVALID = "One or more parameter values were invalid: "


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    return cloud.client("dynamodb")


def test_a_table_is_described(dynamodb: Any) -> None:
    name = make_table(
        dynamodb,
        types={"g": "S", "l": "N"},
        GlobalSecondaryIndexes=[index("by-g", "g", "INCLUDE", "x")],
        LocalSecondaryIndexes=[index("by-l", "pk l", "KEYS_ONLY")],
        TableClass="STANDARD_INFREQUENT_ACCESS",
        OnDemandThroughput={"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 50},
        Tags=[{"Key": "team", "Value": "orders"}],
    )
    dynamodb.put_item(TableName=name, Item=wire(pk="a", sk="b", g="g"))
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    table = describe(dynamodb, name)
    assert table["TableStatus"] == "ACTIVE"
    assert table["KeySchema"] == key_schema("pk sk")
    assert (table["ItemCount"], table["TableSizeBytes"]) == (1, 8)
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert table["OnDemandThroughput"]["MaxWriteRequestUnits"] == 50
    assert table["DeletionProtectionEnabled"] is False
    (shared,) = table["GlobalSecondaryIndexes"]
    assert (shared["IndexStatus"], shared["ItemCount"]) == ("ACTIVE", 1)
    assert shared["IndexArn"] == f"{table['TableArn']}/index/by-g"
    assert shared["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]}
    (local,) = table["LocalSecondaryIndexes"]
    assert (local["IndexName"], local["ItemCount"]) == ("by-l", 0)
    tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "orders"}]


def test_tables_are_listed_page_by_page(dynamodb: Any) -> None:
    names = sorted(make_table(dynamodb) for _ in range(3))
    found = [
        name
        for page in dynamodb.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 2})
        for name in page["TableNames"]
    ]
    assert [name for name in found if name in names] == names


def test_a_deleted_table_is_gone_and_may_come_again(dynamodb: Any) -> None:
    name = make_table(dynamodb)
    dynamodb.put_item(TableName=name, Item=wire(pk="a", sk="b"))
    deleted = dynamodb.delete_table(TableName=name)["TableDescription"]
    assert deleted["TableStatus"] == "DELETING"
    dynamodb.get_waiter("table_not_exists").wait(TableName=name)
    for call in (dynamodb.describe_table, dynamodb.delete_table):
        assert refused(call, TableName=name) == (
            "ResourceNotFoundException",
            f"Requested resource not found: Table: {name} not found",
        )
    dynamodb.create_table(
        TableName=name,
        KeySchema=key_schema("pk"),
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert dynamodb.scan(TableName=name)["Count"] == 0


def test_a_protected_table_stays(dynamodb: Any) -> None:
    name = make_table(dynamodb, DeletionProtectionEnabled=True)
    code, message = refused(dynamodb.delete_table, TableName=name)
    assert code == "ValidationException"
    assert "protected against deletion" in message
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName=name)


def test_a_table_exists_once(dynamodb: Any) -> None:
    name = make_table(dynamodb)
    assert refused(
        dynamodb.create_table,
        TableName=name,
        KeySchema=key_schema("pk"),
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    ) == ("ResourceInUseException", f"Table already exists: {name}")


@pytest.mark.parametrize(
    ("key", "more", "message"),
    [
        (
            "pk",
            {"BillingMode": "PROVISIONED"},
            INVALID + "ReadCapacityUnits and WriteCapacityUnits must both be specified when "
            "BillingMode is PROVISIONED",
        ),
        (
            "pk",
            {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}},
            INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
            "BillingMode is PAY_PER_REQUEST",
        ),
        (
            "pk",
            {"types": {"other": "S"}},
            INVALID + "Number of attributes in KeySchema does not exactly match number of "
            "attributes defined in AttributeDefinitions",
        ),
        (
            "pk",
            {"GlobalSecondaryIndexes": [index("by-g", "g")]},
            INVALID + "Some index key attributes are not defined in AttributeDefinitions. "
            "Keys: [g], AttributeDefinitions: [pk]",
        ),
        (
            "pk",
            {"LocalSecondaryIndexes": [index("by-l", "pk l")], "types": {"l": "S"}},
            INVALID + "Table KeySchema does not have a range key, which is required when "
            "specifying a LocalSecondaryIndex",
        ),
        (
            "pk sk",
            {"LocalSecondaryIndexes": [index("by-l", "sk pk")]},
            INVALID + "Index KeySchema does not have the same leading hash key as table "
            "KeySchema for index: by-l. index hash key: sk, table hash key: pk",
        ),
        (
            "pk",
            {
                "GlobalSecondaryIndexes": [index("by-g", "g"), index("by-g", "g")],
                "types": {"g": "S"},
            },
            INVALID + "Duplicate index name: by-g",
        ),
        (
            "pk",
            {
                "GlobalSecondaryIndexes": [index("by-g", "g", "ALL", "x")],
                "types": {"g": "S"},
            },
            INVALID + "ProjectionType is ALL, but NonKeyAttributes is specified",
        ),
        (
            "pk",
            {
                "GlobalSecondaryIndexes": [index(f"by-{n:03}", "g") for n in range(21)],
                "types": {"g": "S"},
            },
            INVALID + "GlobalSecondaryIndex count exceeds the per-table limit of 20",
        ),
    ],
)
def test_tables_that_cannot_be(dynamodb: Any, key: str, more: dict[str, Any], message: str) -> None:
    parameters = {"dynamodb": dynamodb, "key": key, **more}
    assert refused(make_table, **parameters) == ("ValidationException", message)


def test_a_table_of_two_partition_keys_cannot_be(dynamodb: Any) -> None:
    code, message = refused(make_table, dynamodb=dynamodb, key="pk other /")
    assert (code, message) == (
        "ValidationException",
        "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
    )


# --- indexes that come and go ---


def test_an_index_is_added_filled_and_taken_away(dynamodb: Any) -> None:
    name = make_table(dynamodb, "pk")
    for number in range(10):
        group = {"g": "even"} if number % 2 == 0 else {}
        dynamodb.put_item(TableName=name, Item=wire(pk=str(number), **group))
    dynamodb.put_item(TableName=name, Item=wire(pk="of another type", g=5))
    answer = dynamodb.update_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": index("by-g", "g")}],
    )["TableDescription"]
    assert answer["TableStatus"] == "UPDATING"
    assert answer["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    query = {
        "TableName": name,
        "IndexName": "by-g",
        "KeyConditionExpression": "g = :g",
        "ExpressionAttributeValues": wire(**{":g": "even"}),
    }
    assert "backfilling" in refused(dynamodb.query, **query)[1]
    dynamodb.put_item(TableName=name, Item=wire(pk="meanwhile", g="even"))
    second = [{"Create": index("other", "g")}]
    assert (
        refused(dynamodb.update_table, TableName=name, GlobalSecondaryIndexUpdates=second)[0]
        == "LimitExceededException"
    )
    wait_for(
        lambda: describe(dynamodb, name)["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE"
    )
    assert describe(dynamodb, name)["TableStatus"] == "ACTIVE"
    assert dynamodb.query(**query)["Count"] == 6
    answer = dynamodb.update_table(
        TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-g"}}]
    )["TableDescription"]
    assert answer["GlobalSecondaryIndexes"][0]["IndexStatus"] == "DELETING"
    wait_for(lambda: "GlobalSecondaryIndexes" not in describe(dynamodb, name))
    assert refused(dynamodb.query, **query)[1] == (
        "The table does not have the specified index: by-g"
    )


def test_the_class_of_a_table_is_changed(dynamodb: Any) -> None:
    name = make_table(dynamodb)
    dynamodb.update_table(TableName=name, TableClass="STANDARD_INFREQUENT_ACCESS")
    assert describe(dynamodb, name)["TableClassSummary"]["TableClass"] == (
        "STANDARD_INFREQUENT_ACCESS"
    )


def test_tags_come_and_go(dynamodb: Any) -> None:
    name = make_table(dynamodb)
    arn = describe(dynamodb, name)["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}])
    tags = dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]
    assert tags == [{"Key": "a", "Value": "2"}]
    dynamodb.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"] == []
    missing = arn.replace("tables-test", "nothing")
    code, _ = refused(dynamodb.tag_resource, ResourceArn=missing, Tags=[])
    assert code == "ResourceNotFoundException"
