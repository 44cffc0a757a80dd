"""Query and Scan: order, ranges, pages, filters, indexes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.html
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.cloud.tables_support import ask, fill, make_table, pages, refused, wire


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
