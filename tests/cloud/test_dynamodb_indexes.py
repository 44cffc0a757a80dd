"""Secondary indexes, and what a Query or Scan may not ask for.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/SecondaryIndexes.html
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloud.tables_support import ask, fill, index, make_table, pages, refused, wire


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    return cloud.client("dynamodb")


@pytest.fixture(scope="module")
def orders(dynamodb: Any) -> str:
    name = make_table(
        dynamodb,
        "customer placed",
        types={"status": "S", "total": "N", "city": "S", "shop": "S"},
        GlobalSecondaryIndexes=[
            index("open", "status total", "KEYS_ONLY"),
            index("by-place", "city shop / status total", "INCLUDE", "note"),
        ],
        LocalSecondaryIndexes=[
            index("by-total", "customer total", "KEYS_ONLY"),
        ],
    )
    items = [
        wire(
            customer=f"c{n % 3}",
            placed=f"2017-12-{n:02}",
            total=(n * 7) % 10,
            city="Bern" if n % 2 else "Basel",
            shop="north",
            note=f"note {n}",
            **({"status": "OPEN"} if n % 4 else {}),
        )
        for n in range(1, 21)
    ]
    fill(dynamodb, name, items)
    return name


def test_a_sparse_index_holds_only_what_has_its_key(dynamodb: Any, orders: str) -> None:
    found = ask(
        dynamodb,
        orders,
        "#s = :s",
        s="OPEN",
        IndexName="open",
        ExpressionAttributeNames={"#s": "status"},
    )
    totals = [int(item["total"]["N"]) for item in found["Items"]]
    assert len(totals) == 15
    assert totals == sorted(totals)
    assert all(item.keys() == {"customer", "placed", "status", "total"} for item in found["Items"])


@pytest.mark.parametrize("forward", [True, False])
def test_pages_of_an_index_follow_each_other_through_equal_keys(
    dynamodb: Any, orders: str, forward: bool
) -> None:
    found = [
        (int(item["total"]["N"]), item["placed"]["S"])
        for page in pages(
            dynamodb.query,
            TableName=orders,
            IndexName="open",
            KeyConditionExpression="#s = :s",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues=wire(**{":s": "OPEN"}),
            ScanIndexForward=forward,
            Limit=2,
        )
        for item in page["Items"]
    ]
    assert len(set(found)) == len(found) == 15
    totals = [total for total, _ in found]
    assert totals == sorted(totals, reverse=not forward)


def test_an_index_with_several_key_attributes(dynamodb: Any, orders: str) -> None:
    names = {"#s": "status", "#t": "total"}
    found = ask(
        dynamodb,
        orders,
        "city = :c AND shop = :h AND #s = :s AND #t > :t",
        c="Bern",
        h="north",
        s="OPEN",
        t=4,
        IndexName="by-place",
        ExpressionAttributeNames=names,
    )
    totals = [int(item["total"]["N"]) for item in found["Items"]]
    assert totals == sorted(totals)
    assert totals
    assert min(totals) > 4
    assert refused(
        dynamodb.query,
        TableName=orders,
        IndexName="by-place",
        KeyConditionExpression="city = :c",
        ExpressionAttributeValues=wire(**{":c": "Bern"}),
    ) == ("ValidationException", "Query condition missed key schema element: shop")


def test_a_local_index_fetches_what_it_does_not_hold_and_that_costs(
    dynamodb: Any, orders: str
) -> None:
    asked = {"IndexName": "by-total", "ReturnConsumedCapacity": "INDEXES", "ConsistentRead": True}
    keys_only = ask(dynamodb, orders, "customer = :c", c="c1", **asked)
    assert all("note" not in item for item in keys_only["Items"])
    assert keys_only["ConsumedCapacity"]["CapacityUnits"] == 1
    whole = ask(dynamodb, orders, "customer = :c", c="c1", Select="ALL_ATTRIBUTES", **asked)
    assert all("note" in item for item in whole["Items"])
    consumed = whole["ConsumedCapacity"]
    assert consumed["Table"]["CapacityUnits"] == whole["Count"] == 7
    assert consumed["LocalSecondaryIndexes"]["by-total"]["CapacityUnits"] == 1


def test_an_index_can_be_scanned(dynamodb: Any, orders: str) -> None:
    assert dynamodb.scan(TableName=orders, IndexName="open")["Count"] == 15


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"IndexName": "none"},
            "The table does not have the specified index: none",
        ),
        (
            {"IndexName": "open", "ConsistentRead": True},
            "Consistent reads are not supported on global secondary indexes",
        ),
        (
            {"IndexName": "open", "Select": "ALL_ATTRIBUTES"},
            "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not "
            "supported for global secondary index open because its projection type is not ALL",
        ),
        (
            {"IndexName": "open", "ProjectionExpression": "note"},
            "One or more parameter values were invalid: Global secondary index open does not "
            "project [note]",
        ),
        (
            {"Select": "ALL_PROJECTED_ATTRIBUTES"},
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
        ),
        (
            {"Select": "COUNT", "ProjectionExpression": "note"},
            "Cannot specify the ProjectionExpression when choosing to get only the Count",
        ),
        (
            {"Segment": 1},
            "The TotalSegments parameter is required but was not present in the request when "
            "Segment parameter is present",
        ),
        (
            {"Segment": 2, "TotalSegments": 2},
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            "Segment: 2 is not less than TotalSegments: 2",
        ),
        (
            {"ExclusiveStartKey": {"customer": {"S": "a"}}},
            "Exclusive Start Key must have same size as table's key schema",
        ),
        (
            {"IndexName": "open", "ExclusiveStartKey": {"customer": {"S": "a"}}},
            "The provided starting key is invalid",
        ),
        (
            {"Limit": 0},
            "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
        ),
    ],
)
def test_what_a_scan_may_not_ask_for(
    cloud: Any, orders: str, parameters: dict[str, Any], message: str
) -> None:
    unchecked = cloud.client("dynamodb", parameter_validation=False)
    assert refused(unchecked.scan, TableName=orders, **parameters) == (
        "ValidationException",
        message,
    )


@pytest.mark.parametrize(
    ("condition", "given", "message"),
    [
        ("placed = :x", {"x": "a"}, "Query condition missed key schema element: customer"),
        ("customer > :x", {"x": "a"}, "Query key condition not supported"),
        (
            "customer = :x AND note = :y",
            {"x": "a", "y": "b"},
            "Query condition missed key schema element: placed",
        ),
        (
            "customer = :x",
            {"x": 1},
            "One or more parameter values were invalid: Condition parameter type does not match "
            "schema type",
        ),
        (
            "customer = :x OR customer = :y",
            {"x": "a", "y": "b"},
            "Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: OR",
        ),
        (
            "customer = :x AND customer = :y",
            {"x": "a", "y": "b"},
            "KeyConditionExpressions must only contain one condition per key",
        ),
        (
            "customer = :x AND placed BETWEEN :z AND :y",
            {"x": "a", "y": "a", "z": "b"},
            "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be "
            "greater than or equal to lower bound; lower bound operand: AttributeValue: {S:b}, "
            "upper bound operand: AttributeValue: {S:a}",
        ),
    ],
)
def test_what_is_no_key_condition(
    dynamodb: Any, orders: str, condition: str, given: dict[str, Any], message: str
) -> None:
    values = wire(**{f":{name}": value for name, value in given.items()})
    assert refused(
        dynamodb.query,
        TableName=orders,
        KeyConditionExpression=condition,
        ExpressionAttributeValues=values,
    ) == ("ValidationException", message)


def test_a_query_may_not_filter_by_its_key(dynamodb: Any, orders: str) -> None:
    assert refused(
        dynamodb.query,
        TableName=orders,
        KeyConditionExpression="customer = :c",
        FilterExpression="placed = :c",
        ExpressionAttributeValues=wire(**{":c": "x"}),
    ) == (
        "ValidationException",
        "Filter Expression can only contain non-primary key attributes: "
        "Primary key attribute: placed",
    )
