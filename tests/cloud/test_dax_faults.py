"""Faults of requests to a cluster: its clients see the errors of DynamoDB.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from orderlab.aws_target.local import LocalTarget
from orderlab.faults import Faults
from tests.cloud.dax_support import connected, make_cluster
from tests.cloud.tables_support import make_table, wire


@pytest.fixture(scope="module")
def cluster(cloud: Any) -> dict[str, Any]:
    return make_cluster(cloud)


@pytest.fixture
def faults(cloud: Any) -> Iterator[Faults]:
    made = Faults(LocalTarget.attach(cloud.endpoint, "test", "test"))
    yield made
    made.mend()


@pytest.fixture
def table(cloud: Any) -> str:
    return make_table(cloud.client("dynamodb"), "pk")


@pytest.fixture(scope="module")
def dax(cloud: Any, cluster: dict[str, Any]) -> Iterator[Any]:
    with connected(cloud, cluster) as client:
        yield client


def test_one_operation_fails_and_the_others_do_not(
    cloud: Any, cluster: dict[str, Any], dax: Any, faults: Faults, table: str
) -> None:
    dax.put_item(TableName=table, Item=wire(pk="a"))
    with faults.fail_calls("dax", "GetItem"), pytest.raises(ClientError) as raised:
        dax.get_item(TableName=table, Key=wire(pk="a"))
    assert raised.value.response["Error"]["Code"] == "InternalServerError"
    with faults.fail_calls("dax", "GetItem"):
        dax.put_item(TableName=table, Item=wire(pk="b"))
    assert "Item" in dax.get_item(TableName=table, Key=wire(pk="a"))
    last = cloud.page("recorder?limit=1")["last"]
    hops = cloud.page(f"recorder?after={max(last - 50, 0)}")["hops"]
    struck = [hop for hop in hops if hop["target"] == cluster["ClusterArn"]]
    assert ("GetItem", "error") in [(h["action"], h["detail"].get("fault")) for h in struck]


def test_a_cluster_is_throttled_by_its_name(
    cluster: dict[str, Any], dax: Any, faults: Faults, table: str
) -> None:
    with faults.throttle(cluster["ClusterName"]), pytest.raises(ClientError) as raised:
        dax.query(
            TableName=table,
            KeyConditionExpression="pk = :p",
            ExpressionAttributeValues={":p": {"S": "a"}},
        )
    assert raised.value.response["Error"]["Code"] == "ThrottlingException"


def test_a_slow_cluster_answers_in_the_end(
    cluster: dict[str, Any], dax: Any, faults: Faults, table: str
) -> None:
    with faults.slow_down(cluster["ClusterName"], 5):
        began = time.monotonic()
        dax.get_item(TableName=table, Key=wire(pk="a"))
        assert time.monotonic() - began > 0.4
