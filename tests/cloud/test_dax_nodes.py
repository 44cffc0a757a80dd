"""Several nodes: what one of them knows reaches the others a moment later.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.consistency.html#DAX.consistency.nodes
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.cloud.dax_support import connected, item, make_cluster, only_node, query, until
from tests.cloud.tables_support import make_table, wire


@pytest.fixture(scope="module")
def dynamodb(cloud: Any) -> Any:
    return cloud.client("dynamodb")


def _has(client: Any, table: str, n: str) -> bool:
    return bool(item(client, table)["n"] == {"N": n})


def test_a_write_reaches_the_other_nodes_a_moment_later(cloud: Any, dynamodb: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.consistency.html#DAX.consistency.nodes"""
    cluster = make_cluster(cloud, nodes=3)
    cloud.page("dax", "POST", {"cluster": cluster["ClusterName"], "replicationSeconds": 20})
    table = make_table(dynamodb, "pk")
    dynamodb.put_item(TableName=table, Item=wire(pk="a", n=1))
    ports = [node["Endpoint"]["Port"] for node in cluster["Nodes"]]
    with connected(cloud, cluster) as dax:
        primary, *others = [only_node(dax, port) for port in ports]
        for node in (primary, *others):
            assert item(node, table)["n"] == {"N": "1"}
        dax.put_item(TableName=table, Item=wire(pk="a", n=2))
        assert item(primary, table)["n"] == {"N": "2"}
        assert [item(node, table)["n"] for node in others] == [{"N": "1"}] * 2
        for node in others:
            until(partial(_has, node, table, "2"))


def test_a_write_that_comes_to_another_node_goes_to_the_primary(cloud: Any, dynamodb: Any) -> None:
    cluster = make_cluster(cloud, nodes=2)
    table = make_table(dynamodb, "pk")
    ports = [node["Endpoint"]["Port"] for node in cluster["Nodes"]]
    with connected(cloud, cluster) as dax:
        primary, other = [only_node(dax, port) for port in ports]
        other.put_item(TableName=table, Item=wire(pk="a", n=1))
        dynamodb.put_item(TableName=table, Item=wire(pk="a", n=2))
        assert item(primary, table)["n"] == {"N": "1"}
        until(lambda: item(other, table)["n"] == {"N": "1"})


def test_each_node_has_its_own_query_cache(cloud: Any, dynamodb: Any) -> None:
    cluster = make_cluster(cloud, nodes=2)
    table = make_table(dynamodb, "pk")
    ports = [node["Endpoint"]["Port"] for node in cluster["Nodes"]]
    with connected(cloud, cluster) as dax:
        one, other = [only_node(dax, port) for port in ports]
        assert query(one, table)["Count"] == 0
        dynamodb.put_item(TableName=table, Item=wire(pk="a"))
        assert query(one, table)["Count"] == 0
        assert query(other, table)["Count"] == 1
