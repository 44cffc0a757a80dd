"""Clusters, parameter groups, subnet groups, tags and events, by DAX's own API.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.cluster-management.html
"""

from __future__ import annotations

import contextlib
import socket
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.dax_support import (
    connected,
    described,
    make_cluster,
    make_parameters,
    make_role,
    only_node,
    until,
)
from tests.cloud.tables_support import make_table, wire


@pytest.fixture(scope="module")
def api(cloud: Any) -> Any:
    return cloud.client("dax")


@pytest.fixture(scope="module")
def role(cloud: Any) -> str:
    return make_role(cloud)


def refused(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return str(error.value.response["Error"]["Code"])


# --- clusters ---


def test_a_new_cluster_is_being_created_and_then_available(api: Any, role: str) -> None:
    created = api.create_cluster(
        ClusterName="Orders-Cache",
        NodeType="dax.r5.large",
        ReplicationFactor=3,
        IamRoleArn=role,
        Description="for orders",
        AvailabilityZones=["us-east-1a", "us-east-1b", "us-east-1c"],
        Tags=[{"Key": "team", "Value": "shop"}],
        SSESpecification={"Enabled": True},
    )["Cluster"]
    assert (created["Status"], created["TotalNodes"]) == ("creating", 3)
    assert "ClusterDiscoveryEndpoint" not in created
    (found,) = api.describe_clusters(ClusterNames=["orders-cache"])["Clusters"]
    assert found["Status"] == "available"
    assert found["ClusterName"] == "orders-cache"
    assert found["ClusterArn"].endswith(":cache/orders-cache")
    assert found["ActiveNodes"] == 3
    assert found["ParameterGroup"]["ParameterGroupName"] == "default.dax1.0"
    assert found["SSEDescription"] == {"Status": "ENABLED"}
    endpoint = found["ClusterDiscoveryEndpoint"]
    assert endpoint["URL"] == f"dax://127.0.0.1:{endpoint['Port']}"
    nodes = found["Nodes"]
    assert [node["NodeId"] for node in nodes] == [f"orders-cache-{letter}" for letter in "abc"]
    assert [node["AvailabilityZone"] for node in nodes] == [f"us-east-1{x}" for x in "abc"]
    assert len({node["Endpoint"]["Port"] for node in nodes}) == 3
    assert api.list_tags(ResourceName=found["ClusterArn"])["Tags"] == [
        {"Key": "team", "Value": "shop"}
    ]


def test_a_deleted_cluster_is_gone_with_its_connections(cloud: Any, api: Any) -> None:
    cluster = make_cluster(cloud, nodes=2)
    name = cluster["ClusterName"]
    ports = [node["Endpoint"]["Port"] for node in cluster["Nodes"]]
    with socket.create_connection(("127.0.0.1", ports[1]), timeout=10) as connection:
        deleted = api.delete_cluster(ClusterName=name)["Cluster"]
        assert deleted["Status"] == "deleting"
        with contextlib.suppress(ConnectionError):
            assert connection.recv(10) == b""
    assert refused(api.describe_clusters, ClusterNames=[name]) == "ClusterNotFoundFault"
    assert refused(api.delete_cluster, ClusterName=name) == "ClusterNotFoundFault"
    for port in ports:
        with pytest.raises(ConnectionError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ClusterName": "1st"}, "InvalidParameterValueException"),
        ({"ClusterName": "a" * 21}, "InvalidParameterValueException"),
        ({"ClusterName": "a--b"}, "InvalidParameterValueException"),
        ({"NodeType": "dax.t9.huge"}, "InvalidParameterValueException"),
        ({"ReplicationFactor": 0}, "InvalidParameterValueException"),
        ({"ReplicationFactor": 11}, "NodeQuotaForClusterExceededFault"),
        ({"AvailabilityZones": ["us-east-1a"] * 2}, "InvalidParameterCombinationException"),
        ({"IamRoleArn": "no-arn"}, "InvalidParameterValueException"),
        ({"IamRoleArn": "arn:aws:iam::123456789012:role/none"}, "InvalidParameterValueException"),
        ({"PreferredMaintenanceWindow": "sunday"}, "InvalidParameterValueException"),
        ({"PreferredMaintenanceWindow": "sun:01:00-sun:01:30"}, "InvalidParameterValueException"),
        ({"PreferredMaintenanceWindow": "sun:25:00-mon:01:30"}, "InvalidParameterValueException"),
        ({"ParameterGroupName": "none"}, "ParameterGroupNotFoundFault"),
        ({"SubnetGroupName": "none"}, "SubnetGroupNotFoundFault"),
        ({"ClusterEndpointEncryptionType": "TLS"}, "NotImplementedByOrderlab"),
        ({"NetworkType": "ipv6"}, "NotImplementedByOrderlab"),
    ],
)
def test_what_cannot_be_created(api: Any, role: str, change: dict[str, Any], code: str) -> None:
    right = {
        "ClusterName": "refused",
        "NodeType": "dax.t3.small",
        "ReplicationFactor": 1,
        "IamRoleArn": role,
    }
    assert refused(api.create_cluster, **{**right, **change}) == code
    assert refused(api.describe_clusters, ClusterNames=["refused"]) == "ClusterNotFoundFault"


