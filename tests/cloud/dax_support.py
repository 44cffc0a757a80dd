"""Clusters for the tests of DAX, and the client of AWS that talks to them, unchanged."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.cloud.functions_support import policy
from tests.cloud.tables_support import wire

# its package has no wheel, and says that it is for Python up to 3.13
client_of_dax = pytest.importorskip(
    "amazondax", reason="amazon-dax-client is not installed: pip install amazon-dax-client==2.1.0"
)

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "dax.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
_numbers = itertools.count(1)
# the clusters that tests have made: their clouds, and the files of the tests
_made: dict[str, tuple[str, str]] = {}


def make_role(cloud: Any, *actions: str) -> str:
    """A role that DAX may assume, with these actions on everything; all of DynamoDB's if none."""
    iam = cloud.client("iam")
    name = f"dax-role-{next(_numbers)}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    allowed = policy(*(actions or ("dynamodb:*",)))
    iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=allowed)
    return str(role["Arn"])


def make_cluster(cloud: Any, nodes: int = 1, **more: Any) -> dict[str, Any]:
    """A cluster as DescribeClusters tells of it."""
    dax = cloud.client("dax")
    _end_clusters_of_other_files(cloud, dax)
    name = f"cache-{next(_numbers)}"
    _made[name] = (cloud.endpoint, _file())
    role = more.pop("IamRoleArn", None) or make_role(cloud)
    dax.create_cluster(
        ClusterName=name,
        NodeType="dax.t3.small",
        ReplicationFactor=nodes,
        IamRoleArn=role,
        **more,
    )
    return described(cloud, name)


def _file() -> str:
    """The file whose test runs."""
    return os.environ.get("PYTEST_CURRENT_TEST", "").partition("::")[0]


def _end_clusters_of_other_files(cloud: Any, dax: Any) -> None:
    """Files share a cloud, and a Region has only so many nodes."""
    for name, (endpoint, file) in list(_made.items()):
        if endpoint == cloud.endpoint and file != _file():
            del _made[name]
            with contextlib.suppress(dax.exceptions.ClusterNotFoundFault):
                dax.delete_cluster(ClusterName=name)


def described(cloud: Any, name: str) -> dict[str, Any]:
    found: dict[str, Any] = cloud.client("dax").describe_clusters(ClusterNames=[name])["Clusters"][
        0
    ]
    return found


def make_parameters(cloud: Any, *, record: int = 300_000, query: int = 300_000) -> str:
    """A parameter group with these TTLs, in milliseconds."""
    dax = cloud.client("dax")
    name = f"parameters-{next(_numbers)}"
    dax.create_parameter_group(ParameterGroupName=name)
    dax.update_parameter_group(
        ParameterGroupName=name,
        ParameterNameValues=[
            {"ParameterName": "record-ttl-millis", "ParameterValue": str(record)},
            {"ParameterName": "query-ttl-millis", "ParameterValue": str(query)},
        ],
    )
    return name


@contextmanager
def connected(cloud: Any, cluster: dict[str, Any], **more: Any) -> Iterator[Any]:
    """AWS's client, connected to a cluster; `more` is what its constructor takes."""
    given = {
        "endpoint_url": cluster["ClusterDiscoveryEndpoint"]["URL"],
        "region_name": cloud.region,
        "aws_access_key_id": cloud.access_key_id,
        "aws_secret_access_key": cloud.secret_access_key,
        **more,
    }
    with client_of_dax.AmazonDaxClient(**given) as client:
        yield client


def only_node(client: Any, port: int) -> Any:
    """Calls of one node, whichever the client would choose."""
    found = [b for b in client._cluster._router.backends.values() if b.addrport.port == port]
    return found[0].client


def until(condition: Callable[[], Any], seconds: float = 15) -> Any:
    """What `condition` returns once it is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.02)
    return found


def metric(cloud: Any, name: str, cluster: str, node: str = "") -> float:
    """The sum of a metric of a cluster, or of one of its nodes."""
    dimensions = [{"Name": "ClusterId", "Value": cluster}]
    if node:
        dimensions.append({"Name": "NodeId", "Value": node})
    now = time.time()
    points = cloud.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/DAX",
        MetricName=name,
        Dimensions=dimensions,
        StartTime=now - 3600,
        EndTime=now + 3600,
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))


def without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def item(client: Any, table: str, pk: str = "a", **more: Any) -> Any:
    return client.get_item(TableName=table, Key=wire(pk=pk), **more).get("Item")


def query(client: Any, table: str, **more: Any) -> Any:
    return client.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "a"}},
        **more,
    )
