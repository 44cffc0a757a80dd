"""Operations on one item by AWS's client, with the results that boto3 gets from DynamoDB itself.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.client.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.dax_pair import ITEM, KEY, Pair, put, sorted_sets
from tests.cloud.dax_support import connected, make_cluster


@pytest.fixture(scope="module")
def dax(cloud: Any) -> Iterator[Any]:
    with connected(cloud, make_cluster(cloud)) as client:
        yield client


@pytest.fixture
def pair(dax: Any, cloud: Any) -> Pair:
    return Pair(dax, cloud.client("dynamodb"))


def test_an_item_comes_back_as_it_was_put(pair: Pair) -> None:
    assert pair.on_table("put_item", Item=ITEM) == {}
    for _ in range(2):
        assert pair.on_table("get_item", Key=KEY) == {"Item": sorted_sets(ITEM)}
    assert pair.on_table("get_item", Key=KEY, ConsistentRead=True)["Item"] == sorted_sets(ITEM)
    assert pair.on_table("get_item", Key=put("missing")) == {}


def test_projections_reach_into_maps_and_lists(pair: Pair) -> None:
    pair.on_table("put_item", Item=ITEM)
    for projection in ("#t, sk", "lines[1].deep[0], #m.a", "nowhere, #m.none", "lines[7]", "#m"):
        names = {
            short: name
            for short, name in (("#t", "words"), ("#m", "inside"))
            if short in projection
        }
        more = {"ExpressionAttributeNames": names} if names else {}
        for consistent in (True, False, False):
            pair.on_table(
                "get_item",
                Key=KEY,
                ProjectionExpression=projection,
                ConsistentRead=consistent,
                **more,
            )


@pytest.mark.parametrize("wanted", ["NONE", "ALL_OLD"])
def test_puts_and_deletes_return_what_was_there(pair: Pair, wanted: str) -> None:
    for _ in range(2):
        pair.on_table("put_item", Item=ITEM, ReturnValues=wanted)
    for _ in range(2):
        pair.on_table("delete_item", Key=KEY, ReturnValues=wanted)


@pytest.mark.parametrize("wanted", ["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"])
def test_updates_return_what_is_asked_for_and_are_in_the_cache(pair: Pair, wanted: str) -> None:
    for _ in range(2):
        pair.on_table(
            "update_item",
            Key=KEY,
            UpdateExpression="SET #c = if_not_exists(#c, :zero) + :one, #l = list_append(:new, "
            "if_not_exists(#l, :none)) REMOVE gone ADD #n :numbers DELETE #t :texts",
            ExpressionAttributeNames={"#c": "count", "#l": "list", "#n": "numbers", "#t": "texts"},
            ExpressionAttributeValues={
                ":zero": {"N": "0"},
                ":one": {"N": "1"},
                ":new": {"L": [{"S": "x"}]},
                ":none": {"L": []},
                ":numbers": {"NS": ["1", "2"]},
                ":texts": {"SS": ["a"]},
            },
            ReturnValues=wanted,
        )
        assert pair.on_table("get_item", Key=KEY)["Item"]["count"]


@pytest.mark.parametrize(
    "condition",
    [
        "attribute_exists(pk) AND #n BETWEEN :low AND :high",
        "NOT (#n = :low OR #n > :high)",
        "(#n < :low OR #n >= :low) AND (#t <> :a OR size(#t) > :low)",
        "#t IN (:a, :b) OR begins_with(#t, :a) OR contains(#list, :x)",
        "attribute_type(#t, :kind) AND attribute_not_exists(nowhere.inside[3])",
        "NOT NOT #n <= :high",
    ],
)
def test_conditions_mean_the_same(pair: Pair, condition: str) -> None:
    names = {"#n": "amount", "#t": "words", "#list": "lines"}
    values = {
        ":low": {"N": "-20"}, ":high": {"N": "5.50"}, ":a": {"S": "Gr"}, ":b": {"S": "b"},
        ":x": {"S": "x"}, ":kind": {"S": "S"},
    }  # fmt: skip
    pair.on_table("put_item", Item=ITEM)
    given: dict[str, Any] = {
        "ConditionExpression": condition,
        "ExpressionAttributeValues": {k: v for k, v in values.items() if k in condition},
    }
    used = {short: name for short, name in names.items() if short in condition}
    pair.on_table("put_item", Item=ITEM, ExpressionAttributeNames=used, **given)
    pair.on_table("put_item", Item=put("other"), ExpressionAttributeNames=used, **given)
    pair.on_table("delete_item", Key=KEY, ExpressionAttributeNames=used, **given)


def test_old_parameters_are_taken_as_the_client_translates_them(dax: Any, pair: Pair) -> None:
    table = pair.names[0]
    dax.put_item(TableName=table, Item=ITEM)
    dax.update_item(
        TableName=table,
        Key=KEY,
        AttributeUpdates={"yes": {"Action": "PUT", "Value": {"BOOL": False}}},
        Expected={"words": {"ComparisonOperator": "NOT_NULL"}},
    )
    found = dax.get_item(TableName=table, Key=KEY, AttributesToGet=["yes"])
    assert found["Item"] == {"yes": {"BOOL": False}}
