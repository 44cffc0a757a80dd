"""Query and Scan: order, ranges, pages, filters, indexes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.tables_support import index, make_table, refused, wire


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    return cloud.client("dynamodb")


@pytest.fixture(scope="module")
def numbers(dynamodb: Any) -> str:
    """Two partitions of 40 items with numeric sort keys, put in no order."""
    name = make_table(dynamodb, "pk n", types={"n": "N"})
    values = [*range(-20, 20)]
    random.Random(1).shuffle(values)
    for partition in ("a", "b"):
        fill(dynamodb, name, [wire(pk=partition, n=n, odd=bool(n % 2)) for n in values])
    return name


def fill(dynamodb: Any, table: str, items: list[dict[str, Any]]) -> None:
    for start in range(0, len(items), 25):
        requests = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        answer = dynamodb.batch_write_item(RequestItems={table: requests})
        assert answer["UnprocessedItems"] == {}


def ask(dynamodb: Any, table: str, condition: str, **given: Any) -> dict[str, Any]:
    more = {name: given.pop(name) for name in list(given) if name[0].isupper()}
    values = wire(**{f":{name}": value for name, value in given.items()})
    found: dict[str, Any] = dynamodb.query(
        TableName=table,
        KeyConditionExpression=condition,
        ExpressionAttributeValues=values,
        **more,
    )
    return found


def worth(found: dict[str, Any]) -> list[int]:
    return [int(item["n"]["N"]) for item in found["Items"]]


@pytest.mark.parametrize(
    ("condition", "given", "expected"),
    [
        ("pk = :p", {}, range(-20, 20)),
        ("pk = :p AND n = :x", {"x": 3}, [3]),
        ("pk = :p AND n < :x", {"x": -15}, range(-20, -15)),
        ("pk = :p AND n <= :x", {"x": -15}, range(-20, -14)),
        ("pk = :p AND n > :x", {"x": 15}, range(16, 20)),
        ("n >= :x AND pk = :p", {"x": 15}, range(15, 20)),
        ("pk = :p AND n BETWEEN :x AND :y", {"x": -2, "y": 2}, range(-2, 3)),
        ("(pk = :p) AND (:x < n)", {"x": 15}, range(16, 20)),
        ("pk = :p AND n > :x", {"x": 100}, []),
    ],
)
def test_a_query_gives_its_range_in_order(
    dynamodb: Any, numbers: str, condition: str, given: dict[str, Any], expected: Any
) -> None:
    assert worth(ask(dynamodb, numbers, condition, p="a", **given)) == list(expected)
    backwards = ask(dynamodb, numbers, condition, p="a", ScanIndexForward=False, **given)
    assert worth(backwards) == list(expected)[::-1]


def pages(call: Any, **parameters: Any) -> Iterator[dict[str, Any]]:
    while True:
        page = call(**parameters)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        parameters["ExclusiveStartKey"] = page["LastEvaluatedKey"]


@pytest.mark.parametrize("forward", [True, False])
def test_pages_of_a_query_follow_each_other(dynamodb: Any, numbers: str, forward: bool) -> None:
    found = [
        number
        for page in pages(
            dynamodb.query,
            TableName=numbers,
            KeyConditionExpression="pk = :p AND n >= :x",
            ExpressionAttributeValues=wire(**{":p": "a", ":x": -5}),
            ScanIndexForward=forward,
            Limit=7,
        )
        for number in worth(page)
    ]
    assert found == (list(range(-5, 20)) if forward else list(range(-5, 20))[::-1])


def test_a_page_that_ends_with_the_last_item_does_not_know_it(dynamodb: Any, numbers: str) -> None:
    assert "LastEvaluatedKey" in ask(dynamodb, numbers, "pk = :p", p="a", Limit=40)
    assert "LastEvaluatedKey" not in ask(dynamodb, numbers, "pk = :p", p="a", Limit=41)


def test_a_page_can_begin_after_an_item_that_is_gone(dynamodb: Any, numbers: str) -> None:
    found = ask(
        dynamodb,
        numbers,
        "pk = :p AND n BETWEEN :x AND :y",
        p="a",
        x=0,
        y=9,
        ExclusiveStartKey={"pk": {"S": "a"}, "n": {"N": "4.5"}},
    )
    assert worth(found) == [5, 6, 7, 8, 9]


def test_a_filter_comes_after_the_limit_and_saves_nothing(dynamodb: Any, numbers: str) -> None:
    found = ask(
        dynamodb,
        numbers,
        "pk = :p",
        p="a",
        o=True,
        FilterExpression="odd = :o",
        Limit=10,
        ReturnConsumedCapacity="TOTAL",
    )
    assert (found["Count"], found["ScannedCount"]) == (5, 10)
    assert found["ConsumedCapacity"]["CapacityUnits"] == 0.5


def test_count_gives_no_items(dynamodb: Any, numbers: str) -> None:
    found = ask(dynamodb, numbers, "pk = :p", p="a", Select="COUNT")
    assert (found["Count"], "Items" in found) == (40, False)


def test_a_page_ends_at_one_megabyte_and_sizes_are_summed(dynamodb: Any) -> None:
    name = make_table(dynamodb)
    fill(dynamodb, name, [wire(pk="p", sk=f"{n:02}", x="x" * 99_990) for n in range(24)])
    first = ask(
        dynamodb, name, "pk = :p", p="p", ReturnConsumedCapacity="TOTAL", ConsistentRead=True
    )
    assert first["Count"] == 11
    assert first["ConsumedCapacity"]["CapacityUnits"] == -(-11 * 100_000 // 4096)
    found = [
        item["sk"]["S"]
        for page in pages(
            dynamodb.query,
            TableName=name,
            KeyConditionExpression="pk = :p",
            ExpressionAttributeValues=wire(**{":p": "p"}),
        )
        for item in page["Items"]
    ]
    assert found == [f"{n:02}" for n in range(24)]


def test_text_sorts_by_its_utf8_bytes_and_prefixes_are_found(dynamodb: Any) -> None:
    name = make_table(dynamodb)
    texts = ["a", "B", "b", "bé", "b😀", "b\uffff", "ba", "c", "é"]
    fill(dynamodb, name, [wire(pk="p", sk=text) for text in texts])
    found = ask(dynamodb, name, "pk = :p", p="p")
    expected = sorted(texts, key=lambda text: text.encode())
    assert [item["sk"]["S"] for item in found["Items"]] == expected
    prefixed = ask(dynamodb, name, "pk = :p AND begins_with(sk, :b)", p="p", b="b")
    assert [item["sk"]["S"] for item in prefixed["Items"]] == [
        text for text in expected if text.startswith("b")
    ]


# --- scans ---


def test_segments_divide_a_table(dynamodb: Any) -> None:
    name = make_table(dynamodb, "pk")
    wanted = {f"key-{n}" for n in range(60)}
    fill(dynamodb, name, [wire(pk=text) for text in sorted(wanted)])
    found = [
        item["pk"]["S"]
        for segment in range(4)
        for page in pages(dynamodb.scan, TableName=name, TotalSegments=4, Segment=segment, Limit=5)
        for item in page["Items"]
    ]
    assert sorted(found) == sorted(wanted)


def test_a_scan_filters_and_projects(dynamodb: Any, numbers: str) -> None:
    found = dynamodb.scan(
        TableName=numbers,
        FilterExpression="n > :x AND odd = :o",
        ProjectionExpression="n",
        ExpressionAttributeValues=wire(**{":x": 15, ":o": True}),
    )
    assert (found["Count"], found["ScannedCount"]) == (4, 80)
    assert sorted(worth(found)) == [17, 17, 19, 19]
    assert all(item.keys() == {"n"} for item in found["Items"])


# --- indexes ---


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


def test_a_start_outside_of_the_range_is_refused(dynamodb: Any, numbers: str) -> None:
    assert refused(
        dynamodb.query,
        TableName=numbers,
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues=wire(**{":p": "a"}),
        ExclusiveStartKey=wire(pk="b", n=1),
    ) == (
        "ValidationException",
        "The provided starting key is outside query boundaries based on provided conditions",
    )