def test_a_name_is_taken_once(cloud: Any, api: Any, role: str) -> None:
    name = make_cluster(cloud)["ClusterName"]
    again = {"NodeType": "dax.t3.small", "ReplicationFactor": 1, "IamRoleArn": role}
    assert refused(api.create_cluster, ClusterName=name, **again) == "ClusterAlreadyExistsFault"


def test_a_role_has_to_trust_dax(cloud: Any, api: Any) -> None:
    import json

    from tests.cloud.functions_support import TRUST

    iam = cloud.client("iam")
    arn = iam.create_role(RoleName="not-for-dax", AssumeRolePolicyDocument=json.dumps(TRUST))
    with pytest.raises(ClientError, match="No permission to assume role"):
        api.create_cluster(
            ClusterName="untrusted",
            NodeType="dax.t3.small",
            ReplicationFactor=1,
            IamRoleArn=arn["Role"]["Arn"],
        )


def test_a_cluster_is_changed(cloud: Any, api: Any) -> None:
    name = make_cluster(cloud)["ClusterName"]
    group = make_parameters(cloud, query=0)
    answer = api.update_cluster(
        ClusterName=name,
        Description="changed",
        ParameterGroupName=group,
        PreferredMaintenanceWindow="mon:03:00-mon:04:00",
        NotificationTopicArn="arn:aws:sns:us-east-1:123456789012:changes",
    )["Cluster"]
    assert answer["Status"] == "modifying"
    found = described(cloud, name)
    assert found["Description"] == "changed"
    assert found["ParameterGroup"]["ParameterGroupName"] == group
    assert found["PreferredMaintenanceWindow"] == "mon:03:00-mon:04:00"
    assert found["NotificationConfiguration"]["TopicStatus"] == "active"
    code = refused(api.update_cluster, ClusterName=name, ParameterGroupName="none")
    assert code == "ParameterGroupNotFoundFault"


# --- nodes ---


def test_nodes_come_and_go(cloud: Any, api: Any) -> None:
    cluster = make_cluster(cloud)
    name = cluster["ClusterName"]
    table = make_table(cloud.client("dynamodb"), "pk")
    answer = api.increase_replication_factor(ClusterName=name, NewReplicationFactor=3)["Cluster"]
    assert (answer["Status"], answer["TotalNodes"]) == ("modifying", 3)
    found = described(cloud, name)
    assert len(found["Nodes"]) == 3
    assert found["ClusterDiscoveryEndpoint"] == cluster["ClusterDiscoveryEndpoint"]
    with connected(cloud, found) as dax:
        assert len(dax._cluster._router.backends) == 3
        dax.put_item(TableName=table, Item=wire(pk="a"))
        gone = found["Nodes"][1]["NodeId"]
        answer = api.decrease_replication_factor(
            ClusterName=name, NewReplicationFactor=2, NodeIdsToRemove=[gone]
        )["Cluster"]
        assert answer["NodeIdsToRemove"] == [gone]
    left = [node["NodeId"] for node in described(cloud, name)["Nodes"]]
    assert left == [f"{name}-a", f"{name}-c"]
    again = refused(api.increase_replication_factor, ClusterName=name, NewReplicationFactor=2)
    assert again == "InvalidParameterValueException"
    code = refused(
        api.decrease_replication_factor,
        ClusterName=name,
        NewReplicationFactor=1,
        NodeIdsToRemove=["nobody"],
    )
    assert code == "NodeNotFoundFault"
    assert (
        refused(api.decrease_replication_factor, ClusterName=name, NewReplicationFactor=0)
        == "InvalidParameterValueException"
    )


