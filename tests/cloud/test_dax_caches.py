"""What the caches of a cluster answer, and how long.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.consistency.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.dax_support import (
    connected,
    item,
    make_cluster,
    make_parameters,
    metric,
    query,
    until,
)
from tests.cloud.tables_support import make_table, wire

KEY = wire(pk="a")


@pytest.fixture(scope="module")
def cluster(cloud: Any) -> dict[str, Any]:
    return make_cluster(cloud)


@pytest.fixture(scope="module")
def dax(cloud: Any, cluster: dict[str, Any]) -> Iterator[Any]:
    with connected(cloud, cluster) as client:
        yield client


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    return cloud.client("dynamodb")


@pytest.fixture
def table(dynamodb: Any) -> str:
    return make_table(dynamodb, "pk")


# --- the item cache ---


def test_an_item_that_was_read_is_remembered(dax: Any, dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n=1))
    assert item(dax, table)["n"] == {"N": "1"}
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n=2))
    assert item(dax, table)["n"] == {"N": "1"}
    asked = {table: {"Keys": [KEY]}}
    assert dax.batch_get_item(RequestItems=asked)["Responses"][table] == [wire(pk="a", n=1)]


def test_strongly_consistent_reads_pass_and_leave_the_cache(
    dax: Any, dynamodb: Any, table: str
) -> None:
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n=1))
    item(dax, table)
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n=2))
    assert item(dax, table, ConsistentRead=True)["n"] == {"N": "2"}
    assert item(dax, table)["n"] == {"N": "1"}
    asked = {table: {"Keys": [KEY], "ConsistentRead": True}}
    assert dax.batch_get_item(RequestItems=asked)["Responses"][table] == [wire(pk="a", n=2)]
    assert item(dax, table)["n"] == {"N": "1"}


def test_transactional_reads_pass_and_leave_the_cache(dax: Any, dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n=1))
    item(dax, table)
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n=2))
    (found,) = dax.transact_get_items(TransactItems=[{"Get": {"TableName": table, "Key": KEY}}])[
        "Responses"
    ]
    assert found["Item"]["n"] == {"N": "2"}
    assert item(dax, table)["n"] == {"N": "1"}


def test_a_hit_consumes_nothing(dax: Any, table: str) -> None:
    dax.put_item(TableName=table, Item=wire(pk="a"))
    answer = dax.get_item(TableName=table, Key=KEY, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == {"TableName": table, "CapacityUnits": 0.0}
    answer = dax.get_item(TableName=table, Key=wire(pk="b"), ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 0.5


def test_writes_through_the_cache_are_in_it(dax: Any, dynamodb: Any, table: str) -> None:
    """What is read afterwards is from the cache: DynamoDB's own item is another one by then."""

    def behind(n: int) -> None:
        dynamodb.put_item(TableName=table, Item=wire(pk="a", n=n))

    dax.put_item(TableName=table, Item=wire(pk="a", n=1))
    behind(100)
    assert item(dax, table)["n"] == {"N": "1"}
    for wanted in ("NONE", "UPDATED_NEW", "ALL_OLD"):
        dax.update_item(
            TableName=table,
            Key=KEY,
            UpdateExpression="SET n = n + :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues=wanted,
        )
        behind(200)
        assert item(dax, table)["n"] in ({"N": "101"}, {"N": "201"})
    writes = [{"PutRequest": {"Item": wire(pk="a", n=3)}}]
    dax.batch_write_item(RequestItems={table: writes})
    behind(300)
    assert item(dax, table)["n"] == {"N": "3"}


def test_a_deleted_item_is_not_remembered(dax: Any, dynamodb: Any, table: str) -> None:
    dax.put_item(TableName=table, Item=wire(pk="a"))
    dax.delete_item(TableName=table, Key=KEY)
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n=2))
    assert item(dax, table)["n"] == {"N": "2"}


def test_a_write_that_fails_changes_nothing(dax: Any, dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n=1))
    item(dax, table)
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n=2))
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        dax.put_item(
            TableName=table, Item=wire(pk="a", n=3), ConditionExpression="attribute_not_exists(pk)"
        )
    assert item(dax, table)["n"] == {"N": "1"}


def test_what_a_transaction_wrote_is_read_again_in_the_background(
    dax: Any, dynamodb: Any, cloud: Any, table: str
) -> None:
    dax.put_item(TableName=table, Item=wire(pk="a", n=1))
    dax.transact_write_items(
        TransactItems=[{"Put": {"TableName": table, "Item": wire(pk="a", n=2)}}]
    )

    def units() -> float:
        found = cloud.page("meter")["resources"].get("dynamodb.read_units", {})
        return float(found.get(table, 0.0))

    # two units for the transactional read of one item, and none for the hit
    assert until(units) == 2.0
    assert item(dax, table)["n"] == {"N": "2"}
    assert units() == 2.0


