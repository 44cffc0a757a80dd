"""DAX's clusters. A cluster lives in a network of the account's own, which the stack is told of.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_DAX.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.exporting.reading import Reading
from orderlab.exporting.references import To
from orderlab.exporting.template import picked, tag_list

SUBNETS = "DaxSubnetIds"


def read_caches(found: Reading) -> None:
    """Add the clusters with their parameter groups, and one group of subnets for all."""
    listed = found.listed("dax", "describe_clusters", "Clusters")
    ours = [c for c in listed if found.is_ours(c["ClusterName"]) and c["Status"] != "deleting"]
    if not ours:
        return
    found.template.parameters[SUBNETS] = {
        "Type": "List<AWS::EC2::Subnet::Id>",
        "Description": "Subnets of your network, for DAX; its functions have to be in it, too.",
    }
    subnets = found.template.add("AWS::DAX::SubnetGroup", "dax", {"SubnetIds": To(SUBNETS)})
    groups: dict[str, To] = {}
    for cluster in sorted(ours, key=lambda each: str(each["ClusterName"])):
        name = (cluster.get("ParameterGroup") or {}).get("ParameterGroupName", "")
        if name and not name.startswith("default.") and name not in groups:
            groups[name] = _add_parameters(found, name)
        _add(found, cluster, To(subnets), groups.get(name))


def _add(found: Reading, cluster: Mapping[str, Any], subnets: To, parameters: To | None) -> None:
    name, arn = cluster["ClusterName"], cluster["ClusterArn"]
    tags = found.asked(found.client("dax").list_tags, ResourceName=arn) or {}
    kind = cluster.get("ClusterEndpointEncryptionType")
    pairs = {each["Key"]: each["Value"] for each in tag_list(tags.get("Tags"))}
    properties = {
        **picked(cluster, "ClusterName", "Description", "NodeType"),
        "ReplicationFactor": cluster["TotalNodes"],
        "IAMRoleARN": cluster["IamRoleArn"],
        "SubnetGroupName": subnets,
        "ParameterGroupName": parameters,
        "ClusterEndpointEncryptionType": kind if kind != "NONE" else None,
        "Tags": pairs,
    }
    friendly = found.friendly(name)
    identifier = found.template.add("AWS::DAX::Cluster", friendly, properties, arn=arn)
    endpoint = cluster.get("ClusterDiscoveryEndpoint") or {}
    address = f"{endpoint.get('Address')}:{endpoint.get('Port', 8111)}"
    given = f"${{{identifier}.ClusterDiscoveryEndpoint}}"
    for known in (endpoint.get("URL"), address if endpoint.get("Address") else ""):
        if known:
            found.template.references.addresses[known] = given


def _add_parameters(found: Reading, name: str) -> To:
    listed = found.listed("dax", "describe_parameters", "Parameters", ParameterGroupName=name)
    values = {each["ParameterName"]: each["ParameterValue"] for each in listed}
    properties = {
        "ParameterGroupName": name,
        "ParameterNameValues": dict(sorted(values.items())),
    }
    return To(found.template.add("AWS::DAX::ParameterGroup", found.friendly(name), properties))