def test_a_rebooted_node_has_forgotten_everything(cloud: Any, api: Any) -> None:
    cluster = make_cluster(cloud)
    name, (node,) = cluster["ClusterName"], cluster["Nodes"]
    dynamodb = cloud.client("dynamodb")
    table = make_table(dynamodb, "pk")
    with connected(cloud, cluster) as dax:
        dax.get_item(TableName=table, Key=wire(pk="a"))
        dynamodb.put_item(TableName=table, Item=wire(pk="a"))
        assert dax.get_item(TableName=table, Key=wire(pk="a")) == {}
        answer = api.reboot_node(ClusterName=name, NodeId=node["NodeId"])["Cluster"]
        assert answer["Nodes"][0]["NodeStatus"] == "rebooting"
    found = described(cloud, name)
    assert found["Nodes"][0]["Endpoint"] == node["Endpoint"]
    with connected(cloud, found) as dax:
        port = node["Endpoint"]["Port"]
        assert only_node(dax, port).get_item(TableName=table, Key=wire(pk="a"))["Item"]
    code = refused(api.reboot_node, ClusterName=name, NodeId="nobody")
    assert code == "NodeNotFoundFault"


# --- groups ---


def test_the_default_parameters(api: Any) -> None:
    found = {p["ParameterName"]: p for p in api.describe_default_parameters()["Parameters"]}
    assert {name: p["ParameterValue"] for name, p in found.items()} == {
        "query-ttl-millis": "300000",
        "record-ttl-millis": "300000",
    }
    assert found["query-ttl-millis"]["ChangeType"] == "IMMEDIATE"
    groups = api.describe_parameter_groups()["ParameterGroups"]
    assert "default.dax1.0" in [group["ParameterGroupName"] for group in groups]


def test_parameter_groups(cloud: Any, api: Any) -> None:
    name = make_parameters(cloud, record=1000, query=2000)
    found = api.describe_parameters(ParameterGroupName=name)["Parameters"]
    assert {p["ParameterName"]: p["ParameterValue"] for p in found} == {
        "query-ttl-millis": "2000",
        "record-ttl-millis": "1000",
    }
    assert refused(api.create_parameter_group, ParameterGroupName=name) == (
        "ParameterGroupAlreadyExistsFault"
    )
    for parameter, value in (("record-ttl-millis", "-1"), ("record-ttl-millis", "x"), ("y", "1")):
        changes = [{"ParameterName": parameter, "ParameterValue": value}]
        code = refused(
            api.update_parameter_group, ParameterGroupName=name, ParameterNameValues=changes
        )
        assert code == "InvalidParameterValueException"
    cluster = make_cluster(cloud, ParameterGroupName=name)
    assert refused(api.delete_parameter_group, ParameterGroupName=name) == (
        "InvalidParameterGroupStateFault"
    )
    api.delete_cluster(ClusterName=cluster["ClusterName"])
    assert name in api.delete_parameter_group(ParameterGroupName=name)["DeletionMessage"]
    assert refused(api.describe_parameters, ParameterGroupName=name) == (
        "ParameterGroupNotFoundFault"
    )


