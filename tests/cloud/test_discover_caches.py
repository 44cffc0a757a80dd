"""DAX clusters in the graph of what is deployed: who reads through them, and from which tables.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.cluster.html
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from orderlab.drawing.discover import discover
from orderlab.drawing.graph import Edge
from orderlab.drawing.picture import draw
from tests.cloud.dax_support import TRUST
from tests.cloud.functions_support import Lambda, policy


class At:
    """The clients of a cloud, as drawing asks for them."""

    def __init__(self, cloud: Any) -> None:
        self.client = cloud.client


def test_a_cluster_stands_between_a_function_and_its_table(cloud: Any) -> None:
    prefix = f"d{uuid.uuid4().hex[:5]}-"
    table = f"{prefix}orders"
    cloud.client("dynamodb").create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    iam, functions = cloud.client("iam"), Lambda(cloud)
    table_arn = f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}"
    role = functions.role("dynamodb:*", name=f"{prefix}dax")
    iam.update_assume_role_policy(RoleName=f"{prefix}dax", PolicyDocument=json.dumps(TRUST))
    document = json.loads(policy("dynamodb:*"))
    document["Statement"][0]["Resource"] = table_arn
    iam.put_role_policy(
        RoleName=f"{prefix}dax", PolicyName="may", PolicyDocument=json.dumps(document)
    )
    dax = cloud.client("dax")
    dax.create_cluster(
        ClusterName=f"{prefix}cache",
        NodeType="dax.t3.small",
        ReplicationFactor=2,
        IamRoleArn=role,
    )
    [cluster] = dax.describe_clusters(ClusterNames=[f"{prefix}cache"])["Clusters"]
    reader = functions.role("dax:GetItem", "dax:Query", name=f"{prefix}reads")
    functions.make(
        "def handler(event, context): pass",
        FunctionName=f"{prefix}read-orders",
        Role=reader,
        Environment={"Variables": {"DAX": cluster["ClusterDiscoveryEndpoint"]["URL"]}},
    )
    other = functions.role("dax:GetItem", name=f"{prefix}other")
    functions.make("def handler(event, context): pass", FunctionName=f"{prefix}other", Role=other)
    graph = discover(At(cloud), prefix=prefix)
    [cache] = [node for node in graph.nodes if node.kind == "cache"]
    assert (cache.id, cache.name, cache.detail) == ("cache-cache", "cache", ("2 nodes",))
    assert Edge("cache-cache", "table-orders", "writes") in graph.edges
    assert Edge("function-read-orders", "cache-cache", "reads") in graph.edges
    assert not any(edge.source == "function-other" for edge in graph.edges)
    svg = draw(graph)
    assert 'data-kind="cache"' in svg and ">DAX<" in svg
    dax.delete_cluster(ClusterName=cluster["ClusterName"])