def test_numbers_in_keys_are_the_same_however_they_are_written(dax: Any, dynamodb: Any) -> None:
    table = make_table(dynamodb, "pk sk", types={"pk": "N", "sk": "N"})
    dax.put_item(TableName=table, Item={"pk": {"N": "10"}, "sk": {"N": "-0.50"}, **wire(n=1)})
    dynamodb.put_item(TableName=table, Item={"pk": {"N": "10"}, "sk": {"N": "-0.5"}, **wire(n=2)})
    for pk, sk in (("10", "-0.5"), ("1E1", "-5E-1"), ("10.0", "-0.500")):
        found = dax.get_item(TableName=table, Key={"pk": {"N": pk}, "sk": {"N": sk}})
        assert found["Item"]["n"] == {"N": "1"}


# --- negative caching ---


def test_that_there_is_no_item_is_remembered_until_a_write_through_the_cache(
    dax: Any, dynamodb: Any, table: str
) -> None:
    assert item(dax, table) is None
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n=1))
    assert item(dax, table) is None
    asked = {table: {"Keys": [KEY]}}
    assert dax.batch_get_item(RequestItems=asked)["Responses"][table] == []
    dax.update_item(
        TableName=table,
        Key=KEY,
        UpdateExpression="SET x = :x",
        ExpressionAttributeValues={":x": {"S": "y"}},
    )
    assert item(dax, table) == wire(pk="a", n=1, x="y")


def test_that_a_batch_did_not_find_an_item_is_remembered(
    dax: Any, dynamodb: Any, table: str
) -> None:
    dax.batch_get_item(RequestItems={table: {"Keys": [KEY]}})
    dynamodb.put_item(TableName=table, Item=wire(pk="a"))
    assert item(dax, table) is None


# --- the query cache ---


def test_the_result_of_a_query_stays_whatever_is_written(
    dax: Any, dynamodb: Any, table: str
) -> None:
    assert query(dax, table)["Count"] == 0
    dax.put_item(TableName=table, Item=wire(pk="a", n=1))
    assert item(dax, table) == wire(pk="a", n=1)
    assert query(dax, table)["Count"] == 0
    # other parameters are another result
    assert query(dax, table, Limit=5)["Items"] == [wire(pk="a", n=1)]
    assert query(dax, table, ConsistentRead=True)["Count"] == 1
    assert query(dax, table)["Count"] == 0


def test_the_result_of_a_scan_stays_as_well(dax: Any, dynamodb: Any, table: str) -> None:
    assert dax.scan(TableName=table)["Count"] == 0
    dynamodb.put_item(TableName=table, Item=wire(pk="a"))
    assert dax.scan(TableName=table)["Count"] == 0
    assert dax.scan(TableName=table, ConsistentRead=True)["Count"] == 1


def test_queries_do_not_fill_the_item_cache(dax: Any, dynamodb: Any, table: str) -> None:
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n=1))
    query(dax, table)
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n=2))
    assert item(dax, table)["n"] == {"N": "2"}


def test_a_hit_of_the_query_cache_consumes_nothing(dax: Any, table: str) -> None:
    units = [
        query(dax, table, ReturnConsumedCapacity="TOTAL")["ConsumedCapacity"]["CapacityUnits"]
        for _ in range(2)
    ]
    assert units == [0.5, 0.0]


# --- how long ---


def test_items_and_results_expire_after_times_of_their_own(cloud: Any, dynamodb: Any) -> None:
    """The clock of this cloud runs ten times as fast."""
    group = make_parameters(cloud, record=4_000, query=600_000)
    cluster = make_cluster(cloud, ParameterGroupName=group)
    table = make_table(dynamodb, "pk")
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n=1))
    with connected(cloud, cluster) as dax:
        assert item(dax, table)["n"] == {"N": "1"}
        assert item(dax, table, "missing") is None
        assert query(dax, table)["Items"][0]["n"] == {"N": "1"}
        for pk in ("a", "missing"):
            dynamodb.put_item(TableName=table, Item=wire(pk=pk, n=2))
        until(lambda: item(dax, table)["n"] == {"N": "2"})
        until(lambda: item(dax, table, "missing") is not None)
        assert query(dax, table)["Items"][0]["n"] == {"N": "1"}


def test_without_a_time_queries_are_not_remembered_and_items_forever(
    cloud: Any, dynamodb: Any
) -> None:
    group = make_parameters(cloud, record=0, query=0)
    table = make_table(dynamodb, "pk")
    with connected(cloud, make_cluster(cloud, ParameterGroupName=group)) as dax:
        assert query(dax, table)["Count"] == 0
        assert item(dax, table) is None
        dynamodb.put_item(TableName=table, Item=wire(pk="a"))
        assert query(dax, table)["Count"] == 1
        assert item(dax, table) is None