def test_subnet_groups(cloud: Any, api: Any) -> None:
    made = api.create_subnet_group(
        SubnetGroupName="shop-subnets", Description="three", SubnetIds=["subnet-1", "subnet-2"]
    )["SubnetGroup"]
    assert [each["SubnetIdentifier"] for each in made["Subnets"]] == ["subnet-1", "subnet-2"]
    api.update_subnet_group(SubnetGroupName="shop-subnets", SubnetIds=["subnet-3"])
    (found,) = api.describe_subnet_groups(SubnetGroupNames=["shop-subnets"])["SubnetGroups"]
    assert [each["SubnetIdentifier"] for each in found["Subnets"]] == ["subnet-3"]
    cluster = make_cluster(cloud, SubnetGroupName="shop-subnets")
    assert refused(api.delete_subnet_group, SubnetGroupName="shop-subnets") == (
        "SubnetGroupInUseFault"
    )
    api.delete_cluster(ClusterName=cluster["ClusterName"])
    api.delete_subnet_group(SubnetGroupName="shop-subnets")
    assert refused(api.delete_subnet_group, SubnetGroupName="shop-subnets") == (
        "SubnetGroupNotFoundFault"
    )


# --- tags and events ---


def test_tags(cloud: Any, api: Any) -> None:
    arn = make_cluster(cloud)["ClusterArn"]
    api.tag_resource(ResourceName=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    api.tag_resource(ResourceName=arn, Tags=[{"Key": "a", "Value": "2"}])
    assert api.list_tags(ResourceName=arn)["Tags"] == [
        {"Key": "a", "Value": "2"},
        {"Key": "b", "Value": ""},
    ]
    assert api.untag_resource(ResourceName=arn, TagKeys=["b"])["Tags"] == [
        {"Key": "a", "Value": "2"}
    ]
    assert refused(api.untag_resource, ResourceName=arn, TagKeys=["b"]) == "TagNotFoundFault"
    assert refused(api.list_tags, ResourceName="no-arn") == "InvalidARNFault"
    assert refused(api.list_tags, ResourceName=arn + "x") == "ClusterNotFoundFault"
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    assert refused(api.tag_resource, ResourceName=arn, Tags=many) == "TagQuotaPerResourceExceeded"


def test_events_tell_what_happened(cloud: Any, api: Any) -> None:
    name = make_cluster(cloud)["ClusterName"]
    api.increase_replication_factor(ClusterName=name, NewReplicationFactor=2)
    api.delete_cluster(ClusterName=name)
    events = api.describe_events(SourceType="CLUSTER", SourceName=name)["Events"]
    assert [event["Message"] for event in events] == [
        "Cluster deleted.",
        f"Added node {name}-b.",
        "Cluster created.",
    ]
    assert api.describe_events(SourceType="CLUSTER", SourceName=name, EndTime=1)["Events"] == []
    assert refused(api.describe_events, SourceName=name) == "InvalidParameterCombinationException"


def test_clusters_are_listed_in_pages(cloud: Any, api: Any) -> None:
    assert refused(api.describe_clusters, MaxResults=1) == "InvalidParameterValueException"
    names = {cluster["ClusterName"] for cluster in api.describe_clusters(MaxResults=20)["Clusters"]}
    assert names
    other = [
        cluster["ClusterName"]
        for page in api.get_paginator("describe_clusters").paginate()
        for cluster in page["Clusters"]
    ]
    assert names == set(other)


def test_hours_of_nodes_are_metered_as_they_begin(own_cloud: Any) -> None:
    """https://aws.amazon.com/dynamodb/pricing/on-demand/"""
    with own_cloud(speed=3600) as cloud:
        cluster = make_cluster(cloud, nodes=2)
        cloud.client("dax").describe_clusters()
        until(lambda: cloud.page("meter")["items"]["dax.node_hours"] >= 4)
        cloud.client("dax").delete_cluster(ClusterName=cluster["ClusterName"])
        hours = cloud.page("meter")["resources"]["dax.node_hours"]
        assert list(hours) == ["dax.t3.small"]


def test_each_region_has_its_own_clusters(cloud: Any, api: Any, role: str) -> None:
    import boto3

    other: Any = boto3.client(
        "dax",
        endpoint_url=cloud.endpoint,
        region_name="eu-west-1",
        aws_access_key_id=cloud.access_key_id,
        aws_secret_access_key=cloud.secret_access_key,
    )
    assert other.describe_clusters()["Clusters"] == []
    assert [g["ParameterGroupName"] for g in other.describe_parameter_groups()["ParameterGroups"]]