def test_a_change_of_the_parameter_group_counts_from_then_on(cloud: Any, dynamodb: Any) -> None:
    group = make_parameters(cloud, query=600_000)
    table = make_table(dynamodb, "pk")
    with connected(cloud, make_cluster(cloud, ParameterGroupName=group)) as dax:
        cloud.client("dax").update_parameter_group(
            ParameterGroupName=group,
            ParameterNameValues=[{"ParameterName": "query-ttl-millis", "ParameterValue": "0"}],
        )
        assert query(dax, table)["Count"] == 0
        dynamodb.put_item(TableName=table, Item=wire(pk="a"))
        assert query(dax, table)["Count"] == 1


# --- how much ---


def test_the_least_recently_used_goes_when_memory_is_full(
    cloud: Any, dynamodb: Any, dax: Any, cluster: dict[str, Any], table: str
) -> None:
    large = "x" * 390_000
    dax.put_item(TableName=table, Item=wire(pk="a", n=1))
    for number in range(60):
        dax.put_item(TableName=table, Item=wire(pk=f"k{number}", text=large))
        item(dax, table)
    for pk in ("a", "k0", "k59"):
        dynamodb.put_item(TableName=table, Item=wire(pk=pk, n=2))
    # used all the time; too long ago; just now
    assert item(dax, table)["n"] == {"N": "1"}
    assert item(dax, table, "k0")["n"] == {"N": "2"}
    assert "n" not in item(dax, table, "k59")
    (shown,) = [c for c in cloud.page("dax") if c["cluster"] == cluster["ClusterName"]]
    assert 0 < shown["nodes"][0]["bytes"] <= shown["nodes"][0]["mostBytes"]
    name = cluster["ClusterName"]
    assert until(lambda: metric(cloud, "EvictedSize", name)) > 390_000


# --- metrics ---


def test_hits_misses_and_requests_are_counted(cloud: Any, dynamodb: Any, table: str) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/dax-metrics-dimensions-dax.html"""
    cluster = make_cluster(cloud)
    name = cluster["ClusterName"]
    with connected(cloud, cluster) as dax:
        for _ in range(3):
            item(dax, table)
            query(dax, table)
        dax.scan(TableName=table)
        dax.put_item(TableName=table, Item=wire(pk="b"))
        dax.batch_get_item(RequestItems={table: {"Keys": [wire(pk="b"), wire(pk="c")]}})
        with pytest.raises(ClientError):
            dax.scan(TableName=table, IndexName="none")
        until(lambda: metric(cloud, "ErrorRequestCount", name))
    time.sleep(0.1)
    found = {
        each: metric(cloud, each, name)
        for each in (
            *("ItemCacheHits", "ItemCacheMisses", "QueryCacheHits", "QueryCacheMisses"),
            *("GetItemRequestCount", "PutItemRequestCount", "BatchGetItemRequestCount"),
        )
    }
    assert found == {
        "ItemCacheHits": 3,
        "ItemCacheMisses": 2,
        "QueryCacheHits": 2,
        "QueryCacheMisses": 1,
        "GetItemRequestCount": 3,
        "PutItemRequestCount": 1,
        "BatchGetItemRequestCount": 1,
    }
    node = cluster["Nodes"][0]["NodeId"]
    assert metric(cloud, "ItemCacheHits", name, node) == 3
    assert metric(cloud, "ScanCacheMisses", name) >= 1
    latencies = cloud.client("cloudwatch").list_metrics(
        Namespace="AWS/DAX", MetricName="SuccessfulRequestLatency"
    )
    assert latencies["Metrics"]


def test_a_table_that_is_made_anew_with_another_key_is_served(cloud: Any, dynamodb: Any) -> None:
    """A new client asks for the keys; what the cluster believed of them is put right."""
    cluster = make_cluster(cloud)
    table = make_table(dynamodb, "pk")
    with connected(cloud, cluster) as dax:
        dax.put_item(TableName=table, Item=wire(pk="a"))
    dynamodb.delete_table(TableName=table)
    with connected(cloud, cluster) as dax, pytest.raises(ClientError, match="ResourceNotFound"):
        dax.put_item(TableName=table, Item=wire(pk="b"))
    dynamodb.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "number", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "number", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    with connected(cloud, cluster) as dax:
        dax.put_item(TableName=table, Item={"number": {"N": "1"}})
        found = dax.get_item(TableName=table, Key={"number": {"N": "1"}})
        assert found["Item"] == {"number": {"N": "1"}}
